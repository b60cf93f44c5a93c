"""The doors: commands, checks, the post's switch; from an approved issue to the last report."""

import json
import quopri
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cms import outlets
from newsletter.checks import check_settings
from newsletter.models import Issue, Mailing, MailingLink, Member, NewsletterRules
from newsletter.relays import BadRelay, parse
from newsletter.relays.memory import Memory
from tests.newsletter.stage import make_list, make_members

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _memory(settings):
    settings.MAIL_RELAYS = ["memory://relay?connections=2"]


@pytest.fixture
def audience(home, now):
    mailing_list = make_list()
    make_members(4, mailing_list, now)
    return mailing_list


@pytest.fixture
def issue(publish, audience):
    post = publish()
    made = Issue(subject="Nr 3", mailing_list=audience, live=False)
    made.content = [("post", {"post": post, "title": "", "summary": ""}), ("text", "<p>Hej</p>")]
    made.save()
    return made


def approve(issue):
    issue.save_revision().publish()
    issue.refresh_from_db()
    return issue


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_from_approval_to_report(issue):
    with pytest.raises(CommandError):
        run("start_mailing", str(issue.pk), "--list", "nyhetsbrev")
    approve(issue)
    started = json.loads(run("start_mailing", str(issue.pk), "--list", "nyhetsbrev", "--json"))
    mailing = Mailing.objects.get(pk=started["mailing"])
    assert Memory.sent == [], "starting sends nothing"
    with pytest.raises(CommandError):
        run("start_mailing", str(issue.pk), "--list", "nyhetsbrev")
    counts = json.loads(run("send_due"))
    assert counts["accepted"] == 4
    report = json.loads(run("mailing_report", str(mailing.pk), "--json"))
    assert (report["state"], report["frozen"], report["sum"], report["counts"]["accepted"]) == ("sent", 4, 4, 4)
    assert sorted(taken.address for taken in Memory.sent) == [f"m{number}@exempel.se" for number in range(4)]
    assert "accepted: 4" in run("mailing_report", str(mailing.pk))


def test_later_edits_change_nothing(issue, publish):
    approve(issue)
    run("start_mailing", str(issue.pk), "--list", "nyhetsbrev")
    post = issue.content[0].value["post"].specific
    post.title = "Ändrad efteråt"
    post.save_revision().publish()
    run("send_due")
    words = quopri.decodestring(Memory.sent[0].body).decode()
    assert "efteråt" not in words
    assert "behöver" in words


def test_an_unapproved_change_keeps_the_issue_back(issue):
    approve(issue)
    issue.subject = "Nr 3, ändrat"
    issue.save_revision()
    with pytest.raises(CommandError):
        run("start_mailing", str(issue.pk), "--list", "nyhetsbrev")
    assert not Mailing.objects.exists()


def test_a_mailing_for_later_waits_and_can_be_steered(issue):
    approve(issue)
    key = json.loads(run("start_mailing", str(issue.pk), "--list", "nyhetsbrev", "--at", "2099-01-01T09:00", "--json"))["mailing"]
    run("send_due")
    assert Memory.sent == []
    assert run("pause_mailing", str(key)).strip() == f"{key}: paused"
    assert run("resume_mailing", str(key)).strip() == f"{key}: scheduled"
    assert run("cancel_mailing", str(key)).strip() == f"{key}: cancelled"
    for command in ("pause_mailing", "resume_mailing", "cancel_mailing"):
        with pytest.raises(CommandError):
            run(command, str(key))


@pytest.mark.parametrize(
    "arguments",
    [
        ("start_mailing", "999", "--list", "nyhetsbrev"),
        ("mailing_report", "999"),
        ("pause_mailing", "999"),
        ("import_members", "no-such-file.csv", "--list", "nyhetsbrev"),
        ("import_members", "no-such-file.csv", "--list", "ingen"),
        ("read_bounce", "no-such-file"),
    ],
)
def test_what_is_not_there_is_said(audience, arguments):
    with pytest.raises(CommandError):
        run(*arguments)


def test_the_editor_has_a_switch():
    fields = {outlet.name: outlet.fields() for outlet in outlets.registered()}
    assert fields["newsletter"]["include"].initial is True


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("http://relay", "newsletter.E001"),
        ("smtp://relay?connections=many", "newsletter.E001"),
        ("smtp://relay?conections=4", "newsletter.E001"),
        ("smtp://anna:hemligt@relay.example.se:25", "newsletter.E003"),
        ("smtp://relay.example.se:25", "newsletter.W002"),
    ],
)
def test_a_wrong_relay_stops_the_start(settings, line, problem):
    settings.MAIL_RELAYS = [line]
    found = check_settings()
    assert [message.id for message in found] == [problem]
    assert found[0].hint
    assert "hemligt" not in str(found)


def test_good_settings_are_silent(settings):
    settings.MAIL_RELAYS = ["smtps://anna:hemligt@relay.example.se?connections=8&per_second=50&per_domain=10&name=a"]
    assert check_settings() == []
    options = parse(settings.MAIL_RELAYS[0])
    assert (options.port, options.connections, options.per_second, options.per_domain, options.name) == (465, 8, 50, 10, "a")
    assert "hemligt" not in repr(options)


def test_a_password_is_never_in_an_error():
    with pytest.raises(BadRelay) as caught:
        parse("smtp://anna:hem/ligt@relay:25")
    assert "ligt" not in str(caught.value)


@pytest.mark.parametrize("counts", [True, False])
def test_a_start_keeps_whether_clicks_are_counted_and_where_links_lead(issue, counts):
    NewsletterRules.objects.create(tracking=counts)
    Member.objects.filter(address="m0@exempel.se").update(tracking_agreed_at="2026-03-01T12:00Z")
    approve(issue)
    run("start_mailing", str(issue.pk), "--list", "nyhetsbrev")
    mailing = Mailing.objects.get()
    assert mailing.tracked is counts
    assert MailingLink.objects.filter(mailing=mailing, url__contains=f"utm_campaign={mailing.pk}").exists() is counts
    assert "utm_" not in mailing.html, "what was approved holds plain addresses"
    run("send_due")
    letters = {taken.address: quopri.decodestring(taken.body).decode() for taken in Memory.sent}
    assert {address for address, words in letters.items() if "/n/k/" in words} == ({"m0@exempel.se"} if counts else set())
    assert all(f"utm_campaign={mailing.pk}" in words for words in letters.values())

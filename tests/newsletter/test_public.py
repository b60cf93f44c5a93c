"""The public doors: what looking does (nothing), what answers tell (nothing), and how one leaves, stays and comes back."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsletter import choices, identity, limits, members, personal, signup, urls, ways
from newsletter.models import (
    AddressChange,
    Knock,
    Mailing,
    MailingLink,
    MailingList,
    Member,
    MemberLogin,
    NewsletterRules,
    PersonalLink,
    Question,
    SignUp,
    Subscription,
    SubscriptionChange,
    Suppression,
)
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mailing_list():
    return make_list(is_open=True, description="Nyheter en gång i månaden.")


@pytest.fixture
def mia(mailing_list, now):
    return make_member(1, mailing_list, now - timedelta(days=500))


@pytest.fixture
def mailing(mailing_list, now):
    return make_mailing(mailing_list, now, frozen_at=now, state=Mailing.SENDING)


@pytest.fixture
def strict():
    """A client like a mail provider: no cookies, no CSRF token."""
    return Client(enforce_csrf_checks=True)


def path(url):
    return urlsplit(url).path


def everything():
    """The whole database, table by table."""
    return {model._meta.label: sorted(map(str, model._base_manager.values_list())) for model in apps.get_models()}


@pytest.fixture
def addresses(mailing_list, mia, mailing, now):
    """Every public address of the room, each with something behind it, by the name of its route."""
    asked = SignUp.objects.create(address="ny@exempel.se", list=mailing_list)
    question = Question.objects.create(member=mia, list=mailing_list, year=2026)
    link = PersonalLink.objects.create(member=mia, mailed_at=timezone.now())
    login = MemberLogin.objects.create(member=mia, mailed_at=timezone.now())
    change = AddressChange.objects.create(member=mia, address="ny2@exempel.se")
    token = signup.sign_link("confirm", asked.pk)
    MailingLink.objects.create(mailing=mailing, place=0, url="https://example.se/")
    return {
        "newsletter_unsubscribe": path(identity.unsubscribe_url(mailing.pk, mia.pk)),
        "newsletter_leave_list": path(ways.list_url(mailing_list.pk, mia.pk)),
        "newsletter_preferences": path(identity.preferences_url(mia.pk)),
        "newsletter_confirm": f"/n/c/{token}",
        "newsletter_question": path(ways.question_url(question.pk)),
        "newsletter_mine": path(ways.personal_url(link.pk)),
        "newsletter_new_address": path(ways.new_address_url(change.pk)),
        "newsletter_enter": path(ways.login_url(login.pk)),
        "newsletter_login": "/nyhetsbrev/logga-in/",
        "newsletter_logout": "/nyhetsbrev/logga-ut/",
        "newsletter_web_view": path(identity.web_view_url(mailing.pk)),
        "newsletter_visit": "/n/v",
        "newsletter_provider_events": "/mail/events/mailgun/",
        "newsletter_click": f"/n/k/{signup.sign_link('click', mailing.pk, mia.pk, 0)}",
        "newsletter_opened": f"/n/o/{signup.sign_link('open', mailing.pk, mia.pk)}",
        "newsletter": "/nyhetsbrev/",
        "newsletter_become_member": "/bli-medlem/",
        "newsletter_feed": "/nyhetsbrev/feed.atom",
        "newsletter_ask_for_link": "/nyhetsbrev/mina-uppgifter/",
        "newsletter_issue": f"/nyhetsbrev/{mailing.pk}/",
    }


# Looking at these is answered otherwise.
ANSWERS = {"newsletter_visit": {405}, "newsletter_provider_events": {200, 405}, "newsletter_click": {302}}


def test_looking_changes_nothing_anywhere(client, addresses):
    """Counting opens and clicks is off, as it is unless the association switches it on and the member agrees."""
    assert {found.name for found in urls.urlpatterns} == set(addresses), "a new public address belongs into this walk"
    before = everything()
    for name, address in addresses.items():
        for query in ("", "?format=json&sida=1&act=erase"):
            for ask in ("get", "head", "options"):
                answer = getattr(client, ask)(address + query)
                assert answer.status_code in ({405} if ask == "options" else ANSWERS.get(name, {200})), (name, ask)
                assert not answer.cookies, name
    assert everything() == before


def test_a_link_that_leads_nowhere_is_a_page_not_a_crash(client, db):
    for letter in "ulpcqw":
        for token in ("x", "A" * 60, "é", "%00"):
            assert client.get(f"/n/{letter}/{token}").status_code == 404
            assert client.post(f"/n/{letter}/{token}").status_code in (404, 405)
    for letter in "mai":
        assert client.post(f"/n/{letter}/x").status_code == 410
    for number in ("0", "-1", "x", "9" * 30, "²"):
        assert client.get("/nyhetsbrev/", {"sida": number}).status_code == 200


def count(client, door, form):
    with CaptureQueriesContext(
        connection,
    ) as found:
        answer = client.post(door, form)
    words = [re.sub(r"\bs\d+_x\d+", "…", query["sql"])[:60] for query in found.captured_queries]
    return answer.status_code, answer.content.decode().replace(form["address"], "…"), words


@pytest.mark.parametrize("door", ["/nyhetsbrev/", "/nyhetsbrev/mina-uppgifter/"])
def test_no_answer_tells_whether_an_address_is_known(client, mia, mailing_list, now, door):
    """Same page, same status, same statements in the same order: so nothing to time either."""
    erased, spam, left, bounced = (make_member(number, mailing_list, now) for number in (2, 3, 4, 5))
    members.erase(erased, now)
    members.suppress(spam.address_hash, "complaint", now)
    members.unsubscribe(left.pk, mailing_list.pk, now, source="test")
    Member.objects.filter(pk=bounced.pk).update(status=Member.BOUNCED)
    asked = ["okand@exempel.se", mia.address, "m2@exempel.se", spam.address, left.address, bounced.address, "M1@EXEMPEL.se"]
    found = [count(client, door, {"list": mailing_list.pk, "address": address}) for address in asked]
    assert found[0][0] == 200
    for address, answer in zip(asked, found, strict=True):
        assert answer == found[0], address


def test_only_a_known_address_gets_the_link(client, mia, mailing_list):
    for address in ("okand@exempel.se", " M1@EXEMPEL.SE "):
        client.post("/nyhetsbrev/mina-uppgifter/", {"address": address})
    assert mail.outbox == [], "the request itself mails nobody"
    assert personal.links_due(timezone.now()) == {"mailed": 1, "dropped": 1}
    assert personal.links_due(timezone.now()) == {"mailed": 0, "dropped": 0}
    assert [sent.to for sent in mail.outbox] == [["m1@exempel.se"]]
    assert not PersonalLink.objects.exclude(address="").exists()


def test_a_caller_is_limited_and_an_address_quietly(client, mailing_list, monkeypatch):
    form = {"list": mailing_list.pk, "address": "otto@exempel.se"}
    monkeypatch.setattr(signup, "QUIET", timedelta(0))
    most = limits.BY_ADDRESS[limits.SUBSCRIBE].count
    for _ in range(most + 2):
        assert client.post("/nyhetsbrev/", form).status_code == 200
    assert len(mail.outbox) == most
    monkeypatch.setitem(limits.BY_CALLER, limits.SUBSCRIBE, limits.Limit(3, limits.HOUR))
    answer = client.post("/nyhetsbrev/", form)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "Vänta en stund" in answer.content.decode()
    assert "otto" not in str(list(Knock.objects.values_list()))
    assert "127.0.0.1" not in str(list(Knock.objects.values_list()))
    other = client.post("/nyhetsbrev/", form, headers={"X-Forwarded-For": "203.0.113.9"})
    assert other.status_code == 200, "another caller, by way of our proxy"


def test_nobody_is_kept_from_leaving_by_a_limit(strict, mia, mailing, monkeypatch):
    monkeypatch.setattr(limits, "BY_CALLER", {})
    assert strict.post(path(identity.unsubscribe_url(mailing.pk, mia.pk)), ONE_CLICK).status_code == 200


def test_a_trapped_program_gets_the_same_answer_and_no_mail(client, mailing_list):
    form = {"list": mailing_list.pk, "address": "otto@exempel.se"}
    trapped = client.post("/nyhetsbrev/", form | {"homepage": "https://spam.example"})
    assert (mail.outbox, SignUp.objects.count()) == ([], 0)
    assert trapped.content == client.post("/nyhetsbrev/", form).content
    assert len(mail.outbox) == 1


def test_several_lists_with_one_mail_and_the_words_that_stood_there(client, mailing_list):
    other = make_list("kurser", is_open=True, description="Kurser och dagar")
    MailingList.objects.filter(pk=other.pk).update(name="Kurser")
    closed = make_list("styrelsen")
    shown = client.get("/nyhetsbrev/").content.decode()
    client.post("/nyhetsbrev/", {"list": [mailing_list.pk, other.pk, closed.pk], "address": "otto@exempel.se", "name": "Otto"})
    (sent,) = mail.outbox
    link = path(next(word for word in sent.body.split() if "/n/c/" in word))
    page = client.get(link).content.decode()
    assert "Kurser och dagar" in page
    assert "FSS nyhetsbrev" in page
    client.post(link)
    kept = {row.list.slug: row.wording for row in Subscription.objects.select_related("list")}
    assert set(kept) == {"nyhetsbrev", "kurser"}
    for line in kept["kurser"].split("\n"):
        assert line in shown, "what is kept is what was read"
    assert "Kurser" in kept["kurser"]


def test_without_a_tick_nothing_is_asked(client, mailing_list):
    answer = client.post("/nyhetsbrev/", {"address": "otto@exempel.se"})
    assert answer.status_code == 422
    assert "Välj minst ett nyhetsbrev." in answer.content.decode()
    assert "otto@exempel.se" in answer.content.decode()


def state(member):
    return Subscription.objects.get(member=member).state


def test_a_mistake_is_taken_back_with_one_press(client, mia, mailing):
    link = path(identity.unsubscribe_url(mailing.pk, mia.pk))
    assert "Det var ett misstag" in client.post(link).content.decode()
    assert SubscriptionChange.objects.get(state="unsubscribed").mailing_id == mailing.pk
    assert "Du prenumererar fortfarande" in client.post(link, {"act": "again"}).content.decode()
    assert state(mia) == "subscribed"
    assert SubscriptionChange.objects.count() == 3


def test_only_what_this_link_just_did_is_taken_back(client, mia, mailing, mailing_list, now):
    """A forwarded letter must not bring back somebody who left in another way, or long ago."""
    link = path(identity.unsubscribe_url(mailing.pk, mia.pk))
    members.unsubscribe(mia.pk, mailing_list.pk, timezone.now(), source="preferences page")
    for act in ("again", "fewer"):
        assert "går inte längre att ångra" in client.post(link, {"act": act}).content.decode()
    assert "misstag" not in client.post(link).content.decode()
    assert state(mia) == "unsubscribed"
    who = choices.leaving_mailing(link.rpartition("/")[2])
    SubscriptionChange.objects.filter(state="unsubscribed").update(mailing=mailing)
    assert choices.may_regret(who, timezone.now())
    assert not choices.may_regret(who, timezone.now() + timedelta(hours=1, seconds=1))


def test_fewer_letters_instead_of_none(client, mia, mailing):
    link = path(identity.unsubscribe_url(mailing.pk, mia.pk))
    assert "högst" in client.get(link).content.decode()
    client.post(link, {"act": "fewer"})
    assert Subscription.objects.get(member=mia).frequency == "monthly"
    client.post(link)
    client.post(link, {"act": "fewer"})
    mine = Subscription.objects.get(member=mia)
    assert (mine.state, mine.frequency) == ("subscribed", "monthly")


def test_preferences_keep_lists_and_how_often(client, mia, mailing_list):
    link = path(identity.preferences_url(mia.pk))
    client.post(link, {"list": mailing_list.pk, f"often{mailing_list.pk}": "monthly"})
    mine = Subscription.objects.get(member=mia)
    assert (mine.state, mine.frequency) == ("subscribed", "monthly")
    assert mine.heard_at
    client.post(link, {"list": mailing_list.pk, f"often{mailing_list.pk}": "hourly", "often²": "x"})
    assert Subscription.objects.get(member=mia).frequency == "monthly"
    assert SubscriptionChange.objects.count() == 1


def test_the_link_to_the_own_data_goes_to_the_address_on_file_alone(client, mia):
    answer = client.post(path(identity.preferences_url(mia.pk)), {"act": "personal", "address": "annan@exempel.se"})
    assert "/n/m/" not in answer.content.decode()
    personal.links_due(timezone.now())
    assert [sent.to for sent in mail.outbox] == [[mia.address]]
    assert state(mia) == "subscribed", "asking changes no choice"


def test_who_is_silenced_is_told_and_helped(client, mia, now):
    link = path(identity.preferences_url(mia.pk))
    assert "når inget dig" not in client.get(link).content.decode()
    Suppression.objects.create(address_hash=mia.address_hash, reason="complaint")
    assert "når inget dig" in client.get(link).content.decode()


def fresh_link():
    """Return the path of the link to the own data that was mailed last."""
    personal.links_due(timezone.now())
    return path(re.search(r"http\S+/n/m/\S+", mail.outbox[-1].body)[0])


def test_tracking_is_agreed_to_by_a_fresh_link_alone(client, mia, mailing_list):
    footer = path(identity.preferences_url(mia.pk))
    personal.ask_by_member(mia, timezone.now())
    own = fresh_link()
    for rules in (0, 1):
        client.post(footer, {"list": mailing_list.pk, "tracking": "yes"})
        assert 'name="tracking"' not in client.get(footer).content.decode()
        assert ("count me" in client.get(own).content.decode()) == bool(rules)
        if not rules:
            client.post(own, {"act": "count me"})
        mia.refresh_from_db()
        assert mia.tracking_agreed_at is None
        NewsletterRules.objects.get_or_create(tracking=True)
    page = client.get(own).content.decode()
    client.post(own, {"act": "count me"})
    mia.refresh_from_db()
    assert mia.tracking_agreed_at
    assert mia.tracking_wording in page


@pytest.mark.parametrize("by", ["footer", "own"])
def test_tracking_is_withdrawn_by_any_link(client, mia, mailing_list, by):
    NewsletterRules.objects.create(tracking=True)
    choices.agree_to_tracking(mia, timezone.now())
    link = path(identity.preferences_url(mia.pk))
    assert 'name="tracking"' in client.get(link).content.decode()
    client.post(link, {"list": mailing_list.pk, "tracking": "yes"})
    mia.refresh_from_db()
    assert mia.tracking_agreed_at
    if by == "own":
        personal.ask_by_member(mia, timezone.now())
        link = fresh_link()
    client.post(link, {"list": mailing_list.pk, "act": "count me not"} if by == "own" else {"list": mailing_list.pk})
    mia.refresh_from_db()
    assert (mia.tracking_agreed_at, mia.tracking_wording) == (None, "")


def test_a_confirmation_that_comes_again_says_how_it_is(client, mailing_list):
    client.post("/nyhetsbrev/", {"list": mailing_list.pk, "address": "otto@exempel.se"})
    link = urlsplit(next(word for word in mail.outbox[-1].body.split() if "/n/c/" in word)).path
    assert "Välkommen!" in client.post(link).content.decode()
    assert "Du prenumererar redan" in client.post(link).content.decode()
    members.unsubscribe(Member.objects.get(address="otto@exempel.se").pk, mailing_list.pk, timezone.now(), source="test")
    page = client.post(link).content.decode()
    assert "Välkommen!" not in page
    assert "Prenumerera på nytt" in page
    assert not Subscription.objects.filter(member__address="otto@exempel.se", state="subscribed").exists()

"""“Bli medlem”: from the form on the site to a member, or not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.keydates import STOCKHOLM
from cms.models import Identity, PlainPage, Region
from newsletter import applications, members, signup
from newsletter.models import Knock, Member, MembershipApplication, NewsletterRules, SignUp, Subscription
from tests.newsletter.stage import make_list

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Anna  Åberg",
    "address": "Anna@Exempel.se",
    "title": "socialchef",
    "employer": "Sjöbergs kommun",
    "message": "Hej!\nJag vill vara med.",
}


@pytest.fixture
def strict():
    """A client without cookies or CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def skane():
    return Region.objects.create(name="Skåne", slug="skane")


@pytest.fixture
def registrar(django_user_model):
    user = django_user_model.objects.create_user("maj", password="x")
    user.groups.add(Group.objects.get(name="Medlemsansvarig"))
    return user


def address():
    return reverse("newsletter_become_member")


def applied(now, **changes):
    applications.apply({**FORM, **changes}, now)
    return MembershipApplication.objects.latest("pk")


def test_an_application_reaches_the_registrar_and_the_applicant(strict, skane):
    rules = NewsletterRules.load()
    rules.registrar = "register@exempel.se"
    rules.save()
    assert address() == "/bli-medlem/"
    assert "Skåne" in strict.get(address()).content.decode()
    answer = strict.post(address(), FORM | {"region": str(skane.pk)})
    assert "Tack för din ansökan" in answer.content.decode()
    row = MembershipApplication.objects.get()
    assert (row.name, row.address, row.title, row.region) == ("Anna Åberg", "Anna@exempel.se", "socialchef", skane)
    assert row.wording == applications.consent()
    receipt, told = mail.outbox
    assert (receipt.to, told.to) == (["Anna@exempel.se"], ["register@exempel.se"])
    assert reverse("newsletter_applications") in told.body
    said = "".join(str(part) for one in (receipt, told) for part in (one.subject, one.body, one.alternatives))
    assert not any(word in said for word in ("Åberg", "vill vara med", "Sjöberg", "Anna@")), "an inbox is beyond an erasure"


def test_the_association_is_told_where_no_registrar_is_named(now):
    Identity.objects.create(name="FSS", email="kansli@exempel.se")
    applied(now)
    assert [one.to for one in mail.outbox] == [["Anna@exempel.se"], ["kansli@exempel.se"]]


WRONG = [{"name": " "}, {"address": "anna"}, {"address": "a@b.se\nBcc: x@y.se"}, {"message": "x" * 2001}]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_and_nothing_kept(strict, wrong):
    answer = strict.post(address(), FORM | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert "Sjöbergs kommun" in answer.content.decode()
    assert (MembershipApplication.objects.count(), mail.outbox) == (0, [])


def test_robots_repeated_presses_and_odd_values_leave_one_row_at_most(strict):
    strict.post(address(), FORM | {"homepage": "https://spam.example"})
    assert MembershipApplication.objects.count() == 0
    for region in ("", "x", "9" * 40, "-1"):
        answer = strict.post(address(), FORM | {"region": region})
        assert "Tack för din ansökan" in answer.content.decode()
    assert MembershipApplication.objects.count() == 1
    assert len(mail.outbox) == 1


def test_what_is_written_later_is_added_to_the_application_that_waits(now):
    first = applied(now)
    later = now + timedelta(days=1)
    for _press in range(2):
        assert applied(later, address="anna@EXEMPEL.se", title="direktör", message="Jag bytte jobb.").pk == first.pk
    first.refresh_from_db()
    assert (first.title, first.asked_at) == ("socialchef", later), "the address is unproven: nothing is replaced"
    day = later.astimezone(STOCKHOLM).date()
    assert first.message == f"Hej!\nJag vill vara med.\n\nSkrivet senare, {day}:\ndirektör\nJag bytte jobb."
    assert len(mail.outbox) == 2, "a receipt each, but none for a second press"
    for number in range(9):
        applied(later, message=f"{number}" * 2000)
    first.refresh_from_db()
    assert applications.MESSAGE * 3 < len(first.message) <= applications.MOST_WORDS
    assert len(mail.outbox) == 2, "words are kept where there is no room for mails"


def test_what_no_database_takes_is_left_out(strict, now):
    strict.post(address(), FORM | {name: f"A\0{name}" for name in ("name", "title", "employer", "message")})
    row = MembershipApplication.objects.get()
    assert (row.name, row.title, row.employer, row.message) == ("Aname", "Atitle", "Aemployer", "Amessage")
    signup.ask_to_subscribe("mia@exempel.se", "Mia\0 M", [make_list(is_open=True)], now, source="/")
    assert SignUp.objects.get().name == "Mia M"


def test_a_caller_is_stopped_in_time(strict):
    answers = [strict.post(address(), {"name": ""}).status_code for _ in range(31)]
    assert (answers[-2], answers[-1]) == (422, 429)
    assert Knock.objects.filter(door="membership").count() == 30


def test_looking_changes_nothing_and_an_editors_page_comes_first(strict, home):
    strict.get(address())
    strict.head(address())
    assert (MembershipApplication.objects.count(), Knock.objects.count()) == (0, 0)
    old = home.add_child(instance=PlainPage(title="Så blir du medlem hos oss", slug="medlem"))
    PlainPage.objects.filter(pk=old.pk).update(slug="bli-medlem", url_path=f"{home.url_path}bli-medlem/")
    assert "Så blir du medlem hos oss" in strict.get(address()).content.decode()


def test_the_registrar_makes_a_member_once(client, registrar, now, skane):
    row = applied(now, region=str(skane.pk))
    client.force_login(registrar)
    page = reverse("newsletter_applications")
    assert "Anna Åberg" in client.get(page).content.decode()
    answer = client.post(page, {"application": row.pk, "act": "accept"})
    member = Member.objects.get()
    assert answer.url == reverse("wagtailsnippets_newsletter_member:history", args=[member.pk])
    assert (member.name, member.role, member.employer, member.region) == ("Anna Åberg", "socialchef", "Sjöbergs kommun", skane)
    assert (member.is_member, bool(member.joined_on), Subscription.objects.count()) == (True, True, 0)
    again = client.post(page, {"application": row.pk, "act": "decline"}, follow=True)
    assert "redan avgjort" in again.content.decode()
    row.refresh_from_db()
    assert (row.state, row.member, row.settled_by) == (row.ACCEPTED, member, registrar)
    assert "Anna Åberg" in client.get(page).content.decode()


def test_who_is_known_keeps_what_stands_there(now, registrar):
    old = Member.objects.create(name="Anna B. Åberg", address="anna@exempel.se", is_member=False)
    made = applications.make_member(applied(now).pk, registrar, now)
    assert (made.pk, made.name, made.employer, made.is_member) == (old.pk, "Anna B. Åberg", "Sjöbergs kommun", True)


def test_declining_makes_nobody_a_member_and_mails_nothing(client, registrar, now):
    row = applied(now)
    mail.outbox.clear()
    client.force_login(registrar)
    client.post(reverse("newsletter_applications"), {"application": row.pk, "act": "decline"})
    row.refresh_from_db()
    assert (row.state, Member.objects.count(), mail.outbox) == (row.DECLINED, 0, [])
    with pytest.raises(applications.Settled):
        applications.make_member(row.pk, registrar, now)
    assert applied(now + timedelta(days=2)).pk != row.pk, "one may apply anew"


def test_nobody_else_decides(client, django_user_model, now):
    row = applied(now)
    for number, role in enumerate(("Skribent", "Redaktör", "Utgivare")):
        user = django_user_model.objects.create_user(f"u{number}", password="x")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        assert client.get(reverse("newsletter_applications")).status_code == 302
        client.post(reverse("newsletter_applications"), {"application": row.pk, "act": "accept"})
    assert Member.objects.count() == 0


def test_erasure_export_and_time_take_applications_along(now, registrar):
    member = applications.make_member(applied(now).pk, registrar, now)
    assert members.export("anna@exempel.se")["applications"][0]["message"] == FORM["message"]
    members.erase(member, now)
    assert MembershipApplication.objects.count() == 0
    applied(now, address="bo@exempel.se")
    members.erase_address("bo@exempel.se", now)
    assert MembershipApplication.objects.count() == 0
    applied(now, address="dan@exempel.se")
    assert applications.forget_old(now + timedelta(days=180)) == 0
    assert applications.forget_old(now + timedelta(days=180, seconds=1)) == 1, "nobody decided"
    late = applied(now, address="cia@exempel.se")
    applications.decline(late.pk, registrar, now)
    assert applications.forget_old(now + timedelta(days=364)) == 0
    assert applications.forget_old(timezone.now() + timedelta(days=10_000)) == 1

"""Consent: links, double opt-in, erasure, and an import that brings nobody back."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail

from newsletter import archive, choices, identity, members, signup
from newsletter.importing import Unreadable, import_members
from newsletter.models import Delivery, Mailing, Member, SignUp, Subscription, SubscriptionChange, Suppression
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db
MULTIPART = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mailing_list():
    return make_list(is_open=True)


@pytest.fixture
def mia(mailing_list, now):
    return make_member(1, mailing_list, now)


@pytest.fixture
def mailing(mailing_list, now):
    return make_mailing(mailing_list, now, frozen_at=now, state=Mailing.SENDING)


def path(url):
    return urlsplit(url).path


def state(member):
    return Subscription.objects.get(member=member).state


def test_opening_the_link_changes_nothing(client, mia, mailing):
    link = path(identity.unsubscribe_url(mailing.pk, mia.pk))
    for answer in (client.get(link), client.head(link), client.get(link)):
        assert answer.status_code == 200
        assert not answer.cookies
    assert state(mia) == "subscribed"
    assert SubscriptionChange.objects.count() == 1


@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_one_click_takes_both_forms_without_cookie_and_again(mia, mailing, kind):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    link = path(identity.unsubscribe_url(mailing.pk, mia.pk))
    form = (
        {"data": MULTIPART}
        if kind == "multipart"
        else {
            "data": "List-Unsubscribe=One-Click",
            "content_type": "application/x-www-form-urlencoded",
        }
    )
    for _ in range(2):
        answer = client.post(link, **form)
        assert answer.status_code == 200
        assert not answer.cookies
    assert state(mia) == "unsubscribed"
    assert list(SubscriptionChange.objects.values_list("state", "source")) == [
        ("subscribed", "test"),
        ("unsubscribed", "one-click unsubscribe"),
    ]


def test_the_button_works_too(client, mia, mailing):
    answer = client.post(path(identity.unsubscribe_url(mailing.pk, mia.pk)))
    assert answer.status_code == 200
    assert "FSS nyhetsbrev" in answer.content.decode()
    assert state(mia) == "unsubscribed"


def test_a_changed_link_is_nobodys(client, mia, mailing):
    link = path(identity.unsubscribe_url(mailing.pk, mia.pk))
    wrong = link[:-1] + ("A" if link[-1] != "A" else "B")
    assert client.post(wrong).status_code == 404
    preferences = path(identity.preferences_url(mia.pk))
    assert client.get(preferences.replace("/p/", "/u/")).status_code == 404
    assert state(mia) == "subscribed"


def test_preferences_show_and_change_the_own_choices(client, mia, mailing_list):
    other = make_list("kurser", is_open=True)
    link = path(identity.preferences_url(mia.pk))
    page = client.get(link).content.decode()
    assert "m•••@exempel.se" in page
    assert mia.address not in page, "the letter may have been forwarded"
    client.post(link, {"list": [str(other.pk)]})
    chosen = {choice.list.slug: choice.chosen for choice in choices.choices(mia)}
    assert chosen == {"nyhetsbrev": False, "kurser": True}


def test_the_web_view_opens_when_the_mailing_starts(client, mailing):
    link = path(identity.web_view_url(mailing.pk))
    page = client.get(link).content.decode()
    assert "Hej !" in page
    assert "@@" not in page
    assert f"/nyhetsbrev/{mailing.pk}/" in client.get("/nyhetsbrev/").content.decode()
    Mailing.objects.update(frozen_at=None, state=Mailing.SCHEDULED)
    assert client.get(link).status_code == 404


def test_double_opt_in_leaves_evidence(client, mailing_list, now):
    form = {"list": mailing_list.pk, "address": "otto@exempel.se", "name": "Otto"}
    assert client.post("/nyhetsbrev/", form).status_code == 200
    client.post("/nyhetsbrev/", form)
    assert len(mail.outbox) == 1, "a form can't flood an inbox"
    assert not Member.objects.exists()
    link = path(next(word for word in mail.outbox[0].body.split() if "/n/c/" in word))
    client.get(link)
    assert not Member.objects.exists()
    client.post(link)
    client.post(link)
    choice = SubscriptionChange.objects.get()
    assert (choice.member.address, choice.state, choice.source) == ("otto@exempel.se", "subscribed", "/nyhetsbrev/")
    assert choice.wording
    assert SignUp.objects.get().confirmed_at


def test_a_bad_address_is_explained(client, mailing_list):
    answer = client.post("/nyhetsbrev/", {"list": mailing_list.pk, "address": "åsa@exempel.se"})
    assert answer.status_code == 422
    assert "@" in answer.content.decode()
    assert not mail.outbox


def test_an_old_confirmation_link_is_refused(mailing_list, now):
    signup.ask_to_subscribe("otto@exempel.se", "Otto", [mailing_list], now, source="x")
    token = next(word for word in mail.outbox[0].body.split() if "/n/c/" in word).rpartition("/")[2]
    with pytest.raises(signup.TooOld):
        signup.asked_for(token, now + timedelta(days=15))


def test_erasure_forgets_all_but_the_hash(mia, mailing, now):
    Delivery.objects.create(mailing=mailing, member=mia, address=mia.address)
    hashed = mia.address_hash
    members.erase(mia, now)
    mia.refresh_from_db()
    assert (mia.name, mia.address, mia.ascii_address, mia.address_hash, mia.status) == ("", "", "", "", "erased")
    assert Delivery.objects.get().address == ""
    assert Suppression.objects.get().address_hash == hashed
    assert state(mia) == "unsubscribed"


FILE = """Namn;E-post;Arbetsgivare
Mia Medlem;m1@exempel.se;Sjöbergs kommun
Otto Ny;Otto@Exempel.se;
Dubbel;otto@exempel.se;
Fel;inte en adress;
"Rad
bryt";"x@exempel.se
Bcc: y@exempel.se";
Åsa;åsa@exempel.se;
"""


def test_an_import_adds_updates_and_reports(tmp_path, mailing_list, mia, now):
    file = tmp_path / "medlemmar.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    tried = import_members(file, mailing_list, now, dry_run=True)
    assert Member.objects.count() == 1
    done = import_members(file, mailing_list, now)
    assert (done.rows, done.created, done.updated, done.subscribed, done.twice) == (6, 1, 1, 1, 1)
    assert (tried.created, tried.updated, len(tried.problems)) == (1, 1, 3)
    assert [problem["line"] for problem in done.problems] == [5, 6, 7]
    assert Member.objects.get(address="Otto@exempel.se").name == "Otto Ny"
    again = import_members(file, mailing_list, now)
    assert (again.created, again.updated, again.unchanged, again.subscribed) == (0, 0, 2, 0)


@pytest.mark.parametrize("how", ["unsubscribed", "suppressed", "bounced", "erased"])
def test_an_import_never_brings_anybody_back(tmp_path, mailing_list, mia, now, how):
    if how == "unsubscribed":
        members.unsubscribe(mia.pk, mailing_list.pk, now, source="test")
    elif how == "suppressed":
        members.suppress(mia.address_hash, "complaint", now)
    elif how == "bounced":
        Member.objects.update(status=Member.BOUNCED)
    else:
        members.erase(mia, now)
    file = tmp_path / "medlemmar.csv"
    file.write_text("namn,e-post\nMia,M1@exempel.se\n", encoding="utf-8")
    import_members(file, mailing_list, now)
    import_members(file, make_list("annan"), now)
    active = Subscription.objects.filter(state="subscribed", member__status=Member.ACTIVE)
    hashes = set(Suppression.objects.values_list("address_hash", flat=True))
    reachable = [choice for choice in active if choice.member.address_hash not in hashes]
    if how == "unsubscribed":
        assert state_on(mia, mailing_list) == "unsubscribed"
    else:
        assert reachable == []


def state_on(member, mailing_list):
    return Subscription.objects.get(member=member, list=mailing_list).state


def test_a_sheet_is_read_and_another_file_refused(tmp_path, mailing_list, now):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Förnamn", "Efternamn", "E-postadress", "Medlemsnummer"])
    book.active.append(["Mia", "Medlem", "mia@exempel.se", 17])
    book.save(tmp_path / "m.xlsx")
    assert import_members(tmp_path / "m.xlsx", mailing_list, now).created == 1
    assert (Member.objects.get().name, Member.objects.get().membership_number) == ("Mia Medlem", "17")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Unreadable):
        import_members(tmp_path / "x.csv", mailing_list, now)
    (tmp_path / "y.xlsx").write_bytes(b"no sheet")
    with pytest.raises(Unreadable):
        import_members(tmp_path / "y.xlsx", mailing_list, now)


def test_a_confirmation_that_comes_again_changes_nothing(mailing_list, now):
    asked = SignUp.objects.create(address="ny@exempel.se", name="Ny", list=mailing_list, asked_at=now)
    member = signup.confirm([asked], now).member
    Member.objects.filter(pk=member.pk).update(status=Member.BOUNCED, name="Nytt namn")
    members.unsubscribe(member.pk, mailing_list.pk, now, source="test")
    asked.refresh_from_db()
    signup.confirm([asked], now + timedelta(days=1))
    member.refresh_from_db()
    assert (member.status, member.name) == (Member.BOUNCED, "Nytt namn")
    assert Subscription.objects.get(member=member).state == Subscription.UNSUBSCRIBED


def test_the_archive_leaves_out_what_was_cancelled(mailing_list, now):
    mailing = make_mailing(mailing_list, now, frozen_at=now)
    assert [found.key for found in archive.shelf().entries] == [mailing.pk]
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.CANCELLED)
    assert archive.shelf().entries == []

"""“My data”: the fresh link and what it opens, a change of address, erasure, the welcome, and the yearly question."""

import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.models import ModelLogEntry

from newsletter import members, personal, readable, signup, welcome, yearly
from newsletter.importing import import_members
from newsletter.models import (
    AddressChange,
    MailingList,
    Member,
    PersonalLink,
    Question,
    Reading,
    SingleMail,
    Subscription,
    SubscriptionChange,
    Suppression,
)
from newsletter.ways import Gone
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=366)


@pytest.fixture
def mailing_list():
    return make_list(is_open=True)


@pytest.fixture
def mia(mailing_list, now):
    return make_member(1, mailing_list, now - 2 * YEAR, employer="Sjöbergs kommun")


def link_in(sent, way):
    return urlsplit(next(word for word in sent.body.split() if way in word)).path


@pytest.fixture
def link(mia):
    """The link that was mailed to mia just now."""
    personal.ask_by_member(mia, timezone.now())
    personal.links_due(timezone.now())
    return link_in(mail.outbox.pop(), "/n/m/")


def test_the_link_shows_all_and_gives_it_along(client, link, mia):
    page = client.get(link).content.decode()
    assert mia.address in page
    assert "Sjöbergs kommun" in page
    answer = client.get(link, {"format": "json"})
    assert json.loads(answer.content)["member"]["employer"] == "Sjöbergs kommun"
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"].startswith("max-age=0")
    assert PersonalLink.objects.get().used_at is None


def test_what_an_import_changed_is_told_in_words():
    changes = {"role": ["Chef", "Direktör"], "tags": [[], ["ESSA", "Nya"]], "subscription": [None, "subscribed"]}
    (part,) = readable.parts({"imports": [{"number": 7, "changes": changes}]})
    told = "Roll: Chef → Direktör; Taggar: ESSA, Nya; Prenumeration: prenumererar på listan"
    assert part.rows == [["7", told]]


def test_the_link_is_fresh_for_half_an_hour_and_not_longer(mia, now):
    personal.ask_by_member(mia, now)
    personal.links_due(now + timedelta(minutes=5))
    token = link_in(mail.outbox[0], "/n/m/").rpartition("/")[2]
    mailed = now + timedelta(minutes=5)
    assert personal.visit(token, mailed + timedelta(minutes=29)).member == mia
    for later in (timedelta(minutes=30), timedelta(days=1)):
        with pytest.raises(Gone):
            personal.visit(token, mailed + later)


def test_erasure_asks_twice_and_uses_the_link_up(client, link, mia, mailing_list, tmp_path):
    assert "Ska allt raderas?" in client.post(link, {"act": "erase"}).content.decode()
    mia.refresh_from_db()
    assert mia.status == Member.ACTIVE
    assert "Dina uppgifter är raderade" in client.post(link, {"act": "erase for good"}).content.decode()
    mia.refresh_from_db()
    assert (mia.status, mia.address) == (Member.ERASED, "")
    assert Suppression.objects.get().reason == "erased"
    assert client.get(link).status_code == 410
    assert client.post(link, {"act": "erase for good"}).status_code == 410
    file = tmp_path / "m.csv"
    file.write_text("namn;e-post\nMia;m1@exempel.se\n")
    import_members(file, mailing_list, timezone.now())
    assert not Member.objects.filter(status=Member.ACTIVE).exists()


def test_erasure_reaches_every_table_of_this_subject(mia, mailing_list, now):
    mailing = make_mailing(mailing_list, now)
    personal.ask_by_member(mia, now)
    AddressChange.objects.create(member=mia, address="mia.hemlig@exempel.se")
    PersonalLink.objects.create(address="M1@exempel.se")
    Reading.objects.create(mailing=mailing, member=mia, kind=Reading.OPEN)
    Member.objects.filter(pk=mia.pk).update(tracking_agreed_at=now, tracking_wording="Ja", joined_on=now.date())
    members.erase(mia, now)
    assert not any(table.objects.exists() for table in (AddressChange, PersonalLink, Reading))
    mia.refresh_from_db()
    assert (mia.tracking_agreed_at, mia.tracking_wording, mia.joined_on) == (None, "", None)


def test_a_new_address_is_confirmed_there_and_told_here(client, link, mia):
    Member.objects.filter(pk=mia.pk).update(status=Member.BOUNCED)
    assert "Ny@exempel.se" in client.post(link, {"act": "address", "address": "Ny@exempel.se"}).content.decode()
    (sent,) = mail.outbox
    assert sent.to == ["Ny@exempel.se"]
    mia.refresh_from_db()
    assert mia.address == "m1@exempel.se"
    confirm = link_in(sent, "/n/a/")
    client.get(confirm)
    assert AddressChange.objects.get().confirmed_at is None
    assert client.post(confirm).status_code == 200
    mia.refresh_from_db()
    assert (mia.address, mia.status) == ("Ny@exempel.se", Member.ACTIVE)
    assert mail.outbox[1].to == ["m1@exempel.se"]
    assert "exempel" not in mail.outbox[1].body, "the old address isn't told the new one"
    assert client.post(confirm).status_code == 410
    assert client.post(link, {"act": "address", "address": "b@exempel.se"}).status_code == 410, "good for one change"


def test_a_collision_is_never_told(client, link, mia, mailing_list, now):
    other = make_member(2, mailing_list, now)
    taken = client.post(link, {"act": "address", "address": "M2@exempel.se"})
    assert taken.status_code == 200
    assert mail.outbox[0].to == ["M2@exempel.se"]
    answer = client.post(link_in(mail.outbox[0], "/n/a/"))
    assert answer.status_code == 410
    assert "gäller inte längre" in answer.content.decode() or "fungerar inte längre" in answer.content.decode()
    for member, address in ((mia, "m1@exempel.se"), (other, "m2@exempel.se")):
        member.refresh_from_db()
        assert member.address == address
    assert len(mail.outbox) == 1


def test_no_address_and_the_same_address_are_refused_without_using_the_link(client, link, mia):
    for wrong in ("ingen adress", "M1@EXEMPEL.se"):
        assert client.post(link, {"act": "address", "address": wrong}).status_code == 422
    assert PersonalLink.objects.get().used_at is None
    assert mail.outbox == []


def test_old_links_are_forgotten(mia, now):
    personal.ask_by_member(mia, now)
    assert personal.forget_old(now + timedelta(hours=23)) == 0, "a worker may have stood still"
    personal.links_due(now + timedelta(hours=23))
    assert personal.forget_old(now + timedelta(hours=23, minutes=59)) == 0
    assert personal.forget_old(now + timedelta(hours=24, minutes=1)) == 1


WELCOME = {"welcome_subject": "Välkommen till oss", "welcome_text": "<p>Roligt att du är <b>med</b>!</p><script>x</script>"}


def subscribe(client, mailing_list, address="otto@exempel.se"):
    client.post("/nyhetsbrev/", {"list": mailing_list.pk, "address": address})
    link = link_in(mail.outbox.pop(), "/n/c/")
    return client.post(link)


def test_a_newcomer_is_welcomed_once(client, mailing_list, now):
    MailingList.objects.update(**WELCOME)
    subscribe(client, mailing_list)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["otto@exempel.se"], "Välkommen till oss")
    assert "Roligt att du är med!" in sent.body
    html = sent.alternatives[0].content
    assert "<b>med</b>" in html
    assert "<script" not in html
    way_out = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert way_out in sent.body
    client.post(urlsplit(way_out).path, {"List-Unsubscribe": "One-Click"})
    assert Subscription.objects.get().state == "unsubscribed"
    signup.SignUp.objects.all().delete()
    mail.outbox.clear()
    subscribe(client, mailing_list)
    assert Subscription.objects.get().state == "subscribed"
    assert mail.outbox == [], "welcomed once per subscription"


def test_the_way_out_of_a_single_mail_is_one_unfolded_line(mia, mailing_list, settings, now):
    """Django folds longer addresses into an encoded word, and one-click dies."""
    settings.MAILERS = {"default": {"BACKEND": "newsletter.postbox.Postbox"}}
    MailingList.objects.update(**WELCOME, name="Ordförandens längre brev till alla medlemmar i hela landet, våren")
    mailing_list.refresh_from_db()
    assert welcome.greet(mia, mailing_list, welcome.welcome_mail(mia, mailing_list), now)
    raw = bytes(SingleMail.objects.get().message)
    head = raw.partition(b"\r\n\r\n")[0]
    assert re.search(rb"\r\nList-Unsubscribe: <https://ordet\.example\.se/n/l/[\w-]+>\r\n", head)
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    assert b"\r\nList-Id: <nyhetsbrev." in head


def test_an_import_welcomes_nobody(mailing_list, tmp_path, now):
    MailingList.objects.update(**WELCOME)
    file = tmp_path / "m.csv"
    file.write_text("namn;e-post\nOtto;otto@exempel.se\n")
    import_members(file, mailing_list, now)
    assert Subscription.objects.get().welcomed_at is None
    assert mail.outbox == []


@pytest.fixture
def asking(mailing_list):
    MailingList.objects.update(asks_yearly=True)
    return mailing_list


def test_the_question_goes_to_the_silent_once_a_year(asking, mia, now):
    fresh, heard, gone, bounced, spam = (make_member(number, asking, now - 2 * YEAR) for number in range(2, 7))
    Subscription.objects.filter(member=fresh).update(since=now - timedelta(days=300))
    Subscription.objects.filter(member=heard).update(heard_at=now - timedelta(days=10))
    members.unsubscribe(gone.pk, asking.pk, now, source="test")
    Member.objects.filter(pk=bounced.pk).update(status=Member.BOUNCED)
    members.suppress(spam.address_hash, "complaint", now)
    for _ in range(2):
        yearly.ask_due(now)
    assert [sent.to for sent in mail.outbox] == [[mia.address]]
    yearly.ask_due(now + timedelta(days=300))
    assert len(mail.outbox) == 2, "by then the fresh one is a year old; nobody is asked twice within the year"
    yearly.ask_due(now + YEAR)
    assert [sent.to[0] for sent in mail.outbox].count(mia.address) == 2


def test_only_lists_that_rest_on_consent_and_ask_do_so_in_slices(asking, mia, now):
    for number in range(2, 6):
        make_member(number, asking, now - 2 * YEAR)
    assert [yearly.ask_due(now, size=2) for _ in range(4)] == [2, 2, 1, 0]
    Question.objects.all().delete()
    MailingList.objects.update(legal_basis="membership")
    assert yearly.ask_due(now) == 0
    MailingList.objects.update(legal_basis="consent", asks_yearly=False)
    assert yearly.ask_due(now) == 0


def test_the_answer_is_a_press_of_a_button(client, asking, mia, now):
    yearly.ask_due(now)
    link = link_in(mail.outbox[0], "/n/q/")
    client.get(link)
    assert Question.objects.get().answered_at is None
    client.post(link, {"act": "stay"})
    assert Question.objects.get().answered_at
    assert Subscription.objects.get().heard_at
    client.post(link, {"List-Unsubscribe": "One-Click"})
    assert SubscriptionChange.objects.last().source == "yearly question"
    assert Subscription.objects.get().state == "unsubscribed"


def test_who_does_not_answer_stands_on_the_list_and_an_editor_decides(client, asking, mia, eva, now):
    now = timezone.now()
    Subscription.objects.update(since=now - 2 * YEAR)
    stays, late = make_member(2, asking, now - 2 * YEAR), make_member(3, asking, now - 2 * YEAR)
    yearly.ask_due(now - timedelta(days=31))
    questions = {question.member_id: question for question in Question.objects.all()}
    assert yearly.unanswered(now - timedelta(days=2)).count() == 0, "a month to answer"
    assert yearly.unanswered(now).count() == 3
    yearly.answer(questions[late.pk], True, now)
    client.force_login(eva)
    page = client.get("/admin/newsletter/tidying/").content.decode()
    assert mia.address in page
    assert late.address not in page
    client.post("/admin/newsletter/tidying/", {"act": "keep", "question": questions[stays.pk].pk})
    client.post("/admin/newsletter/tidying/", {"act": "remove", "question": [questions[mia.pk].pk, questions[late.pk].pk, "x"]})
    states = dict(Subscription.objects.values_list("member_id", "state"))
    assert states == {mia.pk: "unsubscribed", stays.pk: "subscribed", late.pk: "subscribed"}
    assert SubscriptionChange.objects.filter(source="clean-up list").count() == 1
    assert sorted(ModelLogEntry.objects.values_list("action", flat=True)) == ["newsletter.keep", "newsletter.tidy_away"]
    assert yearly.unanswered(now).count() == 0

"""Members log in by a mailed link: the same answer for all, one use, one button, an end; and what is for members opens."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone

from cms import access
from cms.models import Article
from newsletter import limits, login, members, signup
from newsletter.importing import import_members
from newsletter.models import AddressChange, Member, MemberLogin, PersonalLink, SignUp, Subscription
from newsletter.ways import Gone
from tests.newsletter.stage import make_list, make_member

pytestmark = pytest.mark.django_db
ASK = "/nyhetsbrev/logga-in/"


@pytest.fixture
def mia(now):
    return make_member(1, make_list(is_open=True), now)


@pytest.fixture
def post(publish):
    body = [("text", "<p>Bara för medlemmar.</p>")]
    return publish(Article, title="Lön", members_only=True, body=body)


def link_in(sent):
    return urlsplit(next(word for word in sent.body.split() if "/n/i/" in word)).path


def mailed(client, address, **more):
    answer = client.post(ASK, {"address": address, **more})
    login.logins_due(timezone.now())
    return answer, [link_in(sent) for sent in mail.outbox]


def test_a_reader_logs_in_and_comes_back_to_the_post(client, mia, post):
    withheld = client.get(post.path_on_site).content.decode()
    assert "Bara för medlemmar" not in withheld
    way = re.search(r'href="(/nyhetsbrev/logga-in/\?next=[^"]+)"', withheld)[1]
    form = client.get(way).content.decode()
    assert f'name="next" value="{post.path_on_site}"' in form
    _answer, (link,) = mailed(client, mia.address.upper(), next=post.path_on_site)
    assert MemberLogin.objects.get().address == ""
    for looked in (client.get(link), client.head(link)):
        assert looked.status_code == 200
        assert not looked.cookies
    entered = client.post(link)
    assert (entered.status_code, entered["Location"]) == (302, post.path_on_site)
    cookie = entered.cookies[login.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
    assert cookie["secure"]
    assert cookie.value not in str(MemberLogin.objects.values().get())
    page = client.get(post.path_on_site, secure=True)
    assert "Bara för medlemmar" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "private" in page["Cache-Control"]
    assert client.post(link).status_code == 410
    assert "Logga ut" in client.get(ASK).content.decode()
    client.post("/nyhetsbrev/logga-ut/")
    client.cookies[login.COOKIE] = cookie.value
    assert "Bara för medlemmar" not in client.get(post.path_on_site).content.decode()


def test_the_answer_is_the_same_for_everybody(client, mia, now):
    signup.confirm([SignUp.objects.create(address="otto@example.se", list=make_list("b"), asked_at=now)], now)
    Member.objects.create(address="borta@example.se", is_member=False)
    Member.objects.create(address="studs@example.se", status=Member.BOUNCED)
    pages = set()
    for address in (mia.address, "otto@example.se", "borta@example.se", "studs@example.se", "ingen@example.se"):
        answer, links = mailed(client, address)
        assert answer.status_code == 200
        pages.add(answer.content)
    assert len(pages) == 1
    assert len(links) == 1
    assert not MemberLogin.objects.exclude(member=mia).exists()
    assert client.post(ASK, {"address": "inte en adress"}).status_code == 422


def test_a_link_is_short_lived_and_signed(client, mia):
    now = timezone.now()
    _answer, (link,) = mailed(client, mia.address)
    token = link.rpartition("/")[2]
    assert login.asked(token, now + timedelta(minutes=29))
    with pytest.raises(Gone):
        login.asked(token, now + timedelta(minutes=31))
    tampered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (tampered, "x", token[:8]):
        assert client.get(f"/n/i/{wrong}").status_code == 410
        assert not client.post(f"/n/i/{wrong}").cookies


def test_of_two_presses_one_wins(client, mia, now):
    row = MemberLogin.objects.create(member=mia, asked_at=now, mailed_at=now)
    login.begin(row, now)
    with pytest.raises(Gone):
        login.begin(row, now)


def enter(member, now):
    row = MemberLogin.objects.create(member=member, asked_at=now, mailed_at=now)
    return login.begin(row, now).secret


def test_a_session_ends_with_time_with_the_membership_and_with_an_erasure(mia, now):
    secret = enter(mia, now)
    assert login.reader(secret, now + timedelta(days=29)) == mia
    assert login.reader(secret, now + timedelta(days=31)) is None
    assert login.reader("", now) is None
    assert login.reader(secret[:-1], now) is None
    Member.objects.filter(pk=mia.pk).update(is_member=False)
    assert login.reader(secret, now) is None
    Member.objects.filter(pk=mia.pk).update(is_member=True)
    login.ask(mia.address, "", now)
    assert len(members.export(mia.address)["logins"]) == 2
    members.erase(mia, now)
    assert login.reader(secret, now) is None
    assert not MemberLogin.objects.exists()
    assert not Member.objects.get().is_member


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "nyheter/", "/a\r\nb", "/x" * 300]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_the_way_back_leads_to_no_other_site(client, mia, path):
    assert login.safe(path) == ""
    _answer, (link,) = mailed(client, mia.address, next=path)
    assert client.post(link)["Location"] == "/"
    assert login.safe("/nyheter/hej/?a=1#b") == "/nyheter/hej/?a=1#b"


def test_asking_is_limited_by_address_and_by_caller(client, mia, monkeypatch):
    for _ in range(limits.BY_ADDRESS[limits.LOGIN].count + 2):
        assert client.post(ASK, {"address": mia.address}).status_code == 200
    assert MemberLogin.objects.count() == limits.BY_ADDRESS[limits.LOGIN].count
    monkeypatch.setitem(limits.BY_CALLER, limits.LOGIN, limits.Limit(1, limits.HOUR))
    refused = client.post(ASK, {"address": mia.address})
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")


def test_nobody_locks_a_member_out_by_asking(mia, now):
    asked = [now + timedelta(minutes=minute) for minute in range(0, 24 * 60, 3)]
    for at in asked:
        login.ask(mia.address, "", at)
        MemberLogin.objects.filter(mailed_at=None).update(mailed_at=at, member=mia)
        assert MemberLogin.objects.filter(mailed_at__gt=at - login.FRESH).exists(), "there is a link to use"
    assert MemberLogin.objects.count() < len(asked) / 3


@pytest.mark.parametrize("way", ["admin", "file"])
def test_a_new_address_ends_what_was_begun_at_the_old_one(mia, now, tmp_path, way):
    other = make_member(2, Subscription.objects.get().list, now)
    Member.objects.filter(pk=mia.pk).update(membership_number="17")
    secret, others = enter(mia, now), enter(other, now)
    MemberLogin.objects.create(member=mia, asked_at=now, mailed_at=now)
    PersonalLink.objects.create(member=mia, asked_at=now, mailed_at=now)
    AddressChange.objects.create(member=mia, address="gammal@example.se")
    mia.refresh_from_db()
    mia.save()
    assert login.reader(secret, now) == mia, "the same address"
    if way == "admin":
        mia.address = "ny@example.se"
        mia.save()
    else:
        file = tmp_path / "medlemmar.csv"
        file.write_text("E-post;Medlemsnummer\nny@example.se;17\n", encoding="utf-8")
        import_members(file, Subscription.objects.get(member=mia).list, now)
    assert Member.objects.get(pk=mia.pk).address == "ny@example.se"
    assert (login.reader(secret, now), login.reader(others, now)) == (None, other)
    assert not any(table.objects.exclude(member=other).exists() for table in (MemberLogin, PersonalLink, AddressChange))


def test_who_signed_up_on_the_site_is_no_member_until_the_register_says_so(mia, tmp_path, now):
    mailing_list = Subscription.objects.get().list
    signup.confirm([SignUp.objects.create(address="otto@example.se", list=mailing_list, asked_at=now)], now)
    assert not access.is_member("otto@example.se")
    assert access.is_member(mia.address.upper())
    assert not access.is_member("")
    assert not access.is_member("x\0@example.se")
    file = tmp_path / "medlemmar.csv"
    file.write_text("E-post;Medlemsnummer\notto@example.se;17\n", encoding="utf-8")
    import_members(file, mailing_list, now)
    assert access.is_member("otto@example.se")


def test_old_logins_are_forgotten(mia, now):
    secret = enter(mia, now)
    login.ask("ingen@example.se", "", now)
    late = MemberLogin.objects.create(member=mia, asked_at=now, mailed_at=now + timedelta(hours=23))
    assert login.forget_old(now + timedelta(hours=24)) == 0, "a worker may have stood still"
    assert login.forget_old(now + timedelta(hours=25)) == 2
    assert not MemberLogin.objects.filter(pk=late.pk).exists()
    assert login.reader(secret, now + timedelta(hours=2)) == mia
    assert MemberLogin.objects.count() == 1
    login.forget_old(now + timedelta(days=31))
    assert not MemberLogin.objects.exists()

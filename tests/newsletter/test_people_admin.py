"""Members, imports and suppressions in the admin: who may, that GET changes nothing, and what each page tells."""

import io
import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from cms.csvfiles import as_csv
from newsletter import exporting, history, members
from newsletter.importing import import_due
from newsletter.models import (
    Delivery,
    Mailing,
    Member,
    MemberImport,
    MemberTag,
    Segment,
    Subscription,
    Suppression,
)
from tests.newsletter.stage import make_list, make_mailing, make_member, make_members

pytestmark = pytest.mark.django_db
SNIPPETS = "/admin/snippets/newsletter"
MEMBER, IMPORT, SUPPRESSION = f"{SNIPPETS}/member", f"{SNIPPETS}/memberimport", f"{SNIPPETS}/suppression"
CSV = "E-post;Namn\nm1@exempel.se;Mia Ny\nny@exempel.se;Ny\nfel;Fel\n"


@pytest.fixture
def desk(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def mailing_list(home):
    return make_list()


@pytest.fixture
def mia(mailing_list):
    return make_member(1, mailing_list, timezone.now(), employer="Sjöberg", membership_number="4711")


@pytest.fixture
def visitor(client, django_user_model):
    """Somebody who may look at members and nothing else: `visitor("more", "permissions")`."""

    def sign_in(*more):
        user = django_user_model.objects.create_user("siv", "siv@example.se", "siv-looks")
        user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_member", *more]))
        client.force_login(user)
        return client

    return sign_in


def send_in(desk, mailing_list, text=CSV, name="m.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return desk.post(
        f"{IMPORT}/upload/", {"file": SimpleUploadedFile(name, content), "list": mailing_list.pk, "wording": "Stadgarna § 4"}
    )


def words(answer):
    return answer.content.decode()


def actions():
    return set(ModelLogEntry.objects.values_list("action", flat=True))


def test_an_import_from_file_to_undo(desk, mailing_list, mia):
    answer = send_in(desk, mailing_list)
    source = MemberImport.objects.get()
    assert answer["Location"] == f"{IMPORT}/columns/{source.pk}/"
    page = words(desk.get(answer["Location"]))
    assert "Mia Ny" in page
    assert '<option value="address" selected>' in page
    look = f"{IMPORT}/look/{source.pk}/"
    assert desk.post(answer["Location"], {"column-0": "address", "column-1": "name"})["Location"] == look
    assert "data-fragment" in words(desk.get(look))
    import_due(timezone.now())
    page = words(desk.get(look))
    assert "<del>Medlem 1</del>" in page
    assert "<ins>Mia Ny</ins>" in page
    assert "Stadgarna" in page
    assert Member.objects.count() == 1
    only = words(desk.get(look + "?act=refused"))
    assert "ny@exempel.se" not in only
    report = b"".join(desk.get(look + "rows.csv").streaming_content).decode("utf-8-sig")
    assert report.splitlines()[1].startswith("2;")
    assert len(report.splitlines()) == 4
    desk.post(look + "start/")
    import_due(timezone.now())
    assert Member.objects.count() == 2
    assert Subscription.objects.get(member__address="ny@exempel.se").wording == "Stadgarna § 4"
    assert "1" in words(desk.get(look + "undo/"))
    desk.post(look + "undo/")
    import_due(timezone.now())
    assert Member.objects.get().name == "Medlem 1"
    assert words(desk.get(look))
    assert words(desk.get(f"{IMPORT}/"))
    assert {"newsletter.import_receive", "newsletter.import_start", "newsletter.import_undo"} <= actions()


def test_what_is_wrong_with_a_file_is_said_in_words(desk, mailing_list, settings):
    for text in (b"", b"%PDF-1.7", b"PK\x03\x04 x"):
        answer = send_in(desk, mailing_list, text)
        assert answer.status_code == 200
        assert 'role="alert"' in words(answer)
    assert not MemberImport.objects.exists()
    source = MemberImport.objects.get(pk=int(send_in(desk, mailing_list)["Location"].split("/")[-2]))
    for chosen in ({"column-0": "", "column-1": "name"}, {"column-0": "address", "column-1": "address"}, {"column-0": "x"}):
        assert 'role="alert"' in words(desk.post(f"{IMPORT}/columns/{source.pk}/", chosen))


def test_an_import_without_headings_says_so(desk, mailing_list):
    page = words(desk.get(send_in(desk, mailing_list, "m1@exempel.se;Mia\n")["Location"]))
    assert "help-warning" in page


def test_a_cancelled_import_does_nothing(desk, mailing_list):
    send_in(desk, mailing_list)
    source = MemberImport.objects.get()
    desk.post(f"{IMPORT}/look/{source.pk}/cancel/")
    desk.post(f"{IMPORT}/look/{source.pk}/start/")
    assert import_due(timezone.now()) == 0
    source.refresh_from_db()
    assert (source.state, bytes(source.content)) == ("cancelled", b"")


def test_get_changes_nothing_and_strangers_see_nothing(desk, client, visitor, mailing_list, mia):
    send_in(desk, mailing_list)
    source = MemberImport.objects.get()
    posts = [
        *(f"{IMPORT}/look/{source.pk}/{act}/" for act in ("start", "cancel")),
        *(f"{MEMBER}/history/{mia.pk}/{act}" for act in ("put-on/", "take-off/", "works-again/", "all.json")),
    ]
    assert {desk.get(path).status_code for path in posts} == {405}
    guarded = [f"{IMPORT}/upload/", f"{IMPORT}/look/{source.pk}/", f"{MEMBER}/export/", f"{SUPPRESSION}/",
               f"{MEMBER}/history/{mia.pk}/erase/"]  # fmt: skip
    before = (list(Member.objects.values()), list(Subscription.objects.values()), ModelLogEntry.objects.count())
    assert {desk.get(path).status_code for path in guarded} == {200}
    looker = visitor()
    assert looker.get(f"{MEMBER}/history/{mia.pk}/").status_code == 200
    assert {looker.get(path).status_code for path in guarded} == {302}
    assert {looker.post(path, {"list": mailing_list.pk, "reason": "x", "address": mia.address}).status_code
            for path in [*posts, *guarded]} == {302}  # fmt: skip
    assert (list(Member.objects.values()), list(Subscription.objects.values()), ModelLogEntry.objects.count()) == before


def test_did_anna_get_it(desk, mailing_list, mia, django_assert_max_num_queries):
    now = timezone.now()
    rows = [("accepted", "", now), ("excluded", "unsubscribed", now), ("waiting", "", None), (None, "", None)]
    for number, (state, reason, at) in enumerate(rows):
        mailing = make_mailing(mailing_list, now, frozen_at=now, state=Mailing.SENT)
        Mailing.objects.filter(pk=mailing.pk).update(subject=f"Nummer {number}")
        if state:
            Delivery.objects.create(mailing=mailing, member=mia, address=mia.address, state=state, reason=reason, settled_at=at)
    for number in range(60):
        members.choose(mia.pk, mailing_list.pk, ("subscribed", "unsubscribed")[number % 2], now, source="test")
    found = history.letters(mia)
    assert [letter.subject for letter in found.shown] == ["Nummer 3", "Nummer 2", "Nummer 1", "Nummer 0"]
    assert [letter.icon for letter in found.shown] == ["minus", "time", "minus", "check"]
    assert [letter.at is not None for letter in found.shown] == [False, False, True, True]
    with django_assert_max_num_queries(40):
        page = words(desk.get(f"{MEMBER}/history/{mia.pk}/"))
    assert all(f"Nummer {number}" in page for number in range(4))
    for asked in ("m1@EXEMPEL.se", "medlem 1", "4711"):
        assert desk.get(f"{MEMBER}/ask/", {"q": asked})["Location"] == f"{MEMBER}/history/{mia.pk}/"
    assert desk.get(f"{MEMBER}/ask/", {"q": "ingen"}).status_code == 200
    make_member(2)
    assert "m2@exempel.se" in words(desk.get(f"{MEMBER}/ask/", {"q": "medlem"}))


def test_older_newsletters_are_a_page_away(mailing_list, mia, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(history, "MAILINGS", 2)
    keys = [make_mailing(mailing_list, timezone.now(), frozen_at=timezone.now()).pk for _number in range(5)]
    seen, before = [], 0
    while True:
        with django_assert_num_queries(2):
            page = history.letters(mia, before)
        seen += [letter.mailing for letter in page.shown]
        if not (before := page.next):
            break
    assert seen == keys[::-1]


def test_on_and_off_a_list_by_hand_with_a_reason(desk, mailing_list, mia):
    path = f"{MEMBER}/history/{mia.pk}/"
    desk.post(path + "take-off/", {"list": mailing_list.pk})
    assert Subscription.objects.get().state == "unsubscribed"
    desk.post(path + "put-on/", {"list": mailing_list.pk, "reason": " "})
    assert Subscription.objects.get().state == "unsubscribed"
    desk.post(path + "put-on/", {"list": mailing_list.pk, "reason": "Ringde den 6 mars"})
    choice = Subscription.objects.get()
    assert (choice.state, choice.source, choice.wording) == ("subscribed", "admin: eva", "Ringde den 6 mars")
    assert "Ringde den 6 mars" in words(desk.get(path))
    assert "Ringde den 6 mars" in words(desk.get(f"{MEMBER}/edit/{mia.pk}/"))
    members.suppress(mia.address_hash, "complaint", timezone.now())
    desk.post(path + "take-off/", {"list": mailing_list.pk})
    desk.post(path + "put-on/", {"list": mailing_list.pk, "reason": "x"})
    desk.post(path + "works-again/", {"reason": "x"})
    assert Subscription.objects.get().state == "unsubscribed"
    assert Suppression.objects.get().reason == "complaint"


def test_an_address_works_again(desk, mia):
    Member.objects.update(status="bounced", soft_bounces=3)
    path = f"{MEMBER}/history/{mia.pk}/"
    desk.post(path + "works-again/", {"reason": ""})
    assert Member.objects.get().status == "bounced"
    desk.post(path + "works-again/", {"reason": "Hon svarade"})
    assert list(Member.objects.values_list("status", "soft_bounces")) == [("active", 0)]
    assert "newsletter.works_again" in actions()


def test_erased_only_by_typing_the_address(desk, mia):
    path = f"{MEMBER}/history/{mia.pk}/erase/"
    desk.post(path, {"address": "fel@exempel.se"})
    assert Member.objects.get().status == "active"
    desk.post(path, {"address": "M1@exempel.se"})
    assert Member.objects.get().status == "erased"
    assert desk.get(f"{MEMBER}/history/{mia.pk}/").status_code == 200
    assert "m1@exempel" not in json.dumps(list(ModelLogEntry.objects.values("label", "data")), default=str)


def test_all_that_is_held_is_sent_and_logged(desk, mia):
    held = json.loads(desk.post(f"{MEMBER}/history/{mia.pk}/all.json").content)
    assert held["member"]["address"] == mia.address
    assert "newsletter.export_person" in actions()


def test_suppressions_by_hand(desk, mia):
    desk.post(f"{SUPPRESSION}/", {"address": "M1@exempel.se"})
    assert Suppression.objects.get().address_hash == mia.address_hash
    for wrong in ({"address": "m1@exempel.se"}, {"address": "fel"}, {"address": "m1@exempel.se", "lift": "1"}):
        assert 'role="alert"' in words(desk.post(f"{SUPPRESSION}/", wrong))
    desk.post(f"{SUPPRESSION}/", {"address": "m1@exempel.se", "lift": "1", "reason": "Misstag"})
    assert not Suppression.objects.exists()
    assert {"newsletter.suppress", "newsletter.lift"} <= actions()
    members.erase(mia, timezone.now())
    desk.post(f"{SUPPRESSION}/", {"address": "m1@exempel.se", "lift": "1", "reason": "Misstag"})
    assert Suppression.objects.get().reason == "erased"


def test_the_list_is_filtered_and_searched(desk, mailing_list, mia, django_assert_max_num_queries):
    other = make_list("kurser")
    otto = make_member(2, other, timezone.now())
    otto.tags.add(MemberTag.objects.create(name="styrelse"))
    make_members(60, mailing_list, timezone.now(), first=10)
    for query in (f"list={other.pk}", f"tags={MemberTag.objects.get().pk}", "q=m2@"):
        page = words(desk.get(f"{MEMBER}/?{query}"))
        assert "m2@exempel.se" in page, query
        assert "m1@exempel.se" not in page, query
    with django_assert_max_num_queries(40):
        desk.get(f"{MEMBER}/")


def test_an_export_is_safe_complete_and_logged(desk, mailing_list, mia):
    Member.objects.filter(pk=mia.pk).update(name='=HYPERLINK("http://x")', employer='@x;y\n"z"')
    make_member(2, make_list("kurser"), timezone.now())
    page = words(desk.get(f"{MEMBER}/export/?list={mailing_list.pk}"))
    assert "1 " in page
    answer = desk.post(f"{MEMBER}/export/?list={mailing_list.pk}", {"kind": "csv"})
    text = b"".join(answer.streaming_content)
    assert text.startswith(b"\xef\xbb\xbf")
    import csv

    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][:3] == ['\'=HYPERLINK("http://x")', "m1@exempel.se", '\'@x;y\n"z"']
    answer = desk.post(f"{MEMBER}/export/?q=m1", {"kind": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 2
    assert (sheet["A2"].value, sheet["A2"].data_type) == ('=HYPERLINK("http://x")', "s")
    segment = Segment.objects.create(name="Alla")
    assert b"m2@exempel.se" in b"".join(desk.post(f"{MEMBER}/export/?segment={segment.pk}", {"kind": "csv"}).streaming_content)
    entry = ModelLogEntry.objects.filter(action="newsletter.export").order_by("pk").first()
    assert entry.data["count"] == 1
    assert "list" in entry.data["filters"]


def test_the_export_s_queries_don_t_grow_with_each_member(mailing_list, django_assert_max_num_queries):
    make_members(300, mailing_list, timezone.now())
    with django_assert_max_num_queries(6):
        assert len(list(exporting.rows(Member.objects.all()))) == 300


def test_what_is_exported_can_be_imported(desk, mailing_list, mia):
    content = b"".join(as_csv(exporting.headings(), exporting.rows(Member.objects.all())))
    send_in(desk, mailing_list, content)
    columns = MemberImport.objects.get().mapping["layout"]["columns"]
    assert columns[:8] == ["name", "address", "employer", "role", "region", "membership_number", "joined_on", "tags"]

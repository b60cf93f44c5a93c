"""The import as a whole: what comes out, what stays out, and that it can be repeated."""

import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageLogEntry, Revision

from cms.importers.wxr import BadExport
from cms.models import (
    Article,
    Attachment,
    Award,
    Call,
    Clipping,
    Column,
    Event,
    Film,
    Picture,
    PlainPage,
    Post,
    Region,
    Topic,
)  # fmt: skip
from cms.outbox import Outgoing
from tests.cms.importers.exports import BASE, DATA, LONG, MAP, attachment, item, jpeg, problems


def rows():
    """Count the rows of every table, but those of queued indexing."""
    models = [model for model in apps.get_models() if model._meta.app_label != "django_tasks_db"]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_the_demos_export_becomes_eleven_posts_and_a_draft(demo):
    report = demo()
    assert report.created == {"column": 4, "event": 1, "clipping": 1, "film": 1, "call": 1, "award": 1, "article": 2}
    assert (report.drafts, report.redirects, report.pictures, report.documents, report.people) == (1, 11, 2, 1, 3)
    assert [(problem.item, "Åman" in problem.what) for problem in report.problems] == [("fyra-fragor-som-styr-vart-ar", True)]
    assert [note.item for note in report.notes] == ["oppna-dorrar-ger-kortare-koer"]
    assert Call.objects.get().deadline == date(2023, 12, 15)
    assert len(Award.objects.get().nominees) == 4
    assert Event.objects.get().first_day == date(2023, 6, 14)
    assert Film.objects.get().films[0].value["url"] == "https://vimeo.com/76979871"


def test_the_vice_chairs_column(demo):
    demo()
    column = Column.objects.get(slug="natverken-bar")
    assert (column.series, column.sign_off) == ("vice_chair", "Med vänlig hälsning")
    assert column.kicker == "Vice ordföranden har ordet 6 februari 2024"
    assert column.body.raw_data[0]["value"].startswith("<p>Det finns en sorts möten")
    assert column.bylines.get().printed_roles() == ("vice ordförande, Exempelföreningen", "socialchef, Nybro kommun")
    event = Event.objects.get()
    assert f'<a linktype="page" id="{event.pk}">' in column.postscript
    assert [block.block_type for block in column.afterword] == ["picture"]


def test_the_clipping_of_the_demo(demo):
    demo()
    clipping = Clipping.objects.get()
    assert (clipping.paper, clipping.printed) == ("Dagens Nyheter", date(2022, 11, 20))
    assert clipping.document.title == "tidningssida.pdf"
    assert clipping.quotation.startswith("Den som får hjälp i tid")
    assert "\n\n– Vi ser det" in clipping.quotation


def test_an_import_announces_mails_and_hooks_nothing(demo):
    demo()
    leaving = [model for model in apps.get_models() if issubclass(model, Outgoing)]
    ledgers = [model for model in apps.get_models() if model.__name__ in ("Mailing", "Delivery", "Announcement", "HookDelivery")]
    assert {model: model._default_manager.count() for model in leaving + ledgers if model._default_manager.exists()} == {}
    assert Post.objects.filter(imported_from="").count() == 0


def test_a_second_run_changes_nothing(demo, settings):
    first = demo()
    before = rows()
    stamps = list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "latest_revision_created_at", "url_path"))
    files = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    contents = list(Revision.objects.order_by("pk").values_list("content", flat=True))
    second = demo()
    assert (second.created.total(), second.drafts, second.unchanged) == (0, 0, 12)
    assert (second.redirects, second.other_redirects, second.pictures, second.documents, second.people) == (0, 0, 0, 0, 0)
    assert rows() == before
    assert (
        list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "latest_revision_created_at", "url_path"))
        == stamps
    )
    assert list(Revision.objects.order_by("pk").values_list("content", flat=True)) == contents
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == files
    assert first.created.total() == 11


def test_a_rehearsal_writes_nothing_and_says_the_same(demo, settings):
    before = rows()
    rehearsal = demo(dry_run=True).as_dict()
    assert rows() == before
    assert not Path(settings.MEDIA_ROOT).exists()
    assert rehearsal == demo().as_dict() | {"dry_run": True}


def test_old_addresses_lead_to_the_pages(demo, client):
    demo()
    for post in Post.objects.live():
        answer = client.get(f"/{post.slug}/")
        assert (answer.status_code, answer["Location"]) == (301, post.url)
    assert client.get("/wp-content/uploads/2023/01/tidningssida.pdf")["Location"] == Attachment.objects.get().url
    assert client.get("/?p=106")["Location"] == Call.objects.get().url
    assert client.get("/?p=190").status_code == client.get("/?p=x").status_code == 200


def test_drafts_are_seen_by_nobody(demo, client):
    demo()
    draft = Article.objects.get(slug="stolpar-till-nasta-kronika")
    assert not draft.live
    assert not draft.listed
    assert draft.latest_revision.as_object().title == draft.title
    assert client.get(draft.path_on_site).status_code == 404
    assert client.get("/stolpar-till-nasta-kronika/").status_code == 404


def test_dates_are_the_original_ones(demo):
    demo()
    column = Column.objects.get(slug="oppna-dorrar-ger-kortare-koer")
    moment = datetime(2023, 3, 6, 8, tzinfo=UTC)
    assert (column.date, column.first_published_at, column.last_published_at, column.latest_revision_created_at) == (moment,) * 4
    assert column.latest_revision.created_at == moment
    assert column.live_revision == column.latest_revision
    assert not column.has_unpublished_changes
    assert PageLogEntry.objects.filter(action="wagtail.publish").count() == 0


def test_an_imported_page_can_be_edited_and_published(demo, eva):
    demo()
    page = Article.objects.live().first()
    page.title = "Ny rubrik"
    page.save_revision(user=eva).publish()
    report = demo()
    assert (report.unchanged, report.edited) == (12, 1)
    assert Article.objects.get(pk=page.pk).title == "Ny rubrik"


def test_internal_links_become_page_links_and_documents_document_links(run, tmp_path):
    (tmp_path / "media" / "a.pdf").write_bytes(b"%PDF-1.4 x")
    report = run(
        item(
            1,
            f'<p>Läs <a href="{BASE}/inlagg-2/#mer">två</a>, <a href="/?p=2">2</a> '
            f'och <a href="{BASE}/wp-content/uploads/a.pdf">pdf</a>.</p>',
        ),
        item(2, f'<p>Läs <a href="{BASE}/inlagg-1">ett</a> och <a href="{BASE}/category/x/">x</a>.</p>'),
    )
    one, two = Article.objects.get(slug="inlagg-1"), Article.objects.get(slug="inlagg-2")
    value = one.body.raw_data[0]["value"]
    assert value.count(f'<a linktype="page" id="{two.pk}">') == 2
    assert f'<a linktype="document" id="{Attachment.objects.get().pk}">' in value
    assert f'<a linktype="page" id="{one.pk}">' in two.body.raw_data[0]["value"]
    assert one.latest_revision.content["body"] == one.serializable_data()["body"]
    assert one.revisions.count() == 1
    assert [f"{BASE}/category/x/" in what for what in problems(report)] == [True]


def test_one_bad_item_stops_nothing(run, tmp_path):
    (tmp_path / "media" / "trasig.jpg").write_bytes(b"<html>404</html>")
    whole = jpeg(tmp_path / "media" / "avbruten.jpg", (900, 900)).read_bytes()
    (tmp_path / "media" / "avbruten.jpg").write_bytes(whole[: len(whole) // 2])
    report = run(
        attachment(90, "trasig.jpg"),
        item(1),
        item(2, title="", gmt="2023-01-01 10:00:00"),
        item(3, gmt="i går", local="i går"),
        item(
            4,
            f'<p>Före</p><img src="{BASE}/wp-content/uploads/2023/01/trasig.jpg" alt="En bild"><p>Efter</p>',
            meta={"_thumbnail_id": 90},
        ),
        item(5, f'<img src="{BASE}/wp-content/uploads/avbruten.jpg"><img src="{BASE}/wp-content/uploads/saknas.jpg"><p>Kvar</p>'),
        item(6, "", title=""),
        item(0),
        item(1, title="Samma id"),
        item(7, '<img src="https://annan.example/x.jpg"><p>Kvar</p>'),
        item(8, "x" * 300, title="Lång " * 80),
        item(9, "<p>a &lt; b, <3 & \x0b</p>", title="Sist & bäst"),
    )
    assert report.created.total() == 6
    assert report.drafts == 2
    assert len({problem.item for problem in report.problems}) == 9
    four = Article.objects.get(slug="inlagg-4")
    assert four.lead_image is None
    assert f'<a href="{BASE}/wp-content/uploads/2023/01/trasig.jpg">En bild</a>' in four.body.raw_data[0]["value"]
    assert Picture.objects.count() == 0
    assert Article.objects.get(slug="inlagg-9").body.raw_data[0]["value"] == "<p>a &lt; b, &lt;3 &amp;</p>"
    assert not Article.objects.get(slug="inlagg-3").live


def test_malformed_xml_leaves_nothing_half_done(run, tmp_path):
    before = rows()
    with pytest.raises(BadExport):
        run(item(1), item(2), "<item><title>A & B</title></item>")
    assert rows() == before


@pytest.mark.parametrize(
    ("given", "live"),
    [
        ({"status": "publish"}, True),
        ({"status": "draft", "gmt": "0000-00-00 00:00:00"}, False),
        ({"status": "pending"}, False),
        ({"status": "private"}, False),
        ({"status": "future", "gmt": "2030-01-01 08:00:00"}, False),
        ({"password": "hemligt"}, False),
    ],
)
def test_only_what_was_public_is_public(run, given, live):
    report = run(item(1, **given))
    assert Article.objects.get().live is live
    assert (report.created.total(), report.drafts, report.redirects) == ((1, 0, 1) if live else (0, 1, 0))
    assert len(report.problems) == (0 if live or given.get("status") == "draft" else 1)


def test_an_author_in_the_map_signs_what_nobody_else_has_signed(run):
    signed = item(2, f"{LONG}<p>Eva Ek, socialchef i Eda</p>")
    run(item(1), signed, rules={"authors": {"redaktionen": "Bo Al"}})
    assert [post.bylines.get().name for post in Article.objects.order_by("slug")] == ["Bo Al", "Eva Ek"]


def test_what_is_no_content_is_counted(run):
    report = run(
        item(1, comments=3, sticky=1),
        item(2, status="trash"),
        item(3, kind="nav_menu_item"),
        item(4, kind="nav_menu_item"),
        item(5, slug="hoppa"),
        rules={"skip": ["hoppa"]},
    )
    assert report.created == {"article": 1}
    assert sum(report.skipped.values()) == 4
    assert (report.skipped["nav_menu_item"], report.comments) == (2, 3)
    assert len(report.problems) == 1


def test_pages_keep_their_tree_whatever_their_order(run, client):
    report = run(
        item(3, kind="page", slug="styrelsen", parent=2),
        item(2, kind="page", slug="om-oss", parent=1),
        item(1, kind="page", slug="film"),
        item(5, kind="page", slug="b", parent=4),
        item(4, kind="page", slug="a", parent=5),
        item(6, kind="post"),
    )
    assert report.created == {"page": 5, "article": 1}
    board = PlainPage.objects.get(slug="styrelsen")
    assert board.path_on_site == "/film-2/om-oss/styrelsen/"
    assert client.get("/styrelsen/")["Location"] == board.url
    assert not board.listed
    assert run(item(3, kind="page", slug="styrelsen", parent=2)).unchanged == 1


def test_slugs_that_collide_are_numbered_and_old_addresses_still_lead_right(run, client):
    run(
        item(1, slug="samma", link=f"{BASE}/2022/samma/"),
        item(2, slug="samma", link=f"{BASE}/2023/samma/", kind="nytt"),
        rules={"post_types": {"nytt": "article"}},
    )
    assert set(Article.objects.values_list("slug", flat=True)) == {"samma", "samma-2"}
    assert client.get("/2023/samma/")["Location"] == Article.objects.get(slug="samma-2").url


def test_an_address_that_leads_elsewhere_already_is_left_alone(run, home):
    Redirect.add_redirect("/inlagg-1", redirect_to="/annat/")
    rehearsal = run(item(1), dry_run=True)
    report = run(item(1))
    assert report.problems == rehearsal.problems
    assert Redirect.objects.get(old_path="/inlagg-1").redirect_link == "/annat/"
    assert "/inlagg-1" in problems(report)[0]


def test_tags_and_telling_categories_become_topics_and_regions(run):
    Region.objects.create(name="Skåne", slug="skane")
    Topic.objects.create(name="Nära vård", slug="nara-vard")
    tags = [("nara-vard", "Nära vård"), ("skane", "Skåne"), ("tillit", "Tillit")]
    run(item(1, tags=tags, categories=[("nyheter", "Nyheter"), ("barn", "Barn")]), item(2, tags=tags))
    post = Article.objects.get(slug="inlagg-1")
    assert {topic.name for topic in post.topics.all()} == {"Nära vård", "Tillit", "Barn"}
    assert [region.name for region in post.regions.all()] == ["Skåne"]
    assert Topic.objects.count() == 3


def test_the_command_reports_in_json_and_in_words(home):
    out = StringIO()
    options = {"media": DATA / "media", "map": MAP, "stdout": out}
    call_command("import_wordpress", DATA / "wordpress-export.xml", json=True, **options)
    report = json.loads(out.getvalue())
    assert (sum(report["created"].values()), report["drafts"], report["redirects"]) == (11, 1, 11)
    call_command("import_wordpress", DATA / "wordpress-export.xml", **options)
    assert ": 12" in out.getvalue()


def test_the_command_refuses_clearly(home, tmp_path):
    (tmp_path / "x.xml").write_text("<rss>")
    with pytest.raises(CommandError, match="XML"):
        call_command("import_wordpress", tmp_path / "x.xml")
    (tmp_path / "map.json").write_text('{"postr": {}}')
    with pytest.raises(CommandError, match="postr"):
        call_command("import_wordpress", DATA / "wordpress-export.xml", map=tmp_path / "map.json")
    with pytest.raises(CommandError, match="finns"):
        call_command("import_wordpress", DATA / "wordpress-export.xml", media=tmp_path / "finns")


def test_a_post_costs_the_same_number_of_queries_however_many_there_are(run):
    with CaptureQueriesContext(connection) as few:
        run(*[item(number, LONG) for number in range(1, 11)])
    with CaptureQueriesContext(connection) as many:
        run(*[item(number, LONG) for number in range(11, 61)])
    assert len(many) / 50 <= len(few) / 10

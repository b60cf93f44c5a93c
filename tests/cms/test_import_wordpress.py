"""The import as a whole: what comes out, what stays out, and that it can be repeated."""

import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from cms.importers import mapping
from cms.importers.mapping import BadMap
from cms.importers.wordpress import import_wordpress
from cms.importers.wxr import BadExport
from cms.models import (
    Article, Attachment, Award, Call, Clipping, Column, Event, Film, KeyDate, Person, Picture, PlainPage, Post, Region, Topic,
)  # fmt: skip
from cms.outbox import Outgoing
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageLogEntry, Revision

from tests.cms.exports import BASE, attachment, item, write

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "deploy" / "demo" / "data"
MAP = ROOT / "deploy" / "demo" / "wordpress-map.json"
NOW = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
KICKER = [("ordforanden-har-ordet", "Ordföranden har ordet")]
LONG = "<p>" + "En mening som fyller ut. " * 10 + "</p>"


@pytest.fixture
def demo(home):
    def run(**options):
        return import_wordpress(DATA / "wordpress-export.xml", media=DATA / "media", mapping=mapping.load(MAP), now=NOW, **options)

    return run


@pytest.fixture
def run(home, tmp_path):
    """Import items with the media of `tmp_path/media`: `run(item(1), …, rules={…})`."""
    (tmp_path / "media").mkdir()

    def go(*items, rules=None, **options):
        path = write(tmp_path, *items)
        return import_wordpress(path, media=tmp_path / "media", mapping=mapping.read(rules or {}), now=NOW, **options)

    return go


def jpeg(path, size=(40, 30), colour="red"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def problems(report):
    return [problem.what for problem in report.problems]


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
    assert list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "latest_revision_created_at", "url_path")) == stamps
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
    assert Redirect.objects.get(old_path="/?p=106").redirect_page.specific == Call.objects.get()


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
        item(1, f'<p>Läs <a href="{BASE}/inlagg-2/#mer">två</a>, <a href="/?p=2">2</a> och <a href="{BASE}/wp-content/uploads/a.pdf">pdf</a>.</p>'),
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
        item(4, f'<p>Före</p><img src="{BASE}/wp-content/uploads/2023/01/trasig.jpg" alt="En bild"><p>Efter</p>', meta={"_thumbnail_id": 90}),
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
    report = run(item(1))
    assert Redirect.objects.get(old_path="/inlagg-1").redirect_link == "/annat/"
    assert "/inlagg-1" in problems(report)[0]


def test_media_are_found_in_all_their_shapes(run, tmp_path):
    jpeg(tmp_path / "media" / "2022" / "01" / "bild.jpg", colour="red")
    jpeg(tmp_path / "media" / "2023" / "01" / "Bild.jpg", colour="blue")
    jpeg(tmp_path / "media" / "stor-scaled.jpg", colour="green")
    up = f"{BASE}/wp-content/uploads"
    report = run(
        attachment(90, "bild.jpg", folder="2023/01", alt="Blå", caption="En bild (foto: Bo Ek)"),
        attachment(91, "oanvand.jpg"),
        item(
            1,
            f'<img src="{up}/2023/01/bild-1024x768.jpg"><img src="{up}/2022/01/bild.jpg?x=1"><img src="{up}/stor-300x200.jpg" alt="Grön">',
            meta={"_thumbnail_id": 90},
        ),
    )
    post = Article.objects.get()
    assert report.problems == []
    assert (report.pictures, report.unused_media) == (3, 1)
    lead = post.lead_image
    assert (lead.description, lead.caption, lead.photographer) == ("Blå", "En bild", "Bo Ek")
    assert lead.source_url == f"{up}/2023/01/bild.jpg"
    with Image.open(BytesIO(lead.file.read())) as image:
        assert image.getpixel((1, 1))[2] > 200
    assert [block.block_type for block in post.body] == ["picture", "picture"]
    assert Picture.objects.get(description="Grön").title == "stor-scaled"


def test_the_same_content_is_stored_once(run, tmp_path):
    jpeg(tmp_path / "media" / "a.jpg")
    (tmp_path / "media" / "b.jpg").write_bytes((tmp_path / "media" / "a.jpg").read_bytes())
    run(item(1, f'<p>x</p><img src="{BASE}/wp-content/uploads/a.jpg"><img src="{BASE}/wp-content/uploads/b.jpg">'))
    assert Picture.objects.count() == 1


def test_a_credit_in_the_text_goes_to_its_picture(run, tmp_path):
    jpeg(tmp_path / "media" / "a.jpg")
    run(item(1, f'<p>Text.</p><img src="{BASE}/wp-content/uploads/a.jpg"><p>På bilden syns Bo (foto: Anna Åman).</p>'))
    body = Article.objects.get().body
    assert body[1].value["image"].photographer == "Anna Åman"
    assert "foto" not in body.raw_data[2]["value"]


def test_signed_without_a_kicker_is_an_article_with_byline(run):
    ending = "<p>Varma hälsningar</p><p>Eva Ek, socialchef i Eda kommun och ledamot i FSS</p>"
    report = run(item(1, LONG + ending, categories=KICKER), item(2, LONG + ending, categories=[("blogg", "Blogg")]))
    one, two = Article.objects.get(slug="inlagg-1"), Article.objects.get(slug="inlagg-2")
    assert (one.genre, two.genre) == ("news", "blog")
    assert one.bylines.get().printed_roles() == ("socialchef, Eda kommun", "ledamot, FSS")
    assert one.body.raw_data[-1]["value"].endswith("<p>Varma hälsningar<br/>Eva Ek</p>")
    assert Person.objects.get() == two.bylines.get().person
    assert [problem.item for problem in report.problems] == ["inlagg-1"]


def test_people_are_reused_by_exact_name_only(run, home):
    jonas = Person.objects.create(name="Jonas Åman", slug="jonas-aman", title="kassör")
    report = run(
        item(1, f"<p>ORDFÖRANDE HAR ORDET 2 MAJ 2023: Hej.</p>{LONG}<p>Jonas Åman, ordförande FSS</p>"),
        item(2, f"<p>ORDFÖRANDE HAR ORDET 2 MAJ 2023: Hej.</p>{LONG}<p>Jonas Åhman, ordförande FSS</p>"),
    )
    assert report.people == 1
    assert Column.objects.get(slug="inlagg-1").bylines.get().person == jonas
    jonas.refresh_from_db()
    assert (jonas.title, Person.objects.count()) == ("kassör", 2)
    assert "Jonas Åhman" in problems(report)[0]


def test_a_column_that_states_another_day_shows_it(run):
    report = run(item(1, f"<p>ORDFÖRANDE HAR ORDET 6 MARS 2023: Hej.</p>{LONG}<p>Eva Ek, ordförande FSS</p>"))
    column = Column.objects.get()
    assert column.date == datetime(2023, 3, 6, 9, tzinfo=UTC)
    assert column.first_published_at == datetime(2023, 5, 2, 8, tzinfo=UTC)
    assert len(report.problems) == 1


def test_tags_and_telling_categories_become_topics_and_regions(run):
    Region.objects.create(name="Skåne", slug="skane")
    Topic.objects.create(name="Nära vård", slug="nara-vard")
    tags = [("nara-vard", "Nära vård"), ("skane", "Skåne"), ("tillit", "Tillit")]
    run(item(1, tags=tags, categories=[("nyheter", "Nyheter"), ("barn", "Barn")]), item(2, tags=tags))
    post = Article.objects.get(slug="inlagg-1")
    assert {topic.name for topic in post.topics.all()} == {"Nära vård", "Tillit", "Barn"}
    assert [region.name for region in post.regions.all()] == ["Skåne"]
    assert Topic.objects.count() == 3


def test_the_map_chooses_types_and_fills_fields(run):
    rules = {
        "categories": {"notis": "article", "konferenser": {"type": "event", "fields": {"place": "Lund"}}},
        "posts": {"inlagg-3": {"type": "call", "fields": {"deadline": "2023-12-15", "title": "Ny titel", "topics": ["Forskning"]}}},
    }
    run(
        item(1, f"<p>ORDFÖRANDE HAR ORDET 2 MAJ 2023: Hej.</p>{LONG}", categories=[("notis", "Notis")]),
        item(2, categories=[("konferenser", "Konferenser")]),
        item(3),
        rules=rules,
    )
    assert Column.objects.count() == 1
    assert Event.objects.get().place == "Lund"
    call = Call.objects.get()
    assert (call.title, call.deadline) == ("Ny titel", date(2023, 12, 15))
    assert [topic.name for topic in call.topics.all()] == ["Forskning"]
    assert KeyDate.objects.get(post=call).kind == "deadline"


def test_a_map_for_posts_that_are_not_there_is_told(run):
    assert [problem.item for problem in run(item(1), rules={"posts": {"borta": "call"}}).problems] == ["borta"]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([], "map"),
        ({"kategorier": {}}, "kategorier"),
        ({"posts": []}, "posts"),
        ({"posts": {"a": "krönika"}}, "posts.a.type"),
        ({"posts": {"a": 3}}, "posts.a"),
        ({"posts": {"a": {"type": "call", "falt": {}}}}, "posts.a.falt"),
        ({"posts": {"a": {"type": "call", "fields": {"deadlin": "2023-12-15"}}}}, "posts.a.fields.deadlin"),
        ({"posts": {"a": {"type": "call", "fields": {"deadline": "15/12"}}}}, "posts.a.fields.deadline"),
        ({"posts": {"a": {"type": "call", "fields": {"link": "ingen"}}}}, "posts.a.fields.link"),
        ({"posts": {"a": {"type": "call", "fields": {"wanted": ["a"]}}}}, "posts.a.fields.wanted"),
        ({"posts": {"a": {"type": "call", "fields": {"members_only": "ja"}}}}, "posts.a.fields.members_only"),
        ({"posts": {"a": {"type": "award", "fields": {"submitted": -1}}}}, "posts.a.fields.submitted"),
        ({"posts": {"a": {"type": "award", "fields": {"submitted": True}}}}, "posts.a.fields.submitted"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": {}}}}}, "posts.a.fields.nominees"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{"projekt": "x"}]}}}}, "projekt"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{"project": "x", "organisations": "y"}]}}}}, "organisations"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{"project": "x", "organisations": [], "categories": ["y"]}]}}}}, "organisations"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{"organisations": ["z"], "categories": ["y"]}]}}}}, "project"),
        ({"posts": {"a": {"fields": {"title": "x"}}}}, "posts.a.fields"),
    ],
)  # fmt: skip
def test_a_faulty_map_is_refused_by_name_before_anything_is_imported(db, rules, told):
    with pytest.raises(BadMap, match=told):
        mapping.read(rules)


def test_a_map_may_be_toml(db, tmp_path):
    path = tmp_path / "map.toml"
    path.write_text('[posts.a]\ntype = "call"\n[posts.a.fields]\ndeadline = 2023-12-15\n')
    assert mapping.load(path).posts["a"].fields == {"deadline": date(2023, 12, 15)}
    path.write_text("[posts.a")
    with pytest.raises(BadMap):
        mapping.load(path)


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

"""Pictures, credits and people: found, stored once, never mixed up."""

from datetime import UTC, datetime
from io import BytesIO

from PIL import Image

from cms.models import Article, Column, Person, Picture
from tests.cms.importers.exports import BASE, LONG, attachment, item, jpeg, problems

KICKER = [("ordforanden-har-ordet", "Ordföranden har ordet")]


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
            f'<img src="{up}/2023/01/bild-1024x768.jpg"><img src="{up}/2022/01/bild.jpg?x=1">'
            f'<img src="{up}/stor-300x200.jpg" alt="Grön">',
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

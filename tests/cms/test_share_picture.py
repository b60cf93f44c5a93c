"""Share pictures: what stands on them, when they are drawn and how long they stay."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from cms import copying, share_drawing, share_picture
from cms.models import Article, Byline, Identity, SharePicture
from cms.share_drawing import GROUND, MARGIN, Words, draw
from tests.browser.press import person, picture

COLOURS = ("#c9dbe0", "#f3d9a4", "#3f6b6e")
LONG = "Funktionsnedsättningsorganisationernas samarbetsöverenskommelse om personcentrerade insatser " * 3


def inked(image: bytes, wide: int = 1200) -> tuple[int, int, int, int]:
    """The box of all that isn't ground; JPEG's ringing left out."""
    shown = Image.open(BytesIO(image)).convert("RGB").crop((0, 0, wide, 627))
    apart = ImageChops.difference(shown, Image.new("RGB", shown.size, GROUND)).convert("L")
    return apart.point(lambda value: 255 * (value > 40)).getbbox()


def portrait() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 500), "#336699").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("face", [None, portrait()])
@pytest.mark.parametrize("title", ["Mod", LONG, "W" * 200, "Åängström (ÅÄÖ) gjpqy " * 5, ""])
def test_no_text_comes_near_an_edge(title, face):
    image = draw(Words(title, "Ordföranden har ordet · 6 mars " * 4, "Föreningen Sveriges Socialchefer " * 4), face)
    assert Image.open(BytesIO(image)).size == (1200, 627)
    left, top, right, bottom = inked(image, 800 if face else 1200)
    assert left >= MARGIN - 1
    assert top >= MARGIN - 1
    assert right <= (800 if face else 1200) - share_drawing.GAP + 1
    assert bottom <= 627 - MARGIN + 1


@given(st.text(max_size=200))
@settings(max_examples=40)
def test_a_title_of_any_characters_has_at_most_three_lines(title):
    lines, face = share_drawing.set_title(share_drawing.plain(title), 690, 400)
    assert len(lines) <= 3
    assert all(face.getlength(line) <= 690 for line in lines)


def test_the_portrait_fills_the_right_third_and_emoji_are_left_out():
    shown = Image.open(BytesIO(draw(Words("Mod"), portrait())))
    assert max(abs(one - other) for one, other in zip(shown.getpixel((1190, 10)), (51, 102, 153), strict=True)) < 12
    assert share_drawing.plain("Łódź 🎉 ”hej” – e\u0301") == "Lódz ”hej” – é"


@pytest.fixture
def association(home):
    return Identity.objects.create(name="Föreningen", short_name="FSS")


@pytest.fixture
def work(association):
    """Do what stands in the task table."""

    def do():
        for row in DBTaskResult.objects.ready().filter(task_path__endswith="draw_share_picture"):
            share_picture.draw_share_picture.func(*row.args_kwargs["args"])
            row.delete()

    return do


def image_of(client, path):
    found = re.search(r'og:image" content="https://ordet.example.se/media/(\S+)"', client.get(path).content.decode())
    return found and found[1]


def test_a_post_without_a_picture_gets_one_drawn_by_a_job_and_anew_when_its_words_change(publish, client, work):
    post = publish(Article, title="Mod")
    assert image_of(client, post.url) is None
    work()
    first = image_of(client, post.url)
    assert first.startswith("share/")
    assert default_storage.exists(first)
    assert 'twitter:card" content="summary_large_image"' in client.get(post.url).content.decode()
    post.save_revision().publish()
    work()
    assert image_of(client, post.url) == first
    post.title = "Mera mod"
    post.save_revision().publish()
    work()
    second = image_of(client, post.url)
    karin = person("Karin", "karin", "Socialdirektör", "Umeå", picture("Karin", COLOURS, (300, 300)))
    post.bylines.add(Byline(person=karin))
    post.save_revision().publish()
    work()
    assert len({first, second, image_of(client, post.url)}) == 3


def test_a_lead_picture_goes_before_and_pages_without_one_show_the_sites(publish, client, work):
    post = publish(Article, title="Mod", lead_image=picture("Sjö", COLOURS, (1300, 900), description="En sjö"))
    copying.prepare(post)
    drawn = publish(Article, title="Utan")
    work()
    assert image_of(client, post.url).startswith("images/")
    assert 'og:image:alt" content="En sjö"' in client.get(post.url).content.decode()
    home, section = image_of(client, "/"), image_of(client, "/nyheter/")
    assert len({home, section, image_of(client, drawn.url)}) == 3
    assert image_of(client, "/nyhetsbrev/") == home


def test_the_sweep_draws_what_is_missing_and_what_the_associations_name_changed(publish, association, monkeypatch):
    publish(Article, title="Mod")
    assert share_picture.sweep() == 3  # home, section, post
    assert share_picture.sweep() == 0
    Identity.objects.update(short_name="SOC")
    monkeypatch.setattr(share_picture, "ROUND", 1)
    assert [share_picture.sweep() for _ in range(3)] == [1, 1, 0]


def test_between_the_nights_only_pages_without_one_are_drawn_and_few_at_a_time(publish, association, monkeypatch):
    publish(Article, title="Mod")
    publish(Article, title="Med bild", slug="med", lead_image=picture("Sjö", COLOURS, (300, 200)))
    monkeypatch.setattr(share_picture, "ROUND", 2)
    assert [share_picture.sweep_missing() for _ in range(3)] == [2, 1, 0]
    Identity.objects.update(short_name="SOC")
    with CaptureQueriesContext(connection) as found:
        assert share_picture.sweep_missing() == 0
    assert len(found) <= 3


def test_old_pictures_are_removed_after_a_day_and_those_in_use_stay(publish, association):
    publish(Article, title="Mod")
    share_picture.sweep()
    kept = {row.file for row in SharePicture.objects.all()}
    Identity.objects.update(short_name="SOC")
    share_picture.sweep()
    now = timezone.now()
    assert share_picture.forget_old(now) == 0
    assert share_picture.forget_old(now + timedelta(days=2)) == 2
    assert len(kept & {row.file for row in SharePicture.objects.all()}) == 1
    assert all(default_storage.exists(row.file) for row in SharePicture.objects.all())
    SharePicture.objects.all().delete()
    assert share_picture.forget_old(now + timedelta(days=2)) == 3


def test_a_portrait_that_can_not_be_read_costs_the_portrait_only(publish, work, client):
    face = picture("Karin", COLOURS, (300, 300))
    face.file.storage.delete(face.file.name)
    post = publish(Article, title="Mod")
    post.bylines.add(Byline(person=person("Karin", "karin", "", "", face)))
    post.save_revision().publish()
    work()
    assert image_of(client, post.url).startswith("share/")

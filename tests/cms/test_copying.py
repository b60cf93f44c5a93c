"""Copies of pictures: made by the job after publication and by a preview, never in a reader's request."""

from pathlib import Path

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from cms import copying, version
from cms.models import Article, Byline, PictureRendition
from cms.publishing import sweep_pictures
from tests.browser.press import person, picture

API = "/api/content/v1"
COLOURS = ("#c9dbe0", "#f3d9a4", "#3f6b6e")


@pytest.fixture(autouse=True)
def _empty_caches():
    cache.clear()
    caches["asked"].clear()


@pytest.fixture
def illustrated(publish):
    """A post with a lead picture, a picture in the text and a portrait."""
    lead, inner, face = (picture(title, COLOURS, (300, 200)) for title in ("Sjö", "Skog", "Karin"))
    body = [("picture", {"image": inner, "alt": "", "caption": "", "photographer": ""})]
    post = publish(Article, title="Hej", lead_image=lead, body=body)
    post.bylines.add(Byline(person=person("Karin", "karin", "Chef", "Umeå", face)))
    post.save_revision().publish()
    return Article.objects.get(pk=post.pk)


def asked():
    """Return the arguments of the jobs that wait, oldest first."""
    rows = DBTaskResult.objects.filter(task_path="cms.copying.make_copies").order_by("enqueued_at")
    return [row.args_kwargs["args"][0] for row in rows]


def test_publication_asks_for_all_copies_and_the_job_makes_them_once(illustrated, now):
    lead, inner = illustrated.lead_image_id, illustrated.body[0].value["image"].pk
    face = illustrated.bylines.get().person.portrait_id
    wanted = asked()[-1]
    assert wanted == [*([lead, shape] for shape in copying.LEAD_SHAPES), [inner, "body"], [face, "portrait"]]
    before = version.state(now).key
    assert copying.make_copies.call(wanted) == len(wanted)
    assert version.state(now).key != before
    assert copying.missing(copying.places(illustrated)) == []
    assert copying.make_copies.call(wanted) == 0
    number = len(asked())
    illustrated.save_revision().publish()
    assert len(asked()) == number


def test_a_reader_gets_what_there_is_and_the_job_is_asked_once(illustrated, client):
    DBTaskResult.objects.all().delete()
    assert client.get(f"{API}/posts").json()["items"][0]["image"] is None
    client.get("/")
    # Whatever pushes kept answers out, or clears them, makes nobody ask again.
    cache.clear()
    client.get("/")
    client.get(f"{API}/posts/{illustrated.translation_key}")
    client.get(illustrated.path_on_site)
    client.get(illustrated.path_on_site)
    assert not PictureRendition.objects.exists()
    jobs = [tuple(one) for job in asked() for one in job]
    assert len(jobs) == len(set(jobs)) >= 4
    for job in asked():
        copying.make_copies.call(job)
    copying.prepare(illustrated)
    assert client.get(f"{API}/posts").json()["items"][0]["image"]["width"] == 300
    DBTaskResult.objects.all().delete()
    detail = client.get(f"{API}/posts/{illustrated.translation_key}").json()
    assert (detail["lead_image"]["width"], asked()) == (300, [])
    assert "/media/images/sj" in client.get(illustrated.path_on_site).content.decode()


def test_a_preview_shows_pictures_that_nobody_has_published(illustrated, client, eva):
    fresh = picture("Ny", COLOURS, (300, 200))
    illustrated.lead_image = fresh
    illustrated.save_revision()
    client.force_login(eva)
    answer = client.get(f"/admin/pages/{illustrated.pk}/view_draft/")
    assert "/media/images/ny." in answer.content.decode()


def test_a_file_that_is_no_picture_stops_nothing(illustrated):
    Path(illustrated.lead_image.file.path).write_text("no picture")
    assert copying.prepare(illustrated) == 2
    assert copying.make_copies.call([[4711, "card"]]) == 0


def test_the_sweep_asks_for_what_is_missing(illustrated):
    DBTaskResult.objects.all().delete()
    assert sweep_pictures() == 1
    copying.make_copies.call(asked()[0])
    assert sweep_pictures() == 0


def test_pictures_in_a_text_cost_one_query_however_many(publish, client):
    def queries(number):
        inner = [picture(f"Bild {number} {at}", COLOURS, (300, 200)) for at in range(number)]
        body = [("picture", {"image": image, "alt": "", "caption": "", "photographer": ""}) for image in inner]
        post = publish(Article, title=f"Med {number}", body=body)
        copying.prepare(post)
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"{API}/posts/{post.translation_key}").json()
        assert len(answer["body"]) == number
        return len(found)

    queries(1)
    assert queries(1) == queries(4)

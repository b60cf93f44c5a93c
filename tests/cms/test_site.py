"""The reader site: what is shown to whom, and at a cost that doesn't grow with the number of posts."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from cms import access, copying, faces
from cms.keydates import on_day
from cms.models import Article, Award, Call, Column, Event, PlainPage, Topic, section_for
from tests.browser.press import person, picture

COLOURS = ("#c9dbe0", "#f3d9a4", "#3f6b6e")


@pytest.fixture
def many(publish, home):
    """Publish `number` posts of several kinds, each with picture, byline, topics and key dates."""
    image = picture("Sjö", COLOURS, (900, 600), description="En sjö")
    karin = person("Karin", "karin", "Socialdirektör", "Umeå", picture("Karin", COLOURS, (300, 300)), "Ordförande")
    topic = Topic.objects.create(name="Ledarskap", slug="ledarskap")
    kinds = [Article, Column, Call, Event, Award]

    def make(number):
        day = timezone.localdate() + timedelta(days=30)
        extra = {Call: {"deadline": day}, Event: {"first_day": day}, Award: {"voting_closes": day}}
        for count in range(number):
            model = kinds[count % len(kinds)]
            post = publish(model, title=f"{model.KIND} {count}", lead_image=image, **extra.get(model, {}))
            post.topics.add(topic)
            post.bylines.create(person=karin, name="Karin")
            post.save()
            copying.prepare(post)  # as the job does after publication

    return make


def queries(client, path):
    """Return the queries of a warm GET."""
    cache.clear()
    client.get(path)
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in found]


@pytest.mark.parametrize("path", ["/", "/nyheter/", "/nyheter/article-0/", "/evenemang/event-3/"])
def test_a_page_costs_the_same_however_many_posts_there_are(many, client, path):
    many(6)
    few = queries(client, path)
    many(40)
    more = queries(client, path)
    assert len(more) == len(few), (Counter(few) - Counter(more), Counter(more) - Counter(few))
    assert len(few) <= 40


def test_home_shows_the_newest_first_and_leads_to_the_older(many, client):
    many(25)
    first = client.get("/").content.decode()
    assert first.index("award 24") < first.index("event 23")
    older = first[first.index("?efter=") :].split('"')[0]
    second = client.get(f"/{older}").content.decode()
    assert "article 0" in second
    assert "award 24" not in second
    assert client.get("/?efter=nonsens").status_code == 404


def test_drafts_plain_pages_and_restricted_pages_are_in_no_list(publish, home, client):
    publish(Article, title="Synlig")
    publish(Article, title="Hemlig")
    publish(PlainPage, title="Om oss")
    section = section_for(Article, home)
    section.add_child(instance=Article(title="Utkast", live=False))
    PageViewRestriction.objects.create(page=Article.objects.get(title="Hemlig"), restriction_type="login")
    text = client.get("/").content.decode()
    assert "Synlig" in text
    assert not [title for title in ("Hemlig", "Utkast", "Om oss") if title in text]


def test_the_menu_names_the_sections_but_no_restricted_one(publish, home, client):
    publish(Article)
    publish(Call)
    PageViewRestriction.objects.create(page=section_for(Call, home), restriction_type="login")
    text = client.get("/").content.decode()
    assert ">Nyheter</a>" in text
    assert ">Utlysningar</a>" not in text


def test_members_only_shows_title_and_summary_and_a_notice(publish, client, eva):
    post = publish(Article, title="Lön", summary="Kort.", members_only=True, body=[("text", "<p>Hemligt.</p>")])
    response = client.get(post.url)
    text = response.content.decode()
    assert "Lön" in text
    assert "Kort." in text
    assert "För medlemmar" in text
    assert "Hemligt" not in text
    assert "private" in response["Cache-Control"]
    client.force_login(eva)
    assert "Hemligt" in client.get(post.url).content.decode()


def test_whoever_a_reader_test_knows_may_read(publish, client, monkeypatch):
    monkeypatch.setattr(access, "_readers", [lambda request: request.GET.get("member") == "1"])
    post = publish(Article, members_only=True, body=[("text", "<p>Hemligt.</p>")])
    assert "Hemligt" not in client.get(post.url).content.decode()
    assert "Hemligt" in client.get(f"{post.url}?member=1").content.decode()


def test_a_picture_whose_file_is_gone_costs_the_picture_and_not_the_page(publish, client):
    image = picture("Sjö", COLOURS, (900, 600), description="En sjö")
    post = publish(Article, lead_image=image, body=[("picture", {"image": image, "alt": "", "caption": "", "photographer": ""})])
    image.file.storage.delete(image.file.name)
    assert client.get(post.url).status_code == 200
    assert client.get("/").status_code == 200


def test_pictures_have_size_alt_caption_and_credit(publish, client):
    image = picture("Sjö", COLOURS, (900, 600), description="En sjö", caption="I juni.", photographer="Per Öst")
    post = publish(Article, lead_image=image)
    copying.prepare(post)
    text = client.get(post.url).content.decode()
    assert 'alt="En sjö"' in text
    assert "Foto: Per Öst" in text
    assert 'height="600"' in text
    source = r'<source sizes="[^"]+" srcset="\S+\.avif 880w, \S+\.avif 900w" type="image/avif">'
    assert re.search(rf"<picture>{source}<img [^>]+></picture>", text)
    assert re.search(r'og:image" content="https://ordet.example.se/media/\S+\.jpg', text)


def test_head_names_the_page_for_other_sites(publish, client):
    text = client.get(publish(Article, title="A & B", summary="Kort <om> det.").url).content.decode()
    assert '<html lang="sv">' in text
    assert '<link rel="canonical" href="https://ordet.example.se/nyheter/a-b/">' in text
    assert 'property="og:title" content="A &amp; B"' in text
    assert 'name="description" content="Kort &lt;om&gt; det."' in text


def test_a_missing_page_is_explained_in_swedish(client, home):
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.content.decode()


def test_a_call_closes_without_anybodys_hand(publish, client):
    today = timezone.localdate()
    assert "3 dagar kvar" in client.get(publish(Call, deadline=today + timedelta(days=3)).url).content.decode()
    assert "Stängd" in client.get(publish(Call, deadline=today - timedelta(days=1)).url).content.decode()


@pytest.mark.parametrize(
    ("hours", "words"), [(48 + 12, "2 dagar kvar"), (24 + 12, "1 dag kvar"), (12, "I dag är sista dagen"), (-1, "Stängd")]
)
def test_days_left_in_words(now, hours, words):
    day = on_day("deadline", "Sista dag", (now + timedelta(hours=12)).date())[0]
    assert faces.left(day.ends, day.ends - timedelta(hours=hours)) == words


def test_date_blocks_span_days_and_months(now):
    june = on_day("event", "När", now.date().replace(month=6, day=17), last=now.date().replace(month=6, day=19))[0]
    across = on_day("event", "När", now.date().replace(month=5, day=30), last=now.date().replace(month=6, day=2))[0]
    assert faces.block(june) == faces.Block("17–19", "juni", "2026")
    assert faces.block(across) == faces.Block("30", "maj – 2 juni", "2026")


def test_the_voting_window_moves_with_time(now):
    dates = [*on_day("opens", "Öppnar", now.date()), *on_day("closes", "Stänger", now.date() + timedelta(days=9))]
    shares = [faces.window(dates, "opens", "closes", now + timedelta(days=days)) for days in (-2, 4.5, 30)]
    assert [(one.state, one.share) for one in shares] == [("before", 0), ("open", 50), ("after", 100)]
    assert faces.window(dates[:1], "opens", "closes", now) is None


@pytest.mark.parametrize(("text", "led"), [("<p>Vi &amp; ni. Tillsammans.</p>", False), ("<p>Något annat.</p>", True)])
def test_a_text_that_opens_with_its_summary_says_it_once(publish, client, text, led):
    post = publish(Article, title="Nytt", summary="Vi & ni.", body=[("text", RichText(text))])
    page = client.get(post.url).content.decode().partition("</head>")[2]
    assert page.count("Vi &amp; ni.") == 1
    assert ('<p class="lead">' in page) == led

"""From an issue's rows to its letter: posts, pictures, dates, the sender, and what is missing."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils.html import strip_tags
from django.utils.translation import override

from cms.models import Call, Identity, content_types
from newsletter import letter
from newsletter.contents import coming, gather, whole
from newsletter.items import LetterError
from newsletter.mailings import CannotStart, start_mailing
from newsletter.models import Issue, MailingList
from newsletter.preflight import check
from newsletter.render import render
from tests.newsletter import newsroom


@pytest.fixture
def made(publish):
    # Wagtail keeps renditions in the cache, which outlives a test's rows.
    cache.clear()
    newsroom.association()
    return newsroom.posts(publish)


def test_every_content_type_reaches_the_letter(made, now):
    assert set(made) == set(content_types())
    found = render(gather(newsroom.issue(list(made.values())), now))
    words = strip_tags(found.html)
    for post in made.values():
        assert post.title in words
        assert post.title.upper() in found.text
        assert post.path_on_site in found.html
        assert post.path_on_site in found.text
    assert "Nr 3 · mars 2026" in words
    assert "du är medlem i Föreningen Sveriges socialledare" in words
    assert len(found.html.encode()) < 102_400


def test_pictures_are_jpeg_with_whole_addresses_and_alt(made, now):
    items = {item.teaser.kind: item for item in gather(newsroom.issue(list(made.values())), now).items if item.KIND == "post"}
    portrait, film = items["column"].picture, items["film"].picture
    assert portrait.url.startswith("https://ordet.example.se/media/")
    assert portrait.url.endswith(".jpg")
    assert (portrait.width, portrait.height) == (144, 144)
    assert portrait.alt == "Bild av ingrid åhman"
    assert "playsign" in film.url
    assert items["call"].picture.width == 544


def test_the_issues_own_title_and_summary_go_before_the_posts(made, now):
    issue = newsroom.issue([])
    issue.content = [("post", {"post": made["article"], "title": "Vår rubrik", "summary": "Vår ingress"})]
    teaser = gather(issue, now).items[0].teaser
    assert (teaser.title, teaser.summary) == ("Vår rubrik", "Vår ingress")


@pytest.mark.parametrize(("basis", "words"), [("membership", "medlem i"), ("consent", "anmält dig till ”Nyheter”")])
def test_why_one_gets_it_follows_from_the_list(home, now, basis, words):
    mailing_list = MailingList.objects.create(name="Nyheter", slug="nyheter", legal_basis=basis)
    with override("sv"):
        assert words in gather(Issue(subject="x"), now, mailing_list).sender.why


def test_an_unpublished_post_is_named(made, now):
    made["article"].unpublish()
    with override("sv"), pytest.raises(LetterError, match=r"Del 1, inlägg: ”Ny .*” är inte publicerat") as caught:
        gather(newsroom.issue([made["article"]]), now)
    assert caught.value.block == 1


def test_a_deleted_post_is_named(made, now):
    issue = newsroom.issue([made["column"], made["article"]])
    made["article"].delete()
    with pytest.raises(LetterError) as caught:
        gather(Issue.objects.get(pk=issue.pk), now)
    assert caught.value.block == 2


def test_a_picture_whose_file_is_gone_is_named(made, now):
    made["article"].lead_image.file.delete(save=False)
    with pytest.raises(LetterError) as caught:
        gather(newsroom.issue([made["article"]]), now)
    assert caught.value.block == 1


def test_a_logo_that_is_gone_gives_way_to_the_name(made, now):
    who = Identity.load()
    who.logo = newsroom.picture("Märke", (300, 100))
    who.save()
    assert gather(newsroom.issue([]), now).sender.logo.width == 220
    who.logo.renditions.all().delete()
    cache.clear()
    who.logo.file.delete(save=False)
    assert gather(newsroom.issue([]), now).sender.logo is None


def test_coming_dates_are_those_within_the_span_and_not_over(made, now):
    lines = coming(now, now + timedelta(days=60))
    assert [(line.date.text, line.title) for line in lines] == [
        ("17 april 2026", "Skicka in ditt abstract till nordiska forskarkonferensen"),
    ]
    during = coming(now + timedelta(days=104), now + timedelta(days=105))
    assert [(line.date.text, line.date.label) for line in during] == [("17–19 juni 2026", "Evenemang")]


def test_links_are_made_whole(settings):
    settings.FRONTEND_URL = "https://www.example.se"
    assert whole("/x/") == "https://www.example.se/x/"
    assert whole("/documents/1/a.pdf") == "https://ordet.example.se/documents/1/a.pdf"
    assert whole("mailto:a@example.se") == "mailto:a@example.se"


def test_page_links_in_free_text_become_whole(made, now):
    issue = newsroom.issue([])
    issue.content = [("text", f'<p><a linktype="page" id="{made["article"].pk}">läs</a></p>')]
    found = render(gather(issue, now))
    assert f'{made["article"].path_on_site}"' in found.html
    assert 'href="https://' in found.html


def test_a_closed_call_is_closed_without_anybodys_hand(publish, now):
    newsroom.association()
    call = publish(Call, title="Utlysning", deadline=(now - timedelta(days=1)).date())
    found = render(gather(newsroom.issue([call]), now))
    assert "Stängd" in found.html


def test_preflight_says_what_stops_and_what_warns(made, now):
    issue = newsroom.issue([made["call"]], preheader="", live=False)
    late = now + timedelta(days=100)
    with override("sv"):
        found = check(issue, late)
    assert any("inte godkänt" in problem for problem in found.problems)
    assert any("förhandsrad" in warning for warning in found.warnings)
    assert any("17 april 2026" in warning for warning in found.warnings)
    issue.save_revision().publish()
    assert check(Issue.objects.get(pk=issue.pk), now).problems == []


def test_preflight_stops_what_gmail_would_cut(made, now):
    issue = newsroom.issue([])
    issue.content = [("text", "<p>" + "långa ord " * 12_000 + "</p>")]
    with override("sv"):
        assert any("102 kB" in problem for problem in check(issue, now).problems)


def test_slots_are_left_for_each_member(made, now):
    found = render(gather(newsroom.issue([made["column"]]), now))
    assert all(found.html.count(slot) == 1 for slot in letter.LINKS)


@pytest.mark.parametrize(
    ("content", "said"), [([], "The issue is empty"), ([("text", "<p>" + "långa ord " * 12_000 + "</p>")], "102 kB")]
)
def test_what_preflight_stops_cannot_be_started(made, now, content, said):
    issue = newsroom.issue([made["call"]])
    issue.content = content
    issue.save_revision().publish()
    mailing_list = MailingList.objects.create(name="Nyheter", slug="nyheter")
    with override("en"), pytest.raises(CannotStart, match=said):
        start_mailing(issue, mailing_list, now)

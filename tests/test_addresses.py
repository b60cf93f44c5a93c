"""Ordet's own addresses and those of pages: neither may stand in the other's way."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail import urls as wagtail_urls

from cms.addresses import TAKEN
from cms.models import Article, PlainPage, SectionIndex, content_types
from deploy.urls import urlpatterns

# These are answered before any address is looked up, or belong to a development server.
ELSEWHERE = {"static", "mail"}


def first_parts(patterns):
    """Yield the first part of each address; wagtail's own list of pages comes last and takes what is left."""
    for pattern in patterns:
        if getattr(pattern, "urlconf_name", None) is wagtail_urls:
            continue
        route = str(pattern.pattern).lstrip("^")
        # Beside a page, below its own address.
        if route.startswith("<path:path>/"):
            continue
        if route:
            yield re.split(r"[/$]", route)[0]
        else:
            yield from first_parts(pattern.url_patterns)


def test_every_address_of_ordet_is_kept_from_pages():
    assert set(first_parts(urlpatterns)) | ELSEWHERE == TAKEN
    assert {model.SECTION[0] for model in content_types().values()} & TAKEN == set()


@pytest.mark.parametrize("model", [PlainPage, Article, SectionIndex])
def test_a_page_below_home_may_not_stand_there(home, model):
    with pytest.raises(ValidationError) as refused:
        home.add_child(instance=model(title="Media", slug="media"))
    assert "media" in refused.value.message_dict["slug"][0]
    section = home.add_child(instance=SectionIndex(title="Om", slug="om"))
    section.slug = "admin"
    with pytest.raises(ValidationError):
        section.save()


def test_further_down_any_slug_will_do(home):
    section = home.add_child(instance=SectionIndex(title="Om", slug="om"))
    section.add_child(instance=PlainPage(title="Media", slug="media"))
    assert PlainPage.objects.get().path_on_site == "/om/media/"


@pytest.mark.parametrize(("slug", "made"), [("media", 0), ("om-media", 1)])
def test_the_editor_hears_of_it_in_the_form(home, client, eva, slug, made):
    client.force_login(eva)
    address = reverse("wagtailadmin_pages:add", args=("cms", "sectionindex", home.pk))
    answer = client.post(address, {"title": "Media", "slug": slug, "introduction": ""})
    assert SectionIndex.objects.count() == made
    assert answer.status_code == (302 if made else 200)
    assert made or "”media” är en av webbplatsens egna adresser" in answer.content.decode()

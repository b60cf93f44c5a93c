"""The editor's pages: every kind has a form with its own fields, and one press leads there."""

import pytest
from django.urls import reverse

from cms.dashboard import shortcuts
from cms.models import Column, Post, SectionIndex, content_types, section_for


@pytest.mark.parametrize("model", content_types().values(), ids=content_types())
def test_every_kind_has_a_form_with_its_fields(model, home, client, eva):
    client.force_login(eva)
    place = section_for(model, home) if model.LISTED else home
    page = client.get(reverse("wagtailadmin_pages:add", args=["cms", model._meta.model_name, place.pk]))
    assert page.status_code == 200
    html = page.content.decode()
    own = [field.name for field in model._meta.local_fields if field.name not in ("post_ptr", "page_ptr")]
    for name in [*own, "title", "summary", "date", "members_only", "topics", "regions", "abbreviations", "body", "afterword"]:
        assert f'data-contentpath="{name}"' in html, name


def test_a_post_of_no_kind_cannot_be_made(home, client, eva):
    client.force_login(eva)
    assert client.get(reverse("wagtailadmin_pages:add", args=["cms", "post", home.pk])).status_code != 200
    assert Post not in SectionIndex.creatable_subpage_models()


def test_the_first_page_leads_to_every_kind(home, client, eva):
    section = section_for(Column, home)
    client.force_login(eva)
    page = client.get("/admin/").content.decode()
    assert f'href="/admin/pages/add/cms/column/{section.pk}/"' in page
    assert page.count('href="/admin/pages/add/cms/') == len([model for model in content_types().values() if model.LISTED])


def test_who_may_not_write_sees_no_shortcut(home, django_user_model):
    assert shortcuts(django_user_model.objects.create_user("otto")) == []


def test_an_editor_writes_and_publishes_through_the_form(home, client, eva):
    section = section_for(Column, home)
    client.force_login(eva)
    sent = {
        "title": "Vi behöver varandra",
        "slug": "vi-behover-varandra",
        "date": "2026-03-06 12:00",
        "summary": "Om samarbete.",
        "series": "chair",
        "sign_off": "Varma hälsningar",
        "body-count": "0",
        "afterword-count": "0",
        "postscript": "null",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
        "related-TOTAL_FORMS": "0",
        "related-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    answer = client.post(reverse("wagtailadmin_pages:add", args=["cms", "column", section.pk]), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    post = Column.objects.get(slug="vi-behover-varandra")
    assert (post.live, post.listed, post.kind, post.kicker) == (True, True, "column", "Ordföranden har ordet 6 mars 2026")

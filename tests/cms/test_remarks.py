"""“Att se över”: what could be mended, in words, and never in the way of a publication."""

from datetime import date

import pytest
from django.urls import reverse

from cms.models import Call, Column
from cms.remarks import remarks
from tests.newsletter.newsroom import picture

pytestmark = pytest.mark.django_db
LINKS = (
    '<p><a href="https://example.se">Klicka här …</a> <a href="https://example.se">årsrapporten</a>'
    ' <a linktype="page" id="99999">stadgarna</a></p>'
)
SAID = ("301 tecken", "Huvudbilden saknar alt-text", "utan alt-text: 1", "hoppar över", "Klicka här", "inte är publicerade: 1")


def test_a_good_post_has_no_remarks(publish, now):
    body = [("heading", {"text": "Stort", "level": "h2"}), ("heading", {"text": "Litet", "level": "h3"})]
    assert remarks(publish(Column, lead_image=picture(), body=body), now) == []


def test_everything_that_could_be_mended_is_said(publish, now):
    body = [("heading", {"text": "Litet", "level": "h3"}), ("text", LINKS)]
    blind = picture(description="")
    body.append(("picture", {"image": blind, "alt": "", "caption": "", "photographer": ""}))
    found = " ".join(remarks(publish(Column, summary="x" * 301, lead_image=blind, body=body), now))
    assert [words for words in SAID if words not in found] == []
    assert "årsrapporten" not in found
    bare = remarks(Column(title="Ny", summary=""), now)
    assert [words[:9] for words in bare] == ["Ingressen", "Huvudbild"]


def test_a_draft_of_yesterday_is_told_of_its_dates(now):
    draft = Call(title="Utlysning", summary="Kort.", deadline=date(2026, 3, 1), live=False)
    assert remarks(draft, now)[-1] == "”Sista dag” har redan passerat: 1 mars 2026."


def test_the_page_tells_and_a_publication_points_there(client, eva, publish, django_user_model):
    post = publish(Column)
    client.force_login(eva)
    address = reverse("cms_remarks", args=[post.pk])
    assert "Huvudbilden saknas." in client.get(address).content.decode()
    assert address in client.get(reverse("wagtailadmin_pages:edit", args=[post.pk])).content.decode()
    client.force_login(django_user_model.objects.create_user("otto"))
    assert client.get(address).status_code == 302

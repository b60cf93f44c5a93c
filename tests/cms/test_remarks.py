"""“Att se över”: what could be mended, in words, and never in the way of a publication."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms import remarked, remarks_admin
from cms.models import Call, Column, section_for
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


def test_a_fault_in_it_stops_no_publication(eva, publish, monkeypatch, caplog, rf):
    monkeypatch.setattr(remarks_admin, "remarks", lambda *arguments: {}["none"])
    remarks_admin.after_publish(rf.get("/"), publish(Column))
    assert "KeyError" in caplog.text


def test_the_editor_shows_them_and_every_save_sends_them_anew(client, eva, publish):
    post = publish(Column, summary="")
    client.force_login(eva)
    address = reverse("wagtailadmin_pages:edit", args=[post.pk])
    page = client.get(address).content.decode()
    panel = page.split("data-remarks>")[1].split("</ul>")[0]
    assert "Ingressen saknas" in panel
    lists = {f"{name}-{end}_FORMS": "0" for name in ("comments", "bylines", "related") for end in ("TOTAL", "INITIAL")}
    sent = {"title": post.title, "slug": post.slug, "date": "2026-03-06 12:00", "series": "chair", "postscript": "null", **lists}
    sent |= {"body-count": "0", "afterword-count": "0", "summary": "Kort."}
    answer = client.post(address, sent, headers={"accept": "application/json"}).json()
    assert answer["success"]
    part = answer["html"].split('"[data-remarks]"')[1]
    assert "Ingressen saknas" not in part
    assert "Huvudbilden saknas." in part


def test_the_report_leafs_through_the_newest_versions_in_few_queries(client, eva, publish, monkeypatch):
    monkeypatch.setattr(remarked, "SHOWN", 2)
    good = publish(Column, slug="bra", lead_image=picture(), body=[("picture", {"image": picture(), "alt": "x"})] * 2)
    first, second = publish(Call, slug="forst", summary=""), publish(Column, slug="andra")
    draft = second.specific
    draft.summary = "x" * 301
    draft.save_revision()
    client.force_login(eva)
    with CaptureQueriesContext(connection) as seen:
        found = remarked.leaf(eva, timezone.now())
    assert len(seen) <= 6
    assert [one.post.pk for one in found.posts] == [second.pk, first.pk]
    assert "301 tecken" in found.posts[0].remarks[0]
    page = client.get(reverse("cms_remarked")).content.decode()
    assert f"?efter={first.pk}" in page
    assert remarked.leaf(eva, timezone.now(), first.pk) == remarked.Leaf([], None)
    assert [client.get(reverse("cms_remarked"), {"efter": odd}).status_code for odd in ("x", "9" * 40, good.pk)] == [200] * 3


def test_a_draft_is_looked_at_with_the_dates_of_its_type(eva, home):
    draft = section_for(Call, home).add_child(instance=Call(title="Utlysning", live=False))
    draft.deadline = date(2026, 3, 1)
    draft.save_revision()
    (found,) = remarked.leaf(eva, timezone.now()).posts
    assert found.remarks[-1] == "”Sista dag” har redan passerat: 1 mars 2026."

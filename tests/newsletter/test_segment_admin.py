"""Segments in the admin: what the builder is told, the live count, and who may ask."""

import json

import pytest
from django.contrib.auth.models import Permission

from newsletter import segments
from newsletter.models import Delivery, Mailing, Member, MemberTag, Segment
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = pytest.mark.django_db

SEGMENTS = "/admin/snippets/newsletter/segment/"
CHIEFS = {"field": "role", "op": "contains", "value": "chef"}


@pytest.fixture
def editor(client, django_user_model):
    """Somebody who may make segments and nothing else."""
    user = django_user_model.objects.create_user("saga", "saga@example.se", "saga-chooses")
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_segment", "access_admin"]))
    client.force_login(user)
    return user


def ask(client, tree, **data):
    text = tree if isinstance(tree, str) else json.dumps(tree)
    return client.post(f"{SEGMENTS}count/", {"conditions": text, **data})


def test_the_count_and_the_first_people(client, eva):
    client.force_login(eva)
    for number in range(15):
        make_member(number, role="Enhetschef" if number % 5 else "", status=Member.BOUNCED if number == 1 else Member.ACTIVE)
    answer = ask(client, CHIEFS)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "12 medlemmar" in page
    assert "11 av dem har fungerande adresser" in page
    assert page.count("<tr>") == 1 + segments.FIRST
    assert "Ingen uppfyller villkoren" in ask(client, {"any": []}).content.decode()


def test_it_is_a_few_queries_however_many_there_are(django_assert_max_num_queries, monkeypatch):
    for number in range(20):
        make_member(number, role="chef")
    # On PostgreSQL the bounds are four statements more.
    with django_assert_max_num_queries(8):
        found = segments.found({"all": [CHIEFS, {"not": {"field": "status", "op": "is", "value": "bounced"}}]})
        assert [str(member.region) for member in found.first] == ["None"] * 10
    assert found.count == 20
    # The first may be too far away to be found quickly.
    last = Member.objects.order_by("pk").last()
    Member.objects.filter(pk=last.pk).update(role="ordförande")
    chairs = {"field": "role", "op": "contains", "value": "ordf"}
    monkeypatch.setattr(segments, "NEAR", 5)
    assert segments.found(chairs).first == [last]
    monkeypatch.setattr(segments, "QUICK", 0)
    assert (segments.found(chairs).count, segments.found(chairs).first) == (1, [])


def test_what_is_missing_is_said_in_words(client, eva):
    client.force_login(eva)
    own = Segment.objects.create(name="Slingan")
    loop = {"field": "segment", "op": "in", "value": own.pk}
    for tree, words in [
        ({**CHIEFS, "value": ""}, "Något saknas i villkoret ”Roll”"),
        ("{", "Ett villkor är inte färdigt"),
        ("[" * 99_999, "Ett villkor är inte färdigt"),
        (" " * 100_001, "Ett villkor är inte färdigt"),
        (loop, "kan inte innehålla sig självt"),
    ]:
        answer = ask(client, tree, segment=own.pk)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_who_may_not_see_members_gets_a_number_only(client, editor):
    make_member(1, role="chef", employer="Hemliga kommunen")
    page = ask(client, CHIEFS).content.decode()
    assert "1 medlem" in page
    assert "Hemliga" not in page
    assert "Medlem 1" not in page


def test_who_may_not_make_segments_may_not_count(client, editor):
    editor.user_permissions.set(Permission.objects.filter(codename__in=["view_member", "access_admin"]))
    assert ask(client, CHIEFS).status_code in (302, 403)
    assert client.get(f"{SEGMENTS}count/").status_code in (302, 403, 405)


def save(client, tree, name="Chefer", path="add/"):
    return client.post(SEGMENTS + path, {"name": name, "conditions": json.dumps(tree)})


def test_saving(client, eva):
    client.force_login(eva)
    assert save(client, CHIEFS).status_code == 302
    made = Segment.objects.get()
    assert made.conditions == CHIEFS
    itself = {"all": [{"field": "segment", "op": "in", "value": made.pk}]}
    assert "kan inte innehålla sig självt" in save(client, itself, path=f"edit/{made.pk}/").content.decode()
    assert "Ett villkor är inte färdigt" in save(client, {"field": "role"}, "Trasigt").content.decode()
    assert Segment.objects.get().conditions == CHIEFS


def test_the_builder_knows_what_may_be_chosen(client, eva, now):
    client.force_login(eva)
    MemberTag.objects.create(name="Mentor")
    mailing_list = make_list()
    make_mailing(mailing_list, now)
    sent = make_mailing(mailing_list, now)
    Mailing.objects.filter(pk=sent.pk).update(frozen_at=now)
    made, other = Segment.objects.create(name="Egna"), Segment.objects.create(name="</script>")
    page = client.get(f"{SEGMENTS}edit/{made.pk}/").content.decode()
    start = page.index('<script type="application/json">', page.index("data-segment-builder")) + len(
        '<script type="application/json">'
    )
    language = json.loads(page[start : page.index("</script>", start)])
    assert language["choices"]["segment"] == [[other.pk, "</script>"]]
    assert [key for key, _word in language["choices"]["issue"]] == [sent.issue_id]
    assert language["choices"]["list"] == [[mailing_list.pk, "FSS nyhetsbrev"]]
    assert language["fields"]["subscribed"] == {
        "label": "Prenumererar sedan",
        "ops": {"after": "från och med", "before": "före"},
        "value": "date",
        "of": "list",
    }


def test_a_segment_that_others_rest_on_stays(client, eva):
    client.force_login(eva)
    made = Segment.objects.create(name="Chefer", conditions=CHIEFS)
    Segment.objects.create(name="Trasigt", conditions={"all": 7})
    outer = Segment.objects.create(name="Utom chefer", conditions={"not": {"field": "segment", "op": "in", "value": made.pk}})
    page = client.post(f"{SEGMENTS}delete/{made.pk}/", follow=True).content.decode()
    assert "Segmentet ingår i Utom chefer. Ta bort det där först." in page
    assert Segment.objects.filter(pk=made.pk).exists()
    outer.delete()
    client.post(f"{SEGMENTS}delete/{made.pk}/")
    assert not Segment.objects.filter(pk=made.pk).exists()


def test_the_erased_are_nobody(now):
    make_member(1)
    Member.objects.create(status=Member.ERASED)
    assert segments.found({"all": []}).count == 1
    assert not Delivery.objects.exists()

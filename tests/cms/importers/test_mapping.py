"""The operator's map: what it may say, and how it is refused."""

from datetime import date

import pytest

from cms.importers import mapping
from cms.importers.mapping import BadMap
from cms.models import Call, Column, Event, KeyDate
from tests.cms.importers.exports import LONG, item

NOMINEE = {"project": "x", "organisations": ["y"], "categories": ["z"]}


def test_the_map_chooses_types_and_fills_fields(run):
    rules = {
        "categories": {"notis": "article", "konferenser": {"type": "event", "fields": {"place": "Lund"}}},
        "posts": {
            "inlagg-3": {"type": "call", "fields": {"deadline": "2023-12-15", "title": "Ny titel", "topics": ["Forskning"]}}
        },
    }
    run(
        item(1, f"<p>ORDFÖRANDE HAR ORDET 2 MAJ 2023: Hej.</p>{LONG}", categories=[("notis", "Notis")]),
        item(2, categories=[("konferenser", "Konferenser")]),
        item(3),
        rules=rules,
    )
    assert Column.objects.count() == 1
    assert Event.objects.get().place == "Lund"
    call = Call.objects.get()
    assert (call.title, call.deadline) == ("Ny titel", date(2023, 12, 15))
    assert [topic.name for topic in call.topics.all()] == ["Forskning"]
    assert KeyDate.objects.get(post=call).kind == "deadline"


def test_a_map_for_posts_that_are_not_there_is_told(run):
    assert [problem.item for problem in run(item(1), rules={"posts": {"borta": "call"}}).problems] == ["borta"]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([], "map"),
        ({"kategorier": {}}, "kategorier"),
        ({"posts": []}, "posts"),
        ({"posts": {"a": "krönika"}}, "posts.a.type"),
        ({"posts": {"a": 3}}, "posts.a"),
        ({"posts": {"a": {"type": "call", "falt": {}}}}, "posts.a.falt"),
        ({"posts": {"a": {"type": "call", "fields": {"deadlin": "2023-12-15"}}}}, "posts.a.fields.deadlin"),
        ({"posts": {"a": {"type": "call", "fields": {"deadline": "15/12"}}}}, "posts.a.fields.deadline"),
        ({"posts": {"a": {"type": "call", "fields": {"link": "ingen"}}}}, "posts.a.fields.link"),
        ({"posts": {"a": {"type": "call", "fields": {"wanted": ["a"]}}}}, "posts.a.fields.wanted"),
        ({"posts": {"a": {"type": "call", "fields": {"members_only": "ja"}}}}, "posts.a.fields.members_only"),
        ({"posts": {"a": {"type": "award", "fields": {"submitted": -1}}}}, "posts.a.fields.submitted"),
        ({"posts": {"a": {"type": "award", "fields": {"submitted": True}}}}, "posts.a.fields.submitted"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": {}}}}}, "posts.a.fields.nominees"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{"projekt": "x"}]}}}}, "projekt"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{**NOMINEE, "organisations": "y"}]}}}}, "organisations"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{**NOMINEE, "organisations": []}]}}}}, "organisations"),
        ({"posts": {"a": {"type": "award", "fields": {"nominees": [{**NOMINEE, "project": ""}]}}}}, "project"),
        ({"posts": {"a": {"fields": {"title": "x"}}}}, "posts.a.fields"),
    ],
)  # fmt: skip
def test_a_faulty_map_is_refused_by_name_before_anything_is_imported(db, rules, told):
    with pytest.raises(BadMap, match=told):
        mapping.read(rules)


def test_a_map_may_be_toml(db, tmp_path):
    path = tmp_path / "map.toml"
    path.write_text('[posts.a]\ntype = "call"\n[posts.a.fields]\ndeadline = 2023-12-15\n')
    assert mapping.load(path).posts["a"].fields == {"deadline": date(2023, 12, 15)}
    path.write_text("[posts.a")
    with pytest.raises(BadMap):
        mapping.load(path)

"""What followers read: one summary per content type, within the limit, in plain Swedish."""

import datetime as dt

import pytest
from django.utils.translation import override

from cms.models import (
    Article,
    Award,
    Call,
    Clipping,
    Column,
    ConsultationResponse,
    DebateArticle,
    Event,
    Film,
    FocusArea,
    Network,
    Topic,
    content_types,
)
from cms.teaser import DatePart, Teaser
from deploy.demo.linkedin_text import read
from social.channels import get_channel
from social.channels.linkedin import text
from social.compose import clean, compose, hashtag, hashtags
from social.posts import draft

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
FIELDS = {
    Column: {"title": "Vi behöver varandra", "summary": "Om samarbete (2026) & annat."},
    Call: {
        "title": "Lämna abstract",
        "summary": "Berätta om er forskning.",
        "wanted": "abstract",
        "organiser": "FORSA",
        "deadline": dt.date(2026, 12, 15),
        "decision": dt.date(2027, 2, 1),
        "event_first": dt.date(2027, 6, 17),
        "event_last": dt.date(2027, 6, 19),
    },
    Award: {
        "title": "De är nominerade",
        "summary": "Fyra projekt.",
        "submitted": 110,
        "nominated": 44,
        "voting_closes": dt.date(2026, 12, 4),
        "nominees": [
            (
                "nominee",
                {"project": "Hemmet", "organisations": ["Malmö stad"], "categories": ["Innovation", "Samverkan"], "wins": []},
            ),
            ("nominee", {"project": "Länken", "organisations": ["Umeå", "Luleå"], "categories": ["Samverkan"], "wins": []}),
        ],
    },
    Event: {
        "title": "Konferens",
        "summary": "Kom till oss.",
        "first_day": dt.date(2026, 12, 1),
        "last_day": dt.date(2026, 12, 2),
        "place": "Malmö",
        "member_discount": "10 % rabatt",
    },
    Clipping: {"title": "I tidningen", "quotation": "Vi måste våga mer", "quotation_source": "Anna Ek", "paper": "Dagbladet"},
    Film: {"title": "Se filmen", "summary": "Tre samtal.", "production": "Studio Öst"},
    Article: {"title": "Nyhet", "summary": "Något har hänt."},
    FocusArea: {"title": "Barnets rätt", "summary": "Fem kommuner.", "since": dt.date(2024, 1, 1)},
    ConsultationResponse: {
        "title": "Vårt svar",
        "summary": "Vi tillstyrker.",
        "ministry": "Socialdepartementet",
        "reference_number": "S2026/01234",
        "due": dt.date(2026, 12, 1),
        "answered_by": "styrelsen",
    },
    Network: {
        "title": "Nya chefer",
        "summary": "Vi träffas ofta.",
        "how_to_join": "Skriv till oss",
        "meetings": [("meeting", {"title": "Hemlig gäst", "day": dt.date(2026, 12, 8), "time": dt.time(13), "place": "Umeå"})],
    },
    DebateArticle: {
        "title": "Släpp inte taget",
        "summary": "Vad som krävs.",
        "paper": "Dagbladet",
        "printed": dt.date(2026, 11, 2),
        "signatories": [("signatory", {"name": "Anna Ek", "role": "ordförande", "organisation": "FSS"})],
    },
}
EXPECTED = {
    Column: ["Vi behöver varandra", "Om samarbete (2026) & annat.", "Ordföranden har ordet"],
    Call: ["Sista dag 15 december\n", "Besked", "FORSA", "17–19 juni 2027"],
    Award: [
        "110",
        "44",
        "Innovation\n• Hemmet (Malmö stad)",
        "Samverkan\n• Hemmet (Malmö stad)\n• Länken (Umeå, Luleå)",
        "4 december",
    ],
    Event: ["1–2 december\n", "Malmö", "10 % rabatt"],
    Clipping: ["”Vi måste våga mer”\n– Anna Ek", "Dagbladet"],
    Film: ["Tre samtal.", "Studio Öst"],
    Article: ["Något har hänt."],
    FocusArea: ["Fem kommuner.", "Arbetet: Pågår", "Sedan: 2024"],
    ConsultationResponse: ["Sista dag för svar 1 december\n", "Diarienummer: S2026/01234", "Svaret lämnat av: styrelsen"],
    Network: ["Vi träffas ofta.", "Nätverksträff 8 december kl. 13.00"],
    DebateArticle: ["Debatt i Dagbladet 2 november 2026", "Undertecknat av:\n• Anna Ek – ordförande, FSS"],
}


@pytest.mark.parametrize("model", list(FIELDS), ids=lambda model: model.KIND)
def test_each_content_type_has_a_summary(publish, memory, server, model):
    post = publish(model, **FIELDS[model])
    made, _ = draft(post, "linkedin", NOW)
    for words in EXPECTED[model]:
        if words != "Besked":
            assert words in made.text
    assert "http" not in made.text
    assert "&amp;" not in made.text
    assert "\n\n\n" not in made.text
    assert text.length(made.text) <= text.LIMIT
    assert read(text.escape(made.text)).text == made.text


def test_a_members_network_says_neither_where_nor_how(publish, memory, server):
    post = publish(Network, **FIELDS[Network])
    assert post.members_only
    made, _ = draft(post, "linkedin", NOW)
    assert not any(words in made.text for words in ("Hemlig gäst", "Umeå", "Skriv till oss"))
    with override("sv"):
        post.members_only = False
        post.save_revision().publish()
        assert "Hemlig gäst" in draft(post, "linkedin", NOW)[0].text


def test_every_listed_content_type_is_covered():
    assert set(FIELDS) == {model for model in content_types().values() if model.LISTED}


def bare(**parts) -> Teaser:
    base = {"kind_label": "Nytt", "kicker": "Nytt", "title": "En ny sort", "summary": "Av sig själv.", "path": "/a/", "date": NOW}
    return Teaser(**{"key": None, "kind": "something-new", "url": "https://ordet.example.se/a/"} | base | parts)


def test_a_new_kind_has_a_summary_without_a_line_of_its_own(memory):
    dates = (
        DatePart("x", "Start", "3 december 2026 09.30", NOW, NOW, "minute"),
        DatePart("y", "Slut", "mars–april", precision="text"),
    )
    made = compose(bare(dates=dates, topics=("Barn och unga",)), get_channel("memory"), NOW)
    assert made.text == "En ny sort\n\nAv sig själv.\n\nStart 3 december kl. 09.30\nSlut mars–april\n\n#BarnOchUnga"


def test_a_date_that_has_passed_says_so_and_another_year_is_named(memory):
    part = DatePart("deadline", "Sista dag", "15 december 2023", NOW, NOW, "day", closed=True)
    assert (
        "Sista dag 15 december 2023 (har passerat)" in compose(bare(kind="call", dates=(part,)), get_channel("memory"), NOW).text
    )


def test_a_long_summary_is_cut_at_a_word_and_keeps_its_hashtags(memory):
    made = compose(bare(summary="mycket " * 500, topics=("Äldre",)), get_channel("memory"), NOW)
    assert len(made.text) <= 500
    assert made.text.endswith("mycket…\n\n#Äldre")


def test_what_the_editor_wrote_goes_first_and_is_only_cleaned(memory):
    made = compose(bare(topics=("Äldre",)), get_channel("memory"), NOW, "Hej\x00 du\r\n\r\n\r\n\r\nEgen text  \n")
    assert made.text == "Hej du\n\nEgen text"


def test_topics_become_hashtags():
    assert [hashtag(topic) for topic in ("socialtjänst", "Social hållbarhet", "SoL & LSS", "2030", "barn/unga", "a\u030a")] == [
        "#socialtjänst", "#SocialHållbarhet", "#SoLLSS", "", "#BarnUnga", "#å",
    ]  # fmt: skip
    assert hashtags(("a", "b", "a", "c", "d", "e", "f")) == "#a #b #c #d #e"


def test_the_hashtags_are_live(publish, memory, server):
    post = publish(Column)
    post.topics.add(Topic.objects.create(name="Social hållbarhet", slug="social-hallbarhet"))
    post.save()
    assert read(text.escape(draft(post, "linkedin", NOW)[0].text)).hashtags == ["SocialHållbarhet"]


def test_surrogates_and_controls_never_reach_the_wire():
    assert clean("a\ud800b\x07c") == "abc"

"""The tab's door: the form as it stands becomes the suggestion, the preview and the reminders; nothing is stored."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.models import Call, Column, Home, section_for
from social.channels import Draft, get_channel
from social.models import Announcement
from social.preview import advice, folded, pieces

FORMSETS = {
    f"{name}-{field}": value
    for name in ("bylines", "related", "comments")
    for field, value in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0), ("MIN_NUM_FORMS", 0), ("MAX_NUM_FORMS", 1000))
}
EMPTY = FORMSETS | {"body-count": 0, "afterword-count": 0, "postscript": "null", "outlets-memory-announce": "on"}


@pytest.fixture
def ask(client, eva, memory):
    """Ask the tab's door as the editor at `path` with a form: `ask(path, title=…)`."""
    client.force_login(eva)

    def asking(path, **fields):
        answer = client.post(f"{reverse('social_compose')}?path={path}", EMPTY | fields)
        return answer.json()["memory"] if answer.status_code == 200 else answer.status_code

    return asking


@pytest.fixture
def new(home):
    """The address at which a call is begun."""
    return reverse("wagtailadmin_pages:add", args=["cms", "call", section_for(Call, home).pk])


def test_a_new_post_is_composed_before_anything_is_stored(ask, new):
    found = ask(new, title="Lämna abstract", summary="Om forskning.", deadline="2099-12-15")
    assert found["suggestion"] == "Lämna abstract\n\nSista dag 15 december 2099\n\nOm forskning."
    assert "memory" in found["preview"].lower()
    assert "7 dagar före: Sista dag 15 december 2099" in found["reminders"]
    assert "8 december 2099 kl. 08.00" in found["reminders"]
    assert "Sista dag 15 december – om 7 dagar" in found["reminders"]
    assert (Call.objects.count(), Announcement.objects.count()) == (0, 0)


def test_what_cannot_be_read_yet_leaves_the_rest_to_be_shown(ask, new):
    unreadable = {"deadline": "den femtonde", "outlets-memory-at": "snart", "bylines-TOTAL_FORMS": "x"}
    found = ask(new, title="Lämna abstract", **unreadable)
    assert found["suggestion"] == "Lämna abstract"


def test_the_editors_own_words_are_previewed_and_the_suggestion_kept(ask, new):
    found = ask(new, title="Rubrik", **{"outlets-memory-text": "Mina ord <b> & #samverkan\n" + "x" * 600})
    assert found["suggestion"] == "Rubrik"
    assert "Mina ord &lt;b&gt; &amp; " in found["preview"]
    assert "<b>#samverkan</b>" in found["preview"]
    assert 'data-over="true"' in found["preview"]
    assert "Texten är för lång" in found["preview"]


def test_a_reminders_choice_and_text_are_kept(ask, new):
    sent = {"outlets-memory-reminders": "deadline.1:7", "outlets-memory-reminders-text:deadline.1:7": "Skynda er!"}
    found = ask(new, title="x", deadline="2099-12-15", **sent)["reminders"]
    assert found.count(" checked") == 1
    assert "Skynda er!</textarea>" in found


def test_an_existing_post_is_taken_as_the_form_has_it(ask, publish, home):
    post = publish(Column, title="Gammal")
    found = ask(reverse("wagtailadmin_pages:edit", args=[post.pk]), title="Ny", slug=post.slug, series="chair")
    assert found["suggestion"].startswith("Ny\n")
    assert Column.objects.get().title == "Gammal"


def test_who_may_not_edit_there_sees_nothing(ask, client, django_user_model, publish, new):
    post = publish(Column)
    client.force_login(django_user_model.objects.create_user("mia", "mia@example.se", "mia-reads"))
    assert ask(new) == 302
    otto = django_user_model.objects.create_user("otto", "otto@example.se", "otto-looks")
    otto.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(otto)
    # Wagtail leads those who may not back to the first page, with words.
    assert ask(reverse("wagtailadmin_pages:edit", args=[post.pk])) == 302


@pytest.mark.parametrize("path", ["/admin/", "/nowhere", "", "/admin/pages/999999/edit/", "https://exempel.se/admin/"])
def test_elsewhere_there_is_nothing_to_compose(ask, path):
    assert ask(path) in (302, 403, 404)


def test_sections_are_not_announced(ask, home):
    section = section_for(Call, Home.objects.get())
    assert ask(reverse("wagtailadmin_pages:edit", args=[section.pk])) == 404


def test_the_cost_does_not_grow_with_what_was_announced(ask, publish):
    post = publish(Column)
    path = reverse("wagtailadmin_pages:edit", args=[post.pk])
    fields = {"title": "x", "slug": post.slug, "series": "chair"}
    ask(path, **fields)
    costs = []
    for number in (1, 30):
        for _row in range(number):
            publish(Column, title=f"Nummer {number} {_row}")
        with CaptureQueriesContext(database) as found:
            ask(path, **fields)
        costs.append(len(found))
    assert costs[0] == costs[1] <= 60


@pytest.mark.parametrize(
    ("text", "limit", "head"),
    [
        ("kort", 210, "kort"),
        ("ett två tre", 8, "ett två"),
        ("ettlångtord", 4, "ettl"),
        ("a\nb\nc\nd", 210, "a\nb\nc"),
        ("a\nb\nc\n", 210, "a\nb\nc\n"),
        ("x" * 999, 0, "x" * 999),
    ],
)
def test_a_text_folds_at_a_word_or_after_three_lines(text, limit, head):
    first, rest = folded(text, limit)
    assert (first, first + rest) == (head, text)


def test_hashtags_are_seen_where_they_are_some():
    assert [(piece.text, piece.tag) for piece in pieces("#Äldre, C# #1 a#b #barn2")] == [
        ("#Äldre", True), (", C# #1 a#b ", False), ("#barn2", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Se https://exempel.se", "Det står en länk"),
        ("Se www.exempel.se", "Det står en länk"),
        ("Tack @Socialstyrelsen!", "”@Socialstyrelsen” blir vanlig text"),
        ("", "Texten är tom"),
        ("x" * 501, "för lång"),
        ("Mejla a@exempel.se", None),
    ],
)
def test_advice_is_given_in_words(memory, text, said):
    found = advice(Draft(text, "Rubrik", "", "https://ordet.example.se/", alt="Alt"), get_channel("memory"), 1)
    assert [said in words for words in found] == ([True] if said else [])


def test_a_missing_picture_and_missing_alt_text_are_said(memory):
    draft = Draft("Text", "Rubrik", "", "https://ordet.example.se/")
    assert "ingen bild" in advice(draft, get_channel("memory"), None)[0]
    assert "alternativtext" in advice(draft, get_channel("memory"), 1)[0]


def test_a_chosen_time_is_stockholms_and_a_skipped_hour_is_refused(memory):
    from django.core.exceptions import ValidationError

    from social.outlet_fields import MomentField

    assert MomentField().clean("2026-12-01 09:30") == "2026-12-01T08:30:00+00:00"
    assert MomentField().clean("2027-06-01 09:30") == "2027-06-01T07:30:00+00:00"
    assert MomentField(required=False).clean("") == ""
    shown = MomentField().prepare_value("2026-12-01T08:30:00+00:00")
    assert f"{timezone.localtime(shown):%F %R}" == "2026-12-01 09:30"
    for twice_or_never in ("2026-10-25 02:30", "2027-03-28 02:30"):
        with pytest.raises(ValidationError):
            MomentField().clean(twice_or_never)

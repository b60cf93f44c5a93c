"""The admin speaks Swedish: whatever the browser asks for, and wherever Wagtail's own Swedish has gaps."""

import html.parser
import re
from functools import cache
from pathlib import Path

import django
import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation

from cms.models import Column
from tests.test_house import ROOT

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9"}
OURS = sorted([*ROOT.glob("*/locale*/sv/LC_MESSAGES/*.po"), *ROOT.glob("templates/*/locale/sv/LC_MESSAGES/*.po")])
MARKS = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?\w+[^>]*>")

# What reads the same in both languages: names, units, and the words that Swedish shares with English.
# fmt: off
SAME = {
    "Import",
    "Afrikaans", "Esperanto", "Hindi", "Interlingua", "Igbo", "Ido", "Khmer", "Kannada", "Malayalam", "Marathi", "Nepali",
    "Punjabi", "Swahili", "Telugu", "Urdu", "IPv4", "IPv6", "URL", "ID", "App", "MB", "GB", "TB", "PB", "jan", "feb", "mar",
    "apr", "jun", "jul", "aug", "sep", "nov", "dec", "port", "status", "system", "revision", "session", "salt", "hash",
    "version", "Alias", "Filter", "Format", "Layout", "Maximum", "Minimum", "Permanent", "permanent", "Status", "Text",
    "Wagtail API v2", "Wagtail API v3", "Wagtail frontend cache", "Wagtail routablepage",
}
# fmt: on
# Wagtail 8.0 writes these without gettext: the name of the header's group of buttons, the hidden label of a group's page
# chooser, a hidden counter.
HARD_CODED = {"Actions", "Page", "None"}


def packages():
    """Django's own folder and those of all installed apps that aren't ours."""
    paths = [Path(app.path) for app in apps.get_app_configs()]
    return [Path(django.__path__[0]) / "conf", *(path for path in paths if ROOT not in path.parents or ".venv" in path.parts)]


@cache
def messages(domain):
    """Every message that the installed packages mark in their sources, as (context, singular, plural or None)."""
    found = {}
    for folder in packages():
        file = folder / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
        for message in read_po(file.open("rb"), locale="en") if file.exists() else ():
            one, many = message.id if isinstance(message.id, tuple) else (message.id, None)
            if one:
                found[message.context, one] = many
    return [(context, one, many) for (context, one), many in found.items()]


def swedish(catalogue, context, one, many):
    """What the running site says: one text, or two where there is a plural; an empty one where there is none."""
    key = f"{context}\x04{one}" if context else one
    if many is not None:
        return [catalogue.get((key, form), "") for form in (0, 1)]
    return [catalogue.get(key) or catalogue.get((key, 0), "")]


def words(text):
    return " ".join(re.findall(r"[^\W\d_]+", MARKS.sub(" ", text)))


@pytest.fixture(scope="module", params=["django", "djangojs"])
def spoken(request):
    """The merged catalogue of a domain, with the packages' messages and our Swedish for each."""
    catalogue = DjangoTranslation("sv", domain=request.param)._catalog
    return [(one, many, swedish(catalogue, context, one, many)) for context, one, many in messages(request.param)]


def test_nothing_in_the_packages_is_left_in_english(spoken):
    left = [
        (one, texts)
        for one, many, texts in spoken
        if not all(texts) or (words(one) and SAME.isdisjoint({one, words(one)}) and texts[-1] == (many or one))
    ]
    assert left == [], "no Swedish, or catalogues not compiled: run make catalogues"


def test_no_text_asks_for_a_value_that_the_caller_does_not_give(spoken):
    named = re.compile(r"%\(\w+\)[a-z]")
    wrong = [
        text
        for one, many, texts in spoken
        for text in texts
        if not set(named.findall(text)) <= set(named.findall(one + (many or "")))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_our_catalogues_keep_every_mark_and_the_plural_rule(path):
    catalogue = read_po(path.open("rb"), locale="sv")
    assert (catalogue.num_plurals, catalogue.plural_expr) == (2, "(n != 1)")
    wrong = []
    for message in catalogue:
        ids, texts = (part if isinstance(part, tuple) else (part,) for part in (message.id, message.string))
        wrong += [(one, text) for one, text in zip(ids, texts, strict=True) if one and text and marks(one) != marks(text)]
    assert wrong == []


def marks(text):
    return sorted(MARKS.findall(text))


def test_one_english_text_has_one_swedish_in_all_our_catalogues():
    # Django merges all catalogues into one, so a second meaning silently replaces the first in every room.
    said, clashes = {}, []
    for path in OURS:
        for message in read_po(path.open("rb"), locale="sv"):
            one = message.id[0] if isinstance(message.id, tuple) else message.id
            if one and message.string and said.setdefault((path.stem, message.context, one), message.string) != message.string:
                clashes.append((one, message.string, str(path.relative_to(ROOT))))
    assert clashes == [], "give one of them a context (pgettext)"


def test_our_swedish_wins_over_the_packages():
    with translation.override("sv"):
        assert translation.gettext("Initial Revision") == "Första revisionen"


def test_plurals_choose_their_form():
    with translation.override("sv"):
        said = [translation.ngettext("%(num_parent_objects)d page", "%(num_parent_objects)d pages", n) for n in (0, 1, 2)]
    assert said == ["%(num_parent_objects)d sidor", "%(num_parent_objects)d sida", "%(num_parent_objects)d sidor"]


class Visible(html.parser.HTMLParser):
    """Collects what a person reads or hears: text, and the attributes that are read out."""

    def __init__(self):
        super().__init__()
        self.texts, self.skipping = set(), ""

    def handle_starttag(self, tag, attrs):
        self.skipping = tag if tag in {"script", "style"} else ""
        self.texts |= {value for name, value in attrs if value and name in {"aria-label", "placeholder", "title", "alt"}}

    def handle_endtag(self, tag):
        self.skipping = ""

    def handle_data(self, data):
        if not self.skipping:
            self.texts.add(" ".join(data.split()))


def visible(page):
    reader = Visible()
    reader.feed(page.content.decode())
    return reader.texts


@cache
def english():
    """Every English text whose Swedish is another."""
    catalogue = DjangoTranslation("sv")._catalog
    theirs = {one: swedish(catalogue, context, one, many)[0] for context, one, many in messages("django")}
    own = {
        message.id: message.string
        for path in OURS
        for message in read_po(path.open("rb"), locale="sv")
        if isinstance(message.id, str)
    }
    both = theirs | own
    return {one for one, text in both.items() if one and text != one} - set(both.values()) - HARD_CODED


def test_the_login_page_is_swedish_for_every_browser(client, db):
    page = client.get(reverse("wagtailadmin_login"), **ENGLISH)
    texts = visible(page)
    assert page.headers["Content-Language"] == "sv"
    assert 'lang="sv"' in page.content.decode()
    assert "Lösenord" in texts
    assert "Password" not in texts
    assert texts & english() == set()


@pytest.mark.parametrize(
    "name",
    [
        "wagtailadmin_home",
        "wagtailadmin_account",
        "wagtailadmin_collections:index",
        "wagtailadmin_explore_root",
        "wagtailadmin_reports:aging_pages",
        "wagtailadmin_reports:locked_pages",
        "wagtailadmin_reports:page_types_usage",
        "wagtailadmin_reports:site_history",
        "wagtailadmin_reports:workflow",
        "wagtailadmin_reports:workflow_tasks",
        "wagtailadmin_workflows:add",
        "wagtailadmin_workflows:index",
        "wagtailadmin_workflows:task_index",
        "wagtaildocs:index",
        "wagtailimages:add",
        "wagtailimages:index",
        "wagtailredirects:index",
        "wagtailsites:index",
        "wagtailsnippets:index",
        "wagtailsnippets_cms_person:add",
        "wagtailusers_groups:add",
        "wagtailusers_users:add",
        "wagtailusers_users:index",
    ],
)
def test_the_admin_is_swedish_for_every_browser(admin_client, name):
    page = admin_client.get(reverse(name), **ENGLISH)
    assert page.headers["Content-Language"] == "sv"
    assert visible(page) & english() == set()


def test_a_page_is_edited_in_swedish(admin_client, publish):
    column = publish(Column)
    views = ("edit", "delete", "move", "copy", "unpublish", "history", "usage", "workflow_history", "set_privacy")
    addresses = {name: reverse(f"wagtailadmin_pages:{name}", args=[column.pk]) for name in views}
    addresses["explore"] = reverse("wagtailadmin_explore", args=[column.get_parent().pk])
    texts = {name: visible(admin_client.get(address, **ENGLISH)) for name, address in addresses.items()}
    assert {name: found & english() for name, found in texts.items() if found & english()} == {}


def test_the_admins_scripts_speak_swedish(admin_client):
    catalogue = admin_client.get(reverse("wagtailadmin_javascript_catalog"), **ENGLISH).content.decode()
    assert r"\u00c4ndringarna har sparats automatiskt." in catalogue


def test_only_swedish_is_offered():
    assert [code for code, _ in settings.LANGUAGES] == ["sv"]

"""Nobody meets an English word: all pages of the admin, the readers' and the members' are walked."""

import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone, translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, Locale, Site, Task, TaskState, Workflow
from wagtail.models import Page as WagtailPage

from cms.models import Attachment, Call, Column, Identity, Person, Region, Topic, content_types
from newsletter.models import MembershipApplication
from social.models import Announcement
from tests.deploy.speech import english, words
from tests.newsletter.newsroom import picture
from tests.newsletter.stage import make_list, make_mailing, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:get_connection")]
# What is no page for people: data, pictures, addresses that only take a POST, and the one that fails on purpose.
SILENT = re.compile(
    r"_api:|_results$|sprite|catalog|error_test|:-$|^-$|autocomplete|dismissibles|logout|_file$|content:|serve|feed|ics|atom"
    r"|upload|process_import|output|preview$|:preview_on|wagtail_bulk_action|editing_sessions|chosen|_act$|social_change"
    r"|position|collect_|health|metrics|suggestions|visit|opened|click|:all$|:export$|block_preview|callback|social_connect$"
)


class Stage:
    """One of everything, and the arguments by which its pages are found."""

    def __init__(self, publish, eva, now):
        self.region, self.topic = (made.objects.create(name="Skåne", slug="skane") for made in (Region, Topic))
        self.person = Person.objects.create(name="Ingrid Åhman", slug="ingrid-ahman")
        self.picture = picture()
        self.post = publish(Call, title="Utlysning", deadline=now.date(), lead_image=self.picture)
        self.post.save_revision(user=eva).publish()
        self.draft = publish(Column, title="Krönika")
        self.draft.save_revision(user=eva)
        Workflow.objects.get().start(self.draft, eva)
        self.list = make_list(is_open=True)
        self.mailing = make_mailing(self.list, now, frozen_at=now, state="sent")
        self.member = make_member(1, self.list, now)
        self.others()

    def others(self):
        Attachment.objects.create(title="Stadgar", file="stadgar.pdf")
        Redirect.objects.create(old_path="/gammal", redirect_link="/ny/")
        Collection.get_first_root_node().add_child(name="Arkivet")
        row = {"post": self.post, "translation_key": self.post.translation_key, "post_title": "Utlysning"}
        Announcement.objects.create(**row, channel="linkedin", occasion="first")
        MembershipApplication.objects.create(name="Anna", address="anna@exempel.se")
        Identity.load()

    def arguments(self, name, wanted):
        """Return the arguments of a route, None where nothing on the stage has such a page."""
        state = TaskState.objects.first()
        known = {
            "parent_page_id": self.post.get_parent().pk,
            "page_id": self.draft.pk if "workflow" in name else self.post.pk,
            "page_pk": WagtailPage.objects.get(depth=1).pk,
            "page_to_move_id": self.post.pk,
            "destination_id": self.post.get_parent().get_parent().pk,
            "revision_id": self.post.latest_revision_id,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
            "action_name": "reject",
            "task_state_id": state.pk,
            "task_id": state.task_id,
            "workflow_state_id": state.workflow_state_id,
            "image_id": self.picture.pk,
            "filter_spec": "width-80",
            "document_id": Attachment.objects.first().pk,
            "redirect_id": Redirect.objects.first().pk,
            "collection_id": Collection.objects.last().pk,
            "alias": "linkedin",
            "list_id": self.list.pk,
            "key": self.mailing.pk,
            "slug": self.person.slug if "person" in name else self.region.slug,
            "year": 2026,
            "content_type_app_name": "cms",
            "content_type_model_name": "column",
            "app_name": "cms",
            "app_label": "cms",
            "model_name": "identity" if "settings" in name else "column",
            "pk": self.key_for(name),
        }
        if "add_task" in name:
            known |= {"app_label": "wagtailcore", "model_name": "groupapprovaltask"}
        return None if any(known.get(one) is None for one in wanted) else {one: known[one] for one in wanted}

    def key_for(self, name):
        """Return the key of one row of the model that a route's name tells of."""
        by_word = {
            "pages:": self.post, "collections": Collection.objects.last(), "workflows:edit_task": Task.objects.first(),
            "able_task": Task.objects.first(), "workflows": Workflow.objects.first(), "sites": Site.objects.first(),
            "users_users": self.eva(), "users_groups": self.group(), "settings": Identity.objects.first(),
            "locales": Locale.objects.first(), "social": Announcement.objects.first(),
        }  # fmt: skip
        found = next((row for word, row in by_word.items() if word in name), None)
        if found is None and "_" in name:
            model = name.split(":")[0].removeprefix("wagtailsnippets_").replace("_", ".", 1)
            model = model if "." in model else f"cms.{model}"
            try:
                found = apps.get_model(model).objects.first()
            except (LookupError, ValueError):
                return None
        return found and found.pk

    def eva(self):
        return apps.get_model("cms.User").objects.first()

    def group(self):
        return apps.get_model("auth.Group").objects.first()


def routes(resolver, spaces=()):
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield ":".join([*spaces, one.name or "-"]), list(one.pattern.converters)
        else:
            yield from routes(one, (*spaces, *([one.namespace] if one.namespace else [])))


def addresses(stage):
    """Yield every address that shows something to a person."""
    for name, wanted in dict.fromkeys((name, tuple(wanted)) for name, wanted in routes(get_resolver())):
        arguments = None if SILENT.search(name) else stage.arguments(name, wanted)
        if arguments is not None:
            try:
                yield reverse(name, kwargs=arguments)
            except NoReverseMatch:
                continue
    place = stage.post.get_parent()
    for model in content_types().values():
        yield reverse("wagtailadmin_pages:add", args=["cms", model._meta.model_name, place.pk])
    for act in ("delete", "move", "publish", "unpublish", "copy"):
        yield reverse("wagtail_bulk_action", args=["wagtailcore", "page", act]) + "?" + urlencode({"id": stage.post.pk})
    for app, model, act in (("cms", "picture", "delete"), ("cms", "picture", "add_tags"), ("cms", "user", "assign_role")):
        row = ContentType.objects.get(app_label=app, model=model).model_class().objects.first()
        yield reverse("wagtail_bulk_action", args=[app, model, act]) + "?" + urlencode({"id": row.pk})
    yield from ("/", stage.post.url, place.url, "/finns-inte/", "/admin/finns-inte/")


@pytest.fixture
def heard(monkeypatch):
    """What is asked of the catalogues and comes back as it went."""
    left = set()

    def listen(name, texts):
        ask = getattr(translation._trans, name)

        def said(*arguments):
            answer = ask(*arguments)
            if answer in [arguments[at] for at in texts]:
                left.add(answer)
            return answer

        monkeypatch.setattr(translation._trans, name, said)

    listen("gettext", [0])
    listen("ngettext", [0, 1])
    listen("pgettext", [1])
    listen("npgettext", [1, 2])
    return left


def test_no_page_says_a_word_of_english(client, eva, publish, now, heard):
    stage = Stage(publish, eva, timezone.now())
    found, fell, seen = {}, [], 0
    client.raise_request_exception = False
    for who in (eva, None):
        client.force_login(eva) if who else client.logout()
        for address in addresses(stage):
            if who is None and address.startswith("/admin/") and "login" not in address and "password" not in address:
                continue
            answer = client.get(address)
            seen += answer.status_code == 200
            if answer.status_code >= 500:
                fell.append(address)
            if "text/html" in answer.headers.get("Content-Type", "") or "json" in answer.headers.get("Content-Type", ""):
                page = b"".join(answer).decode() if answer.streaming else answer.content.decode()
                for text in english(page):
                    found.setdefault(text, address)
    assert (found, fell) == ({}, [])
    assert seen > 200
    assert {text for text in heard if len(words(text)) > 1 and not set("åäöÅÄÖ") & set(text)} == set()

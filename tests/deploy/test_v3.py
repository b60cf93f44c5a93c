"""Wagtail's own API: not there by default, and then for holders of a living token alone."""

import json
import os
import subprocess
import sys
from types import ModuleType

import pytest
from django.conf import settings as django_settings
from wagtail.models import APIToken, Page

from cms.models import Article, section_for
from deploy import urls

PAGES = "/api/v3/pages/"


@pytest.fixture(scope="session")
def with_v3():
    found = ModuleType("urls_with_v3")
    found.urlpatterns = [*urls.writing(), *urls.urlpatterns]
    return found


@pytest.fixture
def v3(settings, with_v3, eva):
    """Mount it, and return a call with a token of eva's."""
    settings.ROOT_URLCONF = with_v3
    token, secret = APIToken.create_token(user=eva, name="import")

    def call(client, path=PAGES, method="get", given=secret, **data):
        headers = {"authorization": f"Bearer {given}"} if given else {}
        return client.generic(method.upper(), path, json.dumps(data), "application/json", headers=headers)

    call.token = token
    return call


def test_without_the_setting_it_is_not_there(client, home):
    for path in (PAGES, "/api/v3/openapi.json", "/api/v3/whoami/"):
        assert client.get(path).status_code == 404


def test_nobody_reads_there_without_a_living_token(client, v3, publish, admin_client):
    post = publish(Article, title="Ute")
    for path in (PAGES, f"{PAGES}{post.pk}/", "/api/v3/openapi.json", "/api/v3/docs/", "/api/v3/whoami/", "/api/v3/sites/"):
        for given in ("", "wagtail_wrong", v3.token.prefix):
            answer = v3(client, path, given=given)
            assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json"), path
            assert answer["WWW-Authenticate"].startswith("Bearer")
        # An editor's session isn't a token.
        assert admin_client.get(path).status_code == 401
    assert v3(client).status_code == 200
    v3.token.revoke()
    assert v3(client).status_code == 401


def test_a_token_writes_as_its_user(client, v3, home, django_user_model):
    section = section_for(Article, home)
    meta = {"type": "cms.Article", "parent_id": section.pk}
    made = v3(client, PAGES, "post", meta=meta, title="Ny", slug="ny")
    assert made.status_code == 201, made.content
    page = Page.objects.get(slug="ny")
    assert (page.title, page.live, page.owner) == ("Ny", False, v3.token.user)
    assert "no-store" in made["Cache-Control"]
    _token, weak = APIToken.create_token(user=django_user_model.objects.create_user("otto"), name="x")
    assert v3(client, PAGES, "post", weak, meta=meta, title="Nej", slug="nej").status_code == 403
    assert not Page.objects.filter(slug="nej").exists()


WRITABLE = """
import django
django.setup()
from django.urls import resolve
from wagtail.api.v3.registry import registry
print(resolve("/api/v3/pages/").namespace, *registry.get("cms.Call").create_schema.model_fields)
"""


def test_the_setting_mounts_it_with_what_an_editor_fills_in():
    environment = {"DJANGO_SETTINGS_MODULE": "deploy.settings", "DEBUG": "1", "API_V3": "1", "PATH": os.environ["PATH"]}
    run = [sys.executable, "-c", WRITABLE]
    done = subprocess.run(run, cwd=django_settings.ROOT, env=environment, capture_output=True, text=True, check=False)
    told = done.stdout.split()
    assert told[:1] == ["wagtailapi_v3"], done.stderr
    assert {"title", "summary", "body", "deadline", "topics"} <= set(told)
    assert "outlets" not in told

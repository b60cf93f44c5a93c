"""The cast and the stage of all tests: eva edits, mia is a member, otto is nobody."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from django.core.cache import caches
from django.db import connection

from cms.models import Column, Home, Post, section_for
from tests.migrated import Migrated

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

NOON = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _plain_settings(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.JOURNAL_DIR = tmp_path / "journal"
    # The real one takes most of a second for every user that a test makes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    # Rows are rolled back and their keys come again; what a cache remembers of them would be another test's.
    for memory in caches.all(initialized_only=True):
        memory.clear()


@pytest.fixture
def now() -> datetime:
    """A fixed moment: noon in Stockholm on 6 March 2026."""
    return NOON


@pytest.fixture
def home(db: None) -> Home:
    """The site's root."""
    return Home.objects.get()


@pytest.fixture
def eva(django_user_model: Any) -> Any:
    """The editor, with all rights."""
    return django_user_model.objects.create_superuser("eva", "eva@example.se", "eva-edits")


@pytest.fixture
def publish(home: Home) -> Callable[..., Any]:
    """Publish a post as an editor does: `publish(Column, title=…)` returns the live page."""

    def make(model: type[Post] = Column, **fields: Any) -> Any:
        fields = {"title": "Vi behöver varandra", "summary": "Om samarbete i vardagen.", **fields}
        page = section_for(model, home).add_child(instance=model(live=False, **fields))
        page.save_revision().publish()
        return model.objects.get(pk=page.pk)

    return make


@pytest.fixture(scope="session")
def _migrated() -> Migrated:
    return Migrated()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin from the migrated database of `tests.postgres`, where there is one."""
    if template := os.environ.get("TEMPLATE_DATABASE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(_migrated: Migrated, django_db_setup: None, django_db_blocker: Any) -> None:
    """Migrate once, and begin from the copy while no migration has changed."""
    with django_db_blocker.unblock():
        _migrated.keep()

"""Runs imports: the demo's export, and small ones made for a test."""

import pytest

from cms.importers import mapping
from cms.importers.wordpress import import_wordpress
from tests.cms.importers.exports import DATA, MAP, NOW, write


@pytest.fixture
def demo(home):
    def run(**options):
        return import_wordpress(
            DATA / "wordpress-export.xml", media=DATA / "media", mapping=mapping.load(MAP), now=NOW, **options
        )

    return run


@pytest.fixture
def run(home, tmp_path):
    """Import items with the media of `tmp_path/media`: `run(item(1), …, rules={…})`."""
    (tmp_path / "media").mkdir()

    def go(*items, rules=None, **options):
        path = write(tmp_path, *items)
        return import_wordpress(path, media=tmp_path / "media", mapping=mapping.read(rules or {}), now=NOW, **options)

    return go

"""Indexes that Wagtail's own tables lack: its search by title and text together, and its pages by path.

Without the first PostgreSQL's index can't help a search over both vectors, without the second a page's path is
looked for in the whole table. Hash, because PostgreSQL's tree takes no text of any length.
"""

from typing import Any

from django.db import migrations

POSTGRES = (
    "CREATE INDEX cms_search_title_body ON wagtailsearch_indexentry USING gin ((title || body)) WITH (fastupdate = off)",
    "CREATE INDEX cms_page_url_path ON wagtailcore_page USING hash (url_path)",
)
SQLITE = ("CREATE INDEX cms_page_url_path ON wagtailcore_page (url_path)",)


def create(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    for name in ("cms_search_title_body", "cms_page_url_path"):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0012_api_keys"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailsearch", "0010_add_text_fields"),
    ]

    operations = [migrations.RunPython(create, drop)]

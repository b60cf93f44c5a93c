"""A new content type is one file, one import line and a migration: made in a copy of the room, in a process of its own."""

import json
import os
import shutil
import subprocess
import sys

from cms.models import Post
from tests.migrated import ROOT, place

TYPE = '''
"""Report: what the association has printed."""

from django.db import models
from ninja import Schema
from wagtail.admin.panels import FieldPanel

from cms.keydates import on_day
from cms.pages.post import Post
from cms.teaser import Fact, Link, PersonPart


class Report(Post):
    KIND = "report"
    SECTION = ("rapporter", "Rapporter")

    pages = models.PositiveIntegerField("sidor", null=True, blank=True)
    released = models.DateField("släpps", null=True, blank=True)
    own_panels = [FieldPanel("pages"), FieldPanel("released")]

    class Meta:
        verbose_name = "rapport"
        verbose_name_plural = "rapporter"

    class Fields(Schema):
        pages: int | None

    def fields(self):
        return {"pages": self.pages}

    def own_moments(self, now=None):
        return on_day("released", "Släpps", self.released)

    def own_parts(self, now):
        return {
            "facts": (Fact("Sidor", str(self.pages)),),
            "people": (PersonPart("Ali Berg"),),
            "people_title": "Redaktör",
            "action": Link("Beställ", "https://example.se/"),
        }
'''

SCRIPT = """
import tests.environment, json, os, sys, datetime, warnings
os.environ["DJANGO_SETTINGS_MODULE"] = "deploy.settings"
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[1]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.SOCIAL_CHANNELS = {"memory": {"BACKEND": "social.channels.memory.Memory"}}
import django
django.setup()
from django.core.management import call_command
call_command("makemigrations", "-n", "a_report", verbosity=0)
call_command("migrate", verbosity=0)

from django.test import Client
from django.utils import timezone
from cms.models import Home, Report, User, section_for
from newsletter.items import Contents, PostItem, Sender
from newsletter.render import render
from social.channels import get_channel
from social.compose import compose

now = timezone.now()
section = section_for(Report, Home.objects.get())
page = section.add_child(instance=Report(title="Tio år", pages=48, released=datetime.date(2027, 3, 1), live=False))
page.save_revision().publish()
page = Report.objects.get()
client, editor = Client(), Client()
editor.force_login(User.objects.create_superuser("eva", "eva@example.se", "x"))
sender, item = Sender("x", website="https://example.se/"), PostItem(page.teaser(now), None)
letter = render(Contents("x", "x", "x", now, sender, items=(item,)))
print(json.dumps({
    "page": client.get(page.url).content.decode(),
    "section": client.get(section.url).content.decode(),
    "detail": client.get(f"/api/content/v1/posts/{page.translation_key}").json(),
    "list": client.get("/api/content/v1/posts?type=report").json(),
    "schema": sorted(client.get("/api/content/v1/openapi.json").json()["components"]["schemas"]),
    "calendar": client.get(f"{page.url}kalender.ics").content.decode(),
    "form": editor.get(f"/admin/pages/add/cms/report/{section.pk}/").content.decode(),
    "first page": editor.get("/admin/").content.decode(),
    "html": letter.html,
    "text": letter.text,
    "announced": compose(page.teaser(now), get_channel("memory"), now).text,
}))
"""


def listed(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.py")}


def test_a_type_is_one_file_one_line_and_a_migration(db, tmp_path):
    assert Post.objects.count() == 0
    room = tmp_path / "cms"
    shutil.copytree(ROOT / "cms", room, ignore=shutil.ignore_patterns("__pycache__"))
    before = listed(room)
    (room / "pages" / "report.py").write_text(TYPE)
    with (room / "models.py").open("a") as file:
        file.write("from cms.pages.report import Report as Report\n")
    if place().exists():
        shutil.copy(place(), tmp_path / "db.sqlite3")
    environment = os.environ | {
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "JOURNAL_DIR": str(tmp_path / "journal"),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "media")],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = listed(room)
    changed = {name for name, content in after.items() if before.get(name) != content}
    (migration,) = (name for name in changed if name.startswith("migrations/"))
    assert changed == {"models.py", "pages/report.py", migration}
    text = after[migration].decode()
    assert (text.count("migrations.CreateModel"), text.count("migrations.")) == (1, 2)

    seen = json.loads(done.stdout.splitlines()[-1])
    assert (seen["detail"]["type"], seen["detail"]["fields"]) == ("report", {"pages": 48})
    assert [card["title"] for card in seen["list"]["items"]] == ["Tio år"]
    assert "ReportDetail" in seen["schema"]
    for surface in ("page", "section", "html"):
        assert "Tio år" in seen[surface], surface
    for surface in ("page", "html", "text", "announced"):
        assert "Sidor" in seen[surface], surface
        assert "Redaktör" in seen[surface], surface
        assert "1 mars" in seen[surface], surface
    assert "DTSTART;VALUE=DATE:20270301" in seen["calendar"]
    assert 'data-contentpath="pages"' in seen["form"]
    assert "/admin/pages/add/cms/report/" in seen["first page"]

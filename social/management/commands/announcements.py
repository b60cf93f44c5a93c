"""List all announcements."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from social.models import Announcement


class Command(BaseCommand):
    """`manage.py announcements [--json]`."""

    help = "List the announcements, oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the form of the answer."""
        parser.add_argument("--json", action="store_true", help="one JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a row per announcement."""
        rows = [as_dict(row) for row in Announcement.objects.order_by("created_at", "pk")]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("{state:12} {channel} {occasion} {title} {url} {last_error}".format(**row))


def as_dict(row: Announcement) -> dict[str, Any]:
    """Return a row as scripts read it; times are ISO 8601 in UTC."""
    return {
        "key": str(row.translation_key),
        "title": row.post_title,
        "channel": row.channel,
        "occasion": row.occasion,
        "state": row.state,
        "url": row.remote_url,
        "remote_id": row.remote_id,
        "attempts": row.attempts,
        "looks": row.looks,
        "due": row.next_attempt_at.isoformat(),
        "last_status": row.last_status,
        "last_error": row.last_error,
        "note": row.picture_note,
        "text": row.text,
    }

"""What was published before figures were counted is counted too, unless it is older than networks tell of."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.utils import timezone


def count_what_is_out(apps: Any, schema_editor: Any) -> None:
    """Make the figures of published rows due at once."""
    now = timezone.now()
    rows = apps.get_model("social", "Announcement").objects.filter(state="published", figures_due_at=None)
    rows.filter(settled_at__gt=now - timedelta(days=365)).exclude(remote_id="").update(figures_due_at=now)


class Migration(migrations.Migration):
    dependencies = [("social", "0006_changes_by_hand")]

    operations = [migrations.RunPython(count_what_is_out, migrations.RunPython.noop)]

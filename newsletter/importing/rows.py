"""Many rows, each with values of its own, written or removed in few round trips."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def update_each(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields `names` of each row, by its key.

    Django's `bulk_update` builds one CASE per field, a hundred times slower than one prepared UPDATE.
    """
    if not rows or not names:
        return
    quote, meta = connection.ops.quote_name, rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)  # type: ignore[union-attr]
    values = [[_prepared(row, field) for field in fields] + [row.pk] for row in rows]
    with connection.cursor() as cursor:
        # Names come from the model and values are parameters.
        cursor.executemany(f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {quote(meta.pk.column)} = %s", values)  # noqa: S608


def _prepared(row: models.Model, field: Any) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def remove(rows: models.QuerySet[Any]) -> int:
    """Delete rows in one statement; the database's own constraints keep what is still pointed at.

    Without signals: Wagtail's reference index would ask three questions about every single row.
    """
    return int(rows._raw_delete(rows.db) or 0)  # type: ignore[attr-defined]

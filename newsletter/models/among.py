"""`field__among=values`: like `__in`, for the hundreds of plain numbers or strings that the ledger asks for at once.

They travel as one parameter. Django prepares every value of `__in` by itself, which takes longer than the query;
it looks through lists too, so give it a set or a dict.
"""

import json
from typing import Any

from django.db.models import Field, ForeignObject, Lookup

Sql = tuple[str, list[Any]]


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """True where the field's value is one of the given numbers or strings; no values: nowhere."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        """PostgreSQL: an array."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(self.rhs)]

    def as_sqlite(self, compiler: Any, connection: Any) -> Sql:
        """SQLite has no arrays: a JSON list, read by a table-valued function."""
        left, params = self.process_lhs(compiler, connection)
        # What stands before IN comes from the model's field.
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(list(self.rhs))]  # noqa: S608

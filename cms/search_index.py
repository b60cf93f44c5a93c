"""How words are found in Wagtail's search index (modelsearch's IndexEntry), on either database.

PostgreSQL: Swedish stems over title and body together, by the index that migration
`indexes_for_search_and_paths` makes. SQLite: FTS5. Entries hold drafts too, so what they name is always
looked up among the listed posts.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol

from django.db import connection
from django.db.models import BigIntegerField, Exists, F, OuterRef, QuerySet, TextField, Value
from django.db.models.expressions import CombinedExpression, Func, RawSQL
from django.db.models.functions import Cast, Left
from modelsearch.utils import get_descendants_content_types_pks
from wagtail.search.models import IndexEntry

# Shorter words must stand there whole: "vård" begins "vårdval", but "av" would begin half the dictionary.
PREFIX_LENGTH = 4
# Signs that no text holds; they become <mark> once the rest is escaped.
BEGINS, ENDS = "\x02", "\x03"
BETWEEN, SIGNS = re.compile(f"{BEGINS}([^{BEGINS}{ENDS}]*){ENDS}"), re.compile(f"[{BEGINS}{ENDS}]")
# Characters of a text in which a passage is looked for.
READ = 50_000

Words = tuple[str, ...]


class Index(Protocol):
    """What `cms.search` needs of a database."""

    weighs: bool

    def posts(self, words: Words) -> QuerySet[Any]:
        """Return the keys of the posts in which all `words` occur, drafts among them."""

    def having(self, posts: QuerySet[Any], words: Words) -> QuerySet[Any]:
        """Return those of `posts` in which all `words` occur, for words that most posts have."""

    def beginning(self, model: type[Any], words: Words) -> QuerySet[Any]:
        """Return the keys of the rows of `model` whose names hold words that begin with `words`."""

    def weights(self, keys: Iterable[int], words: Words) -> dict[int, float]:
        """Return how much the words matter in each of the posts `keys`."""

    def passages(self, keys: Iterable[int], words: Words) -> dict[int, tuple[str, str]]:
        """Return title and passage of each of the posts `keys`, plain text with BEGINS and ENDS around the words."""


def entries(model: type[Any]) -> QuerySet[Any]:
    """Return the index's entries of `model` and what derives from it."""
    return IndexEntry.objects.filter(content_type_id__in=get_descendants_content_types_pks(model))


def posts_entries() -> QuerySet[Any]:
    """Return the index's entries of posts."""
    from cms.pages.post import Post

    return entries(Post)


def keys_of(found: QuerySet[Any]) -> QuerySet[Any]:
    """Return what entries are about, as numbers."""
    return found.annotate(key=Cast("object_id", BigIntegerField())).values("key")


def of(keys: Iterable[int]) -> QuerySet[Any]:
    """Return the entries of the posts `keys`."""
    return posts_entries().filter(object_id__in=[str(key) for key in keys])


@cache
def index() -> Index:
    """Return the index of the database in use."""
    return Postgres() if connection.vendor == "postgresql" else SQLite()


class Postgres:
    """Swedish full text search."""

    weighs = True
    # Fragments would be torn from anywhere; one passage reads better.
    passage = f'StartSel="{BEGINS}", StopSel="{ENDS}", MaxWords=36, MinWords=18'
    whole = f'StartSel="{BEGINS}", StopSel="{ENDS}", HighlightAll=true'

    def query(self, words: Words, config: str = "swedish", prefix_from: int = PREFIX_LENGTH) -> Any:
        """Return a tsquery in which every word is quoted, so that no sign of it acts."""
        from django.contrib.postgres.search import SearchQuery

        quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in words)
        terms = [f"'{word}':*" if len(word) >= prefix_from else f"'{word}'" for word in quoted]
        return SearchQuery(" & ".join(terms), config=config, search_type="raw")

    def matching(self, found: QuerySet[Any], words: Words) -> QuerySet[Any]:
        """Return those of the entries `found` in whose title and body together all `words` occur."""
        return found.annotate(vector=self.vector()).filter(vector=self.query(words))

    def vector(self) -> Any:
        """Return title and body together, just as they are indexed."""
        from django.contrib.postgres.search import SearchVectorField

        return CombinedExpression(F("title"), "||", F("body"), output_field=SearchVectorField())

    def posts(self, words: Words) -> QuerySet[Any]:
        """Return keys by the index."""
        return keys_of(self.matching(posts_entries(), words))

    def having(self, posts: QuerySet[Any], words: Words) -> QuerySet[Any]:
        """Look at one post after the other in the list's order; the planner may turn it round."""
        key = Cast(OuterRef("pk"), TextField())
        entry = IndexEntry.objects.filter(content_type_id=OuterRef("content_type_id"), object_id=key)
        return posts.filter(Exists(self.matching(entry, words)))

    def beginning(self, model: type[Any], words: Words) -> QuerySet[Any]:
        """Return keys by the index of names, which knows no stems."""
        return keys_of(entries(model).filter(autocomplete=self.query(words, "simple", 1)))

    def weights(self, keys: Iterable[int], words: Words) -> dict[int, float]:
        """Return PostgreSQL's rank."""
        from django.contrib.postgres.search import SearchRank

        ranked = of(keys).annotate(rank=SearchRank(self.vector(), self.query(words)))
        return {int(key): rank for key, rank in ranked.values_list("object_id", "rank")}

    def passages(self, keys: Iterable[int], words: Words) -> dict[int, tuple[str, str]]:
        """Return ts_headline's."""
        query = self.query(words)
        title = self._headline(F("title_text"), query, self.whole)
        body = self._headline(Left("body_text", READ), query, self.passage)
        rows = of(keys).annotate(shown_title=title, passage=body).values_list("object_id", "shown_title", "passage")
        return {int(key): (title, passage) for key, title, passage in rows}

    def _headline(self, text: Any, query: Any, options: str) -> Func:
        config = Cast(Value("swedish"), RegConfig())
        return Func(config, text, query, Value(options), function="ts_headline", output_field=TextField())


class RegConfig(TextField):  # type: ignore[type-arg]
    """The name of a text search configuration; only ever a type to cast to."""

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's type."""
        return "regconfig"

    def cast_db_type(self, connection: Any) -> str:
        """Return PostgreSQL's type."""
        return "regconfig"


class SQLite:
    """FTS5, by date: its relevance costs the square of what was found."""

    weighs = False
    table = "wagtailsearch_indexentry_fts"
    # The columns of the table, in its order: autocomplete, body, title.
    body, title = 1, 2

    def expression(self, words: Words, columns: str, prefix_from: int = PREFIX_LENGTH) -> str:
        """Return FTS5's expression, in which every word is quoted."""
        terms = [f'"{word}"*' if len(word) >= prefix_from else f'"{word}"' for word in (w.replace('"', " ") for w in words)]
        return f"{{{columns}}} : ({' AND '.join(terms)})"

    def matching(self, found: QuerySet[Any], expression: str) -> QuerySet[Any]:
        """Return those of the entries `found` that match."""
        sql = f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s"  # noqa: S608 - a constant
        return found.filter(pk__in=RawSQL(sql, [expression]))  # noqa: S611 - the words are a parameter

    def posts(self, words: Words) -> QuerySet[Any]:
        """Return keys."""
        return keys_of(self.matching(posts_entries(), self.expression(words, "title body")))

    def having(self, posts: QuerySet[Any], words: Words) -> QuerySet[Any]:
        """Ask the index once and walk the list."""
        return posts.filter(pk__in=self.posts(words))

    def beginning(self, model: type[Any], words: Words) -> QuerySet[Any]:
        """Return keys."""
        return keys_of(self.matching(entries(model), self.expression(words, "autocomplete", 1)))

    def weights(self, keys: Iterable[int], words: Words) -> dict[int, float]:
        """Return nothing: it doesn't weigh."""
        return {}

    def passages(self, keys: Iterable[int], words: Words) -> dict[int, tuple[str, str]]:
        """Return FTS5's highlighted title and snippet."""
        rows = {entry: int(key) for entry, key in of(keys).values_list("pk", "object_id")}
        sql = (
            f"SELECT rowid, highlight({self.table}, {self.title}, %s, %s), snippet({self.table}, {self.body}, %s, %s, '…', 30) "  # noqa: S608
            f"FROM {self.table} WHERE {self.table} MATCH %s AND rowid IN ({', '.join(map(str, rows))})"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [BEGINS, ENDS, BEGINS, ENDS, self.expression(words, "title body")])
            return {rows[entry]: (title, passage) for entry, title, passage in cursor.fetchall()}

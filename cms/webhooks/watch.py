"""Hears of every change to a post, and tells front ends of it: what they were last told is compared with what is.

Signals and the sweep ask the same question of the same row (`HookedPost`), under its lock: a change is told once,
and what a signal missed (a killed process, a restriction that was set) is told by the next sweep.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from cms.addresses import public_url, site_path
from cms.listing import public
from cms.models import HookedPost, HookEndpoint, Post
from cms.version import EPOCH
from cms.webhooks import events
from cms.webhooks.telling import Event, moment, tell

# More pages at once (a section that moves) are left to the sweep, so that nobody waits for them.
AT_ONCE = 200
SLICE = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A post as front ends can read it."""

    translation_key: Any
    kind: str
    title: str
    url_path: str
    imported_from: str
    first_published_at: datetime | None
    published_at: datetime

    @property
    def columns(self) -> dict[str, Any]:
        """What a HookedPost keeps of it."""
        return {name: getattr(self, name) for name in ("translation_key", "kind", "title", "url_path", "published_at")}


def _readable() -> QuerySet[Any]:
    """Return the posts that front ends can read: live, open to all (a members' post shows its card), no aliases."""
    own = Post.objects.filter(alias_of__isnull=True)
    # What an import adds live may never have been published.
    return public(own).annotate(published_at=Coalesce("last_published_at", EPOCH))


def look(keys: Iterable[int], now: datetime, *, by_hand: bool = True) -> int:
    """Compare each post with what was told of it and tell the difference; returns how many events that were.

    `by_hand`: somebody has just done something to it; else an import that was never seen is only taken note of.
    Each post in a transaction of its own, or within the caller's.
    """
    return sum(_look(key, now, by_hand=by_hand) for key in keys)


def _look(key: int, now: datetime, *, by_hand: bool) -> int:
    with transaction.atomic():
        known, fresh = _lock(key), False
        if known is None:
            known, fresh = _begin(key, now), True
        # Read under the lock: whoever comes second sees what the first has told.
        found = _find(key)
        if known is None:
            return 0
        silent = fresh and not by_hand and found is not None and bool(found.imported_from)
        made = [] if silent else list(_differences(known, found, now))
        _note(known, found)
        tell(made, now)
        return len(made)


def _lock(key: int) -> HookedPost | None:
    return HookedPost.objects.select_for_update().filter(pk=key).first()


def _find(key: int) -> Found | None:
    values = _readable().filter(pk=key).values_list(*Found.__slots__).first()
    return None if values is None else Found(*values)


def _begin(key: int, now: datetime) -> HookedPost | None:
    """Make the row of a post that is met for the first time; None for one that isn't public."""
    found = _find(key)
    if found is None:
        return None
    HookedPost.objects.bulk_create([HookedPost(post_id=key, seen_at=now, **found.columns)], ignore_conflicts=True)
    return _lock(key)


def _differences(known: HookedPost, found: Found | None, now: datetime) -> Iterator[Event]:
    """Yield what isn't told yet, in order; counts up the version."""
    if found is None:
        if known.visible:
            yield _event(events.UNPUBLISHED, known, now)
    elif not known.visible:
        yield _appeared(known, found, now)
    else:
        before = known.url_path
        _take_over(known, found)
        if before != found.url_path:
            old = site_path(HookedPost(url_path=before))
            yield _event(events.MOVED, known, now, old_path=old, old_url=public_url(old))
        if known.published_at != found.published_at:
            yield _event(events.UPDATED, known, now, changed=found.published_at)


def _appeared(known: HookedPost, found: Found, now: datetime) -> Event:
    _take_over(known, found)
    first = found.first_published_at
    if known.version:
        return _event(events.PUBLISHED, known, now, changed=found.published_at)
    # Never met before: it may have been there long before us, and has then only been changed.
    kind = events.UPDATED if first is not None and first < found.published_at else events.PUBLISHED
    return _event(kind, known, found.published_at)


def _take_over(known: HookedPost, found: Found) -> None:
    for name in ("translation_key", "kind", "title", "url_path"):
        setattr(known, name, getattr(found, name))


def _note(known: HookedPost, found: Found | None) -> None:
    columns: dict[str, Any] = {} if found is None else found.columns
    HookedPost.objects.filter(pk=known.pk).update(visible=found is not None, version=known.version, **columns)


def _event(kind: str, known: HookedPost, at: datetime, *, changed: datetime | None = None, **more: Any) -> Event:
    known.version += 1
    path = site_path(known)
    data = {
        "id": str(known.translation_key),
        "type": known.kind,
        "path": path,
        "url": public_url(path),
        "title": known.title,
        "changed_at": moment(changed or at),
        "version": known.version,
        **more,
    }
    # The moment too: after a restored backup the same number may stand for something else.
    once = f"{known.pk} {known.version} {moment(at)}"
    return Event(kind, str(known.translation_key), once, at, data, known.title)


def look_below(path: str, now: datetime) -> int:
    """Tell of posts under the tree path `path` whose address has changed; of very many the sweep tells the rest."""
    moved = _readable().filter(path__startswith=path, hooked__isnull=False).exclude(hooked__url_path=F("url_path"))
    return look(list(moved.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]), now)


def gone(key: int, now: datetime) -> int:
    """Tell of a post that is being deleted, or was; returns how many events that were. What was never public isn't told."""
    with transaction.atomic():
        known = _lock(key)
        if known is None:
            return 0
        told = known.visible or known.version > 0
        if told:
            tell([_event(events.DELETED, known, now)], now)
        known.delete()
        return int(told)


def sweep(now: datetime) -> int:
    """Tell what no signal told; returns how many events that were. A slice at a time, so that it ends."""
    _meet_old(now)
    posts = Post.objects.filter(pk=OuterRef("pk"))
    lost = HookedPost.objects.filter(~Exists(posts)).values_list("pk", flat=True)[:SLICE]
    told = sum(gone(key, now) for key in list(lost))
    return told + look(_changed(), now, by_hand=False)


def _changed() -> list[int]:
    """Return the posts that stand otherwise than they were told."""
    readable = _readable()
    same = {"hooked__visible": True, "hooked__url_path": F("url_path"), "hooked__published_at": F("published_at")}
    new = readable.exclude(**same).order_by("pk").values_list("pk", flat=True)[:SLICE]
    hidden = HookedPost.objects.filter(~Exists(readable.filter(pk=OuterRef("pk"))), visible=True)
    return [*new, *hidden.values_list("pk", flat=True)[:SLICE]]


def _meet_old(now: datetime) -> None:
    """Take note of posts that were never met and are nobody's news: imported, or older than all endpoints."""
    since = HookEndpoint.objects.filter(active=True).aggregate(at=Min("active_since"))["at"] or now
    old = _readable().filter(~Q(imported_from="") | Q(published_at__lt=since), hooked__isnull=True).order_by("pk")
    while values := list(old.values_list("pk", *Found.__slots__)[:SLICE]):
        rows = [HookedPost(post_id=key, seen_at=now, visible=True, **Found(*rest).columns) for key, *rest in values]
        HookedPost.objects.bulk_create(rows, ignore_conflicts=True)

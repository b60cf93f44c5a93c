"""Writers of one region (`User.region`): they choose no other, and edit only posts that belong to it.

It narrows whatever a user's groups allow and gives nothing. Administrators of all (superusers) aren't narrowed.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page, PagePermissionTester

from cms.vocabulary import Region


def region_of(user: Any) -> int | None:
    """Return the key of the only region that `user` writes of, None for all."""
    narrowed = user is not None and user.is_active and not user.is_superuser
    return getattr(user, "region_id", None) if narrowed else None


class OfRegion(PagePermissionTester):
    """What somebody may do with a page, narrowed to their region: with other pages nothing, below a section writing."""

    def __init__(self, user: Any, page: Any) -> None:
        self.permissions: set[str] = set()
        super().__init__(user, page)
        region = region_of(user)
        self.closed = region is not None and page.pk is not None and not _belongs(page, region)
        self.opened_below: set[str] = set()
        if self.closed:
            # A section isn't theirs to edit, but new posts stand below it.
            self.opened_below = self.permissions & {"add", "publish"}
            self.permissions = set()

    def can_edit(self) -> bool:
        """Refuse a closed page even to who owns it or is to review it."""
        return not self.closed and bool(super().can_edit())

    def can_add_subpage(self) -> bool:
        """Allow writing below a closed section to whoever may write there."""
        return self._below(super().can_add_subpage)

    def can_publish_subpage(self) -> bool:
        """Allow publishing below a closed section to whoever may publish there."""
        return self._below(super().can_publish_subpage)

    def can_lock(self) -> bool:
        """Refuse a closed page."""
        return not self.closed and bool(super().can_lock())

    def can_unlock(self) -> bool:
        """Refuse a closed page."""
        return not self.closed and bool(super().can_unlock())

    def _below(self, ask: Any) -> bool:
        kept = self.permissions
        if not hasattr(self.page, "regions"):
            self.permissions = kept | self.opened_below
        try:
            return bool(ask())
        finally:
            self.permissions = kept


def _belongs(page: Page, region: int) -> bool:
    regions = getattr(page, "regions", None)
    return regions is not None and any(one.pk == region for one in regions.all())


class Regional:
    """For pages: asks OfRegion what somebody may do."""

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        """Return what `user` may do with this page."""
        return OfRegion(user, self)


def choosable(user: Any, chosen: Iterable[Region]) -> QuerySet[Region] | None:
    """Return the regions that `user` may choose on a post that has `chosen`, None for all."""
    region = region_of(user)
    return None if region is None else Region.objects.filter(pk__in=[region, *(one.pk for one in chosen)])


def with_own(user: Any, chosen: QuerySet[Region]) -> QuerySet[Region]:
    """Return the chosen regions with the user's own, without which the user couldn't open the post again."""
    region = region_of(user)
    return chosen if region is None else Region.objects.filter(pk__in=[region, *chosen.values_list("pk", flat=True)])

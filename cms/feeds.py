"""Atom feeds (RFC 4287) of what has been published: title, summary, people, picture; never the text itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from cms import renditions
from cms.addresses import own_url, public_url, site_path

LENGTH = 30


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed is of: posts, newest first, with what a card needs; `path` is the page that shows them."""

    posts: QuerySet[Any]
    title: str
    path: str
    subtitle: str = ""


class Atom(Atom1Feed):
    """Atom with a picture for each entry (Media RSS)."""

    def root_attributes(self) -> dict[str, str]:
        """Add the name space of pictures."""
        return {**super().root_attributes(), "xmlns:media": "http://search.yahoo.com/mrss/"}

    def add_item_elements(self, handler: Any, item: Any) -> None:
        """Add the entry's picture."""
        super().add_item_elements(handler, item)
        if item["picture"]:
            handler.addQuickElement("media:thumbnail", None, item["picture"])


class Posts(Feed[Any, Source]):
    """The feed of a Source; called like a view, with the Source as `source`."""

    feed_type = Atom
    language = "sv"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Source:
        """Return the Source."""
        source: Source = kwargs["source"]
        return source

    def title(self, obj: Source) -> str:
        """Return the feed's name."""
        return obj.title

    def subtitle(self, obj: Source) -> str:
        """Return what the section says of itself."""
        return obj.subtitle

    def author_name(self, obj: Source) -> str:
        """Return who stands behind entries without a byline."""
        return obj.title

    def link(self, obj: Source) -> str:
        """Return where readers find the page."""
        return public_url(obj.path)

    def feed_url(self, obj: Source) -> str:
        """Return where the feed itself is."""
        return own_url(f"{obj.path}feed.atom")

    def items(self, obj: Source) -> list[Any]:
        """Return the newest posts."""
        return list(obj.posts[:LENGTH])

    def item_title(self, item: Any) -> str:
        """Return the title as plain text."""
        return str(item.title)

    def item_description(self, item: Any) -> str:
        """Return the summary as HTML, which is what the generator declares it to be."""
        return escape(item.summary)

    def item_link(self, item: Any) -> str:
        """Return where readers find the post."""
        return public_url(site_path(item))

    def item_guid(self, item: Any) -> str:
        """Return the post's name for ever, wherever it moves."""
        return f"urn:uuid:{item.translation_key}"

    def item_author_name(self, item: Any) -> str | None:
        """Return who wrote it."""
        return ", ".join(byline.name for byline in item.bylines.all()) or None

    def item_pubdate(self, item: Any) -> datetime:
        """Return the date of publication as shown."""
        moment: datetime = item.date
        return moment

    def item_updateddate(self, item: Any) -> datetime:
        """Return when it last changed on the site."""
        moment: datetime = item.last_published_at or item.date
        return moment

    def item_categories(self, item: Any) -> Iterable[str]:
        """Return its topics."""
        return [topic.name for topic in item.topics.all()]

    def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
        """Return the picture's address and size as attributes."""
        copies = renditions.copies(item.lead_image, "card")
        if not copies:
            return {"picture": None}
        largest = copies[-1]
        return {"picture": {"url": own_url(largest.url), "width": str(largest.width), "height": str(largest.height)}}


def atom(request: HttpRequest, source: Source) -> bytes:
    """Return the feed of `source`; every address in it is absolute, whatever host was asked."""
    return bytes(Posts()(request, source=source).content)

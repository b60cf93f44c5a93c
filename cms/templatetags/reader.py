"""Tags of the reader site; each asks one plain function."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from cms import abbreviations, addresses, faces, invitation, lost, navigation, renditions, share_picture, version
from cms.blocks import link_url
from cms.identity import Identity
from cms.keydates import STOCKHOLM
from cms.pages.post import box_moments

# A box holds so many; more are chosen on their own page.
MANY_CHOICES = 3

register = template.Library()
register.filter("site_path", addresses.site_path)
register.filter("absolute", addresses.public_url)
register.filter("link_url", link_url)
register.filter("date_block", faces.block)
register.simple_tag(navigation.sections, name="menu")
register.filter("path_of", navigation.path_of)
register.simple_tag(navigation.in_header)
register.simple_tag(navigation.in_footer)


@register.simple_tag
def identity() -> Identity:
    """Return the association's identity, empty while nobody has filled it in."""
    return Identity.objects.select_related("logo", "privacy_page").first() or Identity()


@register.simple_tag
def photo(picture: Any, shape: str, alt: str | None = None, *, eager: bool = False) -> str:
    """Return `<picture>` with AVIF and its `<img>` with size, srcset and alt; nothing when there is no picture to show.

    `alt` replaces the picture's own words; give "" where a text beside it says the same.
    """
    found = renditions.copies(picture, shape)
    if not found:
        return ""
    attributes = {
        "src": found[0].url,
        **_choice(found, shape),
        "width": found[-1].width,
        "height": found[-1].height,
        "alt": picture.description if alt is None else alt,
    }
    loading = {"fetchpriority": "high"} if eager else {"loading": "lazy", "decoding": "async"}
    image = format_html("<img{}>", flatatt(attributes | loading))
    if not (finer := renditions.avif_copies(picture, shape)):
        return image
    source = {"type": "image/avif", "srcset": finer[0].url, **_choice(finer, shape)}
    return format_html("<picture><source{}>{}</picture>", flatatt(source), image)


def _choice(found: Sequence[renditions.Copy], shape: str) -> dict[str, str]:
    """Return the attributes by which a browser chooses among several copies."""
    if len(found) == 1:
        return {}
    return {"srcset": ", ".join(f"{copy.url} {copy.width}w" for copy in found), "sizes": renditions.SHAPES[shape].sizes}


@register.simple_tag
def shared(page: Any) -> dict[str, Any] | None:
    """Return the picture that a link to `page` shows (its lead picture, else the drawn one, else the site's), with words."""
    picture = getattr(page, "lead_image", None)
    found: Any = next(iter(renditions.copies(picture, "share")), None) or share_picture.drawn_for(page)
    words = picture.description if picture and isinstance(found, renditions.Copy) else getattr(page, "title", "")
    return found and {"url": addresses.own_url(found.url), "width": found.width, "height": found.height, "alt": words}


@register.simple_tag
def help_for_lost(path: str) -> lost.Help:
    """Return what helps a reader who asked for `path`, where nothing stands."""
    return lost.help_for(path, version.state(timezone.now()).locale_id)


@register.filter
def day(moment: Any) -> str:
    """Return "6 mars 2023", by Stockholm's calendar."""
    return date_format(moment.astimezone(STOCKHOLM) if hasattr(moment, "astimezone") else moment, "j F Y")


@register.filter
def tells_date(kicker: str) -> bool:
    """Tell whether a kicker names a year, so that the date needn't stand beside it."""
    return any(part.isdigit() and len(part) == 4 for part in kicker.split())  # noqa: PLR2004


@register.filter
def item(mapping: Any, key: str) -> Any:
    """Return `mapping[key]`, or nothing."""
    return (mapping or {}).get(key)


@register.filter
def moments(box: Any) -> list[Any]:
    """Return the key dates in a date box of the text."""
    return box_moments(box)


@register.filter
def own_address(url: str) -> str:
    """Return `url` on this site as an absolute address."""
    return addresses.own_url(url)


@register.simple_tag
def days_left(date: Any, now: Any) -> str:
    """Return "12 dagar kvar", "Stängd" or nothing."""
    return faces.left(date.ends, now) if date and date.ends else ""


@register.simple_tag
def voting(post: Any, now: Any) -> faces.Window | None:
    """Return the time in which one may vote."""
    return faces.window(post.moments(), "voting_opens", "voting_closes", now)


@register.inclusion_tag("site/parts/card.html")
def card(post: Any, size: str = "", level: int = 2) -> dict[str, Any]:
    """Show `post` (with what `listing.listed` brings) as a card; `size` is "newest", "half" or empty."""
    now = timezone.now()
    dates = list(post.dates.all())
    bylines = list(post.bylines.all())
    portrait = next((byline.person.portrait for byline in bylines if byline.person), None)
    return {
        "post": post,
        "size": size,
        "level": level,
        "shape": "newest" if size == "newest" else "card",
        "closing": faces.closing(dates),
        "event": next((faces.block(date) for date in dates if date.kind == post.kind), None),
        "names": ", ".join(byline.name for byline in bylines),
        "portrait": portrait if post.lead_image is None or post.kind == "column" else None,
        "dated": tells_date(post.kicker),
        "now": now,
    }


@register.inclusion_tag("site/parts/sign_up.html")
def sign_up() -> dict[str, Any]:
    """Invite the reader to subscribe, where there is something to subscribe to; many choices have a page of their own."""
    found = invitation.invitation()
    number = len(found.choices) if found else 0
    return {"invitation": found, "several": number > 1, "crowded": number > MANY_CHOICES}


class AbbreviateNode(template.Node):
    """Renders what stands inside, then explains abbreviations in it."""

    def __init__(self, meanings: FilterExpression, inside: NodeList) -> None:
        self.meanings = meanings
        self.inside = inside

    def render(self, context: template.Context) -> SafeString:
        """Return the marked HTML."""
        html = abbreviations.mark(self.inside.render(context), self.meanings.resolve(context) or {})
        return mark_safe(html)  # noqa: S308 the template has escaped it already


@register.tag
def abbreviate(parser: Parser, token: Token) -> AbbreviateNode:
    """Parse `{% abbreviate meanings %}…{% endabbreviate %}`."""
    meanings = parser.compile_filter(token.split_contents()[1])
    inside = parser.parse(("endabbreviate",))
    parser.delete_first_token()
    return AbbreviateNode(meanings, inside)

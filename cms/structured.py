"""What search engines read of a page (schema.org as JSON-LD): articles, events and people, in the page's own words.

It stands in a `<script>` that no browser runs (a data block), so no content policy needs to allow it.
Nothing in it is for members only: of such a post it says title, summary and that it isn't free to read.
"""

import json
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from cms import renditions
from cms.addresses import own_url, public_url
from cms.identity import Identity
from cms.keydates import STOCKHOLM
from cms.teaser import PersonPart, Teaser

CONTEXT = "https://schema.org"
HEADLINE = 110  # characters; search engines cut or refuse longer ones
# Inside a script nothing may end it, open a comment, or break a line of it.
ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def script(data: dict[str, Any]) -> SafeString:
    """Return `data` as a data block; whatever stands in it, it ends where it should."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{body}</script>')  # noqa: S308 - escaped for where it stands


def of_post(post: Any, teaser: Teaser, now: datetime) -> dict[str, Any]:
    """Return what `post` is, with its own parts (`Post.own_structure`) as they are at `now`."""
    who = organisation(Identity.objects.select_related("logo").first() or Identity())
    base = {
        "@context": CONTEXT,
        "@type": post.SCHEMA,
        "@id": f"urn:uuid:{teaser.key}",
        "url": teaser.url,
        "mainEntityOfPage": teaser.url,
        "name": teaser.title,
        "headline": teaser.title[:HEADLINE],
        "description": teaser.summary,
        "image": picture(post.lead_image),
        "datePublished": stamp(post.date),
        "dateModified": stamp(post.last_published_at or post.date),
        "author": [person(part) for part in teaser.byline] or who,
        "publisher": who,
        "keywords": list(teaser.topics),
        "inLanguage": "sv",
        "isAccessibleForFree": not post.members_only,
    }
    own = {} if post.members_only else post.own_structure(now)
    return filled({**base, **own})


def of_person(row: Any, path: str) -> dict[str, Any]:
    """Return who a person is; `path` is the person's page."""
    found = filled({"@type": "Person", "name": row.name, "jobTitle": row.title, "worksFor": place_of_work(row.employer)})
    image = picture(row.portrait, "portrait")
    main = filled({**found, "url": public_url(path), "image": image})
    return {"@context": CONTEXT, "@type": "ProfilePage", "url": public_url(path), "mainEntity": main}


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` without what is empty."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {}, ())}


def stamp(moment: datetime) -> str:
    """Return a moment with Stockholm's offset."""
    return moment.astimezone(STOCKHOLM).isoformat(timespec="seconds")


def picture(image: Any, shape: str = "share") -> dict[str, Any]:
    """Return the largest copy of a picture, or nothing."""
    copies = renditions.copies(image, shape)
    if not copies:
        return {}
    largest = copies[-1]
    return {"@type": "ImageObject", "url": own_url(largest.url), "width": largest.width, "height": largest.height}


def person(part: PersonPart) -> dict[str, Any]:
    """Return somebody named in a post."""
    return filled({"@type": "Person", "name": part.name, "jobTitle": part.roles[0] if part.roles else ""})


def place_of_work(name: str) -> dict[str, str]:
    """Return an employer, or nothing."""
    return {"@type": "Organization", "name": name} if name else {}


def organisation(who: Identity) -> dict[str, Any]:
    """Return the association."""
    logo = picture(who.logo, "logo")
    return filled({"@type": "Organization", "name": str(who), "url": public_url("/"), "email": who.email, "logo": logo})

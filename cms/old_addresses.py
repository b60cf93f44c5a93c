"""The short addresses of the WordPress site that posts were imported from: `/?p=123`, `/?page_id=123`.

Wagtail's redirects act only where nothing stands, and at `/` stands the home page; so it asks here itself.
"""

from collections.abc import Mapping

from wagtail.contrib.redirects.models import Redirect


def moved(query: Mapping[str, str]) -> str | None:
    """Return where the post of a short address stands now; None where the query names none that was imported."""
    for name in ("p", "page_id"):
        number = query.get(name, "")
        if number.isascii() and number.isdigit():
            found = Redirect.objects.filter(old_path=f"/?{name}={number}").first()
            if found is not None and found.redirect_page_id and found.redirect_page.live:
                return str(found.link)
    return None

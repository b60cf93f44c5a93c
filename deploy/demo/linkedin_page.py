"""The stand-in's pages: the feed with cards as a follower sees them, and the consent question."""

from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from deploy.demo.linkedin_text import read

FOLD = 210
PAGE = Template(Path(__file__).with_name("linkedin.html").read_text())
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def feed(name: str, posts: list[dict[str, Any]]) -> str:
    """Return the page's feed, newest first."""
    cards = "".join(card(name, post) for post in posts)
    empty = '<p class="empty">Inget har publicerats än. Publicera ett inlägg i Ordet, så dyker det upp här.</p>'
    count = "1 inlägg" if len(posts) == 1 else f"{len(posts)} inlägg"
    return PAGE.substitute(name=escape(name), initials=escape(initials(name)), count=count, main=cards or empty)


def initials(name: str) -> str:
    """Return up to two letters for the logo."""
    return "".join(word[0] for word in name.split() if word[0].isalpha())[:2].upper()


def card(name: str, post: dict[str, Any]) -> str:
    """Return one post as a card: who, when, the text with its fold, the linked card."""
    when = datetime.fromtimestamp(post["createdAt"] / 1000, STOCKHOLM)
    reading = read(post["sent"])
    cut = (
        '<p class="cut">Texten tar slut här: ett reserverat tecken stod utan omvänt snedstreck.</p>'
        if reading.cut_at is not None
        else ""
    )
    edited = " · Redigerat" if post["edited"] else ""
    return (
        f'<article class="post" id="{escape(post["id"])}"><header><span class="logo">{escape(initials(name))}</span>'
        f"<div>"
        f'<strong>{escape(name)}</strong><span class="small">2 341 följare</span>'
        f'<time class="small" datetime="{when.isoformat()}">{when:%Y-%m-%d %H:%M}{edited}'
        " · Alla</time></div></header>"
        f"{folded(reading.pieces, len(reading.text))}{cut}{linked(post['content'].get('article', {}))}"
        "<footer><span>Gilla</span><span>Kommentera</span><span>Dela</span><span>Skicka</span></footer>"
        f'<p class="urn">{escape(post["id"])}</p></article>'
    )


def folded(pieces: Any, length: int) -> str:
    """Return the text; what stands below LinkedIn's fold opens with "…visa mer"."""
    shown, rest, count = [], [], 0
    for piece in pieces:
        html = marked(piece.kind, piece.text)
        room = max(FOLD - count, 0)
        if piece.kind == "text" and room < len(piece.text):
            # The fold comes after a whole word.
            fold = max(piece.text.rfind(blank, 0, room) for blank in " \n") + 1
            shown.append(escape(piece.text[:fold]))
            rest.append(escape(piece.text[fold:]))
        else:
            (shown if room else rest).append(html)
        count += len(piece.text)
    if not rest:
        return f'<div class="text">{"".join(shown)}</div>'
    label = "<summary>…visa mer</summary>"
    return f'<div class="text">{"".join(shown)}<details>{label}<span>{"".join(rest)}</span></details></div>'


def marked(kind: str, text: str) -> str:
    """Return a piece of text as HTML; hashtags and mentions are blue."""
    return escape(text) if kind == "text" else f'<b class="live">{escape(text)}</b>'


def linked(article: dict[str, Any]) -> str:
    """Return the card with picture, title and where it leads."""
    urn = str(article.get("thumbnail", ""))
    picture = f'<img src="/_images/{escape(urn.rpartition(":")[2])}" alt="">' if urn else '<div class="nothing">Ingen bild</div>'
    source = str(article.get("source", ""))
    return (
        f'<a class="card" href="{escape(source)}">{picture}<div><strong>{escape(str(article.get("title", "")))}</strong>'
        f'<span class="small">{escape(urlsplit(source).netloc)}</span></div></a>'
    )


def consent(name: str, scope: str, allow: str, deny: str) -> str:
    """Return the question that LinkedIn asks when an app wants to be connected."""
    scopes = "".join(f"<li><code>{escape(one)}</code></li>" for one in scope.split())
    main = (
        '<section class="post consent"><h2>Ordet vill ansluta till LinkedIn</h2>'
        f"<p>Du är inloggad som administratör för <strong>{escape(name)}</strong>. Ordet ber om rätt till:</p><ul>{scopes}</ul>"
        f'<p><a class="button" href="{escape(allow)}">Tillåt</a> '
        f'<a class="button quiet" href="{escape(deny)}">Avbryt</a></p></section>'
    )
    return PAGE.substitute(name=escape(name), initials=escape(initials(name)), count="", main=main)

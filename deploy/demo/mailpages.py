"""The caught mails as web pages: who got what, and each mail as a reader sees it; counts as JSON."""

import json
import threading
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from deploy.demo.mailcatcher import Box, parse

if TYPE_CHECKING:
    from email.message import EmailMessage

STYLE = """
:root { color-scheme: light dark; --ink:#17262e; --paper:#fff; --ground:#f5f2ec; --accent:#0b5563; --quiet:#4a5a62; --line:#ddd6c9 }
@media (prefers-color-scheme: dark) {
  :root { --ink:#e8eef0; --paper:#18252b; --ground:#10191d; --accent:#7cc6d2; --quiet:#a9b7bd; --line:#2b3a41 } }
* { box-sizing: border-box } body { margin:0; background:var(--ground); color:var(--ink); font:16px/1.5 Arial,Helvetica,sans-serif }
main { max-width: 900px; margin: 0 auto; padding: 32px 16px } h1 { font:700 28px/1.2 Georgia,serif; margin:0 0 4px }
p.lead { color:var(--quiet); margin:0 0 24px } a { color:var(--accent) } a:focus-visible { outline:3px solid var(--accent) }
.card { background:var(--paper); border:1px solid var(--line); border-radius:6px; overflow:hidden }
table { border-collapse:collapse; width:100% } th,td { text-align:left; padding:12px 16px; border-top:1px solid var(--line) }
thead th { border-top:0; color:var(--quiet); font-weight:400; font-size:14px } td.n { text-align:right }
dl { display:grid; grid-template-columns:max-content 1fr; gap:4px 16px; margin:0; padding:16px } dt { color:var(--quiet) } dd { margin:0 }
nav { margin:24px 0 12px; display:flex; gap:16px } nav a[aria-current] { color:var(--ink); text-decoration:none; font-weight:700 }
iframe { width:100%; height:1400px; border:0; background:#fff; display:block } pre { margin:0; padding:16px; white-space:pre-wrap;
overflow-wrap:anywhere; font:14px/1.5 ui-monospace,monospace }
"""


def page(title: str, lead: str, body: str) -> bytes:
    """Return a whole page; `body` is markup, the rest plain text."""
    return (
        f'<!doctype html><html lang="sv"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f'<main><h1>{escape(title)}</h1><p class="lead">{lead}</p>{body}</main></html>'
    ).encode()


def overview(box: Box) -> bytes:
    """Return the list of inboxes."""
    rows = "".join(
        f'<tr><td><a href="/inbox?address={quote(address)}">{escape(address)}</a></td>'
        f'<td>{escape(box.inbox(address)[0]["subject"])}</td><td class="n">{count}</td></tr>'
        for address, count in sorted(box.counts().items())
    )
    table = f"<table><thead><tr><th>Till</th><th>Senaste ämne</th><th>Antal</th></tr></thead><tbody>{rows}</tbody></table>"
    empty = '<p style="padding:16px;margin:0">Inget brev har kommit än. Skicka ett utskick i Ordet, så syns det här.</p>'
    total = len(box.entries)
    return page(
        "Brevlådan", f"{total} brev till {len(box.counts())} adresser", f'<div class="card">{table if rows else empty}</div>'
    )


def inbox(box: Box, address: str) -> bytes:
    """Return one address's mails."""
    rows = "".join(
        f'<tr><td><a href="/mail/{entry["number"]}">{escape(entry["subject"])}</a></td><td>{escape(entry["at"][:16])}</td></tr>'
        for entry in box.inbox(address)
    )
    body = f'<div class="card"><table><thead><tr><th>Ämne</th><th>Kom</th></tr></thead><tbody>{rows}</tbody></table></div>'
    return page(address, '<a href="/">Alla adresser</a>', body)


def part(message: "EmailMessage", kind: str) -> str:
    """Return the message's html or plain part, empty when it has none."""
    found = message.get_body(preferencelist=(kind,))
    return str(found.get_content()) if found else ""


def mail(box: Box, number: int, view: str) -> bytes:
    """Return one mail: as HTML, as text, or its source."""
    raw = box.raw(number)
    message = parse(raw)
    names = ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe")
    heads = "".join(f"<dt>{name}</dt><dd>{escape(str(message[name]))}</dd>" for name in names if message[name])
    views = {"html": "Som brev", "text": "Som text", "source": "Källan"}
    tabs = "".join(
        f'<a href="/mail/{number}?view={key}"{" aria-current=page" if key == view else ""}>{label}</a>'
        for key, label in views.items()
    )
    if view == "html":
        # Sandboxed: a mail's markup is never trusted, but its links may be followed in a new tab.
        shown = f'<iframe sandbox="allow-popups" title="Brevet" srcdoc="{escape(part(message, "html"))}"></iframe>'
    else:
        text = part(message, "plain") if view == "text" else raw.decode("utf-8", "replace")
        shown = f"<pre>{escape(text)}</pre>"
    body = f'<div class="card"><dl>{heads}</dl></div><nav>{tabs}</nav><div class="card">{shown}</div>'
    return page(str(message["Subject"]), '<a href="/">Alla adresser</a>', body)


def counts(box: Box) -> bytes:
    """Return the counts per address as JSON."""
    return json.dumps({"total": len(box.entries), "addresses": box.counts()}, ensure_ascii=False).encode()


def answer(box: Box, target: str) -> tuple[str, bytes] | None:
    """Return content type and body for a path; None where there is nothing."""
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    routes: dict[str, Callable[[], bytes]] = {
        "/": lambda: overview(box),
        "/inbox": lambda: inbox(box, query.get("address", "")),
    }
    if parts.path == "/counts.json":
        return "application/json", counts(box)
    if parts.path in routes:
        return "text/html; charset=utf-8", routes[parts.path]()
    number = parts.path.removeprefix("/mail/")
    if number.isdecimal() and 0 < int(number) <= len(box.entries):
        return "text/html; charset=utf-8", mail(box, int(number), query.get("view", "html"))
    return None


def serve_pages(box: Box, host: str, port: int) -> ThreadingHTTPServer:
    """Start the web server in a thread of its own and return it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answer(box, self.path)
            kind, body = found or ("text/plain; charset=utf-8", b"Finns inte.\n")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Stay silent."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

"""From an item of the export to a plan for one page: everything is decided here, nothing is written."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cms.importers import bodies
from cms.importers.kickers import Kicker, far_off, is_almost_kicker, take_kicker, take_title
from cms.importers.letters import Letter, Signer, take_letter
from cms.importers.library import NoFile
from cms.importers.mapping import Mapping, Rule
from cms.importers.pictures import credited, portrait, thumbnail, without_lead
from cms.importers.pieces import Button, File, Film, Photo, Piece, Text, merged, words
from cms.importers.plans import Context, NotImportable, Plan
from cms.importers.shapes import SHAPES, Shape, take_document
from cms.importers.wxr import Item, is_stamp
from cms.keydates import STOCKHOLM

BY_CATEGORY = {
    "clipping": "press pressklipp i-media fss-i-media media i-medierna pressrummet medialt",
    "film": "film filmer video videor filmat",
    "event": "konferens konferenser evenemang event kalender kalendarium",
}
DEFAULTS = {slug: kind for kind, slugs in BY_CATEGORY.items() for slug in slugs.split()}
BLOGS = frozenset(["blogg", "bloggar", "gastblogg", "gästblogg", "bloggen"])
# They sort, but say nothing of what a post is about.
NO_TOPIC = (
    frozenset(
        ["nyheter", "nyhet", "okategoriserade", "uncategorized", "allmant", "ordforanden-har-ordet", "aktuellt", "startsida"]
    )
    | BLOGS
)
DRAFTS = {"draft", "pending", "private", "future"}
SUMMARY, LONG_TITLE = 300, 255
HREF = re.compile(r'<a href="([^"]*)">')
URL = URLValidator(schemes=["http", "https"])


def plan(item: Item, context: Context) -> Plan:
    """Decide what becomes of an item. Raises NotImportable."""
    if not item.id:
        raise NotImportable(_("The item has no id."))
    export = context.export
    body = bodies.convert(item.body, export.base, export.children.get(item.id, ()), export.patterns)
    kicker, pieces, title = _kicker(item, body.pieces, context)
    rule = _rule(item, context.mapping, kicker)
    kind = rule.kind or _kind(item, kicker)
    letter = take_letter(pieces, column=kind == "column") if kind != "page" else Letter(pieces, ())
    if not letter.signers and (author := context.mapping.authors.get(item.creator)):
        letter = replace(letter, signers=(Signer(author),))
    made = _begun(item, title if kind == "column" else item.title, kind, letter, context)
    made.problems += body.notes
    _date_by(made, kicker)
    _fill(made, letter, kicker, context)
    made.fields |= rule.fields
    made.title = made.fields.pop("title", made.title)
    made.summary = made.fields.pop("summary", made.summary)
    made.words = _topics(item, rule, context.mapping)
    _remark(made, item, letter, kicker, context)
    return made


def _kicker(item: Item, pieces: list[Piece], context: Context) -> tuple[Kicker | None, list[Piece], str]:
    """Return the kicker of a text or of its title, and both without it; a page's title is its own."""
    about = (item.date or context.now).astimezone(STOCKHOLM).date()
    kicker, rest = take_kicker(pieces, about)
    above, title = take_title(item.title, about) if item.kind != "page" else (None, item.title)
    if kicker and above and not (kicker.day or kicker.month):
        kicker = replace(kicker, day=above.day, month=above.month)
    return kicker or above, rest, title


def _rule(item: Item, mapping: Mapping, kicker: Kicker | None) -> Rule:
    """Return the operator's rule: for the post itself, then its post type, then the first category that has one.

    A column's kicker is stronger than a category, but not than a word on the post itself.
    """
    if item.slug in mapping.posts:
        return mapping.posts[item.slug]
    if item.kind in mapping.post_types:
        return mapping.post_types[item.kind]
    rules = (mapping.categories.get(term.slug) or mapping.categories.get(term.name) for term in item.categories)
    found = next(filter(None, rules), Rule())
    return found if kicker is None or found.kind == "column" else Rule(words=found.words)


def _kind(item: Item, kicker: Kicker | None) -> str:
    """Return the content type where no map speaks: a page, a column by its kicker, else what the category says."""
    if item.kind == "page":
        return "page"
    return "column" if kicker else next((DEFAULTS[term.slug] for term in item.categories if term.slug in DEFAULTS), "article")


def _begun(item: Item, title: str, kind: str, letter: Letter, context: Context) -> Plan:
    """Return a plan with title, dates and whether it is published; what must be guessed makes a draft."""
    title = title or Truncator(" ".join(map(words, letter.body))).chars(60)
    if not title:
        raise NotImportable(_("The item has neither a title nor a text."))
    date = item.date or context.now
    live = item.status == "publish" and not item.password and bool(item.title) and item.date is not None
    made = Plan(item, context.key(item.id), kind, live, title[:LONG_TITLE], "", date, date, signers=letter.signers)
    if not item.title:
        made.problem(_("Has no title; the beginning of its text stands for it, and it is left as a draft."))
    if len(title) > LONG_TITLE:
        made.problem(_("The title was cut to 255 characters."))
    if item.date is None and item.status not in DRAFTS:
        made.problem(_("The date “%(date)s” can't be read; left as a draft.") % {"date": item.raw_date})
    elif item.date and item.raw_date.strip("0-: ") and not is_stamp(item.raw_date):
        days = {"date": item.raw_date, "taken": item.date.date().isoformat()}
        made.problem(_("The date “%(date)s” can't be read; %(taken)s was taken instead.") % days)
    return made


def _date_by(made: Plan, kicker: Kicker | None) -> None:
    """Take the day that the column itself states; the time of day stays."""
    if made.kind != "column" or kicker is None:
        return
    local = made.date.astimezone(STOCKHOLM)
    stated = kicker.day or kicker.month
    if stated and far_off(kicker, local.date()):
        days = {"kicker": stated.isoformat() if kicker.day else f"{stated:%Y-%m}", "published": local.date().isoformat()}
        former = _("The column says %(kicker)s, but was published %(published)s; the former is shown.")
        latter = _("The column says %(kicker)s, but was published %(published)s; the latter is shown.")
        made.problem((former if kicker.day else latter) % days)
    if kicker.day is None:
        return
    made.date = datetime.combine(kicker.day, time(local.hour, local.minute, local.second), STOCKHOLM).astimezone(UTC)


def _fill(made: Plan, letter: Letter, kicker: Kicker | None, context: Context) -> None:
    """Take pictures, documents, credits and the type's own fields out of the text."""
    item = made.item
    pieces = list(letter.body)
    made.lead = thumbnail(made, context)
    made.portrait = portrait(made, pieces, context)
    shape = Shape(item, made.date, _usable(made, credited(made, pieces), context), kicker, letter.greeting)
    if made.kind in SHAPES:
        SHAPES[made.kind](shape)
    if made.kind == "clipping" and (file := next((piece for piece in shape.body if isinstance(piece, File)), None)):
        take_document(shape, made.documents[file.url])
    if made.kind == "article":
        blog = any(term.slug in BLOGS for term in item.categories)
        shape.fields["genre"] = "blog" if blog else "news"
    if letter.greeting and made.kind != "column":
        names = "<br/>".join(html.escape(signer.name, quote=False) for signer in letter.signers)
        shape.body.append(Text(f"<p>{html.escape(letter.greeting, quote=False)}<br/>{names}</p>"))
    made.fields |= shape.fields
    made.document = shape.document
    made.body = merged(without_lead(made, shape.body))
    made.afterword = merged(_usable(made, list(letter.afterword), context))
    made.postscript = letter.postscript
    _links(made, context)
    made.summary = summary(item.excerpt, made.body)


def summary(excerpt: str, pieces: list[Piece]) -> str:
    """Return the excerpt, or the whole sentences with which the text begins, up to 300 characters."""
    if text := " ".join(html.unescape(re.sub(r"<[^>]+>", "", excerpt)).split()):
        return text
    first = next((piece for piece in pieces if isinstance(piece, Text) and piece.html.startswith("<p>")), None)
    markup = first.html[: first.html.index("</p>") + 4] if first else ""
    text = Text(markup).words
    if len(text) <= SUMMARY:
        return text.rstrip(":")
    ends = [found.end(1) for found in re.finditer(r"([.!?…][”\")]?)\s+(?=[A-ZÅÄÖ–”\d])", text[:SUMMARY])]
    return text[: ends[-1]] if ends else Truncator(text).chars(SUMMARY)


def _usable(made: Plan, pieces: list[Piece], context: Context) -> list[Piece]:
    """Return `pieces` with what can't be stored replaced by links; found files are kept in the plan."""
    checked = (_checked(made, piece, context) for piece in pieces)
    return [piece for piece in checked if not (isinstance(piece, Text) and not piece.words)]


def _checked(made: Plan, piece: Piece, context: Context) -> Piece:
    try:
        if isinstance(piece, Photo):
            made.pictures[piece.key] = context.library.picture(piece)
        elif isinstance(piece, File):
            made.documents[piece.url] = context.library.document(piece.url)
        elif isinstance(piece, Film | Button):
            URL(piece.url)
    except NoFile as error:
        made.problem(str(error))
        return _link(piece)
    except ValidationError:
        return _link(piece)
    return piece


def _link(piece: Any) -> Piece:
    """Return a line that leads to what a piece would have shown."""
    url = piece.src if isinstance(piece, Photo) else piece.url
    text = (piece.caption or piece.alt) if isinstance(piece, Photo) else getattr(piece, "text", "")
    text = text or unquote(urlsplit(url).path.rsplit("/", 1)[-1]) or url
    return Text(f'<p><a href="{html.escape(url)}">{html.escape(text, quote=False)}</a></p>') if url else Text("")


def _links(made: Plan, context: Context) -> None:
    """Find the old site's documents that texts link to; note addresses of the old site that lead nowhere from here."""
    pieces = [*made.body, *made.afterword, Text(made.postscript)]
    urls = [html.unescape(url) for piece in pieces if isinstance(piece, Text) for url in HREF.findall(piece.html)]
    for url in [*urls, *(piece.url for piece in pieces if isinstance(piece, Button))]:
        if context.library.is_file(url):
            try:
                made.documents[url] = context.library.document(url)
            except NoFile as error:
                made.problem(str(error))
        elif context.addresses.item(url) == 0:
            made.problem(_("Links to an address of the old site that isn't imported: %(url)s") % {"url": url})


def _topics(item: Item, rule: Rule, mapping: Mapping) -> dict[str, list[str]]:
    """Return topics and regions by name: tags, and the categories that say what a post is about."""
    sorting = NO_TOPIC | set(DEFAULTS) | set(mapping.categories)
    said = [term.name for term in (*item.tags, *item.categories) if not {term.slug, term.name} & sorting]
    return {"topics": list(dict.fromkeys(said)), **rule.words}


def _almost(item: Item, letter: Letter) -> bool:
    beginning = next((text for piece in letter.body if (text := words(piece))), "")
    return item.kind != "page" and any(map(is_almost_kicker, (item.title, beginning)))


def _remark(made: Plan, item: Item, letter: Letter, kicker: Kicker | None, context: Context) -> None:
    """Note what a person should look at, and the names that stand in the text."""
    statuses = {
        "private": _("Was private; left as a draft."),
        "future": _("Was scheduled for %(date)s; left as a draft.") % {"date": item.raw_date},
        "pending": _("Was waiting for review; left as a draft."),
    }
    remarks = {
        statuses.get(item.status, ""): item.status in statuses,
        _("Was protected by a password; left as a draft."): item.password,
        _("Was pinned to the top (sticky); nothing here answers to that."): item.sticky,
        _("Stands among the columns but has no kicker; imported as another type."): made.kind == "article"
        and item.status == "publish"
        and any(term.slug == "ordforanden-har-ordet" for term in item.categories),
        _("Has the kicker of a column but no signature; add the byline."): kicker is not None and not letter.signers,
        _("Begins almost as a column does, but its kicker can't be read; see that the type is right."): kicker is None
        and _almost(item, letter),
    }
    for text, applies in remarks.items():
        if applies:
            made.problem(text)
    if made.portrait is not None:
        made.notes.append(_("A picture became the portrait of %(name)s; see that it is.") % {"name": made.signers[0].name})
    for signer in made.signers:
        context.names.person(signer.name, item.name)
    context.names.read(" ".join(map(words, [*made.body, *made.afterword])), item.name)

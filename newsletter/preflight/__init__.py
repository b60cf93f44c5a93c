"""What may stop or warn before a send, in an editor's words, each finding with the way to its block.

`check` looks an issue over as it would be sent at a moment. It reads rows and renders; it goes nowhere:
links are tried by a worker (`newsletter.linkcheck`), and what it found is read here.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from newsletter import approval
from newsletter.approval import NotApproved, OwnWork
from newsletter.compiled import BadHeader
from newsletter.contents import frame, item
from newsletter.items import Contents, Item, LetterError, TextItem
from newsletter.letter import Letter
from newsletter.models import Issue, MailingList
from newsletter.preflight import links, parts, pictures, posts, reachable, receivers, size, structure, subject, wording
from newsletter.preflight.findings import Finding, Look, Preflight
from newsletter.render import render
from newsletter.segments import BadConditions

__all__ = ["Preflight", "check", "stopping"]

Check = Callable[[Look], Iterator[Finding]]

OF_CONTENT: tuple[Check, ...] = (
    subject.subject,
    subject.preheader,
    structure.emptiness,
    wording.wording,
    structure.headings,
    pictures.pictures,
    posts.posts,
    structure.ways_out,
    structure.same_in_text,
)
CHECKS: tuple[Check, ...] = (
    *OF_CONTENT,
    receivers.audience,
    receivers.sender,
    receivers.servers,
    receivers.moment,
)
LINK_CHECKS = (links.written, links.twice, reachable.reachable)


def check(issue: Issue, now: datetime, at: datetime | None = None) -> Preflight:
    """Look the issue over as it would be sent at `at` (`now` when nobody has chosen); never raises for what an editor wrote."""
    look, broken = _look(issue, now, at)
    found = Preflight(findings=[*_approved(look), *broken])
    for one in CHECKS:
        found.findings += one(look)
    every = parts.links(look.contents)
    for with_links in LINK_CHECKS:
        found.findings += with_links(look, every)
    found.links = reachable.to_try(every)
    _weigh(look, found)
    found.findings.sort(key=lambda one: (not one.stops, one.block))
    return found


def stopping(
    issue: Issue, mailing_list: MailingList, contents: Contents, letter: Letter, now: datetime, at: datetime
) -> list[str]:
    """Return in words what of the content stops a send at `at`: what the page stops can't be started otherwise either."""
    look = Look(issue, now, mailing_list, contents, letter, tuple(issue.content), at)
    every = parts.links(contents)
    found = [one for check_content in OF_CONTENT for one in check_content(look)]
    found += [one for with_links in LINK_CHECKS for one in with_links(look, every)]
    found += size.heavy(look, size.weigh(letter, mailing_list))
    return [f"{one.where}: {one.words}" for one in found if one.stops]


def _weigh(look: Look, found: Preflight) -> None:
    if look.letter is None:
        return
    try:
        weight = size.weigh(look.letter, look.mailing_list)
    except BadHeader as error:
        found.findings.append(look.stop("sender", str(error), _("Put the sender right in the list or the settings.")))
        return
    found.size, found.message = weight.html, weight.message
    found.findings += size.heavy(look, weight)


def _approved(look: Look) -> Iterator[Finding]:
    words = _("The issue isn't approved as it stands. Publish its latest version first.")
    if not look.issue.approved:
        yield look.stop("approval", words)
        return
    if look.letter is None or look.mailing_list is None:
        return
    try:
        approval.demand(look.issue, look.mailing_list, look.contents, look.at or look.now)
    except BadConditions:
        return  # The audience's check says what is wrong.
    except (NotApproved, OwnWork) as error:
        yield look.stop("approval", str(error), _("Look it over, and approve it anew."))


def _look(issue: Issue, now: datetime, at: datetime | None) -> tuple[Look, list[Finding]]:
    """Return all that checks need, and what kept a block out of the letter; such a block is left empty."""
    children, when = tuple(issue.content), at or now
    items: list[Item] = []
    broken: dict[int, str] = {}
    for number, child in enumerate(children, 1):
        try:
            items.append(item(child, number, when))
        except LetterError as error:
            items.append(TextItem(""))
            broken[number] = str(error)
    contents = replace(frame(issue, when, issue.mailing_list), items=tuple(items))
    contents, letter = _rendered(contents, broken)
    look = Look(issue, now, issue.mailing_list, contents, None if broken else letter, children, at)
    return look, [look.stop("block", words, block=number) for number, words in sorted(broken.items())]


def _rendered(contents: Contents, broken: dict[int, str]) -> tuple[Contents, Letter | None]:
    """Render; blocks that can't be rendered are noted in `broken` and left empty, so that all of them are found at once."""
    while True:
        try:
            return contents, render(contents)
        except LetterError as error:
            broken[error.block] = str(error)
            if not error.block:
                return contents, None
            place = error.block - 1
            contents = replace(contents, items=(*contents.items[:place], TextItem(""), *contents.items[place + 1 :]))

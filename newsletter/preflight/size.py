"""How large the letter is for the member for whom it is largest, and which block takes the room."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape

from django.db.models.functions import Length
from django.utils.translation import gettext as _

from newsletter import identity, letter, visits
from newsletter.compiled import Compiled, Envelope
from newsletter.items import Contents, LetterError
from newsletter.letter import Letter
from newsletter.models import MailingList, Member
from newsletter.preflight.findings import Finding, Look
from newsletter.render import LIMIT, render

WARN_FROM = 80_000
# Ids have seldom more digits, names have at most 200 characters of up to two bytes.
BIG = 10**9
NAME_BYTES = 400
LONGEST_ADDRESS = 254
NAMES_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes for the member for whom they are most: of the HTML part, and of the whole message as it leaves."""

    html: int = 0
    message: int = 0

    @property
    def counted(self) -> int:
        """What is held against the limit."""
        return max(self.html, self.message)


def heaviest(html: str) -> int:
    """Return how many bytes the HTML part has for the member whose name and links are longest."""
    link = len(identity.unsubscribe_url(BIG, BIG))
    filled = {letter.NAME: NAME_BYTES} | dict.fromkeys(letter.LINKS, link)
    return len(html.encode()) + sum(html.count(slot) * (size - len(slot)) for slot, size in filled.items())


def weigh(content: Letter, mailing_list: MailingList | None = None) -> Weight:
    """Return the letter's weight for the longest name on the list and the longest links; raises BadHeader."""
    name = longest_name(mailing_list) if letter.NAME in content.html + content.text else ""
    envelope = Envelope(BIG, "x" * 50, "x" * 100)
    if mailing_list is not None:
        envelope = Envelope(BIG, mailing_list.slug, mailing_list.name, mailing_list.sender_name, mailing_list.reply_to)
    address = "x" * (LONGEST_ADDRESS - len("@example.se")) + "@example.se"
    sent = visits.tagged(content, BIG)
    message = Compiled(sent, envelope).fill(BIG, address, name, datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    return Weight(heaviest(sent.html), len(message))


def longest_name(mailing_list: MailingList | None) -> str:
    """Return the name on the list (or of any member) that takes most bytes in a letter."""
    people = Member.objects.filter(status=Member.ACTIVE)
    if mailing_list is not None:
        people = people.filter(subscriptions__list=mailing_list)
    names = people.annotate(long=Length("name")).order_by("-long").values_list("name", flat=True)[:NAMES_LOOKED_AT]
    return max(names, key=lambda name: len(escape(name).encode()), default="")


def too_heavy(size: int) -> list[str]:
    """Return the problem that Gmail would cut off a part of `size` bytes, if so."""
    words = _("The letter is %(size)d kB. Gmail cuts off what is above 102 kB: take out a block.")
    return [words % {"size": round(size / 1000)}] if size >= LIMIT else []


def heavy(look: Look, weight: Weight) -> Iterator[Finding]:
    """Find a letter that Gmail cuts off, or nearly; names the block that takes most room."""
    if weight.counted < WARN_FROM:
        return
    block, size = largest(look.contents)
    advice = _("This block takes most room, %(size)d kB. Take it out, shorten it, or divide the issue in two.")
    advice = advice % {"size": max(1, round(size / 1000))}
    if problem := too_heavy(weight.counted):
        yield look.stop("size", problem[0], advice, block=block)
        return
    words = _("The letter is %(size)d kB and comes close to the 102 kB at which Gmail cuts it off.")
    yield look.warn("size", words % {"size": round(weight.counted / 1000)}, advice, block=block)


def largest(contents: Contents) -> tuple[int, int]:
    """Return the number of the block that adds most bytes of HTML, and how many; (0, 0) without blocks."""
    empty = len(render(replace(contents, items=())).html.encode())
    sizes = [(_alone(contents, number) - empty, number) for number in range(1, len(contents.items) + 1)]
    size, number = max(sizes, default=(0, 0))
    return number, size


def _alone(contents: Contents, number: int) -> int:
    try:
        return len(render(replace(contents, items=(contents.items[number - 1],))).html.encode())
    except LetterError:
        return 0

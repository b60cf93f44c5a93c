"""The subject and the line after it."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from newsletter.models import Mailing
from newsletter.preflight.findings import Finding, Look

# Most programs on a computer show some 70 characters, telephones 40.
LONGEST = 70
FEW_LETTERS = 8
_REPLY = re.compile(r"\s*(re|sv|fw|fwd|vb|vs|aw)\s*:", re.IGNORECASE)


def subject(look: Look) -> Iterator[Finding]:
    """Find what is wrong with the subject."""
    words = look.issue.subject.strip()
    if not words:
        yield look.stop("subject-empty", _("The subject is empty."), _("Write what the letter is about."), name="subject")
        return
    if not any(map(str.isalpha, words)):
        yield look.warn(
            "subject-no-words",
            _("The subject holds no words."),
            _("Signs and pictures alone say nothing to those who listen, and look like advertising."),
            name="subject",
        )
    if len(words) > LONGEST:
        said = _("The subject has %(n)d characters; many mail programs show the first %(limit)d, telephones 40.")
        advice = _("Put what matters first, or make it shorter.")
        yield look.warn("subject-long", said % {"n": len(words), "limit": LONGEST}, advice, name="subject")
    yield from _tone(look, words)
    yield from _again(look, words)


def _tone(look: Look, words: str) -> Iterator[Finding]:
    if sum(map(str.isalpha, words)) >= FEW_LETTERS and words.upper() == words:
        yield look.warn(
            "subject-capitals",
            _("The subject is written in capitals alone."),
            _("It reads as shouting, and spam filters count it. Write it in small letters."),
            name="subject",
        )
    if words.count("!") > 1 or "?!" in words or "!?" in words:
        yield look.warn(
            "subject-exclamation",
            _("The subject has several exclamation marks."),
            _("Spam filters count them. One is enough, none is better."),
            name="subject",
        )
    if _REPLY.match(words):
        yield look.warn(
            "subject-reply",
            _("The subject looks like a reply or something forwarded (“%(start)s”).") % {"start": words.partition(":")[0] + ":"},
            _("Take the beginning away: readers take it for a trick."),
            name="subject",
        )


def _again(look: Look, words: str) -> Iterator[Finding]:
    sent = Mailing.objects.filter(subject__iexact=words).exclude(state=Mailing.CANCELLED).exclude(issue_id=look.issue.pk)
    if earlier := sent.order_by("-start_at").values_list("start_at", flat=True).first():
        said = _("An earlier issue had the same subject (%(date)s).")
        yield look.warn(
            "subject-same",
            said % {"date": f"{earlier:%Y-%m-%d}"},
            _("Mail programs put letters with the same subject together, and the new one disappears. Write a new subject."),
            name="subject",
        )


def preheader(look: Look) -> Iterator[Finding]:
    """Find a missing line after the subject, or one that says the subject again."""
    words = look.issue.preheader.strip()
    if not words:
        said = _("There is no preheader; mail programs will show the letter's first words after the subject.")
        yield look.warn("preheader-missing", said, _("Write one line that makes people want to read on."), name="preheader")
    elif _bare(words) == _bare(look.issue.subject):
        said = _("The preheader says the same as the subject.")
        yield look.warn("preheader-same", said, _("Use the line for something more."), name="preheader")


def _bare(words: str) -> str:
    return "".join(filter(str.isalnum, words.casefold()))

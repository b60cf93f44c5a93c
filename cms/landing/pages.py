"""What each landing page shows: plain functions that a view, a shell or a test may call."""

from typing import Any

from django.utils.translation import gettext as _

from cms import listing
from cms.identity import Identity
from cms.landing import archive, dates, offices, people, searching, terms
from cms.landing.head import HOME, Head, Moment, Page, kept, kept_suggestions
from cms.models import Region, Topic
from cms.navigation import ARCHIVE, CALENDAR, PEOPLE, REGIONS, SEARCH, TOPICS, Place, landing_title

# Whoever has typed so much knows what to look for. The search index follows a publication some moments later.
SUGGESTED, FRESH_SECONDS = 60, 60


def below(path: str) -> tuple[Place, ...]:
    """Return the way to what stands below the landing page at `path`."""
    return (HOME, Place(landing_title(path), path))


def everybody(at: Moment, letter: str, after: str, day: str) -> Page:
    """Return who held the association's offices on `day` (written 2025-03-01), and a page of all people.

    Raises Http404 for a letter that nobody has, BadCursor.
    """
    letters = kept(at, "initials", people.initials)
    context: dict[str, Any] = {"letters": letters, "register": people.register(letters, letter=letter, after=after)}
    if first := not (letter or after):
        identity = Identity.objects.first()
        chosen = offices.chosen_day(day, at.today)
        context |= {"chosen": chosen, "today": at.today, "held": offices.held(identity, chosen.day)}
        context["years"] = kept(at, "earlier years", lambda: offices.earlier_years(identity, at.today))
    words = _("The association's board and officers, today and earlier, and all the people who take part here.")
    return Page("people", Head(landing_title(PEOPLE), PEOPLE, words, indexed=first and not day), context)


def person(at: Moment, slug: str, after: str) -> Page:
    """Return a person with a page of posts. Raises Http404, BadCursor."""
    profile = people.profile(slug, Identity.objects.first(), at.today)
    posts = listing.page(people.posts_by(profile.person, at.locale_id), after=after)
    who = profile.person
    words = ", ".join(filter(None, (who.name, *(role.title for role in profile.now), who.title, who.employer)))
    head = Head(who.name, f"{PEOPLE}{slug}/", f"{words}.", below(PEOPLE), indexed=not after)
    return Page("person", head, {"profile": profile, "person": who, "listing": posts})


def topics(at: Moment) -> Page:
    """Return all topics with their numbers of posts."""
    found = kept(at, "topics", lambda: terms.counted(Topic, at.locale_id))
    return Page("terms", Head(landing_title(TOPICS), TOPICS, _("All topics that we write about.")), {"terms": found})


def topic(at: Moment, slug: str, after: str) -> Page:
    """Return a topic with a page of posts. Raises Http404, BadCursor."""
    found = terms.term(Topic, slug)
    posts = listing.page(terms.posts_of(found, at.locale_id), after=after)
    words = _("All that we have published about %(topic)s.") % {"topic": found.name}
    head = Head(found.name, f"{TOPICS}{slug}/", words, below(TOPICS), indexed=not after)
    return Page("term", head, {"listing": posts, "kicker": _("Topic")})


def regions(at: Moment) -> Page:
    """Return all regions with their numbers of posts."""
    found = kept(at, "regions", lambda: terms.counted(Region, at.locale_id))
    return Page("terms", Head(landing_title(REGIONS), REGIONS, _("News and people, region by region.")), {"terms": found})


def region(at: Moment, slug: str, after: str) -> Page:
    """Return a region with its people and a page of posts. Raises Http404, BadCursor."""
    found = terms.term(Region, slug)
    posts = listing.page(terms.posts_of(found, at.locale_id), after=after)
    words = _("News and people from %(region)s.") % {"region": found.name}
    head = Head(found.name, f"{REGIONS}{slug}/", words, below(REGIONS), indexed=not after)
    inhabitants = [] if after else people.people_of(found)
    return Page("term", head, {"listing": posts, "people": inhabitants, "kicker": _("Region")})


def years(at: Moment) -> Page:
    """Return the years of the archive with their numbers of posts."""
    found = kept(at, "months", lambda: archive.months(at.locale_id))
    words = _("All that we have published, year by year.")
    return Page("years", Head(landing_title(ARCHIVE), ARCHIVE, words), {"years": archive.years(found)})


def year(at: Moment, number: int, month: str, after: str) -> Page:
    """Return a page of a year's posts, or of those of one of its months ("3"). Raises Http404, BadCursor."""
    months = archive.of_year(kept(at, "months", lambda: archive.months(at.locale_id)), number)
    chosen = archive.chosen(months, month)
    volume = archive.volume(at.locale_id, number, chosen.number if chosen else None, after)
    words = _("All that we published in %(year)s, by month.") % {"year": number}
    head = Head(str(number), f"{ARCHIVE}{number}/", words, below(ARCHIVE), indexed=not (after or month))
    return Page("year", head, {"months": months, "chosen": chosen, "volume": volume})


def calendar(at: Moment, kind: str, topic: str, year: str, after: str) -> Page:
    """Return a page of dates to come, or of those that passed in `year`. Raises Http404, BadCursor."""
    choices = kept(at, "calendar", lambda: dates.choices(at.locale_id, at.now))
    wanted = choices.wanted(kind, topic)
    passed = choices.year(year)
    shown = (
        dates.coming(at.locale_id, wanted, at.now, after)
        if passed is None
        else dates.past(at.locale_id, wanted, at.now, passed, after)
    )
    context: dict[str, Any] = {"choices": choices, "wanted": wanted, "year": passed, "shown": shown, "feed": dates.subscription()}
    if passed is None and not after:
        context["vague"] = dates.vague(at.locale_id, wanted, at.now)
    words = _("Deadlines, events and decisions: all key dates to come.")
    return Page("calendar", Head(landing_title(CALENDAR), CALENDAR, words, indexed=not (kind or topic or year or after)), context)


def search(at: Moment, words: str, kind: str, year: str, after: str) -> Page:
    """Return the search page, with a page of what was found. Raises BadCursor."""
    asked = searching.asked(words, kind, year, at.now)
    head = Head(landing_title(SEARCH), SEARCH, _("Search all that we have published."), indexed=not words)
    context: dict[str, Any] = {"asked": asked}
    if asked.words:
        found = searching.found(asked, at.locale_id, after)
        months = kept(at, "months", lambda: archive.months(at.locale_id))
        context |= {"found": found, "kinds": searching.kinds(), "years": searching.years(months)}
        if not found.hits:
            topics = kept(at, "topics", lambda: terms.counted(Topic, at.locale_id))
            context |= {"alike": searching.alike(asked.words, topics), "newest": searching.newest(at.locale_id)}
    return Page("search", head, context)


def suggestions(at: Moment, words: str) -> list[dict[str, str]]:
    """Return what somebody who has typed `words` may mean: title, path and what it is."""
    asked = " ".join(words.split())[:SUGGESTED]
    return kept_suggestions(at, asked.casefold(), lambda: searching.suggestions(asked, at.locale_id), FRESH_SECONDS)

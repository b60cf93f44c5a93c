"""The doors of the landing pages: each reads its address and shows what one plain function gives."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cms import version
from cms.landing import pages
from cms.landing.head import Moment, Page
from cms.landing.standing import door


def moment() -> Moment:
    """Return the present moment."""
    now = timezone.now()
    return Moment(now, version.state(now))


def show(request: HttpRequest, page: Page) -> HttpResponse:
    """Return a landing page."""
    context = {"head": page.head, "way": page.head.way, **page.context}
    return render(request, f"site/landing/{page.template}.html", context)


def given(request: HttpRequest, *names: str) -> list[str]:
    """Return the values of the address's parameters, empty where they are missing; a NUL is nobody's word."""
    return [request.GET.get(name, "").replace("\0", "") for name in names]


@door
def everybody(request: HttpRequest) -> HttpResponse:
    """Show the association's offices and all people."""
    return show(request, pages.everybody(moment(), *given(request, "bokstav", "efter", "datum")))


@door
def person(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a person."""
    return show(request, pages.person(moment(), slug, *given(request, "efter")))


@door
def topics(request: HttpRequest) -> HttpResponse:
    """Show all topics."""
    return show(request, pages.topics(moment()))


@door
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a topic."""
    return show(request, pages.topic(moment(), slug, *given(request, "efter")))


@door
def regions(request: HttpRequest) -> HttpResponse:
    """Show all regions."""
    return show(request, pages.regions(moment()))


@door
def region(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a region."""
    return show(request, pages.region(moment(), slug, *given(request, "efter")))


@door
def years(request: HttpRequest) -> HttpResponse:
    """Show the archive."""
    return show(request, pages.years(moment()))


@door
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Show a year of the archive."""
    return show(request, pages.year(moment(), year, *given(request, "manad", "efter")))


@door
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the calendar."""
    return show(request, pages.calendar(moment(), *given(request, "typ", "amne", "ar", "efter")))


@door
def search(request: HttpRequest) -> HttpResponse:
    """Show the search page."""
    return show(request, pages.search(moment(), *given(request, "q", "typ", "ar", "efter")))


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Answer the search field while somebody types."""
    found = pages.suggestions(moment(), *given(request, "q"))
    return JsonResponse({"suggestions": found}, headers={"Cache-Control": "public, max-age=60"})

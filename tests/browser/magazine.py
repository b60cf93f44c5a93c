"""A small Swedish magazine: one post of every kind with all that it can show, for looking at and testing."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from cms.identity import Identity
from cms.models import (
    Abbreviation,
    Article,
    Award,
    Call,
    Clipping,
    Column,
    ConsultationResponse,
    DebateArticle,
    Event,
    Film,
    FocusArea,
    Home,
    Network,
    Person,
    Picture,
    PlainPage,
    Region,
    SectionIndex,
    Topic,
)
from tests.browser.press import person, picture, publish

LONG = (
    "<p>När jag började som chef trodde jag att uppgiften var att ha svaren. I dag vet jag att den är att ställa frågorna, "
    "och att stå kvar tills någon vågar svara. Föreningen FSS samlar dem som gör det varje dag.</p>"
    "<p>I IFO möter vi människor i livets svåraste stunder. Då räcker det inte med goda avsikter; vi behöver tid, kunskap "
    "och varandra. <a href='https://www.example.se/rapport'>Vår rapport om FSS</a> visar att de kommuner som arbetar "
    "tillsammans kommer längre – inte för att de har mer pengar, utan för att de har fler att fråga.</p>"
)
LIST = (
    "<p>Tre saker skiljer de arbetsplatser som klarar av förändring:</p><ul><li>cheferna finns på plats,</li>"
    "<li>besluten fattas nära dem de gäller,</li><li>ingen skäms för att be om hjälp.</li></ul>"
)
TEXT = [("text", LONG)]


@dataclass
class Stage:
    """The people, the pictures and the words that the posts share; days count from `now`."""

    home: Home
    now: datetime
    lake: Picture
    wood: Picture
    karin: Person
    omar: Person
    common: dict[str, Any]
    posts: dict[str, Any] = field(default_factory=dict)

    def day(self, days: int) -> date:
        return timezone.localdate(self.now) + timedelta(days=days)

    def ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def print(self, name: str, model: type[Any], days: int, title: str, **fields: Any) -> None:
        self.posts[name] = publish(model, self.home, title=title, date=self.ago(days), **self.common, **fields)


def link(text: str, address: str) -> dict[str, Any]:
    return {"text": text, "page": None, "address": f"https://www.example.se/{address}"}


def moment(label: str, precision: str, day: date | None = None, text: str = "") -> dict[str, Any]:
    return {"label": label, "precision": precision, "day": day, "last_day": None, "at": None, "text": text}


def every_block(stage: Stage) -> list[tuple[str, Any]]:
    dates = [moment("Årsmöte", "day", stage.day(40)), moment("Ny omgång", "text", text="mars–april")]
    quotation = "Det är inte modet som saknas, det är någon att vara modig tillsammans med."
    facts = "<p>Rapporten bygger på samtal med 214 chefer i 61 kommuner.</p><p>Den kan laddas ned utan kostnad.</p>"
    return [
        *TEXT,
        ("heading", {"text": "Det vi gör när ingen ser på", "level": "h2"}),
        ("text", LIST),
        ("quotation", {"text": quotation, "source": "Enhetschef i Västerbotten"}),
        ("picture", {"image": stage.wood, "alt": "", "caption": "", "photographer": ""}),
        ("fact_box", {"title": "Om rapporten", "text": facts}),
        ("heading", {"text": "Vad händer nu?", "level": "h3"}),
        ("links", {"title": "Läs vidare", "links": [link("Hela rapporten", "rapport"), link("Så arbetar nätverken", "natverk")]}),
        ("person", {"person": stage.omar, "text": "Svarar på frågor om rapporten."}),
        ("film", {"url": "https://vimeo.com/76979871", "title": "Så gjorde vi rapporten", "length": "1:48"}),
        ("key_dates", {"title": "Viktiga datum", "dates": dates}),
        ("button", link("Ladda ned rapporten", "rapport.pdf")),
        ("html", "<p>Ett stycke ur en äldre sida.</p>"),
    ]


def article(stage: Stage) -> None:
    title = "Färre chefer, fler medarbetare: så ser spannet ut i kommunerna"
    summary = "En enhetschef i äldreomsorgen leder i snitt 52 medarbetare. Nu vill föreningen se ett tak."
    stage.print("article", Article, 3, title, summary=summary, lead_image=stage.wood, body=every_block(stage),
                people=(stage.karin, stage.omar), postscript="<p>Rapporten presenteras på årsmötet.</p>")  # fmt: skip


def clipping(stage: Stage) -> None:
    said = "Vi kan inte fortsätta lägga nya uppdrag på chefer som redan springer. Något måste bort innan något nytt kommer in"
    summary = "Föreningens ordförande intervjuas om det växande ansvaret i socialtjänsten."
    body = [("text", "<p>Intervjun gjordes inför regeringens besked om den nya socialtjänstlagen.</p>")]
    source = {"paper": "Västerbottensposten", "printed": stage.day(-9), "link": "https://www.example.se/artikel"}
    stage.print("clipping", Clipping, 8, "”Cheferna bär ett för tungt ansvar”", summary=summary, quotation=said,
                quotation_source="Karin Ek, ordförande", body=body, **source)  # fmt: skip


def film(stage: Stage) -> None:
    said = "Karin: Vi började med att fråga vad som stod i vägen.\n\nOmar: Det mesta hade vi själva hittat på."
    one = {"url": "https://vimeo.com/76979871", "title": "Tre minuter om tillit", "length": "3:12"}
    more = {"people": ["Karin Ek", "Omar Lindqvist"], "credits": "Foto och klipp: Lina Åberg\nMusik: Per Öst", "transcript": said}
    summary = "Medarbetare i Skellefteå berättar om vad som hände när de fick bestämma mer själva."
    stage.print("film", Film, 12, "Tre minuter om tillit", summary=summary, lead_image=stage.lake,
                production="Föreningens kansli", films=[("film", one | more)])  # fmt: skip


def session(day: date, time: str, title: str, who: str) -> tuple[str, dict[str, Any]]:
    return ("session", {"day": day, "time": time, "title": title, "who": who})


def event(stage: Stage) -> None:
    first = stage.day(100)
    programme = [
        session(first, "09.30–10.15", "Inledning: vad vet vi om framtiden?", "Karin Ek"),
        session(first, "10.45–12.00", "Samtal om den nya socialtjänstlagen", "Omar Lindqvist och gäster"),
        session(stage.day(101), "09.00–10.30", "Forskningspass: spannet av kontroll", "Lunds universitet"),
    ]
    on_site = [
        ("person", {"person": stage.karin, "days": "alla tre dagarna", "preliminary": False, "contact": "karin@example.se"}),
        ("person", {"person": stage.omar, "days": "onsdag och torsdag", "preliminary": True, "contact": ""}),
    ]
    days = {"first_day": first, "last_day": stage.day(102), "pre_day": stage.day(99), "pre_day_name": "Fördag för nya chefer"}
    place = {"place": "Malmö Live", "theme": "Att leda när kartan ritas om"}
    way = {"registration_url": "https://www.example.se/anmalan", "registration_closes": stage.day(70)}
    summary = "Tre dagar om ledarskap, forskning och det som bär när det blåser. Föreningen finns på plats hela tiden."
    stage.print("event", Event, 6, "Socialchefsdagarna i Malmö: mötet som året kretsar kring", summary=summary,
                lead_image=stage.lake, member_discount="Medlemmar betalar 3 900 kronor i stället för 5 400.",
                programme=programme, on_site=on_site, body=TEXT, **days, **place, **way,
                documentation=[("link", link("Förra årets presentationer", "dokumentation"))])  # fmt: skip


def nominee(project: str, organisations: list[str], categories: list[str], wins: list[str]) -> tuple[str, dict[str, Any]]:
    return ("nominee", {"project": project, "organisations": organisations, "categories": categories, "wins": wins})


def award(stage: Stage) -> None:
    nominees = [
        nominee("Ett första samtal inom tre dagar", ["Umeå kommun"], ["Samverkan", "Årets projekt"], ["Samverkan"]),
        nominee("Nattvandrarna på nätet", ["Malmö stad"], ["Barn och unga", "Årets projekt"], []),
        nominee("Hemma igen", ["Borås stad", "Stadsmissionen"], ["Samverkan"], []),
    ]  # fmt: skip
    voting = {"voting_opens": stage.day(-10), "voting_closes": stage.day(11), "vote_url": "https://www.example.se/rosta"}
    counts = {"submitted": 110, "nominated": 44, "category_count": 6}
    summary = "Juryn har läst 110 bidrag och valt ut de projekt som tävlar om priset. Nu är det medlemmarnas tur att rösta."
    stage.print("award", Award, 2, "De är nominerade till Årets socialtjänstpris", summary=summary, nominees=nominees,
                award_name="Årets socialtjänstpris", edition="2026", body=TEXT, **voting, **counts)  # fmt: skip


def calls(stage: Stage) -> None:
    days = {"deadline": stage.day(12), "decision": stage.day(60), "event_first": stage.day(196), "event_last": stage.day(198)}
    what = {"wanted": "Abstract om högst 300 ord", "organiser": "FORSA och föreningen", "event_place": "Malmö"}
    summary = "Nu är inbjudan öppen för dig som vill presentera ett utvecklingsarbete eller en studie för landets socialchefer."
    stage.print("call", Call, 1, "Skicka in ditt abstract till forskningsdagarna", summary=summary, body=TEXT,
                link="https://www.example.se/abstract", **days, **what)  # fmt: skip
    stage.print("closed call", Call, 30, "Nominera till styrelsen", summary="Valberedningen tar emot förslag på nya ledamöter.",
                wanted="Nomineringar", deadline=stage.day(-4), body=TEXT)  # fmt: skip


def column(stage: Stage) -> None:
    summary = "Hösten har prövat oss. Men den har också visat vad som händer när chefer slutar vara ensamma."
    body = [*TEXT, ("quotation", {"text": "Den som leder ensam leder kort.", "source": ""}), *TEXT]
    after = [("text", "<p>Karin Ek är ordförande sedan 2022 och skriver här varannan månad.</p>")]
    related = tuple(stage.posts[name] for name in ("article", "event", "call"))
    stage.print("column", Column, 0, "Vi behöver varandra mer än någonsin", summary=summary, sign_off="Varma hälsningar",
                people=(stage.karin,), body=body, postscript="<p>Vi ses väl i Malmö? Anmälan har öppnat.</p>",
                afterword=after, related=related)  # fmt: skip


def positions(stage: Stage) -> None:
    charge = [("person", {"person": stage.karin, "role": "sammankallande"}), ("person", {"person": stage.omar, "role": ""})]
    summary = "Fem kommuner prövar hur barnets rätt kan märkas i varje beslut, från budget till bygglov."
    stage.print("focus_area", FocusArea, 40, "Barnets rätt i hela kommunen", summary=summary, since=date(2024, 1, 1),
                responsible=charge, body=TEXT, related=(stage.posts["article"],))  # fmt: skip
    summary = "Vi tillstyrker huvuddragen och vill att kommunerna får ett år till att ställa om."
    asked = {"ministry": "Socialdepartementet", "reference_number": "S2026/00123", "due": stage.day(25)}
    asked["answered"] = stage.day(-2)
    stage.print("consultation_response", ConsultationResponse, 2, "En förebyggande socialtjänst", summary=summary, body=TEXT,
                memorandum="Insatser utan individuell behovsprövning (Ds 2026:4)", answered_by="styrelsen",
                link="https://www.example.se/promemoria", **asked)  # fmt: skip
    meeting = {"title": "Vårträff", "day": stage.day(39), "time": time(13), "until": time(15, 30), "place": "Umeå", "link": ""}
    after = {"title": "", "day": stage.day(120), "time": None, "until": None, "place": "", "link": "https://www.example.se/rum"}
    stage.print("network", Network, 50, "Nätverket för nya chefer", summary="Vi träffas fyra gånger om året.", leaders=charge,
                meetings=[("meeting", meeting), ("meeting", after)], members_only=False, body=TEXT,
                how_to_join="Skriv några rader om dig själv.", contact="natverk@example.se")  # fmt: skip
    signed = [{"name": "Karin Ek", "role": "ordförande", "organisation": "Sveriges Socialtjänstchefer", "person": stage.karin},
              {"name": "Ali Berg", "role": "professor", "organisation": "Lunds universitet", "person": None}]  # fmt: skip
    stage.print("debate_article", DebateArticle, 9, "”Släpp inte taget om de unga”", paper="Västerbottensposten",
                summary="Sex organisationer om vad som krävs nu.", printed=stage.day(-9), body=TEXT,
                link="https://www.example.se/debatt", signatories=[("signatory", one) for one in signed])  # fmt: skip


def others(stage: Stage) -> None:
    summary = "Frågor, underlag och räkneexempel för dig som ska föra samtal i vår."
    stage.print("members", Article, 20, "Stödmaterial inför lönesamtalen", summary=summary, members_only=True,
                body=[("text", "<p>Hemligheten för medlemmar.</p>")])  # fmt: skip
    stage.print("page", PlainPage, 0, "Om föreningen", summary="Föreningen samlar chefer i socialtjänsten i hela landet.",
                parent=stage.home, show_in_menus=True, body=TEXT)  # fmt: skip
    stage.posts |= {"home": stage.home, "section": SectionIndex.objects.get(slug="nyheter")}


def identity() -> None:
    Identity.objects.create(
        name="Sveriges Socialtjänstchefer",
        short_name="FSS",
        tagline="Vi leder välfärden, tillsammans",
        postal_address="Storgatan 1\n111 51 Stockholm",
        organisation_number="802400-0000",
        email="kansli@example.se",
    )


def words() -> dict[str, Any]:
    topics = (("Ledarskap", "ledarskap"), ("Barn och unga", "barn-och-unga"))
    meanings = (("FSS", "Föreningen Sveriges Socialtjänstchefer"), ("IFO", "individ- och familjeomsorg"))
    return {
        "topics": [Topic.objects.create(name=name, slug=slug) for name, slug in topics],
        "regions": [Region.objects.create(name="Norrland", slug="norrland")],
        "abbreviations": [Abbreviation.objects.create(short=short, meaning=meaning) for short, meaning in meanings],
    }


def stage(now: datetime, faces: str, scene: str) -> Stage:
    hall = {"description": "En full konferenssal sedd bakifrån", "caption": "Över fyrahundra deltagare samlades i Malmö."}
    hill = {"description": "En tecknad skogsbacke i kvällsljus", "caption": "Omslaget till årets rapport."}
    lake = picture("Konferenssalen", ("#c9dbe0", "#f3d9a4", "#3f6b6e"), (900, 600), scene, photographer="Lina Åberg", **hall)
    wood = picture("Skogen", ("#e9dfcd", "#c96f4a", "#27474a"), (900, 600), photographer="Per Öst", **hill)
    face = picture("Karin", ("#d8cfc2", "#8a5a44", "#37525a"), (300, 300), faces, description="Porträtt av Karin Ek")
    karin = person("Karin Ek", "karin-ek", "Socialdirektör", "Umeå kommun", face, "Ordförande", competences="barn och unga")
    omar = person("Omar Lindqvist", "omar-lindqvist", "Utvecklingschef", "Region Skåne", competences="nära vård, digitalisering")
    return Stage(Home.objects.get(), now, lake, wood, karin, omar, words())


def printed(now: datetime, faces: str = "", scene: str = "") -> dict[str, Any]:
    """Fill an empty site; return the posts by kind, with "home" and "section". Days count from `now`.

    `faces` and `scene` are files with a portrait and a picture; without them both are drawn.
    """
    identity()
    made = stage(now, faces, scene)
    for write in (article, clipping, film, event, award, calls, column, positions, others):
        write(made)
    return made.posts

"""A newsroom for the tests: one published post of every kind, with everything an editor may fill in."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image, ImageDraw

from cms.models import (
    Abbreviation,
    Article,
    Award,
    Byline,
    Call,
    Clipping,
    Column,
    ConsultationResponse,
    DebateArticle,
    Event,
    Film,
    FocusArea,
    Identity,
    Network,
    Person,
    Picture,
    PlainPage,
)
from newsletter.models import Issue


def picture(title: str = "Hamnen", size: tuple[int, int] = (1400, 900), colour: str = "#7fa9b3", **words: str) -> Picture:
    """Make a picture with alt text."""
    drawing = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(drawing)
    width, height = size
    draw.rectangle((0, height * 0.62, width, height), fill="#2f5a66")
    draw.ellipse((width * 0.36, height * 0.18, width * 0.64, height * 0.18 + width * 0.28), fill="#f0d9b5")
    file = BytesIO()
    drawing.save(file, "PNG")
    words = {"description": f"Bild av {title.lower()}", **words}
    return Picture.objects.create(title=title, file=ImageFile(BytesIO(file.getvalue()), name="bild.png"), **words)


def person() -> Person:
    """Make the chair, with portrait."""
    return Person.objects.create(
        name="Ingrid Åhman",
        slug="ingrid-ahman",
        title="socialdirektör",
        employer="Sjöbergs kommun",
        portrait=picture("Ingrid Åhman", (800, 900), "#d9c3ae"),
    )


def association() -> Identity:
    """Say who the association is."""
    who = Identity.load()
    who.name = "Föreningen Sveriges socialledare"
    who.short_name = "FSS"
    who.tagline = "För dig som leder socialtjänsten"
    who.postal_address = "Box 123\n111 22 Stockholm"
    who.organisation_number = "802400-0000"
    who.email = "kansliet@example.se"
    who.save()
    return who


def column(publish: Callable[..., Any], chair: Person) -> Any:
    """Publish a column with everything that it can hold."""
    esn = Abbreviation.objects.create(short="ESN", meaning="European Social Network")
    return publish(
        Column,
        title="Mod behövs mest när ingen ser på",
        summary="Att leda socialtjänst är att stå kvar när frågorna är svåra. I vår prövas vi alla, och just därför "
        "behöver vi varandra mer än på länge.",
        sign_off="Varma hälsningar",
        date=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        bylines=[Byline(person=chair, name="Ingrid Åhman", roles=[("role", {"title": "ordförande", "employer": "FSS"})])],
        abbreviations=[esn],
    )


def call(publish: Callable[..., Any], lead: Picture) -> Any:
    """Publish a call with everything that it can hold."""
    return publish(
        Call,
        title="Skicka in ditt abstract till nordiska forskarkonferensen",
        summary="Forskare och praktiker inbjuds att bidra till tre dagar om kunskap i socialt arbete.",
        wanted="abstract",
        organiser="Nordiska nätverket för socialt arbete",
        deadline=date(2026, 4, 17),
        decision=date(2026, 6, 1),
        event_first=date(2026, 9, 30),
        event_last=date(2026, 10, 2),
        event_place="Åbo",
        link="https://example.se/abstract?år=2026&språk=sv",
        lead_image=lead,
    )


def award(publish: Callable[..., Any]) -> Any:
    """Publish a award with everything that it can hold."""
    nominees = [
        ("Bostad först i Norrdal", ["Norrdals kommun", "Region Norr"], ["Samverkan", "Digital omställning"]),
        ("Fältarna på nätet", ["Sjöbergs kommun"], ["Digital omställning"]),
        ("Tillsammans & trygg", ["Ö-kommunerna"], ["Samverkan"]),
    ]
    return publish(
        Award,
        title="Tre svenska projekt är nominerade till årets europeiska pris",
        summary="Rösta på den insats som du tycker har betytt mest.",
        award_name="Europeiska socialpriset",
        edition="2026",
        submitted=110,
        nominated=44,
        category_count=6,
        voting_closes=date(2026, 11, 4),
        vote_url="https://example.se/rosta",
        nominees=[
            ("nominee", {"project": project, "organisations": organisations, "categories": categories, "wins": []})
            for project, organisations, categories in nominees
        ],
    )


def event(publish: Callable[..., Any], chair: Person) -> Any:
    """Publish a event with everything that it can hold."""
    return publish(
        Event,
        title="Socialchefsdagarna i Malmö",
        summary="Tre dagar om ledarskap, hållbarhet och det som bär när resurserna minskar.",
        first_day=date(2026, 6, 17),
        last_day=date(2026, 6, 19),
        pre_day=date(2026, 6, 16),
        pre_day_name="Nätverksdag",
        place="Malmö Live",
        theme="Ledarskap som bär",
        member_discount="900 kronor lägre avgift",
        registration_url="https://example.se/anmalan",
        registration_closes=date(2026, 5, 20),
        programme=[
            ("session", {"day": date(2026, 6, 17), "time": "09.30–10.15", "title": "Inledning", "who": "Ingrid Åhman"}),
            ("session", {"day": date(2026, 6, 17), "time": "10.30", "title": "Vad säger forskningen?", "who": ""}),
        ],
        on_site=[("person", {"person": chair, "days": "17 och 18 juni", "preliminary": True, "contact": "ingrid@example.se"})],
        documentation=[],
    )


def article(publish: Callable[..., Any], lead: Picture) -> Any:
    """Publish a article with everything that it can hold."""
    return publish(
        Article,
        title="Ny vägledning om barn som anhöriga",
        summary="Vägledningen samlar det som fungerat i tio kommuner och ger stöd för hur arbetet kan börja.",
        lead_image=lead,
        bylines=[Byline(name="Kansliet")],
    )


def clipping(publish: Callable[..., Any]) -> Any:
    """Publish a clipping with everything that it can hold."""
    return publish(
        Clipping,
        title="”Vi har råd att göra rätt från början”",
        paper="Sydposten",
        printed=date(2026, 2, 21),
        quotation="Varje krona till tidiga insatser kommer tillbaka, men sällan i samma budget.",
        quotation_source="Ingrid Åhman i Sydposten",
        link="https://example.se/sydposten",
    )


def film(publish: Callable[..., Any], lead: Picture) -> Any:
    """Publish a film with everything that it can hold."""
    return publish(
        Film,
        title="En dag på socialkontoret",
        summary="Följ med tre socialsekreterare från morgonmöte till hembesök.",
        films=[
            (
                "film",
                {
                    "url": "https://vimeo.com/76979871",
                    "title": "En dag på socialkontoret",
                    "length": "3:42",
                    "people": ["Ali Berg"],
                    "credits": "",
                    "transcript": "…",
                },
            )
        ],
        production="Bildbolaget",
        lead_image=lead,
    )


def plain_page(publish: Callable[..., Any]) -> Any:
    """Publish a page with everything that it can hold."""
    return publish(PlainPage, title="Om föreningen", summary="Vi samlar dem som leder socialtjänsten.")


def focus_area(publish: Callable[..., Any], chair: Person) -> Any:
    """Publish a focus area with everything that it can hold."""
    return publish(
        FocusArea,
        title="Barnets rätt i hela kommunen",
        summary="Fem kommuner prövar hur barnets rätt kan märkas i varje beslut.",
        since=date(2024, 1, 1),
        responsible=[("person", {"person": chair, "role": "sammankallande"})],
    )


def consultation_response(publish: Callable[..., Any]) -> Any:
    """Publish a consultation response with everything that it can hold, but the file."""
    return publish(
        ConsultationResponse,
        title="En förebyggande socialtjänst",
        summary="Vi tillstyrker förslaget och vill se längre övergångstid.",
        ministry="Socialdepartementet",
        reference_number="S2026/00123",
        memorandum="Insatser utan individuell behovsprövning (Ds 2026:4)",
        link="https://example.se/promemoria",
        due=date(2026, 10, 5),
        answered=date(2026, 3, 2),
        answered_by="styrelsen",
    )


def network(publish: Callable[..., Any], chair: Person) -> Any:
    """Publish a network that is open to all, with everything that it can hold."""
    meeting = {"title": "Höstträff", "day": date(2026, 9, 15), "time": time(13), "until": time(15, 30), "place": "Umeå"}
    return publish(
        Network,
        title="Nätverket för nya chefer",
        summary="Vi träffas fyra gånger om året och byter erfarenheter.",
        members_only=False,
        leaders=[("person", {"person": chair, "role": "leder nätverket"})],
        meetings=[("meeting", meeting | {"link": "https://example.se/rum"})],
        how_to_join="Skriv några rader till oss.",
        contact="natverk@example.se",
    )


def debate_article(publish: Callable[..., Any], chair: Person) -> Any:
    """Publish a debate article with everything that it can hold."""
    stranger = {"name": "Ali Berg", "role": "professor", "organisation": "Sydvik universitet", "person": None}
    return publish(
        DebateArticle,
        title="”Släpp inte taget om de unga”",
        summary="Sex organisationer om vad som krävs nu.",
        paper="Sydposten",
        printed=date(2026, 2, 27),
        link="https://example.se/debatt",
        signatories=[
            ("signatory", {"name": "Ingrid Åhman", "role": "ordförande", "organisation": "FSS", "person": chair}),
            ("signatory", stranger),
        ],
    )


def posts(publish: Callable[..., Any]) -> dict[str, Any]:
    """Publish a full post of every kind; returns them by kind."""
    chair = person()
    lead = picture("Hamnen i Malmö", caption="Västra hamnen en tidig morgon.", photographer="Bo Ek")
    return {
        "column": column(publish, chair),
        "call": call(publish, lead),
        "award": award(publish),
        "event": event(publish, chair),
        "article": article(publish, lead),
        "clipping": clipping(publish),
        "film": film(publish, lead),
        "page": plain_page(publish),
        "focus_area": focus_area(publish, chair),
        "consultation_response": consultation_response(publish),
        "network": network(publish, chair),
        "debate_article": debate_article(publish, chair),
    }


def issue(chosen: list[Any], **fields: Any) -> Issue:
    """Make an issue of posts, with every free block after them; saved, not approved."""
    fields = {
        "subject": "Mod, möten och en stängningsdag att minnas",
        "preheader": "Ordföranden om mod · sista dag för abstract · Malmö i juni",
        "number": 3,
        "introduction": "<p>Hej! I det här numret möter du bland annat <b>tre nominerade projekt</b> "
        "och en vägledning som redan används.</p>",
        **fields,
    }
    made = Issue(**fields)
    made.content = [
        *(("post", {"post": post, "title": "", "summary": ""}) for post in chosen),
        (
            "text",
            "<h2>Från kansliet</h2><p>Vi är tre kollegor som gärna svarar: "
            '<a href="mailto:info@example.se">info@example.se</a>.</p>'
            "<ul><li>Måndagar</li><li>Torsdagar</li></ul>",
        ),
        ("dates", {"title": "Viktiga datum", "days": 120}),
        ("quotation", {"text": "Det är i vardagen som rättigheter blir verkliga.", "source": "Ur verksamhetsberättelsen"}),
        ("button", {"text": "Bli medlem", "url": "https://example.se/medlem"}),
    ]
    made.save()
    return made

"""Three letters to be sent and looked at to the byte: a short one, one of thirty parts, one of hostile words."""

from dataclasses import replace
from datetime import UTC, datetime

from cms.teaser import DatePart, Fact, Link, PersonPart, Quotation, Table
from newsletter.items import ButtonItem, Contents, DateLine, DatesItem, PictureItem, PostItem, QuotationItem, TextItem
from tests.newsletter.test_render import SENDER, SHOT, contents, teaser

NEWS = (
    "Socialtjänstlagen ett år senare: så har arbetet förändrats i fem kommuner, och det här återstår.",
    "Vägledningen samlar det som har fungerat i tio kommuner och ger stöd för hur arbetet kan börja.",
    "Anmäl dig före midsommar; platserna brukar ta slut, och medlemmar går före i kön till den 20 maj.",
)
DEADLINE = DatePart(
    "deadline", "Sista dag", "15 december 2026", datetime(2026, 12, 14, 23, tzinfo=UTC), datetime(2026, 12, 15, 23, tzinfo=UTC)
)
DAYS = DatePart("event", "Dagar", "17–19 juni 2026", datetime(2026, 6, 16, 22, tzinfo=UTC), datetime(2026, 6, 19, 22, tzinfo=UTC))
SENT_BY = replace(
    SENDER,
    tagline="För dig som leder socialtjänsten",
    organisation_number="802400-0000",
    email="kansliet@example.se",
    privacy_url="https://ordet.example.se/personuppgifter/",
    footer="Ansvarig utgivare: Ingrid Åhman",
)


def post(kind: str, number: int, **parts: object) -> PostItem:
    url = f"https://ordet.example.se/nyheter/{number}/"
    own = teaser(kind, title=f"Nyhet nummer {number} från föreningen", summary=NEWS[number % 3], url=url, **parts)
    return PostItem(own, SHOT if number % 3 == 0 else None)


def short() -> Contents:
    words = "<h2>Välkommen till höstens möte</h2><p>Vi ses i Malmö den 17 juni. Hela programmet finns på vår webbplats.</p>"
    return contents(
        TextItem(words),
        post("column", 1, byline=(PersonPart("Ingrid Åhman", ("ordförande",)),)),
        ButtonItem("Anmäl dig till mötet", "https://ordet.example.se/anmalan/"),
        subject="Höstens möte i Malmö",
        preheader="Program, anmälan och en hälsning från ordföranden",
        introduction="<p>Hej! Här är månadens brev från föreningen.</p>",
        sender=SENT_BY,
    )


def thirty() -> Contents:
    call = {"dates": (DEADLINE,), "facts": (Fact("Arrangör", "Nordiska nätverket"),)}
    event = {
        "dates": (DAYS,),
        "facts": (Fact("Plats", "Malmö"),),
        "links": (Link("Lägg i kalendern", "https://ordet.example.se/k.ics"),),
    }
    items: list[object] = []
    for number in range(5):
        items += [
            post("article", 6 * number),
            post("call", 6 * number + 1, **(call if number % 2 == 0 else {})),
            TextItem(f"<h2>Kort om läget, del {number}</h2><p>{NEWS[number % 3]}</p>"),
            post("event", 6 * number + 2, **(event if number == 0 else {})),
            QuotationItem("Det är i vardagen som rättigheter blir verkliga.", "Ur verksamhetsberättelsen"),
            ButtonItem(f"Läs rapport {number}", f"https://ordet.example.se/rapport/{number}/"),
        ]
    return contents(*items, subject="Våren i föreningen: allt på en gång", preheader="Trettio delar i ett brev", sender=SENT_BY)


def hostile() -> Contents:
    nasty = "</mj-text><mj-raw><script>alert(1)</script> a < b & \"c\" 'd' ]]> --> @@unsubscribe@@ {{ x }} {% y %}"
    nasty += "\r\nBcc: eva@example.se"
    odd = "\u202eabc\u202c \x0b\x00\x85 🎉 e\u0301 \ufeff ≠ 中文 العربية ." + "\n.\n..\n"
    words = f"{nasty} {odd}"
    item = post(
        "award",
        3,
        kicker=words,
        facts=(Fact(words, words), Fact("x", words, figure=True)),
        tables=(Table(words, (words, "x"), ((words, words),)),),
        quotation=Quotation(words, words),
        people=(PersonPart(words, (words,), words),),
        links=(Link(words, "https://example.se/?a=1&b=%22%3C"),),
        action=Link(words, "https://example.se/"),
        abbreviations=((words, words),),
        dates=(DatePart("deadline", words, words, precision="text"), DEADLINE, DAYS),
    )
    return contents(
        item,
        TextItem(
            f"<h2>{nasty}</h2><p onclick='x()'>{odd}<a href='javascript:x'>länk</a><img src=x onerror=y></p><style>p{{}}</style>"
        ),
        PictureItem(replace(SHOT, alt=words, caption=words, photographer=words), "https://example.se/"),
        ButtonItem(words, "https://example.se/knapp"),
        QuotationItem(words, words),
        DatesItem(words, (DateLine(DEADLINE, words, "https://example.se/d"),)),
        subject=f"Möte {nasty}",
        preheader=words,
        introduction=f"<p>{nasty}</p>",
        sender=replace(SENT_BY, tagline=words, footer=words),
    )


def every_kind() -> Contents:
    """A letter with each kind of post and block at its fullest."""
    from tests.newsletter.test_render import FULL, KINDS

    table = (
        Table(
            "Samverkan",
            ("Projekt", "Organisation"),
            (("Bostad först i Norrdal", "Norrdals kommun, Region Norr"), ("Tillsammans", "Ö-kommunerna")),
        ),
        Table("Digital omställning", ("Projekt", "Organisation"), (("Fältarna på nätet", "Sjöbergs kommun"),)),
    )
    full = {
        **FULL,
        "tables": table,
        "dates": (DEADLINE, DAYS),
        "facts": (Fact("Plats", "Malmö Live"), Fact("Nominerade", "44", figure=True)),
    }
    items: list[object] = [
        replace(post(kind, number, **full), picture=SHOT)
        for number, kind in enumerate([kind for kind in KINDS if kind != "novelty"])
    ]
    portrait = replace(SHOT, width=144, height=144, alt="Ingrid Åhman")
    items[0] = replace(items[0], picture=portrait)  # type: ignore[type-var]
    dates = tuple(
        DateLine(date, f"Nyhet {number}", f"https://ordet.example.se/{number}/") for number, date in enumerate((DEADLINE, DAYS))
    )
    free = (
        short().items[0],
        DatesItem("Viktiga datum", dates),
        QuotationItem("Det är i vardagen som rättigheter blir verkliga.", "Ur verksamhetsberättelsen"),
    )
    items += [*free, PictureItem(SHOT, "https://example.se/"), ButtonItem("Bli medlem", "https://example.se/medlem")]
    return contents(
        *items,
        subject="Mod, möten och en stängningsdag att minnas",
        preheader="Ordföranden om mod",
        introduction="<p>Hej! I det här numret möter du bland annat <b>tre nominerade projekt</b> och en <a href='https://example.se/v'>vägledning</a>.</p>",
        sender=SENT_BY,
    )

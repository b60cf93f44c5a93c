"""The demo's posts, written for it; days are counted from today, so that deadlines are always ahead."""

from datetime import date

from deploy.demo import positions
from deploy.demo.piece import DAY, Piece, heading, quotation, text

COLUMN = Piece(
    "column",
    "Det vi gör tidigt slipper vi laga sent",
    1,
    "En dörr som står öppen kostar mindre än en som måste slås in. Karin Lindqvist om varför förebyggande arbete behöver en egen rad i budgeten.",
    (
        text(
            "Förra veckan träffade jag en enhetschef som hade räknat på vad som händer när en familj får hjälp samma vecka som den "
            "ber om den. Hon hade inte räknat på pengar. Hon hade räknat på hur många människor som sedan slapp bli utredda.",
            "Siffran var högre än någon av oss hade vågat gissa. Och ändå är det just den sortens arbete som först ryker när "
            "budgeten ska gå ihop, eftersom det som aldrig hände inte syns i någon kolumn.",
        ),
        quotation("Det som aldrig hände syns inte i någon kolumn.", "Karin Lindqvist"),
        text(
            "Socialtjänstlagen ger oss numera rätt att erbjuda insatser utan behovsprövning. Det är en möjlighet, inte en instruktion. "
            "Hur vi använder den avgörs i varje kommun, i varje ledningsgrupp, och i varje samtal om vad som räknas som resultat.",
            "Så här är min önskan inför året: ge det tidiga arbetet en egen rad. Följ den lika noga som placeringarna. "
            "Och berätta för oss andra vad du ser.",
        ),
    ),
    by="karin",
    topics=("Socialtjänstlagen", "Ledarskap"),
    abbreviations=("SoL",),
    fields={"series": "chair", "sign_off": "Varma hälsningar"},
)


def pieces(today: date) -> list[Piece]:
    """Return all posts as they shall stand on `today`, the oldest first."""
    makers = (_call, _award, _event, _article, _column, _clipping, _film, _members_article)
    return sorted([*(make(today) for make in makers), *positions.pieces(today)], key=lambda piece: -piece.days_ago)


def _call(today: date) -> Piece:
    return Piece(
        "call",
        "Dela din kunskap på Forum för socialt arbete i Göteborg",
        4,
        "Har du följt upp en insats, prövat en metod eller misslyckats på ett lärorikt sätt? Skicka ett abstract till nästa års forum.",
        (
            text(
                "Vartannat år samlas praktiker och forskare från hela Norden för att prata om vad som faktiskt hjälper. "
                "Nästa forum hålls i Göteborg, och temat är <b>Tillit i praktiken</b>.",
                "Bidraget kan vara en muntlig presentation, en poster eller ett rundabordssamtal. Det behöver inte vara "
                "forskning: erfarenheter från en arbetsgrupp är lika välkomna.",
            ),
            heading("Så skriver du"),
            text(
                "Högst 300 ord. Beskriv vad ni ville förändra, vad ni gjorde och vad ni lärde er. Ange om ni vill presentera på svenska eller engelska."
            ),
        ),
        "hills",
        topics=("Forskning",),
        regions=("Väst",),
        fields={
            "wanted": "abstract",
            "organiser": "Forum för socialt arbete",
            "deadline": today + 24 * DAY,
            "decision": today + 61 * DAY,
            "event_first": today + 204 * DAY,
            "event_last": today + 206 * DAY,
            "event_place": "Göteborg",
            "link": "https://forum.example/abstract",
        },
    )


def _award(today: date) -> Piece:
    return Piece(
        "award",
        "Rösta fram årets europeiska socialpris",
        6,
        "Fyra svenska projekt är nominerade. Din röst avgör vilka som får åka hem med priset.",
        (
            text(
                "Priset delas ut till verksamheter som visat att det går att göra på ett annat sätt. I år handlar det om "
                "samarbete: mellan förvaltningar, mellan kommuner och mellan människor.",
                "Juryn har valt ut de nominerade. Nu är det medlemmarnas tur.",
            ),
        ),
        "gathering",
        topics=("Internationellt",),
        abbreviations=("ESN",),
        fields={
            "award_name": "Europeiska socialpriset",
            "edition": str(today.year),
            "submitted": 96,
            "nominated": 38,
            "category_count": 5,
            "voting_opens": today - 6 * DAY,
            "voting_closes": today + 12 * DAY,
            "vote_url": "https://socialpriset.example/rosta",
            "nominees": [
                ("Öppna dörren", ["Ekhamra kommun"], ["Samverkan", "Brukarmedverkan"]),
                ("Lån en granne", ["Söderviks kommun", "Röda Tråden"], ["Samverkan"]),
                ("Digital ventil", ["Norrbergs kommun"], ["Teknik som hjälper"]),
                ("Familjens egen plan", ["Ängsviks kommun", "Sunda universitet"], ["Brukarmedverkan"]),
            ],
        },
    )


def _event(today: date) -> Piece:
    conference = today + 96 * DAY
    return Piece(
        "event",
        "Följ med till Malmö: tre dagar om välfärdens framtid",
        9,
        "Den europeiska socialtjänstkonferensen kommer till Sverige. Föreningen är på plats hela veckan, och medlemmar går för halva priset.",
        (
            text(
                "Sexhundra socialchefer från tjugofem länder, en mässhall vid vattnet och en fråga: hur håller vi ihop välfärden "
                "när pengarna inte räcker? Konferensen växlar mellan stora scenen och små rum där man hör vad den andre säger.",
                "Dagen innan är nordisk. Då möts vi i Folkets park för att jämföra lagar, löner och drömmar.",
            ),
        ),
        "bridge",
        topics=("Internationellt", "Ledarskap"),
        regions=("Syd",),
        abbreviations=("ESN",),
        fields={
            "first_day": conference,
            "last_day": conference + 2 * DAY,
            "pre_day": conference - DAY,
            "pre_day_name": "Nordisk dag",
            "place": "Malmö",
            "theme": "Tillsammans genom förändring",
            "member_discount": "Halva avgiften med koden i medlemsbrevet.",
            "registration_url": "https://konferens.example/anmal",
            "registration_closes": conference - 21 * DAY,
            "programme": [
                (conference, "09.30–10.15", "Välfärd i orostider", "Leila Johansson"),
                (conference, "13.00–14.30", "Verkstad: att mäta det som inte hände", "Karin Lindqvist"),
                (conference + DAY, "09.00–10.30", "Barnets bästa i tre länder", "Sara Tesfaye"),
                (conference + 2 * DAY, "11.00–12.00", "Avslutning och utblick", ""),
            ],
            "on_site": [("karin", "alla dagar", False), ("amir", "första och andra dagen", False), ("sara", "andra dagen", True)],
        },
    )


def _article(today: date) -> Piece:
    return Piece(
        "article",
        "Ett år med nya lagen: ”Vi ringer upp i stället för att utreda”",
        2,
        "I Norrberg gick väntetiden från elva veckor till fyra dagar. Förvaltningschefen berättar vad de slutade göra.",
        (
            text(
                "När den nya socialtjänstlagen trädde i kraft hade Norrbergs kommun redan bestämt sig: allt som inte kräver ett "
                "beslut ska gå att få utan ett. En mottagning med två telefoner och en soffa blev starten.",
                "– Vi trodde att vi skulle drunkna i samtal. Det blev fler, men de blev kortare, säger förvaltningschefen Sara Tesfaye.",
            ),
            quotation("Det svåraste var inte att börja. Det var att sluta med det gamla.", "Sara Tesfaye, Norrbergs kommun"),
            heading("Tre saker de slutade med"),
            (
                "text",
                "<ul><li>Blanketten på sju sidor.</li><li>Veckomötet där ärenden fördelades.</li><li>Att skicka brev innan någon ringt.</li></ul>",
            ),
            (
                "fact_box",
                {
                    "title": "Insatser utan behovsprövning",
                    "text": "<p>Sedan 2025 får socialnämnden erbjuda insatser utan föregående behovsprövning. Vilka det är bestämmer kommunen.</p>",
                },
            ),
        ),
        "town",
        topics=("Socialtjänstlagen", "Barn och unga"),
        regions=("Norr",),
        abbreviations=("SoL", "IFO"),
    )


def _column(today: date) -> Piece:
    return Piece(
        "column",
        "Tekniken är inte svaret, men den kan bära väskan",
        23,
        "Amir Haddad om kameror, kalendrar och konsten att köpa det man behöver i stället för det som säljs.",
        (
            text(
                "Det finns ett ögonblick i varje upphandling när någon säger att systemet dessutom kan prata med kylskåpet. "
                "Det är då man ska gå på lunch.",
                "I Södervik har vi infört välfärdsteknik i sex år. Det som blev kvar är det som bar väskan åt en människa: "
                "påminnelsen som slapp bli ett hembesök, journalen som gick att läsa i bilen.",
            ),
        ),
        by="amir",
        topics=("Digitalisering",),
        fields={"series": "vice_chair", "sign_off": "Allt gott"},
    )


def _clipping(today: date) -> Piece:
    return Piece(
        "clipping",
        "”Kommunerna kan inte vänta på nästa utredning”",
        14,
        "Öresunds Dagblad intervjuar vår ordförande om bemanningen i socialtjänsten.",
        (text("Intervjun handlar om varför erfarna socialsekreterare slutar, och vad som får dem att stanna."),),
        "newspaper",
        topics=("Ledarskap",),
        fields={
            "paper": "Öresunds Dagblad",
            "printed": today - 15 * DAY,
            "quotation": "Den som har någon att fråga stannar kvar. Svårare är det inte.",
            "quotation_source": "Karin Lindqvist",
            "link": "https://oresundsdagblad.example/intervju",
        },
    )


def _film(today: date) -> Piece:
    return Piece(
        "film",
        "En dag på mottagningen",
        31,
        "Följ med till Norrbergs öppna mottagning, från första telefonsamtalet till sista koppen kaffe.",
        (text("Filmen är gjord av personalen själva och visas fritt på arbetsplatsträffar."),),
        "town",
        topics=("Socialtjänstlagen",),
        regions=("Norr",),
        fields={
            "films": [
                {
                    "url": "https://vimeo.com/76979871",
                    "title": "En dag på mottagningen",
                    "length": "3:42",
                    "people": ["Sara Tesfaye"],
                    "credits": "Foto och klipp: personalen vid Norrbergs mottagning",
                    "transcript": "Telefonen ringer. – Norrbergs mottagning, det är Sara. Vad kan jag hjälpa dig med?",
                }
            ],
            "production": "Norrbergs kommun",
        },
    )


def _members_article(today: date) -> Piece:
    return Piece(
        "article",
        "Så förhandlade vi om placeringsavgifterna",
        17,
        "Fem kommuner gick ihop och sänkte kostnaden med en tiondel. Här är underlaget.",
        (
            text(
                "Underlaget innehåller avtalstexter, en checklista och de invändningar vi mötte. Använd det gärna, men sprid det inte vidare."
            ),
        ),
        "hills",
        topics=("Barn och unga",),
        fields={"members_only": True},
    )


PLAIN = {
    "Om oss": (
        "Vi är en ideell förening för dig som leder socialtjänst i kommun, region eller ideell verksamhet.",
        (
            text(
                "Föreningen bildades för att den som har det yttersta ansvaret ska ha någon att ringa. I dag är vi drygt tvåhundra "
                "medlemmar, sex regionala nätverk och en styrelse som träffas sex gånger om året.",
            ),
            heading("Bli medlem"),
            text("Medlem blir du genom att skriva några rader till kansliet. Avgiften är 600 kronor om året."),
        ),
    ),
    "Personuppgifter": (
        "Vad vi sparar om dig, varför och hur länge.",
        (
            text(
                "Vi sparar namn, e-postadress, arbetsgivare och region för att kunna skicka nyhetsbrevet och medlemsinformation. "
                "Vi mäter inte vem som öppnar eller klickar.",
                "Du kan när som helst avsluta nyhetsbrevet genom länken längst ned i det, eller be kansliet radera dina uppgifter.",
            ),
        ),
    ),
}

"""The demo's posts about what the association stands for and works with; days are counted from today."""

from datetime import date, time

from deploy.demo.piece import DAY, Piece, heading, text


def pieces(today: date) -> list[Piece]:
    """Return one post of each such kind as it shall stand on `today`."""
    return [make(today) for make in (_focus_area, _consultation_response, _network, _debate_article)]


def _focus_area(today: date) -> Piece:
    return Piece(
        "focus_area",
        "Hjälp i tid: socialtjänsten som förebygger",
        38,
        "Den nya lagen ger oss rätt att komma tidigt. Vi samlar det som fungerar, räknar på det och gör det lätt att ta efter.",
        (
            text(
                "Sex kommuner provar tillsammans vad som händer när hjälpen kommer samma vecka. De delar mallar, siffror och "
                "misstag, och träffas fyra gånger om året.",
                "Det vi lär oss hamnar här: krönikor, underlag, filmer och svar på remisser.",
            ),
        ),
        "town",
        topics=("Socialtjänstlagen",),
        abbreviations=("SoL",),
        fields={
            "since": date(today.year - 1, 1, 1),
            "responsible": [("karin", "ansvarig i styrelsen"), ("leila", "följer upp")],
        },
    )


def _consultation_response(today: date) -> Piece:
    return Piece(
        "consultation_response",
        "Vårt svar om skyddat boende för barn",
        3,
        "Vi tillstyrker förslaget men avstyrker tidplanen: kommunerna behöver ett år till för att hinna bygga upp platserna.",
        (
            text(
                "Förslaget gör barnet till bärare av en egen insats. Det är rätt, och det är dags. Men platserna finns inte än, och "
                "de som finns ligger ofta långt från barnets skola.",
            ),
            heading("Det här vill vi"),
            ("text", "<ul><li>Ett års senare ikraftträdande.</li><li>Statsbidrag som följer barnet.</li><li>En uppföljning efter två år.</li></ul>"),
        ),
        topics=("Barn och unga",),
        fields={
            "ministry": "Socialdepartementet",
            "reference_number": f"S{today.year}/00417",
            "memorandum": f"Skyddat boende med barnet i centrum (Ds {today.year}:7)",
            "link": "https://regeringen.example/skyddat-boende",
            "due": today + 18 * DAY,
            "answered": today - 3 * DAY,
            "answered_by": "styrelsen",
            "document": "Remissyttrande om skyddat boende för barn",
        },
    )  # fmt: skip


def _network(today: date) -> Piece:
    return Piece(
        "network",
        "Nätverket för nya socialchefer",
        26,
        "För dig som är ny på posten. Vi ses digitalt varannan månad och på plats en gång om året.",
        (
            text(
                "Här finns ingen dum fråga och inget protokoll. Varje träff börjar med en runda och slutar med att någon har fått "
                "ett telefonnummer till någon som redan gjort det."
            ),
        ),
        "gathering",
        topics=("Ledarskap",),
        fields={
            "leaders": [("gunilla", "sammankallande"), ("erik", "digitala träffar")],
            "meetings": [
                ("Budgeten som blev kvar", today + 20 * DAY, time(13), time(14, 30), "", "https://mote.example/nya-socialchefer"),
                ("", today + 82 * DAY, time(13), time(14, 30), "", "https://mote.example/nya-socialchefer"),
                ("Årsträff på plats", today + 150 * DAY, None, None, "Göteborg", ""),
            ],
            "how_to_join": "Skriv två rader om dig själv och din kommun, så får du en inbjudan till nästa träff.",
            "contact": "Gunilla Ahlström, natverk@socialcheferna.example",
        },
    )


def _debate_article(today: date) -> Piece:
    return Piece(
        "debate_article",
        "”Låt oss slippa välja mellan barnet och budgeten”",
        11,
        "Statsbidrag som kommer i november hjälper ingen i mars, skriver fem socialchefer och en forskare.",
        (
            text(
                "Varje höst händer samma sak: pengar till tidiga insatser betalas ut med villkoret att de är förbrukade före nyår. "
                "Så byggs ingen verksamhet. Så köps konsulttimmar.",
                "Vi föreslår treåriga bidrag, ett enda ansökningstillfälle och en uppföljning som frågar vad barnen fick.",
            ),
        ),
        "newspaper",
        topics=("Barn och unga", "Ledarskap"),
        fields={
            "paper": "Dagens Välfärd",
            "printed": today - 11 * DAY,
            "link": "https://dagensvalfard.example/debatt/valja",
            "signatories": [
                ("karin", "Karin Lindqvist", "ordförande", "Socialcheferna"),
                ("amir", "Amir Haddad", "vice ordförande", "Socialcheferna"),
                ("leila", "Leila Johansson", "forskare", "Sunda universitet"),
                ("", "Maja Ström", "generalsekreterare", "Barnens röst"),
            ],
        },
    )

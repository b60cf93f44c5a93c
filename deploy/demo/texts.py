"""The demo's association: invented heads of social services, their words, their members."""

from dataclasses import dataclass

NAME, SHORT = "Föreningen Socialcheferna", "Socialcheferna"
IDENTITY = {
    "name": NAME,
    "short_name": SHORT,
    "tagline": "För dig som leder socialtjänsten",
    "postal_address": "Föreningen Socialcheferna\nStorgatan 1\n111 11 Exempelstad",
    "organisation_number": "802000-0000",
    "email": "kansliet@socialcheferna.example",
    "footer": "Du får brevet för att du är medlem i Socialcheferna. Vi mäter varken öppningar eller klick.",
}
SECTIONS = {
    "column": "Vad ordföranden och vice ordföranden tänker om just nu.",
    "article": "Det som händer i föreningen och i socialtjänsten.",
    "event": "Konferenser, nätverksdagar och digitala samtal.",
    "call": "Öppna utlysningar för dig som vill bidra.",
    "award": "Nominera, rösta och läs om vinnarna.",
    "clipping": "När föreningen syns och hörs.",
    "film": "Korta filmer om ledarskap i socialtjänsten.",
    "focus_area": "Det vi arbetar med längre än ett år i taget.",
    "consultation_response": "Vad vi har svarat regeringen och myndigheterna.",
    "network": "Träffa andra som sitter på samma stol.",
    "debate_article": "Vad vi har skrivit i tidningarna.",
}
TOPICS = ["Socialtjänstlagen", "Ledarskap", "Barn och unga", "Äldreomsorg", "Digitalisering", "Forskning", "Internationellt"]
REGIONS = ["Norr", "Mitt", "Stockholm", "Väst", "Öst", "Syd"]
ABBREVIATIONS = {
    "SoL": "socialtjänstlagen",
    "IFO": "individ- och familjeomsorg",
    "ESN": "European Social Network",
    "IVO": "Inspektionen för vård och omsorg",
    "SKR": "Sveriges Kommuner och Regioner",
}


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody invented; `seed` draws the portrait."""

    key: str
    name: str
    title: str
    employer: str
    region: str
    seed: int
    competences: str = ""
    roles: tuple[tuple[str, str], ...] = ()


PEOPLE = [
    Who("karin", "Karin Lindqvist", "socialdirektör", "Ekhamra kommun", "Mitt", 1, "förebyggande arbete, styrning", (("ordförande", SHORT),)),
    Who("amir", "Amir Haddad", "socialchef", "Söderviks kommun", "Syd", 2, "digitalisering, välfärdsteknik", (("vice ordförande", SHORT),)),
    Who("sara", "Sara Tesfaye", "förvaltningschef", "Norrbergs kommun", "Norr", 3, "barn och unga, placeringar", (("styrelseledamot", SHORT),)),
    Who("gunilla", "Gunilla Ahlström", "tidigare socialchef", "", "Väst", 4, "äldreomsorg, kompetensförsörjning", (("hedersledamot", SHORT),)),
    Who("erik", "Erik Sandström", "verksamhetschef", "Ängsviks kommun", "Öst", 5, "missbruk och beroende", (("styrelseledamot", SHORT),)),
    Who("leila", "Leila Johansson", "forskare i socialt arbete", "Sunda universitet", "Väst", 9, "uppföljning, evidens"),
]  # fmt: skip

FIRST_NAMES = [
    "Anna",
    "Björn",
    "Cecilia",
    "David",
    "Elin",
    "Farid",
    "Greta",
    "Henrik",
    "Ingrid",
    "Johan",
    "Kristina",
    "Lars",
    "Maria",
    "Nils",
    "Olivia",
    "Per",
    "Qamar",
    "Rebecka",
    "Stefan",
    "Tove",
    "Ulf",
    "Viktoria",
    "Wilma",
    "Xenia",
    "Yusuf",
]
LAST_NAMES = ["Almgren", "Berglund", "Dahl", "Ekström", "Forsell", "Gran", "Hassan", "Isaksson", "Jonsson", "Kallio"]
EMPLOYERS = ["Ekhamra kommun", "Söderviks kommun", "Norrbergs kommun", "Ängsviks kommun", "Västra Dalens kommun"]

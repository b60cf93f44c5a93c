"""Roles as printed under a text, cut into title and employer: "ordförande i FSS och socialdirektör i Karlstads kommun"."""

import re
from dataclasses import dataclass

OFFICES = (
    "ordförande|ordf|chef|direktör|ledamot|ansvarig|sekreterare|kassör|samordnare|strateg|forskare|professor|lektor|docent|utredare|"
    "handläggare|politiker|redaktör|koordinator|rådgivare|jurist|minister|konsult|expert|specialist|representant|kommunikatör|"
    "skribent|journalist|författare|psykolog|läkare|sjuksköterska|socionom|kurator|ledare|controller|administratör|doktorand|"
    "ordförandeskap|talesperson|råd|ambassadör|vd|suppleant|revisor|moderator|medlem|pedagog|assistent|student|inspektör|advokat|"
    "präst|rektor|lärare|grundare|föreläsare|värd|utvecklare|projektör|metodstödjare|analytiker"
)
OFFICE = re.compile(rf"(?:{OFFICES})(?:en|n|e|na|s)?\b", re.IGNORECASE)
SEPARATOR = re.compile(r"\s*(?<!-)(?:,|;|\s+och\s+|\s+samt\s+|\s+&\s+|\s+/\s+|\s\|\s)\s*")
BEFORE_EMPLOYER = re.compile(r"\s+(?:i|på|vid|för|hos|inom|från|av)\s+(?=[A-ZÅÄÖÉ])")
FIRST_CAPITAL = re.compile(r"\s(?=[A-ZÅÄÖÉ])")


@dataclass(frozen=True, slots=True)
class Printed:
    """One role with its employer or organisation, as printed; either may be empty."""

    title: str
    employer: str = ""


def is_office(text: str) -> bool:
    """Tell whether `text` names an office or an occupation."""
    return bool(OFFICE.search(text))


def printed_roles(text: str) -> tuple[Printed, ...]:
    """Return the roles that `text` lists, in its order.

    It is cut only where an office follows, so "chef för vård och omsorg" and "vård- och omsorgschef" stay whole;
    a part without an office after a role without an employer is that role's employer ("socialchef, Nacka kommun").
    """
    roles: list[Printed] = []
    for part in _parts(text.strip(" .,;")):
        if roles and not is_office(part) and not roles[-1].employer:
            roles[-1] = Printed(roles[-1].title, part)
        elif roles and not is_office(part):
            roles[-1] = Printed(roles[-1].title, f"{roles[-1].employer}, {part}")
        else:
            roles.append(_role(part))
    return tuple(roles)


def _parts(text: str) -> list[str]:
    parts, start = [], 0
    for found in SEPARATOR.finditer(text):
        comma = found[0].strip() in (",", ";", "|", "/")
        if comma or _begins_with_office(text[found.end() :]):
            parts.append(text[start : found.start()])
            start = found.end()
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _begins_with_office(text: str) -> bool:
    """Tell whether an office stands among the first words, before the next preposition or comma."""
    head = re.split(r"\s+(?:i|på|vid|för|hos|inom|från|och|samt)\s+|,", text, maxsplit=1)[0]
    return is_office(" ".join(head.split()[:3]))


def _role(text: str) -> Printed:
    cut = list(BEFORE_EMPLOYER.finditer(text))
    if cut and is_office(text[: cut[0].start()]):
        return Printed(text[: cut[0].start()].strip(), text[cut[0].end() :].strip())
    words = text.split()
    if before := _employer_first(words):
        return Printed(
            " ".join(words[before:]), re.sub(r":?s$", "", " ".join(words[:before])) if before == 1 else " ".join(words[:before])
        )
    capital = FIRST_CAPITAL.search(text)
    if capital and is_office(text[: capital.start()]):
        return Printed(text[: capital.start()].strip(), text[capital.end() :].strip())
    return Printed(text)


def _employer_first(words: list[str]) -> int:
    """Return how many words of an organisation precede its office, as in "FSS vice ordförande"; 0 if it doesn't begin so."""
    count = next((at for at, word in enumerate(words) if word[:1].islower() or word[:1].isdigit()), 0)
    return count if not is_office(" ".join(words[:count])) and is_office(" ".join(words[count:])) else 0

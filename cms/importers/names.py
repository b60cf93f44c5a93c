"""Names that may be one person spelt in two ways: reported to the editor, never merged."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

WORD = r"[A-ZÅÄÖÉ][a-zåäöéüæø]+(?:-[A-ZÅÄÖÉ][a-zåäöéüæø]+)?"
PAIR = re.compile(rf"(?<![\w-])({WORD}) ({WORD})(?![\w-])")
SOUNDS = (
    ("ph", "f"), ("th", "t"), ("ch", "k"), ("ck", "k"), ("qv", "kv"), ("qu", "kv"), ("c", "k"), ("q", "k"), ("w", "v"),
    ("z", "s"), ("x", "ks"), ("dt", "t"), ("hj", "j"), ("gj", "j"), ("lj", "j"),
)  # fmt: skip


def sound(name: str) -> str:
    """Return how a Swedish name sounds, roughly: "Åhman" and "Åman", "Carlsson" and "Karlson" are the same."""
    text = "".join(each for each in unicodedata.normalize("NFD", name.casefold()) if unicodedata.category(each) != "Mn")
    for written, spoken in SOUNDS:
        text = text.replace(written, spoken)
    text = re.sub(r"(?<=[aeiouy])h(?=[^aeiouy\s]|$)|(?<=[^aeiouy\s])h", "", text)
    return re.sub(r"([^\W\d_])\1+", r"\1", re.sub(r"[^a-z ]", "", text))


def distance(one: str, other: str, most: int = 2) -> int:
    """Return how many letters must be changed, added, dropped or swapped; anything above `most` is `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    older: list[int] = []
    old = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        new = [row]
        for column, against in enumerate(other, 1):
            cost = min(old[column] + 1, new[-1] + 1, old[column - 1] + (letter != against))
            if older and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, older[column - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return most + 1
        older, old = old, new
    return min(old[-1], most + 1)


def alike(one: str, other: str) -> bool:
    """Tell whether two different names may be the same person's."""
    if one == other or other in (f"{one}s", f"{one}:s") or one in (f"{other}s", f"{other}:s"):
        return False
    if sound(one) == sound(other):
        return True
    # Names that differ in how a word begins, Berg and Öberg, are different names.
    starts = [[word[0] for word in name.casefold().split()] for name in (one, other)]
    return starts[0] == starts[1] and distance(one.casefold(), other.casefold(), 1) <= 1


@dataclass(slots=True)
class NameBook:
    """All names that an import meets: `people` are persons, `seen` only stand in a text; each with where it was met.

    People who were here before have been met nowhere; two of them are no news.
    """

    people: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def person(self, name: str, where: str = "") -> None:
        """Note a person."""
        self.people.setdefault(name, where)

    def read(self, text: str, where: str) -> None:
        """Note the pairs of capitalised words in a running text."""
        for first, last in PAIR.findall(text):
            self.seen.setdefault(f"{first} {last}", where)

    def pairs(self) -> Iterator[tuple[str, str, str]]:
        """Yield where to look, a name, and the other name that it resembles; each pair once."""
        people = sorted(self.people)
        for at, one in enumerate(people):
            for other in people[at + 1 :]:
                if (self.people[one] or self.people[other]) and alike(one, other):
                    yield self.people[other] or self.people[one], one, other
        yield from self._in_texts(people)

    def _in_texts(self, people: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Yield names in texts that sound like a person's, or like another name in a text, and are spelt differently."""
        by_sound: dict[str, list[str]] = {}
        for name in people:
            by_sound.setdefault(sound(name), []).append(name)
        for name in sorted(set(self.seen) - set(people)):
            others = by_sound.setdefault(sound(name), [])
            if others and not any(other in (name, name.removesuffix("s")) for other in others):
                yield self.seen[name], others[0], name
            others.append(name)

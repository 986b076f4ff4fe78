"""Names as communities in the UK carry them: lists, frequencies, spellings and short forms.

Reads the plain lists under `data/`; draws from them with a given `random.Random`. Knows nothing of people,
dates, families or errors. Every name has `spellings` (the first is the usual one) and `short` forms; names
stand in order of frequency, and the chance of a name falls with its rank (Zipf-Mandelbrot, whole numbers so
that no machine rounds differently).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Literal, TypeVar

Sex = Literal["f", "m"]
T = TypeVar("T")

USUAL_SPELLING = 0.75  # the rest share what is left
TAIL = 0.35  # how often a surname is a rare one, in communities that have composed ones
RANK_OFFSET = {"given": 10, "surname": 12}


def pick(rng: Random, items: Sequence[T]) -> T:
    """Return one of the items, all equally likely (from `random()` alone: its sequence is guaranteed)."""
    return items[int(rng.random() * len(items))]


@dataclass(frozen=True)
class Name:
    """One name: its spellings, the usual one first, and its short forms."""

    spellings: tuple[str, ...]
    short: tuple[str, ...] = ()


class NameList:
    """Names by falling frequency."""

    def __init__(self, names: Sequence[Name], offset: int) -> None:
        self.names = tuple(names)
        self._cumulative = list(accumulate(1_000_000 // (rank + offset) for rank in range(len(names))))
        self._by_spelling = {text: name for name in reversed(self.names) for text in name.spellings}

    def __bool__(self) -> bool:
        return bool(self.names)

    def draw(self, rng: Random) -> str:
        """Return one name in one of its spellings."""
        name = self.names[bisect_right(self._cumulative, int(rng.random() * self._cumulative[-1]))]
        if len(name.spellings) == 1 or rng.random() < USUAL_SPELLING:
            return name.spellings[0]
        return pick(rng, name.spellings[1:])

    def has(self, text: str) -> bool:
        """Say whether this is one of the names, in any spelling."""
        return text in self._by_spelling

    def find(self, text: str) -> Name:
        """Return the name that has this spelling; an unknown one has only itself."""
        return self._by_spelling.get(text) or Name((text,))


@dataclass(frozen=True)
class Community:
    """The names of one community and the habits that decide how a person of it is written down."""

    key: str
    female: NameList
    male: NameList
    surnames: NameList
    title_female: NameList  # stands where a surname stands: Begum, Kaur
    title_male: NameList
    english_female: NameList  # a second, English forename
    english_male: NameList
    rare: tuple[tuple[str, ...], tuple[str, ...]]

    def given_list(self, sex: Sex) -> NameList:
        """Return the forenames of one sex."""
        return self.female if sex == "f" else self.male

    def given(self, rng: Random, sex: Sex) -> str:
        """Return a forename."""
        return self.given_list(sex).draw(rng)

    def title(self, sex: Sex) -> NameList:
        """Return the titles that women or men of this community bear as a surname (often none)."""
        return self.title_female if sex == "f" else self.title_male

    def surname(self, rng: Random) -> str:
        """Return a family name, in its male form where it has two."""
        heads, tails = self.rare
        if heads and rng.random() < TAIL:
            return pick(rng, heads) + pick(rng, tails)
        return self.surnames.draw(rng)

    def gendered(self, surname: str, sex: Sex) -> str:
        """Return the family name as a woman or a man bears it: Kowalski, Kowalska."""
        if self.key == "polish" and sex == "f" and surname.endswith(("ski", "cki", "dzki")):
            return surname[:-1] + "a"
        if self.key == "polish" and sex == "m" and surname.endswith(("ska", "cka", "dzka")):
            return surname[:-1] + "i"
        return surname

    def spellings(self, text: str, sex: Sex) -> tuple[str, ...]:
        """Return other spellings of a forename."""
        return tuple(s for s in self.given_list(sex).find(text).spellings if s != text)

    def surname_spellings(self, text: str) -> tuple[str, ...]:
        """Return other spellings of a family name or of a title."""
        lists = (self.surnames, self.title_female, self.title_male)
        return tuple(s for names in lists for s in names.find(text).spellings if s != text)

    def short(self, text: str, sex: Sex) -> tuple[str, ...]:
        """Return the short forms of a forename."""
        return self.given_list(sex).find(text).short


def _parse(text: str) -> dict[str, list[Name]]:
    sections: dict[str, list[Name]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
            continue
        for item in filter(None, (part.strip() for part in line.split(","))):
            spellings, _, short = item.partition("~")
            section.append(Name(tuple(spellings.split("/")), tuple(filter(None, short.split("+")))))
    return sections


def _community(key: str) -> Community:
    lists = _parse((files("hub.sample") / "data" / f"{key}.txt").read_text(encoding="utf-8"))

    def given(section: str) -> NameList:
        return NameList(lists.get(section, []), RANK_OFFSET["given"])

    def plain(section: str) -> tuple[str, ...]:
        return tuple(name.spellings[0] for name in lists.get(section, []))

    # Where boys' names serve as surnames (Somali patronymics), there is no list of its own.
    surnames = NameList(lists.get("surname", lists["male"]), RANK_OFFSET["surname"])
    return Community(
        key,
        given("female"),
        given("male"),
        surnames,
        given("surname_female"),
        given("surname_male"),
        given("english_female"),
        given("english_male"),
        (plain("surname_heads"), plain("surname_tails")),
    )


@cache
def communities() -> dict[str, Community]:
    """Return every community by its key."""
    return {key: _community(key) for key in _shares()[0]}


@cache
def _shares() -> tuple[tuple[str, ...], tuple[int, ...]]:
    rows = (files("hub.sample") / "data" / "shares.csv").read_text(encoding="utf-8").splitlines()[1:]
    keys, shares = zip(*(row.split(",") for row in rows), strict=True)
    return keys, tuple(accumulate(int(share) for share in shares))


def draw_community(rng: Random) -> Community:
    """Return a community, by its share of the population (`data/shares.csv`)."""
    keys, cumulative = _shares()
    return communities()[keys[bisect_right(cumulative, int(rng.random() * cumulative[-1]))]]

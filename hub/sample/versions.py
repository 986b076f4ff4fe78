"""One area's version of a person: what it wrote down, with gaps and slips, each named by its kind.

Pure given a `random.Random`. The rates are assumptions, written here and in `docs/sample-data.md`; they are
not fitted to any file. Two versions of one person, made apart, are a pair to be linked: `kinds` says what
stands between them.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random

from anyascii import anyascii

from hub.sample.names import NameList, pick
from hub.sample.people import Home, Identity
from hub.sample.slips import DATE_SLIPS, hearing, typing

# Chance of each slip where it can happen at all, in a version made at full carelessness (`care` = 1).
NAME_RATES = {
    "alias": 0.35,  # written down under a name that she is known as
    "surname_changed": 0.50,  # under the other of two surnames: married, maiden, either parent's
    "surname_part": 0.25,  # one half of a double surname
    "title": 0.15,  # Begum, Kaur, Singh left out or in its place
    "nickname": 0.10,
    "spelling": 0.04,  # another usual spelling, where the name's own alphabet is Latin
    "transliteration": 0.15,  # the same, where it is not
    "diacritics": 0.50,
    "punctuation": 0.25,  # apostrophe, hyphen or space left out
    "typing": 0.03,  # for each of forename and surname
    "hearing": 0.02,
    "swapped": 0.02,  # forename for surname
    "name_order": 0.20,  # the same, in communities that put the family first
    "middle_first": 0.03,  # the middle name used as the first
    "surname_missing": 0.01,
}
DATE_RATES = {
    "dob_digit": 0.03,
    "dob_swapped": 0.025,
    "dob_day_off": 0.015,
    "dob_year_off": 0.02,
    "dob_partial": 0.035,
    "dob_missing": 0.035,
    "dob_first_january": 0.01,
    "dob_impossible": 0.005,
}
MIDDLE_WRITTEN = 0.4
ALIAS_WRITTEN = 0.6
FORMER_WRITTEN = 0.3
OTHER_ALPHABET = ("pakistani", "sikh", "indian", "bangladeshi", "arabic", "somali", "ukrainian", "chinese")
# Kinds that are choices between two states: if both versions chose alike, nothing stands between them.
_CHOICES = frozenset({"alias", "surname_changed", "middle_name", "diacritics", "punctuation", "middle_first"})


@dataclass(frozen=True, slots=True)
class Record:
    """A person record as an area wrote it down. `aliases` are complete names; dates as in an import file."""

    given_names: str
    surname: str
    date_of_birth: str
    aliases: tuple[str, ...]
    home: Home
    nhs_number: str


class _Writing:
    """The state of one name being written down."""

    def __init__(self, rng: Random, person: Identity, care: float) -> None:
        self.rng, self.person, self.care = rng, person, care
        self.first, self.middle = person.given[0], person.given[1:]
        self.surname = person.surname
        self.aliases: list[str] = []
        self.kinds: set[str] = set()

    def slips(self, kind: str) -> bool:
        """Say whether this slip happens now, and note it."""
        happens = self.rng.random() < NAME_RATES[kind] * self.care
        if happens:
            self.kinds.add(kind)
        return happens

    def whole_name(self) -> None:
        """Choose under which of her names she is written down, and which others are noted."""
        person, rng = self.person, self.rng
        if rng.random() < MIDDLE_WRITTEN or not self.middle:
            self.kinds.update({"middle_name"} if self.middle else ())
        else:
            self.middle = ()
        if person.known_as and self.slips("alias"):
            self.note(ALIAS_WRITTEN, self.first, self.surname)
            (self.first, self.surname), self.middle = person.known_as[0], ()
        elif person.known_as:
            self.note(ALIAS_WRITTEN, *person.known_as[0])
        if person.former and self.surname == person.surname and self.slips("surname_changed"):
            self.note(FORMER_WRITTEN, self.first, person.surname)
            self.surname = person.former
        elif person.former:
            self.note(FORMER_WRITTEN, self.first, person.former)

    def note(self, chance: float, given: str, surname: str) -> None:
        """Perhaps write down another name that she is known by."""
        if self.rng.random() < chance:
            self.aliases.append(f"{given} {surname}")

    def variant(self) -> None:
        """Choose a nickname, another spelling, half of a double surname, a title for a surname."""
        rng, community, sex = self.rng, self.person.community, self.person.sex
        parts = self.surname.replace("-", " ").split()
        if len(parts) > 1 and len(parts[0]) > 3 and self.slips("surname_part"):
            self.surname = pick(rng, parts)
        titles = community.title(sex)
        if titles and not titles.has(self.surname) and self.slips("title"):
            self._retitle(titles)
        short = community.short(self.first, sex)
        if short and self.slips("nickname"):
            self.first = pick(rng, short)
        kind = "transliteration" if community.key in OTHER_ALPHABET else "spelling"
        if (others := community.spellings(self.first, sex)) and self.slips(kind):
            self.first = pick(rng, others)
        if (others := community.surname_spellings(self.surname)) and self.slips(kind):
            self.surname = pick(rng, others)

    def _retitle(self, titles: NameList) -> None:
        """Put the title in the surname's place or, if there is one already, leave it out."""
        if self.rng.random() < 0.5:
            self.surname = titles.draw(self.rng)
        elif any(titles.has(name) for name in self.middle):
            self.middle = tuple(name for name in self.middle if not titles.has(name))
        else:
            self.middle = (*self.middle, titles.draw(self.rng))

    def marks(self) -> None:
        """Lose diacritics and punctuation."""
        whole = (self.first, *self.middle, self.surname)
        if not all(name.isascii() for name in whole) and self.slips("diacritics"):
            self.first, self.surname = anyascii(self.first), anyascii(self.surname)
            self.middle = tuple(anyascii(name) for name in self.middle)
        if any(mark in self.first + self.surname for mark in "'- ") and self.slips("punctuation"):
            join = pick(self.rng, ("", " "))
            for mark in "'-":
                self.first = self.first.replace(mark, join)
                self.surname = self.surname.replace(mark, join)
            if not join:
                self.first, self.surname = self.first.replace(" ", ""), self.surname.replace(" ", "")

    def errors(self) -> None:
        """Slips of the finger and the ear, and names in the wrong box."""
        for kind, slip in (("typing", typing), ("hearing", hearing)):
            if self.slips(kind):
                self.first = slip(self.rng, self.first)
            if self.slips(kind):
                self.surname = slip(self.rng, self.surname)
        if self.middle and self.slips("middle_first"):
            self.first, self.middle = self.middle[0], ()
        if self.slips("surname_missing"):
            self.surname = ""
        elif self.slips("name_order" if self.person.community.key == "chinese" else "swapped"):
            self.first, self.surname = self.surname, self.first


def _date(rng: Random, person: Identity, care: float) -> tuple[str, set[str]]:
    chance = rng.random()
    for kind, rate in DATE_RATES.items():
        chance -= rate * care
        if chance < 0:
            text = DATE_SLIPS[kind](rng, person.born)
            return text, {kind} if text != person.born.isoformat() else set()
    return person.born.isoformat(), set()


def version(
    rng: Random, person: Identity, *, care: float = 1.0, home: Home | None = None
) -> tuple[Record, set[str]]:
    """Return one area's record of a person and the kinds of what is not plain about it.

    `care` scales the slips (0: none at all; 1: as in `NAME_RATES` and `DATE_RATES`). `home` is where this
    area knows the person to live, if elsewhere.
    """
    writing = _Writing(rng, person, care)
    for step in (writing.whole_name, writing.variant, writing.marks, writing.errors):
        step()
    born, date_kinds = _date(rng, person, care)
    record = Record(
        " ".join((writing.first, *writing.middle)),
        writing.surname,
        born,
        tuple(dict.fromkeys(writing.aliases)),
        home or person.home,
        person.nhs_number,
    )
    return record, writing.kinds | date_kinds


def between(left: tuple[Record, AbstractSet[str]], right: tuple[Record, AbstractSet[str]]) -> tuple[str, ...]:
    """Return the kinds that stand between two versions of one person, or `exact` alone; sorted."""
    (one, ones), (two, twos) = left, right
    kinds = ((ones | twos) - _CHOICES) | ((ones ^ twos) & _CHOICES)
    if (one.given_names, one.surname) == (two.given_names, two.surname):
        kinds = {kind for kind in kinds if kind.startswith("dob_")}
    if one.date_of_birth == two.date_of_birth:
        kinds = {kind for kind in kinds if not kind.startswith("dob_")}
    return tuple(sorted(kinds)) or ("exact",)

"""Match-keys: the derived strings that two areas' records of one person are likely to share.

A key joins a form of one or both names with a date of birth, part of it, or none. The classes are part of the
protocol: both areas must derive the same text. `VERSION` changes when any of them does. Nothing here is secret and
nothing is weighed; how keys become tokens is `hub.federation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hub.matching.config import Keys, MatchingConfig
from hub.matching.dates import PartialDate, parse_date
from hub.matching.names import Name, deletions, given_sounds, person_names, sound
from hub.values import Person

VERSION = "v1"


class MatchKey(NamedTuple):
    """One match-key. `cls` is `names.date`, for example FX.ymd; `weak` keys have a name without a full date."""

    cls: str
    text: str
    weak: bool

    @property
    def material(self) -> bytes:
        """The canonical bytes that the PRF evaluates."""
        return f"{VERSION}|{self.cls}|{self.text}".encode()


class Part(NamedTuple):
    """What meeting a key says of one name: a level (exact, variant, close) and the value whose rarity counts.

    `kind` is the population's column: FX, FR, SX, SR (exact and sound, forename and surname) or A (one letter
    left out, any part).
    """

    level: str
    kind: str
    text: str
    known: bool = False


class Meaning(NamedTuple):
    """What meeting one of the asked person's own keys would say."""

    forename: Part | None
    surname: Part | None
    swapped: bool
    date: str  # "ymd", "dm" (day and month in either order), "ym", "yd", "md", "y" or ""
    other_name: bool


class _Forms(NamedTuple):
    """The comparable forms of one name, likeliest first."""

    fx: tuple[str, ...]
    fr: tuple[tuple[str, bool], ...]
    sx: tuple[str, ...]
    sr: tuple[str, ...]
    middle: tuple[str, ...]


def match_keys(person: Person, config: MatchingConfig) -> tuple[MatchKey, ...]:
    """The person's match-keys, aliases included: unique, in a fixed order, at most `config.keys.most`; total."""
    return tuple(_derive(person_names(person), parse_date(person.date_of_birth), config.keys))


def meanings(person: Person, config: MatchingConfig) -> dict[MatchKey, Meaning]:
    """The same keys, each with what meeting it would say; for scoring on the asking side."""
    return _derive(person_names(person), parse_date(person.date_of_birth), config.keys)


def _derive(names: tuple[Name, ...], date: PartialDate, settings: Keys) -> dict[MatchKey, Meaning]:
    found: dict[MatchKey, Meaning] = {}
    dates = _date_texts(date)
    for tier in (_full_date, _no_date, _part_date):
        for place, name in enumerate(names):
            for (cls, text, weak), meaning in tier(_forms(name), dates, settings, place > 0):
                key = MatchKey(cls, text, weak)
                if key not in found:
                    found[key] = meaning
    if len(found) > settings.most:
        return dict(list(found.items())[: settings.most])
    return found


@lru_cache(maxsize=65_536)
def _forms(name: Name) -> _Forms:
    given, surname = name.given, name.surname
    fx = tuple(dict.fromkeys((*given[:1], "".join(given[:2])))) if given else ()
    sx = tuple(dict.fromkeys(("".join(surname), *(surname if len(surname) > 1 else ())))) if surname else ()
    fr = tuple((form.text, form.known) for form in given_sounds(given[0])) if given else ()
    return _Forms(fx, fr, sx, tuple(dict.fromkeys(sound(part) for part in sx)), given[1:3])


def _date_texts(date: PartialDate) -> dict[str, str]:
    """The canonical text of each date class that this date supports; "" (no date) always."""
    year, month, day = (None if part is None else f"{part:02d}" for part in date)
    texts = {"": ""}
    if year:
        texts["y"] = year
        if month:
            texts["ym"] = f"{year}-{month}"
        if day:
            texts["yd"] = f"{year}--{day}"
    if month and day:
        texts["md"] = f"--{month}-{day}"
        if year:
            texts["ymd"] = f"{year}-{month}-{day}"
            if day <= "12":
                low, high = sorted((month, day))
                texts["dm"] = f"{year}~{low}-{high}"
    return texts


_Found = Iterator[tuple[tuple[str, str, bool], Meaning]]


def _full_date(forms: _Forms, dates: dict[str, str], settings: Keys, alias: bool) -> _Found:
    del settings
    if "ymd" not in dates:
        return
    ymd = dates["ymd"]
    for text in forms.fx:
        yield (
            ("FX.ymd", f"{text}|{ymd}", False),
            Meaning(Part("exact", "FX", text), None, False, "ymd", alias),
        )
    for text in forms.sx:
        yield (
            ("SX.ymd", f"{text}|{ymd}", False),
            Meaning(None, Part("exact", "SX", text), False, "ymd", alias),
        )
    for text, known in forms.fr:
        part = Part("variant", "FR", text, known)
        yield ("FR.ymd", f"{text}|{ymd}", False), Meaning(part, None, False, "ymd", alias)
    for text in forms.sr:
        yield (
            ("SR.ymd", f"{text}|{ymd}", False),
            Meaning(None, Part("variant", "SR", text), False, "ymd", alias),
        )
    if forms.fx and forms.sx:
        yield _pair("SW.ymd", forms, ymd, "ymd", alias, weak=False)
    given = (*forms.fx[:1], *(forms.fx[1:] if forms.middle and len(forms.middle[0]) == 1 else ()))
    for whole in given:
        for text in deletions(whole):
            part = Part("close", "A", text)
            yield ("A.ymd", f"{text}|{ymd}", False), Meaning(part, None, False, "ymd", alias)
    for whole in forms.middle:
        part = Part("close", "A", whole)
        yield ("A.ymd", f"{whole}|{ymd}", False), Meaning(part, None, False, "ymd", alias)
    for whole in forms.sx[1:] or forms.sx:
        for text in deletions(whole):
            part = Part("close", "A", text)
            yield ("A.ymd", f"{text}|{ymd}", False), Meaning(None, part, False, "ymd", alias)
    if "dm" in dates:
        dm = dates["dm"]
        for text in forms.fx[:1]:
            yield (
                ("FX.dm", f"{text}|{dm}", False),
                Meaning(Part("exact", "FX", text), None, False, "dm", alias),
            )
        for text in forms.sx[:1]:
            yield (
                ("SX.dm", f"{text}|{dm}", False),
                Meaning(None, Part("exact", "SX", text), False, "dm", alias),
            )
        yield from _sounds("RR.dm", forms, dm, "dm", alias)


def _no_date(forms: _Forms, dates: dict[str, str], settings: Keys, alias: bool) -> _Found:
    del dates
    if not (forms.fx and forms.sx):
        return
    if settings.two_names_no_date:
        yield from _exacts("XX.", forms, "", "", alias)
        yield from _sounds("RR.", forms, "", "", alias)
        yield _pair("SW.", forms, "", "", alias, weak=True)
    if settings.deletions_no_date and not alias:
        first, last = forms.fx[0], forms.sx[0]
        for text in deletions(last):
            meaning = Meaning(Part("exact", "FX", first), Part("close", "A", text), False, "", alias)
            yield ("XD.", f"{first}|{text}", True), meaning
        for text in deletions(first):
            meaning = Meaning(Part("close", "A", text), Part("exact", "SX", last), False, "", alias)
            yield ("DX.", f"{text}|{last}", True), meaning


def _part_date(forms: _Forms, dates: dict[str, str], settings: Keys, alias: bool) -> _Found:
    both = bool(forms.fx and forms.sx)
    for mark in ("ym", "yd", "md", "y"):
        if mark not in dates:
            continue
        value = dates[mark]
        if both and settings.two_names_partial_date:
            yield from _exacts(f"XX.{mark}", forms, value, mark, alias)
            yield from _sounds(f"RR.{mark}", forms, value, mark, alias)
            if mark == "y":
                yield _pair("SW.y", forms, value, mark, alias, weak=True)
        if mark != "y" and settings.one_name_partial_date and not alias:
            for text in forms.fx[:1]:
                part = Part("exact", "FX", text)
                yield (f"FX.{mark}", f"{text}|{value}", True), Meaning(part, None, False, mark, alias)
            for text in forms.sx[:1]:
                part = Part("exact", "SX", text)
                yield (f"SX.{mark}", f"{text}|{value}", True), Meaning(None, part, False, mark, alias)


def _exacts(cls: str, forms: _Forms, value: str, mark: str, alias: bool) -> _Found:
    for last in forms.sx:
        first = forms.fx[0]
        meaning = Meaning(Part("exact", "FX", first), Part("exact", "SX", last), False, mark, alias)
        yield (cls, f"{first}|{last}|{value}", mark not in {"ymd", "dm"}), meaning


def _sounds(cls: str, forms: _Forms, value: str, mark: str, alias: bool) -> _Found:
    if not (forms.fr and forms.sr):
        return
    (first, known), last = forms.fr[0], forms.sr[0]
    meaning = Meaning(Part("variant", "FR", first, known), Part("variant", "SR", last), False, mark, alias)
    yield (cls, f"{first}|{last}|{value}", mark not in {"ymd", "dm"}), meaning


def _pair(
    cls: str, forms: _Forms, value: str, mark: str, alias: bool, *, weak: bool
) -> tuple[tuple[str, str, bool], Meaning]:
    first, last = forms.fx[0], forms.sx[0]
    low, high = sorted((first, last))
    meaning = Meaning(Part("exact", "FX", first), Part("exact", "SX", last), True, mark, alias)
    return (cls, f"{low}|{high}|{value}", weak), meaning

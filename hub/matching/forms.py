"""The comparable forms of one name: the pieces that match-keys are put together from.

Each piece carries what meeting it says of forename and surname, and which population column tells its rarity.
It knows no dates and no persons; which pieces become keys is `hub.matching.keys`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hub.matching.names import Name, deletions, given_sounds, sound


class Part(NamedTuple):
    """What a piece says of one of the two names: a level (same, sounds, close) and the value whose rarity counts.

    `column` is the population's: FX, FR, SX, SR (exact and sound, forename and surname) or A (one letter left
    out, any part). `known` says a table of short forms led there.
    """

    level: str
    column: str
    text: str
    known: bool = False


class Piece(NamedTuple):
    """One name form: its canonical text, and what meeting it says of each name; `swapped`: whichever way round."""

    text: str
    forename: Part | None = None
    surname: Part | None = None
    swapped: bool = False


Pieces = dict[str, tuple[Piece, ...]]


@lru_cache(maxsize=65_536)
def pieces(name: Name) -> Pieces:
    """The pieces of `name` by form, likeliest first within each.

    FX, SX exact; FR, SR by sound; A any part whole or with a letter left out, whatever its role; XX, RR both
    names, exact or by sound; SW both, sorted; XD, DX one exact and the other with a letter left out.
    """
    given, surname = name
    fx = _firsts(given)
    sx = tuple(dict.fromkeys(("".join(surname), *surname))) if surname else ()
    forenames = [Part("same", "FX", text) for text in fx]
    surnames = [Part("same", "SX", text) for text in sx]
    found: dict[str, list[Piece]] = {
        "FX": [Piece(part.text, forename=part) for part in forenames],
        "SX": [Piece(part.text, surname=part) for part in surnames],
        "A": _any_part(given, fx, sx),
    }
    heard = [Part("sounds", "FR", form.text, form.known) for form in given_sounds(fx[0])] if fx else []
    said = [Part("sounds", "SR", text) for text in dict.fromkeys(map(sound, sx))]
    found["FR"] = [Piece(part.text, forename=part) for part in heard]
    found["SR"] = [Piece(part.text, surname=part) for part in said]
    if fx and sx:
        first, last = forenames[0], surnames[0]
        found["XX"] = [_both(first, part) for part in surnames]
        found["XX"] += [_both(Part("same", "FX", middle), last) for middle in given[1:2]]
        found["RR"] = [_both(heard[0], said[0])]
        low, high = sorted((first.text, last.text))
        found["SW"] = [Piece(f"{low}|{high}", first, last, swapped=True)]
        found["XD"] = [_both(first, Part("close", "A", text)) for text in deletions(last.text)]
        found["DX"] = [_both(Part("close", "A", text), last) for text in deletions(first.text)]
    return {form: tuple(some) for form, some in found.items()}


def _firsts(given: tuple[str, ...]) -> tuple[str, ...]:
    """The forename, and the first two given names run together: "Mary Ann" is Maryann elsewhere."""
    return tuple(dict.fromkeys((given[0], "".join(given[:2])))) if given else ()


def _both(forename: Part, surname: Part) -> Piece:
    return Piece(f"{forename.text}|{surname.text}", forename, surname)


def _any_part(given: tuple[str, ...], fx: tuple[str, ...], sx: tuple[str, ...]) -> list[Piece]:
    found = [Piece(text, forename=Part("close", "A", text)) for text in (deletions(fx[0]) if fx else ())]
    found += [Piece(text, forename=Part("close", "A", text)) for text in (*given[1:3], *fx[1:])]
    for whole in sx[1:] or sx:
        found += [Piece(text, surname=Part("close", "A", text)) for text in deletions(whole)]
    return list({piece.text: piece for piece in reversed(found)}.values())[::-1]

"""The comparable forms of one name: the pieces that match-keys are put together from.

Each piece carries what meeting it says of forename and surname, and which population column tells its rarity.
It knows no dates and no persons; which pieces become keys is `hub.matching.keys`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from hub.matching.names import Name, deletions, given_sounds, sound


class Part(NamedTuple):
    """What a piece says of one of the two names: a level and the value whose rarity counts.

    Levels: same, middle (any given name), sounds (or a known short form), starts (the same), close (a letter
    apart). `column` is the
    population's: FX, FR, FP, SX, SR or A, as the forms are called in `pieces`. `known` says that a table of
    short forms led there.
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


START = 3  # letters by which short and full forms of a forename mostly agree, in any tradition
Pieces = dict[str, tuple[Piece, ...]]


@lru_cache(maxsize=65_536)
def pieces(name: Name) -> Pieces:
    """The pieces of `name` by form, likeliest first within each.

    One name: FX, SX exact; FR, SR by sound; FP the forename's first three letters; A any part whole or with a
    letter left out, whatever its role. Both names: XX, RR, RX, XR, PX (forename first); GX any given name and
    the surname; SW exact,
    whichever way round; XD, DX one exact and the other with a letter left out.
    """
    given, surname = name
    fx = [Part("same", "FX", text) for text in first_forms(given)]
    sx = [Part("same", "SX", text) for text in last_forms(surname)]
    fr = [Part("sounds", "FR", form.text, form.known) for form in given_sounds(given[0])] if given else []
    sr = [Part("sounds", "SR", text) for text in dict.fromkeys(sound(part.text) for part in sx)]
    fp = [Part("starts", "FP", given[0][:START])] if given else []
    found = {
        "FX": [_first(part) for part in fx],
        "FR": [_first(part) for part in fr],
        "FP": [_first(part) for part in fp],
        "SX": [_last(part) for part in sx],
        "SR": [_last(part) for part in sr],
        "A": _any_part(given, fx, sx),
    }
    if fx and sx:
        first, last = fx[0], sx[0]
        low, high = sorted((first.text, last.text))
        found |= {
            "XX": [_both(first, part) for part in sx],
            "GX": [_both(Part("middle", "FX", text), last) for text in dict.fromkeys(given[:3])],
            "RR": [_both(fr[0], part) for part in sr],
            "RX": [_both(part, last) for part in fr],
            "XR": [_both(first, sr[0])],
            "PX": [_both(fp[0], last)],
            "SW": [Piece(f"{low}|{high}", first, last, swapped=True)],
            "XD": [_both(first, Part("close", "A", text)) for text in deletions(last.text)],
            "DX": [_both(Part("close", "A", text), last) for text in deletions(first.text)],
        }
    return {form: tuple(some) for form, some in found.items()}


def first_forms(given: tuple[str, ...]) -> tuple[str, ...]:
    """The forename, and the first two given names run together: "Mary Ann" is Maryann elsewhere."""
    return tuple(dict.fromkeys((given[0], "".join(given[:2])))) if given else ()


def last_forms(surname: tuple[str, ...]) -> tuple[str, ...]:
    """The complete surname run together, then the parts of a double one."""
    return tuple(dict.fromkeys(("".join(surname), *surname))) if surname else ()


def _first(part: Part) -> Piece:
    return Piece(part.text, forename=part)


def _last(part: Part) -> Piece:
    return Piece(part.text, surname=part)


def _both(forename: Part, surname: Part) -> Piece:
    return Piece(f"{forename.text}|{surname.text}", forename, surname)


def _any_part(given: tuple[str, ...], fx: list[Part], sx: list[Part]) -> list[Piece]:
    """Deletions of the forename and of each surname part, and the other given names complete."""
    found = [_first(Part("close", "A", text)) for text in (deletions(given[0]) if given else ())]
    found += [_first(Part("middle", "A", text)) for text in (*given[1:3], *(part.text for part in fx[1:]))]
    for whole in sx[1:] or sx:
        found += [_last(Part("close", "A", text)) for text in deletions(whole.text)]
    return list({piece.text: piece for piece in reversed(found)}.values())[::-1]

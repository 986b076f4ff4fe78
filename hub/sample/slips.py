"""How text and dates go wrong on their way onto a form: typing, hearing, misremembering.

Pure functions of a given `random.Random`. Decides nothing about how often: rates are in `versions.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from hub.sample.names import pick

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    near: dict[str, str] = {}
    for y, row in enumerate(_ROWS):
        for x, letter in enumerate(row):
            spots = ((y, x - 1), (y, x + 1), (y - 1, x), (y - 1, x + 1), (y + 1, x - 1), (y + 1, x))
            near[letter] = "".join(_ROWS[j][i] for j, i in spots if 0 <= j < 3 and 0 <= i < len(_ROWS[j]))
    return near


_NEAR = _neighbours()

# Pairs that an English ear confuses; each works both ways.
_SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("c", "k"), ("ie", "y"), ("ee", "ea"), ("th", "t"), ("sh", "ch"), ("v", "w"),
    ("z", "s"), ("m", "n"), ("d", "t"), ("oo", "u"), ("ei", "ai"), ("a", "e"), ("i", "e"), ("o", "u"),
    ("ll", "l"), ("nn", "n"), ("tt", "t"), ("ss", "s"), ("rr", "r"), ("j", "g"), ("q", "k"), ("x", "ks"),
    ("wh", "w"), ("gh", "g"), ("b", "p"), ("y", "i"), ("ough", "uff"), ("er", "a"), ("eigh", "ay"),
)  # fmt: skip


def typing(rng: Random, text: str) -> str:
    """Return the text with one slip of the fingers; texts under three letters are left alone."""
    spots = [i for i, letter in enumerate(text) if letter.isalpha()]
    if len(spots) < 3:
        return text
    # A first letter is looked at more often than the others.
    at = spots[0] if rng.random() < 0.06 else pick(rng, spots[1:])
    letter, kind = text[at], rng.random()
    if kind < 0.3:
        return text[:at] + text[at + 1 :]
    if kind < 0.5 and at + 1 < len(text) and text[at + 1].isalpha():
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    near = pick(rng, _NEAR.get(letter.lower(), "e"))
    near = near.upper() if letter.isupper() else near
    if kind < 0.75:
        return text[:at] + near + text[at + 1 :]
    return text[: at + 1] + (letter.lower() if rng.random() < 0.5 else near.lower()) + text[at + 1 :]


def hearing(rng: Random, text: str) -> str:
    """Return the text as somebody wrote it down by ear: one sound spelled another way."""
    low = text.lower()
    choices = [
        (at, was, now)
        for one, other in _SOUNDS
        for was, now in ((one, other), (other, one))
        for at in range(1, len(low) - len(was) + 1)
        if low.startswith(was, at)
    ]
    if len(text) < 3 or not choices:
        return text
    at, was, now = pick(rng, choices)
    return text[:at] + now + text[at + len(was) :]


def _digit(rng: Random, born: date) -> str:
    text = born.isoformat()
    spots = [i for i in (3, 3, 2, 6, 8, 9, 9) if text[i].isdigit()]
    for _ in range(20):
        at = pick(rng, spots)
        changed = text[:at] + pick(rng, "0123456789") + text[at + 1 :]
        try:
            if changed != text and date.fromisoformat(changed) < date(2027, 1, 1):
                return changed
        except ValueError:
            continue
    return text


def _swapped(_rng: Random, born: date) -> str:
    if born.day > 12:
        return born.isoformat()
    return f"{born.year:04d}-{born.day:02d}-{born.month:02d}"


def _day_off(rng: Random, born: date) -> str:
    return (born + timedelta(days=pick(rng, (-2, -1, -1, 1, 1, 2)))).isoformat()


def _year_off(rng: Random, born: date) -> str:
    year = born.year + pick(rng, (-2, -1, -1, 1, 1, 2))
    day = 28 if (born.month, born.day) == (2, 29) else born.day
    return born.replace(year=year, day=day).isoformat()


def _partial(rng: Random, born: date) -> str:
    return f"{born.year:04d}" if rng.random() < 0.6 else f"{born.year:04d}-{born.month:02d}"


def _missing(_rng: Random, _born: date) -> str:
    return ""


def _first_january(_rng: Random, born: date) -> str:
    return f"{born.year:04d}-01-01"


def _impossible(rng: Random, born: date) -> str:
    return (
        f"{born.year:04d}-02-{pick(rng, ('29', '30', '31'))}" if born.year % 4 else f"{born.year:04d}-02-30"
    )


DATE_SLIPS: dict[str, Callable[[Random, date], str]] = {
    "dob_digit": _digit,
    "dob_swapped": _swapped,
    "dob_day_off": _day_off,
    "dob_year_off": _year_off,
    "dob_partial": _partial,
    "dob_missing": _missing,
    "dob_first_january": _first_january,
    "dob_impossible": _impossible,
}

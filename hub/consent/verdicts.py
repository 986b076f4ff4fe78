"""What a person decided: by the answer given for it, or by words where that is not given.

An answer and words that say opposite things are read as neither, and `contradictions` asks which of the two it is.
Not here: whose decision counts (`refusals`).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from hub.consent.form.form import Consultation, SharingForm
from hub.consent.form.vocabulary import Decided
from hub.values import Level

GUARDIANS: Final = ("caldicott", "guardian", "senior clinician")
OFFICERS: Final = ("data-protection officer", "data protection officer", "dpo")
"""How those who decide are named under consultations."""

SHARE: Final = ("share", "disclose", "release", "proceed", "agreed to share", "agree to share")
DO_NOT_SHARE: Final = (
    "do not share", "do not disclose", "don't share", "not to share", "refuse", "decline",
)  # fmt: skip
SHARE_LESS: Final = re.compile(
    r"share[:,]? involvement only(?:,? (?:and )?no (?:location|address|whereabouts|contact details))*"
)
"""A decision to share that names what stays, which at this level stays in any case."""

LIMIT: Final = re.compile(r"\b(?:only (involvement|summary)|(involvement|summary) only)\b")


def verdict(advice: Consultation, on: dt.date, level: Level | None = Level.involvement) -> bool | None:
    """Share at that level, do not share, or neither: what is not dated, or limited to less, decides nothing."""
    if advice.date is None or advice.date > on or at_odds(advice):
        return None
    said = _said(advice.decision) if advice.decided is None else advice.decided
    if said is Decided.share:
        return None if _beyond(level, limit(advice)) else True
    return False if said is Decided.do_not_share else None


def word_of(titles: tuple[str, ...], form: SharingForm, on: dt.date) -> bool | None:
    """What those consulted by one of these titles decided at the level of the form: a no stands beside any yes."""
    said = [
        verdict(advice, on, form.level)
        for advice in form.consultations
        if any(title in advice.who.casefold() for title in titles)
    ]
    return False if False in said else (True in said or None)


def limit(advice: Consultation) -> Level | None:
    """The level that the words of a decision limit it to, if they name one."""
    named = [Level(first or second) for first, second in LIMIT.findall(_plain(advice.decision))]
    return min(named, key=list(Level).index, default=None)


def at_odds(advice: Consultation) -> bool:
    """Whether the answer and the words beside it say opposite things. Words that say neither may be a limit."""
    if advice.decided is None:
        return False
    said = _said(advice.decision)
    if advice.decided is Decided.share and "nothing" in _plain(advice.decision).split():
        return True
    return said is not None and said is not advice.decided


def _said(words: str) -> Decided | None:
    """Only a decision that opens with such words is read as one."""
    plain = _plain(words)
    if plain.startswith(DO_NOT_SHARE):
        return Decided.do_not_share
    if SHARE_LESS.fullmatch(plain) or (plain.startswith(SHARE) and not _negated(plain)):
        return Decided.share
    return None


def _beyond(level: Level | None, most: Level | None) -> bool:
    levels = list(Level)
    return most is not None and (level is None or levels.index(level) > levels.index(most))


def _plain(words: str) -> str:
    return " ".join(words.split()).rstrip(".").casefold()


def _negated(text: str) -> bool:
    words = text.replace("'", " ").split()
    return any(word in {"not", "nothing", "never", "no", "don", "cannot"} for word in words)

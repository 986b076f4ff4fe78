"""Whether two names, as people write them, may be one person's: for who is kept out of something by name.

Pure. Where it cannot be told they count as one. Not for whom a question is about: that is weighed (`score`); nor
for what somebody may do by their name, which has to be theirs in full.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from hub.matching.names import ADDED, TITLES, roots
from hub.matching.text import tokens

_RANKS: Final = """dc ds di dci dcs dsu ps wpc wdc pcso det detective constable sergeant insp inspector ch chief
supt superintendent nurse judge hhj revd madam"""
# Some are names too: only what stands first is taken for a title.
_BEFORE: Final = TITLES | ADDED | frozenset(_RANKS.split())
_PARTS: Final = re.compile(r"[,;/()\[\]]")


@lru_cache(maxsize=16_384)
def may_be_called(one: str, other: str) -> bool:
    """Whether whoever is called the one may be called the other.

    Case, accents, punctuation, titles and the order count for nothing, and all words of the shorter name must be in
    the longer one: a middle name may be left out, a given name shortened or an initial. One name alone is whoever
    has it.
    """
    left, right = name_words(one), name_words(other)
    if not left or not right:
        return False
    written = [*((each, right) for each in _joined(left)), *((left, each) for each in _joined(right))]
    return "".join(left) == "".join(right) or any(_within(a, b) or _within(b, a) for a, b in written)


@lru_cache(maxsize=4_096)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without titles, folded; the titles where there is nothing else."""
    parts = [tokens(part) for part in _PARTS.split(name)]
    return tuple(word for part in parts for word in _untitled(part)) or tuple(sum(parts, ()))


def _untitled(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0] in _BEFORE:
        words = words[1:]
    return words


def _joined(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words, and with each two that stand together as one: O Brien is O'Brien."""
    return [
        words,
        *((*words[:at], words[at] + words[at + 1], *words[at + 2 :]) for at in range(len(words) - 1)),
    ]


def _within(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether each word stands for another of the others: one as a whole, unless these are initials alone."""
    left, missing = list(others), []
    for word in words:
        same = next((each for each in left if _alike(word, each)), None)
        if same is None:
            missing.append(word)
        else:
            left.remove(same)
    if len(missing) == len(words) and any(len(word) > 1 for word in words):
        return False
    for word in missing:
        initial = next((each for each in left if 1 in (len(word), len(each)) and word[0] == each[0]), None)
        if initial is None:
            return False
        left.remove(initial)
    return True


def _alike(word: str, other: str) -> bool:
    return not {word, *roots(word)}.isdisjoint((other, *roots(other)))

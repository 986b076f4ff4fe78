"""From a name as people write it to the forms that match-keys are made of.

Knows titles, particles, double-barrelled names, short forms and how names sound. It does not weigh anything, and
it takes no view on which of a person's names is the true one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from doublemetaphone import doublemetaphone  # type: ignore[import-untyped]

from hub.matching.data.diminutives import ALL
from hub.matching.data.english import ENGLISH
from hub.matching.data.family_first import CHINESE_SURNAMES
from hub.matching.text import tokens
from hub.values import Person

_TITLES = """mr mrs ms miss mx master dr prof professor rev reverend fr sir dame lady lord hon messrs mme mlle
baron baroness viscount viscountess earl countess duke duchess marquess marquis baronet capt captain col colonel
gen general lt lieutenant sgt sergeant sheikh sheik haji hajji hafiz imam pandit"""
_ADDED = """jr jnr sr snr esq obe mbe cbe ii iii iv nee aka fka formerly alias"""
TITLES = frozenset(_TITLES.split())
# After a name, or between one name and another that was typed into the same box.
ADDED = frozenset(_ADDED.split())
# Titles of respect or of faith that are also written as middle name or as surname, beside another or alone.
TITLE_NAMES = frozenset(
    {"begum", "begam", "bibi", "kaur", "kour", "singh", "sing", "khatun", "khatoon", "devi", "bano", "kumari"}
)
# Written with or without, joined or apart: they never tell two people apart.
PARTICLES = frozenset(
    [
        "al",
        "el",
        "ul",
        "ur",
        "bin",
        "ibn",
        "bint",
        "binti",
        "binte",
        "ben",
        "de",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "del",
        "della",
        "di",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "af",
        "av",
        "y",
        "e",
        "of",
    ]
)
_JOINED = frozenset({"mc", "mac", "o", "st"})  # first halves of one surname, however written
LONGEST = 24  # letters of one word that are used; longer ones are cut


class Name(NamedTuple):
    """One name of one person, as folded words: given names in order, surname parts in order."""

    given: tuple[str, ...]
    surname: tuple[str, ...]


class Form(NamedTuple):
    """One comparable form of a given name or surname; `known` says it came by way of a table of short forms."""

    text: str
    known: bool = False


def _read_roots(*tables: str) -> dict[str, tuple[str | None, ...]]:
    """Form to its roots, likeliest first; None stands for the form itself, likelier than a doubtful root."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for table in tables:
        for line in table.split("\n"):
            root, _, rest = line.partition(":")
            for word in rest.split():
                likely, unlikely = found.setdefault(word.rstrip("?"), ([], []))
                (unlikely if word.endswith("?") else likely).append(root)
    read: dict[str, tuple[str | None, ...]] = {}
    for word, (likely, unlikely) in found.items():
        places: list[str | None] = [*likely[:1], None, *likely[1:], *unlikely]
        read[word] = tuple(dict.fromkeys(root for root in places if root != word))[:3]
    return read


_ROOTS = _read_roots(ALL, ENGLISH)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """How a folded word sounds: its primary Double Metaphone code; the word itself where that is empty."""
    return str(doublemetaphone(word)[0]) or word


def roots(word: str) -> tuple[str, ...]:
    """The full given names that a short form stands for, likeliest first; empty if it is none."""
    return tuple(root for root in _ROOTS.get(word, ()) if root)


@lru_cache(maxsize=65_536)
def given_sounds(word: str) -> tuple[Form, ...]:
    """Sound codes of a given name, at most three, likeliest first: its own and of names it is short for."""
    found: dict[str, Form] = {}
    for root in _ROOTS.get(word, (None,)):
        form = Form(sound(root or word), known=root is not None)
        if form.text not in found or not form.known:
            found[form.text] = form
    return tuple(found.values())


@lru_cache(maxsize=65_536)
def deletions(word: str) -> tuple[str, ...]:
    """`word` itself and every word that leaves out one of its letters: two words one slip apart share one."""
    if len(word) < 3:
        return (word,)
    return tuple(dict.fromkeys((word, *(word[:i] + word[i + 1 :] for i in range(len(word))))))


def _without(words: tuple[str, ...], drop: frozenset[str]) -> tuple[str, ...]:
    kept = tuple(word[:LONGEST] for word in words if word not in drop)
    return kept or tuple(word[:LONGEST] for word in words)


@lru_cache(maxsize=65_536)
def surname_parts(surname: str) -> tuple[str, ...]:
    """The parts of a surname that stand alone: two for a double-barrelled one, particles left out, Mac joined."""
    words = _without(_without(tokens(surname), TITLES | ADDED), PARTICLES)
    parts: list[str] = []
    for word in words:
        if parts and parts[-1] in _JOINED:
            parts[-1] += word
        else:
            parts.append(word)
    return tuple(parts)


@lru_cache(maxsize=65_536)
def given_parts(given_names: str) -> tuple[str, ...]:
    """The given names in order, without titles and initials: an initial is no name, even if it is all there is."""
    return _spelled_out(_without(tokens(given_names), TITLES | ADDED))


def _spelled_out(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in given if len(word) > 1)


@lru_cache(maxsize=65_536)
def alias_name(alias: str) -> Name:
    """A whole name from one box, "Given Surname": the last part is the surname; a single word is a given name."""
    chunks = [words for chunk in alias.split() if (words := tokens(chunk)) and words[0] not in TITLES]
    if len(chunks) < 2:
        return Name(_without(chunks[0] if chunks else tokens(alias), PARTICLES), ())
    at = len(chunks) - 1
    while at > 1 and chunks[at - 1][-1] in PARTICLES | _JOINED:
        at -= 1
    given = tuple(word for chunk in chunks[:at] for word in chunk)
    return Name(
        _spelled_out(_without(given, PARTICLES)),
        surname_parts(" ".join(word for chunk in chunks[at:] for word in chunk)),
    )


def _one_given_name(name: Name) -> Name:
    """A Chinese given name of two syllables is one name, whether written apart or together."""
    given = name.given
    if len(given) == 2 and max(map(len, given)) <= 6 and CHINESE_SURNAMES.intersection(name.surname):
        return Name(("".join(given),), name.surname)
    return name


def _with_title_apart(name: Name) -> tuple[Name, ...]:
    """Harpreet Kaur Sidhu is also written Harpreet Sidhu and Harpreet Kaur."""
    titles = tuple(word for word in name.given[1:] if word in TITLE_NAMES)
    if not titles:
        return (name,)
    given = (name.given[0], *(word for word in name.given[1:] if word not in TITLE_NAMES))
    return Name(given, name.surname), Name(given, titles[-1:])


def person_names(person: Person) -> tuple[Name, ...]:
    """The recorded name, then the aliases, then forms of either; each once, without names that have no letter."""
    names = [Name(given_parts(person.given_names), surname_parts(person.surname))]
    names += [alias_name(alias) for alias in person.aliases]
    split = [_with_title_apart(_one_given_name(name)) for name in names]
    names = [some[0] for some in split] + [name for some in split for name in some[1:]]
    return tuple(dict.fromkeys(name for name in names if name.given or name.surname))

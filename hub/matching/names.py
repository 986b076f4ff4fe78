"""From a name as people write it to the forms that match-keys are made of.

Knows titles, particles, double-barrelled names, short forms and how names sound. It does not weigh anything, and
it takes no view on which of a person's names is the true one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from doublemetaphone import doublemetaphone  # type: ignore[import-untyped]

from hub.matching.data import sections
from hub.matching.text import ARABIC, tokens
from hub.values import Person

_TITLES = """mr mrs ms miss mx master dr prof professor rev reverend fr sir dame lady lord hon messrs mme mlle
baron baroness viscount viscountess earl countess duke duchess marquess marquis baronet capt captain col colonel
gen general lt lieutenant sgt sergeant sheikh sheik sheekh shaikh shaykh haji hajji hajj hajia hajja alhaji alhaja
hafiz imam maulana mufti pandit mst mosammat musammat mosammad smt shri shree shrimati cllr councillor rt pc
father mother sister brother"""
_ADDED = """jr jnr junior sr snr senior esq esquire obe mbe cbe kbe bt phd mp ii iii iv filho
nee aka fka formerly alias deceased decd elder younger"""
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
# Of these and nothing else a name is not known; other titles are also given names: Earl, Duke.
_NO_NAME_WORDS = """mr mrs ms miss mx dr unknown unk fnu lnu nfn nln tbc tba anon anonymous"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_NOT_KNOWN = {("not", "known"), ("not", "given"), ("not", "stated"), ("not", "recorded"), ("name", "unknown")}
_NO_NAMES = frozenset(_NOT_KNOWN | {("no", "name"), ("no", "surname"), ("n", "k"), ("n", "a")})
_PEERAGE = """baron baroness earl countess duke duchess marquess marquis viscount viscountess lord"""
_PLACE_TITLES = frozenset(_PEERAGE.split())
# Between names typed into one box; where one word follows the second pattern, it is a surname.
_BETWEEN = re.compile(
    r"[;|&+]|\b(?:a\.?k\.?a\b\.?|f\.?k\.?a\b\.?|alias|(?:also |better |otherwise |formerly )?known as"
    r"|goes by|street name|pen name|stage name|nickname)(?=\W+\w)",
    re.IGNORECASE,
)
_BEFORE_SURNAME = re.compile(
    r"[()\[\]/]|(?<=\w)\W+(?:or|now)\s+(?=\w)"
    r"|\b(n[e\u00e9]e|formerly|previously|prev|(?:maiden|married|birth|previous|former) (?:sur)?name)(?=\W+\w)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\(([^()]*)\)(\s*\w.*)")  # Ann (Annie) Hart; Ann (née Byrne) Hart
_BEFORE_SURNAMES = _PLACE_TITLES | {"mr", "mrs", "ms", "miss"}
_ARTICLES = frozenset({"al", "el", "ul", "ad", "ud", "ur", "ar", "as", "us", "ash", "az", "uz"})
_SUN = frozenset("tdrzsnl")  # the letters to which the Arabic article's l gives way: Nur ad-Din
LONGEST = 24  # letters of one word that are used; longer ones are cut


class Name(NamedTuple):
    """One name of one person, as folded words: given names in order, surname parts in order."""

    given: tuple[str, ...]
    surname: tuple[str, ...]


class Form(NamedTuple):
    """One comparable form of a given name or surname; `known` says it came by way of a table of short forms."""

    text: str
    known: bool = False


def _read_roots(tables: Iterable[list[str]]) -> dict[str, tuple[str | None, ...]]:
    """Form to its roots, likeliest first; None stands for the form itself, likelier than a doubtful root."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for table in tables:
        for line in table:
            root, _, rest = line.partition(":")
            for word in rest.split():
                likely, unlikely = found.setdefault(word.rstrip("?"), ([], []))
                (unlikely if word.endswith("?") else likely).append(root)
    read: dict[str, tuple[str | None, ...]] = {}
    for word, (likely, unlikely) in found.items():
        places: list[str | None] = [*likely[:1], None, *likely[1:], *unlikely]
        read[word] = tuple(dict.fromkeys(root for root in places if root != word))[:3]
    return read


_SHORT_FORMS = {**sections("diminutives.txt"), **sections("english.txt")}
_ROOTS = _read_roots(_SHORT_FORMS.values())
CHINESE_SURNAMES = frozenset(sections("family_first.txt")["chinese"])
# Names that are written with al-, el- or ben joined to them: Alhassan, Benali.
_AFTER_ARTICLE = frozenset(
    word for line in _SHORT_FORMS["arabic_and_somali"] for word in re.findall(r"[a-z]+", line)
) | frozenset(word for word in ARABIC.values() if len(word) > 3)
_JOINED_ARTICLE = re.compile(r"(?:al|el|ben|bin)([a-z]{3,})")
_JOINED_VAN = re.compile(r"v[ao]nde[rn]([a-z]{4,})")


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


def _named(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words`, or none where they only say that no name is known: a name that is not known is absent."""
    return () if _NO_NAME.issuperset(words) or words in _NO_NAMES else words


def _without_joined_particle(word: str) -> str:
    """Alhassan as al-Hassan, Vandenberg as van den Berg."""
    found = _JOINED_ARTICLE.fullmatch(word)
    if found and found[1] in _AFTER_ARTICLE:
        return found[1]
    found = _JOINED_VAN.fullmatch(word)
    return found[1] if found else word


@lru_cache(maxsize=65_536)
def surname_parts(surname: str) -> tuple[str, ...]:
    """The parts of a surname that stand alone: two for a double-barrelled one, particles left out, Mac joined."""
    words = _without(_named(_without(tokens(surname), TITLES | ADDED)), PARTICLES)
    if all(len(word) == 1 for word in words):
        return () if len(words) == 1 else words
    parts: list[str] = []
    for word in map(_without_joined_particle, words):
        if word == "saint":
            word = "st"
        if parts and parts[-1] in _JOINED:
            parts[-1] += word
        else:
            parts.append(word)
    return tuple(parts)


@lru_cache(maxsize=65_536)
def given_parts(given_names: str) -> tuple[str, ...]:
    """The given names in order, without titles and initials: an initial is no name, even if it is all there is."""
    return _spelled_out(_with_articles(_named(_without(tokens(given_names), TITLES | ADDED))))


def _with_articles(given: tuple[str, ...]) -> tuple[str, ...]:
    """Nur al-Din as Nuruddin: the article joins what stands on both sides of it, as it is spoken."""
    for at in range(1, len(given) - 1):
        if given[at] in _ARTICLES and len(given[at - 1]) > 1 and len(given[at + 1]) > 2:
            first = given[at + 1][0]
            joined = given[at - 1] + "u" + (first if first in _SUN else "l") + given[at + 1]
            return (*given[: at - 1], joined[:LONGEST], *given[at + 2 :])
    return given


def _spelled_out(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in given if len(word) > 1)


@lru_cache(maxsize=65_536)
def alias_name(alias: str) -> Name:
    """A name as "Given Surname": the last part is the surname; a single word is a given name, after Mrs not."""
    written = [words for chunk in alias.split() if (words := tokens(chunk)) and words[-1] not in ADDED]
    chunks = [words for words in written if words[0] not in TITLES]
    if len(chunks) == 1 and written[0][0] in _BEFORE_SURNAMES:
        return Name((), surname_parts(" ".join(chunks[0])))
    if len(chunks) < 2:
        return Name(_without(chunks[0] if chunks else tokens(alias), PARTICLES), ())
    at = len(chunks) - 1
    while at > 1 and chunks[at - 1][-1] in PARTICLES | _JOINED:
        at -= 1
    given = tuple(word for chunk in chunks[:at] for word in chunk)
    return Name(
        _spelled_out(_without(_with_articles(given), PARTICLES)),
        surname_parts(" ".join(word for chunk in chunks[at:] for word in chunk)),
    )


def _box(text: str) -> list[tuple[str, str]]:
    """What was typed into one box, a name each; if it is one word, is it a surname: "", "perhaps" or "surely"."""
    found = []
    text = _ASIDE.sub(lambda one: one.expand(r" \1 \2" if len(tokens(one[1])) == 1 else r"\2(\1)"), text)
    for part in _BETWEEN.split(text):
        first, *rest = _BEFORE_SURNAME.split(part)
        found.append((first, ""))
        found += [
            (one, "surely" if cue else "perhaps") for cue, one in zip(rest[::2], rest[1::2], strict=True)
        ]
    return [(one, surname) for one, surname in found if tokens(one)]


@lru_cache(maxsize=65_536)
def alias_names(alias: str, recorded: Name) -> tuple[Name, ...]:
    """The names of one box: "Ann Hart or Ann Byrne (née Doyle)", "Byrne, Ann", "John Hart, 3rd Viscount Byrne".

    A surname alone goes with the given names before it or, where none are, of `recorded`; so does a peerage.
    """
    found: list[Name] = []
    for text, surname in _box(alias):
        first, *rest = [part for part in text.split(",") if tokens(part)] or [text]
        alone = len(_without(tokens(first), PARTICLES)) == 1
        before = found[-1] if found else recorded
        if alone and rest and not _title_only(rest[0]):
            found.append(alias_name(f"{rest.pop(0)} {first}"))
        elif alone and (surname == "surely" or (surname and found and before.surname)):
            found.append(Name(before.given, surname_parts(first)))
        else:
            found += [alias_name(first), *_family_first(tokens(first))]
        for part in rest:
            found += _after_comma(part, found[-1].given, alias_name(part))
    return tuple(found)


def _title_only(text: str) -> bool:
    words = tokens(text)
    return bool(_PLACE_TITLES.intersection(words)) or (TITLES | ADDED).issuperset(words)


def _after_comma(part: str, given: tuple[str, ...], name: Name) -> tuple[Name, ...]:
    """What follows a name and a comma: nothing for Jr or 2nd Baronet, a surname for a peerage, else `name`."""
    if (TITLES | ADDED).issuperset(tokens(part)):
        return ()
    return (Name(given, surname_parts(part)) if _PLACE_TITLES.intersection(tokens(part)) else name,)


def _family_first(words: tuple[str, ...]) -> tuple[Name, ...]:
    """Chan Lai Wah, whose surname stands first."""
    if len(words) == 3 and words[0] in CHINESE_SURNAMES and words[-1] not in CHINESE_SURNAMES:
        return (Name(("".join(words[1:])[:LONGEST],), words[:1]),)
    return ()


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
    surname, *others = [text for text, _ in _box(person.surname)] or [""]
    before, *after = surname.split(",")
    recorded = Name(
        given_parts(_BEFORE_SURNAME.sub(" ", _BETWEEN.sub(" ", person.given_names))), surname_parts(before)
    )
    names = [recorded]
    if not recorded.given and after:
        names = [Name(given_parts(after.pop(0)), recorded.surname)]
    elif not recorded.surname:
        names += _family_first(recorded.given)
    for part in (*after, *others):
        alone = len(_without(tokens(part), PARTICLES)) == 1
        names += _after_comma(
            part, recorded.given, Name(recorded.given, surname_parts(part)) if alone else alias_name(part)
        )
    for alias in person.aliases:
        names += alias_names(alias, recorded)
    split = [_with_title_apart(_one_given_name(name)) for name in names]
    names = [some[0] for some in split] + [name for some in split for name in some[1:]]
    return tuple(dict.fromkeys(name for name in names if name.given or name.surname))

"""Fold any text to the plain letters that names are compared by.

Pure and total: any Unicode goes in, tokens of a-z come out, the same whatever the case, spacing, diacritics or
script. It does not know what a name is: titles, particles and roles are `hub.matching.names`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from hub.matching.data import sections

# Marks inside a word that people leave out as often as they write them: O'Brien, Ta'amu.
_SILENT = re.compile("['`\u00b4\u02b9-\u02bf\u2018\u2019\u201b\u2032\uff07]")
_ORDINAL = re.compile(r"\b[0-9]+(?:st|nd|rd|th)\b")  # of a 2nd husband or a 3rd Earl: no part of the name
_NOT_LETTERS = re.compile(r"[^a-z]+")
_SYLLABLE = re.compile("([\u3400-\u9fff\uac00-\ud7a3])")  # Chinese characters and Korean blocks: a word each
_ARABIC_WORD = re.compile("[\u0600-\u06ff]+")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u200c-\u200f]")
# Letters that Arabic, Persian and Urdu write in more than one way.
_ARABIC_LETTERS = str.maketrans("أإآٱیىئکۂہھةۃے", "ااااييئكههههه" + "ي")


def _respelled(table: list[str]) -> dict[str, str]:
    """Spelling to the usual one."""
    lines = (line.partition(":") for line in table)
    return {word: usual for usual, _, words in lines for word in words.split()}


_SPELLINGS = sections("spellings.txt")
SOMALI = _respelled(_SPELLINGS["somali"])
ARABIC = _respelled(_SPELLINGS["arabic"])


@lru_cache(maxsize=65_536)
def tokens(text: str) -> tuple[str, ...]:
    """The words of `text` as lower-case a-z, in order; hyphens and all other signs separate words."""
    if text.isascii():
        plain = _SILENT.sub("", text)
    else:
        composed = unicodedata.normalize("NFKC", text)
        plain = anyascii(_vocalised(_SILENT.sub("", composed.casefold())))
        plain = plain.replace("'", "").replace("`", "")
    words = _NOT_LETTERS.split(_ORDINAL.sub(" ", plain.lower()))
    return tuple(SOMALI.get(word, word) for word in words if word)


def _vocalised(text: str) -> str:
    """`text` with what its script leaves unwritten, where that can be known."""
    text = _SYLLABLE.sub(r" \1 ", text)
    text = _ARABIC_WORD.sub(_arabic, _ARABIC_MARKS.sub("", text))
    return "".join(letter + _inherent_vowel(text, at) for at, letter in enumerate(text))


def _arabic(found: re.Match[str]) -> str:
    """A name in Arabic script, which writes no short vowels, as it is usually spelled in Latin letters."""
    word = found[0].translate(_ARABIC_LETTERS)
    if word in ARABIC:
        return ARABIC[word]
    bare = word.removeprefix("ال")
    return ARABIC.get(bare, found[0])


def _inherent_vowel(text: str, at: int) -> str:
    """The unwritten a after a consonant of an Indic script: before another, but not where speech drops it.

    From Devanagari to Malayalam the Unicode blocks are laid out alike: 15-39 consonants, 3E-4C vowel signs, 4D
    none.
    North of Tamil it is dropped between a spoken vowel and a consonant that has a sign of its own: Rahman.
    """
    here, after = _indic(text, at), _indic(text, at + 1)
    if not (0x15 <= here <= 0x39 and (0x15 <= after <= 0x39 or 0x01 <= after <= 0x03)):
        return ""
    before = _indic(text, at - 1)
    dropped = ord(text[at]) < 0xB80 and 0 < before != 0x4D and 0x3E <= _indic(text, at + 2) <= 0x4D
    return "" if dropped else "a"


def _indic(text: str, at: int) -> int:
    """The place of a letter in its Indic block; 0 for any other or none."""
    code = ord(text[at]) if 0 <= at < len(text) else 0
    return code & 0x7F if 0x900 <= code < 0xD80 else 0

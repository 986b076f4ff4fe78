"""Fold any text to the plain letters that names are compared by.

Pure and total: any Unicode goes in, tokens of a-z come out, the same whatever the case, spacing, diacritics or
script. It does not know what a name is: titles, particles and roles are `hub.matching.names`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Marks inside a word that people leave out as often as they write them: O'Brien, Ta'amu.
_SILENT = re.compile("['`\u00b4\u02b9-\u02bf\u2018\u2019\u201b\u2032\uff07]")
_ORDINAL = re.compile(r"\b[0-9]+(?:st|nd|rd|th)\b")  # of a 2nd husband or a 3rd Earl: no part of the name
_NOT_LETTERS = re.compile(r"[^a-z]+")


@lru_cache(maxsize=65_536)
def tokens(text: str) -> tuple[str, ...]:
    """The words of `text` as lower-case a-z, in order; hyphens and all other signs separate words."""
    if text.isascii():
        plain = _SILENT.sub("", text)
    else:
        composed = unicodedata.normalize("NFKC", text)
        plain = anyascii(_SILENT.sub("", composed.casefold()))
        plain = plain.replace("'", "").replace("`", "")
    return tuple(word for word in _NOT_LETTERS.split(_ORDINAL.sub(" ", plain.lower())) if word)

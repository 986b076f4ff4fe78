"""Thumbprints as people read them out and type them: groups of four, in letters that no two people mistake.

All 256 bits, in Crockford's base 32 (no I, L, O, U): 52 characters in 13 groups. Pure. Does not compute thumbprints
(`hub.crypto.signing`) or compare them with anything.
"""

from __future__ import annotations

import base64
import re
import string
from typing import Final

from hub.crypto.encoding import b64, unb64
from hub.errors import UsageError

GROUP: Final = 4
LENGTH: Final = 52
_SPOKEN: Final = string.digits + "".join(one for one in string.ascii_uppercase if one not in "ILOU")
_CODED: Final = string.ascii_uppercase + "234567"  # of RFC 4648, as the library has it
_TO_SPOKEN: Final = str.maketrans(_CODED, _SPOKEN)
_TO_CODED: Final = str.maketrans(_SPOKEN + "OIL", _CODED + "ABB")  # what is mistaken for 0 and 1
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015.]+")


def in_groups(thumbprint: str) -> str:
    """A thumbprint (base64url of 32 bytes, as messages carry it) in 13 groups of four with dashes between them."""
    letters = base64.b32encode(unb64(thumbprint)).decode().rstrip("=").translate(_TO_SPOKEN)
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def from_groups(typed: str) -> str:
    """The thumbprint that somebody typed: spaces, dashes and case do not matter, O is 0, and I and L are 1.

    Raises UsageError when it is not complete, or has a letter that none has.
    """
    letters = _BETWEEN.sub("", typed).upper()
    strange = sorted(set(letters) - set(_SPOKEN) - set("OIL"))
    if strange:
        raise _wrong(f"has characters that no thumbprint has ({len(strange)} of them)")
    if len(letters) != LENGTH:
        raise _wrong(f"has {len(letters)} characters and not {LENGTH}")
    coded = letters.translate(_TO_CODED)
    raw = base64.b32decode(coded + "====")
    if base64.b32encode(raw).decode().rstrip("=") != coded:
        raise _wrong("ends in a character that no thumbprint ends in")
    return b64(raw)


def _wrong(how: str) -> UsageError:
    return UsageError(
        f"The thumbprint {how}.",
        kept="Nothing was believed.",
        do="Have it read out again: 13 groups of four, as `hub keys list` shows it to the other area.",
    )

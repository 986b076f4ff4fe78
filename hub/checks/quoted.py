"""What another area writes in its own words, as it is shown here: as a quotation, without numbers to ring.

Whoever answers may be hostile, and people trust what stands beside the telephone that we know the area by. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LEFT_OUT: Final = "(number left out)"
_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE: Final = rf"(?<!\d)(?:\d{{1,2}} (?:{_MONTHS}) \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})(?!\W*\d)"
# Five digits or more with no letter between them, or with one that is read as a digit.
_NUMBER: Final = r"\+?\d(?:[\W_oOlI]*\d){4,}"
_EITHER: Final = re.compile(f"({_DATE})|{_NUMBER}")


def without_numbers(text: str) -> str:
    """The text without what may be a telephone number: five digits or more, however set out. Dates stay."""
    plain = unicodedata.normalize("NFKC", text)
    return _EITHER.sub(lambda met: met[1] or LEFT_OUT, plain)


def quoted(text: str) -> str:
    """The text between quotation marks that it cannot close itself."""
    inner = re.sub(r"[\"\u201c-\u201f\u00ab\u00bb\u2033\u2036\uff02\u301d-\u301f]", "'", text)
    return f"\u201c{inner}\u201d"

"""Where somebody lives, as far as a postcode says it: for the node's own people alone, and never for another area.

Whoever has a new surname and a slip in the date of birth shares no match-key with the record of before; one who
still lives there is found by this one. A postcode is of some forty people: it says nothing by itself.
"""

from __future__ import annotations

from typing import Final

from hub.matching.keys import MatchKey
from hub.values import Person

CLASS: Final = "HOME"
_WHOLE: Final = 5  # characters at least; fewer are a district, of thousands of people


def home(person: Person) -> str:
    """The whole postcode, without spaces and in capitals; empty where there is none, or only a part."""
    text = "".join(person.postcode.split()).replace("-", "").upper()
    return text if len(text) >= _WHOLE else ""


def home_keys(person: Person) -> tuple[MatchKey, ...]:
    """The match-key of where somebody lives, if that is known. It weighs nothing (`hub.matching.score`)."""
    text = home(person)
    return (MatchKey(CLASS, text, weak=True),) if text else ()

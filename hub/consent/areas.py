"""Names of areas, agencies and people, compared by their words, whatever the case, spacing and marks.

Pure. Where two names cannot be told apart they count as one: what an area is not told does no harm. Not here: what
follows for who is told (`telling`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_GENERIC: Final = frozenset({"the", "area", "marac"})
"""Words that an area's name may have or lack: "Eastvale Marac" is Eastvale."""


def folded(name: str) -> str:
    """The letters and digits of a name, by which it is compared. Empty where it has none."""
    words = words_of(name)
    return "".join(word for word in words if word not in _GENERIC) or "".join(words)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, without accents; wide and joined letters as their plain ones."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf"))
    return tuple(re.findall(r"[^\W_]+", re.sub(r"['\u2019]", "", kept).replace("&", " and ")))


def mentions(text: str, name: str) -> bool:
    """Whether a text has a name in it, as whole words."""
    wanted = folded(name)
    words = [word for word in words_of(text) if word not in _GENERIC] or words_of(text)
    return bool(wanted) and any(_begins(words[at:], wanted) for at in range(len(words)))


def _begins(words: list[str] | tuple[str, ...], wanted: str) -> bool:
    """Whether so many of the words, joined, are what is wanted: "East Vale" is "eastvale"."""
    joined = ""
    for word in words:
        joined += word
        if len(joined) >= len(wanted):
            break
    return joined == wanted


@dataclass(frozen=True, slots=True)
class Area:
    """An area, an agency or whoever else would be told: by its node id, if it has one, and its names.

    `calls_itself`: names that are its own word alone. They count against telling it, and settle nothing: it may
    call itself by another area's name.
    """

    node_id: str = ""
    names: tuple[str, ...] = ()
    calls_itself: tuple[str, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """The node id and every name."""
        return tuple(filter(None, (self.node_id, *self.names, *self.calls_itself)))

    def is_called(self, name: str) -> bool:
        """Whether that is its node id or one of its names, whatever it calls itself."""
        wanted = folded(name)
        return bool(wanted) and any(folded(one) == wanted for one in (self.node_id, *self.names))

    def has_in_name(self, name: str) -> bool:
        """Whether one of its names is that name or has it in it: who tells Eastvale Council tells Eastvale."""
        return any(mentions(one, name) for one in self.called)

    def stands_in(self, text: str) -> bool:
        """Whether a text and one of its names have one the other in them, as whole words."""
        return any(mentions(text, one) or mentions(one, text) for one in self.called)

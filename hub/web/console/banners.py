"""What stands over every page of whoever is signed in: which neighbouring areas have not been reached.

Looked at each minute, beside the pages and never for one of them: a page reads what was found last. No number
stands here: whether an area may be rung is another question for each case.
"""

from __future__ import annotations

from typing import Final

from hub.jobs.neighbours import Unreached, unreached
from hub.node.node import Node
from hub.web.console.language import gettext, mark, moment

_NEVER: Final = mark(
    "%(area)s has not been reached yet: what you ask may go unanswered. Ring it, where that is safe."
)
_SINCE: Final = mark(
    "%(area)s has not been reached since %(moment)s: what you ask may go unanswered. Ring it, where that is safe."
)


class Banners:
    """The sentences of now."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.sentences: tuple[str, ...] = ()

    def look(self) -> None:
        """Find out what they are. Raises StorageError."""
        self.sentences = tuple(map(_words, unreached(self._node)))


def _words(one: Unreached) -> str:
    if one.since is None:
        return gettext(_NEVER, area=one.area)
    return gettext(_SINCE, area=one.area, moment=moment(one.since))

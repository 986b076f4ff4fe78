"""How far papers that one area asks of another are, for each of them. Pure.

The area that is asked alone moves it on, once, from `asked` to an end; the one that asks follows its word, and asks
to end it. So a message that is lost, late, doubled or out of order changes nothing. That papers were released is
believed when they are there. Sends and keeps nothing.
"""

from __future__ import annotations

from typing import Literal

from hub.errors import ConflictError
from hub.values import Value
from hub.wire.papers import PapersState, PapersWord

Ended = Literal[PapersState.withdrawn, PapersState.expired]
Decided = Literal[PapersState.released, PapersState.withheld, PapersState.not_same]
NO_LONGER = {
    PapersState.released: "These papers were released already.",
    PapersState.withheld: "This was answered already: nothing is released.",
    PapersState.not_same: "This was answered already: it is not the same person.",
    PapersState.withdrawn: "The area that asked for these papers does not want them any more.",
    PapersState.expired: "The time for which these papers were asked has passed.",
}


class Asking(Value):
    """The side of the area that asks. `wanted_end`: that it asked to end it, and has no word of that yet.

    `differs`: the other says something that does not fit what is held here; people have to speak to each other.
    """

    state: PapersState = PapersState.asked
    wanted_end: Ended | None = None
    opened_at: int = 0
    differs: bool = False

    def end(self, wanted: Ended) -> Asking:
        """Ask to end it. Raises ConflictError where it has ended."""
        _require_open(self.state)
        return self.model_copy(update={"wanted_end": self.wanted_end or wanted})

    def hear(self, word: PapersWord) -> Asking:
        """Follow the other area's word; what comes after an end changes nothing but `differs`."""
        opened = self.opened_at or word.opened_at
        if self.state is not PapersState.asked:
            fits = word.state in (self.state, PapersState.asked)
            return self if fits else self.model_copy(update={"differs": True})
        if word.state in (PapersState.asked, PapersState.released):
            return self.model_copy(update={"opened_at": opened})
        return Asking(state=word.state, opened_at=opened)

    def arrive(self) -> Asking:
        """The papers are here. Raises ConflictError where it has ended otherwise."""
        if self.state is PapersState.released:
            return self
        _require_open(self.state)
        return self.model_copy(update={"state": PapersState.released, "wanted_end": None})


class Asked(Value):
    """The side of the area that is asked. `told`: the other has our word, and the papers where there are any."""

    state: PapersState = PapersState.asked
    opened_at: int = 0
    told: bool = True

    def open(self, at: int) -> Asked:
        """A person here opened it, for the first time."""
        if self.opened_at or self.state is not PapersState.asked:
            return self
        return self.model_copy(update={"opened_at": at, "told": False})

    def decide(self, state: Decided, at: int) -> Asked:
        """A person here decided. Raises ConflictError where it has ended."""
        _require_open(self.state)
        return Asked(state=state, opened_at=self.opened_at or at, told=False)

    def end(self, wanted: Ended) -> Asked:
        """The other area wants it no more: what was decided stands."""
        return self if self.state is not PapersState.asked else self.model_copy(update={"state": wanted})

    def lapse(self) -> Asked:
        """Its time is over."""
        if self.state is not PapersState.asked:
            return self
        return self.model_copy(update={"state": PapersState.expired, "told": False})

    @property
    def word(self) -> PapersWord:
        """Our word of it."""
        return PapersWord(state=self.state, opened_at=self.opened_at)


def _require_open(state: PapersState) -> None:
    if state is not PapersState.asked:
        raise ConflictError(
            NO_LONGER[state],
            kept="It, as it was.",
            do="See `hub records list`; what is needed now is asked for anew.",
        )

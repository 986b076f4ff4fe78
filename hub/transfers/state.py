"""How far a transfer is, for the area that offers a case and for the one that is offered it. Pure.

The area that is offered it alone moves it on, once, from `offered` to an end; the one that offers follows its word,
and asks to have it back. So a message that is lost, late, doubled or out of order changes nothing, and whoever
offers stays responsible until it holds the other's word that it has accepted. Sends and keeps nothing.
"""

from __future__ import annotations

from typing import Literal

from hub.errors import ConflictError
from hub.values import Value
from hub.wire.transfers import DeclineCode, TransferState, Word

Wanted = Literal[TransferState.withdrawn, TransferState.expired]
NO_LONGER = {
    TransferState.accepted: "This transfer was accepted already.",
    TransferState.declined: "This transfer was declined already.",
    TransferState.withdrawn: "The area that offered this transfer withdrew it.",
    TransferState.expired: "This transfer has expired: nobody answered it in its time.",
}


class Offered(Value):
    """The side of the area that offers. `wanted`: what it asked the other for, and has no word of yet.

    `differs`: a word that does not fit what it holds; people have to speak to each other.
    """

    state: TransferState = TransferState.offered
    wanted: Wanted | None = None
    code: DeclineCode | None = None
    differs: bool = False

    def ask_back(self, wanted: Wanted) -> Offered:
        """Ask to have it back. Raises ConflictError where it is not open any more."""
        _require_open(self.state)
        return self.model_copy(update={"wanted": self.wanted or wanted})

    def hear(self, word: Word) -> Offered:
        """Follow the other area's word; what comes after an end changes nothing but `differs`."""
        if word.state in (self.state, TransferState.offered):
            return self
        if self.state is not TransferState.offered:
            return self.model_copy(update={"differs": True})
        return Offered(state=word.state, code=word.code)

    def unsettled(self, *, over: bool) -> bool:
        """Whether somebody has to look: its time is over, or it was asked back, without a word; or they differ."""
        open_ = self.state is TransferState.offered
        return self.differs or (open_ and (over or self.wanted is not None))

    @property
    def responsible(self) -> bool:
        """Whether this area is responsible for the case: until it holds the other's word that it accepted."""
        return self.state is not TransferState.accepted


class Held(Value):
    """The side of the area that is offered a case. `told`: the other area has our word of it."""

    state: TransferState = TransferState.offered
    code: DeclineCode | None = None
    told: bool = True

    @classmethod
    def received(cls, before: Held | None, *, over: bool) -> Held:
        """An offer came: once, however often it comes. `over`: its time had passed."""
        if before is not None:
            return before
        return cls(state=TransferState.expired) if over else cls()

    def accept(self, *, over: bool) -> Held:
        """Accept it. Raises ConflictError where it is not open any more."""
        self._require_open(over=over)
        return Held(state=TransferState.accepted, told=False)

    def decline(self, code: DeclineCode, *, over: bool) -> Held:
        """Decline it. Raises ConflictError where it is not open any more."""
        self._require_open(over=over)
        return Held(state=TransferState.declined, code=code, told=False)

    @classmethod
    def asked_back(cls, before: Held | None, wanted: Wanted) -> Held:
        """The other area asks for it: what was decided stands; what never came is remembered as ended."""
        if before is not None and before.state is not TransferState.offered:
            return before
        return cls(state=wanted)

    def lapse(self) -> Held:
        """Its time is over."""
        return Held(state=TransferState.expired, told=False) if self.state is TransferState.offered else self

    def heard(self) -> Held:
        """The other area has our word."""
        return self.model_copy(update={"told": True})

    @property
    def word(self) -> Word:
        """Our word of it."""
        return Word(state=self.state, code=self.code)

    @property
    def responsible(self) -> bool:
        """Whether this area is responsible for the case: from the moment it accepts."""
        return self.state is TransferState.accepted

    @property
    def both(self) -> bool:
        """Whether the other area is still responsible too, as far as is known here: it may not have our word."""
        return self.responsible and not self.told

    def _require_open(self, *, over: bool) -> None:
        _require_open(TransferState.expired if over and self.state is TransferState.offered else self.state)


def _require_open(state: TransferState) -> None:
    if state is not TransferState.offered:
        raise ConflictError(
            NO_LONGER[state],
            kept="It, as it was.",
            do="See `hub transfer list`; what is needed now is offered anew.",
        )

"""Two areas move a case, and whatever happens to what they say to each other they agree, or show that they do not.

Messages are lost, doubled, late and out of order, and either area is dead whenever it likes; there is always a
responsible area. All in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.errors import ConflictError
from hub.transfers.state import Held, Offered
from hub.wire.transfers import DeclineCode, TransferState, Word

ENDS = [one for one in TransferState if one is not TransferState.offered]


class Message(NamedTuple):
    """On its way to one of the two: an offer, a word of theirs, a request to have it back, or an answer."""

    to: str
    kind: str
    body: Any = None


@dataclass
class Two:
    """The old area, which offers, the new one, and what is on its way."""

    old: Offered = field(default_factory=Offered)
    new: Held | None = None
    over: bool = False
    has_offered: bool = False
    way: list[Message] = field(default_factory=list)

    def old_sends(self) -> list[Message]:
        """What the outbox of the old area still has to send."""
        owed = [] if self.has_offered else [Message("new", "offer")]
        if self.old.state is TransferState.offered and self.old.wanted is not None:
            owed.append(Message("new", "ask_back", self.old.wanted))
        return owed

    def new_sends(self) -> list[Message]:
        """What the outbox of the new area still has to send."""
        told = self.new is None or self.new.told
        return [] if told or self.new is None else [Message("old", "word", self.new.word)]

    def take(self, one: Message) -> Message | None:
        """Whoever it is to takes a message, and answers."""
        if one.to == "old" and one.kind == "heard_offer":
            self.has_offered = True
        if one.to == "old" and one.body is not None:
            self.old = self.old.hear(one.body)
        if one.kind == "word":
            return Message("new", "heard")
        if one.to == "new" and one.kind == "heard":
            self.new = self.new and self.new.heard()
        if one.kind == "offer":
            self.new = Held.received(self.new, over=self.over)
            return Message("old", "heard_offer", self.new.word)
        if one.kind == "ask_back":
            self.new = Held.asked_back(self.new, one.body)
            return Message("old", "answer", self.new.word)
        return None

    def settle(self) -> None:
        """Everything works again: each outbox is emptied."""
        for _ in range(10):
            for one in (*self.old_sends(), *self.new_sends()):
                answer = self.take(one)
                if answer is not None:
                    self.take(answer)


class Transfers(RuleBasedStateMachine):
    """Anything that people, the network and the clock may do, in any order."""

    @initialize()
    def offered(self) -> None:
        self.two = Two()

    @rule()
    def the_old_area_sends(self) -> None:
        self.two.way += self.two.old_sends()

    @rule()
    def the_new_area_sends(self) -> None:
        self.two.way += self.two.new_sends()

    @precondition(lambda self: self.two.way)
    @rule(at=st.integers(0, 50), twice=st.booleans(), answered=st.booleans())
    def a_message_arrives(self, at: int, twice: bool, answered: bool) -> None:
        place = at % len(self.two.way)
        one = self.two.way[place] if twice else self.two.way.pop(place)
        answer = self.two.take(one)
        if answer is not None and answered:
            self.two.way.append(answer)

    @precondition(lambda self: self.two.way)
    @rule(at=st.integers(0, 50))
    def a_message_is_lost(self, at: int) -> None:
        self.two.way.pop(at % len(self.two.way))

    @rule(code=st.sampled_from([None, *DeclineCode]))
    def the_new_area_decides(self, code: DeclineCode | None) -> None:
        new, over = self.two.new, self.two.over
        if new is None:
            return
        was_open = new.state is TransferState.offered and not over
        try:
            self.two.new = new.decline(code, over=over) if code else new.accept(over=over)
        except ConflictError:
            assert not was_open
            return
        assert was_open

    @rule()
    def the_old_area_withdraws(self) -> None:
        was_open = self.two.old.state is TransferState.offered
        try:
            self.two.old = self.two.old.ask_back(TransferState.withdrawn)
        except ConflictError:
            assert not was_open
            return
        assert was_open

    @rule()
    def its_time_is_over(self) -> None:
        self.two.over = True
        if self.two.old.state is TransferState.offered:
            self.two.old = self.two.old.ask_back(TransferState.expired)
        self.two.new = self.two.new and self.two.new.lapse()

    @invariant()
    def somebody_is_responsible(self) -> None:
        new = self.two.new
        assert self.two.old.responsible or (new is not None and new.responsible)

    @invariant()
    def an_end_is_the_same_for_both_or_somebody_still_has_to_say_so(self) -> None:
        old, new = self.two.old, self.two.new
        if old.state in ENDS:
            assert new is not None
            assert (old.state, old.code) == (new.state, new.code)
        elif new is not None and new.state in ENDS:
            assert not new.told or self.two.old_sends() or not self.two.has_offered
        assert not old.differs

    @invariant()
    def whoever_accepted_knows_when_both_are_responsible(self) -> None:
        new = self.two.new
        if new is not None and new.responsible and not new.both:
            assert not self.two.old.responsible

    def teardown(self) -> None:
        if hasattr(self, "two"):
            self.two.settle()
            new = self.two.new
            assert new is not None
            assert (self.two.old.state, self.two.old.code) == (new.state, new.code)
            assert not self.two.old.unsettled(over=self.two.over)
            assert self.two.old.responsible != new.responsible


Transfers.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
TestTransfers = Transfers.TestCase


@pytest.mark.parametrize("end", ENDS)
def test_what_has_ended_is_decided_no_more(end: TransferState) -> None:
    held = Held(state=end)
    with pytest.raises(ConflictError):
        held.accept(over=False)
    with pytest.raises(ConflictError):
        held.decline(DeclineCode.duplicate, over=False)
    with pytest.raises(ConflictError):
        Offered(state=end).ask_back(TransferState.withdrawn)


def test_an_offer_whose_time_is_over_is_accepted_no_more() -> None:
    with pytest.raises(ConflictError, match="expired"):
        Held().accept(over=True)


def test_words_that_do_not_fit_each_other_are_shown() -> None:
    """An area that was brought back from a backup may say another thing than it did."""
    old = Offered().hear(Word(state=TransferState.accepted))
    assert not old.responsible
    later = old.hear(Word(state=TransferState.declined, code=DeclineCode.duplicate))
    assert (later.state, later.unsettled(over=False)) == (TransferState.accepted, True)
    assert not old.hear(Word(state=TransferState.offered)).unsettled(over=False)

"""A request for papers as it is kept, and either side of it as `state` judges it. Sends nothing."""

from __future__ import annotations

from typing import Final

from hub.audit.events import NODE, Action, Refs
from hub.cases.access import restrictions_on
from hub.checks.papers.state import Asked, Asking
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import outbox
from hub.records.papers_requests import (
    PapersRequest,
    PapersStep,
    drop_released,
    keep_papers_request,
    papers_request_of,
)
from hub.store.obligations import Activity
from hub.values import Requester
from hub.wire.papers import PapersKind, PapersState, PapersWord

KIND: Final = "papers"
_SENT: Final = {"out": (PapersKind.ask, PapersKind.withdraw), "in": (PapersKind.release,)}


def act_of(number: str, kind: PapersKind) -> str:
    """What a message is known by in the outbox."""
    return f"{number}/{kind.value}"


def refs(one: PapersRequest) -> Refs:
    """The references of its events in the audit log."""
    told_as = one.told_as or None
    return Refs(message=one.id, check_id=one.check_id, told_as=told_as, handle=one.handle, peer=one.peer)


def matter_of(one: PapersRequest) -> Activity:
    """What is owed because of it belongs to this."""
    return Activity(bytes.fromhex(one.case), f"papers:{one.id}")


def asking(one: PapersRequest) -> Asking:
    """The side of the area that asks."""
    return Asking(state=one.state, wanted_end=one.wanted_end, opened_at=one.opened_at, differs=one.differs)


def asked(one: PapersRequest) -> Asked:
    """The side of the area that is asked."""
    return Asked(state=one.state, opened_at=one.opened_at, told=one.told)


def hear(tx: Transaction, one: PapersRequest, word: PapersWord) -> PapersRequest:
    """Follow the other area's word of what we asked."""
    side = asking(one).hear(word)
    if side == asking(one):
        return one
    changes: dict[str, object] = {
        "wanted_end": side.wanted_end,
        "opened_at": side.opened_at,
        "differs": side.differs,
    }
    if side.state is one.state:
        kept = one.model_copy(update=changes)
    else:
        kept = one.took(PapersStep(state=side.state, by="", at=tx.now), **changes)
        ended(tx, kept)
    keep_papers_request(tx, kept)
    return kept


def ended(tx: Transaction, one: PapersRequest, by: str = NODE) -> None:
    """It has ended here: nothing of it is sent any more but a word, or papers, that the other has not."""
    for kind in _SENT[one.direction]:
        waiting = outbox.of_act(tx, KIND, act_of(one.id, kind))
        if waiting is not None and one.state is not PapersState.released:
            outbox.done(tx, waiting.id)
    if one.direction == "in" and one.state is not PapersState.released:
        drop_released(tx, one.id)
    tx.record(Action.papers_ended, by=by, about=refs(one), status=one.state.value)


def found(node: Node, tx: Reading, number: str, direction: str, by: Requester | None) -> PapersRequest:
    """The request of that id, as somebody may know of it. Raises NotFoundError, RowsError."""
    one = papers_request_of(tx, number)
    if one is None or one.direction != direction or not may_know(node, one, by):
        raise no_such_request()
    return one


def may_know(node: Node, one: PapersRequest, by: Requester | None) -> bool:
    """Whether somebody may know of it: of its case, and of whom it is about."""
    restrictions = restrictions_on(node, by)
    if restrictions.restricts(bytes.fromhex(one.case)):
        return False
    return not (restrictions.any and restrictions.concern((one.question.subject,)))


def no_such_request() -> NotFoundError:
    """The error for one that is not there, or not for who asks."""
    return NotFoundError(
        "There is no such request for papers here.", kept="Nothing.", do="See `hub records list`."
    )

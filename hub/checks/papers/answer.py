"""Answering another area that asks for papers of a case of ours: a person decides, paper by paper.

Nothing is chosen beforehand. The engine decides as of any answer at the level of a summary: what must not go to
that area goes by nobody's word. What goes takes a reason, a basis of our own, and the permission of the meeting;
what its supplier did not let go stays, and who holds it is said. The other area reads the papers, or a code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from hub.audit.events import Action
from hub.cases.changes import find_case
from hub.cases.may_follow import MayGo, may_go, words_of
from hub.cases.packing import CHRONOLOGY, ItemChosen, PaperChosen, fitting, packed, require_sendable
from hub.checks.answer import Considered, HolderDecision, considered
from hub.checks.papers import deliver
from hub.checks.papers.receive import key_of
from hub.checks.papers.sides import asked, ended, found, refs
from hub.checks.papers.state import Decided
from hub.consent import Decider
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import recording
from hub.records.decisions import RecordedDecision
from hub.records.papers_requests import (
    PapersRequest,
    PapersStep,
    keep_papers_request,
    keep_released,
)
from hub.records.papers_requests import packed as as_sent
from hub.records.transfers import ItemMoved
from hub.store.obligations import Activity
from hub.values import LongText, Requester, RequesterRole, ShortText, Value
from hub.wire.papers import PapersKind, PapersReleased, PapersState
from hub.wire.transfers import PackedItem, Permitted

Words = Annotated[LongText, StringConstraints(min_length=2)]
STATES: Final[Mapping[str, Decided]] = {
    "release": PapersState.released,
    "withhold": PapersState.withheld,
    "not_same": PapersState.not_same,
}


class PapersDecision(Value):
    """What a person decides: which papers go (by handle, or "chronology"), why, on what basis of our own.

    `permission`: who gave the meeting's permission that they leave, and when. The other area reads no word of
    `because` or `basis`.
    """

    answer: Literal["release", "withhold", "not_same"]
    items: Annotated[tuple[ShortText, ...], Field(max_length=200)] = ()
    because: Words
    basis: LongText = ""
    permission: Permitted | None = None


@dataclass(frozen=True, slots=True)
class PapersOpened:
    """A request with what a person decides it by. `considered`: our case beside it; None where nobody is meant.

    `papers`: those that were asked for, as they may go; `chronology`: whether that was asked for.
    """

    request: PapersRequest
    considered: Considered | None
    papers: tuple[MayGo, ...]

    @property
    def chronology(self) -> bool:
        """Whether the chronology was asked for."""
        return CHRONOLOGY in self.request.wanted

    @property
    def may_release(self) -> bool:
        """Whether anything may go at all, as the engine says."""
        return self.considered is not None and self.considered.decision.permitted


def open_papers(node: Node, number: str, by: Requester) -> PapersOpened:
    """The request, for whoever may decide it; that it was opened is kept and told, the first time.

    Raises NotFoundError where there is none for them, UsageError, RowsError.
    """
    seen = look_at_papers(node, number, by)
    side = asked(seen.request).open(node.now())
    if side == asked(seen.request):
        return seen
    with node.write() as tx:
        tx.hold_others_off()
        one = found(node, tx, number, "in", by)
        side = asked(one).open(tx.now)
        if side != asked(one):
            kept = one.model_copy(update={"opened_at": side.opened_at, "told": side.told})
            keep_papers_request(tx, kept)
            tx.record(Action.papers_opened, by=node.actor(by.name), about=refs(kept))
            deliver.put(tx, kept, PapersKind.word, wait_s=0)
    return look_at_papers(node, number, by)


def look_at_papers(node: Node, number: str, by: Requester) -> PapersOpened:
    """As `open_papers`, without that it counts as opened: a program may have looked."""
    with node.read() as tx:
        return _opened(node, tx, number, by)


def answer_papers(node: Node, number: str, decision: PapersDecision, by: Requester) -> str:
    """Decide, and return the number of the delivery that says so.

    Raises NotFoundError where there is none for who decides, ConflictError where it has ended or nothing may go,
    InputError where something is not said, UsageError, RowsError.
    """
    with node.write() as tx:
        tx.hold_others_off()
        one = found(node, tx, number, "in", by)
        side = asked(one).decide(STATES[decision.answer], tx.now)
        if one.over(tx.now):
            raise _too_late()
        step = PapersStep(
            state=side.state, by=by.name, at=tx.now, reason=decision.because, basis=decision.basis
        )
        changes: dict[str, object] = {"opened_at": side.opened_at, "told": side.told}
        kind, status = PapersKind.word, side.state.value
        if side.state is PapersState.released:
            released = _released(node, tx, one, decision, by, side.opened_at)
            data, digest = as_sent(released)
            require_sendable(data)
            keep_released(tx, one.id, data)
            changes |= {
                "digest": digest,
                "permission": released.permission,
                "items": tuple(
                    ItemMoved(kind=each.kind, title=each.title, supplier=each.supplier, held_by=each.held_by)
                    for each in released.items
                ),
            }
            kind = PapersKind.release
        kept = one.took(step, **changes)
        keep_papers_request(tx, kept)
        goes = [each for each in kept.items if not each.held_by]
        tx.record(
            Action.papers_decided,
            by=node.actor(by.name),
            about=refs(kept),
            kind=_office(by).value,
            status=status,
            released=len(goes) or None,
            withheld=len(kept.items) - len(goes) or None,
        )
        ended(tx, kept, by=node.actor(by.name))
        return deliver.put(tx, kept, kind)


def _opened(node: Node, tx: Reading, number: str, by: Requester) -> PapersOpened:
    one = found(node, tx, number, "in", by)
    release = HolderDecision(_office(by), release=True, name=by.name)
    seen = considered(tx, key_of(one), one.question, release)
    held = find_case(tx, one.case_ref)
    rows = may_go(tx, held, one.peer) if held is not None else []
    return PapersOpened(one, seen, tuple(row for row in rows if row.kept.paper.kind.value in one.wanted))


def _office(by: Requester) -> Decider:
    return Decider.manager if by.role is RequesterRole.manager else Decider.coordinator


def _released(
    node: Node, tx: Transaction, one: PapersRequest, decision: PapersDecision, by: Requester, opened_at: int
) -> PapersReleased:
    """What goes, with what it rests on recorded. Raises ConflictError, InputError."""
    seen = _opened(node, tx, one.id, by)
    if seen.considered is None or not seen.may_release:
        raise ConflictError(
            "Nothing may go to this area, whoever decides.",
            kept="It still waits.",
            do="Withhold, and have a manager look into it. What must be said, say by telephone.",
        )
    permission = _require_said(decision)
    offered = {row.kept.handle for row in seen.papers} | ({CHRONOLOGY} if seen.chronology else set())
    if not decision.items or not set(decision.items) <= offered:
        raise InputError(
            "It is not said which papers go, or one is named that was not asked for or is not on this case.",
            kept="Nothing was decided: it still waits.",
            do="Name those that go; where none does, withhold.",
        )
    held, ours = seen.considered.held, seen.considered
    handles = [each for each in decision.items if each != CHRONOLOGY]
    choices: list[ItemChosen] = [
        *(PaperChosen(paper=each) for each in handles),
        *([CHRONOLOGY] if CHRONOLOGY in decision.items else []),
    ]
    words = words_of(may_go(tx, held, one.peer))
    items = fitting(packed(tx, held, choices, words).values(), ours.decision.releases)
    decided = RecordedDecision(form=ours.form, decision=ours.decision, case_ref=one.case_ref)
    decider = f"the {_office(by).value} {by.name}".strip()
    entry = recording.answered_entry(
        ours.form, one.peer, ours.decision, tx.today, handle=one.handle, decider=decider
    ).responded(_in_words(items, permission))
    recording.record_decision(tx, Activity(held.row.ref_digest, f"papers:{one.id}"), decided, [entry])
    return PapersReleased(items=items, permission=permission, opened_at=opened_at)


def _require_said(decision: PapersDecision) -> Permitted:
    missing = [
        *([] if decision.basis.strip() else ["our own basis"]),
        *([] if decision.permission else ["who gave the meeting's permission, and when"]),
    ]
    if missing or decision.permission is None:
        raise InputError(
            f"Papers go, and it is not said: {'; '.join(missing)}.",
            kept="Nothing was decided: it still waits.",
            do='Say it in "basis" and "permission".',
        )
    if not decision.permission.by.strip():
        raise InputError(
            "It is not said who gave the meeting's permission.", kept="It still waits.", do="Name them."
        )
    return decision.permission


def _in_words(items: tuple[PackedItem, ...], permission: Permitted) -> str:
    """What went and what stayed with whom, for the disclosure log."""
    goes = ", ".join(one.title or one.kind for one in items if not one.held_by) or "nothing"
    stays = "; ".join(f"{one.title or one.kind} held by {one.held_by}" for one in items if one.held_by)
    day = dt.date.isoformat(permission.date)
    said = f"papers released: {goes}. Permission of {permission.by}, {day}."
    return f"{said} {stays}.".strip() if stays else said


def _too_late() -> ConflictError:
    return ConflictError(
        "The time for which these papers were asked has passed.",
        kept="It, as it was.",
        do="Ring the area: it asks anew.",
    )

"""Asking for papers of the earlier case, once the other area has answered that it knows the same person.

With or without a transfer. Decided by the engine on a form, as any disclosure at the level of a summary; recorded
with what it leaves to do and put into the outbox, all at once or not at all. What the other area reads is codes and
a day: of the form what its holder reads of a disclosure's. Takes no area that anything stands against telling.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Final

from hub.audit.events import Action
from hub.cases.owed import ASKED, Because, owe
from hub.checks.disclose import question_of
from hub.checks.disclosure import DisclosureAct
from hub.checks.papers import deliver
from hub.checks.papers.sides import asking, found, matter_of, refs
from hub.checks.papers.state import Ended
from hub.checks.papers.wanted import Wanted, asking_act
from hub.consent import Decision, Obligation
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import recording
from hub.records.check import DisclosureStatus
from hub.records.decisions import RecordedDecision
from hub.records.papers_requests import PapersRequest, PapersStep, keep_papers_request, open_about
from hub.store.obligations import Activity
from hub.values import Requester
from hub.wire.papers import PapersKind, PapersState, PaperWanted

LATEST_DAYS: Final = 60
"""CHOICE: nobody asks for papers for a day further off."""
AFTER_DAYS: Final = 7
"""CHOICE: how long after the day it is still answered; then both read that nobody did."""
RING_FOR_PAPERS: Final = "ring_for_papers"
METHOD: Final = "hub: papers of the earlier case are asked for"


@dataclass(frozen=True, slots=True)
class PapersMade:
    """What came of asking: the request and the number of its delivery, or why it may not be asked."""

    decision: Decision
    request: PapersRequest | None = None
    delivery: str = ""


def ask_papers(node: Node, wanted: Wanted, by: Requester | None) -> PapersMade:
    """Ask for them. Asked twice, while it is open, it is the one request.

    Raises NotFoundError where there is no such candidate for who asks, ConflictError where the area has not
    answered that it knows them, InputError for a day that cannot be, UsageError, RowsError.
    """
    _require_day(node, wanted.needed_by)
    act = asking_act(node, wanted, by)
    if act.candidate.disclosure.status is not DisclosureStatus.answered:
        raise ConflictError(
            "That area has not answered that it knows this person, so there are no papers to ask for.",
            kept="Nothing was asked.",
            do="Tell it about whom you ask first, and ask for involvement.",
        )
    actor = node.actor(act.request.requester.name)
    with node.write() as tx:
        tx.hold_others_off()
        act = act.on_todays_facts(node)
        decision = act.decided(node)
        before = open_about(tx, act.area, act.check_id, act.candidate.handle)
        if before is not None and decision.permitted:
            return PapersMade(decision, before, deliver.put(tx, before, PapersKind.ask))
        digest = tx.case_digest(act.request.case_ref)
        number = secrets.token_hex(16)
        entry = recording.disclosed_entry(
            act.form.recipient.agency or act.peer.pinned.area,
            act.area,
            decision,
            node.today(),
            handle=act.candidate.handle,
            level=act.level,
        )
        decided = RecordedDecision(form=act.form, decision=decision, case_ref=act.request.case_ref)
        recording.record_decision(tx, Activity(digest, f"papers:{number}"), decided, (entry,))
        if not decision.permitted:
            return PapersMade(decision)
        one = _made(tx, act, wanted, number)
        keep_papers_request(tx, one, new=True)
        tx.record(Action.papers_asked, by=actor, about=refs(one), outcome=decision.outcome.value)
        _owe_a_call(tx, one)
        return PapersMade(decision, one, deliver.put(tx, one, PapersKind.ask))


def withdraw_papers(node: Node, number: str, by: Requester | None, reason: str = "") -> str:
    """Say that they are wanted no more, and return the number of the delivery that says so.

    Raises NotFoundError where there is none for who asks; ConflictError where it has ended.
    """
    with node.write() as tx:
        tx.hold_others_off()
        one, name = found(node, tx, number, "out", by), by.name if by else ""
        step = PapersStep(state=one.state, by=name, at=tx.now, reason=reason)
        return wants_end(tx, one, step, PapersState.withdrawn)


def wants_end(tx: Transaction, one: PapersRequest, step: PapersStep, wanted: Ended) -> str:
    """Ask the other area to end it, and return the number of the delivery that says so. Raises ConflictError."""
    kept = one.took(step, wanted_end=asking(one).end(wanted).wanted_end)
    keep_papers_request(tx, kept)
    return deliver.put(tx, kept, PapersKind.withdraw)


def _require_day(node: Node, day: dt.date) -> None:
    today = node.today()
    if not today <= day <= today + dt.timedelta(days=LATEST_DAYS):
        raise InputError(
            f"The day by which the papers are needed is before today, or more than {LATEST_DAYS} days away.",
            kept="Nothing was asked.",
            do="Give the day of the agenda.",
        )


def _made(tx: Transaction, act: DisclosureAct, wanted: Wanted, number: str) -> PapersRequest:
    """The request as it is kept, and is sent."""
    end = wanted.needed_by + dt.timedelta(days=AFTER_DAYS + 1)
    return PapersRequest(
        id=number,
        direction="out",
        peer=act.area,
        case_ref=act.request.case_ref,
        case=tx.case_digest(act.request.case_ref).hex(),
        check_id=act.check_id,
        told_as=act.recorded.told_as.get(act.area, ""),
        handle=act.candidate.handle,
        question=question_of(tx.node, act),
        wanted=tuple(one for one in PaperWanted if one in wanted.wanted),
        why=wanted.why,
        needed_by=wanted.needed_by,
        until=int(dt.datetime.combine(end, dt.time(), dt.UTC).timestamp()),
        asked_by=act.request.requester,
        form=wanted.form,
        steps=(PapersStep(state=PapersState.asked, by=act.request.requester.name, at=tx.now),),
    )


def _owe_a_call(tx: Transaction, one: PapersRequest) -> None:
    """On the day itself somebody rings, unless they are here by then."""
    area = tx.node.areas.get(one.peer)
    ring = f"{area.area}, {area.contact}," if area else f"the area {one.peer}"
    text = (
        f"The papers of the earlier case are needed by today. If they have not come, ring {ring} and ask for them:"
        " that they are not here never means that there are none."
    )
    owed = Obligation(code=RING_FOR_PAPERS, text=text, due=one.needed_by)
    owe(tx, matter_of(one), Because(ASKED, one.case_ref, one.asked_by), owed)

"""Asking an area later than the others: the worker's half of a question that is spread over the day.

Decided again on today's facts; what it was asked on may stand no more, and then the area is not asked. Whoever is
restricted by now from somebody in the case asks nobody. When is said by `hub.checks.spread`.
"""

from __future__ import annotations

from contextlib import nullcontext

from hub.audit.events import Action, Refs
from hub.checks.area_answer import AreaAnswer, area_answered, ask_one, record_answers, teller
from hub.checks.asked_case import AskedCase
from hub.checks.check import decided_today, in_progress
from hub.checks.spread import read_waiting
from hub.checks.telling import marked
from hub.consent import Decision, SharingForm, Telling
from hub.errors import InputError, NotFoundError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.peers import Peer, every_known
from hub.federation.unreached import unreached
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import notices, outbox, recording
from hub.records.check import AreaResult, CheckResult, RecordedCheck, recorded_check
from hub.records.decisions import RecordedDecision
from hub.records.notices import Matter, Waits
from hub.records.outbox import Delivery

NOT_PERMITTED = "It would not be permitted today: ask anew."


async def ask_later(node: Node, client: PeerClient, delivery: Delivery) -> None:
    """Ask the area, and record what it answered with the check. Raises PeerError where it fails."""
    waiting = read_waiting(delivery.parcel.content)
    with node.read() as tx:
        kept = recorded_check(tx, waiting.check_id)
    peer = every_known(node).get(waiting.area)
    if peer is None:
        raise NotFoundError("The area is no peer any more.", do="Cancel it with `hub jobs cancel`.")
    try:
        case, context, form, decision = decided_today(node, kept.request, waiting.check_id)
    except InputError as error:
        _lapse(node, delivery, error.text)
        return
    asking = in_progress(node, waiting.check_id, case.request, form)
    if not decision.permitted or asking.unsigned([waiting.area]):
        _lapse(node, delivery, NOT_PERMITTED)
        return
    if not delivery.row.tries:
        _record(node, kept, case, (form, decision), peer)
    try:
        async with unreached(node) if case.asks_nobody else nullcontext(client) as through:
            found = await ask_one(asking, through, peer, bytes.fromhex(waiting.salt))
    except Exception as error:
        fault, told_as = fault_of(error).code, kept.told_as.get(waiting.area)
        about = Refs(check_id=waiting.check_id, told_as=told_as, peer=waiting.area)
        with node.write() as writing:
            writing.record(Action.peer_fault, about=about, fault=fault)
        raise
    answer = area_answered(node, waiting.area, found, teller(node, waiting.area, peer))
    _keep(node, delivery, kept, marked(answer.result, Telling.of(form, context)), answer)


def _record(
    node: Node, kept: RecordedCheck, case: AskedCase, decided: tuple[SharingForm, Decision], peer: Peer
) -> None:
    """Record that the area is asked, and on what, before it is."""
    (form, decision), check_id = decided, kept.result.check_id
    row = recording.asked_entry(peer.area, peer.node_id, decision, node.today())
    case_ref = case.request.case_ref
    with node.write() as tx:
        tx.hold_others_off()
        recorded = RecordedDecision(form=form, decision=decision, case_ref=case_ref)
        recording.record_decision(tx, case.activity(check_id), recorded, [row], again=True)
        told_as = kept.told_as.get(peer.node_id)
        about = Refs(check_id=check_id, told_as=told_as, peer=peer.node_id)
        tx.record(Action.request_sent, by=node.actor(kept.request.requester.name), about=about)


def _keep(node: Node, delivery: Delivery, kept: RecordedCheck, shown: AreaResult, answer: AreaAnswer) -> None:
    check_id, asker = kept.result.check_id, kept.request.requester.name

    def changed(result: CheckResult) -> CheckResult:
        areas = tuple(shown if one.node_id == shown.node_id else one for one in result.areas)
        return result.model_copy(update={"areas": areas})

    def also(tx: Transaction) -> None:
        outbox.done(tx, delivery.id)
        matter = Matter(waits=Waits.answer, about=(check_id,), asker=asker)
        notices.arises(tx, matter, delivery.parcel.case_digest)

    record_answers(node, check_id, [answer], changed, also)


def _lapse(node: Node, delivery: Delivery, why: str) -> None:
    with node.write() as tx:
        outbox.lapse(tx, delivery.id, why)

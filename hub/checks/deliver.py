"""Delivering a disclosure that was decided: send its sealed bytes, open the answer, record what was released.

The same bytes under the same Idempotency-Key at every try, so that the area is told once however often it is sent.
Does not decide (`hub.checks.disclose`) or say when to try again (`hub.jobs`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from hub.audit.events import NODE, Action, Refs
from hub.cases.owed import owe_word_to_the_chair
from hub.checks.acknowledge import acknowledge
from hub.checks.quoted import without_numbers
from hub.crypto import encoding, hpke, signing
from hub.crypto.hpke import SealContext
from hub.errors import AuthenticationError, PeerError
from hub.federation.client import PeerClient, VerifiedAnswer, arrived
from hub.federation.faults import fault_of
from hub.federation.peers import KnownPeer, up_to_date
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import notices, outbox, recording
from hub.records.bodies import ExchangeName, answer_digest
from hub.records.check import (
    AreaResult,
    Candidate,
    CheckRequest,
    CheckResult,
    DisclosureResult,
    DisclosureStatus,
    RecordedCheck,
    recorded_check,
    update_check,
)
from hub.records.disclosures import Act
from hub.records.notices import Matter, Waits
from hub.records.outbox import Delivery, Parcel
from hub.store.checks import add_receipt
from hub.store.obligations import Activity
from hub.values import Level, NodeId, Requester, RequesterRole, Role, Value
from hub.wire.messages import (
    DISCLOSURES_PATH,
    Disclosure,
    DisclosureAnswer,
    DisclosureQuestion,
    DisclosureRequest,
    MessageType,
    encode,
    parse_answer,
)

KIND: Final = "disclosure"


class SealedDisclosure(Value):
    """A disclosure as it waits: who decided on it, until when that stands, and the request as it is sent.

    `key` is its Idempotency-Key; `key_id` names the peer's key that it is sealed to. `told_as`: what the peer knows
    the check by; empty where by its id.
    """

    check_id: str
    area: NodeId
    handle: str
    level: Level
    requester: Requester
    until: dt.date
    key_id: str
    key: str
    request: str
    told_as: str = ""

    @property
    def known_as(self) -> str:
        """What the peer knows the check by."""
        return self.told_as or self.check_id

    @property
    def refs(self) -> Refs:
        """The references of its events in the audit log."""
        told_as = self.told_as or None
        return Refs(check_id=self.check_id, told_as=told_as, handle=self.handle, peer=self.area)

    @property
    def name(self) -> ExchangeName:
        """What both nodes call it."""
        return ExchangeName(self.known_as, self.handle, self.level)

    def parcel(self, case_digest: bytes) -> Parcel:
        """What the outbox keeps of it."""
        act = act_of(self.check_id, self.handle, self.level)
        return Parcel(KIND, self.area, act, self.model_dump_json().encode(), case_digest)


def act_of(check_id: str, handle: str, level: Level) -> str:
    """What a disclosure is known by in the outbox."""
    return f"{check_id}/{handle}/{level.value}"


def read_disclosure(delivery: Delivery) -> SealedDisclosure:
    """The disclosure that a delivery is of."""
    return SealedDisclosure.model_validate_json(delivery.parcel.content)


def sealed_request(
    node: Node, peer: KnownPeer, about: tuple[str, str, Level], question: DisclosureQuestion
) -> tuple[str, str]:
    """Return a disclosure's request, sealed to the peer, and its Idempotency-Key.

    `about`: the check as the peer knows it, handle, level.
    """
    check_id, handle, level = about
    context = SealContext(
        "disclosure", node.node_id, peer.pinned.node_id, peer.sealing_key_id, check_id, handle, level
    )
    sealed = hpke.seal(encode(question), peer.pinned.sealing, context)
    request = DisclosureRequest(
        check_id=check_id,
        handle=handle,
        level=level,
        key_id=peer.sealing_key_id,
        sealed=encoding.b64(sealed),
    )
    return encode(request).decode(), f"{check_id}-{handle}-{signing.digest(sealed)}"


async def deliver(node: Node, client: PeerClient, delivery: Delivery) -> CheckResult:
    """Send a disclosure that was decided, record the answer, and return the check's result.

    Raises PeerError when the area fails, with that on the record, NotFoundError when it is no peer any more.
    """
    sent = read_disclosure(delivery)
    try:
        answer = await client.post(
            (await up_to_date(node, client, sent.area)).pinned,
            MessageType.disclosure,
            DISCLOSURES_PATH,
            sent.request.encode(),
            key=sent.key,
        )
        with arrived():
            released = _opened(node, sent, parse_answer(DisclosureAnswer, answer.body))
    except Exception as error:
        fault = fault_of(error).code
        with node.write() as tx:
            tx.record(Action.peer_fault, about=sent.refs, requested_level=sent.level, fault=fault)
        raise
    return _record_answer(node, delivery, released, answer)


def _opened(node: Node, sent: SealedDisclosure, answer: DisclosureAnswer) -> Disclosure:
    """Return what the area released. Raises PeerError when the answer is to something else, or does not open."""
    check_id, handle, level = sent.known_as, sent.handle, sent.level
    if (answer.check_id, answer.handle) != (check_id, handle):
        raise PeerError("The area's answer is about another check or candidate.")
    if answer.key_id != node.sealing_key_id:
        raise PeerError("The area's answer is sealed to a key that is not in use here.", do="Ask it again.")
    back = SealContext("disclosure-answer", sent.area, node.node_id, answer.key_id, check_id, handle, level)
    try:
        plain = hpke.unseal(encoding.unb64(answer.sealed), node.keys.sealing, back)
    except AuthenticationError as error:
        raise PeerError(f"The area's answer cannot be opened. {error.text}") from error
    disclosure = parse_answer(Disclosure, plain)
    if disclosure.status == "answered" and disclosure.level not in (Level.involvement, level):
        raise PeerError("The area answered at another level than was asked.")
    return disclosure


def _record_answer(
    node: Node, delivery: Delivery, released: Disclosure, answer: VerifiedAnswer
) -> CheckResult:
    """Record what an area released in the check as it is now: another answer to it may have come meanwhile."""
    sent = read_disclosure(delivery)
    with node.write() as tx:
        tx.hold_others_off()
        recorded = recorded_check(tx, sent.check_id)
        request = recorded.request.model_copy(update={"requester": sent.requester})
        if released.status == "pending":
            outbox.ask_again(tx, delivery.id)
        else:
            outbox.done(tx, delivery.id)
            of = act_of(sent.check_id, sent.handle, sent.level), sent.name
            acknowledge(tx, sent.area, of, answer.body, tx.case_digest(request.case_ref))
            if node.acts_as == NODE:  # Else whoever asked has it before them.
                matter = Matter(waits=Waits.answer, about=(sent.check_id,), asker=sent.requester.name)
                notices.arises(tx, matter, tx.case_digest(request.case_ref))
        salt = bytes.fromhex(recorded.salts[sent.area])
        answers = {**recorded.answers, f"{sent.area}/{sent.name}": released}
        recorded = recorded.model_copy(update={"answers": answers})
        shown = result_of(released, request)
        recorded = _put(tx, recorded, sent, shown)
        activity = Activity(tx.case_digest(request.case_ref), sent.check_id)
        if shown.counter_allegation:
            owe_word_to_the_chair(tx, activity, request.case_ref, sent.area, sent.requester)
        act = Act(sent.area, sent.handle, sent.level, told=True)
        recording.record_response(tx, activity, act, _response(released))
        add_receipt(tx.session, sent.check_id, sent.area, answer.token)
        tx.record(
            Action.disclosure_recorded,
            by=node.actor(sent.requester.name),
            about=sent.refs,
            digests=answer_digest(sent.name, salt, released),
            requested_level=sent.level,
        )
    return recorded.result


def _put(
    tx: Transaction, recorded: RecordedCheck, sent: SealedDisclosure, shown: DisclosureResult
) -> RecordedCheck:
    by = sent.requester.name or recorded.request.requester.name
    told = {"disclosure": shown, "told_on": tx.node.today(), "told_by": by}
    changed = recorded.model_copy(update={"result": _told(recorded.result, sent, told)})
    update_check(tx, changed)
    return changed


def _response(answer: Disclosure) -> str:
    """The response for the disclosure log: empty while a person there still has to answer."""
    if answer.status == "pending":
        return ""
    if answer.status == "answered":
        part = "answered in part: {}; the rest was withheld" if answer.in_part else "answered: {}"
        return part.format(answer.level)
    return 'not answered (this never means "not known")'


def result_of(answer: Disclosure, request: CheckRequest) -> DisclosureResult:
    """Return what the asker is shown of an answer.

    A perpetrator there who is a victim here, or the reverse, is a possible counter-allegation: raised to
    coordinators, and to nobody else, not even as a role (hazard H5).
    """
    crossed = {request.subject.role, answer.role} == {Role.victim, Role.perpetrator}
    coordinator = request.requester.role is RequesterRole.coordinator
    return DisclosureResult(
        status=DisclosureStatus(answer.status),
        level=answer.level if answer.status == "answered" else None,
        involvement=answer.involvement,
        role=None if crossed and not coordinator else answer.role,
        last_activity=answer.last_activity,
        summary=without_numbers(answer.summary) if answer.summary else None,
        agreement=answer.agreement,
        counter_allegation=crossed and coordinator,
        in_part=answer.in_part,
        ring=answer.ring,
    )


def _told(result: CheckResult, sent: SealedDisclosure, told: Mapping[str, object]) -> CheckResult:
    """A check's result with what an area was told and released about one candidate; first told is kept."""

    def candidate(one: Candidate) -> Candidate:
        if one.handle != sent.handle:
            return one
        return one.model_copy(update=told if one.told_on is None else {"disclosure": told["disclosure"]})

    def area(one: AreaResult) -> AreaResult:
        if one.node_id != sent.area:
            return one
        return one.model_copy(update={"candidates": tuple(map(candidate, one.candidates))})

    return result.model_copy(update={"areas": tuple(map(area, result.areas))})

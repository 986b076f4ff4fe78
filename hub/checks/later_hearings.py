"""Later hearings of a case that two areas hold to be the same: each tells the other the day. Both sides of it.

They hold it to be the same where one told the other about which victim it asked, and that one answered that its
Marac knows her as one. Whoever asked says its own day and reads the other's, by the clock, while its decision to
tell stands: on today's facts, before the day of its review, and never of a sealed case, to an area that anything
stands against telling, of a candidate that was dismissed, or of a case that has moved. The holder's engine decides
on its own, as of the answer that it gave: no day goes where that would not be given again. An end reads like no
later hearing. Shows nobody anything (`hub.checks.heard_elsewhere`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hub.audit.events import NODE, Action, Refs, peer_actor
from hub.checks.answer import Considered, HolderDecision, considered
from hub.checks.disclosure import DisclosureAct, found_act
from hub.checks.dismissals import dismissed
from hub.consent import Decider, Decision, SharingForm
from hub.consent.evidence import DisclosureLogEntry, authority_of
from hub.crypto import encoding, hpke
from hub.crypto.hpke import SealContext
from hub.crypto.vault import key_id
from hub.errors import AuthenticationError, NotFoundError, PeerError
from hub.federation.authentication import Caller, admit
from hub.federation.client import PeerClient, arrived
from hub.federation.receipts import Refused, Reply
from hub.federation.sealed import Said, post_sealed
from hub.federation.stored_answers import sealed_to_another
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import disclosures, received, recording
from hub.records.cases import CaseDetails, held_case, rests_on
from hub.records.check import (
    CandidateRef,
    DisclosureStatus,
    RecordedCheck,
    hearing_key,
    recorded_check,
    recorded_checks,
    update_check,
)
from hub.records.decisions import RecordedDecision
from hub.records.disclosures import LoggedDisclosure
from hub.records.hearings import Hearing, day_of
from hub.records.received import DisclosureKey, HolderCase, ReceivedDisclosure
from hub.records.transfers import moved_to, transfers_of
from hub.store import cases
from hub.store.obligations import Activity
from hub.values import Kind, Level, NodeId, Role
from hub.wire.hearings import HEARINGS_PATH, HearingAnswer, HearingMessage, HearingSaid
from hub.wire.messages import MessageType, encode, parse_answer, parse_request
from hub.wire.told import LAST
from hub.wire.transfers import TransferState

METHOD: Final = "hub: day of a later hearing, sealed to the area's node"


@dataclass(frozen=True, slots=True)
class Link:
    """A candidate of a check of ours whose area has answered that its Marac knows them: at which level.

    `known_as`: what that area knows the check by.
    """

    target: CandidateRef
    level: Level
    known_as: str

    @property
    def refs(self) -> Refs:
        """The references of its events in the audit log."""
        ours, area = self.target.check_id, self.target.area
        told_as = self.known_as if self.known_as != ours else None
        return Refs(check_id=ours, told_as=told_as, handle=self.target.handle, peer=area)


async def exchange_hearings(node: Node, client: PeerClient, peer: NodeId, alive: Callable[[], None]) -> None:
    """Say and read the day of each case that a peer and this area hold to be the same.

    Raises PeerError, once all were tried, where the peer failed at one.
    """
    failed = None
    for link in links(node, peer):
        alive()
        try:
            await _exchange(node, client, link)
        except PeerError as error:
            failed = failed or error
    if failed is not None:
        raise failed


def links(node: Node, peer: NodeId) -> list[Link]:
    """What a peer has answered to us: of each case by the newest question that it answered."""
    newest: dict[str, list[Link]] = {}
    with node.read() as tx:
        for _, kept in recorded_checks(tx):
            if found := _links_of(kept, peer):
                newest.setdefault(kept.request.case_ref, found)
    return [one for found in newest.values() for one in found]


def _links_of(kept: RecordedCheck, peer: NodeId) -> list[Link]:
    candidates = (one for area in kept.result.areas if area.node_id == peer for one in area.candidates)
    if kept.request.subject.role is not Role.victim:
        return []  # Of somebody else on it, the other area's case may be another victim's.
    return [
        Link(CandidateRef(kept.result.check_id, peer, one.handle), one.disclosure.level, kept.known_as(peer))
        for one in candidates
        if one.disclosure.status is DisclosureStatus.answered
        and one.disclosure.level in (Level.involvement, Level.summary)
        and Kind.marac in one.disclosure.involvement
        and one.disclosure.role is Role.victim
    ]


async def _exchange(node: Node, client: PeerClient, link: Link) -> None:
    said = _decided(node, link)
    if said is None:
        return
    answer = await post_sealed(node, client, link.target.area, _sealed_to(link, said))
    with arrived():
        heard = _opened(node, link, parse_answer(HearingAnswer, answer.body))
    with node.write() as tx:
        tx.hold_others_off()
        kept = recorded_check(tx, link.target.check_id)
        before = _hearing(kept, link).tells(said.day, tx.today)
        after = before.hears(heard.day, tx.now)
        if after != _hearing(kept, link):
            _keep(tx, kept, link, after)
        if after != before:
            tx.record(Action.hearing_heard, by=peer_actor(link.target.area), about=link.refs)


def _decided(node: Node, link: Link) -> HearingSaid | None:
    """What is said now, kept first with the decision to say it; None where nothing is, nor asked."""
    act = _act(node, link)
    if act is None:
        return None
    with node.write() as tx:
        tx.hold_others_off()
        act = act.on_todays_facts(node)
        decision, case = act.decided(node), _own_case(tx, act)
        if case is None or not decision.permitted or act.against or act.form.review.date is None:
            return None
        kept = recorded_check(tx, link.target.check_id)
        if dismissed(tx, kept, link.target.area, act.handle):
            return None
        before = _hearing(kept, link)
        day = _later(case, act.candidate.told_on, before, tx.today)
        if day is not None and day != before.told:
            _keep(tx, kept, link, before.model_copy(update={"told": day}))
            activity = Activity(tx.case_digest(case.case_ref), act.check_id)
            told = _Telling(act.form, decision, act.form.recipient.agency or act.area_called, act.area)
            _record(tx, activity, case.case_ref, told, link.refs)
        return HearingSaid(day=day)


def _act(node: Node, link: Link) -> DisclosureAct | None:
    """The telling that it goes by, as whoever asked finds it today; None where there is none any more."""
    try:
        with node.read() as tx:
            request = recorded_check(tx, link.target.check_id).request
        return found_act(node, link.target, link.level, request.requester)
    except NotFoundError:
        return None


def _own_case(tx: Reading, act: DisclosureAct) -> CaseDetails | None:
    """Our case, where a day of it may be said: a Marac's, not sealed, and not moved between the two."""
    digest = tx.case_digest(act.request.case_ref)
    row = cases.find(tx.session, digest)
    if row is None:
        return None
    held = held_case(tx, row)
    tx.require_as_bound(rests_on([held]))
    moved = (
        one
        for one in transfers_of(tx, digest)
        if one.peer == act.area and one.state is TransferState.accepted
    )
    if held.kept.sealed or held.details.apart or held.details.kind is not Kind.marac:
        return None
    return None if any(moved) or moved_to(tx, digest) is not None else held.details


def _later(case: CaseDetails, since: dt.date | None, told: Hearing, today: dt.date) -> dt.date | None:
    """The day to say of it: of those that are no earlier than the day on which one was told of the other."""

    def sayable(day: dt.date | None) -> dt.date | None:
        return day if day is not None and since is not None and since <= day <= LAST else None

    to_come = case.meeting_date if case.meeting_date is not None and case.meeting_date > today else None
    return told.next_to_tell(sayable(case.heard_last(today)), sayable(to_come))


@dataclass(frozen=True, slots=True)
class _Telling:
    """By which form and decision a day is told, and to whom: an agency, of which area."""

    form: SharingForm
    decision: Decision
    agency: str
    area: NodeId


def _record(tx: Transaction, activity: Activity, case_ref: str, told: _Telling, refs: Refs) -> None:
    """Keep the decision and the row of the disclosure log, before a day leaves."""
    decided = RecordedDecision(form=told.form, decision=told.decision, case_ref=case_ref)
    recording.record_decision(tx, activity, decided, again=True)
    row = DisclosureLogEntry(
        date=tx.today,
        agency=told.agency,
        person=f"whoever answers for {told.area}",
        method=METHOD,
        authority=authority_of(told.decision),
    )
    disclosures.add(tx, activity, [LoggedDisclosure(sharing=row, node_id=told.area)])
    tx.record(Action.hearing_told, by=NODE, about=refs, outcome=told.decision.outcome.value)


def _hearing(kept: RecordedCheck, link: Link) -> Hearing:
    return kept.hearings.get(hearing_key(link.target.area, link.target.handle or ""), Hearing())


def _keep(tx: Transaction, kept: RecordedCheck, link: Link, hearing: Hearing) -> None:
    key = hearing_key(link.target.area, link.target.handle or "")
    update_check(tx, kept.model_copy(update={"hearings": kept.hearings | {key: hearing}}))


def _sealed_to(link: Link, said: HearingSaid) -> Said:
    check_id, handle, level = link.known_as, link.target.handle or "", link.level
    return Said(
        MessageType.hearing,
        HEARINGS_PATH,
        f"{check_id}-{handle}",
        encode(said),
        lambda sender, to, key: SealContext("hearing", sender, to, key, check_id, handle, level),
        lambda key, sealed: HearingMessage.model_validate(
            {"check_id": check_id, "handle": handle, "level": level, "key_id": key, "sealed": sealed}
        ),
    )


def _opened(node: Node, link: Link, answer: HearingAnswer) -> HearingSaid:
    """What the other area says. Raises PeerError where that is to something else, or does not open."""
    check_id, handle = link.known_as, link.target.handle or ""
    if (answer.check_id, answer.handle) != (check_id, handle):
        raise PeerError("The area's answer is about another check or candidate.")
    if answer.key_id != node.sealing_key_id:
        raise PeerError("The area's answer is sealed to a key that is not in use here.", do="Ask it again.")
    back = SealContext(
        "hearing-answer", link.target.area, node.node_id, answer.key_id, check_id, handle, link.level
    )
    try:
        plain = hpke.unseal(encoding.unb64(answer.sealed), node.keys.sealing, back)
    except AuthenticationError as error:
        raise PeerError(f"The area's answer cannot be opened. {error.text}") from error
    return parse_answer(HearingSaid, plain)


def receive(node: Node, caller: Caller, message: HearingMessage) -> Reply | Refused:
    """Take a peer's day of a case that both hold to be the same, and answer with ours. Sent again, it is the same.

    Raises AuthenticationError on a replay or what does not open, InputError on what is malformed. Of what was never
    answered, or would not be answered today, nothing is kept, and the answer is that of no later hearing.
    """
    if message.key_id != node.sealing_key_id:
        return sealed_to_another(node, caller)
    about = message.check_id, message.handle, message.level
    context = SealContext("hearing", caller.node_id, node.node_id, message.key_id, *about)
    said = parse_request(HearingSaid, hpke.unseal(encoding.unb64(message.sealed), node.keys.sealing, context))
    with node.write() as tx:
        admit(tx, caller)
        tx.hold_others_off()
        key = DisclosureKey(caller.node_id, message.check_id, bytes.fromhex(message.handle), message.level)
        day = _heard(tx, key, said)
    to = caller.certificate.keys.sealing
    back = SealContext("hearing-answer", node.node_id, caller.node_id, key_id(to), *about)
    sealed = encoding.b64(hpke.seal(encode(HearingSaid(day=day)), to, back))
    answer = HearingAnswer(check_id=message.check_id, handle=message.handle, key_id=key_id(to), sealed=sealed)
    return Reply(encode(answer))


def _heard(tx: Transaction, key: DisclosureKey, said: HearingSaid) -> dt.date | None:
    """Keep what a peer says, and give the day that it may read."""
    tx.require_as_bound(
        {"received_check": [(key.check_id, key.peer)], "received_disclosure": [tuple(key.row)]}
    )
    one = received.disclosure(tx, key)
    found = None if one is None else _answered_today(tx, one)
    if one is None or found is None or one.case.case_digest is None:
        return None
    refs = Refs(check_id=key.check_id, handle=key.handle.hex(), peer=key.peer)
    before, day = one.recorded.hearing, None
    after = before.hears(said.day, tx.now)
    if after != before:
        tx.record(Action.hearing_heard, by=peer_actor(key.peer), about=refs)
    if one.recorded.disclosure.last_activity is not None:  # Else somebody here withheld when it was.
        day = _later(found.held.details, day_of(one.came_at), before, tx.today)
        after = after.tells(day, tx.today)
    if day is not None and day != before.told:
        after = after.model_copy(update={"told": day})
        told = _Telling(found.form, found.decision, found.form.requester.agency or key.peer, key.peer)
        activity = Activity(one.case.case_digest, key.activity)
        _record(tx, activity, found.held.details.case_ref, told, refs)
    if after != before:
        case = HolderCase(one.case.decision_id, one.case.case_digest, one.case.waits)
        recorded = one.recorded.model_copy(update={"hearing": after})
        received.put_disclosure(tx, key, recorded, case, one.came_at)
    return day


def _answered_today(tx: Reading, one: ReceivedDisclosure) -> Considered | None:
    """Our case, where we answered that our Marac knows them, and would today; None where that is not so."""
    disclosure, digest = one.recorded.disclosure, one.case.case_digest
    if disclosure.status != "answered" or Kind.marac not in disclosure.involvement or digest is None:
        return None
    word = next((word for word in reversed(one.recorded.words) if word.releases), None)
    by = None if word is None else HolderDecision(Decider(word.office), release=True, name=word.by)
    found = considered(tx, one.key, one.recorded.question, by)
    if found is None or not found.decision.permitted or found.held.row.ref_digest != digest:
        return None
    asked = (one.role for one in found.form.subjects[:1])
    if found.person.person.role is not Role.victim or Role.victim not in asked:
        return None
    return None if moved_to(tx, digest) is not None else found

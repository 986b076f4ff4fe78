"""Disclosing: tell one area about whom a check was, and read what it releases. A separate, human act.

Refused for an area the subject fled unless the engine lets a manager decide otherwise. Only names, aliases and
date of birth travel, sealed to that area and bound to the check. Does not ask in general (`hub.checks.check`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.audit.events import Action, Refs
from hub.cases.access import check_for, context_of
from hub.checks.check import form_of
from hub.consent import Decision, decide, excerpt
from hub.consent.form.form import SharingForm
from hub.crypto import encoding, hpke, signing
from hub.crypto.hpke import SealContext
from hub.errors import AuthenticationError, NotFoundError, PeerError
from hub.federation.client import PeerClient
from hub.federation.peers import KnownPeer, known
from hub.node.node import Node
from hub.records import recording
from hub.records.check import (
    AreaResult,
    Candidate,
    CandidateRef,
    CheckRequest,
    CheckResult,
    DisclosureResult,
    DisclosureStatus,
    RecordedCheck,
    is_handle,
    update_check,
)
from hub.records.decisions import RecordedDecision
from hub.records.disclosures import LoggedDisclosure
from hub.store.checks import add_receipt
from hub.store.obligations import Activity
from hub.values import Band, Level, NodeId, Requester, RequesterRole, Role
from hub.wire.messages import (
    DISCLOSURES_PATH,
    Disclosure,
    DisclosureAnswer,
    DisclosureQuestion,
    DisclosureRequest,
    MessageType,
    encode,
    parse_answer,
    subject_of,
)

AT_ONCE_MOST: Final = 5


async def disclose(
    node: Node, client: PeerClient, target: CandidateRef, level: Level, asker: Requester | None = None
) -> tuple[CheckResult, Decision]:
    """Ask one area to release something about one candidate of a check, and return the updated result.

    `asker` is who acts; unnamed, it is taken for who asked. Raises NotFoundError when there is no such check or
    candidate, or its case is restricted for the asker, PeerError when the area fails; a refusal is the decision
    returned.
    """
    # 1. Find the check and the candidate.
    act = _found(node, target, level, asker)

    # 2. Decide, and record the decision: this act tells the area about whom we ask.
    decision, entry = _decide(node, act)
    if not decision.permitted:
        return act.recorded.result, decision

    # 3. Send it sealed, and open the sealed answer.
    try:
        answer = await _exchange(node, client, act)
    except PeerError as error:
        with node.write() as tx:
            tx.record(Action.peer_fault, about=act.refs, requested_level=level, fault=error.code)
        raise

    # 4. Record what was released.
    return _record_answer(node, act, entry, answer), decision


@dataclass(frozen=True)
class _Act:
    """One disclosure: the check it is of, who asks now, the candidate in which area, and the form for it."""

    recorded: RecordedCheck
    request: CheckRequest
    peer: KnownPeer
    candidate: Candidate
    level: Level
    form: SharingForm

    @property
    def check_id(self) -> str:
        """The check's id."""
        return self.recorded.result.check_id

    @property
    def area(self) -> NodeId:
        """The node to which the name is disclosed."""
        return self.peer.pinned.node_id

    @property
    def refs(self) -> Refs:
        """The references of its events in the audit log."""
        return Refs(check_id=self.check_id, handle=self.candidate.handle, peer=self.area)


def _found(node: Node, target: CandidateRef, level: Level, asker: Requester | None) -> _Act:
    recorded = check_for(node, asker, target.check_id)
    request = recorded.request
    if asker is not None and asker.name:
        request = request.model_copy(update={"requester": asker})
    candidate = _candidate(recorded.result, target.area, target.handle)
    if target.area not in recorded.salts:
        raise NotFoundError("That area did not answer this check.", do="Ask it again with `hub check`.")
    recipient = request.sharing_form.recipient.model_copy(update={"node_id": target.area})
    form = form_of(request).model_copy(update={"level": level, "recipient": recipient})
    return _Act(recorded, request, known(node, target.area), candidate, level, form)


def _decide(node: Node, act: _Act) -> tuple[Decision, LoggedDisclosure]:
    """The decision, recorded, and the entry of the disclosure log that a permit makes."""
    request, today = act.request, node.today()
    decision = decide(act.form, node.rules, today, context_of(node, request, tells=True))
    decided = RecordedDecision(form=act.form, decision=decision, case_ref=request.case_ref)
    agency = act.form.recipient.agency or act.peer.pinned.area
    entry = recording.disclosed_entry(
        agency, act.area, decision, today, handle=act.candidate.handle, level=act.level
    )
    again = act.candidate.disclosure.status is not DisclosureStatus.not_asked
    actor = node.actor(request.requester.name)
    with node.write() as tx:
        recording.record_decision(tx, act.check_id, decided, (entry,), again=again)
        tx.record(
            Action.disclosure_decided,
            by=actor,
            about=act.refs,
            requested_level=act.level,
            outcome=decision.outcome.value,
        )
        if decision.permitted:
            tx.record(Action.disclosure_sent, by=actor, about=act.refs)
    return decision, entry


class _Released(NamedTuple):
    """What an area released, and its receipt."""

    disclosure: Disclosure
    receipt: str


def _record_answer(node: Node, act: _Act, entry: LoggedDisclosure, answer: _Released) -> CheckResult:
    shown = result_of(answer.disclosure, act.request)
    result = _with_disclosure(act.recorded.result, act.area, act.candidate.handle, shown)
    with node.write() as tx:
        update_check(tx, act.recorded.model_copy(update={"result": result}))
        activity = Activity(tx.case_digest(act.request.case_ref), act.check_id)
        recording.record_response(tx, activity, entry, _response(answer.disclosure))
        add_receipt(tx.session, act.check_id, act.area, answer.receipt)
        tx.record(Action.disclosure_recorded, by=node.actor(act.request.requester.name), about=act.refs)
    return result


async def _exchange(node: Node, client: PeerClient, act: _Act) -> _Released:
    """Send the disclosure sealed; returns what the area released. Raises PeerError."""
    check_id, handle, level, there = act.check_id, act.candidate.handle, act.level, act.area
    question = DisclosureQuestion(
        excerpt=excerpt(act.form, there, node.today()).model_dump(mode="json", exclude_defaults=True),
        subject=subject_of(act.request.subject),
        salt=encoding.b64(bytes.fromhex(act.recorded.salts[there])),
    )
    context = SealContext("disclosure", node.node_id, there, act.peer.sealing_key_id, check_id, handle, level)
    sealed = hpke.seal(encode(question), act.peer.pinned.sealing, context)
    request = DisclosureRequest(
        check_id=check_id,
        handle=handle,
        level=level,
        key_id=act.peer.sealing_key_id,
        sealed=encoding.b64(sealed),
    )
    key = f"{check_id}-{handle}-{signing.digest(sealed)}"
    answer = await client.post(
        act.peer.pinned, MessageType.disclosure, DISCLOSURES_PATH, encode(request), key=key
    )
    return _Released(_opened(node, act, parse_answer(DisclosureAnswer, answer.body)), answer.token)


def _opened(node: Node, act: _Act, answer: DisclosureAnswer) -> Disclosure:
    """Return what the area released. Raises PeerError when the answer is to something else, or does not open."""
    check_id, handle, level = act.check_id, act.candidate.handle, act.level
    if (answer.check_id, answer.handle, answer.key_id) != (check_id, handle, node.sealing_key_id):
        raise PeerError("The area's answer is about another check or candidate.")
    back = SealContext("disclosure-answer", act.area, node.node_id, answer.key_id, check_id, handle, level)
    try:
        plain = hpke.unseal(encoding.unb64(answer.sealed), node.keys.sealing, back)
    except AuthenticationError as error:
        raise PeerError(f"The area's answer cannot be opened. {error.text}") from error
    disclosure = parse_answer(Disclosure, plain)
    if disclosure.status == "answered" and disclosure.level not in (Level.involvement, level):
        raise PeerError("The area answered at another level than was asked.")
    return disclosure


def _response(answer: Disclosure) -> str:
    """The response for the disclosure log: empty while a person there still has to answer."""
    if answer.status == "pending":
        return ""
    if answer.status == "answered":
        return f"answered: {answer.level}"
    return 'not answered (this never means "not known")'


def _candidate(result: CheckResult, node_id: str, handle: str | None) -> Candidate:
    area = next((one for one in result.areas if one.node_id == node_id), None)
    found = [one for one in area.candidates if is_handle(one.handle, handle)] if area else []
    if not found or (handle and len(found) > 1):
        raise NotFoundError(
            "This check has no such candidate in that area.", do="See the result of `hub check`."
        )
    return found[0]


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
        summary=answer.summary,
        agreement=answer.agreement,
        counter_allegation=crossed and coordinator,
    )


def _with_disclosure(
    result: CheckResult, node_id: str, handle: str, disclosed: DisclosureResult
) -> CheckResult:
    def area(one: AreaResult) -> AreaResult:
        if one.node_id != node_id:
            return one
        candidates = tuple(
            each.model_copy(update={"disclosure": disclosed}) if each.handle == handle else each
            for each in one.candidates
        )
        return one.model_copy(update={"candidates": candidates})

    return result.model_copy(update={"areas": tuple(area(one) for one in result.areas)})


async def disclose_at_once(
    node: Node, client: PeerClient, request: CheckRequest, result: CheckResult
) -> CheckResult:
    """Where the request asks for it and an agreement covers it, disclose the surest candidates right away.

    Never to an area that was fled, and never without an agreed protocol: those stay a human's separate act. An
    area that fails keeps its candidates, with a note.
    """
    if request.disclose != "at_once" or form_of(request).protocol is None:
        return result
    for area in result.areas:
        if area.node_id in (form_of(request).fled_from or ()):
            continue
        sure = [one for one in area.candidates if one.band in (Band.strong, Band.probable)]
        for candidate in sure[:AT_ONCE_MOST]:
            target = CandidateRef(result.check_id, area.node_id, candidate.handle)
            try:
                result, _ = await disclose(node, client, target, request.level, request.requester)
            except PeerError as error:
                result = _with_note(result, area.node_id, str(error))
    return result


def _with_note(result: CheckResult, node_id: str, note: str) -> CheckResult:
    areas = tuple(
        one.model_copy(update={"note": f"{one.note} {note}".strip()}) if one.node_id == node_id else one
        for one in result.areas
    )
    return result.model_copy(update={"areas": areas})

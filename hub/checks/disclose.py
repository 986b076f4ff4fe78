"""Disclosing: tell one area about whom a check was, and read what it releases. A separate, human act.

Refused for an area the subject fled unless the engine lets a manager decide otherwise. Only names, aliases and
date of birth travel, sealed to that area and bound to the check. Does not ask in general (`hub.checks.check`).
"""

from __future__ import annotations

from typing import Final

from hub.audit.events import NODE, Action, Refs
from hub.cases.access import check_for, context_of
from hub.checks.check import form_of
from hub.consent import Decision, Outcome, decide, excerpt
from hub.crypto import encoding, hpke, signing
from hub.crypto.hpke import SealContext
from hub.errors import AuthenticationError, NotFoundError, PeerError
from hub.federation.client import PeerClient
from hub.federation.peers import KnownPeer, known
from hub.node.node import Node
from hub.records import keep
from hub.records.check import (
    AreaResult,
    Candidate,
    CheckRequest,
    CheckResult,
    DisclosureResult,
    DisclosureStatus,
    RecordedCheck,
    is_handle,
    update_check,
)
from hub.records.decisions import RecordedDecision
from hub.store.checks import add_receipt
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
    node: Node,
    client: PeerClient,
    target: tuple[str, NodeId, str | None],
    level: Level,
    asker: Requester | None = None,
) -> tuple[CheckResult, Decision]:
    """Ask one area to release something about one candidate of a check; returns the updated result.

    `target` is the check, the area, and a candidate's handle (None: the surest). `asker` is who acts; unnamed,
    it is taken for who asked. Raises NotFoundError when there is no such check or candidate, or its case is
    hidden from the asker, PeerError when the area fails; a refusal is the decision returned.
    """
    check_id, node_id, handle = target
    # 1. Find the check and the candidate.
    kept = check_for(node, asker, check_id)
    request = kept.request
    if asker is not None and asker.name:
        request = request.model_copy(update={"requester": asker})
    candidate = _candidate(kept.result, node_id, handle)
    if node_id not in kept.salts:
        raise NotFoundError("that area did not answer this check", do="ask it again with `hub check`")

    # 2. Decide: this act tells the area about whom we ask.
    form = form_of(request).model_copy(update={"level": level, "recipient": _recipient(kept, node_id)})
    decision = decide(form, node.rules, node.today(), context_of(node, request, tells=True))
    actor = "user:" + node.user(request.requester.name)
    refs = Refs(check_id=check_id, handle=candidate.handle, peer=node_id)
    peer = known(node, node_id)
    decided = RecordedDecision(form=form, decision=decision, case_ref=request.case_ref)
    agency = form.recipient.agency or peer.pinned.area
    telling = keep.disclosed_entry(agency, node_id, decision, node.today(), (candidate.handle, level))
    again = candidate.disclosure.status is not DisclosureStatus.not_asked
    with node.write() as tx:
        keep.record_decision(tx, check_id, decided, (telling,), again=again)
        tx.record(
            Action.disclosure_decided,
            by=actor,
            about=refs,
            requested_level=level,
            outcome=decision.outcome.value,
        )
        if decision.outcome is not Outcome.permit:
            return kept.result, decision
        tx.record(Action.disclosure_sent, by=actor, about=refs)

    # 3. Send it sealed, and open the sealed answer.
    question = DisclosureQuestion(
        excerpt=excerpt(form, node_id, node.today()).model_dump(mode="json", exclude_defaults=True),
        subject=subject_of(request.subject),
        salt=encoding.b64(bytes.fromhex(kept.salts[node_id])),
    )
    try:
        answer, receipt = await _exchange(node, client, peer, (check_id, candidate.handle, level), question)
    except PeerError as error:
        with node.write() as tx:
            tx.record(Action.peer_fault, by=NODE, about=refs, requested_level=level, fault=error.code)
        raise

    # 4. Record what was released.
    result = _with_disclosure(kept.result, node_id, candidate.handle, result_of(answer, request))
    with node.write() as tx:
        update_check(tx, kept.model_copy(update={"result": result}))
        keep.record_response(tx, (check_id, request.case_ref), telling, _response(answer))
        add_receipt(tx.session, check_id, node_id, receipt)
        tx.record(Action.disclosure_recorded, by=actor, about=refs)
    return result, decision


async def _exchange(
    node: Node,
    client: PeerClient,
    peer: KnownPeer,
    about: tuple[str, str, Level],
    question: DisclosureQuestion,
) -> tuple[Disclosure, str]:
    check_id, handle, level = about
    there = peer.pinned.node_id
    context = SealContext("disclosure", node.node_id, there, peer.sealing_key_id, check_id, handle, level)
    sealed = hpke.seal(encode(question), peer.pinned.sealing, context)
    request = DisclosureRequest(
        check_id=check_id, handle=handle, level=level, key_id=peer.sealing_key_id, sealed=encoding.b64(sealed)
    )
    key = f"{check_id}-{handle}-{signing.digest(sealed)}"
    answer = await client.post(
        peer.pinned, MessageType.disclosure, DISCLOSURES_PATH, encode(request), key=key
    )
    told = parse_answer(DisclosureAnswer, answer.body)
    if (told.check_id, told.handle, told.key_id) != (check_id, handle, node.sealing_key_id):
        raise PeerError("the area's answer is about another check or candidate")
    back = SealContext("disclosure-answer", there, node.node_id, told.key_id, check_id, handle, level)
    try:
        plain = hpke.unseal(encoding.unb64(told.sealed), node.keys.sealing, back)
    except AuthenticationError as error:
        raise PeerError(f"the area's answer cannot be opened: {error.text}") from error
    disclosure = parse_answer(Disclosure, plain)
    if disclosure.status == "answered" and disclosure.level not in (Level.involvement, level):
        raise PeerError("the area answered at another level than was asked")
    return disclosure, answer.token


def _response(answer: Disclosure) -> str:
    """What came back, for the record of disclosures: empty while a person there still has to answer."""
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
            "this check has no such candidate in that area", do="see the result of `hub check`"
        )
    return found[0]


def _recipient(recorded: RecordedCheck, node_id: str) -> object:
    return recorded.request.sharing_form.recipient.model_copy(update={"node_id": node_id})


def result_of(answer: Disclosure, request: CheckRequest) -> DisclosureResult:
    """What the asker is shown of an answer.

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

    Never to an area she fled, and never without an agreed protocol: those stay a human's separate act. An area
    that fails keeps its candidates, with a note.
    """
    if request.disclose != "at_once" or form_of(request).protocol is None:
        return result
    for area in result.areas:
        if area.node_id in (form_of(request).fled_from or ()):
            continue
        sure = [one for one in area.candidates if one.band in (Band.strong, Band.probable)]
        for candidate in sure[:AT_ONCE_MOST]:
            target = (result.check_id, area.node_id, candidate.handle)
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

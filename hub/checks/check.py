"""The main path: one "referred elsewhere?" question, step by step, from the enquirer's side.

derive -> decide -> blind -> evaluate -> match -> score -> record. Nothing reaches a peer before a recorded
permit. What a holder learns is that we asked. Telling it about whom is a later act: `hub.checks.disclose`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from hub.audit import events
from hub.audit.events import Action, Refs
from hub.cases.access import context_of
from hub.cases.flight import keep_answer
from hub.cases.name_frequencies import name_frequencies
from hub.checks.ask_area import CheckInProgress, ask_area
from hub.checks.asked_case import AskedCase, asked_case
from hub.checks.dismissals import dismissal_digest
from hub.checks.results import present
from hub.checks.telling import fled_among, marked
from hub.consent import Context, Decision, Outcome, SharingForm, Telling, decide
from hub.consent.context import NO_CONTEXT
from hub.errors import InputError, UnreachableError, UsageError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.peers import DisabledPeer, Peer, every_known, up_to_date
from hub.federation.unreached import unreached
from hub.matching import AskedPerson
from hub.node.node import Node
from hub.node.settings import Contact
from hub.records import recording
from hub.records.cases import CaseDetails
from hub.records.check import (
    AreaResult,
    AreaStatus,
    CheckRequest,
    CheckResult,
    PublishedState,
    RecordedCheck,
    add_check,
    recorded_check,
    require_new,
    update_check,
)
from hub.records.decisions import RecordedDecision
from hub.records.submissions import signed_by
from hub.store import dismissals, peers
from hub.store.checks import add_receipt
from hub.wire.blinding import plan, test_keys
from hub.wire.lookup import Found, Published

NOT_UNKNOWN: Final = "This does not mean that nobody is known there: telephone it."


@dataclass(frozen=True)
class AreaAnswer:
    """What came of asking one area: its result and, if it answered, what is kept of it. `evidence` is by handle."""

    result: AreaResult
    salt: bytes = b""
    receipt: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    published: Published | None = None


@dataclass
class Timing:
    """Milliseconds spent, for benchmarks: the question up to its scored candidates."""

    started: float = field(default_factory=time.perf_counter)
    scored_ms: float = 0.0

    def ms(self) -> float:
        """Milliseconds since the start."""
        return round((time.perf_counter() - self.started) * 1000, 1)


async def check(
    node: Node,
    client: PeerClient,
    request: CheckRequest,
    timing: Timing | None = None,
    check_id: str = "",
    opens: Callable[[CaseDetails], bool] | None = None,
) -> CheckResult:
    """Ask the areas named by `request` and return what they know, recorded. Raises InputError or StorageError.

    Without a permit nobody is asked and the decision says why; an area that fails is reported and holds
    nobody up. `check_id`: that of a form that may be sent twice; ConflictError where it has been asked. `opens`:
    which cases are theirs who ask, by organisation and role; another reads like none.
    """
    timing = timing or Timing()
    check_id = check_id or secrets.token_hex(16)

    # 1. Find the case and the people on it, decide, and record the decision with the form it was made on.
    case, context, form, decision = _decided(node, request, check_id, opens)
    request = case.request
    areas = areas_asked(node, request)
    result = CheckResult(check_id=check_id, case_ref=request.case_ref, decision=decision, took_ms=timing.ms())
    if decision.outcome is not Outcome.permit:
        _record_decision(node, case, form, result, ())
        return result

    keep_answer(node, case.restrictions, request.case_ref, form.fled_from, node.actor(request.requester.name))

    # 2. Derive the match-keys of the subject and of the related people.
    persons = (request.subject, *request.related)
    population = name_frequencies(node)
    asked = [AskedPerson(person, population, node.matching) for person in persons]
    sent = plan(asked[0].keys, [one.keys for one in asked[1:]])
    asking = CheckInProgress(node, check_id, request, form, sent, asked, test_keys(node.matching))

    # 3. Record what is about to be asked of whom: without its tick, no area that somebody fled, and under an
    # agreement alone none that has not signed it.
    known, telling = every_known(node), Telling.of(form, context)
    left_out = () if request.ask_fled_areas else fled_among(areas, telling)
    unsigned = asking.unsigned(one for one in areas if known.get(one) and one not in left_out)
    asked_of = {one: known.get(one) for one in areas if one not in {*left_out, *unsigned}}
    connected = [peer for peer in asked_of.values() if peer is not None and peer.asked]
    _record_decision(node, case, form, result, connected)

    # 4. Ask the areas at the same time: blind, evaluate, verify, match, score. Or nobody, and wait as long.
    async with unreached(node) if case.asks_nobody else nullcontext(client) as through:
        answers = await asyncio.gather(
            *(_ask_safely(asking, through, node_id, peer) for node_id, peer in asked_of.items())
        )
    answers += [_left_out(node, node_id, known.get(node_id)) for node_id in left_out]
    answers += [_left_out(node, one, known.get(one), asking.not_signed) for one in unsigned]
    timing.scored_ms = timing.ms()

    # 5. Record the answers, the receipts and the result.
    shown = tuple(marked(one.result, telling) for one in answers)
    result = result.model_copy(update={"areas": shown, "took_ms": timing.scored_ms})
    _record_result(node, result, answers)
    return result


def _decided(
    node: Node,
    request: CheckRequest,
    check_id: str,
    opens: Callable[[CaseDetails], bool] | None = None,
) -> tuple[AskedCase, Context, SharingForm, Decision]:
    """The case of a question, what the engine has to know, the form as it counts, and what is decided on it."""
    case = asked_case(node, request, check_id, opens)
    made = case.details if case.made else None
    context = context_of(node, case.request, tells=False, made=made, opens=opens)
    if context.signed_by is not None:
        with node.read() as tx:
            names = signed_by(tx, check_id, case.request.sharing_form)
        context = replace(context, signed_by=names)
    form = form_of(case.request, context)
    return case, context, form, decide(form, node.rules, node.today(), context)


def not_permitted(node: Node, request: CheckRequest) -> CheckResult | None:
    """The result of a question that may not be asked, recorded; None where it may. Asks nobody.

    Raises InputError or StorageError.
    """
    check_id = secrets.token_hex(16)
    case, _, form, decision = _decided(node, request, check_id)
    if decision.permitted:
        return None
    result = CheckResult(check_id=check_id, case_ref=case.request.case_ref, decision=decision, took_ms=0)
    _record_decision(node, case, form, result, ())
    return result


def form_of(request: CheckRequest, context: Context = NO_CONTEXT) -> SharingForm:
    """The request's form, with what the request and its case say filled in. Raises InputError if they differ.

    Who fled is answered by the case where the form leaves it open; of two answers `Telling` has the careful one.
    """
    form = request.sharing_form
    told = {"purpose": request.purpose, "level": request.level}
    for name, value in told.items():
        own = getattr(form, name)
        if own is not None and own != value:
            raise InputError(
                f"The form's {name} differs from the request's {name}.", do="Make them the same."
            )
    known: dict[str, object] = {**told, "fled_from": context.case_fled_from}
    filled = {name: value for name, value in known.items() if getattr(form, name) is None}
    return form.model_copy(update=filled) if filled else form


def areas_asked(node: Node, request: CheckRequest) -> tuple[str, ...]:
    """The node ids to ask. Raises InputError for an area nobody knows, UsageError where there is none to ask."""
    known = {area.node_id for area in node.areas.area}
    with node.read() as tx:
        known |= {row.node_id for row in peers.every(tx.session)}
    if isinstance(request.areas, str):
        own = node.areas.get(node.node_id)
        neighbours = own.neighbours if own else ()
        found = neighbours if request.areas == "neighbours" else tuple(sorted(known - {node.node_id}))
        if not found:
            raise UsageError(
                "There is no area to ask: areas.toml names no neighbours of this node.",
                kept="Nobody was asked.",
                do="Name the areas in the question, or put this node into config/areas.toml in its home.",
            )
        return found
    for node_id in request.areas:
        if node_id not in known:
            raise InputError(
                "The question's areas name one that is neither a peer nor in areas.toml.",
                do="See `hub peer list`.",
            )
        if node_id == node.node_id:
            raise InputError("The question's areas name this node itself.", do="Name other areas.")
    return tuple(dict.fromkeys(request.areas))


async def _ask_safely(
    asking: CheckInProgress, client: PeerClient, node_id: str, peer: Peer | None
) -> AreaAnswer:
    """One area's answer; whatever goes wrong there, foreseen or not, is said in its result and stays there."""
    tell = _teller(asking.node, node_id, peer)
    if peer is None:
        note = "This area is not connected to the hub. It was not asked: telephone it."
        return AreaAnswer(tell(status=AreaStatus.not_connected, note=note))
    try:
        return _answered(asking.node, node_id, await _ask(asking, client, peer), tell)
    except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
        fault = fault_of(error)
        unreachable = isinstance(error, UnreachableError)
        status = AreaStatus.unreachable if unreachable else AreaStatus.error
        return AreaAnswer(tell(status=status, note=f"{fault.text} {NOT_UNKNOWN}"), fault=fault.code)


async def _ask(asking: CheckInProgress, client: PeerClient, peer: Peer) -> Found:
    if isinstance(peer, DisabledPeer):
        peer = await up_to_date(asking.node, client, peer.node_id)
    return await ask_area(asking, client, peer)


def _teller(node: Node, node_id: str, peer: Peer | None) -> Callable[..., AreaResult]:
    """What tells of an area, with name and telephone: areas.toml's, or else its own."""
    area = node.areas.get(node_id)
    name = area.area if area else peer.area if peer else node_id
    contact = str(area.contact) if area else peer.contact if peer else str(Contact())
    return partial(AreaResult, node_id=node_id, area=name, contact=contact)


def _answered(node: Node, node_id: str, found: Found, tell: Callable[..., AreaResult]) -> AreaAnswer:
    told = present(found, node.matching, _set_aside_before(node, node_id, found))
    answered = tell(
        status=AreaStatus.answered, candidates=told.candidates, set_aside=told.set_aside, note=told.note
    )
    handles = [one.handle for one in (*told.candidates, *told.set_aside)]
    evidence = {handle: found.evidence[bytes.fromhex(handle)].hex() for handle in handles}
    return AreaAnswer(answered, found.salt, found.receipt, evidence, published=found.published)


def _left_out(node: Node, node_id: str, peer: Peer | None, note: str = "") -> AreaAnswer:
    return AreaAnswer(_teller(node, node_id, peer)(status=AreaStatus.not_asked, note=note))


def _set_aside_before(node: Node, node_id: str, found: Found) -> set[bytes]:
    """The handles of candidates that a person dismissed, known again by evidence that no other has."""
    digests: dict[bytes, list[bytes]] = {}
    for handle, evidence in found.evidence.items():
        digests.setdefault(dismissal_digest(node.keys.vault, node_id, evidence), []).append(handle)
    with node.read() as tx:
        tx.require_as_bound({"not_same_pair": [(digest,) for digest in digests]})
        known = [digests[one] for one in dismissals.known(tx.session, list(digests))]
    return {handles[0] for handles in known if len(handles) == 1}


def _record_decision(
    node: Node, case: AskedCase, form: SharingForm, result: CheckResult, asked: Sequence[Peer]
) -> None:
    request, decision = case.request, result.decision
    actor = node.actor(request.requester.name)
    decided = RecordedDecision(form=form, decision=decision, case_ref=request.case_ref)
    rows = [recording.asked_entry(one.area, one.node_id, decision, node.today()) for one in asked]
    with node.write() as tx:
        tx.hold_others_off()
        require_new(tx, result.check_id)
        if decision.permitted and case.made:
            case.put(tx, actor)
        recording.record_decision(tx, case.activity(result.check_id), decided, rows)
        alerted = case.alert(tx, result.check_id)
        add_check(tx, RecordedCheck(request=request, result=result, asked_nobody=case.asked_nobody))
        tx.record(
            Action.check_decided,
            by=actor,
            about=Refs(check_id=result.check_id),
            purpose=request.purpose,
            requested_level=request.level,
            outcome=decision.outcome.value,
            reasons=("restricted_person",) if alerted else (),
            grounds=tuple(ground.key.value for ground in request.sharing_form.grounds),
            obligations=tuple(owed.code for owed in decision.obligations),
        )
        for one in asked:
            refs = Refs(check_id=result.check_id, peer=one.node_id)
            tx.record(Action.request_sent, by=actor, about=refs)


def _kept(published: Published) -> PublishedState:
    return PublishedState(
        epoch=published.epoch,
        feed_at=published.feed_at,
        digest=published.digest.hex(),
        verified_at=published.verified_at,
    )


def _record_result(node: Node, result: CheckResult, answers: Sequence[AreaAnswer]) -> None:
    answered = [one for one in answers if one.receipt]
    found: dict[str, object] = {
        "result": result,
        "salts": {one.result.node_id: one.salt.hex() for one in answered},
        "evidence": {one.result.node_id: dict(one.evidence) for one in answered},
        "published": {one.result.node_id: _kept(one.published) for one in answered if one.published},
    }
    with node.write() as tx:
        tx.hold_others_off()  # Whoever rang an area meanwhile wrote it down with the check.
        update_check(tx, recorded_check(tx, result.check_id).model_copy(update=found))
        for one in answers:
            refs = Refs(check_id=result.check_id, peer=one.result.node_id)
            if one.receipt:
                add_receipt(tx.session, result.check_id, one.result.node_id, one.receipt)
                tx.record(Action.answer_received, by=events.NODE, about=refs)
            elif one.fault:
                tx.record(Action.peer_fault, by=events.NODE, about=refs, fault=one.fault)
        tx.record(Action.check_recorded, by=events.NODE, about=Refs(check_id=result.check_id))

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

from hub.audit.events import Action, Refs
from hub.cases.access import context_of
from hub.cases.flight import keep_answer
from hub.cases.name_frequencies import name_frequencies
from hub.checks.area_answer import area_left_out, ask_safely, record_answers
from hub.checks.ask_area import CheckInProgress
from hub.checks.asked_case import AskedCase, asked_case
from hub.checks.spread import Spread, put, spread_over_the_day
from hub.checks.telling import fled_among, marked
from hub.consent import Context, Decision, Outcome, SharingForm, Telling, decide
from hub.consent.context import NO_CONTEXT
from hub.consent.required_answers import threat_in_words
from hub.errors import InputError, UsageError
from hub.federation.client import PeerClient
from hub.federation.peers import Peer, every_known
from hub.federation.unreached import unreached
from hub.matching import AskedPerson
from hub.node.node import Node
from hub.records import recording
from hub.records.cases import CaseDetails
from hub.records.check import (
    CheckRequest,
    CheckResult,
    RecordedCheck,
    add_check,
    require_new,
)
from hub.records.decisions import RecordedDecision
from hub.records.submissions import signed_by
from hub.store import peers
from hub.values import NodeId
from hub.wire.blinding import plan, test_keys


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
    case, context, form, decision = decided_today(node, request, check_id, opens)
    request = case.request
    areas = areas_asked(node, request)
    result = CheckResult(check_id=check_id, case_ref=request.case_ref, decision=decision, took_ms=timing.ms())
    if decision.outcome is not Outcome.permit:
        _record_decision(node, case, form, result, AskedAreas())
        return result

    keep_answer(node, case.restrictions, request.case_ref, form.fled_from, node.actor(request.requester.name))

    # 2. Derive the match-keys of the subject and of the related people.
    asking = in_progress(node, check_id, request, form)

    # 3. Record what is about to be asked of whom: without its tick, no area that somebody fled; with it, one later,
    # but for an emergency; and under an agreement alone none that has not signed it.
    known, telling = every_known(node), Telling.of(form, context)
    fled = fled_among(areas, telling)
    left_out = () if request.ask_fled_areas else fled
    unsigned = asking.unsigned(one for one in areas if known.get(one) and one not in left_out)
    apart = [one for one in fled if one not in {*left_out, *unsigned} and known.get(one)]
    later = {one: spread_over_the_day(node.now()) for one in apart if not threat_in_words(form)}
    asked_of = {one: known.get(one) for one in areas if one not in {*left_out, *unsigned, *later}}
    connected = [peer for peer in asked_of.values() if peer is not None and peer.asked]
    told_as = asking.told_as([*asked_of, *later])
    _record_decision(node, case, form, result, AskedAreas(connected, told_as, later))

    # 4. Ask the areas at the same time: blind, evaluate, verify, match, score. Or nobody, and wait as long.
    async with unreached(node) if case.asks_nobody else nullcontext(client) as through:
        answers = await asyncio.gather(
            *(ask_safely(asking, through, node_id, peer) for node_id, peer in asked_of.items())
        )
    answers += [area_left_out(node, node_id, known.get(node_id)) for node_id in left_out]
    answers += [area_left_out(node, one, known.get(one), asking.not_signed) for one in unsigned]
    answers += [area_left_out(node, one, known.get(one), later=when) for one, when in later.items()]
    timing.scored_ms = timing.ms()

    # 5. Record the answers, the receipts and the result.
    shown = tuple(marked(one.result, telling) for one in answers)
    result = result.model_copy(update={"areas": shown, "took_ms": timing.scored_ms})
    record_answers(node, check_id, answers, lambda _: result)
    return result


def in_progress(node: Node, check_id: str, request: CheckRequest, form: SharingForm) -> CheckInProgress:
    """The question with the match-keys of the subject and of the related people."""
    population = name_frequencies(node)
    people = [AskedPerson(one, population, node.matching) for one in (request.subject, *request.related)]
    sent = plan(people[0].keys, [one.keys for one in people[1:]])
    return CheckInProgress(node, check_id, request, form, sent, people, test_keys(node.matching))


def decided_today(
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
    case, _, form, decision = decided_today(node, request, check_id)
    if decision.permitted:
        return None
    result = CheckResult(check_id=check_id, case_ref=case.request.case_ref, decision=decision, took_ms=0)
    _record_decision(node, case, form, result, AskedAreas())
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


@dataclass(frozen=True)
class AskedAreas:
    """Whom a question is put to: at once, and which later, when. `told_as`: what each knows the check by."""

    at_once: Sequence[Peer] = ()
    told_as: Mapping[NodeId, str] = field(default_factory=dict)
    later: Mapping[NodeId, Spread] = field(default_factory=dict)


def _record_decision(
    node: Node, case: AskedCase, form: SharingForm, result: CheckResult, areas: AskedAreas
) -> None:
    request, decision = case.request, result.decision
    actor = node.actor(request.requester.name)
    decided = RecordedDecision(form=form, decision=decision, case_ref=request.case_ref)
    rows = [recording.asked_entry(one.area, one.node_id, decision, node.today()) for one in areas.at_once]
    with node.write() as tx:
        tx.hold_others_off()
        require_new(tx, result.check_id)
        if decision.permitted and case.made:
            case.put(tx, actor)
        recording.record_decision(tx, case.activity(result.check_id), decided, rows)
        alerted = case.alert(tx, result.check_id)
        told_as, nobody = dict(areas.told_as), case.asked_nobody
        add_check(tx, RecordedCheck(request=request, result=result, asked_nobody=nobody, told_as=told_as))
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
        for one in areas.at_once:
            refs = Refs(check_id=result.check_id, told_as=told_as.get(one.node_id), peer=one.node_id)
            tx.record(Action.request_sent, by=actor, about=refs)
        for area, when in areas.later.items():
            put(tx, result.check_id, area, when, case.activity(result.check_id).case_digest)

"""Disclosing: tell one area about whom a check was, and read what it releases. A separate, human act.

Not before it is answered whether anyone here fled an area, and never to such an area unless the engine lets a
manager decide otherwise. Only names, aliases and date of birth travel, sealed to that area and bound to the check.
Does not ask in general (`hub.checks.check`) or send (`hub.checks.deliver`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from hub.audit.events import Action
from hub.cases.access import restrictions_on
from hub.cases.alerts import review_of_telling
from hub.cases.flight import keep_answer
from hub.checks.deliver import KIND, SealedDisclosure, act_of, deliver, read_disclosure, sealed_request
from hub.checks.disclosure import DisclosureAct, found_act
from hub.checks.results import LIKELY
from hub.checks.told_before import alert_if_told_of_others
from hub.consent import Decision, Protocol, SharingForm, excerpt
from hub.consent.coverage import named
from hub.consent.form.vocabulary import SignatureRole
from hub.consent.required_answers import threat_in_words
from hub.crypto import encoding
from hub.errors import ConflictError, HubError, NotFoundError, PeerError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.peers import refresh, up_to_date
from hub.federation.sealed import FIRST_TRY_S
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import outbox, recording
from hub.records.bodies import ExchangeName, question_digest
from hub.records.check import (
    AreaResult,
    CandidateRef,
    CheckRequest,
    CheckResult,
    DisclosureStatus,
    keep_form,
)
from hub.records.decisions import RecordedDecision
from hub.records.outbox import Delivery
from hub.store.obligations import Activity
from hub.values import Level, Requester
from hub.wire.commitment import subject_of
from hub.wire.messages import KEY_NOT_IN_USE, DisclosureQuestion

AT_ONCE_MOST: Final = 5
NOT_AT_ONCE: Final = (
    "Not told at once of a likely match in which both names and the full date of birth do not agree together: look"
    " at it, and run `hub disclose`."
)


async def disclose(
    node: Node,
    client: PeerClient,
    target: CandidateRef,
    level: Level,
    asker: Requester | None = None,
    form: SharingForm | None = None,
) -> tuple[CheckResult, Decision]:
    """Ask one area to release something about one candidate of a check, and return the updated result.

    `asker` is who acts; unnamed, it is taken for who asked. `form`: completed for this, in place of the question's;
    it is kept, and counts whenever the same is disclosed again. Raises NotFoundError when there is no such check or
    candidate, or its case is restricted for the asker, PeerError when the area fails: then the disclosure waits in
    the outbox and the worker goes on trying. A refusal is the decision returned.
    """
    # 1. Find the check and the candidate.
    with suppress(NotFoundError):  # Said with what else is missing.
        await up_to_date(node, client, target.area)
    act = found_act(node, target, level, asker, form)
    if form is not None and form.fled_from:
        _keep_flight(node, act, form)

    # 2. Decide, record the decision, and put the sealed request into the outbox, all at once or not at all.
    decision, delivery = decide_act(node, act)
    if delivery is None:
        return act.shown, decision
    if form is not None:
        _keep_flight(node, act, form)

    # 3. Deliver it, and record what was released.
    return await deliver_first(node, client, delivery), decision


async def deliver_first(node: Node, client: PeerClient, delivery: Delivery) -> CheckResult:
    """The first try to deliver what was decided just now. Raises PeerError when the area fails: then it waits."""
    try:
        return await _deliver(node, client, delivery)
    except HubError as error:
        with node.write() as tx:
            outbox.put_off(tx, delivery.id, str(error))
        error.kept = (
            error.kept or "The decision. The disclosure waits: `hub worker` goes on trying to deliver it."
        )
        if isinstance(error, PeerError) and error.sent:
            error.text += " The area may have been told; ask again to read its answer."
        raise


def _keep_flight(node: Node, act: DisclosureAct, form: SharingForm) -> None:
    """Keep with the case what a form says of areas fled: that nobody did only once it is permitted."""
    by, case_ref = act.request.requester, act.request.case_ref
    keep_answer(node, restrictions_on(node, by), case_ref, form.fled_from, node.actor(by.name))


async def redeliver(node: Node, client: PeerClient, delivery: Delivery) -> None:
    """Deliver a disclosure that waits, if what it was decided on still stands.

    It lapses after its review date, where the same form would not be permitted today, or where who asked may not
    know of the case any more. Raises as `deliver` does.
    """
    sent = read_disclosure(delivery)
    with suppress(HubError):  # Said, and recorded, where it is delivered.
        await up_to_date(node, client, sent.area)
    why = _lapsed(node, sent)
    if why:
        with node.write() as tx:
            outbox.lapse(tx, delivery.id, why)
        return
    await _deliver(node, client, delivery)


async def _deliver(node: Node, client: PeerClient, delivery: Delivery) -> CheckResult:
    """Deliver it; once more, sealed anew, where the area has given up the key that it is sealed to.

    What is sealed to another key than the area is known to have is not sent: a thief of that could read it.
    """
    sent = read_disclosure(delivery)
    peer = None
    with suppress(HubError):
        peer = await up_to_date(node, client, sent.area)
    if peer is None or peer.sealing_key_id == sent.key_id:
        try:
            return await deliver(node, client, delivery)
        except PeerError as error:
            if error.problem != KEY_NOT_IN_USE:
                raise
            peer = await refresh(node, client, sent.area)
            if peer.sealing_key_id == sent.key_id:
                raise
    if why := _lapsed(node, sent):  # The area took its time: what was decided before that may stand no more.
        with node.write() as tx:
            outbox.lapse(tx, delivery.id, why)
        raise ConflictError(why, kept="The decision. Nothing was sealed anew.")
    act = found_act(node, CandidateRef(sent.check_id, sent.area, sent.handle), sent.level, sent.requester)
    again = _sealed(node, act).model_copy(update={"until": sent.until})
    with node.write() as tx:
        anew = outbox.seal_anew(tx, delivery, again.parcel(tx.case_digest(act.request.case_ref)).content)
        actor = node.actor(act.request.requester.name)
        tx.record(Action.disclosure_sent, by=actor, about=act.refs, **_digest(node, act))
    if anew is None:
        raise NotFoundError(
            "This disclosure was delivered or cancelled meanwhile.", do="See `hub jobs list`."
        )
    return await deliver(node, client, anew)


def _lapsed(node: Node, sent: SealedDisclosure) -> str:
    """Why a disclosure that waits must not be sent any more, if so."""
    if node.today() > sent.until:
        return "The review date of its decision has passed."
    target = CandidateRef(sent.check_id, sent.area, sent.handle)
    try:
        act = found_act(node, target, sent.level, sent.requester)
    except NotFoundError as error:
        return error.text
    if not act.decided(node).permitted:
        return "It would not be permitted today: decide it again with `hub disclose`."
    return ""


def decide_act(
    node: Node, act: DisclosureAct, then: Callable[[Transaction, Decision], None] | None = None
) -> tuple[Decision, Delivery | None]:
    """The decision, recorded with the entry of the disclosure log and the delivery that a permit makes.

    `then` writes what else came of it, first and in the same transaction; what it raises undoes all of it.
    """
    request = act.request
    agency = act.form.recipient.agency or act.peer.pinned.area
    actor = node.actor(request.requester.name)
    with node.write() as tx:
        tx.hold_others_off()
        act = act.on_todays_facts(node)  # Whoever was waited for here may have written that she fled.
        decision = act.decided(node)
        decided = RecordedDecision(form=act.form, decision=decision, case_ref=request.case_ref)
        entry = recording.disclosed_entry(
            agency, act.area, decision, node.today(), handle=act.candidate.handle, level=act.level
        )
        if then is not None:
            then(tx, decision)
        waiting = outbox.of_act(tx, KIND, act_of(act.check_id, act.candidate.handle, act.level))
        again = waiting is not None or act.candidate.disclosure.status is not DisclosureStatus.not_asked
        activity = Activity(tx.case_digest(request.case_ref), act.check_id)
        recording.record_decision(tx, activity, decided, (entry,), again=again)
        tx.record(
            Action.disclosure_decided,
            by=actor,
            about=act.refs,
            requested_level=act.level,
            outcome=decision.outcome.value,
        )
        if not decision.permitted:
            if waiting is not None:
                outbox.lapse(tx, waiting.id, "It was decided again, and refused.")
            return decision, None
        if act.completed is not None:
            keep_form(tx, act.check_id, act_of(act.check_id, act.candidate.handle, act.level), act.completed)
        about = CandidateRef(act.check_id, act.area, act.candidate.handle)
        alert_if_told_of_others(tx, about, request.subject)
        if act.against and (manager := act.form.signature(SignatureRole.manager)):
            name = act_of(act.check_id, act.candidate.handle, act.level)
            review_of_telling(tx, request.case_ref, name, act.area, manager.name)
        tx.record(Action.disclosure_sent, by=actor, about=act.refs, **_digest(node, act))
        return decision, _outgoing(tx, act, waiting, actor)


def _outgoing(tx: Transaction, act: DisclosureAct, waiting: Delivery | None, actor: str) -> Delivery | None:
    """The delivery of an act: the one that waits already, as long as the area can open it, or a new one."""
    if waiting is not None:
        if read_disclosure(waiting).key_id == act.peer.sealing_key_id:
            outbox.reopen(tx, waiting.row, actor, wait_s=FIRST_TRY_S)
            return waiting
        outbox.cancel(tx, waiting.row, actor)
    parcel = _sealed(tx.node, act).parcel(tx.case_digest(act.request.case_ref))
    return outbox.get(tx, outbox.put(tx, parcel, wait_s=FIRST_TRY_S))


def _sealed(node: Node, act: DisclosureAct) -> SealedDisclosure:
    """The disclosure as it is sent, sealed to the area."""
    about = (act.known_as, act.candidate.handle, act.level)
    request, key = sealed_request(node, act.peer, about, question_of(node, act))
    return SealedDisclosure(
        check_id=act.check_id,
        area=act.area,
        handle=act.candidate.handle,
        level=act.level,
        requester=act.request.requester,
        until=act.form.review.date or _emergency_ends(node),
        key_id=act.peer.sealing_key_id,
        key=key,
        request=request,
        told_as=act.recorded.told_as.get(act.area, ""),
    )


def question_of(node: Node, act: DisclosureAct) -> DisclosureQuestion:
    """What the area is told: names, aliases and date of birth alone, with the form as it may read it."""
    return DisclosureQuestion(
        excerpt=_excerpt(act, node.today()).model_dump(mode="json", exclude_defaults=True),
        subject=subject_of(act.request.subject),
        salt=encoding.b64(bytes.fromhex(act.recorded.salts[act.area])),
    )


def _digest(node: Node, act: DisclosureAct) -> dict[str, Any]:
    """The digest of what the area is told, for the record, and the level that is asked."""
    name = ExchangeName(act.known_as, act.candidate.handle, act.level)
    salt = bytes.fromhex(act.recorded.salts[act.area])
    return {"digests": question_digest(name, salt, question_of(node, act)), "requested_level": act.level}


def _excerpt(act: DisclosureAct, on: dt.date) -> SharingForm:
    """The form as the area may read it: with the answer about areas fled that counts, and our agreement."""
    agreement = named(act.form.protocol, act.context.agreements or ())
    protocol = agreement and Protocol(ref=agreement.ref, date=agreement.date, digest=agreement.digest)
    form = act.form.model_copy(update={"fled_from": act.telling.fled_from, "protocol": protocol})
    return excerpt(form, act.telling.area(act.area), on)


def _emergency_ends(node: Node) -> dt.date:
    """When a permit that needed no review date lapses: by then its form has to be complete."""
    return node.today() + dt.timedelta(days=node.rules.policy.emergency.days_to_complete)


async def disclose_at_once(
    node: Node, client: PeerClient, request: CheckRequest, result: CheckResult
) -> CheckResult:
    """Where the request asks for it and an agreement covers it, disclose the surest candidates right away.

    In an emergency the threat stands for the agreement. Never where anything stands against telling the area, nor
    of a candidate that no key with both names and the full date matched: a peer may have made that up.
    Those stay a human's separate act. An area that fails keeps its candidates, with a note.
    """
    form = request.sharing_form
    if request.disclose != "at_once" or (form.protocol is None and not threat_in_words(form)):
        return result
    areas = await asyncio.gather(*(_told_at_once(node, client, request, result, one) for one in result.areas))
    return result.model_copy(update={"areas": tuple(areas)})


async def _told_at_once(
    node: Node, client: PeerClient, request: CheckRequest, result: CheckResult, area: AreaResult
) -> AreaResult:
    """One area's part of the result, its surest candidates disclosed: beside the others, each of which waits."""
    if area.not_told is not None:
        return area
    likely = [one for one in area.candidates if one.band in LIKELY]
    sure = [one for one in likely if one.whole]
    notes = []
    for candidate in sure[:AT_ONCE_MOST]:
        target = CandidateRef(result.check_id, area.node_id, candidate.handle)
        try:
            after, _ = await disclose(node, client, target, request.level, request.requester)
            area = next(one for one in after.areas if one.node_id == area.node_id)
        except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
            notes.append(fault_of(error).text)
    if len(sure) < len(likely):
        notes.append(NOT_AT_ONCE)
    return area.model_copy(update={"note": " ".join(filter(None, (area.note, *notes)))}) if notes else area

"""The holder's answer to a disclosure: open it, compare in the clear, decide by our own rules, seal the answer.

Unknown, excluded, refused and below-threshold give one and the same `not_answered`, of the same size. A request
is answered once per check and handle; asked again, the stored answer is sealed anew. Does not decide the law
(`hub.consent`) or weigh names (`hub.matching`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final

from sqlmodel import Session

from hub.audit.events import Action, Detail, Event, Refs, peer_actor
from hub.cases.records import CaseDetails, PersonDetails, open_case, open_person_details
from hub.consent import Agreement, Asked, Decision, Held, Outcome, SharingForm, decide_answer, parse_form
from hub.errors import AuthenticationError, ConflictError, HubError, InputError
from hub.federation import sealing, signing
from hub.federation.callers import Caller, Request, admit
from hub.federation.holder import Answer, Refused, receipt
from hub.federation.sealing import SealContext
from hub.federation.wire import (
    NOT_ANSWERED,
    Disclosure,
    DisclosureAnswer,
    DisclosureQuestion,
    DisclosureRequest,
    commitment,
    encode,
    parse_request,
)
from hub.matching import Confirmation, confirm
from hub.node import Node
from hub.store import decisions, feeds, received
from hub.store.tables import IdempotentAnswer, ReceivedDisclosure
from hub.values import AgencyKind, Band, Kind, Level

ANSWER_KEPT_S: Final = 86_400


def answer(node: Node, caller: Caller, signed: Request, request: DisclosureRequest) -> Answer | Refused:
    """Answer a disclosure. Raises AuthenticationError on a replay or a message that does not open.

    A key reused for another body is refused (422), as RFC-style idempotency asks; the same one gives the
    stored answer.
    """
    if not signed.idempotency_key:
        raise InputError("a disclosure needs an Idempotency-Key")
    question = _opened(node, caller, request)
    with node.write() as (session, record):
        admit(session, node, caller)
        record(_event(Action.disclosure_received, caller, request))  # First: it also queues writers.
        stored = received.stored_answer(session, caller.node_id, signed.idempotency_key, node.now())
        if stored is not None and stored.request_digest != signed.digest:
            return Refused(_KeyReusedError("this Idempotency-Key was used for another request"))
        if stored is not None and stored.answer is not None:
            body = stored.answer
        else:
            disclosure = _disclosure(session, node, caller, request, question)
            body = _sealed(node, caller, request, disclosure)
            session.merge(
                IdempotentAnswer(
                    peer=caller.node_id,
                    key=signed.idempotency_key,
                    request_digest=signed.digest,
                    answer=body,
                    expires_at=node.now() + ANSWER_KEPT_S,
                )
            )
        log = record(_event(Action.disclosure_answered, caller, request))
    return Answer(body, receipt(node, caller, request.check_id, log))


class _KeyReusedError(ConflictError):
    code = "idempotency_key_reused"
    status = 422


def _opened(node: Node, caller: Caller, request: DisclosureRequest) -> DisclosureQuestion:
    if request.key_id != node.sealing_key_id:
        raise AuthenticationError("the message was sealed to a key that is not in use")
    context = SealContext(
        "disclosure",
        caller.node_id,
        node.node_id,
        request.key_id,
        request.check_id,
        request.handle,
        request.level,
    )
    return parse_request(
        DisclosureQuestion, sealing.unseal(signing.unb64(request.sealed), node.keys.sealing, context)
    )


def _sealed(node: Node, caller: Caller, request: DisclosureRequest, disclosure: Disclosure) -> bytes:
    peer = caller.peer
    context = SealContext(
        "disclosure-answer",
        node.node_id,
        caller.node_id,
        peer.sealing_key_id,
        request.check_id,
        request.handle,
        request.level,
    )
    sealed = sealing.seal(encode(disclosure), peer.pinned.sealing, context)
    return encode(
        DisclosureAnswer(
            check_id=request.check_id,
            handle=request.handle,
            key_id=peer.sealing_key_id,
            sealed=signing.b64(sealed),
        )
    )


def _disclosure(
    session: Session, node: Node, caller: Caller, request: DisclosureRequest, question: DisclosureQuestion
) -> Disclosure:
    """What is released: once decided for a check, handle and level, always the same."""
    handle = bytes.fromhex(request.handle)
    place = f"received_disclosure/{caller.node_id}/{request.check_id}/{request.handle}/{request.level}"
    earlier = received.disclosure(session, (request.check_id, caller.node_id, handle, request.level))
    if earlier is not None:
        return Disclosure.model_validate_json(node.keys.vault.open(place, earlier.sealed))
    disclosure, decision_id = _decided(session, node, caller, request, question)
    session.add(
        ReceivedDisclosure(
            check_id=request.check_id,
            peer=caller.node_id,
            handle=handle,
            level=request.level,
            received_at=node.now(),
            decision_id=decision_id,
            sealed=node.keys.vault.seal(place, disclosure.model_dump_json().encode()),
        )
    )
    return disclosure


def _decided(
    session: Session, node: Node, caller: Caller, request: DisclosureRequest, question: DisclosureQuestion
) -> tuple[Disclosure, int | None]:
    check = received.check(session, caller.node_id, request.check_id)
    found = feeds.person_by_handle(session, bytes.fromhex(request.handle))
    if check is None or found is None:
        return NOT_ANSWERED, None
    salt = signing.unb64(question.salt)
    if not secrets.compare_digest(commitment(question.subject, salt), check.commitment):
        return NOT_ANSWERED, None  # Not the person that the check was about.
    try:
        form = parse_form(question.excerpt)
    except HubError:
        return NOT_ANSWERED, None
    row, case_row = found
    person = open_person_details(node.keys.vault, row.handle, row.sealed)
    case = open_case(node.keys.vault, case_row.handle, case_row.sealed)
    agreed = confirm(question.subject, person.person, node.matching)
    decision = _decide(node, caller, (form, request.level), (case, person), agreed)
    decision_id = decisions.add(session, node.keys.vault, node.now(), form, decision)
    if decision.outcome is Outcome.refer:
        return Disclosure(status="pending"), decision_id
    if decision.outcome is not Outcome.permit:
        return NOT_ANSWERED, decision_id
    return _released(decision.level, case, person, agreed), decision_id


def _decide(
    node: Node,
    caller: Caller,
    asked: tuple[SharingForm, Level],
    held: tuple[CaseDetails, PersonDetails],
    agreed: Confirmation,
) -> Decision:
    form, level = asked
    case, person = held
    agreement = node.settings.agreement
    return decide_answer(
        Asked(
            node_id=caller.node_id,
            form=form,
            level=level,
            agreement_known=bool(agreement and form.protocol and form.protocol.ref == agreement.ref),
        ),
        Held(
            kind=case.kind,
            role=person.person.role,
            holder_kind=AgencyKind.idva_charity if case.kind is Kind.idva else node.settings.agency_kind,
            band=Band.probable if agreed.passes else Band.possible,
            confirmed=agreed.passes,
            sealed=case.sealed,
            agreement=Agreement(case.agreement or "not_asked"),
        ),
        node.rules,
        dt.datetime.fromtimestamp(node.clock(), dt.UTC).date(),
    )


def _released(level: Level, case: CaseDetails, person: PersonDetails, agreed: Confirmation) -> Disclosure:
    """Exactly what the level allows: involvement, role and month of last activity."""
    kinds = [case.kind]
    if case.kind is Kind.marac and case.idva_service:
        kinds.append(Kind.idva)
    dates = [date for date in (case.referral_date, case.meeting_date) if date]
    summary = None
    if level is Level.summary:
        criteria = "; ".join(case.criteria) or "not recorded"
        summary = f"Referred {case.referral_date or 'on a date not recorded'}. Criteria: {criteria}."
    return Disclosure(
        status="answered",
        level=level,
        involvement=tuple(kinds),
        role=person.person.role,
        last_activity=max(dates).strftime("%Y-%m") if dates else None,
        agreement=tuple(f"{one.field.replace('_', ' ')}: {_words(one.similarity)}" for one in agreed.fields),
        summary=summary,
    )


def _words(similarity: float | None) -> str:
    if similarity is None:
        return "absent on one side"
    if similarity >= 99:
        return "agrees"
    return "close" if similarity >= 80 else "differs"


def _event(action: Action, caller: Caller, request: DisclosureRequest) -> Event:
    return Event(
        action=action,
        actor=peer_actor(caller.node_id),
        refs=Refs(check_id=request.check_id, handle=request.handle, peer=caller.node_id),
        detail=Detail(requested_level=request.level),
    )

"""Evaluating a peer's blinded match-keys, within grounds and quota, on the record.

Runs in one transaction that is committed before its answer leaves, under the keys of the epoch that it reads there:
another process may have changed them a moment before. The answer names the feed as it is when it leaves.
Learns that an area asks, when and roughly how much, never about whom. Does not serve the feed (`serve_feed`) or
answer disclosures (`hub.checks.receive`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hub.audit.events import Action, Refs, peer_actor
from hub.consent import Protocol
from hub.consent.coverage import named
from hub.crypto import encoding
from hub.crypto.prf import Evaluation, PrfKey
from hub.errors import ConflictError, InputError, NotFoundError, QuotaError
from hub.federation.authentication import Caller, Request, admit, as_signed
from hub.federation.receipts import Refused, Reply, receipt
from hub.federation.stored_answers import answered_before, keep_answer, require_key
from hub.node.node import Node
from hub.node.prf_keys import PrfKeys
from hub.node.transaction import Transaction
from hub.records.received import add_check
from hub.store import feeds, received
from hub.store.verify import RowKeys
from hub.wire.messages import (
    AGREEMENT_DIFFERS,
    AGREEMENT_NOT_HELD,
    EPOCH_CHANGED,
    QUESTIONS,
    SIZE_CLASSES,
    EvaluationAnswer,
    EvaluationRequest,
    RestsOn,
    encode,
    split_elements,
)
from hub.wire.quota import OverQuota, Quota, QuotaState, charge

ANSWER_KEPT_S: Final = 600
_POOLS: Final = ("strong", "weak")
_AGAIN: Final = "_again"
_EMERGENCY: Final = "_emergency"
_OWN: Final = ("", _AGAIN, _EMERGENCY)
"""A peer's pools: the quota itself, and what is set aside for asking once more and for emergencies."""


def evaluate(node: Node, caller: Caller, signed: Request, request: EvaluationRequest) -> Reply | Refused:
    """Evaluate a check's blinded elements.

    Raises AuthenticationError on a replay, InputError on bad elements or without an Idempotency-Key.

    Admitted, charged and recorded first, so that nobody computes for free and the store is not held meanwhile. The
    same request under the same key is one question, whose answer may have been lost: it reads the same answer, with
    the feed of now, and is neither charged nor recorded as received again; it has no receipt, which would show how
    our log has grown. Refusals are values, so that a message that was refused is used up; they leave no event here,
    but are counted by the hour.
    """
    require_key(signed)
    elements, weak_elements = split_elements(request.elements), split_elements(request.weak_elements)
    if len(elements) + len(weak_elements) not in SIZE_CLASSES:
        raise InputError(f"A request has one of {', '.join(map(str, SIZE_CLASSES))} elements.")
    with node.write() as tx:
        admit(tx, caller)
        tx.require_as_bound(_rests_on(caller, request))
        stored = answered_before(tx, caller, signed)
        if isinstance(stored, Refused):
            return stored
        state = feeds.state(tx.session)
        if state is None:
            return Refused(NotFoundError("This area has not published yet."))
        if stored is not None and stored.answer is not None and (body := _as_of(state, stored.answer)):
            return Reply(body, None, Action.answer_sent)
        keys = node.prf_keys(state.epoch)
        refused = _refusal(tx, caller, request, keys)
        if refused is None and stored is None:
            refused = _over_quota(tx, caller, request)
        if refused:
            return refused
        add_check(tx, caller.node_id, request, state.layout.handle_epoch, as_signed(signed))
        keep_answer(tx, caller, signed, None, ANSWER_KEPT_S)
        outcome = "repeated" if stored else "evaluated"
        tx.record(Action.answer_sent, **_act(caller, request), outcome=outcome)
        log = tx.head()
    strong = _evaluated(keys.strong, elements)
    weak = _evaluated(keys.weak, weak_elements)
    answer = EvaluationAnswer(
        check_id=request.check_id,
        epoch=state.epoch,
        feed_at=state.last_seq,
        elements=encoding.b64(strong.elements),
        proof=encoding.b64(strong.proof),
        weak_elements=encoding.b64(weak.elements),
        weak_proof=encoding.b64(weak.proof),
    )
    with node.write() as tx:
        tx.require_as_bound({"feed_state": [(1,)]})
        body = _as_of(feeds.state(tx.session), encode(answer))
        if body is None:
            return Refused(EpochChangedError("The keys were changed meanwhile.", do="Sync, and ask again."))
        keep_answer(tx, caller, signed, body, ANSWER_KEPT_S)
    return Reply(body, receipt(node, caller, request.check_id, log))


def _rests_on(caller: Caller, request: EvaluationRequest) -> RowKeys:
    """The rows by which it is said under which keys it is evaluated, and how much."""
    peer, user = _owners(caller, request)
    quotas = [(peer, pool + own) for pool in _POOLS for own in _OWN]
    return {"feed_state": [(1,)], "quota_use": [*quotas, *((user, pool) for pool in _POOLS)]}


def _owners(caller: Caller, request: EvaluationRequest) -> tuple[str, str]:
    """Who is charged: the peer, and the person there who asks."""
    return caller.node_id, f"{caller.node_id}|{request.user}"


def _as_of(state: feeds.State | None, answer: bytes) -> bytes | None:
    """An answer that names the feed as it is now, so that whoever left it is not met by it; None of other keys."""
    given = EvaluationAnswer.model_validate_json(answer)
    if state is None or given.epoch != state.epoch:
        return None
    return encode(given.model_copy(update={"feed_at": state.last_seq}))


def _evaluated(key: PrfKey, elements: list[bytes]) -> Evaluation:
    return key.evaluate(elements) if elements else Evaluation()


class EpochChangedError(ConflictError):
    """The request names keys of another epoch than the one in use."""

    code = EPOCH_CHANGED


def _refusal(tx: Transaction, caller: Caller, request: EvaluationRequest, keys: PrfKeys) -> Refused | None:
    """Look whether the keys are in use and for a ground."""
    if (request.key_id, request.weak_key_id) != (keys.key_id, keys.weak_key_id):
        return Refused(
            EpochChangedError(
                "The request names keys that are not in use.",
                kept="Nothing was charged.",
                do="Fetch the metadata, sync the feed, and ask again.",
            )
        )
    earlier = received.check(tx.session, caller.node_id, request.check_id)
    if earlier is not None and earlier.commitment != encoding.unb64(request.commitment):
        error = ConflictError("This check was already asked about another subject.")
        return Refused(error, "other_subject")
    alone = request.rests_on is RestsOn.agreement
    without = _without_agreement(tx, caller, request) if alone else None
    if without is None:
        return None
    return Refused(without, without.code if isinstance(without, ConflictError) else "no_ground")


class AgreementDiffersError(ConflictError):
    """The holder has another version of the agreement that the request names."""

    code = AGREEMENT_DIFFERS


class AgreementNotHeldError(ConflictError):
    """The holder does not have the agreement that the request names."""

    code = AGREEMENT_NOT_HELD


def _without_agreement(
    tx: Transaction, caller: Caller, request: EvaluationRequest
) -> InputError | ConflictError | None:
    """Why no agreement of ours covers the question, or nothing: the same one, in force, that both areas signed.

    For which of its purposes, and by which kind of agency, is for the asking area's engine, which goes by the same
    document: a word of it here would prove nothing, and the question has none.
    """
    if request.protocol_ref is None:
        return InputError("The request names neither an agreement nor a legal ground.")
    agreement = named(Protocol(ref=request.protocol_ref), tx.node.agreements.held)
    if agreement is None:
        return AgreementNotHeldError("This area does not hold the agreement that the request names.")
    if agreement.digest != request.protocol_digest:
        return AgreementDiffersError(
            "This area holds another version of the agreement that the request names."
        )
    covers = bool(QUESTIONS.intersection(agreement.purposes)) and not agreement.why_not_on(tx.today)
    if not (covers and {caller.node_id, tx.node.node_id} <= agreement.areas):
        return InputError("The agreement that the request names does not cover it.")
    return None


def _over_quota(tx: Transaction, caller: Caller, request: EvaluationRequest) -> Refused | None:
    """Charge the quotas and record what was received, or say that they are used up."""
    charged = _charge(tx, caller, request)
    if isinstance(charged, OverQuota):
        error = QuotaError("The quota of evaluated elements is used up.", retry_after=charged.retry_after_s)
        return Refused(error, "over_quota", Action.quota_refused)
    over = True if charged == _EMERGENCY else None
    tx.record(Action.request_received, **_act(caller, request), emergency=over)
    return None


def _charge(tx: Transaction, caller: Caller, request: EvaluationRequest) -> OverQuota | str:
    """Charge every element, hit or miss, to the first of the peer's pools that have them, and say to which.

    The quota itself, and the user's share of it; before that, what is set aside for a check that was answered
    before; after it, what is set aside for emergencies. Nothing is charged where none has them.
    """
    held = received.quotas(tx.session, _owners(caller, request))
    again = received.check(tx.session, caller.node_id, request.check_id) is not None
    emergency = request.rests_on is RestsOn.threat
    over = OverQuota(0)
    for own in ([_AGAIN] if again else []) + [""] + ([_EMERGENCY] if emergency else []):
        states = _taken(tx, held, request, _limits(tx, caller, request, own))
        if not isinstance(states, OverQuota):
            received.set_quotas(tx.session, states)
            return own
        over = states if own == "" else over
    return over


Limits = dict[tuple[str, str], Quota]
"""By owner and pool."""


def _limits(tx: Transaction, caller: Caller, request: EvaluationRequest, own: str) -> Limits:
    quotas = tx.node.settings.quotas
    peer, user = _owners(caller, request)
    limits: Limits = {}
    for pool, quota in (("strong", quotas.strong), ("weak", quotas.weak)):
        if own:
            limits[peer, pool + own] = quota.share(quotas.spare_share)
        else:
            limits |= {(peer, pool): quota, (user, pool): quota.share(quotas.user_share)}
    return limits


def _taken(
    tx: Transaction,
    held: Mapping[tuple[str, str], QuotaState],
    request: EvaluationRequest,
    limits: Limits,
) -> dict[tuple[str, str], QuotaState] | OverQuota:
    """What is left of each after all elements, or the first that has them not."""
    elements = {
        "strong": len(split_elements(request.elements)),
        "weak": len(split_elements(request.weak_elements)),
    }
    states: dict[tuple[str, str], QuotaState] = {}
    for (owner, pool), limit in limits.items():
        after = charge(held.get((owner, pool)), limit, elements[pool.partition("_")[0]], tx.now)
        if isinstance(after, OverQuota):
            return after
        states[owner, pool] = after
    return states


def _act(caller: Caller, request: EvaluationRequest) -> dict[str, Any]:
    """The fields of every event of an evaluation: whose, about which check, how much and on what it rests."""
    return {
        "by": peer_actor(caller.node_id),
        "about": Refs(check_id=request.check_id, peer=caller.node_id),
        "elements": len(request.elements) * 3 // 4 // 32,
        "weak_elements": len(request.weak_elements) * 3 // 4 // 32,
        "kind": request.rests_on.value,
    }

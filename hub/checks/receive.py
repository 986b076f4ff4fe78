"""A received disclosure: admit it, open it, have it answered, seal the answer.

Answers are sealed to the peer, padded and bound to check, handle and level, so that nothing outside distinguishes
one from another. What is answered is `hub.checks.answer`'s.
"""

from __future__ import annotations

from typing import Any, Final

from hub.audit.events import Action, Refs, peer_actor
from hub.checks.answer import answer_request, may_be_repeated
from hub.crypto import encoding, hpke
from hub.crypto.hpke import SealContext
from hub.crypto.vault import key_id
from hub.federation.authentication import Caller, Request, admit, as_signed
from hub.federation.receipts import Refused, Reply, receipt
from hub.federation.stored_answers import answered_before, keep_answer, require_key, sealed_to_another
from hub.node.node import Node
from hub.records.bodies import ExchangeName, answer_digest, question_digest
from hub.records.received import DisclosureKey
from hub.wire.messages import (
    Disclosure,
    DisclosureAnswer,
    DisclosureQuestion,
    DisclosureRequest,
    encode,
    parse_request,
)

ANSWER_KEPT_S: Final = 86_400


def answer(node: Node, caller: Caller, signed: Request, request: DisclosureRequest) -> Reply | Refused:
    """Answer a disclosure.

    Raises AuthenticationError on a replay or a message that does not open, InputError where it has no
    Idempotency-Key or what it opens to is malformed.

    A key reused for another body is refused (422); the same one gives the stored answer, unless the case may not be
    matched any more. What leaves no event has no receipt: asking again does not show how our log has grown.
    """
    require_key(signed)
    if request.key_id != node.sealing_key_id:
        return sealed_to_another(node, caller)
    question = _opened(node, caller, request)
    with node.write() as tx:
        admit(tx, caller)
        act: dict[str, Any] = {
            "by": peer_actor(caller.node_id),
            "about": Refs(check_id=request.check_id, handle=request.handle, peer=caller.node_id),
            "requested_level": request.level,
        }
        stored = answered_before(tx, caller, signed)
        if isinstance(stored, Refused):
            return stored
        name = ExchangeName(request.check_id, request.handle, request.level)
        salt = encoding.unb64(question.salt)
        if stored is None:
            tx.record(Action.disclosure_received, **act, digests=question_digest(name, salt, question))
        key = DisclosureKey(caller.node_id, request.check_id, bytes.fromhex(request.handle), request.level)
        if stored is not None and stored.answer is not None and may_be_repeated(tx, key):
            body, recorded = stored.answer, False
        else:
            disclosure = answer_request(tx, key, question, as_signed(signed))
            body = _sealed(node, caller, request, disclosure)
            # What waits for a person here is answered anew when it is asked again under the same key.
            lasting = None if disclosure.status == "pending" else body
            keep_answer(tx, caller, signed, lasting, ANSWER_KEPT_S)
            recorded = stored is None or lasting is not None
            if recorded:
                tx.record(Action.disclosure_answered, **act, digests=answer_digest(name, salt, disclosure))
        of_log = receipt(node, caller, request.check_id, tx.head()) if recorded else None
    counted = None if stored is None else Action.disclosure_received
    return Reply(body, of_log, counted)


def _opened(node: Node, caller: Caller, request: DisclosureRequest) -> DisclosureQuestion:
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
        DisclosureQuestion, hpke.unseal(encoding.unb64(request.sealed), node.keys.sealing, context)
    )


def _sealed(node: Node, caller: Caller, request: DisclosureRequest, disclosure: Disclosure) -> bytes:
    to = caller.certificate.keys.sealing
    context = SealContext(
        "disclosure-answer",
        node.node_id,
        caller.node_id,
        key_id(to),
        request.check_id,
        request.handle,
        request.level,
    )
    sealed = hpke.seal(encode(disclosure), to, context)
    return encode(
        DisclosureAnswer(
            check_id=request.check_id,
            handle=request.handle,
            key_id=key_id(to),
            sealed=encoding.b64(sealed),
        )
    )

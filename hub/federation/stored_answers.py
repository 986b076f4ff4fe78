"""Answers kept under a peer's Idempotency-Key: the same request, sent again, reads the same answer.

So a peer whose answer was lost on its way asks again without being charged or recorded as asking twice. A key that
was used for another request is refused. Kept sealed, bound to peer, key and request: what this node signs for is
what it answered. Does not decide how long an answer is kept.
"""

from __future__ import annotations

import re
from typing import Final

from hub.errors import ConflictError, InputError
from hub.federation.authentication import Caller, Request, admit
from hub.federation.receipts import Refused
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.received import open_answer, seal_answer
from hub.store import received
from hub.store.received import AnswerRow
from hub.wire.messages import KEY_NOT_IN_USE

_KEY: Final = re.compile(r"[!-~]{1,200}")


class KeyReusedError(ConflictError):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    status = 422


class _KeyNotInUseError(ConflictError):
    code = KEY_NOT_IN_USE


def sealed_to_another(node: Node, caller: Caller) -> Refused:
    """Refuse what nobody can open here any more. The peer fetches the new key, and asks again."""
    with node.write() as tx:
        admit(tx, caller)
    return Refused(
        _KeyNotInUseError(
            "The message was sealed to a key that is not in use.",
            kept="Nothing of it was read.",
            do="Fetch the metadata, and seal it to the key that is certified now.",
        )
    )


def require_key(signed: Request) -> None:
    """Raise InputError where a request that needs an Idempotency-Key has none, or none of printable letters."""
    if not _KEY.fullmatch(signed.idempotency_key):
        raise InputError("The request needs an Idempotency-Key.")


def answered_before(tx: Transaction, caller: Caller, signed: Request) -> AnswerRow | Refused | None:
    """What is kept under the request's key, or the refusal of a key that was used for another request.

    A row without an answer: the request was taken, and its answer is not there yet or is made anew each time. Holds
    off whoever sends the same at the same moment. Raises StorageError when it is not as this node kept it.
    """
    tx.hold_others_off()
    stored = received.stored_answer(tx.session, caller.node_id, signed.idempotency_key, tx.now)
    if stored is not None and stored.request_digest != signed.digest:
        error = KeyReusedError("This Idempotency-Key was used for another request.")
        return Refused(error, "key_reused")
    if stored is None or stored.answer is None:
        return stored
    return open_answer(tx.vault, stored)


def keep_answer(tx: Transaction, caller: Caller, signed: Request, answer: bytes | None, for_s: int) -> None:
    """Keep the answer to a request for so many seconds; None: it was taken, and is answered anew if sent again."""
    row = AnswerRow(caller.node_id, signed.idempotency_key, signed.digest, None, tx.now + for_s)
    received.store_answer(tx.session, row if answer is None else seal_answer(tx.vault, row, answer))

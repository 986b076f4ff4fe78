"""What a holder sends back: a signed answer whose signature doubles as the receipt, or a refusal.

Refusals, and what a peer asks again, are counted on the record by the hour (`hub.federation.tally`). A receipt
never says whether anybody was known. Does not decide what is answered.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from hub.audit.chain import Head
from hub.audit.events import Action
from hub.crypto.signing import digest, sign
from hub.errors import ConflictError, InputError, NotFoundError, QuotaError
from hub.federation.authentication import Caller, Request
from hub.federation.client import REQUEST_LIFE_S
from hub.node.node import Node
from hub.wire.messages import AnswerClaims, MessageType, Receipt


@dataclass(frozen=True)
class Reply:
    """A body to be signed and sent, with what the receipt says of our log: none where it is told again.

    `counted`: the action of which this is one more, where it left no event of its own.
    """

    body: bytes
    receipt: Receipt | None = None
    counted: Action | None = None


@dataclass(frozen=True)
class Refused:
    """A refusal, which the edge tells as a problem document and has counted. `why`: a code, if not the error's."""

    error: InputError | QuotaError | ConflictError | NotFoundError
    why: str = ""
    counted: Action = Action.request_refused


def receipt(node: Node, caller: Caller, check_id: str, log: Head) -> Receipt:
    """The content of a receipt beside the digests: never whether anybody was known."""
    return Receipt(
        holder=node.node_id,
        enquirer=caller.node_id,
        check_id=check_id,
        log_size=log.size,
        log_head=log.hash,
    )


def signed_answer(node: Node, caller: Caller, request: Request, answer: Reply) -> str:
    """The answer's signature, which doubles as the receipt: it binds the request, the body and our log's head."""
    now = node.now()
    claims = AnswerClaims(
        iss=node.node_id,
        sub=node.node_id,
        aud=caller.node_id,
        iat=now,
        exp=now + REQUEST_LIFE_S,
        jti=secrets.token_hex(16),
        request=request.digest,
        sha256=digest(answer.body),
        receipt=answer.receipt,
    )
    return sign(node.keys.signing, MessageType.answer, claims.model_dump(mode="json"))

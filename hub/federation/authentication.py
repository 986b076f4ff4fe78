"""Who is calling: verify a peer's signed request, its freshness and its single use.

Does not decide what the caller may have (`hub.federation.evaluate`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from hub.crypto.encoding import unb64
from hub.crypto.signing import CLOCK_SKEW_S, Expected, digest, public_key, request_digest, verify
from hub.errors import AuthenticationError, NotFoundError
from hub.federation.client import REQUEST_LIFE_S
from hub.federation.peers import KnownPeer, known
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.parsing import JsonError, read_json
from hub.store import received
from hub.wire.messages import MessageType

_NODE_ID: Final = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True)
class Request:
    """A request as it came: what was signed must be exactly this."""

    method: str
    path: str
    body: bytes
    authorization: str
    idempotency_key: str = ""

    @property
    def digest(self) -> str:
        """The digest of the request, which the answer to it must repeat."""
        return request_digest(self.method, self.path, self.idempotency_key, self.body)


@dataclass(frozen=True)
class Caller:
    """An authenticated peer and the single-use identifier of its message."""

    peer: KnownPeer
    jti: str
    expires_at: int

    @property
    def node_id(self) -> str:
        """The peer's node id."""
        return self.peer.pinned.node_id


def authenticate(node: Node, request: Request, message: MessageType) -> Caller:
    """Verify signature, audience, times, method, address and body. Raises AuthenticationError.

    The caller must still be admitted within the transaction that answers it, which refuses replays.
    """
    scheme, _, token = request.authorization.partition(" ")
    if scheme != "Bearer" or not token:
        raise AuthenticationError("The request is not signed.")
    peer = _claimed_peer(node, token)
    expected = Expected(message, peer.pinned.node_id, node.node_id, REQUEST_LIFE_S)
    claims = verify(token, public_key(peer.pinned.signing), expected, node.clock())
    bound = {
        "htm": request.method,
        "htu": node.settings.url.rstrip("/") + request.path,
        "sha256": digest(request.body),
    }
    for name, value in bound.items():
        if not secrets.compare_digest(str(claims.get(name)).encode(), value.encode()):
            raise AuthenticationError("The signature is for another method, address or body.")
    return Caller(peer, str(claims["jti"]), int(claims["exp"]) + 2 * CLOCK_SKEW_S + REQUEST_LIFE_S)


def admit(tx: Transaction, caller: Caller) -> None:
    """Use the message up. Raises AuthenticationError on a replay."""
    received.first_use(tx.session, caller.node_id, caller.jti, caller.expires_at, tx.now)


def _claimed_peer(node: Node, token: str) -> KnownPeer:
    """The pinned peer that the unverified token claims to be from; its key then proves or refutes it."""
    parts = token.split(".")
    try:
        claimed = str(read_json(unb64(parts[1]))["iss"]) if len(parts) == 3 else ""
        return known(node, claimed if _NODE_ID.fullmatch(claimed) else "")
    except NotFoundError as error:
        raise AuthenticationError("The request is from a node that is not a peer.") from error
    except (JsonError, KeyError) as error:
        raise AuthenticationError("A signed message cannot be read.") from error

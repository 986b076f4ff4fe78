"""Who is calling: verify a peer's signed request, its freshness and its single use.

Does not decide what the caller may have (`hub.federation.evaluate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.crypto.signing import (
    CLOCK_SKEW_S,
    Expected,
    digest,
    public_key,
    read_claims,
    request_digest,
    unverified,
    verify,
)
from hub.errors import AuthenticationError, NotFoundError
from hub.federation.client import REQUEST_LIFE_S
from hub.federation.peers import believed
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.received import SignedRequest
from hub.store import received
from hub.wire.certificates import Certificate
from hub.wire.messages import MessageType, RequestClaims

_OTHER: Final = "The signature is for another method, address or body."


@dataclass(frozen=True)
class Request:
    """A request as it came: what was signed must be exactly this."""

    method: str
    path: str
    body: bytes
    authorization: str
    certificate: str
    idempotency_key: str = ""

    @property
    def digest(self) -> str:
        """The digest of the request, which the answer to it must repeat."""
        return request_digest(self.method, self.path, self.idempotency_key, self.body)


def as_signed(request: Request) -> SignedRequest:
    """A request that was verified, as it is kept."""
    token = request.authorization.partition(" ")[2]
    return SignedRequest(signed=token, certificate=request.certificate, body=request.body.decode())


@dataclass(frozen=True)
class Caller:
    """An authenticated peer, the certificate of its keys, and the single-use identifier of its message."""

    certificate: Certificate
    jti: str
    expires_at: int

    @property
    def node_id(self) -> str:
        """The peer's node id."""
        return self.certificate.node_id


def authenticate(node: Node, request: Request, message: MessageType) -> Caller:
    """Verify signature, audience, times, method, address and body. Raises AuthenticationError.

    The caller must still be admitted within the transaction that answers it, which refuses replays.
    """
    certificate, claims = sender_of(node, request, message)
    if claims.sha256 != digest(request.body):
        raise AuthenticationError(_OTHER)
    return Caller(certificate, claims.jti, claims.exp + 2 * CLOCK_SKEW_S + REQUEST_LIFE_S)


def sender_of(node: Node, request: Request, message: MessageType) -> tuple[Certificate, RequestClaims]:
    """Who signed a request, and for what, whatever its body is. Raises AuthenticationError."""
    scheme, _, token = request.authorization.partition(" ")
    if scheme != "Bearer" or not token:
        raise AuthenticationError("The request is not signed.")
    certificate = _certified(node, token, request.certificate)
    expected = Expected(message, certificate.node_id, node.node_id, REQUEST_LIFE_S)
    claims = verify(RequestClaims, token, public_key(certificate.keys.signing), expected, node.clock())
    if (claims.htm, claims.htu) != (request.method, node.settings.url.rstrip("/") + request.path):
        raise AuthenticationError(_OTHER)
    return certificate, claims


def admit(tx: Transaction, caller: Caller) -> None:
    """Use the message up. Raises AuthenticationError on a replay."""
    received.first_use(tx.session, caller.node_id, caller.jti, caller.expires_at, tx.now)


def _certified(node: Node, token: str, certificate: str) -> Certificate:
    """The certificate of the peer that the unverified token claims to be from; its key proves or refutes that."""
    claimed = read_claims(RequestClaims, unverified(token)[1]).iss
    try:
        return believed(node, claimed, certificate)
    except NotFoundError as error:
        raise AuthenticationError("The request is from a node that is not a peer.") from error

"""What peers signed when they asked this node, as it is kept: found by the check, and verified once more.

By the certificate that came with it, and so by the peer's root key: whatever the peer says later, it asked this. A
check is blinded and a disclosure sealed; nobody is named in what was signed. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.crypto.encoding import unb64
from hub.crypto.signing import CLOCK_SKEW_S, Expected, digest, public_key, read_claims, unverified, verify
from hub.errors import AuthenticationError, NotFoundError
from hub.federation.client import REQUEST_LIFE_S
from hub.node.node import Node
from hub.node.pins import load_pins
from hub.node.transaction import Reading
from hub.records.received import SignedRequest, open_check, open_disclosure
from hub.records.witness import open_acknowledgement
from hub.store import received, witness
from hub.values import NodeId
from hub.wire.certificates import Certificate, Revocation, read_certificate
from hub.wire.messages import MessageType, RequestClaims

KINDS: Final = {
    MessageType.evaluation: "check",
    MessageType.disclosure: "disclosure",
    MessageType.acknowledgement: "acknowledgement",
}


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request of a peer: when it came here (seconds since 1970), and what was signed, if that was kept then.

    `handle` (hex) and `level` say which disclosure of the check it is of; empty for the check itself.
    """

    message: MessageType
    peer: NodeId
    received_at: int
    signed: SignedRequest | None
    handle: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """That a request holds: what was signed, and by which certificate. `revoked`: what took that back since."""

    claims: RequestClaims
    certificate: Certificate
    revoked: Revocation | None


def kept_requests(tx: Reading, check_id: str) -> list[KeptRequest]:
    """What peers signed under a check's id: the check, its disclosures, what was acknowledged of these.

    Raises NotFoundError where there is none, StorageError.
    """
    checks, disclosures = received.of_check(tx.session, check_id)
    found = [
        KeptRequest(MessageType.evaluation, row.peer, row.received_at, open_check(tx, row)) for row in checks
    ]
    for row in disclosures:
        request = open_disclosure(tx, row).recorded.request
        of = (row.handle.hex(), row.level)
        found.append(KeptRequest(MessageType.disclosure, row.peer, row.received_at, request, *of))
    for read in witness.acknowledgements_of_check(tx.session, check_id):
        said = open_acknowledgement(tx, read)
        body = unb64(said.body).decode()
        signed = SignedRequest(signed=said.request, certificate=said.certificate, body=body)
        of = (read.handle.hex(), read.level)
        found.append(KeptRequest(MessageType.acknowledgement, read.peer, read.received_at, signed, *of))
    if not found:
        raise NotFoundError(
            "No peer asked a check of that id here.",
            do="Its id is in this node's log, or in the peer's as `told_as`.",
        )
    return found


def prove(node: Node, kept: KeptRequest) -> Proven:
    """Verify a request by the certificate of its time. Raises AuthenticationError saying what does not hold."""
    signed = kept.signed
    if signed is None:
        raise AuthenticationError("What the peer signed was not kept by the version of that time.")
    pins = load_pins(node)
    token = signed.certificate or next((one.certificate for one in pins.pins if one.node_id == kept.peer), "")
    certificate = read_certificate(token)
    if pins.of_root(kept.peer, certificate.root_thumbprint) is None or certificate.node_id != kept.peer:
        raise AuthenticationError("The certificate is of no root key that was pinned here for that node.")
    at = read_claims(RequestClaims, unverified(signed.signed)[1]).iat
    expected = Expected(kept.message, kept.peer, node.node_id, REQUEST_LIFE_S)
    claims = verify(RequestClaims, signed.signed, public_key(certificate.keys.signing), expected, at)
    if claims.sha256 != digest(signed.body.encode()):
        raise AuthenticationError("The signature is for another body.")
    if not certificate.iat - CLOCK_SKEW_S <= at <= certificate.exp + CLOCK_SKEW_S:
        raise AuthenticationError("The certificate was not in force when it was signed.")
    return Proven(claims, certificate, pins.revocation_of(certificate))

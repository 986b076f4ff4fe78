"""Whether a head of ours that a peer holds, and for which it refuses the next one, says that our log was changed.

A refusal alone says nothing: anybody can send one. What counts is what this node itself signed, for that peer,
under a key that its root key certified: a head that is not in its log, and that no restoration since then explains.
Reads alone; what is done about it is `heads`'.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from hub.audit.chain import Head
from hub.audit.checkpoint import read_checkpoint
from hub.crypto.encoding import unb64
from hub.crypto.signing import Expected, PublicKey, digest, public_key, read_claims, unverified, verify
from hub.errors import AuthenticationError, InputError
from hub.federation.client import REQUEST_LIFE_S
from hub.node.certificates import load, signers
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import restorations
from hub.store.audit import DatabaseAudit
from hub.values import NodeId
from hub.wire.certificates import read_certificate
from hub.wire.messages import MessageType, RequestClaims, parse_request
from hub.wire.problem import HeldNotice
from hub.wire.witness import CheckpointNotice, RestoredTold


class Proof(StrEnum):
    """What a peer's refusal of our head comes to."""

    none = "unproven"
    in_log = "in_log"
    restored = "restored"
    changed = "ours"


class ShownBefore(NamedTuple):
    """A head that this node showed a peer, when it signed that (seconds since 1970), and with which key."""

    head: Head
    at: int
    key: PublicKey
    restored: RestoredTold | None


def judge_refusal(node: Node, peer: NodeId, held: HeldNotice | None) -> tuple[Proof, ShownBefore | None]:
    """What a peer's refusal comes to, by what it holds of ours; and that, where this node did sign it."""
    if held is None:
        return Proof.none, None
    try:
        shown = _read(node, peer, held)
    except (AuthenticationError, InputError):
        return Proof.none, None
    with node.read() as tx:
        entry = DatabaseAudit(tx.session).at(shown.head.size)
        if entry is not None and entry.hash == shown.head.hash:
            return Proof.in_log, shown
        return Proof.restored if _explained(tx, shown) else Proof.changed, shown


def _read(node: Node, peer: NodeId, held: HeldNotice) -> ShownBefore:
    """What this node signed. Raises AuthenticationError, InputError where it did not, or not for that peer."""
    key, claims = _signed(node, peer, held)
    body = unb64(held.body)
    if claims.sha256 != digest(body):
        raise AuthenticationError("The signature is for another body.")
    notice = parse_request(CheckpointNotice, body)
    head = read_checkpoint(notice.note, node.node_id, *_keys(node, held))
    return ShownBefore(head, claims.iat, key, notice.restored)


def _signed(node: Node, peer: NodeId, held: HeldNotice) -> tuple[PublicKey, RequestClaims]:
    at = read_claims(RequestClaims, unverified(held.request)[1]).iat
    expected = Expected(MessageType.checkpoint, node.node_id, peer, REQUEST_LIFE_S)
    for key in _keys(node, held):
        try:
            return key, verify(RequestClaims, held.request, key, expected, at)
        except AuthenticationError:
            continue
    raise AuthenticationError("This node did not sign it.")


def _keys(node: Node, held: HeldNotice) -> Iterator[PublicKey]:
    """The signing keys that this node has or had; and the one that its root key certified in what the peer holds.

    For where the home was put back to before its keys were changed.
    """
    yield from signers(node.home, node.keys)
    kept = load(node.home, node.keys.vault)
    if kept is not None and held.certificate:
        certificate = read_certificate(held.certificate)
        if certificate.node_id == node.node_id and certificate.root_thumbprint in kept.roots:
            yield public_key(certificate.keys.signing)


def _explained(tx: Reading, shown: ShownBefore) -> bool:
    """Whether the node was brought back since then to a log that ended before that head."""
    every = restorations.every(tx)
    mark = shown.restored.mark if shown.restored else None
    if mark is None:
        since = every
    elif any(one.reasons.mark == mark for one in every):
        since = every[1 + max(at for at, one in enumerate(every) if one.reasons.mark == mark) :]
    else:
        since = [one for one in every if one.restored_at >= shown.at]
    return any(one.reasons.head_size < shown.head.size for one in since if one.reasons.mark)

"""Remembering that a candidate is not the same person, and taking that back.

A pair is known by its evidence: which of the subject's match-keys met that record. So it is remembered although
handles change with every publication, and comes up again when either record changes in a way that matters.
Nothing is sent to anyone.
"""

from __future__ import annotations

from hub.audit.events import Action, Event, Refs
from hub.errors import NotFoundError
from hub.keys import Vault
from hub.node import Node
from hub.store import checks, pairs
from hub.values import NodeId


def pair_digest(vault: Vault, node_id: str, evidence: bytes) -> bytes:
    """The keyed digest of a pair: our subject and one record of that area."""
    return vault.lookup("not_same", f"{node_id}\x00{evidence.hex()}")


def set_aside(node: Node, check_id: str, node_id: NodeId, handle: str) -> None:
    """Remember that this candidate of a check is not the subject. Raises NotFoundError."""
    digest, actor = _find(node, check_id, node_id, handle)
    with node.write() as (session, record):
        pairs.add(session, digest, node.now())
        refs = Refs(check_id=check_id, handle=handle, peer=node_id)
        record(Event(action=Action.pair_set_aside, actor=actor, refs=refs))


def take_back(node: Node, check_id: str, node_id: NodeId, handle: str) -> None:
    """Forget that again. Raises NotFoundError when it was not set aside."""
    digest, actor = _find(node, check_id, node_id, handle)
    with node.write() as (session, record):
        if not pairs.remove(session, digest):
            raise NotFoundError("this candidate was not set aside", do="see the result of `hub check`")
        refs = Refs(check_id=check_id, handle=handle, peer=node_id)
        record(Event(action=Action.pair_taken_back, actor=actor, refs=refs))


def _find(node: Node, check_id: str, node_id: str, handle: str) -> tuple[bytes, str]:
    with node.database.read() as session:
        kept = checks.get(session, node.keys.vault, check_id)
    evidence = kept.evidence.get(node_id, {}).get(handle)
    if evidence is None:
        raise NotFoundError(
            "this check has no such candidate in that area", do="see the result of `hub check`"
        )
    actor = "user:" + node.user(kept.request.requester.name)
    return pair_digest(node.keys.vault, node_id, bytes.fromhex(evidence)), actor

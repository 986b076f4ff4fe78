"""Remembering that a candidate is not the same person, and taking that back.

A pair is known by its evidence: which of the subject's match-keys met that record. So it is remembered although
handles change with every publication, and comes up again when either record changes in a way that matters.
Nothing is sent to anyone.
"""

from __future__ import annotations

from hub.audit.events import Action, Refs
from hub.cases.access import check_for
from hub.crypto.vault import Vault
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records.check import is_handle
from hub.store import pairs
from hub.values import NodeId, Requester


def dismissal_digest(vault: Vault, node_id: str, evidence: bytes) -> bytes:
    """The keyed digest of a pair: our subject and one record of that area."""
    return vault.lookup("not_same", f"{node_id}\x00{evidence.hex()}")


def dismiss(node: Node, check_id: str, node_id: NodeId, handle: str, asker: Requester | None = None) -> None:
    """Remember that this candidate of a check is not the subject.

    Raises NotFoundError, also for a check whose case is hidden from the asker.
    """
    handle, digest, actor = _find(node, check_id, node_id, handle, asker)
    with node.write() as tx:
        pairs.add(tx.session, digest, node.now())
        refs = Refs(check_id=check_id, handle=handle, peer=node_id)
        tx.record(Action.pair_set_aside, by=actor, about=refs)


def undo_dismissal(
    node: Node, check_id: str, node_id: NodeId, handle: str, asker: Requester | None = None
) -> None:
    """Forget that again. Raises NotFoundError when it was not set aside, or as `dismiss` does."""
    handle, digest, actor = _find(node, check_id, node_id, handle, asker)
    with node.write() as tx:
        if not pairs.remove(tx.session, digest):
            raise NotFoundError("this candidate was not set aside", do="see the result of `hub check`")
        refs = Refs(check_id=check_id, handle=handle, peer=node_id)
        tx.record(Action.pair_taken_back, by=actor, about=refs)


def _find(
    node: Node, check_id: str, node_id: str, given: str, asker: Requester | None
) -> tuple[str, bytes, str]:
    kept = check_for(node, asker, check_id)
    found = [one for one in kept.evidence.get(node_id, {}).items() if is_handle(one[0], given)]
    if len(found) != 1:
        raise NotFoundError(
            "this check has no such candidate in that area", do="see the result of `hub check`"
        )
    actor = "user:" + node.user(asker.name if asker and asker.name else kept.request.requester.name)
    handle, evidence = found[0]
    return handle, dismissal_digest(node.keys.vault, node_id, bytes.fromhex(evidence)), actor

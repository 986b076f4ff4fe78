"""Dismissing a candidate as not the same person, and undoing the dismissal.

A pair is known by its evidence: which of the subject's match-keys matched that record. So it is remembered although
handles change with every epoch, and comes up again when either record changes in a way that matters.
Nothing is sent to anyone.
"""

from __future__ import annotations

from typing import NamedTuple

from hub.audit.events import Action, Refs
from hub.cases.access import check_for
from hub.checks.named import named_candidate
from hub.crypto.vault import Vault
from hub.errors import ConflictError, NotFoundError
from hub.node.node import Node
from hub.records.check import CandidateRef, DismissedWord, recorded_check, update_check
from hub.store import dismissals
from hub.values import Requester


def dismissal_digest(vault: Vault, node_id: str, evidence: bytes) -> bytes:
    """The keyed digest of a pair: our subject and one record of that area."""
    return vault.lookup("not_same", f"{node_id}\x00{evidence.hex()}")


def dismiss(node: Node, target: CandidateRef, asker: Requester | None = None, because: str = "") -> None:
    """Dismiss a candidate of a check as not the subject. `because` is kept with the check.

    Raises NotFoundError, also for a check whose case is restricted for the asker; ConflictError where another
    candidate has the same evidence, and might be hidden in its place.
    """
    found = _find(node, target, asker, alike=True)
    with node.write() as tx:
        dismissals.add(tx.session, found.digest, tx.now)
        if because:
            kept = recorded_check(tx, target.check_id)
            word = DismissedWord(by=asker.name if asker else "", because=because, at=tx.now)
            said = {**kept.dismissed, str(found.refs.handle): word}
            update_check(tx, kept.model_copy(update={"dismissed": said}))
        tx.record(Action.pair_set_aside, by=found.actor, about=found.refs)


def undo_dismissal(node: Node, target: CandidateRef, asker: Requester | None = None) -> None:
    """Undo a dismissal. Raises NotFoundError when it was not dismissed, or as `dismiss` does."""
    found = _find(node, target, asker)
    with node.write() as tx:
        if not dismissals.remove(tx.session, found.digest):
            raise NotFoundError("This candidate was not dismissed.", do="See the result of `hub check`.")
        kept = recorded_check(tx, target.check_id)
        said = {one: word for one, word in kept.dismissed.items() if one != found.refs.handle}
        update_check(tx, kept.model_copy(update={"dismissed": said}))
        tx.record(Action.pair_taken_back, by=found.actor, about=found.refs)


class _Found(NamedTuple):
    """A candidate by the digest of its evidence, who acts on it, and what the log says it is."""

    digest: bytes
    actor: str
    refs: Refs


def _find(node: Node, target: CandidateRef, asker: Requester | None, *, alike: bool = False) -> _Found:
    recorded = check_for(node, asker, target.check_id)
    handle = named_candidate(recorded.result, target.area, target.handle, dismissed=True).handle
    evidence = recorded.evidence[target.area][handle]
    if alike and list(recorded.evidence[target.area].values()).count(evidence) > 1:
        raise ConflictError(
            "Another candidate of this check agrees in just the same: which was meant could not be known again.",
            kept="Nothing was dismissed: later checks show both.",
            do="Write down with your case which of them it is not.",
        )
    return _Found(
        dismissal_digest(node.keys.vault, target.area, bytes.fromhex(evidence)),
        node.actor(asker.name if asker and asker.name else recorded.request.requester.name),
        Refs(check_id=target.check_id, handle=handle, peer=target.area),
    )

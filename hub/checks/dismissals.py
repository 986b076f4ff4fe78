"""Dismissing a candidate as not the same person, and undoing the dismissal.

A pair is known by its evidence: which of the subject's match-keys matched that record. So it is remembered although
handles change with every epoch, and comes up again when either record changes in a way that matters.
Nothing is sent to anyone.
"""

from __future__ import annotations

from typing import NamedTuple

from hub.accounts.organisations import folded
from hub.audit.events import Action, Refs
from hub.cases.access import check_for
from hub.checks.named import named_candidate
from hub.crypto.vault import Vault
from hub.errors import ConflictError, NotFoundError, UsageError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.check import CandidateRef, DismissedWord, RecordedCheck, recorded_check, update_check
from hub.store import dismissals
from hub.values import Band, NodeId, Requester


def dismissal_digest(vault: Vault, node_id: str, evidence: bytes) -> bytes:
    """The keyed digest of a pair: our subject and one record of that area."""
    return vault.lookup("not_same", f"{node_id}\x00{evidence.hex()}")


def dismissed(tx: Reading, kept: RecordedCheck, area: NodeId, handle: str) -> bool:
    """Whether a person said of a candidate of a check that it is not the same; also while another has to agree."""
    if handle in kept.dismissed:
        return True
    digest = dismissal_digest(tx.vault, area, bytes.fromhex(kept.evidence[area][handle]))
    return bool(dismissals.known(tx.session, [digest]))


def dismiss(
    node: Node, target: CandidateRef, asker: Requester | None = None, word: DismissedWord | None = None
) -> None:
    """Dismiss a candidate of a check as not the subject. `word` is kept with the check.

    Raises NotFoundError, also for a check whose case is restricted for the asker; ConflictError where another
    candidate has the same evidence, and might be hidden in its place.
    """
    found = _find(node, target, asker, alike=True)
    with node.write() as tx:
        dismissals.add(tx.session, found.digest, tx.now)
        if word is not None:
            _keep(tx, target.check_id, str(found.refs.handle), word)
        tx.record(Action.pair_set_aside, by=found.actor, about=found.refs)


def dismiss_with_reason(node: Node, target: CandidateRef, asker: Requester, because: str) -> bool:
    """Dismiss a candidate for a reason that is kept with the check; says whether it is dismissed now.

    One that is very likely the same person takes two people: the first one's word waits for another's. Raises as
    `dismiss`.
    """
    kept = check_for(node, asker, target.check_id)
    candidate = named_candidate(kept.result, target.area, target.handle, dismissed=True)
    first = kept.dismissed.get(candidate.handle)
    word = DismissedWord(by=asker.name, because=because, at=node.now())
    if candidate.band is Band.strong:
        if first is None or folded(first.by) == folded(asker.name):
            _find(node, target, asker, alike=True)
            with node.write() as tx:
                _keep(tx, target.check_id, candidate.handle, word)
            return False
        word = first.model_copy(update={"agreed_by": asker.name})
    dismiss(node, target, asker, word)
    return True


def dismiss_by_name(node: Node, target: CandidateRef, asker: Requester | None, because: str) -> bool:
    """As `dismiss_with_reason`, where nobody has an account: by typed names, two of them for a very likely one.

    Raises UsageError for such a one without a name or a reason.
    """
    kept = check_for(node, asker, target.check_id)
    candidate = named_candidate(kept.result, target.area, target.handle, dismissed=True)
    if asker is not None and asker.name and because:
        return dismiss_with_reason(node, target, asker, because)
    if candidate.band is Band.strong:
        raise UsageError(
            "This is very likely the same person: two people say that it is not, each by name, with a reason.",
            kept="It is shown as before.",
            do='Say who and why: --as WHO.json --because "...".',
        )
    dismiss(node, target, asker)
    return True


def _keep(tx: Transaction, check_id: str, handle: str, word: DismissedWord | None) -> None:
    """Keep with a check what was said of a candidate, or that it was taken back."""
    tx.hold_others_off()
    kept = recorded_check(tx, check_id)
    said = {one: told for one, told in kept.dismissed.items() if one != handle}
    update_check(tx, kept.model_copy(update={"dismissed": said | ({handle: word} if word else {})}))


def undo_dismissal(node: Node, target: CandidateRef, asker: Requester | None = None) -> None:
    """Undo a dismissal. Raises NotFoundError when it was not dismissed, or as `dismiss` does."""
    found = _find(node, target, asker)
    with node.write() as tx:
        if not dismissals.remove(tx.session, found.digest):
            raise NotFoundError("This candidate was not dismissed.", do="See the result of `hub check`.")
        _keep(tx, target.check_id, str(found.refs.handle), None)
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

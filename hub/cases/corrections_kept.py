"""The corrections of cases as they are kept, for whoever reads them: of one case, or all that wait for somebody.

Who may open a case is said by `shown`, or by who somebody is restricted from. Changes nothing (`corrections`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import RowMapping

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.correction import Correction
from hub.cases.shown import finds, gists_shown
from hub.crypto.vault import Vault
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.gists import Gist, every_gist
from hub.records.papers import KeptPaper, PaperKind
from hub.values import Requester


class KeptCorrection(NamedTuple):
    """A correction as it is kept: the handle (hex) of its newest paper, when that was written, and what it says."""

    handle: str
    at: int
    said: Correction


class WaitingCorrection(NamedTuple):
    """One that waits: the case by its handle (hex) and number, and whose proposal it is."""

    case: str
    case_ref: str
    correction: str
    by: str
    at: int


def corrections_of(node: Node, held: HeldCase) -> list[KeptCorrection]:
    """The corrections of a case, the newest first. Raises RowsError."""
    with node.read() as tx:
        return sorted(kept_of(tx, held), key=lambda one: -one.at)


def correction_of(node: Node, held: HeldCase, handle: str) -> KeptCorrection | None:
    """The correction of a case that a handle names, also by a paper that it stood in. Raises RowsError."""
    with node.read() as tx:
        every = papers.of_case(tx, held.row, PaperKind.correction)
    newest = next((one for one in papers.current(every) if _was(every, one, handle)), None)
    return _opened(newest) if newest else None


def waiting_corrections(node: Node, acting: Acting) -> list[WaitingCorrection]:
    """Those that wait, of the cases that somebody may open; the oldest first. Raises UsageError, RowsError."""
    waits = _waiting(node)
    shown = gists_shown(node, acting, lambda one: one.row.id in waits)
    found = (_line(one, kept) for one in shown for kept in waits[one.row.id])
    return sorted(found, key=lambda one: one.at)


def waiting_for(node: Node, by: Requester | None) -> list[WaitingCorrection]:
    """Those of the cases that somebody may know of, where nobody has an account. Raises UsageError, RowsError."""
    restrictions, waits = restrictions_on(node, by), _waiting(node)
    with node.read() as tx:
        every = [one for one in every_gist(tx) if one.row.id in waits]
    shown = (one for one in every if finds(restrictions, one.apart_for, one.row.ref_digest))
    found = (_line(one, kept) for one in shown for kept in waits[one.row.id])
    return sorted(found, key=lambda one: one.at)


def kept_of(tx: Reading, held: HeldCase) -> list[KeptCorrection]:
    """The corrections of a case, the oldest first. Raises RowsError."""
    every = papers.of_case(tx, held.row, PaperKind.correction)
    return [_opened(one) for one in papers.current(every)]


def _opened(kept: KeptPaper) -> KeptCorrection:
    return KeptCorrection(kept.handle, kept.paper.at, Correction.model_validate(kept.paper.body))


def _was(every: Sequence[KeptPaper], newest: KeptPaper, handle: str) -> bool:
    return any(one.handle == handle for one in papers.history(every, newest.handle))


def _waiting(node: Node) -> dict[int, list[KeptCorrection]]:
    """Those that wait, by the number of their case in the store."""
    with node.read() as tx:
        every = [one for one in tx.every_row("case_paper", _of_row) if one is not None]
    newest = {one.paper.handle for one in every} - {one.paper.paper.supersedes for one in every}
    found = dict[int, list[KeptCorrection]]()
    for one in every:
        kept = _opened(one.paper)
        if kept.handle in newest and kept.said.open:
            found.setdefault(one.case_id, []).append(kept)
    return found


class _OfCase(NamedTuple):
    """A paper with the number of its case in the store."""

    case_id: int
    paper: KeptPaper


def _of_row(vault: Vault, values: RowMapping) -> _OfCase | None:
    if values["kind"] != PaperKind.correction.value:
        return None
    return _OfCase(values["case_id"], papers.opened(vault, values))


def _line(gist: Gist, kept: KeptCorrection) -> WaitingCorrection:
    case = gist.row.handle.hex()
    return WaitingCorrection(case, gist.case_ref, kept.handle, kept.said.proposer.name, kept.at)

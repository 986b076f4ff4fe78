"""Sealing by hand each case whose rows were altered past the program, once somebody answers for them as they stand.

What such a row says is somebody else's word: it may be the row of before she was sealed, or of before she fled. So
its people are hidden, with their other records, until a manager unseals the case, which another person reviews.
Judges no row (`hub.store.verify`) and lets nothing go on (`hub.backup.resume`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from hub.cases.changes import put_cases
from hub.cases.proposals import as_it_is
from hub.cases.publication import PublicationDecisions
from hub.errors import StorageError
from hub.node.transaction import Transaction
from hub.records.cases import held_cases
from hub.records.words import SealWord
from hub.store import cases


def seal_altered(
    tx: Transaction, altered: Collection[int], people: Sequence[int], because: str
) -> tuple[str, ...]:
    """Seal these cases, those of these people's records, and those whose people are others than they name.

    Returns their references. Whose record is among these is on their case again, if somebody took them off it.
    Raises StorageError where a case or a person cannot be read, or it cannot be told on which case somebody is.
    """
    wanted = cases.bring_back(tx.session, people) | set(altered)
    rows = cases.every(tx.session)
    if wanted - {row.id for row in rows}:
        raise cannot_be_accepted("It cannot be told on which case somebody is.")
    try:
        every = held_cases(tx, rows)
    except StorageError as error:
        raise cannot_be_accepted("A case, or somebody on it, cannot be read any more.") from error
    found = [one for one in every if one.row.id in wanted or one.kept.people not in ("", one.people_digest)]
    word = SealWord(sealed=True, by="", because=because, at=tx.now)
    proposals = [replace(as_it_is(one, sealed=True), words=(*one.kept.words, word)) for one in found]
    put_cases(tx, PublicationDecisions(tx.node), proposals)
    return tuple(sorted(one.details.case_ref for one in found))


def cannot_be_accepted(what: str) -> StorageError:
    """The error for rows by which it is not known whom the node has to hide."""
    return StorageError(
        f"{what} So it is not known whom this node must not show.",
        kept="The database as it is. The node stays stopped.",
        do="Bring it back from a backup (`hub restore`), or have your auditor put the rows back.",
    )

"""What other areas said of later hearings of cases of ours that both hold to be the same, for whoever may read it.

The Marac's coordinators and managers alone, of cases that they may open and people whom they may know of: whoever
is kept out finds nothing, as where nothing was said. Asks and tells no area (`hub.checks.later_hearings`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.kept_out import CaseRestrictions
from hub.cases.shown import asker_of, of_marac, opener
from hub.checks.dismissals import dismissal_digest
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.gists import by_digest, every_check
from hub.records.hearings import Hearing, State
from hub.records.received import every_heard
from hub.store import dismissals
from hub.values import NodeId, Requester

LATELY: Final = dt.timedelta(days=42)
"""CHOICE: how long after its day a hearing stays in somebody's work; it stays with the case."""


@dataclass(frozen=True, slots=True)
class HeardElsewhere:
    """A day that another area said, of which case of ours. `case`: the handle (hex) that addresses name it by.

    `state`: whether it was heard by what that area said, is to be, or was to be and nobody has said so since.
    `said_at`: when that area said it last, in seconds since 1970.
    """

    case: str
    case_ref: str
    area: NodeId
    day: dt.date
    state: State
    said_at: int


def heard_elsewhere(node: Node, acting: Acting, case: bytes | None = None) -> list[HeardElsewhere]:
    """What they may read, the newest day first; of one case, by the digest of its reference, where it is given.

    Raises UsageError, RowsError.
    """
    if not of_marac(acting):
        return []
    may_open = opener(node, acting)
    hidden = restrictions_on(node, asker_of(acting))
    return _found(node, hidden, lambda digest: case in (None, digest) and may_open(digest))


def heard_by_name(node: Node, asker: Requester | None) -> list[HeardElsewhere]:
    """The same where nobody has an account: of cases that a typed name is not kept out of."""
    hidden = restrictions_on(node, asker)
    return _found(node, hidden, lambda digest: not hidden.restricts(digest))


def lately(node: Node, acting: Acting) -> list[HeardElsewhere]:
    """Those that are to come, or were lately: what is somebody's work. Raises as `heard_elsewhere`."""
    since = node.today() - LATELY
    return [one for one in heard_elsewhere(node, acting) if one.day >= since]


def _found(node: Node, hidden: CaseRestrictions, which: Callable[[bytes], bool]) -> list[HeardElsewhere]:
    newest: dict[tuple[bytes, NodeId], Hearing] = {}
    with node.read() as tx:
        held = by_digest(tx)
        for digest, area, hearing in (*_of_ours(tx, hidden), *_of_theirs(tx, hidden)):
            before = newest.get((digest, area))
            if digest in held and which(digest) and (before is None or before.at < hearing.at):
                newest[digest, area] = hearing
    today = node.today()
    found = [
        HeardElsewhere(
            case=held[digest].row.handle.hex(),
            case_ref=held[digest].case_ref,
            area=area,
            day=hearing.heard,
            state=hearing.stands(today),
            said_at=hearing.at,
        )
        for (digest, area), hearing in newest.items()
        if hearing.heard is not None
    ]
    return sorted(found, key=lambda one: (one.day, one.case_ref, one.area), reverse=True)


def _of_ours(tx: Reading, hidden: CaseRestrictions) -> Iterator[tuple[bytes, NodeId, Hearing]]:
    """What areas said that we asked, but of candidates that a person dismissed."""
    said = [
        (one, each, dismissal_digest(tx.vault, each.area, each.evidence))
        for one in every_check(tx)
        for each in one.heard
    ]
    known = dismissals.known(tx.session, [digest for _, _, digest in said]) if said else set()
    for one, each, digest in said:
        if not hidden.hides_check(tx, one) and digest not in known:
            yield one.case_digest, each.area, each.hearing


def _of_theirs(tx: Reading, hidden: CaseRestrictions) -> Iterator[tuple[bytes, NodeId, Hearing]]:
    """What areas said that asked us."""
    for one in every_heard(tx):
        if not hidden.concern((one.subject,)):
            yield one.case_digest, one.peer, one.hearing

"""What every case says in a word, for whoever goes through all of them: each is opened once while it stays so.

A record that is the same, byte for byte, in the same place, says what it said. Which records stand, and that
none is missing, is read and held to the log each time (`every_case`). In memory, for each opened database.
"""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

from hub.node.transaction import Reading
from hub.records.cases import every_case, open_kept
from hub.store.cases import StoredCase
from hub.values import Kind


class Gist(NamedTuple):
    """A case in a word: its reference, whose it is, whether it is kept apart for somebody, and says grave things.

    `grave`: it is sealed, or somebody on it fled an area, or may have, or named who is not safe to talk to.
    """

    row: StoredCase
    case_ref: str
    apart: bool
    grave: bool
    kind: Kind
    idva_service: str
    referring_agency: str
    apart_for: str
    stub: str


_opened: WeakKeyDictionary[object, dict[tuple[bytes, bytes], Gist]] = WeakKeyDictionary()


def every_gist(tx: Reading) -> list[Gist]:
    """Every case in a word. Raises RowsError, StorageError."""
    before, now = _opened.get(tx.node.database, {}), dict[tuple[bytes, bytes], Gist]()
    for row in every_case(tx):
        place = row.handle, row.sealed
        gist = before.get(place) or _gist(tx, row)
        now[place] = gist if gist.row == row else gist._replace(row=row)
    _opened[tx.node.database] = now
    return list(now.values())


def _gist(tx: Reading, row: StoredCase) -> Gist:
    kept = open_kept(tx.vault, row.handle, row.sealed)
    details = kept.details
    return Gist(
        row=row,
        case_ref=details.case_ref,
        apart=bool(details.apart),
        grave=kept.hidden or bool(details.not_safe_to_talk_to),
        kind=details.kind,
        idva_service=details.idva_service,
        referring_agency=details.referring_agency,
        apart_for=details.apart,
        stub=details.stub,
    )

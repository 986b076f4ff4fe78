"""That this node was brought back from a backup, with the reasons that people gave, opened and sealed here.

While a restoration is open the node answers no peer and publishes nothing: it does not know who was sealed
since. Does not bring anything back (`hub.backup`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from hub.audit.events import Refs
from hub.consent.form.fled import FledFrom
from hub.errors import ConflictError
from hub.node.transaction import Reading, Transaction
from hub.store import restorations
from hub.store.restorations import RestorationRow
from hub.values import ShortText, Value


class RestoringError(ConflictError):
    """The node was brought back from a backup and does not know yet what has happened since."""

    code = "restoring"
    status = 503


class LostAct(Value):
    """Something that a person did after the backup, by the log of the node as it was: an action, and of what.

    `number` from 1 is what people call it by. `entry` and `at` (ISO 8601, UTC) are of the old log. `case_ref` and
    `apart` are the case's, where it could be opened; `fled_from` is what it said then, `by_hand` whether a person
    had sealed it. `exclusion`: one that `staff.toml` had, as JSON; no entry of the log is of it. `waived_by` and
    `waived_because`: who does without it.
    """

    number: int = 0
    entry: int = 0
    at: str = ""
    action: str
    kind: str = ""
    about: Refs = Refs()
    case_ref: ShortText = ""
    apart: ShortText = ""
    fled_from: FledFrom | None = None
    by_hand: bool = False
    exclusion: str = ""
    waived_by: ShortText = ""
    waived_because: str = ""


class Reasons(Value):
    """Why the node was brought back, and what ended that: the files since are imported again, or waived.

    `mark` (random), `head_size` and `head_hash` (of the head that it went back to) are what peers are shown: none
    of that can be made, or passed off as new, without the node's keys. Empty in the record of an earlier version.
    `lost`: what people did since the backup, and `all_known` that this is all of it, up to the entry `known_up_to`
    of the log as it was; `peers_hold`: the newest entry of it of which a peer holds the node's signature.
    """

    because: str
    mark: str = ""
    head_size: int = 0
    head_hash: str = ""
    ended: str = ""
    ended_because: str = ""
    lost: tuple[LostAct, ...] = ()
    all_known: bool = False
    known_up_to: int = 0
    peers_hold: int = 0

    @property
    def knows_all(self) -> bool:
        """Whether all is known that people did since, by the log as it was and by what peers hold of it."""
        return self.all_known and self.peers_hold <= self.known_up_to


@dataclass(frozen=True, slots=True)
class Restoration:
    """A restoration that is not ended, with the size of the log that it went back to."""

    number: int
    backup_at: int
    head_size: int
    lost_size: int | None
    reasons: Reasons


def add(tx: Transaction, *, backup_at: int, lost_size: int | None, reasons: Reasons) -> None:
    """Keep that the node was brought back, to the head of its log that the reasons name."""
    number = restorations.newest_number(tx.session) + 1
    reasons = reasons.model_copy(update={"mark": secrets.token_hex(16)})
    sealed = _sealed(tx, number, reasons)
    row = RestorationRow(number, tx.now, backup_at, reasons.head_size, lost_size, None, sealed)
    restorations.add(tx.session, row)


def newest(tx: Reading) -> Reasons | None:
    """What the newest restoration says, ended or not. Raises StorageError."""
    row = restorations.newest(tx.session)
    return _reasons(tx, row) if row else None


@dataclass(frozen=True, slots=True)
class Past:
    """A restoration, ended or not, and when it was."""

    restored_at: int
    reasons: Reasons


def every(tx: Reading) -> list[Past]:
    """All that there were, the newest last. Raises StorageError."""
    return [Past(row.restored_at, _reasons(tx, row)) for row in restorations.every(tx.session)]


def open_one(tx: Reading) -> Restoration | None:
    """The restoration that is not ended. Raises StorageError."""
    row = restorations.open_one(tx.session)
    if row is None:
        return None
    return Restoration(row.id, row.backup_at, row.head_size, row.lost_size, _reasons(tx, row))


def change(tx: Transaction, restoration: Restoration, reasons: Reasons) -> None:
    """Keep what is known by now of one that is open."""
    restorations.change(tx.session, restoration.number, _sealed(tx, restoration.number, reasons))


def learn_lost(tx: Transaction, size: int) -> None:
    """A peer holds what the node signed for a log of that size, before it was brought back."""
    found = open_one(tx)
    if found is not None and size > max(found.reasons.peers_hold, found.head_size):
        change(tx, found, found.reasons.model_copy(update={"peers_hold": size}))


def end(tx: Transaction, restoration: Restoration, *, how: str, because: str) -> None:
    """End it."""
    reasons = restoration.reasons.model_copy(update={"ended": how, "ended_because": because})
    restorations.end(tx.session, restoration.number, tx.now, _sealed(tx, restoration.number, reasons))


def require_none_open(tx: Reading) -> None:
    """Raise RestoringError while a restoration is open, RowsError where that cannot be known."""
    tx.require_tables_as_bound("restoration_record")
    if restorations.open_one(tx.session) is not None:
        raise RestoringError(
            "This node was brought back from a backup, and what happened since is not known to it yet.",
            kept="Nobody is published, and no peer is answered.",
            do="Import the files since the backup again, or waive them: `hub restored`.",
        )


def _reasons(tx: Reading, row: RestorationRow) -> Reasons:
    return Reasons.model_validate_json(tx.vault.open(_place(row.id), row.sealed))


def _sealed(tx: Reading, number: int, reasons: Reasons) -> bytes:
    return tx.vault.seal(_place(number), reasons.model_dump_json(exclude_defaults=True).encode())


def _place(number: int) -> str:
    return f"restoration_record/{number}"

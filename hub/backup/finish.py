"""Ending a restoration: what people did since the backup is done again or done without, and the files are back.

Nothing is published or answered before that. What somebody does without is named one by one, with who says so and
why, on the record. Brings nothing back (`restore`) and makes no PRF keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hub.audit.events import OPERATOR, Action
from hub.backup.done_again import DoneAgain
from hub.cases.seals import Said
from hub.errors import ConflictError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import restorations
from hub.records.restorations import LostAct, Restoration
from hub.values import day_in_words

NOT_KNOWN: Final = "not_known"


@dataclass(frozen=True, slots=True)
class ToDo:
    """An open restoration: what is left of what people did since the backup. `backup_at`: seconds since 1970.

    `all_known`: the log of the node as it was could be read, and no peer holds a later head of it, so that there is
    no more than that. `lost_by_peers`: how many entries were lost, by what peers hold.
    """

    backup_at: int
    all_known: bool
    acts: tuple[LostAct, ...]
    left: tuple[LostAct, ...]
    lost_by_peers: int


def to_do(node: Node) -> ToDo:
    """What stands in the way of ending the restoration. Raises NotFoundError when none is open, StorageError."""
    with node.read() as tx:
        found = _open(tx)
        left = tuple(DoneAgain(tx, found).left())
    reasons = found.reasons
    lost = max(0, reasons.peers_hold - found.head_size)
    return ToDo(found.backup_at, reasons.knows_all, reasons.lost, left, lost)


def waive(node: Node, numbers: Sequence[int], said: Said) -> None:
    """Do without what people did, by its numbers; each is an event, with who says so.

    Raises NotFoundError when no restoration is open or it has no such number, InputError without name or reason.
    """
    said.require()
    with node.write() as tx:
        tx.hold_others_off()
        found = _open(tx)
        known = {one.number: one for one in found.reasons.lost}
        if unknown := sorted(set(numbers) - set(known)):
            raise NotFoundError(
                f"Nothing that was done since the backup has the number {unknown[0]}.",
                kept="Nothing was waived.",
                do="See `hub restored HOME`.",
            )
        update = {"waived_by": said.by.name, "waived_because": said.because}
        for number in sorted(set(numbers)):
            act = known[number] = known[number].model_copy(update=update)
            tx.record(Action.lost_act_waived, by=node.actor(said.by.name), about=act.about, kind=act.action)
        reasons = found.reasons.model_copy(update={"lost": tuple(known.values())})
        restorations.change(tx, found, reasons)


def finish(
    node: Node, how: Literal["imported", "waived"], because: str, *, without_knowing: Said | None = None
) -> None:
    """End a restoration: what happened since the backup is in the node again, or is waived.

    The node may publish and answer from then on, once its PRF keys were rotated: it has none. `without_knowing`:
    who answers for what people did since the backup and nobody knows of. Raises NotFoundError when no restoration
    is open, ConflictError while something is left to do again.
    """
    with node.write() as tx:
        tx.hold_others_off()
        found = _open(tx)
        if left := DoneAgain(tx, found).left():
            raise ConflictError(
                f"Done by hand since the backup, and neither done again nor waived: {len(left)}.",
                kept="Nobody is published, and no peer is answered.",
                do="See each in `hub restored HOME`. Do it again, or waive it with --waive-act NUMBER.",
            )
        if not found.reasons.knows_all and without_knowing is None:
            raise ConflictError(
                f"{not_known_in_words(found.backup_at)}: the log of the node as it was cannot be read to its"
                f" end{_by_peers(found)}.",
                kept="Nobody is published, and no peer is answered.",
                do="Ask everyone who works with cases what they sealed, answered or excluded since, and do that"
                " again. Then, whoever answers for what nobody remembers: --acts-not-known --as WHO.json.",
            )
        if without_knowing is not None:
            without_knowing.require()
            name = without_knowing.by.name
            because = f"{because} {not_known_in_words(found.backup_at)}: {name} answers for that."
            tx.record(Action.lost_act_waived, by=node.actor(name), kind=NOT_KNOWN)
        restorations.end(tx, found, how=how, because=because)
        tx.record(Action.restoration_ended, by=OPERATOR, kind=how)


def not_known_in_words(backup_at: int) -> str:
    """What somebody who waives that says."""
    at = dt.datetime.fromtimestamp(backup_at, dt.UTC)
    return f"Acts by hand since {at:%H:%M} UTC on {day_in_words(at.date())} are not known"


def _by_peers(found: Restoration) -> str:
    lost = found.reasons.peers_hold - found.head_size
    return f" (peers hold this node's signature for {lost} entries of its log since)" if lost > 0 else ""


def _open(tx: Reading) -> Restoration:
    found = restorations.open_one(tx)
    if found is None:
        raise NotFoundError("This node has no restoration that is not ended.")
    return found

"""Ending a restoration: what people did since the backup is done again or done without, and the files are back.

Nothing is published or answered before that. What somebody does without is named one by one, with who says so and
why, on the record. Brings nothing back (`restore`) and makes no PRF keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hub.accounts.accounts import end_all_access, every_account, has_accounts
from hub.audit.events import OPERATOR, Action
from hub.backup.done_again import DoneAgain
from hub.cases.alerts import alert_of_waiver, review_of_unsealing
from hub.cases.seals import Said
from hub.cases.staff import operator_of, staff_list
from hub.errors import ConflictError, NotFoundError
from hub.node.node import THE_OPERATOR, Node
from hub.node.transaction import Reading, Transaction
from hub.records import restorations
from hub.records.restorations import LostAct, Restoration
from hub.values import day_in_words

NOT_KNOWN: Final = "not_known"
_PROTECTS: Final = {
    Action.case_sealed.value: "That this case was sealed was done without after a restoration",
    Action.sealed_person_decided.value: "That somebody here is sealed too was done without after a restoration",
    Action.flight_answered.value: "What was answered about areas fled was done without after a restoration",
}
"""What protects somebody, in words for who reviews that it was waived."""


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

    It takes a manager, as taking it back does, and for what protects somebody another person to review it. Where
    people have accounts nobody is signed in before it is ended: it is the operator's, and managers look into it.
    Raises NotFoundError when no restoration is open or it has no such number, InputError without name or
    reason, UsageError for somebody who is no manager.
    """
    said = _entitled(node, said)
    with node.write() as tx:
        tx.hold_others_off()
        found = _open(tx)
        _alert(tx, said)
        again = DoneAgain(tx, found)
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
            if act.action in _PROTECTS and (held := again.case(act)):
                review_of_unsealing(tx, held, said.by, _PROTECTS[act.action])
        reasons = found.reasons.model_copy(update={"lost": tuple(known.values())})
        restorations.change(tx, found, reasons)


def _entitled(node: Node, said: Said) -> Said:
    """Who says it: a manager or, where people have accounts, the operator. Raises UsageError, InputError."""
    if has_accounts(node):
        said = Said(operator_of(node), said.because)
        said.require()
        return said
    said.require()
    staff = staff_list(node)
    if not staff.is_manager(said.by.name):
        raise staff.only_a_manager(
            "To do without what people did since the backup is for a manager.", kept="Nothing was changed."
        )
    return said


def _alert(tx: Transaction, said: Said) -> None:
    """Have managers look into it that the operator did without what people did."""
    if said.by.name == THE_OPERATOR:
        alert_of_waiver(tx)


def finish(
    node: Node,
    how: Literal["imported", "waived"],
    because: str,
    *,
    unheard: Sequence[str] = (),
    without_knowing: Said | None = None,
) -> None:
    """End a restoration: what happened since the backup is in the node again, or is waived.

    The node may publish and answer from then on, once its PRF keys were rotated: it has none. `unheard`: the areas
    that could not be asked what they hold of its log, which may be more. `without_knowing`: the manager who answers
    for what people did since the backup and nobody knows of. Raises NotFoundError when no restoration is open,
    ConflictError while something is left to do again, UsageError for who is no manager.
    """
    if without_knowing is not None:
        without_knowing = _entitled(node, without_knowing)
    with node.write() as tx:
        tx.hold_others_off()
        everybody = every_account(tx)
        found = _open(tx)
        if left := DoneAgain(tx, found).left():
            raise ConflictError(
                f"Done by hand since the backup, and neither done again nor waived: {len(left)}.",
                kept="Nobody is published, and no peer is answered.",
                do="See each in `hub restored HOME`. Do it again, or waive it with --waive-act NUMBER.",
            )
        why = _why_not_known(found, unheard)
        if why and without_knowing is None:
            raise ConflictError(
                f"{not_known_in_words(found.backup_at)}: {why}.",
                kept="Nobody is published, and no peer is answered.",
                do="Ask everyone who works with cases what they sealed, answered or excluded since, and do that"
                " again. Then a manager answers for what nobody remembers: --acts-not-known --as WHO.json; where"
                " people have accounts the operator does, without --as, and managers look into it.",
            )
        if without_knowing is not None:
            name = without_knowing.by.name
            because = f"{because} {not_known_in_words(found.backup_at)}: {name} answers for that."
            tx.record(Action.lost_act_waived, by=node.actor(name), kind=NOT_KNOWN)
            _alert(tx, without_knowing)
        restorations.end(tx, found, how=how, because=because)
        tx.record(Action.restoration_ended, by=OPERATOR, kind=how)
        for account in everybody:  # A session or a token that was ended since the backup is there again.
            end_all_access(tx, account)


def not_known_in_words(backup_at: int) -> str:
    """What somebody who waives that says."""
    at = dt.datetime.fromtimestamp(backup_at, dt.UTC)
    return f"Acts by hand since {at:%H:%M} UTC on {day_in_words(at.date())} are not known"


def _why_not_known(found: Restoration, unheard: Sequence[str]) -> str:
    """Why there may be more than is known; empty where that is all."""
    if not found.reasons.knows_all:
        return f"the log of the node as it was cannot be read to its end{_by_peers(found)}"
    if unheard:
        return f"{', '.join(unheard)} could not be asked what they hold of this node's log"
    return ""


def _by_peers(found: Restoration) -> str:
    lost = found.reasons.peers_hold - found.head_size
    return f" (peers hold this node's signature for {lost} entries of its log since)" if lost > 0 else ""


def _open(tx: Reading) -> Restoration:
    found = restorations.open_one(tx)
    if found is None:
        raise NotFoundError("This node has no restoration that is not ended.")
    return found

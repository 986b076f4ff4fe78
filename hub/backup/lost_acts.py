"""What people did after a backup was made, read from the log of the node as it was before it was brought back.

Which acts those are is a closed table of the log's actions: what a person said that no file brings back, and what
ended somebody's publication, whatever did that. Reads the old home and its database, and changes neither. What has
become of an act is `done_again`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from hub.audit.chain import Broken, Entry, Head, verify
from hub.audit.events import NODE, Action, Event, Refs
from hub.audit.heads import HeadFiles
from hub.audit.rows import key_digest, unpack
from hub.cases.staff import STAFF_FILE, StaffList
from hub.errors import HubError, StorageError
from hub.node.certificates import signers
from hub.node.keys import COPY, NodeKeys
from hub.node.node import CHECKPOINT, key_folder
from hub.node.settings import load_settings, parse, read_toml
from hub.records.cases import KeptCase, open_kept
from hub.records.restorations import LostAct
from hub.store import cases
from hub.store.audit import DatabaseAudit
from hub.store.cases import StoredCase
from hub.store.database import Database

EXCLUDED: Final = "exclusion"
"""In the place of an action: an exclusion that `staff.toml` had."""

ACTS: Final = frozenset(
    {
        Action.case_entered,
        Action.paper_kept,
        Action.case_listed,
        Action.case_sealed,
        Action.case_unsealed,
        Action.sealed_person_decided,
        Action.flight_answered,
        Action.not_safe_taken_off,
        Action.publication_ended,
        Action.pair_set_aside,
        Action.pair_taken_back,
        Action.area_rung,
        Action.disclosure_decided,
        Action.delivery_stopped,
        Action.delivery_resumed,
        Action.obligation_closed,
        Action.sharing_recorded,
        Action.submission_made,
        Action.submission_decided,
        Action.call_recorded,
        Action.transfer_offered,
        Action.transfer_received,
        Action.transfer_told,
        Action.service_key_heard,
        Action.handover_sent,
        Action.handover_came,
        Action.transfer_accepted,
        Action.transfer_declined,
        Action.transfer_asked_back,
        Action.idva_referred,
        Action.idva_taken_on,
        Action.idva_tried,
        Action.duty_kept,
        Action.channel_prepared,
        Action.channel_asked,
        Action.channel_answered,
        Action.channel_ended,
        Action.papers_asked,
        Action.papers_asked_of_us,
        Action.papers_decided,
        Action.papers_arrived,
        Action.papers_told,
        Action.hearing_told,
        Action.hearing_heard,
        Action.account_invited,
        Action.account_confirmed,
        Action.account_disabled,
        Action.factor_reset_asked,
        Action.factor_reset,
        Action.peer_added,
        Action.peer_removed,
        Action.key_changed,
        Action.root_changed,
        Action.certificates_revoked,
    }
)
"""What counts, unless the node did it by itself, such as a delivery that it gave up. The rest a file brings back,
or follows from it, or passed with peers, which reconciling names."""

_ONE_STATE: Final = {
    Action.case_unsealed: Action.case_sealed,
    Action.pair_taken_back: Action.pair_set_aside,
    Action.delivery_resumed: Action.delivery_stopped,
    Action.peer_removed: Action.peer_added,
}
"""Acts that undo one another: of one thing the last alone counts."""


@dataclass(frozen=True, slots=True)
class OldLog:
    """The acts after the backup, and whether they are all: the log held from there to its newest signed head.

    `up_to`: the number of its last entry.
    """

    acts: tuple[LostAct, ...]
    complete: bool
    up_to: int = 0


def lost_acts(old: Path, node_id: str, keys: NodeKeys, head: Head, brought_back: Path) -> OldLog:
    """What the old home tells of the acts after `head`. What cannot be read makes it incomplete; nothing is raised.

    `keys` are the node's; `brought_back` is the home from the backup, whose exclusions are not lost.
    """
    excluded, staff_read = _exclusions(old, brought_back)
    try:
        found = _logged(old, node_id, keys, head)
    except (HubError, OSError, ValueError):
        found = OldLog((), complete=False)
    acts = (*found.acts, *excluded)
    numbered = tuple(one.model_copy(update={"number": at}) for at, one in enumerate(acts, 1))
    return OldLog(numbered, found.complete and staff_read, found.up_to)


def _logged(old: Path, node_id: str, keys: NodeKeys, head: Head) -> OldLog:
    settings = load_settings(old)
    folder = key_folder(old, settings)
    heads = HeadFiles(node_id, lambda: signers(old, keys), old / CHECKPOINT, folder / COPY).read().found
    database = Database(settings.database_url(old), read_only=True)
    with closing(database), database.read() as session:
        log = DatabaseAudit(session)
        last = log.at(head.size)
        if last is None or last.hash != head.hash:
            return OldLog((), complete=False)
        entries = list(log.after(head.size))
        held = _Cases(keys, cases.every(session))
    whole = (
        settings.node_id == node_id
        and bool(heads)
        and not isinstance(verify(entries, head, heads), Broken)
        and all(_bears(entry, keys) for entry in entries)
    )
    last_entry = entries[-1].seq if entries else head.size
    return OldLog(tuple(_last_words(_acts(entries, held))), whole, last_entry)


def _bears(entry: Entry, keys: NodeKeys) -> bool:
    mark = keys.vault.vouch("audit_entry", bytes.fromhex(entry.hash)).hex()
    return hmac.compare_digest(entry.mark, mark)


@dataclass(frozen=True, slots=True)
class _Cases:
    """The cases of the old database, sealed."""

    keys: NodeKeys
    rows: Sequence[StoredCase]

    def of(self, event: Event) -> Iterator[tuple[bytes, KeptCase | None]]:
        """The cases that an event is about: the one that it names, or those whose rows it binds."""
        if event.refs.case:
            handle = bytes.fromhex(event.refs.case)
            yield handle, next((self._opened(one) for one in self.rows if one.handle == handle), None)
            return
        bound = {one.key for one in unpack(event.rows) if one.table == "case_record"}
        for one in self.rows:
            if key_digest("case_record", (one.id,)) in bound:
                yield one.handle, self._opened(one)

    def _opened(self, row: StoredCase) -> KeptCase | None:
        try:
            return open_kept(self.keys.vault, row.handle, row.sealed)
        except (StorageError, ValidationError):
            return None


def _acts(entries: Iterable[Entry], held: _Cases) -> Iterator[LostAct]:
    for entry in entries:
        event = Event.model_validate_json(entry.body)
        if event.action not in ACTS or event.actor == NODE:
            continue
        act = LostAct(
            entry=entry.seq, at=entry.at, action=event.action, kind=event.detail.kind or "", about=event.refs
        )
        if event.action is not Action.case_entered and not event.refs.case:
            yield act
            continue
        for handle, kept in held.of(event):
            about = event.refs.model_copy(update={"case": handle.hex()})
            yield _with_case(act.model_copy(update={"about": about}), kept)


def _with_case(act: LostAct, kept: KeptCase | None) -> LostAct:
    if kept is None:
        return act
    details = kept.details
    return act.model_copy(
        update={
            "case_ref": details.case_ref,
            "apart": details.apart,
            "fled_from": details.fled_from,
            "by_hand": kept.sealed_by_hand,
        }
    )


def _last_words(acts: Iterable[LostAct]) -> Iterator[LostAct]:
    """Of acts that say the same, or the contrary, of one thing, the last."""
    last: dict[tuple[str, str, str], LostAct] = {}
    for act in acts:
        action = Action(act.action)
        of = _ONE_STATE.get(action, action)
        kind = act.kind if action is Action.sealed_person_decided else ""
        what = act.about.model_dump_json() if act.about != Refs() else str(act.entry)
        one = (of, kind, what)
        last.pop(one, None)
        last[one] = act
    yield from last.values()


def _exclusions(old: Path, brought_back: Path) -> tuple[list[LostAct], bool]:
    """The exclusions that the old home had and the backup has not; and whether both lists could be read."""
    try:
        before, now = (
            parse(StaffList, read_toml(home / STAFF_FILE), home / STAFF_FILE)
            if (home / STAFF_FILE).exists()
            else StaffList()
            for home in (old, brought_back)
        )
    except (HubError, OSError):
        return [], False
    lost = [one for one in before.exclusion if one not in now.exclusion]
    return [
        LostAct(action=EXCLUDED, case_ref=one.case_ref, exclusion=one.model_dump_json()) for one in lost
    ], True

"""Whether what a person did after the backup is so again in a node that was brought back: by what it holds now.

A case is as sealed, and its answer as careful, as it was; what only the log shows was recorded again since.
Whatever is not known to be done is not. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pydantic import ValidationError

from hub.audit.events import Action, Event, Refs
from hub.backup.lost_acts import EXCLUDED
from hub.cases.staff import CaseExclusion, staff_list
from hub.consent.form.fled import most_careful
from hub.errors import UsageError
from hub.node.pins import load_pins
from hub.node.transaction import Reading
from hub.records.cases import HeldCase, digest_for, held_case, may_be_matched
from hub.records.restorations import LostAct, Restoration
from hub.store import cases, outbox
from hub.store.audit import DatabaseAudit
from hub.store.outbox import DeliveryState


@dataclass(frozen=True)
class DoneAgain:
    """What a node holds and has recorded since it was brought back."""

    tx: Reading
    restoration: Restoration

    def left(self) -> list[LostAct]:
        """What is neither done again nor waived, in the order of its numbers. Raises StorageError."""
        lost = self.restoration.reasons.lost
        return [one for one in lost if not one.waived_by and not self.has(one)]

    def has(self, act: LostAct) -> bool:
        """Whether it is done again. Raises StorageError."""
        return _SEEN_BY.get(act.action, DoneAgain._recorded)(self, act)

    def case(self, act: LostAct) -> HeldCase | None:
        """The case of an act, by the reference that it had."""
        if not act.case_ref:
            return None
        digest = digest_for(self.tx.vault, act.case_ref, act.apart)
        row = cases.find(self.tx.session, digest)
        return held_case(self.tx, row) if row else None

    def _entered(self, act: LostAct) -> bool:
        return self.case(act) is not None

    def _sealed(self, act: LostAct) -> bool:
        """A seal that a file says is none that a person does: the next file would take it back."""
        held = self.case(act)
        return held is not None and held.details.sealed and (held.kept.sealed_by_hand or not act.by_hand)

    def _unsealed(self, act: LostAct) -> bool:
        held = self.case(act)
        return held is not None and not held.details.sealed

    def _decided(self, act: LostAct) -> bool:
        held = self.case(act)
        if held is None:
            return False
        if act.kind == "same":
            return held.details.sealed or any(one.decided == "same" for one in held.kept.likenesses)
        return not any(one.waits for one in held.kept.likenesses)

    def _answered(self, act: LostAct) -> bool:
        held = self.case(act)
        if held is None or act.fled_from is None or held.details.fled_from is None:
            return False
        return set(held.details.fled_from) == set(most_careful(held.details.fled_from, act.fled_from) or ())

    def _not_published(self, act: LostAct) -> bool:
        held = self.case(act)
        return held is not None and not may_be_matched(self.tx, held)

    def _stopped(self, act: LostAct) -> bool:
        return self._delivery_state(act) is not DeliveryState.open

    def _resumed(self, act: LostAct) -> bool:
        return self._delivery_state(act) in (None, DeliveryState.open)

    def _delivery_state(self, act: LostAct) -> DeliveryState | None:
        row = outbox.get(self.tx.session, act.about.message or "")
        return row.state if row else None

    def _trusted(self, act: LostAct) -> bool:
        return load_pins(self.tx.node).trusted(act.about.peer or "") is not None

    def _not_trusted(self, act: LostAct) -> bool:
        return not self._trusted(act)

    def _excluded(self, act: LostAct) -> bool:
        try:
            return CaseExclusion.model_validate_json(act.exclusion) in staff_list(self.tx.node).exclusion
        except (UsageError, ValidationError):
            return False

    def _recorded(self, act: LostAct) -> bool:
        """Whether the log has the same action about the same since. One that is about nothing is seen by nobody."""
        return act.about != Refs() and (act.action, act.kind, act.about) in self._since

    @cached_property
    def _since(self) -> frozenset[tuple[str, str, Refs]]:
        return frozenset(
            (one.action.value, one.detail.kind or "", one.refs)
            for one in self._events()
            if one.refs != Refs()
        )

    def _events(self) -> Iterator[Event]:
        for entry in DatabaseAudit(self.tx.session).after(self.restoration.head_size):
            yield Event.model_validate_json(entry.body)


_SEEN_BY: Final[Mapping[str, Callable[[DoneAgain, LostAct], bool]]] = {
    Action.case_entered: DoneAgain._entered,
    Action.case_sealed: DoneAgain._sealed,
    Action.case_unsealed: DoneAgain._unsealed,
    Action.sealed_person_decided: DoneAgain._decided,
    Action.flight_answered: DoneAgain._answered,
    Action.publication_ended: DoneAgain._not_published,
    Action.delivery_stopped: DoneAgain._stopped,
    Action.delivery_resumed: DoneAgain._resumed,
    Action.peer_added: DoneAgain._trusted,
    Action.peer_removed: DoneAgain._not_trusted,
    EXCLUDED: DoneAgain._excluded,
}

"""Withdrawing people from the node's own feed in the transaction that ends their publication.

Worked out before it on the feed as it was read, and written only onto that very feed: tombstones for all their
entries, the gaps that they leave closed, and the feed's new state. Only crowded match-keys are evaluated for that.
Does not decide whose publication ends (`hub.cases`). Sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from hub.audit.events import Action
from hub.errors import StorageError
from hub.federation.draft import Draft, Lines
from hub.federation.entries import Opened, evaluator
from hub.federation.publish import distinct_keys, keys_of, opened
from hub.node.node import Node
from hub.node.prf_keys import MissingKeysError
from hub.node.transaction import Reading, Transaction
from hub.records.cases import open_person
from hub.records.crowded_keys import crowded_in
from hub.store import feeds
from hub.store.feed_content import Content, LiveLine, content_after
from hub.values import Person

_KEYS_OF_ONE = 60


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """How so many people leave the feed, which is as it was: `state`."""

    people: int
    state: feeds.State
    lines: Lines
    content: Content

    def write(self, tx: Transaction) -> None:
        """Write it. Whoever writes has compared the feed's state in this transaction."""
        epoch = self.state.epoch
        self.lines.write(tx.session, epoch)
        feeds.close(tx.session, self.state.layout, tx.now, self.content)
        tx.record(
            Action.people_withdrawn,
            by=tx.node.acts_as,
            epoch=epoch,
            entries=self.content.entries,
            tombstones=len(self.lines.tombstones),
            persons=self.people,
        )


def withdrawal_of(tx: Reading, rows: Sequence[feeds.PersonRow]) -> Withdrawal | None:
    """How these people, whom the feed shows, leave it; None where there are none.

    The feed's lines are read once: for what they will be, and to hold them to the log. Raises RowsError.
    """
    state = feeds.state(tx.session)
    if state is None or not rows:
        return None
    try:
        withdrawal = _worked_out(tx, state, rows)
    except Exception:
        tx.require_lines_as_bound()  # What somebody else put there is told first.
        raise
    tx.require_lines_as_bound(withdrawal.content.found)
    return withdrawal


def _worked_out(tx: Reading, state: feeds.State, rows: Sequence[feeds.PersonRow]) -> Withdrawal:
    """How they leave the feed as it is found."""
    tx.require_as_bound({"feed_state": [(1,)], "crowded_keys": [(state.epoch,)]})
    numbers = {row.person_id for row in rows}
    draft = Draft(state.epoch, state.gap(tx.node.settings.max_gap), {})
    crowded = distinct_keys(tx.node, _readable(tx, rows), crowded_in(tx, state.epoch))
    draft.take_out(tx.session, numbers, _evaluated(tx.node, state.epoch, crowded))
    lines = draft.lines(tx.session)
    come = [LiveLine(one.token, one.label, one.person_id, filler) for one, filler in lines.entries]
    gone = {*lines.tombstones, *(line.token for line in come)}
    content = content_after(tx.session, state.epoch, state.people - len(numbers), gone, come)
    return Withdrawal(len(numbers), state, lines, content)


def _readable(tx: Reading, rows: Iterable[feeds.PersonRow]) -> Iterable[Person]:
    """The people whose records open. The others leave too: a damaged record keeps nobody in the feed."""
    for row in rows:
        with suppress(StorageError):
            yield open_person(tx.vault, row.handle, row.sealed)


def _evaluated(node: Node, epoch: int, keys: Sequence[tuple[bytes, bool]]) -> list[Opened]:
    """These match-keys, evaluated; none where the feed's keys are lost, for then nobody walks it any more."""
    if not keys:
        return []
    try:
        own = keys_of(node, node.prf_keys(epoch))
    except MissingKeysError:
        return []
    with evaluator(own, len(keys) // _KEYS_OF_ONE) as evaluate:
        return opened(own, evaluate, keys)

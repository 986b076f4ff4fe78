"""Rotating the feed's keys: new PRF keys and a new epoch, in which everyone discoverable is published anew.

A copy of the feed of before is worth nothing from then on, since nobody can have anything evaluated under its keys.
The new feed is staged beside the one that is served, in portions, and takes its place in one short transaction, for
the people who may be matched at that moment. Interrupted, the old feed serves on and the next rotation begins anew.
Done every night, it tells nobody anything. Does not decide who may be published. Sends nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action
from hub.errors import ConflictError, HubError
from hub.federation.draft import Draft
from hub.federation.entries import (
    Evaluator,
    FeedKeys,
    Job,
    Progress,
    evaluator,
    jobs_of,
    positions,
    without_collections,
)
from hub.federation.publish import (
    RESTS_ON,
    crowded_of,
    distinct_keys,
    keys_of,
    opened,
    report_refused,
    subjects_of,
    test_subjects,
    used_of,
)
from hub.federation.staged_lines import StagedLines
from hub.files import locked
from hub.node.node import Node
from hub.node.prf_keys import FIRST_EPOCH
from hub.node.transaction import Reading
from hub.node.upgrade import require_searched_for_hidden
from hub.records.cases import Matchable, matchable
from hub.records.crowded_keys import CrowdedKeys, keep_crowded
from hub.records.restorations import require_none_open
from hub.store import feeds
from hub.values import Person
from hub.wire.messages import BATCH_ENTRIES

ROTATION_LOCK: Final = "rotation.lock"
PORTION: Final = 8 * BATCH_ENTRIES  # lines in one transaction
PAUSE_S: Final = 0.12  # Whoever waits to write to SQLite looks again every tenth of a second.
AT_ONCE: Final = 10  # people; about a tenth of a second


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: the epoch that it ended and the one that it began, with its people and entries."""

    ended: int
    epoch: int
    people: int
    entries: int


def rotate(node: Node, progress: Progress = lambda _done, _all: None) -> Rotated:
    """Begin a new epoch under new PRF keys, and destroy those of before; progress counts match-keys.

    Raises ConflictError when another rotation is under way or the node was brought back from a backup and does not
    know what happened since, UpgradingError in a home of before that is not up to date, HubError when a worker
    process ended or the keys cannot be written, StorageError.
    """
    with _keys_written(node), locked(node.home / ROTATION_LOCK) as mine:
        if not mine:
            raise ConflictError(
                "Another rotation of this node's keys is under way.", kept="It goes on.", do="Wait for it."
            )
        with without_collections():
            return _rotate(node, progress)


def _rotate(node: Node, progress: Progress) -> Rotated:
    with node.read() as tx:
        require_none_open(tx)
        require_searched_for_hidden(tx)
        tx.require_as_bound({"feed_state": [(1,)]})
        tx.require_tables_as_bound(*RESTS_ON)
    ended = node.epoch()
    node.prf_folder.destroy(lambda epoch: epoch != ended)
    _clear(node, ended)
    # Later than any that a peer may know, also where a restored database does not know the last ones.
    layout = feeds.Layout(max(ended + 1, node.now() // 60), node.settings.max_gap)
    keys = keys_of(node, node.prf_folder.make(layout.epoch))
    with node.read() as tx:
        everyone = matchable(tx, feeds.people(tx.session, feeds.discoverable(tx.session)))
    if everyone.refused:
        report_refused(node, everyone.refused)
    with evaluator(keys, len(everyone.rows)) as evaluate:
        staging = _Staging(node, layout, keys, evaluate)
        staging.fill(everyone, progress)
        while (after := staging.switch(ended)) is None:
            staging.follow()
    node.prf_folder.destroy(lambda epoch: epoch != after.epoch)
    _clear(node, after.epoch)
    return Rotated(ended, after.epoch, after.people, after.entries)


class _Changed(NamedTuple):
    """Who is staged and not discoverable any more, and who is discoverable now and has not been looked at."""

    gone: set[int]
    come: set[int]


class _Staging:
    """A new epoch's feed under way: whom it shows, what is to be in it, and what of it was written."""

    def __init__(self, node: Node, layout: feeds.Layout, keys: FeedKeys, evaluate: Evaluator) -> None:
        self._node = node
        self._layout = layout
        self._keys = keys
        self._evaluate = evaluate
        self._people: dict[int, Person] = {}
        self._refused: set[int] = set()
        self._draft = Draft(layout.epoch, node.settings.max_gap, {})
        self._crowded = CrowdedKeys()
        self._lines = StagedLines()

    def fill(self, everyone: Matchable, progress: Progress) -> None:
        """Make the entries of these people and of the test people, and write them in portions."""
        self._join(everyone, progress)
        lines = self._lines.changes_to(self._draft.new).added
        for at in range(0, len(lines), PORTION):
            with self._node.write() as tx:
                feeds.stage(tx.session, self._layout.epoch, lines[at : at + PORTION])
            progress(len(lines), len(lines))
            time.sleep(PAUSE_S)

    def follow(self) -> None:
        """Take out who is not discoverable any more and add who is now, without holding others up."""
        with self._node.read() as tx:
            self._apply(tx, self._changed(tx.session))
        with self._node.write() as tx:
            self._write(tx.session)
        time.sleep(PAUSE_S)

    def switch(self, ended: int) -> feeds.State | None:
        """Put the staged feed in the place of the one in use.

        None, and nothing done, when more people have changed than can be followed while others wait. Raises
        ConflictError when the feed in use is of another epoch than the one to end.
        """
        with self._node.write() as tx:
            tx.hold_others_off()  # Whoever ends a publication after this finds these people in the new feed.
            state = feeds.state(tx.session)
            if (state.epoch if state else FIRST_EPOCH) != ended:
                raise ConflictError(
                    "The feed's keys were rotated elsewhere.", kept="That feed.", do="Run it again."
                )
            changed = self._changed(tx.session)
            if len(changed.gone) + len(changed.come) > AT_ONCE:
                return None
            if changed.gone or changed.come:
                self._apply(tx, changed)
                self._write(tx.session)
            after = feeds.close(tx.session, self._layout, tx.now)
            keep_crowded(tx, after.epoch, self._crowded)
            feeds.forget_retired(tx.session)
            tx.record(
                Action.keys_rotated,
                by=OPERATOR,
                epoch=after.epoch,
                entries=after.entries,
                persons=after.people,
            )
        return after

    def _changed(self, session: Session) -> _Changed:
        now = feeds.discoverable(session)
        return _Changed(self._people.keys() - now, now - self._people.keys() - self._refused)

    def _apply(self, tx: Reading, changed: _Changed) -> None:
        """Work out what is to be in the feed for the people as they are now."""
        gone = {number: self._people.pop(number) for number in changed.gone}
        if gone:
            crowded = distinct_keys(self._node, gone.values(), self._crowded)
            self._draft.take_out(tx.session, gone, opened(self._keys, self._evaluate, crowded))
        if changed.come:
            come = matchable(tx, feeds.people(tx.session, changed.come))
            self._refused |= changed.come - come.people.keys()  # The next publish looks at them again.
            self._join(come, lambda _done, _all: None)

    def _join(self, may: Matchable, progress: Progress) -> None:
        people, new = may.people, self._draft.new
        subjects = subjects_of(self._node, self._layout, may.rows, people)
        jobs = jobs_of(subjects if new else subjects + test_subjects(), self._node.matching)
        walks = self._walks(jobs) if new else []
        used = used_of(jobs, walks) if walks else {}
        made = self._evaluate.entries(jobs, used, progress)
        new.update((entry.token, entry) for entry in made)
        self._crowded = self._crowded.and_those(crowded_of(jobs, used, self._draft.max_gap))
        self._people |= people

    def _walks(self, jobs: Sequence[Job]) -> list[dict[int, bytes]]:
        keys = opened(self._keys, self._evaluate, [(job.material, job.weak) for job in jobs])
        return positions(keys, self._draft.max_gap, lambda made: self._draft.new.keys() & made)

    def _write(self, session: Session) -> None:
        replaced, added = self._lines.changes_to(self._draft.new)
        feeds.restage(session, self._layout.epoch, replaced)
        feeds.stage(session, self._layout.epoch, added)


def _clear(node: Node, epoch: int) -> None:
    """Delete the lines of other epochs than this: of one that ended, or staged by a rotation that was cut short."""
    while True:
        with node.write() as tx:
            if not feeds.clear_others(tx.session, epoch, PORTION):
                return
        time.sleep(PAUSE_S)


@contextmanager
def _keys_written(node: Node) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HubError(
            f"The PRF keys in {node.home} cannot be written: {error.strerror or type(error).__name__}.",
            kept="A feed that peers can use.",
            do="Check the folder's owner and mode, and that the disk has room; then run it again.",
        ) from error

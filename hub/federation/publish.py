"""Publishing: bring the node's own feed up to the discoverable people, and withdraw those who are not.

The slow part runs before anything is written; then one transaction looks again who is discoverable, takes out those
who are not any more, and adds a number of batches, in token order, so that an interrupted publish leaves the feed
as it was. Does not decide who may be published: the decisions were recorded with the cases, and are read as they
were sealed; no column of the database stands in for them. Sends nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlmodel import Session

from hub.audit.events import NODE, OPERATOR, Action
from hub.errors import ConflictError
from hub.federation.draft import Draft
from hub.federation.entries import (
    Entry,
    Evaluator,
    FeedKeys,
    Job,
    KeySource,
    Opened,
    Progress,
    Subject,
    Used,
    evaluator,
    feed_keys,
    jobs_of,
    positions,
    without_collections,
)
from hub.matching import match_keys
from hub.node.node import Node
from hub.records.cases import matchable, open_person
from hub.records.restorations import require_none_open
from hub.store import feeds
from hub.values import Person
from hub.wire.messages import BATCH_ENTRIES
from hub.wire.test_people import TEST_CASE_HANDLE, TEST_PEOPLE
from hub.wire.tokens import LABEL_BYTES, TOKEN_BYTES

WITHDRAWAL_CLASS: Final = 256
AT_ONCE: Final = 50  # people; about half a second


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did: the feed's people and live entries now, and the people it added and withdrew.

    `refused` counts the cases that the database lets be published, and their sealed records do not.
    """

    epoch: int
    people: int
    entries: int
    added: int
    withdrawn: int
    refused: int = 0


def publish(node: Node, progress: Progress = lambda _done, _all: None) -> Published:
    """Bring the feed up to date. Running it again with nothing changed adds nothing.

    Raises ConflictError when another publish ran meanwhile, HubError when a worker process ended, StorageError.
    """
    with without_collections():
        return _publish(node, progress)


def _publish(node: Node, progress: Progress) -> Published:
    with node.read() as tx:
        require_none_open(tx)
        state = feeds.state(tx.session)
        leaving = _opened_people(node, feeds.leaving(tx.session))
        may = matchable(tx, feeds.joining(tx.session))
    if may.refused:
        _report(node, may.refused)
    subjects = [
        Subject(row.person_id, row.case_handle, row.handle, may.people[row.person_id]) for row in may.rows
    ] + ([] if state else _test_subjects())
    epoch = state.epoch if state else 1
    keys = keys_of(node, epoch)
    with evaluator(keys, len(subjects) + len(leaving)) as evaluate:
        jobs = jobs_of(subjects, node.matching)
        if state and not jobs and not leaving:
            return Published(epoch, state.people, state.entries, 0, 0, may.refused)
        used = _used(node, keys, evaluate, jobs) if state else {}
        added = evaluate.entries(jobs, used, progress)
        draft = Draft(epoch, node.settings.max_gap, {entry.token: entry for entry in added})
        run = _Run(node, keys, evaluate, state, draft, may.people)
        with node.read() as tx:
            run.take_out(tx.session, leaving)
        while (done := run.write()) is None:
            with node.read() as tx:
                run.take_out(tx.session, run.changed(tx.session))
    return replace(done, refused=may.refused)


def _report(node: Node, refused: int) -> None:
    """Put on the record that columns of the database let so many cases be published that nobody decided to."""
    with node.write() as tx:
        tx.record(Action.publication_refused, by=NODE, cases=refused)


@dataclass
class _Run:
    """A publish under way: the feed's state when it began, whom it adds, and whom it has taken out since."""

    node: Node
    keys: FeedKeys
    evaluate: Evaluator
    state: feeds.State | None
    draft: Draft
    joining: dict[int, Person]
    leaving: set[int] = field(default_factory=set)

    def changed(self, session: Session) -> dict[int, Person]:
        """The people who join although no longer discoverable, and who else must leave, since the run last looked.

        Somebody who leaves and is discoverable again joins with the next publish.
        """
        still = {row.person_id for row in feeds.joining(session)}
        dropped = {number: person for number, person in self.joining.items() if number not in still}
        late = [row for row in feeds.leaving(session) if row.person_id not in self.leaving]
        return dropped | _opened_people(self.node, late)

    def take_out(self, session: Session, people: Mapping[int, Person]) -> None:
        """Neither add these people nor leave them in the feed."""
        opened = _opened(self.keys, self.evaluate, _keys_of_people(self.node, people.values()))
        self.draft.take_out(session, people, opened)
        for number in people:
            if self.joining.pop(number, None) is None:
                self.leaving.add(number)

    def write(self) -> Published | None:
        """Write the feed for the people as they are at the commit.

        None, and nothing written, when more of them have changed than can be taken out while others wait. Raises
        ConflictError.
        """
        node, epoch = self.node, self.draft.epoch
        with node.write() as tx:
            tx.hold_others_off()  # Whoever ends a publication after this finds these people in the feed.
            if feeds.state(tx.session) != self.state:
                raise ConflictError(
                    "Another publish ran at the same time.", kept="Its result.", do="Run it again."
                )
            changed = self.changed(tx.session)
            if len(changed) > AT_ONCE:
                return None
            self.take_out(tx.session, changed)
            tombstones = self._write_lines(tx.session)
            feeds.forget_retired(tx.session)
            after = feeds.close(tx.session, epoch, tx.now)
            tx.record(
                Action.epoch_published,
                by=OPERATOR,
                epoch=epoch,
                entries=after.entries,
                tombstones=tombstones,
                persons=after.people,
            )
        return Published(epoch, after.people, after.entries, len(self.joining), len(self.leaving))

    def _write_lines(self, session: Session) -> int:
        """Write tombstones and new entries in complete batches, and return how many tombstones."""
        epoch, new = self.draft.epoch, self.draft.new
        tombstones = feeds.withdraw(session, epoch, self.draft.withdrawn, pad_to=WITHDRAWAL_CLASS)
        rows = [
            *((entry, False) for entry in new.values()),
            *_fillers(-(len(new) + tombstones) % BATCH_ENTRIES),
        ]
        rows.sort(key=lambda row: row[0].token)  # Random by nature: tells nothing of who is whose.
        feeds.add(session, epoch, rows)
        return tombstones


def keys_of(node: Node, epoch: int) -> FeedKeys:
    """The node's own feed keys in an epoch."""
    strong, weak = node.context(epoch, weak=False), node.context(epoch, weak=True)
    return feed_keys(KeySource(node.keys.prf.seed, strong), KeySource(node.keys.prf_weak.seed, weak))


def _test_subjects() -> list[Subject]:
    return [
        Subject(None, TEST_CASE_HANDLE, hashlib.sha256(person.ref.encode()).digest()[:16], person)
        for person in TEST_PEOPLE
    ]


def _fillers(count: int) -> list[tuple[Entry, bool]]:
    """Random entries that open to nothing."""
    return [(Entry(os.urandom(TOKEN_BYTES), os.urandom(LABEL_BYTES), None), True) for _ in range(count)]


def _used(node: Node, keys: FeedKeys, evaluate: Evaluator, jobs: Sequence[Job]) -> Used:
    """The indices that this run's match-keys already use in the feed."""
    opened = _opened(keys, evaluate, [(job.material, job.weak) for job in jobs])
    with node.read() as tx:
        walks = positions(
            opened,
            node.settings.max_gap,
            lambda made: feeds.live_tokens(tx.session, keys.strong.context.epoch, made),
        )
    return {job.material: frozenset(walk) for job, walk in zip(jobs, walks, strict=True) if walk}


def _opened_people(node: Node, rows: Iterable[feeds.PersonRow]) -> dict[int, Person]:
    return {row.person_id: open_person(node.keys.vault, row.handle, row.sealed) for row in rows}


def _keys_of_people(node: Node, people: Iterable[Person]) -> list[tuple[bytes, bool]]:
    """Their distinct match-keys: the material of each, and whether it is weak."""
    every = (key for person in people for key in match_keys(person, node.matching))
    return list(dict.fromkeys((key.material, key.weak) for key in every))


def _opened(keys: FeedKeys, evaluate: Evaluator, made: Sequence[tuple[bytes, bool]]) -> list[Opened]:
    outputs = evaluate.outputs(made)
    return [Opened(output, keys.of(weak).context) for output, (_, weak) in zip(outputs, made, strict=True)]

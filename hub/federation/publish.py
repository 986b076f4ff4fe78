"""Publishing: bring the node's own feed up to the discoverable people, and withdraw those who are not.

The slow part runs before anything is written; then one transaction looks again who is discoverable, takes out those
who are not any more, and adds a number of batches, in token order, so that an interrupted publish leaves the feed
as it was. Does not decide who may be published: the decisions were recorded with the cases, and are read as they
were sealed; no column of the database stands in for them. Sends nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlmodel import Session

from hub.audit.events import NODE, Action
from hub.errors import ConflictError
from hub.federation.draft import Draft
from hub.federation.entries import (
    Evaluator,
    FeedKey,
    FeedKeys,
    Job,
    Opened,
    Progress,
    Subject,
    Used,
    evaluator,
    jobs_of,
    positions,
    without_collections,
)
from hub.federation.handles import LabelHandles
from hub.federation.staged_lines import fillers
from hub.matching import match_keys
from hub.node.node import Node
from hub.node.prf_keys import FIRST_EPOCH, PrfKeys
from hub.records.cases import matchable, open_person
from hub.records.restorations import require_none_open
from hub.store import feeds
from hub.values import Person
from hub.wire.messages import BATCH_ENTRIES
from hub.wire.test_people import TEST_CASE_HANDLE, TEST_PEOPLE

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
        leaving = opened_people(node, feeds.leaving(tx.session))
        may = matchable(tx, feeds.joining(tx.session))
    if may.refused:
        report_refused(node, may.refused)
    epoch = state.epoch if state else FIRST_EPOCH
    layout = feeds.Layout(epoch, state.max_gap if state else node.settings.max_gap)
    subjects = subjects_of(node, layout, may.rows, may.people) + ([] if state else test_subjects())
    keys = keys_of(node, node.prf_keys(epoch))
    with evaluator(keys, len(subjects) + len(leaving)) as evaluate:
        jobs = jobs_of(subjects, node.matching)
        if state and not jobs and not leaving:
            return Published(epoch, state.people, state.entries, 0, 0, may.refused)
        gap = state.gap(node.settings.max_gap) if state else node.settings.max_gap
        used = _used(node, keys, evaluate, jobs, gap) if state else {}
        added = evaluate.entries(jobs, used, progress)
        draft = Draft(epoch, gap, {entry.token: entry for entry in added})
        run = _Run(node, keys, evaluate, state, layout, draft, may.people)
        with node.read() as tx:
            run.take_out(tx.session, leaving)
        while (done := run.write()) is None:
            with node.read() as tx:
                run.take_out(tx.session, run.changed(tx.session))
    return replace(done, refused=may.refused)


def report_refused(node: Node, refused: int) -> None:
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
    layout: feeds.Layout
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
        return dropped | opened_people(self.node, late)

    def take_out(self, session: Session, people: Mapping[int, Person]) -> None:
        """Neither add these people nor leave them in the feed."""
        opened = opened_keys(self.node, self.keys, self.evaluate, people.values())
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
            after = feeds.close(tx.session, self.layout, tx.now)
            tx.record(
                Action.epoch_published,
                by=node.acts_as,
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
            *fillers(-(len(new) + tombstones) % BATCH_ENTRIES),
        ]
        rows.sort(key=lambda row: row[0].token)  # Random by nature: tells nothing of who is whose.
        feeds.add(session, epoch, rows)
        return tombstones


def keys_of(node: Node, prf: PrfKeys) -> FeedKeys:
    """PRF keys of the node as keys of its feed."""
    strong, weak = (prf.context(node.node_id, weak=weak) for weak in (False, True))
    return FeedKeys(FeedKey(prf.strong, strong), FeedKey(prf.weak, weak))


def subjects_of(
    node: Node, layout: feeds.Layout, rows: Iterable[feeds.PersonRow], people: Mapping[int, Person]
) -> list[Subject]:
    """People to publish, under the handles that labels of the epoch carry."""
    handles = LabelHandles(node.keys.vault, layout.handle_epoch)
    return [
        Subject(
            row.person_id,
            handles.case(row.case_handle),
            handles.person(row.handle),
            people[row.person_id],
        )
        for row in rows
    ]


def test_subjects() -> list[Subject]:
    """The federation's test people, who are in every feed under handles that all know."""
    return [
        Subject(None, TEST_CASE_HANDLE, hashlib.sha256(person.ref.encode()).digest()[:16], person)
        for person in TEST_PEOPLE
    ]


def _used(node: Node, keys: FeedKeys, evaluate: Evaluator, jobs: Sequence[Job], max_gap: int) -> Used:
    opened = _opened(keys, evaluate, [(job.material, job.weak) for job in jobs])
    with node.read() as tx:
        return used_of(
            jobs,
            positions(
                opened,
                max_gap,
                lambda made: feeds.live_tokens(tx.session, keys.strong.context.epoch, made),
            ),
        )


def used_of(jobs: Sequence[Job], walks: Sequence[Mapping[int, bytes]]) -> Used:
    """The indices that a run's match-keys already use in the feed."""
    return {job.material: frozenset(walk) for job, walk in zip(jobs, walks, strict=True) if walk}


def opened_people(node: Node, rows: Iterable[feeds.PersonRow]) -> dict[int, Person]:
    """Person records, opened, by number."""
    return {row.person_id: open_person(node.keys.vault, row.handle, row.sealed) for row in rows}


def _keys_of_people(node: Node, people: Iterable[Person]) -> list[tuple[bytes, bool]]:
    """Their distinct match-keys: the material of each, and whether it is weak."""
    every = (key for person in people for key in match_keys(person, node.matching))
    return list(dict.fromkeys((key.material, key.weak) for key in every))


def opened_keys(node: Node, keys: FeedKeys, evaluate: Evaluator, people: Iterable[Person]) -> list[Opened]:
    """The distinct match-keys of these people, evaluated."""
    return _opened(keys, evaluate, _keys_of_people(node, people))


def _opened(keys: FeedKeys, evaluate: Evaluator, made: Sequence[tuple[bytes, bool]]) -> list[Opened]:
    outputs = evaluate.outputs(made)
    return [Opened(output, keys.of(weak).context) for output, (_, weak) in zip(outputs, made, strict=True)]

"""Publishing: bring the node's own feed up to the discoverable people, and withdraw those who are not.

The slow part runs before anything is written; then one transaction looks again who is discoverable, takes out those
who are not any more, and adds a number of batches, in token order, so that an interrupted publish leaves the feed
as it was. Does not decide who may be published: the decisions were recorded with the cases, and are read as they
were sealed; no column of the database stands in for them. Sends nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlmodel import Session

from hub.audit.events import NODE, Action
from hub.errors import ConflictError
from hub.federation.draft import Draft
from hub.federation.entries import (
    Entry,
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
from hub.matching import match_keys
from hub.node.node import Node
from hub.node.prf_keys import FIRST_EPOCH, PrfKeys
from hub.node.upgrade import require_searched_for_hidden
from hub.records.cases import matchable, open_person
from hub.records.crowded_keys import CrowdedKeys, crowded_in, keep_crowded
from hub.records.restorations import require_none_open
from hub.store import feeds
from hub.values import Person
from hub.wire.test_people import TEST_CASE_HANDLE, TEST_PEOPLE

AT_ONCE: Final = 50  # people; about half a second
RESTS_ON: Final = ("case_record", "person_record", "decision_record", "crowded_keys")
"""The tables by which it is said who is published: whoever is not in them any more would not be found either."""


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

    Raises ConflictError when another publish ran meanwhile, UpgradingError in a home of before that is not up to
    date, HubError when a worker process ended, StorageError.
    """
    with without_collections():
        return _publish(node, progress)


def _publish(node: Node, progress: Progress) -> Published:
    with node.read() as tx:
        require_none_open(tx)
        require_searched_for_hidden(tx)
        tx.require_tables_as_bound(*RESTS_ON)
        tx.require_lines_as_bound()
        state = feeds.state(tx.session)
        leaving = feeds.leaving(tx.session)
        may = matchable(tx, feeds.joining(tx.session))
        epoch = state.epoch if state else FIRST_EPOCH
        crowded = crowded_in(tx, epoch) if state else CrowdedKeys()
    if may.refused:
        report_refused(node, may.refused)
    layout = feeds.Layout(epoch, state.max_gap if state else node.settings.max_gap)
    subjects = subjects_of(node, layout, may.rows, may.people) + ([] if state else test_subjects())
    keys = keys_of(node, node.prf_keys(epoch))
    with evaluator(keys, len(subjects)) as evaluate:
        jobs = jobs_of(subjects, node.matching)
        if state and not jobs and not leaving:
            return Published(epoch, state.people, state.entries, 0, 0, may.refused)
        run = _Run(node, keys, evaluate, layout, jobs, may.people, state, crowded)
        run.evaluate_jobs(progress)
        with node.read() as tx:
            run.look_again(tx.session)
        while (done := run.write()) is None:
            with node.read() as tx:
                run.look_again(tx.session)
    return replace(done, refused=may.refused)


def report_refused(node: Node, refused: int) -> None:
    """Put on the record that columns of the database let so many cases be published that nobody decided to."""
    with node.write() as tx:
        tx.record(Action.publication_refused, by=NODE, cases=refused)


@dataclass
class _Run:
    """A publish under way: the feed's state that it has seen, whom it adds, and whom it takes out.

    `joining` are those of its own people who still join.
    """

    node: Node
    keys: FeedKeys
    evaluate: Evaluator
    layout: feeds.Layout
    jobs: Sequence[Job]
    people: Mapping[int, Person]
    state: feeds.State | None
    crowded: CrowdedKeys

    def __post_init__(self) -> None:
        self.gap = self.layout.max_gap if self.layout.max_gap is not None else self.node.settings.max_gap
        self._opened: list[Opened] = []
        self._used: Used = {}
        self._made: dict[bytes, list[Entry]] = {}
        self._draw()

    def evaluate_jobs(self, progress: Progress) -> None:
        """Evaluate its match-keys and make its entries, where the feed had room for them."""
        if self.state:
            self._opened = opened(self.keys, self.evaluate, [(job.material, job.weak) for job in self.jobs])
            with self.node.read() as tx:
                self._used = self._in_use(tx.session)
        self._make(self.jobs, progress)
        self._draw()

    def look_again(self, session: Session) -> None:
        """Begin anew on the feed as it is now, if somebody else changed it, and take out who is to leave by now.

        Raises ConflictError where it was rotated, or published, meanwhile.
        """
        state = feeds.state(session)
        if state != self.state:
            self._require_own(session, state)
            self.state = state
            self._place_anew(session)
        self.take_out(session, self.changed(session))

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
        if not people:
            return
        crowded = distinct_keys(self.node, people.values(), self.crowded)
        self.draft.take_out(session, people, opened(self.keys, self.evaluate, crowded))
        for number in people:
            if self.joining.pop(number, None) is None:
                self.leaving.add(number)

    def write(self) -> Published | None:
        """Write the feed for the people as they are at the commit.

        None, and nothing written, when somebody else changed it, or more people have changed than can be taken out
        while others wait.
        """
        node, epoch = self.node, self.draft.epoch
        with node.write() as tx:
            tx.hold_others_off()  # Whoever ends a publication after this finds these people in the feed.
            if feeds.state(tx.session) != self.state:
                return None
            changed = self.changed(tx.session)
            if len(changed) > AT_ONCE:
                return None
            self.take_out(tx.session, changed)
            lines = self.draft.lines(tx.session)
            lines.write(tx.session, epoch)
            feeds.forget_retired(tx.session)
            after = feeds.close(tx.session, self.layout, tx.now)
            keep_crowded(tx, epoch, self.crowded)
            tx.record(
                Action.epoch_published,
                by=node.acts_as,
                epoch=epoch,
                entries=after.entries,
                tombstones=len(lines.tombstones),
                persons=after.people,
            )
        return Published(epoch, after.people, after.entries, len(self.joining), len(self.leaving))

    def _require_own(self, session: Session, state: feeds.State | None) -> None:
        """Raise ConflictError unless people were only withdrawn meanwhile: with those it goes on."""
        same = (state and state.epoch) == (self.state and self.state.epoch)
        if not same or feeds.in_feed(session, self.people):
            raise ConflictError(
                "Another publish ran at the same time.", kept="Its result.", do="Run it again."
            )

    def _place_anew(self, session: Session) -> None:
        """Make those entries anew whose places others hold by now, or have left."""
        before, self._used = self._used, self._in_use(session)
        moved = [job for job in self.jobs if self._used.get(job.material) != before.get(job.material)]
        self._make(moved, lambda _done, _all: None)
        self._draw()

    def _draw(self) -> None:
        """A draft of all of its entries, of which nobody was taken out yet."""
        new = {entry.token: entry for made in self._made.values() for entry in made}
        self.draft = Draft(self.layout.epoch, self.gap, new)
        self.joining, self.leaving = dict(self.people), set[int]()

    def _in_use(self, session: Session) -> Used:
        """The indices that its match-keys already use in the feed."""
        walks = positions(
            self._opened, self.gap, lambda made: feeds.live_tokens(session, self.layout.epoch, made)
        )
        return used_of(self.jobs, walks) if walks else {}

    def _make(self, jobs: Sequence[Job], progress: Progress) -> None:
        entries = iter(self.evaluate.entries(jobs, self._used, progress))
        for job in jobs:
            self._made[job.material] = [next(entries) for _ in job.holders]
        self.crowded = self.crowded.and_those(crowded_of(jobs, self._used, self.gap))


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


def used_of(jobs: Sequence[Job], walks: Sequence[Mapping[int, bytes]]) -> Used:
    """The indices that a run's match-keys already use in the feed."""
    return {job.material: frozenset(walk) for job, walk in zip(jobs, walks, strict=True) if walk}


def opened_people(node: Node, rows: Iterable[feeds.PersonRow]) -> dict[int, Person]:
    """Person records, opened, by number."""
    return {row.person_id: open_person(node.keys.vault, row.handle, row.sealed) for row in rows}


def crowded_of(jobs: Iterable[Job], used: Used, max_gap: int) -> list[bytes]:
    """The match-keys of these jobs that may have an entry further on than the longest gap."""
    return [job.material for job in jobs if len(job.holders) + len(used.get(job.material, ())) > max_gap + 1]


def distinct_keys(node: Node, people: Iterable[Person], among: CrowdedKeys) -> list[tuple[bytes, bool]]:
    """Those of these people's match-keys that are `among`, once each: the material, and whether it is weak."""
    every = (key for person in people for key in match_keys(person, node.matching))
    return list(dict.fromkeys((key.material, key.weak) for key in every if key.material in among))


def opened(keys: FeedKeys, evaluate: Evaluator, made: Sequence[tuple[bytes, bool]]) -> list[Opened]:
    """Match-keys, evaluated: each is its material, and whether it is weak."""
    outputs = evaluate.outputs(made)
    return [Opened(output, keys.of(weak).context) for output, (_, weak) in zip(outputs, made, strict=True)]

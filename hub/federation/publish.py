"""Publishing: bring the node's own feed up to the people that may be met, and withdraw those that may not.

The slow part runs before anything is written; then one transaction adds a whole number of batches, in token order,
so that an interrupted publish leaves the feed as it was. Does not decide who may be published: the decisions
were recorded with the cases. Sends nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hub.audit.events import OPERATOR, Action, Detail, Event
from hub.cases.records import open_person
from hub.errors import ConflictError
from hub.federation.draft import Draft
from hub.federation.entries import (
    Entry,
    Evaluator,
    FeedKeys,
    Job,
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
from hub.federation.testpeople import TEST_CASE_HANDLE, TEST_PEOPLE
from hub.federation.tokens import LABEL_BYTES, TOKEN_BYTES
from hub.federation.wire import BATCH_ENTRIES
from hub.matching import match_keys
from hub.node import Node
from hub.store import feeds
from hub.values import Person

WITHDRAWAL_CLASS: Final = 256


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did: the feed's people and live entries now, and the people it added and withdrew."""

    epoch: int
    people: int
    entries: int
    added: int
    withdrawn: int


def publish(node: Node, progress: Progress = lambda _done, _all: None) -> Published:
    """Bring the feed up to date. Running it again with nothing changed adds nothing.

    Raises ConflictError when another publish ran meanwhile, HubError when a worker process ended, StorageError.
    """
    with without_collections():
        return _publish(node, progress)


def _publish(node: Node, progress: Progress) -> Published:
    vault = node.keys.vault
    with node.database.read() as session:
        state = feeds.state(session)
        leaving = {
            row.person_id: open_person(vault, row.handle, row.sealed) for row in feeds.leaving(session)
        }
        joining = [
            Subject(row.person_id, row.case_handle, row.handle, open_person(vault, row.handle, row.sealed))
            for row in feeds.joining(session)
        ]
    subjects = joining if state else joining + _test_subjects()
    epoch = state.epoch if state else 1
    keys = keys_of(node, epoch)
    with evaluator(keys, len(subjects) + len(leaving)) as evaluate:
        jobs = jobs_of(subjects, node.matching)
        if state and not jobs and not leaving:
            return Published(epoch, state.people, state.entries, 0, 0)
        used = _used(node, keys, evaluate, jobs) if state else {}
        added = evaluate.entries(jobs, used, progress)
        draft = Draft(epoch, node.settings.max_gap, {entry.token: entry for entry in added})
        going = _opened(keys, evaluate, _keys_of_people(node, leaving.values()))
        with node.database.read() as session:
            draft.take_out(session, leaving, going)

    with node.write() as (session, record):
        if feeds.state(session) != state:
            raise ConflictError("another publish ran at the same time", kept="its result", do="run it again")
        withdrawn = feeds.withdraw(session, epoch, draft.withdrawn, pad_to=WITHDRAWAL_CLASS)
        rows = [
            *((entry, False) for entry in draft.new.values()),
            *_fillers(-(len(draft.new) + withdrawn) % BATCH_ENTRIES),
        ]
        rows.sort(key=lambda row: row[0].token)  # Random by nature: tells nothing of who is whose.
        feeds.add(session, epoch, rows)
        feeds.forget_retired(session)
        after = feeds.close(session, epoch, node.now())
        detail = Detail(epoch=epoch, entries=after.entries, tombstones=withdrawn, persons=after.people)
        record(Event(action=Action.epoch_published, actor=OPERATOR, detail=detail))
    return Published(epoch, after.people, after.entries, len(joining), len(leaving))


def keys_of(node: Node, epoch: int) -> FeedKeys:
    """The node's own feed keys in an epoch."""
    contexts = (node.context(epoch, weak=False), node.context(epoch, weak=True))
    return feed_keys((node.keys.prf.seed, node.keys.prf_weak.seed), contexts)


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
    with node.database.read() as session:
        walks = positions(
            opened,
            node.settings.max_gap,
            lambda made: feeds.live_tokens(session, keys.strong.context.epoch, made),
        )
    return {job.material: frozenset(walk) for job, walk in zip(jobs, walks, strict=True) if walk}


def _keys_of_people(node: Node, people: Iterable[Person]) -> list[tuple[bytes, bool]]:
    """Their distinct match-keys: the material of each, and whether it is weak."""
    every = (key for person in people for key in match_keys(person, node.matching))
    return list(dict.fromkeys((key.material, key.weak) for key in every))


def _opened(keys: FeedKeys, evaluate: Evaluator, made: Sequence[tuple[bytes, bool]]) -> list[Opened]:
    outputs = evaluate.outputs(made)
    return [Opened(output, keys.of(weak).context) for output, (_, weak) in zip(outputs, made, strict=True)]

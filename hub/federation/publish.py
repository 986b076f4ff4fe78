"""Publishing: bring the node's own feed up to the people that may be met, and withdraw those that may not.

The slow part runs before anything is written; then one transaction adds a whole number of batches, in token order,
so that an interrupted publish leaves the feed as it was. Does not decide who may be published: the decisions
were recorded with the cases. Sends nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action, Detail, Event
from hub.cases.documents import open_person
from hub.errors import ConflictError
from hub.federation.entries import (
    Entry,
    FeedKeys,
    Job,
    Positions,
    Progress,
    Subject,
    Used,
    evaluator,
    feed_keys,
    jobs_of,
    moves_to_close,
    without_collections,
)
from hub.node.node import Node
from hub.store import feeds
from hub.values import Person
from hub.wire.messages import BATCH_ENTRIES
from hub.wire.test_people import TEST_CASE_HANDLE, TEST_PEOPLE
from hub.wire.tokens import LABEL_BYTES, TOKEN_BYTES, open_label, seal_entry

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
    """Bring the feed up to date. Running it again with nothing changed adds nothing. Raises HubError."""
    with without_collections():
        return _publish(node, progress)


def _publish(node: Node, progress: Progress) -> Published:
    vault = node.keys.vault
    with node.database.read() as session:
        state = feeds.state(session)
        leaving = [
            (row.person_id, open_person(vault, row.handle, row.sealed)) for row in feeds.leaving(session)
        ]
        joining = [
            Subject(row.person_id, row.case_handle, row.handle, open_person(vault, row.handle, row.sealed))
            for row in feeds.joining(session)
        ]
    subjects = joining if state else joining + _test_subjects()
    epoch = state.epoch if state else 1
    keys = keys_of(node, epoch)
    with evaluator(keys, len(subjects)) as evaluate:
        jobs = jobs_of(subjects, node.matching)
        if state and not jobs and not leaving:
            return Published(epoch, state.people, state.entries, 0, 0)
        used = _used(node, keys, jobs) if state else {}
        added = evaluate(jobs, used, progress)

    with node.write() as (session, record):
        if feeds.state(session) != state:
            raise ConflictError("another publish ran at the same time", kept="its result", do="run it again")
        new = {entry.token: entry for entry in added}
        gone = feeds.take_out(session, [person_id for person_id, _ in leaving])
        gone |= _close_gaps(session, node, keys, [person for _, person in leaving], (new, gone))
        withdrawn = feeds.withdraw(session, epoch, gone - new.keys(), pad_to=WITHDRAWAL_CLASS)
        rows = [
            *((entry, False) for entry in new.values()),
            *_fillers(-(len(new) + withdrawn) % BATCH_ENTRIES),
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


def _used(node: Node, keys: FeedKeys, jobs: Sequence[Job]) -> Used:
    """The indices that this run's match-keys already use in the feed."""
    with node.database.read() as session:
        walks = {job.material: _positions(session, node, keys, (job.material, job.weak)) for job in jobs}
    return {material: frozenset(walk.tokens) for material, walk in walks.items() if walk.tokens}


def _positions(session: Session, node: Node, keys: FeedKeys, key: tuple[bytes, bool]) -> Positions:
    material, weak = key
    feed_key = keys.of(weak)
    return Positions(
        feed_key.prf.output(material),
        feed_key.context,
        node.settings.max_gap,
        lambda made: feeds.live_tokens(session, feed_key.context.epoch, made),
    )


def _close_gaps(
    session: Session,
    node: Node,
    keys: FeedKeys,
    people: Sequence[Person],
    change: tuple[dict[bytes, Entry], set[bytes]],
) -> set[bytes]:
    """Move last entries into the holes that withdrawals leave; adds them to the new, returns the tokens left."""
    new, gone = change
    left: set[bytes] = set()
    for job in jobs_of([Subject(None, bytes(16), bytes(16), person) for person in people], node.matching):
        key = keys.of(job.weak)
        output = key.prf.output(job.material)

        def present(made: Sequence[bytes], epoch: int = key.context.epoch) -> set[bytes]:
            return feeds.live_tokens(session, epoch, made) | (set(made) & (new.keys() | gone))

        walk = Positions(output, key.context, node.settings.max_gap, present)
        live = [at for at, made in walk.tokens.items() if made not in gone or made in new]
        for at, to in moves_to_close(live, node.settings.max_gap):
            old = new.pop(walk.token(at), None) or feeds.take_out_token(
                session, key.context.epoch, walk.token(at)
            )
            label = open_label(output, key.context, at, (old.token, old.label))
            made, sealed = seal_entry(output, key.context, to, label)
            new[made] = Entry(made, sealed, old.person_id)
            left.add(old.token)
    return left

"""What a node does by itself at its times, and when: a short list of jobs, and one run of one of them.

A job is complete in itself and safe to do again at any time. One that fails is told and tried again, later each
time; it is never given up, and holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from hub.audit.events import NODE, Action, Refs
from hub.cases.flags import end_flags
from hub.cases.obligations import escalate
from hub.cases.own_keys import keep_own_keys
from hub.cases.renewal import follow_agreements
from hub.cases.repeat_decisions import note_current
from hub.checks.later_hearings import exchange_hearings
from hub.checks.opened_cases import cases_of
from hub.checks.papers.expire import expire as expire_papers
from hub.checks.reconcile import reconcile
from hub.crypto.groups import from_groups
from hub.errors import HubError, unforeseen
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.heads import show_head
from hub.federation.peers import add_peer
from hub.federation.publish import publish
from hub.federation.sync import sync_in_time
from hub.jobs.task import Task
from hub.jobs.warnings import warnings_of
from hub.node.home import advance_audit_checkpoint, require_as_bound
from hub.node.node import Node
from hub.records.reads import bring_in, erase_old
from hub.store import peers, schedule
from hub.store.schedule import WORKER, JobRow
from hub.transfers.channel.exchange import exchange, renew
from hub.transfers.deliver import tell_keys
from hub.transfers.expire import expire
from hub.values import NodeId

logger = logging.getLogger("hub.jobs")
RECONCILED_DAYS: Final = 7


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The worker ends; the next one begins this again."""


@dataclass(frozen=True)
class Run:
    """A run under way: of which node, and how it asks peers.

    `alive` is called between the steps of long work, and raises `Stopped` when the worker ends.
    """

    node: Node
    alive: Callable[[], None]
    connect: Callable[[Node], PeerClient] = PeerClient


@dataclass(frozen=True)
class WantedPeer:
    """A peer that the operator named: its address, and its root key's thumbprint where that is known."""

    url: str
    thumbprint: str | None = None

    @classmethod
    def parse(cls, text: str) -> WantedPeer:
        """From `URL` or `URL#THUMBPRINT`, that in groups. Raises UsageError on one that is none."""
        url, _, thumbprint = text.partition("#")
        return cls(url, from_groups(thumbprint) if thumbprint else None)


@dataclass(frozen=True)
class Job:
    """Something to do, as often as `[schedules]` says of its name. `peer`: it asks another node."""

    name: str
    act: Callable[[Run], object]
    peer: bool = False

    @property
    def task(self) -> Task:
        """What the engine knows of it: a lane of its own."""
        return Task(self.name, self.name, own=not self.peer)


def jobs_of(node: Node, wanted: Sequence[WantedPeer]) -> dict[str, Job]:
    """What this node does by itself, by name. What is done once is first; then what other areas wait for."""
    with node.read() as tx:
        pinned = [row.node_id for row in peers.every(tx.session)]
    jobs = [
        Job("checkpoint", _sign),
        Job("publish", _publish),
        *(Job(f"add:{one.url}", partial(_add, one), peer=True) for one in wanted),
        *(Job(f"sync:{one}", partial(_sync, one), peer=True) for one in pinned),
        *(Job(f"show:{one}", partial(_show, one), peer=True) for one in pinned),
        *(Job(f"exchange:{one}", partial(_exchange, one), peer=True) for one in pinned),
        *(Job(f"reconcile:{one}", partial(_reconcile, one), peer=True) for one in pinned),
        *(Job(f"hearings:{one}", partial(_hearings, one), peer=True) for one in pinned),
        Job("envelopes", lambda run: renew(run.node)),
        Job("warn", _warn),
        Job("audit", lambda run: require_as_bound(run.node)),
        Job("escalate", _escalate),
        Job("casework", _casework),
        Job("reads", _reads),
    ]
    return {job.name: job for job in jobs}


def due(node: Node, jobs: Mapping[str, Job]) -> list[Task]:
    """What is to be done now. Writes down that the worker looked; a job is due when it is first seen.

    The database puts off no job for longer than it ever waits: its row is not believed then.
    """
    times = node.settings.schedules
    with node.write() as tx:
        rows = schedule.every(tx.session)
        for name in jobs.keys() - rows.keys():
            rows[name] = JobRow(name, next_at=tx.now)
            schedule.put(tx.session, rows[name])
        schedule.remove(tx.session, rows.keys() - jobs.keys() - {WORKER})
        schedule.put(tx.session, JobRow(WORKER, ended_at=tx.now))
        now = tx.now
    most = times.retry_most_minutes * 60
    return [job.task for name, job in jobs.items() if rows[name].due(now, times.interval_s(name), most)]


def do(job: Job, run: Run) -> None:
    """Do a job once, and write down what came of it and when it is due next. Raises StorageError."""
    try:
        job.act(run)
    except Stopped:
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this job's alone
        fault = error if isinstance(error, HubError) else unforeseen(error)
        logger.error("%s: %s", job.name, fault)
        _write_down(run.node, job, str(fault))
    else:
        _write_down(run.node, job, None)


def _write_down(node: Node, job: Job, fault: str | None) -> None:
    times = node.settings.schedules
    with node.write() as tx:
        row = (
            schedule.every(tx.session).get(job.name, JobRow(job.name))._replace(ended_at=tx.now, fault=fault)
        )
        if fault is None:
            row = row._replace(
                next_at=times.next_at(job.name, tx.now), done_at=tx.now, failing_since=None, tries=0
            )
        else:
            tries, since = row.tries + 1, min(row.failing_since or tx.now, tx.now)
            done_at = row.done_at if row.done_at is not None and row.done_at <= tx.now else None
            row = row._replace(next_at=times.retry_at(tx.now, tries), done_at=done_at)
            row = row._replace(failing_since=since, tries=tries)
        schedule.put(tx.session, row)


def _sign(run: Run) -> None:
    """Sign the log's head, and tell the operator what was lost of the one before."""
    for lost in advance_audit_checkpoint(run.node):
        logger.warning("audit checkpoint: %s", lost)


def _casework(run: Run) -> None:
    """Keep what the search for people needs, look for who came in, and end the flags whose time is over."""
    keep_own_keys(run.node, run.alive)
    note_current(run.node, run.alive)
    end_flags(run.node, run.alive)


def _reads(run: Run) -> None:
    """Bring in who opened which case, and erase what is kept no longer."""
    bring_in(run.node, cases_of)
    erase_old(run.node)


def _warn(run: Run) -> None:
    for sentence in warnings_of(run.node):
        logger.warning("%s", sentence)


def _escalate(run: Run) -> None:
    """Escalate what is overdue, end the transfers and requests for papers whose time has passed, tell keys."""
    escalate(run.node)
    expire(run.node)
    tell_keys(run.node)
    expire_papers(run.node)


def _publish(run: Run) -> None:
    ended = follow_agreements(run.node, run.alive)
    if ended:
        logger.warning("publish: the agreement of %s published cases does not cover them any more", ended)
    publish(run.node, lambda _done, _all: run.alive())


def _add(wanted: WantedPeer, run: Run) -> None:
    _ask(run, lambda client: add_peer(run.node, client, wanted.url, wanted.thumbprint))


def _sync(peer: NodeId, run: Run) -> None:
    try:
        _ask(run, lambda client: sync_in_time(run.node, client, peer, lambda *_: run.alive()))
    except Stopped:
        raise
    except Exception as error:
        with run.node.write() as tx:
            tx.record(Action.peer_fault, by=NODE, about=Refs(peer=peer), fault=fault_of(error).code)
        raise


def _show(peer: NodeId, run: Run) -> None:
    _ask(run, lambda client: show_head(run.node, client, peer))


def _exchange(peer: NodeId, run: Run) -> None:
    _ask(run, lambda client: exchange(run.node, client, peer))


def _reconcile(peer: NodeId, run: Run) -> None:
    """Hold both sides' records against each other; what differs is shown to the data-protection officer."""
    _ask(run, lambda client: reconcile(run.node, client, peer, RECONCILED_DAYS, by=NODE))


def _hearings(peer: NodeId, run: Run) -> None:
    _ask(run, lambda client: exchange_hearings(run.node, client, peer, run.alive))


def _ask(run: Run, act: Callable[[PeerClient], Awaitable[object]]) -> None:
    async def go() -> None:
        async with run.connect(run.node) as client:
            await act(client)

    asyncio.run(go())

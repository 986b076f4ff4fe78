"""`hub jobs list`, `retry` and `cancel`: what the node does by itself, and what a person says to it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.audit.events import OPERATOR
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read
from hub.cli.output import counted, out, plain, print_json
from hub.errors import UsageError
from hub.jobs import listing
from hub.node.node import Node
from hub.store.notices import NoticeRow
from hub.store.outbox import DeliveryRow
from hub.store.schedule import JobRow
from hub.values import Requester, typed

jobs_app = typer.Typer(
    help="What the node does by itself: what waits, what failed, and when it is next.", no_args_is_help=True
)
Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="A delivery's or notice's number or a job's name, as listed.",
        show_default=False,
    ),
]


@jobs_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List what waits to be delivered, what failed and why, and when each job ran and is next."""
    with opened_to_read(home, as_json=as_json) as node:
        worker = listing.worker_state(node)
        known = speaker(node, "jobs list", who, token).named
        deliveries = [_delivery(row) for row in listing.deliveries(node, known)]
        notices = [_notice(row) for row in listing.waiting_notices(node, known)]
        jobs = [_job(row) for row in listing.jobs(node)]
        if as_json:
            state = {"running": worker.running, "seen": _time(worker.seen_at)}
            print_json({"worker": state, "deliveries": deliveries, "notices": notices, "jobs": jobs})
            return
        if not worker.running:
            since = f"since {_time(worker.seen_at)}" if worker.seen_at else "yet"
            out.print(f"[bold]No worker has run {since}.[/] Start `hub worker` on this home.")
        for delivery in deliveries:
            _show(delivery, f"{delivery['kind']} to {delivery['area']}", home)
        if not deliveries:
            out.print("Nothing waits to be delivered.")
        for notice in notices:
            _show(notice, "notice", home)
        for job in jobs:
            _show_job(job)


@jobs_app.command("retry")
def retry(
    home: Home,
    name: Name = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that waits or failed.")] = False,
    who: Who = None,
    token: TokenFile = None,
) -> None:
    """Have a delivery, a notice or a job tried within a minute, also one that was given up."""
    with opened(home) as node:
        known = speaker(node, "jobs retry", who, token).named
        if every == (name is not None):
            raise UsageError("Give one NAME, or --all.", do="See `hub jobs list`.")
        for one in listing.retry(node, known, name, _actor(node, known)):
            out.print(f"{plain(one)} is tried with the worker's next look, within a minute.")


@jobs_app.command("cancel")
def cancel(
    home: Home,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The number, as listed.", show_default=False)],
    who: Who = None,
    token: TokenFile = None,
) -> None:
    """Take back a delivery or a notice that waits. What was told by an earlier try is told."""
    with opened(home) as node:
        known = speaker(node, "jobs cancel", who, token).named
        listing.cancel(node, known, name, _actor(node, known))
        out.print("Cancelled: it is not sent any more.")


def _actor(node: Node, known: Requester | None) -> str:
    return node.actor(known.name) if known and known.name else OPERATOR


def _delivery(row: DeliveryRow) -> dict[str, Any]:
    return {"id": row.id, "kind": row.kind, "area": row.peer, **_waiting(row)}


def _notice(row: NoticeRow) -> dict[str, Any]:
    return {"id": row.id, **_waiting(row)}


def _waiting(row: DeliveryRow | NoticeRow) -> dict[str, Any]:
    return {
        "state": row.state.value,
        "since": _time(row.created_at),
        "tries": row.tries,
        "next_try": _time(row.next_at) if row.state.value == "open" else None,
        "fault": row.fault,
    }


def _job(row: JobRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "last_run": _time(row.ended_at),
        "last_done": _time(row.done_at),
        "next_run": _time(row.next_at),
        "failing_since": _time(row.failing_since),
        "tries": row.tries,
        "fault": row.fault,
    }


def _time(at: int | None) -> str | None:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else None


def _show(row: dict[str, Any], what: str, home: Path) -> None:
    out.print(f"[bold]{row['id']}[/]: {plain(what)}, {_state(row)}")
    if row["fault"]:
        out.print(plain(f"  {row['fault']}"))
    if row["state"] != "open":
        number = row["id"][: listing.SHOWN_DIGITS]
        again, no_more = typed("jobs retry", home, number), typed("jobs cancel", home, number)
        out.print(plain(f"  To do: {again}, or {no_more}"))


def _state(row: dict[str, Any]) -> str:
    if row["state"] == "open":
        tried = counted(row["tries"], "try/tries")
        return f"waits since {row['since']}; {tried} failed, the next is at {row['next_try']}"
    words = {
        "failed": f"given up after {counted(row['tries'], 'try/tries')}",
        "lapsed": "not to be sent as it stands",
    }
    return f"{words[row['state']]}, decided at {row['since']}"


def _show_job(row: dict[str, Any]) -> None:
    done = f"last done at {row['last_done']}" if row["last_done"] else "not done yet"
    following = f"next at {row['next_run']}" if row["next_run"] else "not to be done again"
    out.print(f"[bold]{plain(row['name'])}[/]: {done}; {following}")
    if row["fault"]:
        out.print(
            plain(
                f"  failing since {row['failing_since']}, {counted(row['tries'], 'try/tries')}: {row['fault']}"
            )
        )

"""`hub audit heads` and `hub audit reconcile`: what two nodes hold of each other's record."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.checks.reconcile import IN_WORDS, Reconciled, counts_differ
from hub.checks.reconcile import reconcile as hold_against
from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import EXIT_FAULT, EXIT_REFUSED, counted, out, plain, print_json
from hub.errors import NotFoundError, UsageError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.heads import alarms
from hub.federation.peers import every_known
from hub.files import write_atomically
from hub.node.node import Node
from hub.records.witness import PeerHead, heads_of
from hub.store.witness import HeadState, peers_with_heads

SHOWN = 20
STATES = {
    HeadState.kept: "",
    HeadState.refused: ", [red]refused[/]: it does not go on from the one before",
    HeadState.lost: ", lost there: the area was brought back from an older backup",
}


def heads(
    home: Home,
    peer: Annotated[
        str | None, typer.Option(help="Of that area alone, by its node id.", show_default=False)
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write the newest one of --peer as a signed checkpoint, for `hub audit verify --checkpoint`.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the signed heads of other areas' logs that are held here, the newest first.

    An auditor verifies an area's database with them. The status is 1 while one is refused.
    """
    with opened_to_read(home, as_json=as_json) as node:
        if to is not None and peer is None:
            raise UsageError("--out needs --peer: a checkpoint is one area's.", do="Name the area.")
        held = _held(node, peer)
        told = alarms(node)
        if to is not None:
            _write(held[str(peer)], to)
        if as_json:
            rows = [_row(one) for heads in held.values() for one in heads]
            print_json({"heads": rows, "alarms": told})
        else:
            _show(held)
            for words in told:
                out.print(f"[bold red]Alarm:[/] {plain(words)}")
        if told:
            raise typer.Exit(EXIT_REFUSED)


def _held(node: Node, peer: str | None) -> dict[str, list[PeerHead]]:
    with node.read() as tx:
        peers = peers_with_heads(tx.session)
        if peer is not None and peer not in peers:
            raise NotFoundError(
                "No head of that area's log is held here.",
                do="Its worker shows one each hour: see `hub jobs list` there.",
            )
        return {one: heads_of(tx, one) for one in peers if peer in (None, one)}


def _write(held: list[PeerHead], path: Path) -> None:
    """Write the newest head that a peer's database has to go on from: kept, or the one that it was refused for."""
    newest = next((one for one in held if one.row.state is not HeadState.refused), held[0])
    try:
        write_atomically(path, newest.signed.note.encode(), named=True)
    except OSError as error:
        raise UsageError(
            f"{path.name} cannot be written: {error.strerror or type(error).__name__}.",
            kept="What is there.",
            do="Give --out the name of a file.",
        ) from error


def _row(one: PeerHead) -> dict[str, Any]:
    return {
        "node_id": one.row.node_id,
        "size": one.head.size,
        "hash": one.head.hash,
        "state": one.row.state.value,
        "why": one.signed.why or None,
        "received_at": _time(one.row.received_at),
        "checkpoint": one.signed.note,
    }


def _show(held: dict[str, list[PeerHead]]) -> None:
    for peer, found in held.items():
        out.print(f"[bold]{plain(peer)}[/]")
        for one in found:
            at = _time(one.row.received_at)
            out.print(
                f"  {counted(one.head.size, 'entry/entries')}, {one.head.hash}, at {at}{STATES[one.row.state]}"
            )
    if not held:
        out.print(
            "No heads of other areas' logs are held yet. Each area's worker shows its own once an hour."
        )


def _time(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def reconcile(
    home: Home,
    peer: Annotated[
        str | None, typer.Option(help="With that area alone, by its node id.", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days back.")] = 30,
    as_json: Json = False,
) -> None:
    """Hold our record of what passed with each area against the area's, and name what differs or was lost.

    The status is 1 where anything differs, and 2 where an area could not be asked.
    """
    with opened(home, as_json=as_json) as node:
        peers = [peer] if peer else [one for one, known in every_known(node).items() if known.asked]
        done, failed = asyncio.run(_reconcile(node, peers, days))
        if as_json:
            print_json({"areas": [_area(one) for one in done], "failed": failed})
        else:
            for one in done:
                _show_area(one)
            for node_id, why in failed.items():
                out.print(f"[bold red]{plain(node_id)}[/] could not be asked. {plain(why)}")
            if not done and not failed:
                out.print("This node has no peers.")
        if failed:
            raise typer.Exit(EXIT_FAULT)
        if any(one.findings for one in done):
            raise typer.Exit(EXIT_REFUSED)


async def _reconcile(node: Node, peers: list[str], days: int) -> tuple[list[Reconciled], dict[str, str]]:
    done, failed = [], {}
    async with PeerClient(node) as client:
        for one in peers:
            try:
                done.append(await hold_against(node, client, one, days))
            except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
                failed[one] = fault_of(error).text
    return done, failed


def _area(one: Reconciled) -> dict[str, Any]:
    return {
        "node_id": one.node_id,
        "area": one.area,
        "findings": [
            {"what": found.what.value, "of": found.of, "name": found.name} for found in one.findings
        ],
        "days": [
            {"day": day, "ours": dict(ours), "theirs": dict(theirs)}
            for day, (ours, theirs) in one.days.items()
        ],
    }


def _show_area(one: Reconciled) -> None:
    if not one.findings:
        out.print(f"[bold]{plain(one.area)}[/]: both sides have the same.")
    else:
        out.print(f"[bold red]{plain(one.area)}[/]: the two sides differ.")
    for found in one.findings[:SHOWN]:
        out.print(f"  {found.of.capitalize()} {plain(found.name)}: {IN_WORDS[found.what]}.")
    if len(one.findings) > SHOWN:
        out.print(f"  and {len(one.findings) - SHOWN} more: see --json.")
    for day, both in counts_differ(one.days).items():
        ours, theirs = (", ".join(f"{name} {count}" for name, count in both[side].items()) for side in both)
        out.print(f"  {day}: we counted {ours}; the area {theirs}.")
    if one.findings:
        out.print(
            "  Ring the area. If either node was brought back from a backup, this is what it lost; if not, call"
            " your auditor."
        )

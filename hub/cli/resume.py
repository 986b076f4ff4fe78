"""`hub audit resume`: letting a node go on that has stopped, as its rows were not as its log says."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Final

import typer

from hub.backup.resume import Resumed
from hub.backup.resume import resume as resume_node
from hub.cli.options import Because, Home, Json
from hub.cli.output import EXIT_REFUSED, counted, out, plain, print_json, reporting
from hub.federation.rotate_keys import Rotated, rotate
from hub.node.node import open_to_verify
from hub.store.verify import RowFinding

_SHOWN: Final = 20


def found_rows(rows: Sequence[RowFinding]) -> list[dict[str, str | int]]:
    """Findings for programs."""
    return [{"table": one.table, "what": one.what.value, "row": one.key, "seq": one.seq} for one in rows]


def print_rows(rows: Sequence[RowFinding]) -> None:
    """Findings in words, the first of many."""
    for one in rows[:_SHOWN]:
        out.print(f"  {plain(one)}")
    if len(rows) > _SHOWN:
        out.print(f"  and {len(rows) - _SHOWN} more: see --json.")


def resume(
    home: Home,
    because: Because,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Although rows are not as the log says: they count as they stand."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Let a node go on that has stopped, as its database was not as its log says: once the auditor has looked.

    Where all rows are as the log says again, it goes on. With --accept the rows count as they stand from now on,
    and each case that is among them, or whose people are, counts as sealed by hand until a manager unseals it.
    """
    with reporting(as_json=as_json, interrupted="The node stays stopped, unless it said that it goes on."):
        node = open_to_verify(home)
        with closing(node.database):
            done = resume_node(node, because, accept=accept)
            new_feed = rotate(node) if done.feed_dropped else None
        if as_json:
            print_json(
                {
                    "goes_on": done.goes_on,
                    "found": found_rows(done.found),
                    "sealed": done.sealed,
                    "new_feed": new_feed is not None,
                }
            )
        else:
            _print_resumed(done, new_feed)
        if not done.goes_on:
            raise typer.Exit(EXIT_REFUSED)


def _print_resumed(done: Resumed, new_feed: Rotated | None) -> None:
    if done.found:
        out.print(f"Not as the log says: {counted(len(done.found), 'row/rows')}.")
        print_rows(done.found)
    if not done.goes_on:
        out.print(
            "[red]The node stays stopped.[/] Bring it back from a backup (`hub restore`), or have your auditor put"
            " the rows right; --accept takes them as they stand."
        )
        return
    if done.sealed:
        some = counted(len(done.sealed), "case counts/cases count")
        out.print(
            plain(
                f"{some} as sealed by hand until a manager unseals them (`hub case unseal`), which another person"
                f" reviews: {'; '.join(done.sealed)}."
            )
        )
    if new_feed is not None:
        out.print(f"The feed was among them. There is a new one, under new keys: {new_feed.people} people.")
    out.print("The node goes on. Tell the neighbouring areas by telephone.")

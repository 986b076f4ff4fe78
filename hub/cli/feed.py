"""`hub publish` and `hub sync`: the node's own feed, and its copies of the peers'."""

from __future__ import annotations

import asyncio
from typing import Final

import typer

from hub.cases.access import restrictions_on
from hub.cases.renewal import follow_agreements
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened
from hub.cli.output import EXIT_FAULT, counted, err, out, plain, print_json, progress_bar
from hub.federation.client import PeerClient
from hub.federation.publish import publish as publish_feed
from hub.federation.sync import Synced, sync_all

REFUSED: Final = (
    "[bold red]{} marked in the database as published, and the sealed records do not permit it.[/] "
    "Nobody on them is published. Somebody changed the database past the hub: run `hub audit verify`, and call "
    "your auditor."
)

ENDED: Final = (
    "[bold]The publication of {} has ended:[/] the agreement that it rested on is not in force any more, or "
    "does not cover it."
)


def publish(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Publish tokens of everyone discoverable, and withdraw those who are not any more.

    Figures of the feed are shown to those alone from whom no case is restricted.
    """
    with opened(home, as_json=as_json, interrupted="The feed as it was; nothing was half-published.") as node:
        shown = not restrictions_on(node, speaker(node, "publish", who, token).named).any
        ended = follow_agreements(node)
        with progress_bar("Publishing match-keys", shown=not as_json) as progress:
            done = publish_feed(node, progress)
        figures = {
            "people": done.people,
            "entries": done.entries,
            "added": done.added,
            "withdrawn": done.withdrawn,
            "ended": ended,
        }
        if as_json:
            print_json(
                {
                    "epoch": done.epoch,
                    **(figures if shown else dict.fromkeys(figures)),
                    "refused": done.refused,
                }
            )
            return
        if ended and shown:
            err.print(ENDED.format(counted(ended, "case/cases")))
        if done.refused:
            err.print(REFUSED.format(counted(done.refused, "case is/cases are")))
        if shown:
            out.print(
                f"{counted(done.people, 'person/people')} can now be matched by peers' checks "
                f"({done.added} added, {done.withdrawn} withdrawn; "
                f"{counted(done.entries, 'entry/entries')} in the feed)."
            )
        else:
            out.print(
                "The feed is as it is to be. Its figures are shown to whom no case is restricted: say who you are."
            )


def sync(home: Home, as_json: Json = False) -> None:
    """Pull every peer's feed."""
    with opened(
        home, as_json=as_json, interrupted="The pages received; the next sync goes on from there."
    ) as node:

        async def run() -> list[Synced]:
            with progress_bar("Syncing", shown=not as_json) as progress:
                so_far: dict[str, tuple[int, int]] = {}

                def each(area: str, done: int, every: int) -> None:
                    so_far[area] = done, every
                    progress(*map(sum, zip(*so_far.values(), strict=True)))

                async with PeerClient(node) as client:
                    return await sync_all(node, client, each)

        results = asyncio.run(run())
        if as_json:
            fields = ("node_id", "area", "entries", "people", "error")
            print_json({"peers": [{name: getattr(one, name) for name in fields} for one in results]})
        else:
            for one in results:
                size = f"{counted(one.entries, 'entry/entries')}, of at most {counted(one.people, 'person/people')}"
                told = one.error or size
                out.print(f"[bold]{plain(one.area)}[/]: {plain(told)}")
            if any(not one.error for one in results):
                out.print("Areas say by class of size how many people they publish: that is rounded up.")
            if not results:
                out.print("No peers yet: add one with `hub peer add`.")
        if any(one.error for one in results):
            raise typer.Exit(EXIT_FAULT)

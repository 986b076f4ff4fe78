"""The coordinator's daily commands: import, publish, sync, check, disclose."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from hub.cases.importing import Imported, import_cases
from hub.cases.intake import read_cases, write_rejected
from hub.check import check as ask
from hub.commands.casework import Who, asker
from hub.commands.node import Home, Json
from hub.commands.output import EXIT_FAULT, EXIT_REFUSED, err, out, plain, print_json, progress_bar, reporting
from hub.commands.show import show_decision, show_result
from hub.consent import Decision, Outcome
from hub.disclose import disclose as tell
from hub.disclose import disclose_at_once
from hub.federation.client import PeerClient
from hub.federation.publish import publish as publish_feed
from hub.federation.sync import Synced, sync_all
from hub.lifecycle import advance_audit_checkpoint
from hub.node import open_node
from hub.question import CheckResult
from hub.reading import read_check_request
from hub.values import Level

SHOWN = 10


def import_(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="FILE.csv or FILE.jsonl, one row a person.", show_default=False),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; store nothing.")] = False,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Bring referrals in from a file. Good rows are kept; bad ones go to FILE.rejected.csv with the reason."""
    rows = [0]

    def kept() -> str:
        if dry_run:
            return "nothing: this was a dry run"
        return f"{rows[0]} rows, in whole cases; running it again completes the rest and stores nothing twice"

    with reporting(as_json=as_json, interrupted=kept):
        node = open_node(home)
        importer = asker(node, who)
        with progress_bar("Importing", shown=not as_json) as progress:

            def count(done: int) -> None:
                rows[0] = done
                progress(done, 0)

            done = import_cases(node, read_cases(file), dry_run=dry_run, progress=count, asker=importer)
        if not as_json:
            _show_urgent(done, dry_run=dry_run)
        rejects = None if dry_run else write_rejected(file, done.rejected)
        advance_audit_checkpoint(node)
        if as_json:
            print_json(_import_document(done, rejects))
        else:
            _show_import(done, rejects, dry_run=dry_run)
        if done.rejected:
            raise typer.Exit(EXIT_REFUSED)


def publish(home: Home, as_json: Json = False) -> None:
    """Publish tokens of everyone who may be met, and withdraw those who may not."""
    with reporting(as_json=as_json, interrupted="the feed as it was; nothing was half-published"):
        node = open_node(home)
        with progress_bar("Publishing match-keys", shown=not as_json) as progress:
            done = publish_feed(node, progress)
        advance_audit_checkpoint(node)
        if as_json:
            print_json(
                {
                    "epoch": done.epoch,
                    "people": done.people,
                    "entries": done.entries,
                    "added": done.added,
                    "withdrawn": done.withdrawn,
                }
            )
        else:
            out.print(
                f"{done.people} people can now be met by peers' checks "
                f"({done.added} added, {done.withdrawn} withdrawn; {done.entries} entries in the feed)."
            )


def sync(home: Home, as_json: Json = False) -> None:
    """Pull every peer's feed."""
    with reporting(as_json=as_json, interrupted="the pages received; the next sync goes on from there"):
        node = open_node(home)

        async def run() -> list[Synced]:
            with progress_bar("Syncing", shown=not as_json) as progress:
                async with PeerClient(node) as client:
                    return await sync_all(node, client, lambda _area, done, every: progress(done, every))

        results = asyncio.run(run())
        advance_audit_checkpoint(node)
        if as_json:
            fields = ("node_id", "area", "entries", "people", "error")
            print_json({"peers": [{name: getattr(one, name) for name in fields} for one in results]})
        else:
            for one in results:
                told = one.error or f"{one.people} people, {one.entries} entries"
                out.print(f"[bold]{plain(one.area)}[/]: {plain(told)}")
            if not results:
                out.print("No peers yet: add one with `hub peer add`.")
        if any(one.error for one in results):
            raise typer.Exit(EXIT_FAULT)


def check(
    home: Home,
    request: Annotated[
        Path,
        typer.Argument(
            metavar="REQUEST.json", help="The question: a CheckRequest as JSON.", show_default=False
        ),
    ],
    as_json: Json = False,
) -> None:
    """Ask "referred elsewhere?" and show who may be known where, with the reasons."""
    with reporting(as_json=as_json, interrupted="what was already recorded of this question"):
        node = open_node(home)
        question = read_check_request(request)

        async def run() -> CheckResult:
            async with PeerClient(node) as client:
                result = await ask(node, client, question)
                return await disclose_at_once(node, client, question, result)

        result = asyncio.run(run())
        advance_audit_checkpoint(node)
        _finish(result, result.decision, as_json=as_json)


def disclose(
    home: Home,
    check_id: Annotated[str, typer.Argument(metavar="CHECK_ID", help="The check's id.", show_default=False)],
    area: Annotated[str, typer.Option(help="The node id of the area to tell.")],
    level: Annotated[
        Literal["involvement", "summary"], typer.Option(help="How much to ask for.")
    ] = "involvement",
    handle: Annotated[
        str | None, typer.Option(help="Which candidate; by default the surest.", show_default=False)
    ] = None,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Tell one area about whom a check was, and ask what it releases."""
    with reporting(as_json=as_json, interrupted="what was already recorded of this disclosure"):
        node = open_node(home)
        speaker = asker(node, who)

        async def run() -> tuple[CheckResult, Decision]:
            async with PeerClient(node) as client:
                return await tell(node, client, (check_id, area, handle), Level(level), speaker)

        result, decision = asyncio.run(run())
        advance_audit_checkpoint(node)
        _finish(result, decision, as_json=as_json)


def _finish(result: CheckResult, decision: Decision, *, as_json: bool) -> None:
    if as_json:
        print_json(result.model_dump(mode="json"))
    else:
        show_decision(decision)
        show_result(result)
    if decision.outcome is not Outcome.permit:
        raise typer.Exit(EXIT_REFUSED)


def _import_document(done: Imported, rejects: Path | None) -> dict[str, object]:
    return {
        "imported": done.imported,
        "unchanged": done.unchanged,
        "not_published": done.not_published,
        "to_withdraw": done.to_withdraw,
        "rejected": [{"row": one.row, "field": one.field, "reason": one.reason} for one in done.rejected],
        "rejected_file": str(rejects) if rejects else None,
    }


def _show_urgent(done: Imported, *, dry_run: bool) -> None:
    """What cannot wait: said before anything else, and whatever the feed holds, for a publish may be under way."""
    if done.sealed:
        became = "would become" if dry_run else "became"
        err.print(
            f"[bold]{done.sealed} of the cases in store {became} sealed: run `hub publish` now. Until it has ended "
            "peers can match their people.[/]"
        )
    if done.to_withdraw:
        err.print(f"[bold]{done.to_withdraw} published people must be withdrawn: run `hub publish` now.[/]")
    elif done.ended and not dry_run:
        err.print(
            f"[bold]{done.ended} people may not be published any more: run `hub publish` now, "
            "also if it is running already.[/]"
        )
    if done.not_placed:
        rows = ", ".join(map(str, done.not_placed[:SHOWN]))
        more = f" and {len(done.not_placed) - SHOWN} more" if len(done.not_placed) > SHOWN else ""
        err.print(
            f"[bold]It cannot be told which case these rows may seal: {rows}{more}. Nothing was sealed for them: "
            "look at them now.[/]"
        )


def _show_import(done: Imported, rejects: Path | None, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    out.print(f"{done.imported} people {would}imported, {done.unchanged} unchanged.")
    if done.not_published:
        out.print(f"{done.not_published} of them {would}not published: sealed, or no agreement covers them.")
    if done.unsealed:
        out.print(
            f"{done.unsealed} cases that were sealed {'would not be' if dry_run else 'are not'} any longer."
        )
    if done.still_sealed:
        out.print(f"{done.still_sealed} cases stay sealed: write `no` under `sealed` to unseal one.")
    if done.rejected:
        err.print(f"{len(done.rejected)} reasons to reject rows:")
        for one in done.rejected[:SHOWN]:
            err.print(plain(f"  row {one.row}: {one.field} {one.reason}"))
        if len(done.rejected) > SHOWN:
            err.print(f"  and {len(done.rejected) - SHOWN} more")
        if rejects:
            err.print(
                plain(
                    f"The rejected rows, with reasons, are in {rejects}. Put them right in the file you imported "
                    "and import that again: nothing is stored twice."
                )
            )
    if not (dry_run or done.sealed or done.to_withdraw or done.ended):
        out.print("Run `hub publish` to bring the feed up to date.")

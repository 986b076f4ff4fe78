"""`hub import`: bringing referrals in from a file."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import typer

from hub.cases.importing.assemble import read_cases, write_rejected
from hub.cases.importing.run import import_cases
from hub.cases.importing.tally import Imported
from hub.cases.repeat_decisions import Looker, note_current, waiting_for
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened
from hub.cli.output import EXIT_REFUSED, counted, err, out, plain, print_json, progress_bar
from hub.cli.seals import found_words

SHOWN = 10


def import_(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="FILE.csv or FILE.jsonl, one row a person, such as HOME/examples/referrals.csv.",
            show_default=False,
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; store nothing.")] = False,
    agreement: Annotated[
        str,
        typer.Option(metavar="REF", help="The agreement to publish under, where the file names none."),
    ] = "",
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Bring referrals in from a file. Good rows are kept; bad ones go to FILE.rejected.csv with the reason."""
    rows = [0]

    def left() -> str:
        if dry_run:
            return "Nothing: this was a dry run."
        some = counted(rows[0], "row/rows")
        return f"{some}, in complete cases; running it again adds the rest and stores nothing twice."

    with opened(home, as_json=as_json, interrupted=left) as node:
        known = speaker(node, "import", who, token)
        importer, opens = known.named, known.opens
        with progress_bar("Importing", shown=not as_json) as progress:

            def count(done: int) -> None:
                rows[0] = done
                progress(done, 0)

            cases = read_cases(file)
            done = import_cases(node, cases, dry_run=dry_run, progress=count, asker=importer, under=agreement)
        if not dry_run:
            with progress_bar("Looking for who is here already", shown=not as_json) as progress:
                looked = itertools.count(1)
                note_current(node, lambda: progress(next(looked), 0))
        here = 0 if dry_run else len(waiting_for(node, Looker(importer, opens)))
        if not as_json:
            _show_urgent(done, dry_run=dry_run)
        rejects = None if dry_run else write_rejected(file, done.rejected)
        if as_json:
            print_json(_import_document(done, rejects) | {"here_already": here})
        else:
            _show_import(done, rejects, dry_run=dry_run)
            if here:
                waits = counted(here, "case waits/cases wait")
                err.print(
                    f"{waits} for somebody to decide who on them is here already: see `hub repeats list`."
                )
        if done.rejected:
            raise typer.Exit(EXIT_REFUSED)


def _import_document(done: Imported, rejects: Path | None) -> dict[str, object]:
    return {
        "imported": done.imported,
        "unchanged": done.unchanged,
        "not_published": done.not_published,
        "not_published_because": [
            {"reason": why, "people": people} for why, people in done.because.most_common()
        ],
        "withdrawn": done.withdrawn,
        "same_people": done.same_people.total(),
        "waiting": done.waiting.total(),
        "hidden_for": {
            "same_people": {why.value: count for why, count in sorted(done.same_people.items())},
            "waiting": {why.value: count for why, count in sorted(done.waiting.items())},
        },
        "still_sealed": done.still_sealed + done.sealed_by_hand,
        "sealed_unread": done.unread,
        "rejected": [{"row": one.row, "field": one.field, "reason": one.reason} for one in done.rejected],
        "rejected_file": str(rejects) if rejects else None,
    }


def _show_urgent(done: Imported, *, dry_run: bool) -> None:
    """Print before anything else whom peers cannot match any more, and what cannot wait."""
    if done.sealed:
        became = "would become" if dry_run else "became"
        err.print(f"[bold]{done.sealed} of the cases in store {became} sealed.[/]")
    if done.withdrawn:
        some = counted(done.withdrawn, "person has left/people have left")
        if dry_run:
            some = counted(done.withdrawn, "person would leave/people would leave")
        after = "" if dry_run else ": peers' next questions do not match them"
        err.print(f"[bold]{some} the feed{after}.[/]")
    for line in found_words(done.same_people, done.waiting):
        err.print(f"[bold]{line}[/]")
    if done.unread:
        are = "would be" if dry_run else "are"
        err.print(
            f"[bold]Rows could not be read, and may say that their cases are sealed: {_some(done.unread)}. "
            f"These cases {are} sealed until the rows are put right, and `no` stands under `sealed`.[/]"
        )
    if done.not_placed:
        err.print(
            f"[bold]It is not clear which case these rows may seal: {_some(done.not_placed)}. Nothing was sealed "
            "for them: look at them now.[/]"
        )


def _some(rows: list[int]) -> str:
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return ", ".join(map(str, rows[:SHOWN])) + more


def _show_import(done: Imported, rejects: Path | None, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    out.print(f"{counted(done.imported, 'person/people')} {would}imported, {done.unchanged} unchanged.")
    if done.not_published:
        out.print(f"{done.not_published} of them {would}not published:")
        for why, people in done.because.most_common():
            out.print(plain(f"  {people}: {why}"))
    if done.unsealed:
        some = counted(done.unsealed, "case that was sealed is/cases that were sealed are")
        if dry_run:
            some = counted(done.unsealed, "case that is sealed would be/cases that are sealed would be")
        out.print(f"{some} not any longer.")
    if done.still_sealed:
        some = counted(done.still_sealed, "case stays/cases stay")
        out.print(f"{some} sealed: write `no` under `sealed` to unseal one.")
    if done.sealed_by_hand:
        err.print(
            f"{counted(done.sealed_by_hand, 'case stays/cases stay')} sealed, since somebody sealed it by hand: "
            "only `hub case unseal` unseals one."
        )
    if done.rejected:
        err.print(f"Rows are rejected, for {counted(len(done.rejected), 'reason/reasons')}:")
        for one in done.rejected[:SHOWN]:
            err.print(plain(f"  row {one.row}: {one.field} {one.reason}"))
        if len(done.rejected) > SHOWN:
            err.print(f"  and {len(done.rejected) - SHOWN} more")
        if rejects:
            err.print(
                plain(
                    f"The rejected rows, with reasons, are in {rejects}. Correct them in the file you imported "
                    "and import that again: nothing is stored twice."
                )
            )
    if not dry_run and done.imported:
        out.print("Run `hub publish` to add to the feed whoever may be matched.")

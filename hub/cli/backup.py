"""`hub backup-key`, `hub backup` and `hub restore`: keeping a node, and bringing it back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from hub.backup.make import backup as make_backup
from hub.backup.restore import Restored, Source
from hub.backup.restore import restore as bring_back
from hub.checks.opened_cases import cases_of
from hub.cli.options import Because, Home, Json, opened
from hub.cli.output import counted, out, plain, print_json, reporting
from hub.crypto import age
from hub.errors import UsageError
from hub.files import OccupiedError, write_atomically
from hub.records.reads import bring_in
from hub.values import day_in_words


def backup_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the key.", show_default=False)],
) -> None:
    """Make the key that opens backups.

    Keep it away from the node: in a safe, with a second copy in another.
    """
    with reporting(as_json=False):
        if file.exists():
            raise UsageError(
                f"{file} is there already.", kept="It was not touched.", do="Name a new file for the key."
            )
        identity, recipient = age.new_identity()
        try:
            text = f"# The key that opens backups made for the recipient\n# {recipient}\n{identity}\n"
            write_atomically(file, text.encode(), named=True)
        except (OSError, OccupiedError) as error:
            raise UsageError(
                f"The key cannot be written: {error.strerror}.", do="Name another file."
            ) from None
        out.print(f"The key is in {plain(file)}: take it off this machine, and keep two copies in two safes.")
        out.print(f"Its recipient, for `hub backup --recipient` or \\[backup] in node.toml:\n  {recipient}")


def backup(
    home: Home,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)],
    recipient: Annotated[
        list[str] | None,
        typer.Option(help="Whose key opens it; by default those in node.toml.", show_default=False),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="Another folder, for a backup of the keys: under another person's control."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Back up a node, also while it is served: database, home and audit checkpoint as of one moment, encrypted."""
    with opened(home, as_json=as_json, interrupted="Nothing was written to the folder.") as node:
        bring_in(node, cases_of)  # The journal itself is in no backup.
        done = make_backup(node, folder, recipient or node.settings.backup.recipients, keys_to=keys)
        if as_json:
            files = {"home": str(done.home), "keys": str(done.keys) if done.keys else None}
            print_json({**files, "log_size": done.head.size})
        else:
            size = counted(done.head.size, "entry/entries")
            out.print(f"Backed up to {plain(done.home)}, with {size} of the audit log.")
            if done.keys:
                out.print(f"Its keys are in {plain(done.keys)}.")
            else:
                out.print(
                    "Its keys are not in it: they need a backup of their own (--keys), made once for each key."
                )


def restore(
    home: Home,
    file: Annotated[
        Path, typer.Argument(metavar="BACKUP", help="The backup: NODE-TIME.home.age.", show_default=False)
    ],
    identity: Annotated[Path, typer.Option(help="The file with the key that opens it.")],
    because: Because,
    keys: Annotated[
        Path | None, typer.Option(help="The backup of the keys, where the home has lost them.")
    ] = None,
    database: Annotated[str | None, typer.Option(help="Another database, which must be empty.")] = None,
    old: Annotated[
        Path | None,
        typer.Option(
            metavar="HOME",
            help="The home as it was, if that is another place: what was done by hand since is read there.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring a node back from a backup.

    Until `hub restored` it publishes nothing and answers no peer.
    """
    with reporting(as_json=as_json, interrupted="What was there; a half-made folder ends in .restoring."):
        done = bring_back(home, Source(file, keys, identity_in(identity), database, old), because)
        if as_json:
            print_json(
                {
                    "node_id": done.node_id,
                    "backup_at": done.backup_at,
                    "log_size": done.head.size,
                    "lost": done.lost.size - done.head.size if done.lost else None,
                    "acts": len(done.old_log.acts),
                    "all_acts_known": done.old_log.complete,
                    "put_aside": str(done.put_aside) if done.put_aside else None,
                }
            )
        else:
            _tell(home, done)


def _tell(home: Path, done: Restored) -> None:
    at = dt.datetime.fromtimestamp(done.backup_at, dt.UTC)
    out.print(f"{done.node_id} is as it was at {at:%H:%M} UTC on {day_in_words(at.date())}.")
    if done.lost:
        out.print(
            f"Lost: {counted(done.lost.size - done.head.size, 'entry/entries')} of the audit log, signed for since."
        )
    if done.put_aside:
        out.print(
            f"The home as it was is in {plain(done.put_aside)}. Its database, if it was a file, is there too."
        )
    if done.old_log.acts:
        out.print(f"Done by hand since, by the log of the home as it was: {len(done.old_log.acts)}.")
    if not done.old_log.complete:
        out.print("[bold]The log of the home as it was cannot be read to its end[/]: there may be more.")
    out.print(
        "It publishes nothing and answers no peer until it knows what happened since:\n"
        "  1. import again every file that was imported since, those that seal or withdraw anyone above all;\n"
        f"  2. do again what was done by hand: `hub restored {plain(home)}` lists it;\n"
        f"  3. hub restored {plain(home)} --imported --because ...   (or --waived, with the reason);\n"
        "  4. tell the neighbouring areas by telephone that this node was brought back."
    )


def identity_in(path: Path) -> str:
    """The key in a file as `hub backup-key` and `age-keygen` write it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {type(error).__name__}.", do="Give the file of the key."
        ) from None
    return next((line for line in lines if line and not line.startswith("#")), "")

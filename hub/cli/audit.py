"""`hub audit`: whether the log, and every row that it binds, is as it was written; and what peers hold of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from hub.audit.chain import Broken, Verified
from hub.cli.options import Json
from hub.cli.output import EXIT_REFUSED, counted, out, plain, print_json, reporting
from hub.cli.outside import verify_from_outside
from hub.cli.reads import reads
from hub.cli.resume import found_rows, print_rows, resume
from hub.cli.signed_requests import request
from hub.cli.unusual import unusual
from hub.cli.witness import heads, reconcile
from hub.errors import UsageError
from hub.node.node import open_to_verify
from hub.store.verify import Report, verify_database

audit_app = typer.Typer(help="The tamper-evident log.", no_args_is_help=True)


@audit_app.command("verify")
def verify(
    home: Annotated[
        Path | None,
        typer.Argument(
            metavar="[HOME]",
            help="The node's home folder, whose own signed heads are used; or see --database.",
            show_default=False,
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Instead of a home: the database's address, as in node.toml. Nothing in it is written.",
            show_default=False,
        ),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A signed head of its log, of whatever day and whoever kept it; may be given again.",
            show_default=False,
        ),
    ] = None,
    public_keys: Annotated[
        Path | None,
        typer.Option(
            "--public-key",
            metavar="FILE",
            help="The public keys that may have signed them, as `hub keys list` prints them.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify the complete log and every row that it binds, and name what was altered, removed or inserted.

    Of a home it counts nothing: by that, whoever is restricted from somebody would read that a manager was alarmed.
    With --database, --checkpoint and --public-key: without the node's home or any key of it, for an outsider.
    """
    with reporting(as_json=as_json):
        if home is not None and database is None and not checkpoint and public_keys is None:
            report, lost, counts = *_own(home), False
        elif home is None and database is not None and checkpoint and public_keys is not None:
            report, lost, counts = verify_from_outside(database, checkpoint, public_keys), (), True
        else:
            raise UsageError(
                "Either a home, or all three of --database, --checkpoint and --public-key.",
                do="See `hub audit verify --help`.",
            )
        document = _document(report, lost, counts=counts)
        if as_json:
            print_json(document)
        else:
            _print(report, lost, counts=counts)
        if not document["verified"]:
            raise typer.Exit(EXIT_REFUSED)


def _own(home: Path) -> tuple[Report, tuple[str, ...]]:
    node = open_to_verify(home)
    heads = node.log.files.read()
    with closing(node.database), node.database.read() as session:
        return verify_database(session, node.node_id, heads.found), heads.lost


def _document(report: Report, lost: tuple[str, ...], *, counts: bool) -> dict[str, object]:
    """For programs. `counts`: also how many there are, for an outsider."""
    document: dict[str, object] = {"verified": report.holds and not lost}
    if isinstance(report.log, Broken):
        document |= {"seq": report.log.seq, "what": report.log.what.value}
    else:
        document |= {"head": report.log.head.hash, "witnessed": not report.log.unwitnessed}
        if counts:
            document |= {
                "entries": report.log.head.size,
                "unwitnessed": report.log.unwitnessed,
                "rows": report.bound,
                "unwitnessed_rows": report.unwitnessed_rows,
            }
        document["found"] = found_rows(report.rows)
    return document | {"lost": list(lost)}


def _print(report: Report, lost: tuple[str, ...], *, counts: bool) -> None:
    if isinstance(report.log, Broken):
        out.print(f"[red]The record is not intact.[/] {report.log}")
    else:
        _print_log(report.log, report, counts=counts)
    for where in lost:
        out.print(f"[red]A signed head is lost:[/] {plain(where)}.")
    if lost or not report.holds:
        out.print("Keep the database and the home as they are, and call your auditor.")


def _print_log(log: Verified, report: Report, *, counts: bool) -> None:
    """Of a log that holds. How many entries and rows there are would tell more than whether they hold."""
    every = f"{counted(log.head.size, 'entry/entries')}: every" if counts else "Every"
    since = f" {log.unwitnessed} since the last checkpoint." if counts else ""
    out.print(f"{every} entry is as it was written.{since}")
    if report.rows:
        some = counted(len(report.rows), "finding/findings")
        out.print(f"[red]The database is not as its log says.[/] {some}:")
        print_rows(report.rows)
    else:
        rows = f"{counted(report.bound, 'row/rows')}: every" if counts else "Every"
        out.print(f"{rows} row is as the log says.")
    if log.unwitnessed or report.unwitnessed_rows:
        some = counted(report.unwitnessed_rows, "row was/rows were") if counts else "Something was"
        out.print(
            f"{some} written since the last checkpoint: what the log says of that"
            " is vouched for by nothing outside. Verify again with a newer one."
        )


audit_app.command("resume")(resume)
audit_app.command("heads")(heads)
audit_app.command("reconcile")(reconcile)
audit_app.command("request")(request)
audit_app.command("unusual")(unusual)
audit_app.command("reads")(reads)


@audit_app.callback()
def audit() -> None:
    """The tamper-evident log."""

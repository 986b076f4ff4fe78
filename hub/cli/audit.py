"""`hub audit verify`: whether the log is as it was written."""

from __future__ import annotations

from contextlib import closing

import typer

from hub.audit.chain import Broken, Verified
from hub.audit.log import verify_log
from hub.cli.options import Home, Json
from hub.cli.output import EXIT_REFUSED, out, plain, print_json, reporting
from hub.node.node import open_to_verify
from hub.store.audit import DatabaseAudit

audit_app = typer.Typer(help="The tamper-evident log.", no_args_is_help=True)


@audit_app.command("verify")
def verify(home: Home, as_json: Json = False) -> None:
    """Verify the complete log, and name the first entry that was altered, removed, inserted or reordered."""
    with reporting(as_json=as_json):
        node = open_to_verify(home)
        heads = node.log.files.read()
        with closing(node.database), node.read() as tx:
            found = verify_log(DatabaseAudit(tx.session), node.node_id, heads.found)
        document: dict[str, object] = {"verified": isinstance(found, Verified) and not heads.lost}
        if isinstance(found, Broken):
            document |= {"seq": found.seq, "what": found.what.value}
            words = f"[red]The record is not intact.[/] {found}"
        else:
            document |= {
                "entries": found.head.size,
                "head": found.head.hash,
                "unwitnessed": found.unwitnessed,
            }
            words = (
                f"{found.head.size} entries: every entry is as it was written. "
                f"{found.unwitnessed} since the last checkpoint."
            )
        document["lost"] = list(heads.lost)
        if as_json:
            print_json(document)
        else:
            out.print(words)
            for lost in heads.lost:
                out.print(f"[red]A signed head is lost:[/] {plain(lost)}.")
            if not document["verified"]:
                out.print("Keep the database and the home as they are, and call your auditor.")
        if not document["verified"]:
            raise typer.Exit(EXIT_REFUSED)


@audit_app.callback()
def audit() -> None:
    """The tamper-evident log."""

"""`hub audit verify`: whether the log is as it was written."""

from __future__ import annotations

import typer

from hub.audit.chain import Broken
from hub.audit.log import load_checkpoint, verify_log
from hub.cli.options import Home, Json, opened_to_read
from hub.cli.output import EXIT_REFUSED, out, print_json
from hub.errors import StorageError
from hub.node.node import CHECKPOINT
from hub.store.audit import DatabaseAudit

audit_app = typer.Typer(help="The tamper-evident log.", no_args_is_help=True)


@audit_app.command("verify")
def verify(home: Home, as_json: Json = False) -> None:
    """Verify the complete log, and name the first entry that was altered, removed, inserted or reordered."""
    with opened_to_read(home, as_json=as_json) as node:
        known = load_checkpoint(node.home / CHECKPOINT, node.node_id, node.keys.signing.private.public_key())
        if known is None:
            raise StorageError(
                "The audit checkpoint is missing: without it, a log that was cut short would look complete.",
                kept="The log, as it is.",
                do=f"Put {CHECKPOINT} back from the node's backup; if nobody removed it, call your auditor.",
            )
        with node.read() as tx:
            found = verify_log(DatabaseAudit(tx.session), node.node_id, [known])
        if isinstance(found, Broken):
            document: dict[str, object] = {"verified": False, "seq": found.seq, "what": found.what.value}
            words = (
                f"[red]The record is not intact.[/] {found} Keep the database as it is and call your auditor."
            )
        else:
            document = {
                "verified": True,
                "entries": found.head.size,
                "head": found.head.hash,
                "unwitnessed": found.unwitnessed,
            }
            words = (
                f"The record is intact: {found.head.size} entries, "
                f"{found.unwitnessed} since the last checkpoint."
            )
        if as_json:
            print_json(document)
        else:
            out.print(words)
        if isinstance(found, Broken):
            raise typer.Exit(EXIT_REFUSED)


@audit_app.callback()
def audit() -> None:
    """The tamper-evident log."""

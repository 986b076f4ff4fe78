"""The `hub` command: its subcommands put together. What each does is in the module of its subject."""

from __future__ import annotations

import signal
import sys

import typer
from typer.exceptions import TyperException

from hub.cli import (
    audit,
    candidates,
    cases,
    check,
    decide,
    demo,
    disclosures,
    feed,
    node,
    obligations,
    peers,
    requests,
)
from hub.cli.output import EXIT_FAULT, print_json

app = typer.Typer(
    name="hub",
    help='The cross-Marac information-sharing hub: ask other areas "referred elsewhere?", lawfully and blindly.',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init")(node.init)
app.command("serve")(node.serve)
app.add_typer(peers.peer_app, name="peer")
app.command("import")(cases.import_)
app.command("publish")(feed.publish)
app.command("sync")(feed.sync)
app.command("check")(check.check)
app.command("disclose")(check.disclose)
app.command("pending")(requests.pending)
app.command("answer")(requests.answer)
app.command("due")(obligations.due)
app.command("close")(obligations.close)
app.command("told")(disclosures.told)
app.command("disclosures")(disclosures.disclosures)
app.command("not-same")(candidates.not_same)
app.command("decide")(decide.decide)
app.add_typer(decide.policy_app, name="policy")
app.add_typer(audit.audit_app, name="audit")
app.command("demo")(demo.demo)


def main() -> None:
    """Run the command. With `--json`, wrong usage is told in JSON too; being stopped ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if "--json" not in sys.argv:
        app()
    try:
        status = app(standalone_mode=False)
    except TyperException as error:
        do = "see `hub --help`, or --help after the command"
        print_json({"error": {"code": "usage", "text": error.format_message(), "kept": "", "do": do}})
        status = EXIT_FAULT
    sys.exit(status)

"""The `hub` command: its subcommands put together. What each does is in the module of its subject.

A subcommand's module is imported when that subcommand is called: `hub --help` needs its first words alone.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

# Where each subcommand is, and what the list of all says of it: the first paragraph of its own help.
COMMANDS: Final = {
    "init": (
        "node:init",
        "Make a node's home: its settings, keys and an empty database.",
    ),
    "doctor": (
        "node:doctor",
        "Say what is missing before a first question can be asked and answered, with what to do about each.",
    ),
    "serve": (
        "node:serve",
        "Run the node's server until it is stopped.",
    ),
    "worker": (
        "worker:worker",
        "Deliver, publish, sync and keep time for a node until stopped.",
    ),
    "console": (
        "console:console",
        "Run the node's console until it is stopped: what people work with, in a browser.",
    ),
    "accounts": (
        "accounts:accounts_app",
        "Who may sign in to the node's console.",
    ),
    "idva": (
        "idva:idva_app",
        "Referrals to the Idva service, and its first contact with each.",
    ),
    "duty": (
        "duty:duty_app",
        "Who is on duty for a Marac or an Idva service, for other areas to ring.",
    ),
    "jobs": (
        "jobs:jobs_app",
        "What the node does by itself: what waits, what failed, and when it is next.",
    ),
    "certify": (
        "certificates:certify",
        "Renew the root key's certificate of the node's keys: before it ends, at the latest after 90 days.",
    ),
    "keys": (
        "keys:keys_app",
        "The node's keys: new ones, and which was in use when.",
    ),
    "import": (
        "cases:import_",
        "Bring referrals in from a file. Good rows are kept; bad ones go to FILE.rejected.csv with the reason.",
    ),
    "case": (
        "case:case_app",
        "One case of this node.",
    ),
    "referral": (
        "referral:referral_app",
        "Referrals of this node's cases.",
    ),
    "repeats": (
        "repeats:repeats_app",
        "Who of a case is here already, and which are repeats.",
    ),
    "flags": (
        "flags:flags_app",
        "Flags of this node's cases, for twelve months from the meeting.",
    ),
    "seals": (
        "seals:seals_app",
        "Who may be a sealed person on another case.",
    ),
    "publish": (
        "feed:publish",
        "Publish tokens of everyone discoverable, and withdraw those who are not any more.",
    ),
    "sync": (
        "feed:sync",
        "Pull every peer's feed.",
    ),
    "check": (
        "check:check",
        'Ask "referred elsewhere?" and show who may be known where, with the reasons.',
    ),
    "checks": (
        "checks:checks_app",
        "Checks that were made before, and their results.",
    ),
    "hearings": (
        "hearings:hearings_app",
        "Later hearings in other areas of cases that both areas hold to be the same.",
    ),
    "agenda": (
        "agenda:agenda_app",
        "The cases of a meeting, and asking about all of them.",
    ),
    "disclose": (
        "check:disclose",
        "Tell one area about whom a check was, and ask what it releases.",
    ),
    "requests": (
        "requests:requests_app",
        "What other areas asked of us that waits for a person here.",
    ),
    "plan": (
        "plan:plan_app",
        "The action plan of a case, and what came of its actions.",
    ),
    "records": (
        "records:records_app",
        "The plan and minutes of an earlier case, asked for from one area to another.",
    ),
    "transfer": (
        "transfers:transfer_app",
        "Cases that move with somebody from one area to another.",
    ),
    "channel": (
        "channels:channel_app",
        "Sealed channels between managers of two areas.",
    ),
    "obligations": (
        "obligations:obligations_app",
        "What must be done because of earlier decisions.",
    ),
    "disclosures": (
        "disclosures:disclosures_app",
        "The disclosure log of a case.",
    ),
    "candidates": (
        "candidates:candidates_app",
        "Candidates of a check that a person has judged.",
    ),
    "decide": (
        "decide:decide",
        "Decide one sharing form, and say what is missing.",
    ),
    "demo": (
        "demo:demo",
        "Run three fictional areas on this machine, ask about three people, and show what is found.",
    ),
    "peer": (
        "peers:peer_app",
        "The nodes this node trusts.",
    ),
    "policy": (
        "decide:policy_app",
        "The rules that decisions are made by.",
    ),
    "backup-key": (
        "backup:backup_key",
        "Make the key that opens backups.",
    ),
    "backup": (
        "backup:backup",
        "Back up a node, also while it is served: database, home and audit checkpoint as of one moment, encrypted.",
    ),
    "restore": (
        "backup:restore",
        "Bring a node back from a backup.",
    ),
    "restored": (
        "restored:restored",
        "List what was done by hand since the backup, and end the restoration: the node publishes and answers.",
    ),
    "audit": (
        "audit:audit_app",
        "The tamper-evident log.",
    ),
}


class Subcommands(TyperGroup):
    """The list of all subcommands, of which the one that is called is loaded."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=about) for name, (_, about) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The subcommand that the arguments name, loaded."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = load(args[0])
        return super().resolve_command(ctx, args)


def load(name: str) -> Any:
    """One subcommand, with all that it needs."""
    module, attribute = COMMANDS[name][0].split(":")
    found = getattr(import_module(f"hub.cli.{module}"), attribute)
    alone = typer.Typer(pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return typer.main.get_group(alone).commands[name]


app = typer.Typer(
    name="hub", cls=Subcommands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback(
    help='The cross-Marac information-sharing hub: ask other areas "referred elsewhere?", lawfully and blindly.'
)
def _hub() -> None:
    """Nothing of its own: its subcommands do the work."""


def main() -> None:
    """Run the command. With `--json`, wrong usage is said in JSON too; being stopped ends it as Ctrl-C does.

    What it writes is its user's alone to read.
    """
    os.umask(0o077)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if "--json" not in sys.argv:
        app()
    try:
        status = app(standalone_mode=False)
    except TyperException as error:
        from hub.cli.output import EXIT_FAULT, print_json

        do = "See `hub --help`, or --help after the command."
        print_json({"error": {"code": "usage", "text": error.format_message(), "kept": "", "do": do}})
        status = EXIT_FAULT
    sys.exit(status)

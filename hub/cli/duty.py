"""`hub duty`: who is on duty for a body of this node, and the number to ring them on, as other areas are told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.accounts.accounts import Acting
from hub.accounts.organisations import keep_duty
from hub.checks.read import read_document
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.errors import UsageError
from hub.node.node import Node
from hub.records.accounts import Duty, organisation_of
from hub.web.typed.duty import DutyTyped

duty_app = typer.Typer(
    help="Who is on duty for a Marac or an Idva service, for other areas to ring.", no_args_is_help=True
)


@duty_app.command("show")
def show(home: Home, token: TokenFile = None, as_json: Json = False) -> None:
    """Show who is on duty for your organisation, as other areas are told on a hit."""
    with opened_to_read(home, as_json=as_json) as node:
        acting = _acting(node, "duty show", token)
        with node.read() as tx:
            body = organisation_of(tx, acting.organisation.id)
        _show(body.name, body.duty, as_json=as_json)


@duty_app.command("keep")
def keep(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(metavar="DUTY.json", help="`worker` and `phone`.", show_default=False),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Say who is on duty for your organisation. Other areas that find a case of yours are told so."""
    with opened(home, as_json=as_json) as node:
        acting = _acting(node, "duty keep", token)
        said = read_document(file, DutyTyped, "the file of who is on duty")
        with node.write() as tx:
            kept = keep_duty(tx, acting.organisation, said.worker, said.phone, acting.account)
        _show(acting.organisation.name, kept, as_json=as_json)


def _acting(node: Node, command: str, token: Path | None) -> Acting:
    acting = speaker(node, command, None, token).acting
    if acting is None:
        raise UsageError(
            "Nobody has an account on this node, so that no organisation is on duty.",
            kept="Nothing was changed.",
            do="Invite a manager first: `hub accounts invite`.",
        )
    return acting


def _show(body: str, duty: Duty | None, *, as_json: bool) -> None:
    if as_json:
        told = duty.model_dump(include={"worker", "phone"}) if duty else None
        print_json({"organisation": body, "duty": told})
    elif duty is None:
        out.print(plain(f"{body} has nobody on duty here: other areas are told its name alone."))
    else:
        out.print(plain(f"{body}: {duty.worker}, {duty.phone}"))

"""`hub channel`: sealed channels between managers. They open and answer them in the console, as people alone do.

Here a manager's program sees how far those are that they opened, and the data-protection officer reads what went.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.checks.read import read_document
from hub.cli.acting import TokenFile, speaker
from hub.cli.backup import identity_in
from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.records.channels import Channel
from hub.transfers.channel.answering import Logged, when
from hub.transfers.channel.asking import channels_of
from hub.transfers.channel.reading import ReadBy, WhyRead, read

channel_app = typer.Typer(help="Sealed channels between managers of two areas.", no_args_is_help=True)


@channel_app.command("list")
def list_(home: Home, token: TokenFile = None, as_json: Json = False) -> None:
    """List the channels that you opened: how far each is. Those that you answered stand in no list.

    Nothing is opened or given by a command: a person reads the reference out, or signs, in the console.
    """
    with opened_to_read(home, as_json=as_json) as node:
        acting = speaker(node, "channel list", token=token).acting
        found = channels_of(node, acting) if acting else []
        if as_json:
            print_json([_row(one) for one in found])
            return
        for one in found:
            out.print(plain(f"{one.state.value} to {one.peer}, {one.asked.of}: case {one.case_ref}"))
        if not found:
            out.print("You opened none.")


@channel_app.command("read")
def read_(
    home: Home,
    reason: Annotated[
        Path,
        typer.Argument(metavar="REASON.json", help="Who reads it, and why.", show_default=False),
    ],
    identity: Annotated[
        Path,
        typer.Option(help="The file with the data-protection officer's key.", show_default=False),
    ],
    as_json: Json = False,
) -> None:
    """Read what went by sealed channels, as the data-protection officer, with a key that is not on the node.

    That it was read stands in the audit log; who read it and why, among what this command shows from then on.
    """
    with opened(home, as_json=as_json) as node:
        speaker(node, "channel read")
        key = identity_in(identity)
        found = read(node, key, read_document(reason, WhyRead, "the reason"))
        if as_json:
            print_json(
                {
                    "answered": [one.model_dump(mode="json") for one in found.answered],
                    "opened": [_row(one) for one in found.opened],
                    "read": [one.model_dump(mode="json") for one in found.read],
                }
            )
            return
        for logged in found.answered:
            out.print(plain(_answered(logged)))
        for one in found.opened:
            out.print(
                plain(f"{one.by} opened one to {one.peer}, {one.asked.of}: case {one.case_ref}, {one.state}")
            )
        for before in found.read:
            out.print(plain(_before(before)))
        if not found.answered and not found.opened:
            out.print("Nothing went by a channel here, or it was sealed to another key.")


def _answered(one: Logged) -> str:
    what = "not answered"
    if one.answered_at:
        what = (
            f"nothing given: {one.refused}" if one.refused else f"gave {', '.join(one.items) or 'no papers'}"
        )
    case = f", case {one.case_ref}" if one.case_ref else ""
    return f"{when(one.at):%Y-%m-%d %H:%M} {one.by}, rung by {one.other} of {one.peer}{case}: {what}"


def _before(one: ReadBy) -> str:
    return f"{when(one.at):%Y-%m-%d %H:%M} read by {one.read_by}: {one.reason}"


def _row(one: Channel) -> dict[str, Any]:
    return {
        "id": one.id,
        "peer": one.peer,
        "other": one.asked.of,
        "by": one.by,
        "case_ref": one.case_ref,
        "state": one.state.value,
        "since": when(one.at).isoformat(),
    }

"""`hub keys`: new keys in the place of old ones, and which key was in use when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.cli.certificates import RootFile, root_key
from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import out, print_json
from hub.errors import UsageError
from hub.node.certificates import every_certificate
from hub.node.new_keys import Name, change_keys
from hub.wire.certificates import Certificate

keys_app = typer.Typer(help="The node's keys: new ones, and which was in use when.", no_args_is_help=True)


@keys_app.command("rotate")
def keys_rotate(
    home: Home,
    signing: Annotated[bool, typer.Option("--signing", help="The key that signs for the node.")] = False,
    sealing: Annotated[bool, typer.Option("--sealing", help="The key that peers seal to.")] = False,
    root: RootFile = None,
) -> None:
    """Make new keys, certify them with the root key, and destroy the old ones. Peers learn of it by themselves."""
    named: list[Name] = []
    if signing:
        named.append("signing")
    if sealing:
        named.append("sealing")
    with opened(home) as node:
        if not named:
            raise UsageError("No key is named.", do="Give --signing or --sealing, or both.")
        made = change_keys(node, root_key(node, root), *named)
        out.print(
            f"New: the {' and the '.join(named)} key. The certificate {made.serial} holds until {made.last_day}."
        )
        out.print("The old private keys are destroyed here: replace their backup too.")


@keys_app.command("list")
def keys_list(home: Home, as_json: Json = False) -> None:
    """List the certificates of the node's keys: earlier signatures are verified with the key of their time."""
    with opened_to_read(home, as_json=as_json) as node:
        rows = [_row(one) for one in every_certificate(node)]
        if as_json:
            print_json({"certificates": rows})
            return
        for row in rows:
            out.print(f"[bold]Certificate {row['serial']}[/], from {row['from']} until {row['until']}")
            out.print(f"  signing key {row['signing_key_id']}: {row['signing']}")
            out.print(f"  sealing key: {row['sealing']}")


def _row(certificate: Certificate) -> dict[str, object]:
    return {
        "serial": certificate.serial,
        "from": _time(certificate.iat),
        "until": _time(certificate.exp),
        "signing": certificate.signing,
        "signing_key_id": certificate.signing_kid,
        "sealing": certificate.sealing,
    }


def _time(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@keys_app.callback()
def keys() -> None:
    """The node's keys: new ones, and which was in use when."""

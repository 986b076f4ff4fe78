"""`hub audit request`: what a peer signed when it asked this node, verified as it is printed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from hub.checks.signed_requests import KINDS, KeptRequest, Proven, kept_requests, prove
from hub.cli.options import Home, Json, opened_to_read
from hub.cli.output import EXIT_REFUSED, out, plain, print_json
from hub.crypto.groups import in_groups
from hub.errors import AuthenticationError
from hub.node.node import Node


def request(
    home: Home,
    check_id: Annotated[
        str, typer.Argument(metavar="CHECK_ID", help="The id of the peer's check.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Print what a peer signed when it asked a check, disclosed it or acknowledged an answer, and verify each.

    The certificate is the one that came with it. The status is 1 where one does not hold.
    """
    with opened_to_read(home, as_json=as_json) as node:
        with node.read() as tx:
            found = kept_requests(tx, check_id)
        rows = [_row(node, one) for one in found]
        if as_json:
            print_json({"requests": rows})
        else:
            for row in rows:
                _show(row)
        if not all(row["holds"] for row in rows):
            raise typer.Exit(EXIT_REFUSED)


def _row(node: Node, kept: KeptRequest) -> dict[str, Any]:
    signed = kept.signed
    row: dict[str, Any] = {
        "kind": KINDS[kept.message],
        "peer": kept.peer,
        "received_at": _time(kept.received_at),
        "handle": kept.handle or None,
        "level": kept.level or None,
        "signed": signed and signed.signed,
        "certificate": (signed and signed.certificate) or None,
        "body": signed and signed.body,
    }
    try:
        return row | {"holds": True, "why": None} | _proven(prove(node, kept))
    except AuthenticationError as error:
        return row | {"holds": False, "why": error.text}


def _proven(proven: Proven) -> dict[str, Any]:
    return {
        "signed_at": _time(proven.claims.iat),
        "address": proven.claims.htu,
        "serial": proven.certificate.serial,
        "signing_key_id": proven.certificate.signing_kid,
        "thumbprint": in_groups(proven.certificate.root_thumbprint),
        "revoked": proven.revoked and _time(proven.revoked.iat),
    }


def _show(row: dict[str, Any]) -> None:
    of = f" of the candidate {row['handle']}, {row['level']}" if row["handle"] else ""
    out.print(f"[bold]{row['kind'].capitalize()}[/]{of}: {plain(row['peer'])}, came {row['received_at']}")
    if row["holds"]:
        out.print(f"  The signature holds: signed {row['signed_at']}, for {plain(row['address'])}")
        out.print(f"  by the key {row['signing_key_id']} of certificate {row['serial']}, of the root key")
        out.print(f"  {row['thumbprint']}")
        if row["revoked"]:
            out.print(f"  [bold]That certificate was revoked later[/], on {row['revoked']}.")
    else:
        out.print(f"  [bold red]It does not hold.[/] {plain(row['why'])}")
    for name in ("signed", "certificate", "body"):
        if row[name]:
            out.print(f"  {name}:")
            out.print(plain(row[name]), soft_wrap=True)


def _time(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

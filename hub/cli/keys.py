"""`hub keys`: new keys in the place of old ones, and which key was in use when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.certificates import Because, RootFile, root_key
from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import counted, out, plain, print_json, progress_bar
from hub.crypto.groups import in_groups
from hub.federation.rotate_keys import rotate
from hub.node.certificates import every_certificate, root_thumbprint
from hub.node.keys import make_root
from hub.node.new_keys import Name, change_keys
from hub.node.node import Node
from hub.node.revocations import replace_root, revocation_of, revoke_certificates
from hub.wire.certificates import Certificate

keys_app = typer.Typer(help="The node's keys: new ones, and which was in use when.", no_args_is_help=True)


@keys_app.command("rotate")
def keys_rotate(
    home: Home,
    prf: Annotated[
        bool, typer.Option("--prf", help="The keys of the feed: also what is rotated when nothing is named.")
    ] = False,
    signing: Annotated[bool, typer.Option("--signing", help="The key that signs for the node.")] = False,
    sealing: Annotated[bool, typer.Option("--sealing", help="The key that peers seal to.")] = False,
    root: RootFile = None,
    as_json: Json = False,
) -> None:
    """Make new keys in the place of old ones, and destroy those. Peers learn of it by themselves.

    New keys of the feed begin an epoch: everyone discoverable is published anew, and copies of the feed of before
    are worth nothing. Safe at any time, and every night. Signing and sealing keys are certified with the root key.
    """
    named: list[Name] = []
    if signing:
        named.append("signing")
    if sealing:
        named.append("sealing")
    kept = "A feed that peers can use; the next rotation clears up what this one left."
    with opened(home, as_json=as_json, interrupted=kept) as node:
        told: dict[str, object] = {}
        if named:
            made = change_keys(node, root_key(node, root), *named)
            told["certificate"] = made.serial
            if not as_json:
                out.print(
                    f"New: the {' and the '.join(named)} key. The certificate {made.serial} holds until"
                    f" {made.last_day}."
                )
                out.print("The old private keys are destroyed here: replace their backup too.")
                out.print("If they were stolen, run `hub keys revoke` now.")
        if prf or not named:
            told |= _new_epoch(node, shown=not as_json)
        if as_json:
            print_json(told)


def _new_epoch(node: Node, *, shown: bool) -> dict[str, object]:
    """Rotate the keys of the feed."""
    with progress_bar("Publishing match-keys anew", shown=shown) as progress:
        done = rotate(node, progress)
    if shown:
        out.print(
            f"Epoch {done.epoch} has begun, with {counted(done.people, 'person/people')} and"
            f" {counted(done.entries, 'entry/entries')} in the feed.\n"
            f"The keys of epoch {done.ended} are destroyed: copies of its feed can no longer be searched."
        )
    return {"epoch": done.epoch, "ended": done.ended, "people": done.people, "entries": done.entries}


@keys_app.command("revoke")
def keys_revoke(
    home: Home,
    because: Because,
    up_to: Annotated[
        int | None,
        typer.Option(
            metavar="SERIAL",
            help="The newest certificate to revoke. Without it: all of earlier keys than those in use.",
            show_default=False,
        ),
    ] = None,
    root: RootFile = None,
    as_json: Json = False,
) -> None:
    """Take back the certificates of keys that were stolen. Make new keys first, with `hub keys rotate`.

    The root key says it. Every peer that hears of it, from any other, refuses those keys from then on.
    """
    with opened(home, as_json=as_json) as node:
        said = revoke_certificates(node, root_key(node, root), up_to, because)
        if as_json:
            print_json({"revoked_up_to": said.up_to, "in_use": every_certificate(node)[-1].serial})
            return
        out.print(f"Revoked: every certificate up to {said.up_to}.")
        in_use = every_certificate(node)[-1]
        out.print(f"In use is certificate {in_use.serial}, which holds until {in_use.last_day}.")
        out.print("Now run `hub sync`: your peers learn of it, and pass it on. Telephone them all the same.")


@keys_app.command("replace-root")
def keys_replace_root(
    home: Home,
    because: Because,
    new: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="Where the new root key is to be: it is made there.", show_default=False
        ),
    ],
    root: RootFile = None,
    lost: Annotated[
        bool, typer.Option("--lost", help="There is no copy of the old root key any more.")
    ] = False,
) -> None:
    """Make a new root key after the old one was stolen or lost. Every peer has to add the node anew, by telephone.

    The old root key, if a copy is left, takes back all that it certified, so that its thief is refused everywhere.
    """
    with opened(home) as node:
        old = None if lost else root_key(node, root)
        fresh = make_root(new)
        made = replace_root(node, fresh, old, because)
        out.print("The new root key's thumbprint, to be read out to every other area by telephone:")
        out.print(f"  {in_groups(fresh.kid)}")
        out.print(f"Certificate {made.serial} holds until {made.last_day}.")
        if old is not None:
            out.print("The old root key took back all that it certified. Destroy its copies.")
        out.print(
            "Each area runs `hub peer remove` and `hub peer add --thumbprint`; until then it asks you nothing."
        )


@keys_app.command("list")
def keys_list(home: Home, as_json: Json = False) -> None:
    """Show the root key's thumbprint, to be read out, and list the certificates of the node's keys.

    Earlier signatures are verified with the key of their time.
    """
    with opened_to_read(home, as_json=as_json) as node:
        rows = [_row(node, one) for one in every_certificate(node)]
        thumbprint = in_groups(root_thumbprint(node))
        if as_json:
            print_json({"thumbprint": thumbprint, "certificates": rows})
            return
        out.print(f"The root key's thumbprint:\n  {thumbprint}")
        for certificate, row in zip(every_certificate(node), rows, strict=True):
            out.print(
                f"[bold]Certificate {row['serial']}[/] ({row['mode']}), from {row['from']} until {row['until']}"
            )
            out.print(f"  signing key {row['signing_key_id']}: {row['signing']}")
            out.print(f"  sealing key: {row['sealing']}")
            if said := revocation_of(node, certificate):
                out.print(f"  [bold]revoked[/] on {row['revoked']}. {plain(said.words)}.")


def _row(node: Node, certificate: Certificate) -> dict[str, object]:
    revoked = revocation_of(node, certificate)
    return {
        "serial": certificate.serial,
        "from": _time(certificate.iat),
        "until": _time(certificate.exp),
        "signing": certificate.signing,
        "signing_key_id": certificate.signing_kid,
        "sealing": certificate.sealing,
        "mode": certificate.mode.value,
        "revoked": revoked and _time(revoked.iat),
        "because": revoked and revoked.because,
    }


def _time(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@keys_app.callback()
def keys() -> None:
    """The node's keys: new ones, and which was in use when."""

"""`hub peer`: the nodes that this node trusts."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.crypto.groups import from_groups, in_groups
from hub.federation.client import PeerClient
from hub.federation.differences import differences
from hub.federation.peers import DisabledPeer, Peer, add_peer, every_known, remove_peer
from hub.wire.certificates import certificate_warning
from hub.wire.metadata import Identity

peer_app = typer.Typer(help="The nodes this node trusts.", no_args_is_help=True)


@peer_app.command("add")
def peer_add(
    home: Home,
    url: Annotated[str, typer.Argument(metavar="URL", help="The other node's address.")],
    thumbprint: Annotated[
        str | None, typer.Option(help="Its root key's thumbprint, as heard by telephone.", show_default=False)
    ] = None,
) -> None:
    """Trust another node, pinned by its root key."""
    with opened(home) as node:

        async def add() -> Identity:
            async with PeerClient(node) as client:
                return await add_peer(node, client, url, heard)

        heard = None if thumbprint is None else from_groups(thumbprint)
        found = asyncio.run(add())
        shown = in_groups(found.root_thumbprint)
        out.print(f"Added [bold]{plain(found.metadata.area)}[/]. Its root key's thumbprint:\n  {shown}")
        if thumbprint is None:
            out.print("Nobody has compared it yet: telephone the area and compare before you rely on it.")
            out.print("Then run this again with --thumbprint: a live node wants it.")


@peer_app.command("remove")
def peer_remove(
    home: Home,
    node_id: Annotated[str, typer.Argument(help="The peer's node id.", show_default=False)],
) -> None:
    """Trust a node no more. Our copy of its feed goes; what was asked and answered stays on the record."""
    with opened(home) as node:
        remove_peer(node, node_id)
        out.print(f"Removed {plain(node_id)}. It can neither ask nor be asked now.")


@peer_app.command("list")
def peer_list(home: Home, as_json: Json = False) -> None:
    """List the nodes this node trusts, with the state of our copy of each feed."""
    with opened_to_read(home, as_json=as_json) as node:
        peers = [_row(peer, node.clock()) for peer in every_known(node).values()]
        differing = differences(node)
        if as_json:
            print_json({"peers": peers, "differences": [f"{one.text} {one.do}" for one in differing]})
            return
        for row in peers:
            if row["fault"]:
                out.print(f"[bold]{plain(row['area'])}[/] ({row['node_id']})\n  {plain(row['fault'])}")
                out.print(f"  {plain(row['contact'])}")
                continue
            synced = (
                f"at most {row['people']} published (the number of people, rounded up)"
                if row["synced"]
                else "not synced yet: run `hub sync`"
            )
            out.print(f"[bold]{plain(row['area'])}[/] ({row['node_id']}) {plain(row['url'])}")
            out.print(f"  {synced}; {plain(row['contact'])}")
            out.print(f"  thumbprint {row['thumbprint']}")
            if row["warning"]:
                out.print(f"  {plain(row['warning'])}")
        for one in differing:
            out.print(f"[bold]{plain(one.text)}[/] {plain(one.kept)} {plain(one.do)}")
        if not peers:
            out.print("No peers yet: add one with `hub peer add`.")


def _row(peer: Peer, now: float) -> dict[str, object]:
    known = None if isinstance(peer, DisabledPeer) else peer
    return {
        "node_id": peer.node_id,
        "area": peer.area,
        "url": known and known.pinned.url,
        "thumbprint": known and in_groups(known.root_thumbprint),
        "contact": peer.contact,
        "synced": known and known.feed_id is not None,
        "epoch": known and known.epoch,
        "people": known and known.people,
        "fault": str(peer.why) if isinstance(peer, DisabledPeer) else "",
        "warning": certificate_warning(f"{peer.area}'s", known.certificate, now) if known else "",
    }

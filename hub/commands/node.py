"""`hub init` and `hub serve`, and `hub peer`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from hub.commands.output import out, print_json, reporting
from hub.errors import UsageError
from hub.federation.client import PeerClient
from hub.federation.peers import add_peer, every_known
from hub.keys import load_root
from hub.lifecycle import advance_audit_checkpoint, create_home
from hub.node import Node, key_folder, open_node
from hub.settings import Contact, Settings
from hub.web.app import HOME_VARIABLE, create_app

Home = Annotated[Path, typer.Argument(help="The node's home folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

peer_app = typer.Typer(help="The nodes this node trusts.", no_args_is_help=True)


def init(
    home: Home,
    node_id: Annotated[str, typer.Option(help="The node's id: lower-case letters, digits and dashes.")],
    area: Annotated[str, typer.Option(help="The area's name, as people say it.")],
    url: Annotated[str, typer.Option(help="The address at which peers reach this node.")],
    database: Annotated[
        str, typer.Option(help="sqlite:///FILE or postgresql+psycopg://...")
    ] = "sqlite:///hub.sqlite3",
    phone: Annotated[str, typer.Option(help="The phone route shown to other areas.")] = "",
    hours: Annotated[str, typer.Option(help="When that phone is answered.")] = "",
) -> None:
    """Make a node's home: its settings, keys and an empty database."""
    with reporting(as_json=False):
        settings = _settings(
            node_id=node_id, area=area, url=url, database=database, contact=Contact(phone=phone, hours=hours)
        )
        node = create_home(home, settings)
        root = load_root(key_folder(node.home, node.settings))
        out.print(f"Made the node [bold]{node_id}[/] in {home}.")
        out.print(f"Its root key's thumbprint, to be read out to other areas by telephone:\n  {root.kid}")
        out.print(
            f"Now: move {home}/keys/root.key to an offline medium, and start the node with `hub serve {home}`."
        )


def serve(
    home: Home,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8017,
    workers: Annotated[
        int, typer.Option(help="Processes; more than one needs PostgreSQL to be of use.", min=1)
    ] = 1,
) -> None:
    """Run the node's server until it is stopped."""
    with reporting(as_json=False, interrupted="what was stored"):
        node = open_node(home)
        if workers > 1:
            node.database.close()
            os.environ[HOME_VARIABLE] = str(home.resolve())
            uvicorn.run(
                "hub.web.app:app_from_environment",
                factory=True,
                host=host,
                port=port,
                workers=workers,
                log_level="warning",
                access_log=False,
            )
        else:
            uvicorn.run(create_app(node), host=host, port=port, log_level="warning", access_log=False)


@peer_app.command("add")
def peer_add(
    home: Home,
    url: Annotated[str, typer.Argument(help="The other node's address.")],
    thumbprint: Annotated[
        str | None, typer.Option(help="Its root key's thumbprint, as heard by telephone.", show_default=False)
    ] = None,
) -> None:
    """Trust another node, pinned by its root key."""
    with reporting(as_json=False):
        node = open_node(home)

        async def add() -> tuple[str, str]:
            async with PeerClient(node) as client:
                identity = await add_peer(node, client, url, thumbprint)
                return identity.metadata.area, identity.root_thumbprint

        area, found = asyncio.run(add())
        advance_audit_checkpoint(node)
        out.print(f"Added [bold]{area}[/]. Its root key's thumbprint:\n  {found}")
        if thumbprint is None:
            out.print("Nobody has compared it yet: telephone the area and compare before you rely on it.")


@peer_app.command("list")
def peer_list(home: Home, as_json: Json = False) -> None:
    """List the nodes this node trusts, with the state of our copy of each feed."""
    with reporting(as_json=as_json):
        node = open_node(home)
        peers = [_row(peer_id, node) for peer_id in every_known(node)]
        if as_json:
            print_json({"peers": peers})
            return
        for row in peers:
            synced = (
                f"{row['people']} people published" if row["synced"] else "not synced yet: run `hub sync`"
            )
            out.print(f"[bold]{row['area']}[/] ({row['node_id']}) {row['url']}\n  {synced}; {row['contact']}")
        if not peers:
            out.print("No peers yet: add one with `hub peer add`.")


def _row(node_id: str, node: Node) -> dict[str, object]:
    peer = every_known(node)[node_id]
    return {
        "node_id": node_id,
        "area": peer.pinned.area,
        "url": peer.pinned.url,
        "thumbprint": peer.root_thumbprint,
        "contact": peer.contact,
        "synced": peer.feed_id is not None,
        "epoch": peer.epoch,
        "people": peer.people,
    }


def _settings(**values: object) -> Settings:
    from pydantic import ValidationError

    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0]).replace("_", "-")
        raise UsageError(
            f"--{name} is not as it should be: {error.errors()[0]['msg']}", do="see --help"
        ) from None

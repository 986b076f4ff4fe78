"""`hub init` and `hub serve`, and `hub peer`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from hub.commands.output import err, out, plain, print_json, reporting
from hub.errors import UsageError
from hub.federation.client import PeerClient
from hub.federation.peers import KnownPeer, add_peer, every_known, remove_peer
from hub.keys import load_root
from hub.lifecycle import advance_audit_checkpoint, create_home
from hub.node import key_folder, open_node
from hub.parsing import first_error
from hub.settings import Settings

Home = Annotated[Path, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

# A worker that does not answer its supervisor this long is replaced. Starting on a busy machine takes many seconds.
WORKER_ANSWERS_S: Final = 60

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
            node_id=node_id, area=area, url=url, database=database, contact={"phone": phone, "hours": hours}
        )
        node = create_home(home, settings)
        root = load_root(key_folder(node.home, node.settings))
        where = plain(home)
        out.print(f"Made the node [bold]{node_id}[/] in {where}.")
        out.print(f"Its root key's thumbprint, to be read out to other areas by telephone:\n  {root.kid}")
        out.print(
            f"Now: move {where}/keys/root.key to an offline medium, and start the node with `hub serve {where}`."
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
    # Only this command needs the web server; the others start in half the time without it.
    import uvicorn

    from hub.web.app import HOME_VARIABLE, create_app

    with reporting(as_json=False):
        node = open_node(home)
        try:
            if workers > 1:
                node.database.close()
                os.environ[HOME_VARIABLE] = str(home.resolve())
                uvicorn.run(
                    "hub.web.app:app_from_environment",
                    factory=True,
                    host=host,
                    port=port,
                    workers=workers,
                    timeout_worker_healthcheck=WORKER_ANSWERS_S,
                    log_level="warning",
                    access_log=False,
                )
            else:
                uvicorn.run(create_app(node), host=host, port=port, log_level="warning", access_log=False)
        except KeyboardInterrupt:
            err.print("Stopped.")
        except SystemExit as end:
            if end.code:
                raise UsageError(
                    f"the server could not listen on {host}:{port}", do="see above; choose another --port"
                ) from None


@peer_app.command("add")
def peer_add(
    home: Home,
    url: Annotated[str, typer.Argument(metavar="URL", help="The other node's address.")],
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
        out.print(f"Added [bold]{plain(area)}[/]. Its root key's thumbprint:\n  {found}")
        if thumbprint is None:
            out.print("Nobody has compared it yet: telephone the area and compare before you rely on it.")


@peer_app.command("remove")
def peer_remove(
    home: Home,
    node_id: Annotated[str, typer.Argument(help="The peer's node id.", show_default=False)],
) -> None:
    """Trust a node no more. Our copy of its feed goes; what was asked and answered stays on the record."""
    with reporting(as_json=False):
        node = open_node(home)
        remove_peer(node, node_id)
        advance_audit_checkpoint(node)
        out.print(f"Removed {plain(node_id)}. It can neither ask nor be asked now.")


@peer_app.command("list")
def peer_list(home: Home, as_json: Json = False) -> None:
    """List the nodes this node trusts, with the state of our copy of each feed."""
    with reporting(as_json=as_json):
        node = open_node(home)
        peers = [_row(peer) for peer in every_known(node).values()]
        if as_json:
            print_json({"peers": peers})
            return
        for row in peers:
            synced = (
                f"{row['people']} people published" if row["synced"] else "not synced yet: run `hub sync`"
            )
            out.print(f"[bold]{plain(row['area'])}[/] ({row['node_id']}) {plain(row['url'])}")
            out.print(f"  {synced}; {plain(row['contact'])}")
        if not peers:
            out.print("No peers yet: add one with `hub peer add`.")


def _row(peer: KnownPeer) -> dict[str, object]:
    return {
        "node_id": peer.pinned.node_id,
        "area": peer.pinned.area,
        "url": peer.pinned.url,
        "thumbprint": peer.root_thumbprint,
        "contact": peer.contact,
        "synced": peer.feed_id is not None,
        "epoch": peer.epoch,
        "people": peer.people,
    }


_WANTED: Final = {
    "node_id": "is lower-case letters, digits and dashes, at most 64, such as northmoor",
    "area": "is the area's name, at most 200 characters",
    "url": "is an address such as https://hub.northmoor.example",
    "database": "is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME?passfile=FILE, without a password",
}


def _settings(**values: object) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        name = str(first_error(error, "the settings").path[-1])
        wanted = _WANTED.get(name, "is at most 200 characters")
        raise UsageError(
            f"--{name.replace('_', '-')} {wanted}", do="give it so; see `hub init --help`"
        ) from None

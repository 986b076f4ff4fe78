"""`hub init`, `hub doctor` and `hub serve`: making a node's home, looking at it, and running its server."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from hub.cli.options import Home, Json, up_to_date
from hub.cli.output import EXIT_REFUSED, out, plain, print_json, reporting
from hub.crypto.groups import in_groups
from hub.errors import HubError, UsageError
from hub.jobs.doctor import Finding, findings, held_agreements
from hub.node.home import create_home
from hub.node.keys import load_root
from hub.node.node import NODE_TOML, key_folder, open_node
from hub.node.settings import Settings
from hub.parsing import first_error
from hub.values import AgencyKind


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
    agency: Annotated[str, typer.Option(help="Who employs the coordinator, as the agreements name it.")] = "",
    agency_kind: Annotated[
        AgencyKind | None, typer.Option(help="What kind of agency that is.", show_default=False)
    ] = None,
    console_url: Annotated[str, typer.Option(help="The address at which browsers reach the console.")] = "",
) -> None:
    """Make a node's home: its settings, keys and an empty database."""
    with reporting(as_json=False):
        settings = _settings(
            node_id=node_id,
            area=area,
            url=url,
            database=database,
            contact={"phone": phone, "hours": hours},
            agency=agency,
            agency_kind=agency_kind,
            console={"url": console_url or None},
        )
        node = create_home(home, settings)
        root = load_root(key_folder(node.home, node.settings))
        where = plain(home)
        out.print(f"Made the node [bold]{node_id}[/] in {where}.")
        out.print(
            f"Its root key's thumbprint, to be read out to other areas by telephone:\n  {in_groups(root.kid)}"
        )
        out.print(
            f"Now: move {where}/keys/root.key to an offline medium, fill in the examples in {where}/config and "
            f"{where}/agreements, and start the node with `hub serve {where}` and `hub worker {where}`. "
            f"`hub doctor {where}` says what is missing before a first question."
        )


def doctor(home: Home, as_json: Json = False) -> None:
    """Say what is missing before a first question can be asked and answered, with what to do about each."""
    with reporting(as_json=as_json):
        if not (home / NODE_TOML).exists():
            raise UsageError(f"{home} is not a node's home.", do="Make one with `hub init`.")
        held: list[dict[str, str | bool]] = []
        try:
            node = up_to_date(open_node(home), as_json=as_json)
        except HubError as error:
            found = [Finding("home", error.text, error.do or "Correct it, and run this again.")]
        else:
            with closing(node.database):
                found, held = findings(node), held_agreements(node)
        missing = any(one.missing for one in found)
        if as_json:
            print_json(
                {"ready": not missing, "findings": [one._asdict() for one in found], "agreements": held}
            )
        else:
            _show_findings(found)
            for one in held:
                state = f"in force, reviewed by {one['review']}" if one["in_force"] else "not in force"
                out.print(plain(f"Agreement {one['ref']}: {state}. Digest: {one['said']}"))
        if missing:
            raise typer.Exit(EXIT_REFUSED)


def _show_findings(found: Sequence[Finding]) -> None:
    for title, some in (
        ("Missing before a first question", [one for one in found if one.missing]),
        ("To be seen to", [one for one in found if not one.missing]),
    ):
        if some:
            out.print(f"[bold]{title}[/]")
        for one in some:
            out.print(plain(f"  {one.about}: {one.what}"))
            out.print(plain(f"    To do: {one.do}"))
    if not any(one.missing for one in found):
        out.print("Nothing is missing before a first question.")


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
    from hub.web import serving

    with reporting(as_json=False):
        serving.serve(up_to_date(open_node(home), as_json=False), serving.Listening(host, port, workers))


_WANTED: Final = {
    "console_url": "is an address without a path, such as https://console.northmoor.example",
    "node_id": "is lower-case letters, digits and dashes, at most 64, such as northmoor",
    "area": "is the area's name, at most 200 characters",
    "url": "is an address such as https://hub.northmoor.example",
    "database": "is sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME?passfile=FILE, without a password",
}


def _settings(**values: object) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        path = first_error(error, "the settings").path
        name = "console_url" if path[0] == "console" else str(path[-1])
        wanted = _WANTED.get(name, "is at most 200 characters")
        raise UsageError(
            f"--{name.replace('_', '-')} {wanted}.", do="Give it so; see `hub init --help`."
        ) from None

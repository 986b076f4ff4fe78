"""`hub console`: what people work with, in a browser, until it is stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.options import Home
from hub.cli.output import reporting
from hub.node.node import open_node


def console(
    home: Home,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on: another than that of `hub serve`.")] = 8018,
) -> None:
    """Run the node's console until it is stopped: what people work with, in a browser."""
    # Only this command needs the pages; the others start in half the time without them.
    from hub.web.console.serving import serve_console
    from hub.web.serving import Listening

    with reporting(as_json=False):
        serve_console(open_node(home), Listening(host, port))

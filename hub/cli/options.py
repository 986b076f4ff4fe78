"""Options that several commands share, and who is asking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cases.access import restrictions_on
from hub.checks.read import read_document
from hub.cli.output import err
from hub.node.node import Node
from hub.values import Requester

Home = Annotated[Path, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

Who = Annotated[
    Path | None,
    typer.Option(
        "--as",
        metavar="WHO.json",
        help="Who asks: a requester, as in a question. Without it, no case is shown that has exclusions.",
        show_default=False,
    ),
]


def asker(node: Node, who: Path | None) -> Requester | None:
    """Return who asks; somebody unnamed reads that there may be more to see. Raises InputError on a bad file."""
    if who is not None:
        return read_document(who, Requester, "the file of who asks")
    if restrictions_on(node, None).any:
        err.print("Cases that are restricted for somebody are not shown without --as WHO.json.")
    return None

"""`hub certify`: the root key's word for the node's keys, renewed, or given by a new root key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import Home, opened
from hub.cli.output import counted, out
from hub.crypto.signing import SigningKey
from hub.errors import UsageError
from hub.federation.peers import take_over_pins
from hub.node.keys import ROOT_KEY, read_root
from hub.node.node import Node, key_folder
from hub.node.revocations import renew_certificate

RootFile = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="FILE",
        help="The root key, such as on a mounted stick. Without it: root.key in the keys folder.",
        show_default=False,
    ),
]

Because = Annotated[
    str,
    typer.Option(
        help="Why: at most 100 characters, no digits. Every area may read it: no names.", show_default=False
    ),
]


def certify(home: Home, root: RootFile = None) -> None:
    """Renew the root key's certificate of the node's keys: before it ends, at the latest after 90 days."""
    with opened(home) as node:
        key = root_key(node, root)
        taken_over = take_over_pins(node)
        made = renew_certificate(node, key)
        out.print(f"Certified. The certificate holds until {made.last_day}.")
        if taken_over:
            out.print(
                f"The pins of {counted(taken_over, 'peer/peers')} were taken over from the earlier version."
            )


def root_key(node: Node, named: Path | None) -> SigningKey:
    """The root key that was named, or else the one in the keys folder. Raises UsageError."""
    beside = key_folder(node.home, node.settings) / ROOT_KEY
    if named is None and not beside.exists():
        raise UsageError(
            f"The root key is not in {beside.parent}: it is kept away from the others.",
            kept="Nothing was changed.",
            do="Bring the medium that it is kept on, and name the file: --root FILE.",
        )
    return read_root(named or beside)

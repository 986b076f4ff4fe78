"""Somebody who copied a node's home, keys and all, and now stands in its place on the network."""

from __future__ import annotations

import shutil
from pathlib import Path

from hub.node.keys import load_root
from hub.node.node import Node, open_node
from tests.federation.nodes import Areas


def stolen_copy(node: Node, folder: Path) -> Node:
    """A copy of the node's home as it is now; a SQLite database goes with it."""
    home = Path(shutil.copytree(node.home, folder / f"stolen-{node.node_id}"))
    return open_node(home, clock=node.clock)


def in_its_place(areas: Areas, node: Node) -> None:
    """Have the network lead to this node from now on, whichever stood at its address before."""
    areas.network.serve(node)


def root_of(node: Node) -> str:
    """The thumbprint of a node's root key, as heard by telephone."""
    return load_root(node.home / "keys").kid

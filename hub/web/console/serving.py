"""Serving a node's console: one process, apart from the server that peers reach."""

from __future__ import annotations

from hub.node.at_work import serving
from hub.node.node import Node
from hub.web.console.app import create_console
from hub.web.serving import Listening, listening, require_complete, serve_alone


def serve_console(node: Node, at: Listening) -> None:
    """Serve it until it is told to stop. Raises UsageError, ConflictError, ServerFailedError."""
    require_complete(node)
    with serving(node.home), listening(at) as listener:
        serve_alone(node, listener, create_console(node))

"""Serving a node's console: one process, apart from the server that peers reach."""

from __future__ import annotations

from hub.errors import UsageError
from hub.node.at_work import serving
from hub.node.node import Node
from hub.values import Mode
from hub.web.console.app import create_console
from hub.web.serving import Listening, listening, require_complete, serve_alone


def serve_console(node: Node, at: Listening) -> None:
    """Serve it until it is told to stop. Raises UsageError, ConflictError, ServerFailedError."""
    _require_https(node)
    require_complete(node)
    with serving(node.home), listening(at) as listener:
        serve_alone(node, listener, create_console(node))


def _require_https(node: Node) -> None:
    """Raise UsageError where a live node's console is not reached by https: whoever listens would be signed in."""
    if node.settings.mode is Mode.live and not node.settings.console.https:
        raise UsageError(
            "This node is live, and node.toml names no https address of its console.",
            kept="Everything as it was; nothing was served.",
            do='Write it there: [console] url = "https://...". docs/operations.md says how the console is set up.',
        )

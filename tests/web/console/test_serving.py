"""What the console's own address decides: whether browsers are told to use https alone, and whether it starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.errors import UsageError
from hub.node.node import Node
from hub.node.settings import ConsoleSettings
from hub.values import Mode
from hub.web.console.app import create_console
from hub.web.console.serving import serve_console
from hub.web.serving import Listening
from tests.federation.nodes import copied


@pytest.fixture
def node(tmp_path: Path, sqlite_template: Path) -> Node:
    """Its own address is https."""
    return copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3", ["eastvale"])["eastvale"]


def at(node: Node, url: str | None, mode: Mode = Mode.trial) -> Node:
    console = ConsoleSettings(url=url)
    return replace(node, settings=node.settings.model_copy(update={"console": console, "mode": mode}))


@pytest.mark.parametrize(
    ("url", "told"), [("https://console.example", True), ("http://127.0.0.1:8018", False), (None, False)]
)
def test_https_alone_is_told_by_the_consoles_address_and_not_the_nodes(
    node: Node, url: str | None, told: bool
) -> None:
    assert node.settings.url.startswith("https:")
    answer = TestClient(create_console(at(node, url))).get("/sign-in")
    assert ("strict-transport-security" in answer.headers) is told
    node.database.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8018", None])
def test_a_live_nodes_console_does_not_start_without_https(node: Node, url: str | None) -> None:
    with pytest.raises(UsageError, match="no https address"):
        serve_console(at(node, url, Mode.live), Listening("127.0.0.1", 0))
    node.database.close()

"""What the console's own address decides: whether browsers are told to use https alone, and whether it starts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx2
import pytest
from starlette.testclient import TestClient

from hub.errors import UsageError
from hub.node.node import Node
from hub.node.settings import ConsoleSettings
from hub.records.accounts import AccountRole
from hub.values import Mode
from hub.web.console.app import create_console
from hub.web.console.serving import serve_console
from hub.web.serving import Listening
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import copied
from tests.web.console.browser import served
from tests.web.console.signed_in import Console

MANY: Final = 24


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


def test_many_who_look_at_once_do_not_wait_for_each_other(tmp_path: Path, sqlite_template: Path) -> None:
    """A page holds one connection to the database and needs another: all of them are answered."""
    areas = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3", ["eastvale"])
    with cheap_passwords():
        console = Console.of(areas["eastvale"])
        token = console.users[AccountRole.coordinator].signed_in()
    together = threading.Barrier(MANY)

    def look(_: int) -> int:
        together.wait()
        cookie = {"Cookie": f"__Host-eastvale={token}"}
        return httpx2.get(f"{url}/requests", headers=cookie, timeout=120, trust_env=False).status_code

    with served(console.app) as url, ThreadPoolExecutor(MANY) as pool:
        assert set(pool.map(look, range(MANY))) == {200}
    areas.close()

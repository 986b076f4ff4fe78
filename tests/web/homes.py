"""Homes for the tests of a server."""

from __future__ import annotations

from pathlib import Path

from hub.node.home import create_home
from hub.node.settings import Settings


def home_with(home: Path, port: int, more: str = "") -> Path:
    """A fresh node that is served at a port of this machine; `more` is added to its `node.toml`."""
    create_home(
        home,
        Settings(
            node_id=home.name,
            area=home.name.capitalize(),
            url=f"http://127.0.0.1:{port}",
            database="sqlite:///hub.sqlite3",
        ),
    ).database.close()
    settings = home / "node.toml"
    settings.write_text(settings.read_text() + more)
    return home

"""Three areas of which somebody fled one. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cases.staff import STAFF_FILE
from hub.federation.publish import publish
from tests.accounts.people import cheap_passwords
from tests.checks.fled import HER, KNOWN_AREAS, MANAGER, OTHERS
from tests.federation.nodes import Areas, case, copied, hold


@pytest.fixture(scope="session")
def three_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three areas: both others hold her, and Northmoor knows one of them by another name than it has itself."""
    folder = tmp_path_factory.mktemp("three")
    areas = copied(sqlite_template, folder, lambda _: "sqlite:///hub.sqlite3")
    config = folder / "northmoor" / "config"
    config.mkdir(exist_ok=True)
    (config / "areas.toml").write_text(KNOWN_AREAS, encoding="utf-8")
    for area in OTHERS:
        hold(areas[area], case(f"{area}-her", [HER]))
        publish(areas[area])
    for area in ("northmoor", "eastvale"):
        (folder / area / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
    areas.close()
    return folder


@pytest.fixture
def three(three_template: Path, tmp_path: Path) -> Iterator[Areas]:
    """Those areas, for one test."""
    areas = copied(three_template, tmp_path, lambda _: "sqlite:///hub.sqlite3")
    yield areas
    areas.close()


@pytest.fixture
def cheap() -> Iterator[None]:
    """Passwords cost little."""
    with cheap_passwords():
        yield

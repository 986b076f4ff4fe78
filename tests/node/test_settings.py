"""`node.toml` and `areas.toml`: what is wrong is named and not repeated, and no password stands in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.errors import UsageError
from hub.node.settings import SHIPPED_CONFIG, Settings, load_areas, load_settings

BASE = {
    "node_id": "northmoor",
    "area": "Northmoor",
    "url": "https://hub.northmoor.example",
    "database": "sqlite:///hub.sqlite3",
}


def node_toml(folder: Path, **changes: str) -> Path:
    lines = [f'{name} = "{value}"' for name, value in (BASE | changes).items()]
    (folder / "node.toml").write_text("\n".join(lines) + "\n")
    return folder


def test_the_shipped_example_is_read_as_it_is(tmp_path: Path) -> None:
    shutil.copy(SHIPPED_CONFIG / "node.example.toml", tmp_path / "node.toml")
    assert load_settings(tmp_path).node_id


def test_the_shipped_areas_are_read_and_neighbours_exist() -> None:
    areas = load_areas(None)
    known = {area.node_id for area in areas.area}
    assert known
    assert all(set(area.neighbours) <= known - {area.node_id} for area in areas.area)
    assert all(area.contact.phone for area in areas.area)
    assert areas.get("nowhere") is None


def test_a_homes_own_areas_take_the_place_of_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "areas.toml").write_text('version = "1"\nas_of = 2026-01-01\n')
    assert load_areas(tmp_path).area == ()


WRONG = {
    "an id with capitals": ({"node_id": "NorthMoor"}, "node_id"),
    "an address that is none": ({"url": "northmoor"}, "url"),
    "an address with a query": ({"url": "https://x.example/?a=b"}, "url"),
    "another database": ({"database": "oracle://x"}, "database"),
    # pragma: allowlist nextline secret
    "a password": ({"database": "postgresql+psycopg://hub:hunter2@db/hub"}, "database"),
    "a password as a parameter": ({"database": "postgresql+psycopg:///hub?password=hunter2"}, "database"),
    "a field nobody knows": ({"colour": "blue"}, "colour"),
}


@pytest.mark.parametrize(("changes", "field"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_named_and_not_repeated(
    tmp_path: Path, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(UsageError, match=rf"node\.toml, line [1-5]: {field}: ") as caught:
        load_settings(node_toml(tmp_path, **changes))
    assert "hunter2" not in str(caught.value)
    assert caught.value.do


@pytest.mark.parametrize(
    "database",
    [
        "postgresql+psycopg://hub@db.internal/hub?passfile=/run/secrets/pgpass",
        "postgresql+psycopg:///?service=hub",
        "sqlite:////var/lib/hub/hub.sqlite3",
    ],
)
def test_passwords_are_left_to_libpq(tmp_path: Path, database: str) -> None:
    assert load_settings(node_toml(tmp_path, database=database)).database == database


@pytest.mark.parametrize("content", [b"node_id = ", b"\xff\xfe", b'node_id = "a"\nnode_id = "b"\n'])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "node.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"node\.toml cannot be read"):
        load_settings(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"node\.toml is missing"):
        load_settings(tmp_path)


def test_quotas_follow_from_the_honest_need_of_an_area() -> None:
    """About 280 elements a check of a whole case and 9,600 a month, for 415 cases a year."""
    quotas = Settings.model_validate(BASE).quotas
    assert quotas.strong.per_month >= 9_600
    assert quotas.strong.burst >= quotas.strong.per_day >= 460
    assert quotas.weak.per_month < quotas.strong.per_month

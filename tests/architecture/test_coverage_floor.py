"""The floors of branch coverage: read from a report of `coverage json`, and failed by a room that lies below."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.coverage_floor import main, pure_names, rooms


def report(**files: tuple[int, int]) -> dict[str, Any]:
    """Files by their path, with __ for a slash: lines and branches that there are, and those that were run."""
    return {
        "files": {
            f"{name.replace('__', '/')}.py": {
                "summary": {
                    "num_statements": there - 1,
                    "num_branches": 1,
                    "covered_lines": run,
                    "covered_branches": 0,
                }
            }
            for name, (there, run) in files.items()
        }
    }


PURE = frozenset({"hub.consent", "hub.audit.chain", "hub.values"})


def test_each_room_has_its_floor_and_the_whole_comes_last() -> None:
    found = rooms(
        report(
            hub__consent__decide=(100, 97),
            hub__consent__form__form=(100, 98),
            hub__values=(10, 9),
            hub__audit__chain=(10, 10),
            hub__audit__log=(10, 9),
        ),
        PURE,
    )
    assert [(room.name, room.percent, room.floor, room.holds) for room in found] == [
        ("hub.audit", 90.0, 90.0, True),
        ("hub.audit", 100.0, 97.0, True),
        ("hub.consent", 97.5, 97.0, True),
        ("hub.values", 90.0, 97.0, False),
        ("the whole", pytest.approx(100 * 223 / 230), 90.0, True),
    ]


@pytest.mark.parametrize(("run", "code"), [(97, 0), (96, 1)])
def test_a_pure_room_below_its_floor_fails_by_name(
    run: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps(report(hub__consent__decide=(100, run))))
    assert main(str(path)) == code
    assert ("below its floor" in capsys.readouterr().out) is bool(code)


def test_the_pure_rooms_are_those_of_the_import_contract() -> None:
    assert {"hub.consent", "hub.matching", "hub.values"} <= pure_names()

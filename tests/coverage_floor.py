"""Branch coverage as numbers with floors: 97 % of each pure room, 90 % of every other room and of the whole.

    python -m tests.coverage_floor coverage.json

Reads the report of `coverage json`. Pure is what the import contract "pure" of `pyproject.toml` names. A room is a
folder of `hub`, or a module that stands there alone. Ends with 1 when a room lies below its floor.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

PURE_FLOOR: Final = 97.0
FLOOR: Final = 90.0
PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"


@dataclass
class Covered:
    """Lines and branches that there are, and those that some test ran."""

    there: int = 0
    run: int = 0

    def add(self, summary: Mapping[str, int]) -> None:
        """Count another file."""
        self.there += summary["num_statements"] + summary["num_branches"]
        self.run += summary["covered_lines"] + summary["covered_branches"]

    @property
    def percent(self) -> float:
        """How much was run, in a hundred; all of nothing is all."""
        return 100 * self.run / self.there if self.there else 100.0


@dataclass(frozen=True)
class Room:
    """A room's name, its coverage and its floor, both in a hundred."""

    name: str
    percent: float
    floor: float

    @property
    def holds(self) -> bool:
        """Whether it lies at its floor or above."""
        return self.percent >= self.floor


def pure_names(project: Path = PROJECT) -> frozenset[str]:
    """The packages and modules that the import contract calls pure."""
    contracts = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return frozenset(next(one["source_modules"] for one in contracts if one["id"] == "pure"))


def rooms(report: Mapping[str, Any], pure: frozenset[str]) -> Iterator[Room]:
    """Each room of a report of `coverage json` by name, the pure part of a mixed one apart, and the whole last."""
    counted: dict[tuple[str, float], Covered] = defaultdict(Covered)
    complete = Covered()
    for name, file in report["files"].items():
        parts = PurePosixPath(name.replace("\\", "/")).with_suffix("").parts
        dotted = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        floor = PURE_FLOOR if pure & set(dotted) else FLOOR
        counted[".".join(parts[:2]), floor].add(file["summary"])
        complete.add(file["summary"])
    for (name, floor), covered in sorted(counted.items()):
        yield Room(name, covered.percent, floor)
    yield Room("the whole", complete.percent, FLOOR)


def main(path: str) -> int:
    """Print every room, and return 1 if one lies below its floor."""
    found = list(rooms(json.loads(Path(path).read_text(encoding="utf-8")), pure_names()))
    for room in found:
        mark = "" if room.holds else "   below its floor"
        sys.stdout.write(f"{room.name:<18} {room.percent:6.2f} %  of at least {room.floor:.0f} %{mark}\n")
    return 0 if all(room.holds for room in found) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

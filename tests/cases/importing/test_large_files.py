"""A file of 100 MB is read in the memory of a small one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hub.sample import COLUMNS, area_referrals, write_csv

_READ = """
import resource, sys
from pathlib import Path
from hub.cases.importing.assemble import CaseIntake, read_cases
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
people = rejected = 0
for one in read_cases(Path(sys.argv[1])):
    if isinstance(one, CaseIntake):
        people += len(one.people)
    else:
        rejected += 1
print(people, rejected, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def _read(path: Path) -> tuple[int, int, int]:
    command = [sys.executable, "-c", _READ, str(path)]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    people, rejected, grown = (int(number) for number in told)
    return people, rejected, grown


def _write(path: Path, megabytes: int) -> int:
    """Write the same sample rows again and again under other case references; returns how many."""
    small = path.with_suffix(".one")
    write_csv(small, COLUMNS, area_referrals(1, cases=60)["southmere"])
    head, *rows = small.read_text(encoding="utf-8").splitlines(keepends=True)
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        while file.tell() < megabytes * 1_000_000:
            file.writelines(row.replace("SU", f"SU{number}", 1) for row in rows)
            number += 1
    return number * len(rows)


def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = _write(path, megabytes=3)
    people, rejected, grown = _read(path)
    assert (people, rejected) == (rows, 0)
    assert grown < 15


@pytest.mark.slow
def test_a_hundred_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = _write(path, megabytes=100)
    people, rejected, grown = _read(path)
    assert (people, rejected) == (rows, 0)
    assert grown < 60

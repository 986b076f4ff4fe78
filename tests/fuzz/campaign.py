"""The campaign: every target in turn, led by coverage, for so many inputs or so long; and what came of it.

    python -m tests.fuzz.campaign --runs 10000000        all targets, in rounds, until so many inputs in all
    python -m tests.fuzz.campaign --report               what came so far, as the table of docs/benchmarks.md has it
    python -m tests.fuzz.campaign --keep                 the smallest corpus that reaches as much, for the test run

It goes on from what is kept under `.bench/fuzz` (`--folder`): inputs, counts, and what was found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from tests.fuzz.judge import Outcome
from tests.fuzz.keep import keep
from tests.fuzz.targets import MODULES, WHOLE

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".bench" / "fuzz"
ROUND_S: Final = 600
NAMES: Final = (*MODULES, *WHOLE)


def counted(folder: Path, name: str) -> tuple[Counter[str], float, dict[str, str]]:
    """What came of a target's inputs so far, in how many seconds, and what was found."""
    path = folder / name / "counts.json"
    if not path.exists():
        return Counter(), 0.0, {}
    said = json.loads(path.read_text(encoding="utf-8"))
    return Counter(said["counts"]), said["seconds"], said["found"]


def total(folder: Path) -> int:
    """How many inputs there were in all."""
    return sum(counted(folder, name)[0].total() for name in NAMES)


def run(folder: Path, name: str, runs: int, seconds: int) -> None:
    """One target for a while. It ends by itself; what ends it otherwise stands in its folder."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.run", name, str(folder / name), str(runs), str(seconds)]
    with (folder / name / "output.txt").open("ab") as output:
        done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False)
    print(f"{name}: {counted(folder, name)[0].total():,} inputs, exit {done.returncode}", flush=True)  # noqa: T201


def report(folder: Path) -> str:
    """What came of each target, as rows of a table."""
    rows = [
        "| what is read | inputs | a second | past the first check | taken | faults, each once |",
        "|---|---|---|---|---|---|",
    ]
    for name in NAMES:
        counts, seconds, found = counted(folder, name)
        if not (every := counts.total()):
            continue
        past = (every - counts[Outcome.first_check]) / every
        taken = counts[Outcome.taken] / every
        rows.append(
            f"| {name} | {every:,} | {every / max(seconds, 1):,.0f} | {past:.0%} | {taken:.0%} | {len(found)} |"
        )
    return "\n".join([*rows, f"| all | {total(folder):,} | | | | |"])


def main() -> None:
    """Do what is asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("targets", nargs="*", choices=[*NAMES, []], help="these alone")
    asked.add_argument("--runs", type=int, default=10_000_000)
    asked.add_argument("--round", type=int, default=ROUND_S, help="seconds of a target before the next")
    asked.add_argument("--folder", type=Path, default=FOLDER)
    asked.add_argument("--report", action="store_true")
    asked.add_argument("--keep", action="store_true")
    options = asked.parse_args()
    names = options.targets or list(NAMES)
    if options.keep:
        print(keep(options.folder, names))  # noqa: T201
    while not (options.report or options.keep) and total(options.folder) < options.runs:
        for name in names:
            left = options.runs - total(options.folder)
            if left > 0:
                run(options.folder, name, left, options.round)
    print(report(options.folder))  # noqa: T201


if __name__ == "__main__":
    main()

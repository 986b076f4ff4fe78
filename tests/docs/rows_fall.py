"""Whether each row of `docs/traceability.md` names tests that fail when what it names is taken away.

    python -m tests.docs.rows_fall [--only PLACE] [--keep FILE]

One after another each page, call and command is taken out of the program (`without`), and tests of its rows are
run: the quickest that come there, then what they leave open. Prints each row that has a place whose loss none of
its tests noticed; exit status 1 where there is one. Half an hour and more. Not a test itself.
What a page asks is taken away field by field in `tests/web/console/test_printed_forms.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.docs.naming import named_tests
from tests.docs.tracing import Row, rows

ROOT: Final = Path(__file__).resolve().parents[2]
WITHOUT: Final = ROOT / "tests" / "docs" / "without"
AT_ONCE: Final = 2
Outcome = dict[str, bool]
"""Whether each test stayed green."""
Reach = dict[str, list[str]]
"""By each place the tests that come there, the quickest first."""


def places(row: Row) -> list[str]:
    """What a row names that can be taken away: its pages, calls and commands."""
    return [one for one in re.findall(r"`([^`]+)`", row.where) if re.match(r"/|[A-Z]+ /|hub ", one)]


def run(tests: list[str], workers: int = 0, **changed: str) -> tuple[Outcome, dict[str, float]]:
    """The tests, in a program that is changed so; how each ended, and its seconds."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-p", "no:cacheprovider"),
                *("-k", "not postgresql", "--hypothesis-profile=quick", f"--junitxml={report}"),
                *(f"--basetemp={folder}/pytest", *tests),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(WITHOUT), **changed},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        green: Outcome = {}
        seconds: dict[str, float] = defaultdict(float)
        for case in ET.parse(report).iter("testcase"):
            file = (case.get("classname") or "").replace(".", "/")
            name = f"{file}.py::{(case.get('name') or '').split('[')[0]}"
            stands = case.find("failure") is None and case.find("error") is None
            green[name] = green.get(name, True) and stands
            seconds[name] += float(case.get("time") or 0)
        return green, seconds


def reached(tests: list[str]) -> Reach:
    """Which of the tests come to each place. One that fails as it is shows nothing, and comes nowhere."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
        green, seconds = run(tests, AT_ONCE, HUB_REACHED=file.name)
        found: dict[str, set[str]] = defaultdict(set)
        for line in file:
            test, place = line.rstrip("\n").split("\t")
            found[place].add(test.split("[")[0])
    for test in (test for test, stands in green.items() if not stands):
        say(f"{test} fails as it is")
    return {
        place: sorted((one for one in of if green.get(one)), key=lambda one: seconds[one])
        for place, of in found.items()
    }


def cover(wanted: list[set[str]], reach: list[str]) -> set[str]:
    """For each row the quickest test that comes there, where none of those already chosen does."""
    chosen: set[str] = set()
    for tests in wanted:
        if not tests & chosen:
            chosen |= {next((one for one in reach if one in tests), "")} - {""}
    return chosen


def take_away(place: str, wanted: list[set[str]], reach: Reach) -> Outcome:
    """What becomes of the tests of a place's rows without it: of the quickest, then of what they leave open."""
    there = reach.get(place.split(" --")[0], [])
    chosen = cover(wanted, there)
    found = run(sorted(chosen), HUB_WITHOUT=place)[0] if chosen else {}
    left = [tests for tests in wanted if all(found.get(one, True) for one in tests)]
    rest = {one for tests in left for one in tests if one in there} - chosen
    return found | (run(sorted(rest), HUB_WITHOUT=place)[0] if rest else {})


def main() -> int:
    """Run, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="Take away what each row names.")
    parser.add_argument("--only", action="append", help="This place alone.")
    parser.add_argument("--keep", type=Path, help="A file of what was found, which is gone on from.")
    given = parser.parse_args()
    kept = json.loads(given.keep.read_text()) if given.keep and given.keep.exists() else {}
    wanted: dict[str, list[set[str]]] = defaultdict(list)
    for row in rows():
        for place in places(row):
            wanted[place].append(set(named_tests(row.shown)))
    if "" not in kept:
        kept[""] = reached(sorted({one for of in wanted.values() for tests in of for one in tests}))
        keep(given.keep, kept)

    def one_place(place: str) -> None:
        kept[place] = take_away(place, wanted[place], kept[""])
        fell = sum(not green for green in kept[place].values())
        say(f"{place}: of {len(kept[place])} tests that were run {fell} fell")
        keep(given.keep, kept)

    todo = [one for one in sorted(wanted) if one not in kept and (not given.only or one in given.only)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one_place, todo))
    stayed = [
        (row.number, place)
        for row in rows()
        for place in places(row)
        if place in kept and all(kept[place].get(test, True) for test in named_tests(row.shown))
    ]
    for number, place in stayed:
        say(f"{number}: {place} was taken away and nothing fell")
    say(f"{len({number for number, _ in stayed})} rows stay green")
    return 1 if stayed else 0


def say(text: str) -> None:
    """Say how it goes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def keep(file: Path | None, found: object) -> None:
    """Write down what was found so far."""
    if file is not None:
        file.write_text(json.dumps(found, indent=1, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

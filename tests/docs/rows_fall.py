"""Whether each row of `docs/traceability.md` names tests that fail when what it names is taken away.

    python -m tests.docs.rows_fall [--only PLACE] [--keep FILE]

One after another each page, call, command and printed field is taken out of the program (`without`), and the tests
of its rows are run. Prints each row that has a place whose loss none of its tests noticed; exit status 1 where
there is one. Takes most of an hour: run by `make soak`. Not a test itself.
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
from tests.docs.printed import FIELDS
from tests.docs.tracing import Row, rows

ROOT: Final = Path(__file__).resolve().parents[2]
WITHOUT: Final = ROOT / "tests" / "docs" / "without"
AT_ONCE: Final = 2
Outcome = dict[str, bool]
"""Whether each test stayed green."""


def places(row: Row) -> list[str]:
    """What a row names that can be taken away: its addresses and commands, and the fields that it stands for."""
    named = re.findall(r"`([^`]+)`", row.where)
    return [one for one in named if re.match(r"/|[A-Z]+ /|hub ", one)] + list(FIELDS.get(row.number, ()))


def run(tests: list[str], workers: int = 0, **changed: str) -> Outcome:
    """The tests, in a program that is changed so."""
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
        found: Outcome = {}
        for case in ET.parse(report).iter("testcase"):
            file = (case.get("classname") or "").replace(".", "/")
            name = f"{file}.py::{(case.get('name') or '').split('[')[0]}"
            found[name] = (
                found.get(name, True) and case.find("failure") is None and case.find("error") is None
            )
        return found


def reached(tests: list[str]) -> dict[str, set[str]]:
    """By each place the modules of the tests that come there. Raises AssertionError where a test fails as it is."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
        red = [name for name, green in run(tests, AT_ONCE, HUB_REACHED=file.name).items() if not green]
        assert not red, red
        found = defaultdict(set)
        for line in file:
            test, place = line.rstrip("\n").split("\t")
            found[place].add(test.split("::")[0])
        return found


def comes_there(place: str, modules: dict[str, set[str]]) -> set[str]:
    """The modules that come to a place; of a field, all."""
    return (
        modules.get(place.split(" --")[0], set()) if ".html " not in place else set().union(*modules.values())
    )


def main() -> int:
    """Run, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="Take away what each row names.")
    parser.add_argument("--only", action="append", help="This place alone.")
    parser.add_argument("--keep", type=Path, help="A file of what was found, which is gone on from.")
    given = parser.parse_args()
    kept = json.loads(given.keep.read_text()) if given.keep and given.keep.exists() else {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows():
        for place in places(row):
            wanted[place] |= set(named_tests(row.shown))
    if "" not in kept:
        there = reached(sorted(set().union(*wanted.values())))
        kept[""] = {place: sorted(modules) for place, modules in there.items()}
        keep(given.keep, kept)
    modules = {place: set(of) for place, of in kept[""].items()}

    def take_away(place: str) -> None:
        tests = sorted(one for one in wanted[place] if one.split("::")[0] in comes_there(place, modules))
        kept[place] = run(tests, HUB_WITHOUT=place) if tests else {}
        fell = [name for name, green in kept[place].items() if not green]
        say(f"{place}: of {len(tests)} tests that come there {len(fell)} fell")
        keep(given.keep, kept)

    todo = [one for one in sorted(wanted) if one not in kept and (not given.only or one in given.only)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(take_away, todo))
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

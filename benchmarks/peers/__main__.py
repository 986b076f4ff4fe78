"""Run every peer and the product on the same files, and write one table (docs/peers.md and docs/benchmarks.md).

    python -m benchmarks.peers [--only NAME ...] [--sets NAME ...] [--measure accuracy|times ...] [--quick]

Each result is kept as JSON, so a run that was stopped goes on where it was; `--again` forgets what is kept of the
chosen runs. Nothing is fitted on the files; the truth is opened after a peer has finished.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.peers.environments import CannotInstallError, python_of
from benchmarks.peers.results import Judge, best_of, scored_pairs
from benchmarks.peers.sets import TITLES, FileSet, file_set, quick_set
from benchmarks.peers.table import page
from benchmarks.peers.tools import TOOLS, Tool

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".bench" / "peers"
PAGE = ROOT / "docs" / "peers.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
MARKS = "<!-- peers: begin -->", "<!-- peers: end -->"  # the table goes between them
MEASURES = ("accuracy", "times")
TIMED = ("febrl4", "febrl4-hidden")  # 5,000 and 100,000 people held
QUICK_PEOPLE = 200


@dataclass(frozen=True)
class Bench:
    """Where things are kept, and how long a run may take (seconds of linking; thrice that in all)."""

    folder: Path
    limit: float
    quick: bool

    def files(self, name: str) -> FileSet:
        """The set, cut down if quick."""
        whole = file_set(name, FOLDER / "sets")
        return quick_set(whole, self.folder / "sets", QUICK_PEOPLE) if self.quick else whole

    def result(self, tool: Tool, name: str, measure: str) -> Path:
        """Where this run's result is kept."""
        return self.folder / "results" / f"{tool.name}-{name}-{measure}.json"

    def run(self, tool: Tool, name: str, measure: str) -> dict[str, object]:
        """Run one tool on one set; what went wrong is a result too, not an exception."""
        files = self.files(name)
        try:
            if tool.runner:
                return self._peer(tool, files, measure)
            return self._product(files, measure)
        except CannotInstallError as error:
            return {"problem": f"cannot be installed here: {error}"}
        except subprocess.TimeoutExpired:
            return {"problem": f"not finished in {3 * self.limit / 60:.0f} minutes"}
        except subprocess.CalledProcessError as error:
            return {"problem": "failed: " + " ".join(error.stderr.strip().splitlines()[-1:])[-300:]}

    def _peer(self, tool: Tool, files: FileSet, measure: str) -> dict[str, object]:
        python = python_of(tool, FOLDER)
        out, pairs = (self.folder / f"{tool.name}-{files.name}.{kind}" for kind in ("json", "pairs"))
        module = f"benchmarks.peers.runners.{tool.runner}"
        command = [str(python), "-m", module, *map(str, files.paths[:2])]
        command += ["--out", str(out), "--limit", str(self.limit)]
        self._call([*command, *(["--pairs", str(pairs)] if measure == "accuracy" else ["--questions"])])
        result: dict[str, object] = json.loads(out.read_text())
        if measure == "accuracy":
            asked = result.pop("asked")
            assert isinstance(asked, list)
            result |= Judge(files).report(best_of(scored_pairs(pairs)), asked)
            pairs.unlink()
        out.unlink()
        return result

    def _product(self, files: FileSet, measure: str) -> dict[str, object]:
        out = self.folder / f"hub-{files.name}.json"
        if measure == "times":
            self._call(
                [
                    sys.executable,
                    "-m",
                    "benchmarks.peers.product",
                    *map(str, files.paths[:2]),
                    "--out",
                    str(out),
                ]
            )
            result: dict[str, object] = json.loads(out.read_text())
            out.unlink()
            return result
        paths = map(str, files.paths)
        found = json.loads(
            self._call([sys.executable, "-m", "benchmarks.linkage", *paths, "--prf", "plain", "--json"])
        )
        kept = {key: found[key] for key in ("prf", "seconds", "person", "by_kind")}
        return {"asked": found["left"], "of_kind": Judge(files).of_kind()} | kept

    def _call(self, command: Sequence[str]) -> str:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=3 * self.limit,
        ).stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 1 something could not be run (the table says what)."""
    options = _options(arguments)
    bench = Bench(FOLDER / "quick" if options.quick else FOLDER, options.limit, options.quick)
    (bench.folder / "results").mkdir(parents=True, exist_ok=True)
    problems = 0
    for measure in options.measure:
        for name in options.sets:
            if measure == "times" and name not in TIMED:
                continue
            for tool in (tool for tool in TOOLS if tool.name in options.only):
                kept = bench.result(tool, name, measure)
                if kept.exists() and not options.again:
                    continue
                started = time.monotonic()
                result = bench.run(tool, name, measure)
                result["load"] = os.getloadavg()[0]
                result["when"] = datetime.now(UTC).isoformat(timespec="seconds")
                kept.write_text(json.dumps(result))
                problems += "problem" in result
                said = result.get("problem", f"{time.monotonic() - started:.0f} s")
                print(f"{tool.name}, {name}, {measure}: {said}", file=sys.stderr, flush=True)
    every = {
        (tool.name, name, measure): json.loads(kept.read_text())
        for tool in TOOLS
        for name in TITLES
        for measure in MEASURES
        if (kept := bench.result(tool, name, measure)).exists()
    }
    text = page(every, machine())
    if options.quick:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
        BENCHMARKS.write_text(_with_table(BENCHMARKS.read_text(encoding="utf-8"), text), encoding="utf-8")
        print(f"Written: {PAGE.relative_to(ROOT)}, {BENCHMARKS.relative_to(ROOT)}", file=sys.stderr)
    return 1 if problems else 0


def _with_table(benchmarks: str, text: str) -> str:
    """The page on benchmarks with the table of `text` between its marks."""
    before, _, rest = benchmarks.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    table = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    return f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__.split("\n")[0])
    names = [tool.name for tool in TOOLS]
    parser.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    parser.add_argument(
        "--sets", nargs="+", choices=TITLES, default=list(TITLES), metavar="NAME", help=", ".join(TITLES)
    )
    parser.add_argument(
        "--measure", nargs="+", choices=MEASURES, default=list(MEASURES), help="default: both"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_PEOPLE} people a file, to see that all runs; prints the page",
    )
    parser.add_argument(
        "--limit", type=float, default=600, metavar="SECONDS", help="for linking one set; default 600"
    )
    parser.add_argument("--again", action="store_true", help="run what is chosen even where a result is kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

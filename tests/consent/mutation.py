"""Mutation testing of `hub.consent`: `python -m tests.consent.mutation [FOLDER] [--sample N]`.

Copies the packages and tests into a folder (a temporary one otherwise), lets mutmut change one thing at a time,
and prints the score and every survivor. Exit status 1 below 85 per cent. Takes many minutes: run by `make soak`.
Not a test itself.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAST = 85.0
SETTINGS = """
[mutmut]
source_paths=hub/consent/
also_copy=
    hub/
    config/
    docs/
    tests/
    pyproject.toml
pytest_add_cli_args_test_selection=
    tests/consent/
    --deselect=tests/consent/test_command.py
"""
PYPROJECT = """
[tool.pytest.ini_options]
addopts = "-q -x -p no:cacheprovider --hypothesis-profile=ci"
"""


def main() -> int:
    """Run, report, and return the exit status."""
    parser = argparse.ArgumentParser(description="Mutation testing of hub.consent.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--max-children", type=int, default=2)
    parser.add_argument("--sample", type=int, help="Only this many mutants, drawn at random.")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder: Path = given.folder or Path(tempfile.mkdtemp(prefix="mutants-"))
    prepare(folder)
    if given.sample:
        run(folder, given.max_children, "hub.consent.form.vocabulary*")  # Makes all mutants, tries one.
        names = sorted(name for _, name, _ in outcomes(folder))
        drawn = random.Random(given.seed).sample(names, min(given.sample, len(names)))
        run(folder, given.max_children, *drawn)
    else:
        run(folder, given.max_children)
    return report(folder)


def run(folder: Path, children: int, *names: str) -> None:
    """Run mutmut over the named mutants, or all."""
    words = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children), *names]
    subprocess.run(words, cwd=folder, env={**os.environ, "CONSENT_EXAMPLES": "10"}, check=False)


def outcomes(folder: Path) -> Iterator[tuple[str, str, int | None]]:
    """Each mutant: its module, its name, and the exit status of its tests (None: not tried)."""
    for meta in sorted((folder / "mutants").rglob("*.meta")):
        statuses = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        for name, status in statuses.items():
            yield meta.name.removesuffix(".py.meta"), name, status


def prepare(folder: Path) -> None:
    """Copy what the tests need, with mutmut's settings beside it."""
    for name in ("hub", "config", "docs"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "consent", folder / "tests" / "consent", dirs_exist_ok=True)
    (folder / "tests" / "__init__.py").touch()
    (folder / "setup.cfg").write_text(SETTINGS, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")


def report(folder: Path) -> int:
    """Print the score, by module and in all, and the survivors by name (`mutmut show NAME` shows one)."""
    modules: dict[str, list[int]] = {}
    for module, name, status in outcomes(folder):
        if status is None:
            continue
        counts = modules.setdefault(module, [0, 0])
        counts[0] += status in (1, 3)
        counts[1] += 1
        if status not in (1, 3):
            print(f"{name}: {'survived' if status == 0 else f'status {status}'}")  # noqa: T201
    for module, (killed, tried) in sorted(modules.items()):
        print(f"{module:16} {killed:5} of {tried:5} killed")  # noqa: T201
    killed, tried = (sum(counts[place] for counts in modules.values()) for place in (0, 1))
    score = 100 * killed / tried if tried else 0.0
    print(f"{killed} of {tried} mutants killed: {score:.1f} %, in {folder}")  # noqa: T201
    return 0 if score >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())

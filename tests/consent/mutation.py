"""Mutation testing of `hub.consent`: `python -m tests.consent.mutation [FOLDER] [--max-children N]`.

Copies the packages and tests into a folder (a temporary one otherwise), lets mutmut change one thing at a time,
and prints the score and every survivor. Exit status 1 below 85 per cent. Takes many minutes: run by `make soak`.
Not a test itself.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
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
addopts = "-q -x -p no:cacheprovider"
"""


def main() -> int:
    """Run, report, and return the exit status."""
    parser = argparse.ArgumentParser(description="Mutation testing of hub.consent.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--max-children", type=int, default=2)
    given = parser.parse_args()
    folder: Path = given.folder or Path(tempfile.mkdtemp(prefix="mutants-"))
    prepare(folder)
    run = [sys.executable, "-m", "mutmut", "run", "--max-children", str(given.max_children)]
    subprocess.run(run, cwd=folder, env={**os.environ, "CONSENT_EXAMPLES": "10"}, check=False)
    return report(folder)


def prepare(folder: Path) -> None:
    """Copy what the tests need, with mutmut's settings beside it."""
    for name in ("hub", "config", "docs"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "consent", folder / "tests" / "consent", dirs_exist_ok=True)
    (folder / "tests" / "__init__.py").touch()
    (folder / "setup.cfg").write_text(SETTINGS, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")


def report(folder: Path) -> int:
    """Print the score and the survivors by name (`mutmut show NAME` in the folder shows one)."""
    results: dict[str, int] = {}
    survivors = []
    for meta in sorted((folder / "mutants").rglob("*.meta")):
        for name, status in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            outcome = "killed" if status in (1, 3) else "survived" if status == 0 else f"status {status}"
            results[outcome] = results.get(outcome, 0) + 1
            if outcome != "killed":
                survivors.append(f"{name}: {outcome}")
    total = sum(results.values())
    score = 100 * results.get("killed", 0) / total if total else 0.0
    print("\n".join(survivors))  # noqa: T201
    print(f"{total} mutants, {results}, score {score:.1f} % in {folder}")  # noqa: T201
    return 0 if score >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())

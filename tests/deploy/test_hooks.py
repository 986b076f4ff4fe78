"""`make lint` and a commit run the same hooks, all of them programs of the lock; the one for secrets finds one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".pre-commit-config.yaml"
BASELINE = ROOT / ".secrets.baseline"
HOOKS: list[dict[str, Any]] = [
    hook for repo in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["repos"] for hook in repo["hooks"]
]
# Put together here, so that no file has them whole. They are nobody's.
PLANTED = {
    "a private key": "-----BEGIN PRIVATE " + "KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n",
    "a password in an address": "database = 'postgresql://hub:" + "hunter2@db/hub'\n",
    "a key in hexadecimal": f'node_key = "{sha256(b"planted").hexdigest()}"\n',
    "a signed token": "eyJhbGciOiJFZERTQSJ9." + "eyJzdWIiOiJub3J0aG1vb3IifQ." + "c2lnbmF0dXJlLW9mLWl0\n",
}  # fmt: skip


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_is_a_program_of_the_environment(hook: dict[str, Any]) -> None:
    """Nothing is fetched from a repository when somebody commits."""
    folder, program = Path(hook["entry"].split()[0]).parts[:2], Path(hook["entry"].split()[0]).name
    assert (folder, hook["language"]) == ((".venv", "bin"), "system")
    assert Path(sys.executable).with_name(program).is_file()


def test_no_hook_is_of_another_repository() -> None:
    assert {repo["repo"] for repo in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["repos"]} == {"local"}


def test_lint_runs_the_hooks_and_nothing_beside_them() -> None:
    lines = ROOT.joinpath("Makefile").read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("lint:"))
    recipe = [line for line in lines[start + 1 : start + 3] if line.startswith("\t")]
    assert len(recipe) == 1
    assert "pre-commit run --all-files" in recipe[0]


def secrets(checkout: Path) -> subprocess.CompletedProcess[str]:
    """What the hook for secrets says of everything in a small repository."""
    subprocess.run(["git", "add", "-A"], cwd=checkout, check=True)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))
    }
    return subprocess.run(
        [Path(sys.executable).with_name("pre-commit"), "run", "--all-files", "secrets"],
        cwd=checkout,
        env={**environment, "PRE_COMMIT_HOME": str(checkout.parent / "pre-commit")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small repository with this project's hooks and baseline."""
    folder = tmp_path / "checkout"
    folder.joinpath("tests").mkdir(parents=True)
    shutil.copy(CONFIG, folder)
    shutil.copy(BASELINE, folder)
    folder.joinpath(".gitignore").write_text(".venv\n")
    folder.joinpath(".venv").symlink_to(Path(sys.executable).parents[1])
    shutil.copytree(ROOT / "tests" / "vectors", folder / "tests" / "vectors")
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    return folder


def test_keys_of_recorded_vectors_are_known_and_pass(checkout: Path) -> None:
    done = secrets(checkout)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_a_planted_secret_is_found_by_file_and_line(checkout: Path, text: str) -> None:
    checkout.joinpath("settings.py").write_text(text, encoding="utf-8")
    done = secrets(checkout)
    assert done.returncode == 1
    assert "settings.py:1" in done.stdout
    assert text.split()[-1] not in done.stdout


def test_the_baseline_names_what_was_recorded_examples_and_checksums_alone() -> None:
    named = json.loads(BASELINE.read_text(encoding="utf-8"))["results"]
    others = {"docs/formats.md", "tests/matching/test_tables.py"}
    assert all(name.startswith(("tests/vectors/", "tests/frozen/")) or name in others for name in named)

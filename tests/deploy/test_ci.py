"""The CI script refuses untidy files by name and runs the README's own test commands, word for word."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"
README = "# It\n```sh\necho not this\n```\n## Test\nSo:\n\n```sh\nmake test\n```\n```sh\necho nor this\n```\n"
# The suite itself may run under make, which would have an inner make say where it is.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
MAKEFILE = "lint:\n\t@echo linted in CI=$(CI)\ntest:\n\t@cat; echo 3 passed\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small repository with this project's CI script."""
    tmp_path.joinpath(".ci").mkdir()
    shutil.copy(RUN, tmp_path / ".ci" / "run")
    tmp_path.joinpath("README.md").write_text(README)
    tmp_path.joinpath("Makefile").write_text(MAKEFILE)
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    return tmp_path


def ci(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    subprocess.run(["git", "add", "-A"], cwd=checkout, check=True)
    command = [".ci/run", *arguments]
    return subprocess.run(command, cwd=checkout, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_it_lints_then_runs_the_readmes_commands_and_ends_with_their_words(checkout: Path) -> None:
    result = ci(checkout)
    assert (result.returncode, result.stdout) == (0, "linted in CI=true\n3 passed\n")
    assert "make test" in result.stderr


@pytest.mark.parametrize("broken", ["lint:\n\tfalse\ntest:\n\techo ran\n", "lint:\n\ntest:\n\tfalse\n"])
def test_it_fails_with_the_step_that_fails(checkout: Path, broken: str) -> None:
    checkout.joinpath("Makefile").write_text(broken)
    result = ci(checkout)
    assert result.returncode != 0
    assert "ran" not in result.stdout


@pytest.mark.parametrize(
    "readme", ["# It\n", "## Test\n\nmake test\n", "## Testing\n\n```sh\nmake test\n```\n"]
)
def test_a_readme_without_test_commands_is_refused(checkout: Path, readme: str) -> None:
    checkout.joinpath("README.md").write_text(readme)
    result = ci(checkout)
    assert result.returncode == 1
    assert '"## Test"' in result.stderr


UNTIDY = [
    ("a.lock", "--index-" + "url https://mirror.example/simple"),
    ("a.lock", "--extra-index-" + "url https://mirror.example/simple"),
    ("pip.conf", "[global]\nindex-" + "url = https://mirror.example/simple"),
    ("Makefile.inc", "PIP_INDEX_" + "URL=https://mirror.example"),
    ("notes.md", "see https://pypi" + ".org/project/x"),
    ("a.lock", "https://files.python" + "hosted.org/packages/x"),
    ("package-lock.json", "https://registry.npm" + "js.org/x"),
    ("Dockerfile", "deb http://deb.debian" + ".org/debian bookworm main"),
    ("hub/a.py", 'HOME = "/' + 'work/main"'),
    ("tests/a.py", "path = '/" + "root/x'"),
    ("hub/a.py", 'open("/' + 'tmp/x")'),
]


@pytest.mark.parametrize(("name", "line"), UNTIDY)
def test_an_untidy_file_is_refused_by_name_and_line(checkout: Path, name: str, line: str) -> None:
    path = checkout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n")
    for arguments in (("tidy",), ()):
        result = ci(checkout, *arguments)
        assert result.returncode == 1
        assert f"{name}:" in result.stderr
        assert result.stdout == ""


def test_a_second_lock_is_refused(checkout: Path) -> None:
    checkout.joinpath("uv.lock").touch()
    result = ci(checkout, "tidy")
    assert result.returncode == 1
    assert "uv.lock" in result.stderr


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Makefile.inc", "uv pip compile --no-emit-index-" + "url pyproject.toml"),
        ("tests/a.py", 'open("/' + 'tmp/x")'),
        ("hub/a.py", "Path('/var/lib/hub/work/')  # a network/work/ path"),
    ],
)
def test_what_only_looks_like_it_passes(checkout: Path, name: str, line: str) -> None:
    path = checkout / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n")
    assert ci(checkout, "tidy").returncode == 0


def test_this_checkout_is_tidy() -> None:
    result = subprocess.run([RUN, "tidy"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")

"""What the Dockerfile would build, built without Docker: its own COPY and RUN lines, in a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT.joinpath("deploy", "Dockerfile").read_text()
IGNORED = ROOT.joinpath("deploy", "Dockerfile.dockerignore").read_text().splitlines()
APP = "/app"


def build_lines() -> list[tuple[str, str]]:
    """Instructions of the stage that makes /app, in order."""
    stage = DOCKERFILE.split("\nFROM ")[1]
    joined = stage.replace("\\\n", " ")
    return re.findall(r"^([A-Z]+) (.+)$", joined, re.MULTILINE)


def copied() -> list[tuple[list[str], str]]:
    """Sources and target of each COPY."""
    parts = [rest.split() for instruction, rest in build_lines() if instruction == "COPY"]
    return [(words[:-1], words[-1]) for words in parts]


def test_everything_copied_is_tracked_and_let_through_to_the_build() -> None:
    let_through = {line.removeprefix("!") for line in IGNORED if line.startswith("!")}
    sources = {source for sources, _ in copied() for source in sources}
    assert IGNORED[1] == "*"
    assert sources == let_through
    for source in sources:
        tracked = subprocess.run(
            ["git", "ls-files", "--error-unmatch", source], cwd=ROOT, capture_output=True, check=False
        )
        assert tracked.returncode == 0, source


def test_nothing_of_a_running_node_could_be_copied() -> None:
    for source in (source for sources, _ in copied() for source in sources):
        assert not source.startswith((".", "/"))


def test_the_start_script_is_where_the_image_starts_and_may_be_run() -> None:
    entry = re.findall(r'^ENTRYPOINT \["/app/(.+)"\]$', DOCKERFILE, re.MULTILINE)
    assert entry == ["deploy/node"]
    assert os.access(ROOT / entry[0], os.X_OK)


@pytest.mark.slow
def test_the_build_steps_make_a_node_that_starts(tmp_path: Path) -> None:
    """The lock with hashes is enough: nothing else is installed, and the command answers."""
    app = tmp_path / "app"
    app.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    for instruction, rest in build_lines():
        if instruction == "ENV":
            environment |= dict(pair.split("=", 1) for pair in rest.split())
        elif instruction == "COPY":
            *sources, target = rest.split()
            for source in sources:
                _copy(source, app / target if not target.endswith("/") else app / target / Path(source).name)
        elif instruction == "RUN":
            command = re.sub(r"^python\b", sys.executable, rest).replace(APP, str(app))
            subprocess.run(command, shell=True, cwd=app, env=environment, check=True)
        else:
            assert (instruction, rest) == ("WORKDIR", APP)
    final = {"PATH": f"{app}/.venv/bin:{os.environ['PATH']}", "HUB_HOME": str(tmp_path / "home")}
    answer = subprocess.run(
        ["hub", "--help"], env=final, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "publish" in answer.stdout
    found = subprocess.run(
        [app / ".venv" / "bin" / "python", "-c", "import hub; print(hub.__file__)"],
        env=final, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() == str(app / "hub" / "__init__.py")
    made = subprocess.run(
        ["hub", "init", tmp_path / "home", "--node-id", "northmoor", "--area", "Northmoor", "--url", "http://127.0.0.1:1"],
        env=final, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr


def _copy(source: str, target: Path) -> None:
    """Copy what git tracks, as a clean checkout would have it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        inner = Path(name).relative_to(source)
        place = target if inner == Path() else target / inner
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)

"""The Makefile's help names every target, and the quick tests are there and need no node."""

from __future__ import annotations

import re
import subprocess

from tests.architecture.source import ROOT

MAKEFILE = ROOT.joinpath("Makefile").read_text(encoding="utf-8")


def said(*arguments: str) -> str:
    """What make would run or prints."""
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_help_names_every_target() -> None:
    (phony,) = re.findall(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE)
    named = dict(line.split("\t", 1) for line in said("help").splitlines())
    assert set(named) == set(phony.split())
    assert all(named.values())


def test_the_quick_tests_are_there() -> None:
    (last,) = [line for line in said("-n", "-o", ".venv/.dev", "quick").splitlines() if "pytest" in line]
    paths = re.findall(r"\btests/\S+", last)
    assert len(paths) > 5
    for path in paths:
        file, _, test = path.partition("::")
        assert ROOT.joinpath(file).exists(), path
        assert not test or f"def {test}(" in ROOT.joinpath(file).read_text(), path


def test_a_part_of_the_tests_can_be_named() -> None:
    for target in ("test", "quick"):
        assert (
            said("-n", "-o", ".venv/.dev", target, "T=tests/wire -k laws")
            .rstrip()
            .endswith("tests/wire -k laws")
        )

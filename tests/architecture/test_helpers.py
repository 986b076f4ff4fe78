"""What several test modules use stands in a module of its own: no test imports another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT


def borrowed(source: ast.Module) -> Iterator[str]:
    """The test modules that a module imports, or imports from."""
    for node in ast.walk(source):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        within = (
            f"{'tests' * bool(node.level)}.{node.module or ''}." if isinstance(node, ast.ImportFrom) else "."
        )
        for name in (f"{within}{alias.name}".strip(".") for alias in node.names):
            if name.startswith("tests.") and ".test_" in name:
                yield name


def test_no_module_imports_a_test_module() -> None:
    modules = [path for folder in ("tests", "benchmarks") for path in ROOT.joinpath(folder).rglob("*.py")]
    assert len(modules) > 100
    found = {
        str(path.relative_to(ROOT)): names
        for path in modules
        if (names := list(borrowed(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "from tests.checks.test_answer import grounded",
        "from tests.checks import test_answer",
        "import tests.checks.test_answer",
        "from .test_answer import grounded",
        "from . import test_answer",
    ],
)
def test_the_check_sees_an_import_of_a_test_module(text: str) -> None:
    assert list(borrowed(ast.parse(text)))


def test_the_check_lets_other_imports_be() -> None:
    assert (
        list(borrowed(ast.parse("from hub.wire import test_people\nfrom tests.cli.bulk import tokens"))) == []
    )

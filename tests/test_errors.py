"""What errors say: every literal text of the program keeps the rule of `HubError`."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import hub
from hub.errors import HubError, PeerError

ROOT = Path(hub.__file__).parent
PARTS = ("text", "kept", "do")


def _errors() -> set[str]:
    """The names of the error classes, wherever they are."""
    for module in pkgutil.walk_packages(hub.__path__, "hub."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            import_module(module.name)
    found, names = [HubError], set()
    while found:
        kind = found.pop()
        found += kind.__subclasses__()
        if "text" in inspect.signature(kind).parameters:
            names.add(kind.__name__)
    return names


def _texts() -> Iterator[tuple[str, str]]:
    """Each literal part of an error that is made, with where; what is filled in is "{}"."""
    errors = _errors()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in errors:
                parts = [*node.args[:1], *(word.value for word in node.keywords if word.arg in PARTS)]
                for part in parts:
                    for text in _literal(part):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", text


def _literal(part: ast.expr) -> Iterator[str]:
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        yield part.value
    elif isinstance(part, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in part.values)
    elif isinstance(part, ast.BoolOp):
        for one in part.values:
            yield from _literal(one)


def _keeps_the_rule(text: str) -> bool:
    first = text.split()[0]
    named = text[0].isupper() or text.startswith(("{}", "--")) or "_" in first or "." in first[1:-1]
    return named and text.endswith((".", ".{}", " {}"))


def test_every_error_says_sentences() -> None:
    found = list(_texts())
    assert len(found) > 200, "the walk finds the program's errors"
    assert [(where, text) for where, text in found if text and not _keeps_the_rule(text)] == []


@pytest.mark.parametrize("text", ["no such case.", "No such case", "areas names this node."])
def test_the_rule_sees_what_breaks_it(text: str) -> None:
    assert not _keeps_the_rule(text)


def test_an_error_is_one_line_of_its_parts() -> None:
    error = PeerError("It failed.", kept="The feed.", do="Telephone the area.")
    assert str(error) == "It failed. Kept: The feed. To do: Telephone the area."
    assert str(HubError("It failed.")) == "It failed."

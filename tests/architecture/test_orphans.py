"""What the program knows of must come from the program: no event that nothing writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from hub.audit.events import Action
from tests.architecture.test_modules import MODULES, dotted, tree


def used(source: ast.Module, name: str) -> set[str]:
    """The members of an enumeration that a module names."""
    found = (dotted(node) for node in ast.walk(source) if isinstance(node, ast.Attribute))
    return {text.removeprefix(f"{name}.") for text in found if text.startswith(f"{name}.")}


def elsewhere(defined: type) -> Iterator[ast.Module]:
    """The product's modules but for the one that defines a class."""
    own = Path(*defined.__module__.split(".")).with_suffix(".py")
    assert own in MODULES
    return (tree(module) for module in MODULES if module != own)


def test_every_action_of_the_audit_log_is_written() -> None:
    written = {member for source in elsewhere(Action) for member in used(source, "Action")}
    assert set(Action.__members__) - written == set()


def test_the_walk_sees_what_is_used() -> None:
    source = ast.parse("record(Event(action=Action.peer_added))")
    assert used(source, "Action") == {"peer_added"}

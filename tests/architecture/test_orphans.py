"""What the program knows comes from the program: no fact that nothing supplies, no event that nothing writes.

A rule that rests on a fact nobody can supply never decides anything, however well it is tested.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from hub.audit.events import Action
from hub.consent import Context, HeldRecord, PeerRequest
from tests.architecture.source import MODULES, dotted, tree


def supplied(source: ast.Module, name: str) -> set[str]:
    """The fields that a module gives to the calls of a class."""
    return {
        word.arg
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and dotted(node.func) == name
        for word in node.keywords
        if word.arg
    }


def used(source: ast.Module, name: str) -> set[str]:
    """The members of an enumeration that a module names."""
    found = (dotted(node) for node in ast.walk(source) if isinstance(node, ast.Attribute))
    return {text.removeprefix(f"{name}.") for text in found if text.startswith(f"{name}.")}


def elsewhere(defined: type) -> Iterator[ast.Module]:
    """The product's modules but for the one that defines a class."""
    own = Path(*defined.__module__.split(".")).with_suffix(".py")
    assert own in MODULES
    return (tree(module) for module in MODULES if module != own)


@pytest.mark.parametrize("facts", [HeldRecord, PeerRequest, Context])
def test_every_fact_that_a_decision_rests_on_has_a_producer(facts: type) -> None:
    produced = {field for source in elsewhere(facts) for field in supplied(source, facts.__name__)}
    assert {field.name for field in fields(facts)} - produced == set()


def test_every_action_of_the_audit_log_is_written() -> None:
    written = {member for source in elsewhere(Action) for member in used(source, "Action")}
    assert set(Action.__members__) - written == set()


def test_the_walk_sees_what_is_given_and_used() -> None:
    source = ast.parse("x = Held(kind=1, **more)\nOther(role=2)\nrecord(Event(action=Action.peer_added))")
    assert supplied(source, "Held") == {"kind"}
    assert used(source, "Action") == {"peer_added"}

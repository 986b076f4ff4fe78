"""The house as it really is: the import graph of the code, not what a contract says of it."""

from __future__ import annotations

import ast
import statistics
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from tests.architecture.source import MODULES, ROOT, dotted, tree

LAYERS = next(
    one
    for one in tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    if one["id"] == "layers"
)["layers"]
FLOORS = {room.strip(): number for number, layer in enumerate(LAYERS) for room in layer.split("|")}
TABLES = {
    node.name
    for module in MODULES
    if Path("hub/store/tables") in module.parents
    for node in tree(module).body
    if isinstance(node, ast.ClassDef)
}


@cache
def imports() -> dict[str, set[str]]:
    """Which room imports which, by the code itself."""
    graph = grimp.build_graph("hub", cache_dir=None)
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules - {"hub", "hub.__main__"}:
        room = module.split(".")[1]
        for other in graph.find_modules_directly_imported_by(module) - {"hub"}:
            if (there := other.split(".")[1]) != room:
                found[room].add(there)
    return found


def test_every_room_stands_in_a_layer() -> None:
    rooms = {module.parts[1].removesuffix(".py") for module in MODULES} - {"__init__", "__main__"}
    assert rooms == set(FLOORS)


def test_no_import_runs_up_or_across() -> None:
    wrong = [
        f"{room} -> {other}"
        for room, others in imports().items()
        for other in others
        if FLOORS[other] <= FLOORS[room]
    ]
    assert wrong == []


def test_no_rooms_form_a_ring() -> None:
    def reach(room: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        for other in imports()[room] - seen:
            yield other
            yield from reach(other, seen | {other})

    assert imports()["cli"]
    assert [room for room in FLOORS if room in set(reach(room))] == []


@pytest.mark.parametrize("other", ["crypto", "consent", "records", "matching"])
def test_the_store_cannot_read_what_it_keeps(other: str) -> None:
    assert other not in imports()["store"]


def test_no_table_leaves_the_store_under_any_name() -> None:
    """Neither by an assignment, nor as what a public function takes or gives."""
    assert {"CaseRecord", "Peer", "AuditEntry"} < TABLES
    handed_out = []
    for module in MODULES:
        if module.parent != Path("hub/store"):
            continue
        for node in tree(module).body:
            handed_out += [f"{module}: {name}" for name in handed(node) & TABLES]
    assert handed_out == []


def handed(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module hands to whoever imports it."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        value = node.value
        return {value.id} if isinstance(value, ast.Name) else set()
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
        hints = [one.annotation for one in node.args.args + node.args.kwonlyargs] + [node.returns]
        return {name.id for hint in hints if hint for name in ast.walk(hint) if isinstance(name, ast.Name)}
    return set()


def test_what_a_module_hands_out_is_seen() -> None:
    text = "Row = Peer\ndef get(a: int) -> list[Peer] | None: ...\ndef _own(peer: Peer) -> int: ..."
    assert [handed(node) for node in ast.parse(text).body] == [
        {"Peer"},
        {"int", "list", "Peer"},
        set(),
    ]


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function but those of migrations, which are lists of tables."""
    for module in MODULES:
        for node in ast.walk(tree(module)) if "versions" not in module.parts else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield module, node


def test_a_function_is_read_at_a_glance() -> None:
    long = [
        f"{module}: {node.name}" for module, node in functions() if (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_the_usual_module_is_small() -> None:
    sizes = [
        len(ROOT.joinpath(module).read_text(encoding="utf-8").splitlines())
        for module in MODULES
        if module.name != "__init__.py" and "versions" not in module.parts
    ]
    assert statistics.median(sizes) <= 130


def test_a_session_and_its_node_travel_as_one_transaction() -> None:
    pairs = [
        f"{module}: {node.name}"
        for module, node in functions()
        if {"session", "node"} <= {one.arg for one in node.args.args} and node.name != "__init__"
    ]
    assert pairs == []


@pytest.mark.parametrize("word", ["Agreement", "Owed", "Candidate", "Reason", "Answer"])
def test_a_word_is_one_class_at_most(word: str) -> None:
    found = [
        str(module)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef) and node.name == word
    ]
    assert len(found) <= 1


def test_records_are_opened_and_sealed_in_their_own_rooms() -> None:
    rooms = (Path("hub/records"), Path("hub/crypto"), Path("hub/node/prf_keys.py"))  # Those are no records.
    elsewhere = [
        f"{module}:{node.lineno}"
        for module in MODULES
        if not any(module.is_relative_to(room) for room in rooms)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and dotted(node).endswith(("vault.seal", "vault.open"))
    ]
    assert elsewhere == []

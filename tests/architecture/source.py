"""The product's source as the tests of this folder read it: modules, trees, names and imports."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.joinpath("hub").rglob("*.py"))


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(ROOT.joinpath(module).read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """A name or attribute as it is written, a.b.c; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


@cache
def imported(module: Path) -> frozenset[str]:
    """The modules that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def importers(name: str) -> set[str]:
    return {
        str(module)
        for module in MODULES
        if any(one == name or one.startswith(f"{name}.") for one in imported(module))
    }

"""Tests that a page names, in the way of `tests/docs/test_faults.py`. Runs none of them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

from tests.docs.pages import DOCS

TEST: Final = r"`tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+`"


def named_tests(page: str) -> list[str]:
    """Each test that the page names, once."""
    return sorted({one.strip("`") for one in re.findall(TEST, page)})


def defined(name: str) -> bool:
    """Whether there is such a test."""
    file, test = name.split("::")
    return test in _functions(DOCS.parent / file)


@cache
def _functions(file: Path) -> frozenset[str]:
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))

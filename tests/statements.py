"""Tests open thousands of databases in a process: a statement that was compiled for one serves all of its kind.

SQLAlchemy keeps what it compiles with each engine, which is right for a program that opens one, and most of what
opening a node took here. Says nothing about what a statement does: each is still sent to a real database.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_compiled: Final = LRUCache[object, object](1_000)


def compile_once() -> None:
    """From now on, in this process: what was compiled is found again by its dialect, one for each kind."""
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    Engine._compiled_cache = property(lambda _: _compiled, lambda _, __: None)  # type: ignore[assignment]

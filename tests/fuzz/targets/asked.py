"""Whole nodes that are asked over HTTP, renewed after so many requests: what one keeps weighs on none for ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar


class Asks(Protocol):
    """Something that is asked, and ended when it was asked often enough."""

    def end(self) -> None: ...


T = TypeVar("T", bound=Asks)


class Renewed(Generic[T]):
    """What `make` gives, anew after so many `ready`."""

    def __init__(self, make: Callable[[], T], after: int) -> None:
        self._make, self._after = make, after
        self._held: T | None = None
        self._asked = 0

    def ready(self) -> None:
        """Have one that may be asked once more. It is made here, where that counts as no request."""
        if self._held is not None and self._asked >= self._after:
            self._held.end()
            self._held, self._asked = None, 0
        self._held = self._held or self._make()
        self._asked += 1

    @property
    def now(self) -> T:
        """The one that is asked."""
        assert self._held is not None
        return self._held


def said_in(data: bytes) -> dict[str, Any] | None:
    """The request that an input stands for; None of one that stands for none."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None

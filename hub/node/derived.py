"""What follows from values that stay the very same while nothing changes, worked out once.

Such values are what was made of remembered tables (`hub.store.remembered`), and what follows from them here: a page
asks for it many times. Knows nothing of what is worked out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

T = TypeVar("T")
MOST: Final = 2_000


class _Kept(NamedTuple):
    rests_on: tuple[object, ...]
    made: Any


class Derived:
    """What was worked out last, by what it is known by. Safe with threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, of: Hashable, rests_on: tuple[object, ...], make: Callable[[], T]) -> T:
        """What `make` gives, where any of these is not the very value that it was; else what it gave then.

        `of`: what it is known by, with everything else that it depends on.
        """
        with self._lock:
            kept = self._kept.get(of)
            if kept is not None:
                self._kept.move_to_end(of)
        if kept is None or not _same(kept.rests_on, rests_on):
            kept = _Kept(rests_on, make())
            with self._lock:
                self._kept[of] = kept
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        made: T = kept.made
        return made


def _same(ones: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return len(ones) == len(others) and all(one is other for one, other in zip(ones, others, strict=True))

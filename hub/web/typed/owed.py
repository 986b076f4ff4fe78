"""What is owed by somebody with an account, for their pages and their programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from hub.accounts.accounts import Acting
from hub.cases.obligations import ListedObligation, opened, rows_owed
from hub.cases.shown import opener
from hub.node.node import Node
from hub.records.obligations import ObligationRow

AHEAD: Final = dt.timedelta(days=14)
TOGETHER: Final = frozenset({"notify_client", "answer_refusal"})
"""What is done once for a case, however often it arose."""


def owed(node: Node, acting: Acting, until: dt.date, case: bytes | None = None) -> tuple[ObligationRow, ...]:
    """What is due by a day, of cases that they may open, the longest overdue first; what is done once, once.

    `case`: of that case alone, by the digest of its reference.
    """
    found, may_open = rows_owed(node, acting.requester, until), opener(node, acting)
    every = node.derived.get(
        ("owed once", acting, until), (found, may_open), lambda: tuple(_once(found, may_open))
    )
    return every if case is None else tuple(one for one in every if one.case_digest == case)


def _once(found: Iterable[ObligationRow], may_open: Callable[[bytes], bool]) -> Iterator[ObligationRow]:
    once: set[tuple[bytes, str]] = set()
    for one in found:
        key = one.case_digest, one.code
        if key not in once and may_open(one.case_digest):
            yield one
            if one.code in TOGETHER:
                once.add(key)


def read(node: Node, some: Sequence[ObligationRow]) -> list[ListedObligation]:
    """What these are about. How many days it is overdue is counted to today, whatever the day that it is due by."""
    return opened(node, some, node.today())

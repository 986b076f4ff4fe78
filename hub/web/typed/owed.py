"""What is owed by somebody with an account, for their pages and their programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from hub.accounts.accounts import Acting
from hub.cases.obligations import ListedObligation, opened, rows_owed
from hub.cases.shown import shown_among
from hub.node.node import Node
from hub.records.obligations import ObligationRow

AHEAD: Final = dt.timedelta(days=14)
TOGETHER: Final = frozenset({"notify_client", "answer_refusal"})
"""What is done once for a case, however often it arose."""


def owed(node: Node, acting: Acting, until: dt.date, case: bytes | None = None) -> list[ObligationRow]:
    """What is due by a day, of cases that they may open, the longest overdue first; what is done once, once.

    `case`: of that case alone, by the digest of its reference.
    """
    found = [
        one for one in rows_owed(node, acting.requester, until) if case is None or one.case_digest == case
    ]
    shown = shown_among(node, acting, {one.case_digest for one in found})
    once: set[tuple[bytes, str]] = set()
    kept = []
    for one in found:
        key = one.case_digest, one.code
        if one.case_digest in shown and key not in once:
            kept.append(one)
            once |= {key} if one.code in TOGETHER else set()
    return kept


def read(node: Node, some: Sequence[ObligationRow]) -> list[ListedObligation]:
    """What these are about. How many days it is overdue is counted to today, whatever the day that it is due by."""
    return opened(node, some, node.today())

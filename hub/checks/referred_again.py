"""When each case was last referred: by a referral that came for it, not by a correction of one. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import RowMapping

from hub.crypto.vault import Vault
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.papers import PaperKind


class _Came(NamedTuple):
    case_id: int
    at: int


def last_referred(tx: Reading) -> Mapping[int, int]:
    """The time of the newest referral of each case that has one, by the case's number. Raises RowsError."""
    found: dict[int, int] = {}
    for one in tx.every_row("case_paper", _came):
        if one is not None:
            found[one.case_id] = max(one.at, found.get(one.case_id, 0))
    return found


def _came(vault: Vault, values: RowMapping) -> _Came | None:
    if values["kind"] != PaperKind.referral.value:
        return None
    paper = papers.opened(vault, values).paper
    return None if paper.supersedes else _Came(values["case_id"], paper.at)

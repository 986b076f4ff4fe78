"""The cases about which no other area was asked yet: what is still to do before their meeting. Asks nobody."""

from __future__ import annotations

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.shown import CaseLine, asker_of, gists_shown, line_of
from hub.node.node import Node
from hub.records.check import every_asked_case, recorded_checks
from hub.records.gists import Gist


def not_yet_asked(node: Node, acting: Acting) -> list[CaseLine]:
    """Those that they may open, whose meeting is to come or has no day yet, the newest first.

    What somebody is kept from counts neither as a case nor as asked. Raises UsageError, RowsError.
    """
    today, asked = node.today(), _asked(node, acting)
    return [
        line_of(one)
        for one in gists_shown(node, acting)
        if (one.meeting is None or one.meeting >= today) and _digest(node, one) not in asked
    ]


def _digest(node: Node, one: Gist) -> bytes:
    """By what its checks are found: one that is kept apart for somebody is kept under a digest of theirs."""
    return node.case_digest(one.case_ref) if one.apart_for else one.row.ref_digest


def _asked(node: Node, acting: Acting) -> frozenset[bytes]:
    hidden = restrictions_on(node, asker_of(acting))
    with node.read() as tx:
        if not hidden.any:
            return frozenset(one.case_digest for one in every_asked_case(tx) if not one.nobody)
        theirs = (kept for _, kept in recorded_checks(tx) if not hidden.hide(kept))
        return frozenset(node.case_digest(one.request.case_ref) for one in theirs)

"""The cases about which no other area was asked yet: what is still to do before their meeting. Asks nobody.

One that was referred again since it was asked about counts as not yet asked.
"""

from __future__ import annotations

from itertools import islice

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.shown import CaseLine, asker_of, gists_shown, line_of
from hub.checks.referred_again import last_referred
from hub.node.node import Node
from hub.records.gists import Gist, every_check


def not_yet_asked(node: Node, acting: Acting, most: int) -> list[CaseLine]:
    """The newest of those that they may open, whose meeting is to come or has no day yet.

    What somebody is kept from counts neither as a case nor as asked. Raises UsageError, RowsError.
    """
    asked, today = _asked(node, acting), node.today()
    with node.read() as tx:
        referred = last_referred(tx)

    def waits(one: Gist) -> bool:
        if one.meeting is not None and one.meeting < today and not one.unlisted:
            return False
        last = asked.get(_digest(node, one))
        return last is None or referred.get(one.row.id or 0, 0) > last

    return list(map(line_of, islice(gists_shown(node, acting, waits), most)))


def _digest(node: Node, one: Gist) -> bytes:
    """By what its checks are found: one that is kept apart for somebody is kept under a digest of theirs."""
    return node.case_digest(one.case_ref) if one.apart_for else one.row.ref_digest


def _asked(node: Node, acting: Acting) -> dict[bytes, int]:
    """When each case was last asked about, by its digest."""
    hidden = restrictions_on(node, asker_of(acting))
    with node.read() as tx:
        every = every_check(tx)

        def asked() -> dict[bytes, int]:
            found: dict[bytes, int] = {}
            for one in every:
                if not hidden.hides_check(tx, one) and (hidden.any or not one.nobody):
                    found[one.case_digest] = max(one.asked_at, found.get(one.case_digest, 0))
            return found

        return node.derived.get(("asked", acting), (every, hidden), asked)

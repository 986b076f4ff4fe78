"""The plans of a case among its papers: its own as they stand, and those that came from other areas.

A plan is a paper, each change of it a new one that supersedes it. What is reviewed for which plan follows from the
places among the papers. Decides nothing, and knows of no other case (`plans`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import RowMapping

from hub.cases.action_plan import ActionPlan
from hub.crypto.vault import Vault
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.papers import KeptPaper, PaperKind
from hub.store.cases import StoredCase


class KeptPlan(NamedTuple):
    """A plan as it was at one time, with its place among the papers of its case."""

    case_id: int
    number: int
    handle: str
    supersedes: str
    plan: ActionPlan
    source: str


class Plans(NamedTuple):
    """The plans of a case: its own as they stand, in the order in which they were begun, and those that came.

    `accepted`: the places among the papers at which its own were accepted, by their handles.
    """

    own: list[KeptPlan]
    came: list[KeptPlan]
    accepted: Mapping[str, int]

    @property
    def last(self) -> KeptPlan | None:
        """The newest of its own."""
        return self.own[-1] if self.own else None

    def last_before(self, newest: KeptPlan | None) -> KeptPlan | None:
        """The one of its own before a plan, or (None) before the next."""
        place = self.own.index(newest) if newest is not None else len(self.own)
        return self.own[place - 1] if place else None

    def came_before(self, newest: KeptPlan | None) -> list[KeptPlan]:
        """What came from elsewhere since the one before, the last of each area; what came later is for the next."""
        last = self.last_before(newest)
        since = self.accepted.get(last.handle, 0) if last else 0
        until = self.accepted.get(newest.handle, _NO_END) if newest else _NO_END
        of_area = dict[str, KeptPlan]()
        for one in self.came:
            kept = of_area.get(one.source)
            drafted = kept is not None and kept.plan.accepted_by and not one.plan.accepted_by
            if since < one.number < until and not drafted:
                of_area[one.source] = one
        return list(of_area.values())


_NO_END: Final = 2**53


def kept_plan(vault: Vault, values: RowMapping) -> KeptPlan | None:
    """The plan of a row of the papers; None of another kind. Raises StorageError."""
    if values["kind"] != PaperKind.plan.value:
        return None
    return _plan_of(values["case_id"], papers.opened(vault, values))


def _plan_of(case_id: int, kept: KeptPaper) -> KeptPlan:
    plan = ActionPlan.model_validate(kept.paper.body)
    return KeptPlan(case_id, kept.number, kept.handle, kept.paper.supersedes, plan, kept.paper.source)


def as_they_stand(every: Iterable[KeptPlan]) -> list[KeptPlan]:
    """The plans of a case without what was changed since, in the order in which they were begun."""
    of = {one.handle: one for one in every}

    def begun(one: KeptPlan) -> int:
        while one.supersedes in of:
            one = of[one.supersedes]
        return one.number

    changed = {one.supersedes for one in of.values()}
    return sorted((one for one in of.values() if one.handle not in changed), key=begun)


def plans_of_case(tx: Reading, row: StoredCase) -> Plans:
    """The plans of a case. Raises RowsError, StorageError."""
    found = [_plan_of(row.id, one) for one in papers.of_case(tx, row, PaperKind.plan)]
    every = [one for one in found if not one.source]
    own = as_they_stand(every)
    return Plans(
        own, [one for one in found if one.source], {one.handle: _accepted(every, one) for one in own}
    )


def _accepted(every: Iterable[KeptPlan], plan: KeptPlan) -> int:
    """The place among the papers at which a plan was accepted; beyond any where it is not."""
    of, accepted = {one.handle: one for one in every}, _NO_END
    now: KeptPlan | None = plan
    while now is not None and now.plan.accepted_by:
        accepted, now = now.number, of.get(now.supersedes)
    return accepted

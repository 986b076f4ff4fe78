"""Earlier checks, shown again: what was asked, of whom, and what each area answered, from what was kept.

For whoever lost a result: to a closed terminal, a full disk, a command that was killed. Nobody is asked anything.
What stands against telling an area is worked out as of today: an old result offers no more than a new one would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hub.cases.access import check_for, context_of, restrictions_on
from hub.checks.check import form_of
from hub.checks.named import named_candidate
from hub.checks.telling import marked
from hub.consent import Telling
from hub.node.node import Node
from hub.records.check import (
    AreaResult,
    Candidate,
    CandidateRef,
    CheckRequest,
    CheckResult,
    RecordedCheck,
    recorded_checks,
    unknown_check,
)
from hub.records.submissions import submissions_about
from hub.values import NodeId, Requester


@dataclass(frozen=True, slots=True)
class EarlierCheck:
    """A check as it was kept. `asked_at` is in seconds since 1970."""

    asked_at: int
    request: CheckRequest
    result: CheckResult

    @property
    def interrupted(self) -> bool:
        """Whether it was permitted, and ended before any area's answer was kept."""
        return self.result.decision.permitted and not self.result.areas


def earlier_checks(
    node: Node,
    asker: Requester | None,
    case_ref: str | None = None,
    reads: Callable[[RecordedCheck], bool] = lambda _: True,
) -> Iterator[EarlierCheck]:
    """Our own checks, the newest first, without those restricted for the asker; those of one case, if named.

    `reads`: which of them whoever asks may read, exclusions apart.

    Raises UsageError when `staff.toml` is broken.
    """
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        for asked_at, kept in recorded_checks(tx):
            if case_ref in (None, kept.request.case_ref) and not hidden.hide(kept) and reads(kept):
                yield EarlierCheck(asked_at, kept.request, kept.result)


def earlier_result(
    node: Node,
    asker: Requester | None,
    check_id: str,
    reads: Callable[[RecordedCheck], bool] = lambda _: True,
) -> CheckResult:
    """A check's result as it was shown, with what stands against telling each area today. Raises as `check_for`.

    `reads`: which checks whoever asks may read, exclusions apart.
    """
    kept = check_for(node, asker, check_id)
    if not reads(kept):
        raise unknown_check()
    telling = telling_today(node, kept)
    with node.read() as tx:
        calls = [(one.area, one.call.on) for one in submissions_about(tx, check_id) if one.call is not None]
    areas = tuple(_rung(marked(one, telling), kept, calls) for one in kept.result.areas)
    return kept.result.model_copy(update={"areas": areas})


def telling_today(node: Node, kept: RecordedCheck) -> Telling:
    """What stands today against telling areas about whom a check was."""
    context = context_of(node, kept.request, tells=True)
    return Telling.of(form_of(kept.request, context), context)


def _rung(
    area: AreaResult, kept: RecordedCheck, calls: Iterable[tuple[NodeId | None, dt.date]]
) -> AreaResult:
    """The area with when it was rung. `calls`: those by which a manager told areas, and their days."""
    rung = kept.rung.get(area.node_id, ())
    when = tuple(dt.datetime.fromtimestamp(one.at, dt.UTC) for one in rung)
    told = tuple(sorted(on for called, on in calls if called == area.node_id))
    return area.model_copy(update={"rung_at": when, "told_by_telephone": told})


def earlier_candidate(node: Node, asker: Requester | None, target: CandidateRef) -> Candidate:
    """A candidate of an earlier check, with what its area was told and answered so far.

    Raises as `check_for` and `named_candidate`.
    """
    kept = check_for(node, asker, target.check_id)
    return named_candidate(kept.result, target.area, target.handle)

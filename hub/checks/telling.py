"""Which areas of a question are not to be told about whom, as its result shows them.

Pure: what stands against it is `hub.consent.telling`'s. Asks and tells nobody, and gives no number of an area that
is not safe to ring.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.consent import NotTold, Telling
from hub.consent.telling import GRAVE, IN_WORDS
from hub.records.check import AreaResult, Candidate, CheckResult
from hub.values import NodeId


def fled_among(areas: Iterable[str], telling: Telling) -> tuple[str, ...]:
    """The areas, by node id, that somebody in the case fled."""
    return tuple(one for one in areas if NotTold.fled in telling.against(telling.area(one)))


def grave(node_id: NodeId, telling: Telling) -> bool:
    """Whether an area is not to be telephoned either, unless a manager says so."""
    return not set(GRAVE).isdisjoint(telling.against(telling.area(node_id)))


def without_number(area: AreaResult) -> AreaResult:
    """An area as it is shown: without any number where somebody fled it, or it is not safe to talk to."""
    if area.not_told not in GRAVE:
        return area
    found = {"candidates": area.candidates, "set_aside": area.set_aside}
    silent = {name: tuple(map(_nobody_to_ring, some)) for name, some in found.items()}
    return area.model_copy(update={"contact": "", **silent})


def _nobody_to_ring(one: Candidate) -> Candidate:
    answer = one.disclosure.model_copy(update={"ring": ()})
    return one.model_copy(update={"disclosure": answer})


def safe_to_read(result: CheckResult) -> CheckResult:
    """A result as it is shown, each of its areas so."""
    return result.model_copy(update={"areas": tuple(map(without_number, result.areas))})


def marked(result: AreaResult, telling: Telling) -> AreaResult:
    """An area's result, with what stands against telling it, and no advice to telephone where that is not safe."""
    against = telling.against(telling.area(result.node_id))
    gravest = against[0] if against else None
    note = IN_WORDS[gravest] if gravest in GRAVE else result.note
    return result.model_copy(update={"not_told": gravest, "note": note})

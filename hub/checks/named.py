"""The candidate of a check that somebody names, by its area and by the first digits of its handle.

What is unknown is said, with what there is. Decides and sends nothing.
"""

from __future__ import annotations

from hub.errors import NotFoundError
from hub.records.check import SHOWN_DIGITS, AreaResult, AreaStatus, Candidate, CheckResult, is_handle


def named_candidate(
    result: CheckResult, node_id: str, handle: str | None, *, dismissed: bool = False
) -> Candidate:
    """The candidate of that handle in that area; without one, the surest. `dismissed`: also one set aside before.

    Raises NotFoundError, which says whether the area or the handle is unknown, and which there are.
    """
    area = _area(result, node_id)
    there = area.candidates + (area.set_aside if dismissed else ())
    if not there:
        raise _nobody(area)
    found = [one for one in there if is_handle(one.handle, handle)]
    if found and (handle is None or len(found) == 1):
        return found[0]
    raise NotFoundError(
        f"{len(found)} candidates of this check in {area.area} have a handle that begins so."
        if found
        else f"This check has no candidate of that handle in {area.area}.",
        kept="Nothing was sent.",
        do=f"Give the handle, or its first {SHOWN_DIGITS} digits at least. There is: {_handles(found or there)}.",
    )


def _area(result: CheckResult, node_id: str) -> AreaResult:
    area = next((one for one in result.areas if one.node_id == node_id), None)
    if area is None:
        asked = ", ".join(one.node_id for one in result.areas)
        raise NotFoundError(
            "That area is none that this check was put to.",
            kept="Nothing was sent.",
            do=f"Give the node id of one of these: {asked}."
            if asked
            else "Ask with `hub check`: it asked nobody.",
        )
    return area


def _nobody(area: AreaResult) -> NotFoundError:
    if area.status is AreaStatus.answered:
        text = f'This check has no possible match in {area.area}. That does not mean "not known".'
    else:
        text = f"{area.area} did not answer this check."
    return NotFoundError(text, kept="Nothing was sent.", do="See `hub checks show`.")


def _handles(candidates: list[Candidate] | tuple[Candidate, ...]) -> str:
    shown = [one.handle[:SHOWN_DIGITS] for one in candidates]
    alike = len(set(shown)) < len(shown)
    return ", ".join([one.handle for one in candidates] if alike else shown)

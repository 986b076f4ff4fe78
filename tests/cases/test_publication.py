"""Publications reviewed: each has a clock of its own, and is decided again."""

from __future__ import annotations

from typing import Any

from hub.cases.close import close
from hub.cases.obligations import ListedObligation, list_obligations
from hub.consent.evidence import Closing
from hub.node.node import Node
from hub.store import cases
from tests.cases.casework import DAY, FIRST, who
from tests.federation.nodes import (
    REVIEW,
    Areas,
    case,
    cases_of,
    hold,
)


def published(node: Node, **how: Any) -> list[ListedObligation]:
    every = how or {"every": True}
    return [one for one in list_obligations(node, who(), FIRST, **every) if one.purpose == "publish"]


def test_every_publication_has_a_clock_of_its_own_that_a_new_version_starts_anew(stored_areas: Areas) -> None:
    northmoor = stored_areas["northmoor"]
    first = [one for one in published(northmoor) if one.code == "review"]
    assert sorted(one.case_ref for one in first) == ["northmoor-0", "northmoor-1", "northmoor-2"]
    assert {one.due for one in first} == {REVIEW}
    kept = {one.number for one in published(northmoor) if one.code == "notify_client"}

    stored_areas.clock.advance(DAY)
    hold(northmoor, case("northmoor-0", cases_of("northmoor")[0], criteria=("another",)))
    after = published(northmoor)
    renewed = {one.number for one in after if one.code == "review"}
    assert len(renewed) == 3
    assert len(renewed & {one.number for one in first}) == 2
    assert {one.number for one in after if one.code == "notify_client"} == kept

    hold(northmoor, case("northmoor-0", cases_of("northmoor")[0], sealed=True))
    reviews = [one.case_ref for one in published(northmoor) if one.code == "review"]
    assert sorted(reviews) == ["northmoor-1", "northmoor-2"]


def test_a_publication_reviewed_is_decided_again_or_ends(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    clock = next(one for one in published(northmoor) if (one.case_ref, one.code) == ("northmoor-0", "review"))
    day = REVIEW
    areas.clock.advance((day - FIRST).days * DAY)
    on = [one for one in list_obligations(northmoor, who(), day) if one.code == "review"]
    assert clock.number in {one.number for one in on}

    evidence = Closing(by=who(), on=day, text="The agreement was reviewed and stands.")
    assert close(northmoor, [clock.number], evidence).not_published == 0
    (fresh,) = [one for one in published(northmoor) if (one.case_ref, one.code) == ("northmoor-0", "review")]
    assert fresh.number != clock.number
    assert fresh.due is not None
    assert fresh.due >= day

    areas.clock.advance(DAY)  # Now the agreement is past its review: nothing covers the other publications.
    rest = [
        one.number
        for one in list_obligations(northmoor, who(), day)
        if one.code == "review" and one.due == day
    ]
    rest = [number for number in rest if number != fresh.number]
    evidence = Closing(by=who(), on=day, text="Nobody renewed the agreement.")
    assert close(northmoor, rest, evidence).not_published == len(rest) == 2
    with northmoor.read() as tx:
        assert cases.counts(tx.session)["may_publish"] == 1

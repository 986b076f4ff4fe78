"""The earlier plan and minutes are asked for after a hit, and arrive on the case that asked, by real nodes."""

from __future__ import annotations

from hub.cases.changes import find_case
from hub.cases.plans import begin, plan_of
from hub.checks.papers.answer import open_papers
from hub.records import papers
from hub.records.papers import PaperKind
from tests.checks.papers import (
    ASKER,
    ASKS,
    HOLDS,
    OURS,
    PRIYA,
    answered,
    ask,
    at,
    known_there,
    paper,
    put,
    the_plan,
    worker,
)
from tests.federation.nodes import Areas


def test_the_earlier_plan_and_minutes_arrive_on_the_case_that_asked(areas: Areas) -> None:
    result = known_there(areas)
    plan = the_plan(areas)
    minutes, kept = put(
        areas,
        paper(areas[HOLDS], PaperKind.minutes),
        paper(areas[HOLDS], PaperKind.minutes, "ask", supplier="Eastvale Hospital"),
    )
    made = ask(areas, result)
    assert made.request
    number = made.request.id
    assert at(areas, HOLDS, number).state == "asked"
    opened = open_papers(areas[HOLDS], number, PRIYA)
    assert [one.held_by for one in opened.papers] == ["", "", "Eastvale Hospital"]
    worker(areas, HOLDS)
    assert at(areas, ASKS, number).opened_at
    assert answered(areas, number, items=[plan, minutes, kept]) == ""
    assert [at(areas, area, number).state for area in (ASKS, HOLDS)] == ["released", "released"]
    with areas[ASKS].read() as tx:
        held = find_case(tx, OURS)
        assert held
        came = papers.of_case(tx, held.row)
    assert [(one.paper.kind, one.paper.supplier, one.paper.source) for one in came] == [
        ("plan", "Police", HOLDS),
        ("minutes", "Police", HOLDS),
    ]
    assert [one.held_by for one in at(areas, ASKS, number).items] == ["", "", "Eastvale Hospital"]
    begin(areas[ASKS], held, ASKER)
    ours = plan_of(areas[ASKS], held, ASKER)
    assert ours is not None
    assert "not_reviewed" in {one.code for one in ours.lacks}

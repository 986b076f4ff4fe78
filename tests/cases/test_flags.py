"""Flags for twelve months from the meeting: S001-R11, S003-R198, S000-R4, H13."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.cases.flags import (
    Extension,
    Flag,
    FlagPaper,
    end_flags,
    extend,
    flag_of,
    flag_until,
    flags,
    seen_again,
    tell,
)
from hub.cases.repeat_decisions import Looker
from hub.cases.staff import STAFF_FILE
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.records import papers
from hub.records.papers import PaperKind
from hub.values import Kind, Role
from tests.cases.casework import DAY
from tests.cases.hidden import held
from tests.federation.nodes import IMPORTER, Areas, case, hold, stranger

HER = stranger(231)
HIM = stranger(232).model_copy(update={"role": Role.perpetrator})
WHO = Looker(IMPORTER)


@pytest.fixture
def node(areas: Areas) -> Node:
    node = areas["eastvale"]
    met = node.today() - dt.timedelta(days=300)
    hold(node, case("FLAGGED", (HER, HIM), referral_date=met - dt.timedelta(days=20), meeting_date=met))
    return node


def flag(node: Node, ref: str = "FLAGGED") -> Flag | None:
    return flag_of(node, WHO, held(node, ref).row.handle.hex())


def standing(node: Node) -> Flag:
    found = flag(node)
    assert found is not None
    return found


def longer(node: Node, **changes: object) -> Extension:
    said = {
        "until": standing(node).until + dt.timedelta(days=400),
        "reason": "child_protection",
        "because": "The children are under a plan.",
        "authority": "The safeguarding lead",
    }
    return Extension.model_validate(said | changes)


def test_s003_r198_a_flag_runs_for_twelve_months_from_the_meeting_and_not_from_the_referral() -> None:
    assert flag_until(dt.date(2026, 2, 19), FlagPaper()) == dt.date(2027, 2, 19)


def test_s001_r11_whoever_was_heard_is_flagged_and_nobody_else(node: Node) -> None:
    today = node.today()
    to_come, long_ago = today + dt.timedelta(days=3), today - dt.timedelta(days=380)
    hold(
        node,
        case("TO-COME", (HER,), meeting_date=to_come),
        case("LONG-AGO", (HER,), meeting_date=long_ago),
        case("UNHEARD", (HER,), meeting_date=None),
    )
    hold(node, case("CLIENT", (HER,), kind=Kind.idva, idva_service="Haven"))
    refs = {one.case_ref for one in flags(node, WHO)}
    assert "FLAGGED" in refs
    assert not refs & {"TO-COME", "LONG-AGO", "UNHEARD", "CLIENT"}


def test_each_agency_is_told_by_a_person_with_the_end_and_anew_where_that_changes(node: Node) -> None:
    one = standing(node)
    assert one.to_tell(["Police", "Housing"]) == ["Police", "Housing"]
    assert tell(node, WHO, "police", {one.case}) == 1
    assert tell(node, WHO, "Police", {one.case}) == 0
    assert standing(node).to_tell(["Police", "Housing"]) == ["Housing"]
    extend(node, WHO, one.case, longer(node))
    assert standing(node).to_tell(["Police"]) == ["Police"]
    with pytest.raises(InputError):
        tell(node, WHO, " ", {one.case})


def test_s003_r198_a_flag_stands_for_longer_by_authority_alone(node: Node) -> None:
    case_handle = standing(node).case
    for changes in ({"authority": ""}, {"because": " "}, {"until": standing(node).until}):
        with pytest.raises(InputError):
            extend(node, WHO, case_handle, longer(node, **changes))
    said = longer(node)
    extend(node, WHO, case_handle, said)
    kept = standing(node)
    assert kept.until == said.until
    assert kept.kept.extension == said.model_copy(update={"by": IMPORTER.name, "on": node.today()})
    with pytest.raises(NotFoundError):
        extend(node, WHO, "ab" * 16, said)


def test_a_flag_ends_at_its_time_and_the_case_its_papers_and_the_log_stay(node: Node, areas: Areas) -> None:
    tell(node, WHO, "Police", {standing(node).case})
    assert end_flags(node) == 0
    before = node.today()
    areas.clock.advance(70 * DAY)
    assert flag(node) is None
    assert end_flags(node) == 1
    assert end_flags(node) == 0
    row = held(node, "FLAGGED").row
    with node.read() as tx:
        kept = papers.of_case(tx, row, PaperKind.flag)
    assert [one.paper.body.get("ended") for one in kept] == [None, node.today().isoformat()]
    assert kept[0].paper.body["told"][0]["on"] == before.isoformat()
    assert row.may_publish == held(node, "FLAGGED").row.may_publish  # Publication has its own clock.


def test_s000_r4_somebody_flagged_who_is_seen_again_is_put_before_the_coordinator(node: Node) -> None:
    who = IMPORTER.model_copy(update={"name": "Rey Penrose", "agency": "Housing"})
    seen_again(node, who, HER, "She asked for new locks.")
    seen_again(node, who, HER, "She asked for new locks.")
    (seen,) = standing(node).kept.seen
    assert (seen.agency, seen.by, seen.words) == ("Housing", "Rey Penrose", "She asked for new locks.")
    seen_again(node, who, stranger(239), "Somebody else.")
    assert len(standing(node).kept.seen) == 1
    with pytest.raises(InputError):
        seen_again(node, who, HER, " ")


def test_a_flag_of_a_case_that_somebody_may_not_open_is_not_there(node: Node) -> None:
    handle = standing(node).case
    (node.home / STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "FLAGGED"\nperson = "K. Kept"\n', encoding="utf-8"
    )
    kept = Looker(IMPORTER.model_copy(update={"name": "K. Kept"}))
    assert flag_of(node, kept, handle) is None
    assert tell(node, kept, "Police", {handle}) == 0
    assert standing(node).kept == FlagPaper()

"""The earlier plan and minutes are asked for while things go wrong: down, late, twice, lied about, kept out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.cases.access import restrictions_on
from hub.cases.attachments import checked
from hub.cases.changes import find_case
from hub.cases.flight import keep_answer
from hub.cases.may_follow import ask_supplier, may_go, supplier_answered
from hub.cases.obligations import list_obligations
from hub.cases.plans import begin, plan_of
from hub.checks.papers import deliver
from hub.checks.papers.answer import answer_papers, open_papers
from hub.checks.papers.ask import ask_papers, withdraw_papers
from hub.checks.papers.expire import expire
from hub.checks.papers.listing import papers_requests_for
from hub.errors import ConflictError, InputError, NotFoundError
from hub.records import papers
from hub.records.papers import KeptPaper, PaperKind
from hub.records.papers_requests import (
    PapersStep,
    every_papers_request,
    keep_papers_request,
    keep_released,
    packed,
    papers_request_of,
)
from hub.values import RequesterRole
from hub.wire.papers import PAPERS_PATH, PapersKind, PapersReleased, PapersState
from hub.wire.transfers import PackedItem, Permitted
from tests.checks import pending
from tests.checks.papers import (
    ASKER,
    ASKS,
    HOLDS,
    OURS,
    PRIYA,
    REF,
    answered,
    ask,
    at,
    decides,
    delivered,
    known_there,
    paper,
    put,
    wants,
    worker,
)
from tests.federation.nodes import Areas
from tests.transfers.nothing_back import everything, listening


def test_nothing_that_was_typed_reaches_the_area_that_is_asked(areas: Areas, tmp_path: Path) -> None:
    """The form's own words, and why they are not wanted any more; what must be searched is found as the control."""
    necessity = "She is at Ash House refuge now."
    result = known_there(areas, asks={"necessity": necessity})
    with listening(areas[HOLDS], areas.network.hosts) as at_old:
        made = ask(areas, result)
        assert made.request
        delivery = withdraw_papers(areas[ASKS], made.request.id, ASKER, "She lives at 9 High Row.")
        assert delivered(areas, ASKS, delivery) == ""
        worker(areas, ASKS)
    old = everything(areas[HOLDS], tmp_path / "old", at_old)
    new = everything(areas[ASKS], tmp_path / "new")
    assert {one.where for one in old.search(made.request.id)} >= {"heard", "papers_request.sealed"}
    assert new.search("Ash House")
    assert new.search("High Row")
    assert old.search("Ash House", "High Row") == []


def test_a_request_about_whom_it_must_learn_nothing_waits_as_any_and_a_manager_looks(areas: Areas) -> None:
    result = known_there(areas)
    keep_answer(areas[HOLDS], restrictions_on(areas[HOLDS], PRIYA), REF, (ASKS,), "operator")
    minutes = put(areas, paper(areas[HOLDS], PaperKind.minutes))
    made = ask(areas, result)
    assert made.request
    number = made.request.id
    assert [at(areas, area, number).state for area in (ASKS, HOLDS)] == ["asked", "asked"]
    assert not open_papers(areas[HOLDS], number, PRIYA).may_release
    with pytest.raises(ConflictError, match="Nothing may go"):
        answered(areas, number, items=minutes)
    manager = PRIYA.model_copy(update={"role": RequesterRole.manager})
    owed = list_obligations(areas[HOLDS], manager, areas[HOLDS].today(), every=True)
    assert any("asks for papers of a case of which" in one.text for one in owed)
    assert answered(areas, number, answer="withhold") == ""
    assert at(areas, ASKS, number).state == "withheld"


def test_papers_are_not_asked_of_an_area_that_she_fled(areas: Areas) -> None:
    result = known_there(areas)
    keep_answer(areas[ASKS], restrictions_on(areas[ASKS], ASKER), OURS, (HOLDS,), "operator")
    made = ask_papers(areas[ASKS], wants(areas, result), ASKER)
    assert made.request is None
    assert "ask" in " ".join(one.text for one in made.decision.reasons)
    assert not any(path == PAPERS_PATH for _, path in areas.network.asked)


def test_papers_are_asked_for_only_where_the_area_said_that_it_knows_her(areas: Areas) -> None:
    result = pending.asked(areas)
    with pytest.raises(ConflictError, match="has not answered"):
        ask_papers(areas[ASKS], wants(areas, result), ASKER)


def test_an_area_is_not_believed_that_it_was_answered(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for papers of somebody of whom it was answered nothing: it reads that no such request is known."""
    known = known_there(areas)
    made = ask_papers(areas[ASKS], wants(areas, known), ASKER)
    assert made.request
    with areas[ASKS].write() as tx:
        lying = made.request.model_copy(update={"handle": "ab" * 16})
        keep_papers_request(tx, lying)
    monkeypatch.setattr(deliver, "_lapsed", lambda *_: "")
    assert "not found" in delivered(areas, ASKS, made.delivery)
    with areas[HOLDS].read() as tx:
        assert every_papers_request(tx) == []


def test_answered_twice_is_answered_once(areas: Areas) -> None:
    number = asked_for(areas)
    assert answered(areas, number, answer="not_same") == ""
    assert at(areas, ASKS, number).state == "not_same"
    with pytest.raises(ConflictError, match="not the same person"):
        answered(areas, number, answer="withhold")


def test_what_was_withdrawn_is_released_no_more(areas: Areas) -> None:
    number = asked_for(areas)
    assert delivered(areas, ASKS, withdraw_papers(areas[ASKS], number, ASKER)) == ""
    assert [at(areas, area, number).state for area in (ASKS, HOLDS)] == ["withdrawn", "withdrawn"]
    with pytest.raises(ConflictError, match="does not want"):
        answered(areas, number, items=put(areas, paper(areas[HOLDS], PaperKind.minutes)))


def test_a_withdrawal_that_crosses_the_papers_changes_nothing(areas: Areas) -> None:
    number = asked_for(areas)
    minutes = put(areas, paper(areas[HOLDS], PaperKind.minutes))
    delivery = answer_papers(areas[HOLDS], number, decides(areas, items=minutes), PRIYA)
    assert delivered(areas, ASKS, withdraw_papers(areas[ASKS], number, ASKER)) == ""
    assert at(areas, ASKS, number).state == "asked"
    assert delivered(areas, HOLDS, delivery) == ""
    assert [at(areas, area, number).state for area in (ASKS, HOLDS)] == ["released", "released"]


@pytest.mark.parametrize("answer", ["release", "withhold"])
def test_an_answer_to_an_area_that_is_down_arrives_when_it_is_back(areas: Areas, answer: str) -> None:
    number = asked_for(areas)
    minutes = put(areas, paper(areas[HOLDS], PaperKind.minutes))
    gone = areas.network.hosts.pop(ASKS)
    assert answered(areas, number, answer=answer, items=minutes if answer == "release" else ())
    assert not at(areas, HOLDS, number).told
    assert at(areas, ASKS, number).open
    areas.network.hosts[ASKS] = gone
    areas.clock.advance(3_600)
    worker(areas, HOLDS)
    assert at(areas, HOLDS, number).told
    assert at(areas, ASKS, number).state == at(areas, HOLDS, number).state


def test_other_papers_under_the_same_request_are_refused(areas: Areas) -> None:
    number = asked_for(areas)
    assert answered(areas, number, items=put(areas, paper(areas[HOLDS], PaperKind.minutes))) == ""
    one = at(areas, HOLDS, number)
    assert one.permission
    item = PackedItem(kind="minutes", supplier="Police", body={"text": "Other."})
    data, digest = packed(PapersReleased(items=(item,), permission=one.permission))
    with areas[HOLDS].write() as tx:
        changed = one.model_copy(update={"digest": digest, "told": False})
        keep_papers_request(tx, changed)
        keep_released(tx, number, data)
        again = deliver.put(tx, changed, PapersKind.release)
    assert "refused" in delivered(areas, HOLDS, again)
    (came,) = came_to(areas)
    assert came.paper.body == {"text": "Heard."}


def test_a_body_that_is_no_plan_is_kept_as_something_attached(areas: Areas) -> None:
    """A lying peer's plan breaks no page, and is reviewed by nobody."""
    number = asked_for(areas)
    broken = put(areas, paper(areas[HOLDS], PaperKind.minutes))
    with areas[HOLDS].write() as tx:
        released = PapersReleased(
            items=(
                PackedItem(kind="plan", supplier="Police", body={"actions": "none"}),
                PackedItem(kind="flag", supplier="Police", body={"until": "for ever"}),
                PackedItem(kind="chronology", supplier="Police", body={"papers": []}),
            ),
            permission=decides(areas).permission or Permitted(by="C", date=areas[HOLDS].today()),
        )
        data, digest = packed(released)
        one = papers_request_of(tx, number)
        assert one
        step = PapersStep(state=PapersState.released, by="P. Shah", at=tx.now)
        kept = one.took(step, digest=digest, told=False)
        keep_papers_request(tx, kept)
        keep_released(tx, number, data)
        delivery = deliver.put(tx, kept, PapersKind.release)
    assert broken
    assert delivered(areas, HOLDS, delivery) == ""
    assert [one.paper.kind for one in came_to(areas)] == ["attachment"] * 3
    with areas[ASKS].read() as tx:
        held = find_case(tx, OURS)
    assert held
    begin(areas[ASKS], held, ASKER)
    ours = plan_of(areas[ASKS], held, ASKER)
    assert ours
    assert ours.earlier is None


def test_more_than_goes_at_once_is_refused_before_anything_is_decided(areas: Areas) -> None:
    number = asked_for(areas, wanted=("attachment",))
    scan = b"%PDF-1.7\n" + bytes(9 * 1024 * 1024)
    handles = put(
        areas,
        *(
            checked(areas[HOLDS], "scan.pdf", scan)
            .paper("P. Shah", areas[HOLDS].now(), "Police")
            ._replace(file=scan)
            for _ in range(2)
        ),
    )
    allowed(areas, *handles)
    with pytest.raises(InputError, match="MB go at once"):
        answered(areas, number, items=handles)
    assert at(areas, HOLDS, number).open


def test_a_supplier_lets_one_paper_go_to_one_area(areas: Areas) -> None:
    number = asked_for(areas)
    theirs, other = put(
        areas,
        paper(areas[HOLDS], PaperKind.minutes, "ask", supplier="Eastvale Hospital"),
        paper(areas[HOLDS], PaperKind.minutes, "no", supplier="Eastvale Hospital"),
    )
    allowed(areas, theirs)
    codes = [one.code for one in list_obligations(areas[HOLDS], PRIYA, areas[HOLDS].today(), every=True)]
    assert "ask_supplier" not in codes
    with pytest.raises(InputError, match="Nobody is asked"):
        allowed(areas, other)
    with areas[HOLDS].read() as tx:
        held = find_case(tx, REF)
        assert held
        assert [one.held_by for one in may_go(tx, held, "southmere")] == ["Eastvale Hospital"] * 2
    assert answered(areas, number, items=[theirs, other]) == ""
    assert [one.held_by for one in at(areas, ASKS, number).items] == ["", "Eastvale Hospital"]


def test_what_nobody_answers_ends_for_both(areas: Areas) -> None:
    number = asked_for(areas)
    areas.clock.advance(12 * 86_400)
    assert [expire(areas[area]) for area in (HOLDS, ASKS)] == [1, 1]
    worker(areas, HOLDS)
    worker(areas, ASKS)
    assert [at(areas, area, number).state for area in (ASKS, HOLDS)] == ["expired", "expired"]
    assert [expire(areas[area]) for area in (HOLDS, ASKS)] == [0, 0]


def test_whoever_is_kept_out_of_her_finds_no_request(areas: Areas) -> None:
    number = asked_for(areas)
    for area, who, ref in ((ASKS, ASKER, OURS), (HOLDS, PRIYA, REF)):
        told = f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{who.name}"\n'
        (areas[area].home / "staff.toml").write_text(told, encoding="utf-8")
        assert papers_requests_for(areas[area], who) == []
    with pytest.raises(NotFoundError, match="no such request"):
        open_papers(areas[HOLDS], number, PRIYA)
    with pytest.raises(NotFoundError, match="no such request"):
        withdraw_papers(areas[ASKS], number, ASKER)
    with pytest.raises(NotFoundError, match="no such request"):
        answered(areas, number, answer="withhold")


def test_a_paper_that_came_is_corrected_nowhere_here(areas: Areas) -> None:
    number = asked_for(areas)
    assert answered(areas, number, items=put(areas, paper(areas[HOLDS], PaperKind.minutes))) == ""
    (came,) = came_to(areas)
    with pytest.raises(ConflictError, match="came from the area eastvale"):
        put(
            areas,
            came.paper.model_copy(update={"supersedes": came.handle, "source": ""}),
            area=ASKS,
            ref=OURS,
        )


def asked_for(areas: Areas, **changes: Any) -> str:
    """A request that waits at Eastvale: its number."""
    made = ask(areas, known_there(areas), **changes)
    assert made.request
    return made.request.id


def came_to(areas: Areas) -> list[KeptPaper]:
    """What came to the case that asked."""
    with areas[ASKS].read() as tx:
        held = find_case(tx, OURS)
        assert held
        return papers.of_case(tx, held.row)


def allowed(areas: Areas, *handles: str) -> None:
    """Their supplier is asked, and lets these go to Northmoor."""
    node = areas[HOLDS]
    with node.read() as tx:
        held = find_case(tx, REF)
    assert held
    for handle in handles:
        said = ask_supplier(node, held, handle, ASKS, PRIYA)
        told = {"answer": "allowed", "by": "D. Nurse", "on": node.today()}
        supplier_answered(node, held, said.model_copy(update=told), PRIYA)

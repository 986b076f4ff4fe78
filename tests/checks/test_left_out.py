"""An area that somebody fled and that is not asked at all: rung by a manager, and told nothing by the hub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.cases.disclosure_log import read_log
from hub.cases.flight import correct_answer
from hub.cases.obligations import list_obligations
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.checks.disclosure import DisclosureAct, found_act, found_telling
from hub.checks.earlier import earlier_result
from hub.checks.sign import not_rung, record_call, sign, to_sign
from hub.checks.submissions import (
    NOTHING_AGAINST,
    about_candidate,
    own_submissions,
    put_telling,
    submission_shown,
    waiting_for_manager,
)
from hub.errors import ConflictError, InputError, NotFoundError
from hub.records.check import AreaStatus, CandidateRef
from hub.records.submissions import Call, SubmissionState
from hub.values import Level
from tests.accounts.people import cheap_passwords
from tests.checks.pending import asked
from tests.checks.signing import NO, WHY, YES, Office, left_out, office, she_fled
from tests.federation.nodes import IMPORTER, Areas, events

S = SubmissionState
NAMED = '[[staff]]\ngiven_names = "Mo"\nsurname = "Ashdown"\nmanager = true\n'


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    with cheap_passwords():
        yield


def put(here: Office) -> str:
    return here.put(level=Level.involvement)


def call_of(here: Office) -> Call:
    today = here.node.today()
    return Call(spoken_to="Jo Lowther", on=today, clock="14:20", said="She knows.", number="01632 960102")


def asked_of_eastvale(here: Office) -> int:
    """How often Eastvale has been asked anything that names a check."""
    network = here.areas.network
    return sum(host == "eastvale" and path.rsplit("/", 1)[-1] != "metadata" for host, path in network.asked)


def left_out_by_the_case(areas: Areas) -> Office:
    """The form left it to the case whether anyone fled, and the case says that she fled Eastvale."""
    asked(areas)
    she_fled(areas)
    return left_out(areas, fled_from=None)


def taken_back(here: Office) -> None:
    """A manager whom the node knows takes it back that she fled."""
    here.node.home.joinpath(STAFF_FILE).write_text(NAMED, encoding="utf-8")
    said = Said(here.acting(here.mo).requester, "It was another woman.")
    correct_answer(here.node, "NM-1", (), said)


def test_it_is_rung_by_a_manager_and_never_told_by_the_hub(stored_areas: Areas) -> None:
    here = left_out(stored_areas)
    before = asked_of_eastvale(here)
    (area,) = earlier_result(here.node, IMPORTER, here.check_id).areas
    assert (area.status, area.candidates, area.told_by_telephone) == (AreaStatus.not_asked, (), ())
    number = put(here)
    assert put(here) == number
    assert [one.number for one in waiting_for_manager(here.node, here.acting(here.mo))] == [number]
    (made,) = events(here.node, "submission_made")
    assert made["refs"] == {"check_id": here.check_id, "peer": "eastvale"}
    done = here.sign(number, answer=YES)
    assert done.decision is not None
    assert done.decision.permitted, done.decision
    assert (done.delivery, done.question) == (None, None)
    assert here.shown(number).state is S.to_ring
    assert to_sign(here.node, here.acting(here.mo), here.shown(number).submission).number == area.contact
    with pytest.raises(ConflictError):
        here.sign(number, here.ned, YES)
    done = record_call(here.node, here.acting(here.mo), here.shown(number), call_of(here))
    assert done.delivery is None
    with pytest.raises(ConflictError):
        record_call(here.node, here.acting(here.ned), here.shown(number), call_of(here))
    assert here.shown(number).state is S.rung
    assert asked_of_eastvale(here) == before
    (rung,) = [one.shared.sharing for one in read_log(here.node, IMPORTER, "NM-1") if one.shared.sharing.told]
    assert (rung.agency, rung.person, rung.response) == ("Eastvale", "Jo Lowther", "She knows.")
    codes = [one.code for one in list_obligations(here.node, IMPORTER, here.node.today(), every=True)]
    assert "review_telling" in codes
    assert "record_recipients" not in codes
    (area,) = earlier_result(here.node, IMPORTER, here.check_id).areas
    assert area.told_by_telephone == (here.node.today(),)
    (called,) = events(here.node, "call_recorded")
    assert called["refs"] == {"check_id": here.check_id, "peer": "eastvale"}


def test_nothing_of_it_is_a_disclosure_that_could_go_over_the_hub(areas: Areas) -> None:
    here = left_out(areas)
    asker = here.acting(here.ash).requester
    act = found_telling(here.node, here.target, Level.involvement, asker)
    assert not isinstance(act, DisclosureAct)
    with pytest.raises(NotFoundError):
        found_act(here.node, here.target, Level.involvement, asker)
    with pytest.raises(NotFoundError):
        here.disclose(level=Level.involvement)
    number = put(here)
    with pytest.raises(InputError, match="over the hub"):
        here.sign(number, answer=YES.model_copy(update={"over_hub": True}))
    assert here.shown(number).state is S.waiting
    with pytest.raises(InputError, match="involvement alone"):
        put_telling(here.node, here.acting(here.ash), here.target, Level.summary, WHY)


def test_a_no_and_a_call_that_was_not_made_tell_nobody(areas: Areas) -> None:
    here = left_out(areas)
    number = put(here)
    here.sign(number, answer=NO)
    assert here.shown(number).state is S.not_told
    again = put(here)
    assert again != number
    here.sign(again, answer=YES)
    not_rung(here.node, here.acting(here.mo), here.shown(again), "Nobody there can be reached alone.")
    assert here.shown(again).state is S.not_told
    assert not any(one.shared.sharing.told for one in read_log(here.node, IMPORTER, "NM-1"))
    assert earlier_result(here.node, IMPORTER, here.check_id).areas[0].told_by_telephone == ()


@pytest.mark.parametrize("how", ["nobody fled it", "another area", "no such check"])
def test_an_area_against_which_nothing_stands_is_not_put_before_anybody(areas: Areas, how: str) -> None:
    """There the ordinary way is open; and an area that the question was not put to is none of its own."""
    here = office(areas)
    target = CandidateRef(here.check_id, "eastvale", "")
    acting = here.acting(here.ash)
    if how == "nobody fled it":
        assert put_telling(here.node, acting, target, Level.involvement, WHY).lacks == (NOTHING_AGAINST,)
    else:
        she_fled(areas)
        other = (
            CandidateRef(here.check_id, "southmere", "")
            if how == "another area"
            else CandidateRef("ab" * 16, "eastvale", "")
        )
        with pytest.raises(NotFoundError):
            put_telling(here.node, acting, other, Level.involvement, WHY)
    assert own_submissions(here.node, acting) == []


def test_what_was_taken_back_meanwhile_is_refused_and_then_asked_as_any_other(areas: Areas) -> None:
    here = left_out_by_the_case(areas)
    number = put(here)
    taken_back(here)
    assert not to_sign(here.node, here.acting(here.mo), here.shown(number).submission).fled
    here.sign(number)
    found = here.shown(number)
    assert found.state is S.refused
    assert found.submission.steps[-1].words == (NOTHING_AGAINST,)
    put_again = put_telling(here.node, here.acting(here.ash), here.target, Level.involvement, WHY)
    assert put_again.lacks == (NOTHING_AGAINST,)
    assert not any(one.shared.sharing.told for one in read_log(here.node, IMPORTER, "NM-1"))


def test_another_area_that_turns_out_to_be_fled_does_not_stand_in_for_it(areas: Areas) -> None:
    """A manager's yes is to the area that it names, on the facts of the signature."""
    here = left_out_by_the_case(areas)
    number = put(here)
    here.node.home.joinpath(STAFF_FILE).write_text(NAMED, encoding="utf-8")
    said = Said(here.acting(here.mo).requester, "It was Southmere.")
    correct_answer(here.node, "NM-1", ("southmere",), said)
    here.sign(number, answer=YES)
    assert here.shown(number).state is S.refused
    with pytest.raises(NotFoundError):
        put_telling(
            here.node,
            here.acting(here.ash),
            CandidateRef(here.check_id, "southmere", ""),
            Level.involvement,
            WHY,
        )


def test_nobody_signs_or_rings_for_their_own_or_one_about_their_own_name(areas: Areas) -> None:
    here = left_out(areas)
    own = here.put(here.mo, level=Level.involvement)
    with pytest.raises(ConflictError, match="another manager"):
        sign(here.node, here.acting(here.mo), here.shown(own), YES)
    here.sign(own, here.ned, YES)
    with pytest.raises(ConflictError, match="another manager"):
        record_call(here.node, here.acting(here.mo), here.shown(own), call_of(here))
    with pytest.raises(ConflictError, match="another manager"):
        not_rung(here.node, here.acting(here.mo), here.shown(own), "Not reached.")
    assert here.shown(own).state is S.to_ring


def test_whoever_is_kept_out_of_the_case_can_neither_put_nor_read_it(areas: Areas) -> None:
    here = left_out(areas)
    number = put(here)
    staff = "".join(
        f'[[exclusion]]\ncase_ref = "NM-1"\nperson = "{name}"\n' for name in ("Ash Underhill", "Mo Ashdown")
    )
    here.node.home.joinpath(STAFF_FILE).write_text(staff, encoding="utf-8")
    for who in (here.ash, here.mo):
        acting = here.acting(who)
        assert submission_shown(here.node, acting, number) is None
        assert about_candidate(here.node, acting, here.target) == []
        with pytest.raises(NotFoundError) as kept_out:
            put_telling(here.node, acting, here.target, Level.involvement, WHY)
        with pytest.raises(NotFoundError) as absent:
            put_telling(here.node, acting, CandidateRef("ab" * 16, "eastvale", ""), Level.involvement, WHY)
        assert str(kept_out.value) == str(absent.value)
    assert waiting_for_manager(here.node, here.acting(here.mo)) == []
    assert [one.number for one in waiting_for_manager(here.node, here.acting(here.ned))] == [number]

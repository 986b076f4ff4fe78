"""What a manager signs about an area that she fled: told by telephone first, or not at all."""

from __future__ import annotations

import pytest

from hub.cases.disclosure_log import read_log
from hub.cases.obligations import list_obligations
from hub.cases.staff import STAFF_FILE
from hub.checks.sign import not_rung, record_call
from hub.errors import ConflictError
from hub.records.submissions import SubmissionState
from hub.values import Level
from tests.checks.signing import NO, YES, call_of, office
from tests.federation.nodes import IMPORTER, Areas

pytestmark = pytest.mark.usefixtures("cheap")


def test_an_area_she_fled_is_told_by_telephone_and_nothing_goes_over_the_hub(areas: Areas) -> None:
    here = office(areas, fled=True)
    number = here.put(level=Level.involvement)
    done = here.sign(number, answer=YES)
    assert done.decision is not None
    assert done.decision.permitted, done.decision
    assert done.delivery is None
    assert here.shown(number).state is SubmissionState.to_ring
    signed = here.shown(number).submission.signed
    assert signed is not None
    assert not here.disclose(signed, Level.involvement).permitted, "that was signed for the telephone"
    record_call(here.node, here.acting(here.mo), here.shown(number), call_of(here))
    with pytest.raises(ConflictError):
        record_call(here.node, here.acting(here.ned), here.shown(number), call_of(here))
    assert here.shown(number).state is SubmissionState.rung
    assert not here.disclose(signed, Level.involvement).permitted
    assert here.told() == 0
    rows = [one.shared.sharing for one in read_log(here.node, IMPORTER, "NM-1")]
    (rung,) = [one for one in rows if one.told]
    assert (rung.person, rung.response) == ("Jo Lowther", "She knows.")
    assert rung.method.startswith("telephone")
    codes = [one.code for one in list_obligations(here.node, IMPORTER, here.node.today(), every=True)]
    assert "review_telling" in codes
    assert "record_recipients" not in codes


def test_whoever_put_it_rings_for_it_no_more_than_they_sign_it(areas: Areas) -> None:
    """What goes over the hub goes once the call was made: by somebody else than who wants it told."""
    here = office(areas, fled=True)
    number = here.put(here.mo, level=Level.involvement)
    here.sign(number, here.ned, YES.model_copy(update={"over_hub": True}))
    mo, shown = here.acting(here.mo), here.shown(number)
    with pytest.raises(ConflictError, match="another manager"):
        record_call(here.node, mo, shown, call_of(here))
    with pytest.raises(ConflictError, match="another manager"):
        not_rung(here.node, mo, shown, "They cannot be reached.")
    assert here.shown(number).state is SubmissionState.to_ring
    assert here.told() == 0
    assert record_call(here.node, here.acting(here.ned), here.shown(number), call_of(here)).delivery


def test_an_area_she_fled_is_told_over_the_hub_where_the_decision_says_so_and_not_before_the_call(
    areas: Areas,
) -> None:
    here = office(areas, fled=True)
    number = here.put(level=Level.involvement)
    assert here.sign(number, answer=YES.model_copy(update={"over_hub": True})).delivery is None
    assert here.told() == 0
    done = record_call(here.node, here.acting(here.mo), here.shown(number), call_of(here))
    here.send(done)
    assert here.told() == 1
    assert here.shown(number).state is SubmissionState.signed


def test_after_the_call_nothing_goes_over_the_hub_that_would_not_be_permitted_now(areas: Areas) -> None:
    here = office(areas, fled=True)
    number = here.put(level=Level.involvement)
    here.sign(number, answer=YES.model_copy(update={"over_hub": True}))
    here.node.home.joinpath(STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "NM-1"\nperson = "Jo Lowther"\n', encoding="utf-8"
    )
    done = record_call(here.node, here.acting(here.mo), here.shown(number), call_of(here))
    assert done.delivery is None
    found = here.shown(number)
    assert found.state is SubmissionState.rung
    assert found.submission.steps[-1].words
    assert here.told() == 0


def test_a_no_tells_nobody_and_a_call_that_was_not_made_is_said(areas: Areas) -> None:
    here = office(areas, fled=True)
    number = here.put(level=Level.involvement)
    assert here.sign(number, answer=NO).delivery is None
    assert here.shown(number).state is SubmissionState.not_told
    again = here.put(level=Level.involvement)
    here.sign(again, answer=YES)
    not_rung(here.node, here.acting(here.mo), here.shown(again), "Nobody there can be reached alone.")
    assert here.shown(again).state is SubmissionState.not_told
    assert here.told() == 0
    assert not any(one.shared.sharing.told for one in read_log(here.node, IMPORTER, "NM-1"))

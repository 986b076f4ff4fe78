"""What a manager signs before anything moves: by their account alone, once, on the facts of that moment."""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from hub.accounts.accounts import disable
from hub.cases.staff import STAFF_FILE
from hub.checks.check import check
from hub.checks.disclose import redeliver
from hub.checks.sign import ask_signed, sign, to_sign
from hub.checks.submissions import (
    own_submissions,
    put_question,
    put_telling,
    send_back,
    submission_shown,
    waiting_for_manager,
    withdraw,
)
from hub.consent.form.form import Signature
from hub.consent.form.vocabulary import SignatureRole
from hub.errors import ConflictError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.accounts import AccountRole
from hub.records.check import CheckRequest, CheckResult, DisclosureStatus, recorded_check
from hub.records.outbox import of_act
from hub.records.submissions import DAY_S, WAITS_DAYS, SubmissionState, submission_of
from hub.values import Level
from tests.accounts.people import user
from tests.checks.signing import CASEWORKER, WHY, YES, Office, office, she_fled
from tests.federation.nodes import Areas, events

S = SubmissionState
pytestmark = pytest.mark.usefixtures("cheap")


def status(here: Office) -> DisclosureStatus:
    with here.node.read() as tx:
        return recorded_check(tx, here.check_id).result.areas[0].candidates[0].disclosure.status


def test_a_summary_waits_for_a_managers_account_and_then_moves_once(stored_areas: Areas) -> None:
    here = office(stored_areas)
    refused = here.disclose()
    assert not refused.permitted
    number = here.put()
    assert here.put() == number
    assert [one.number for one in waiting_for_manager(here.node, here.acting(here.mo))] == [number]
    assert here.told() == 0
    done = here.sign(number)
    assert done.decision is not None
    assert (done.decision.permitted, done.decision.level) == (True, Level.summary)
    with pytest.raises(ConflictError):
        here.sign(number, here.ned)
    here.send(done)
    assert here.told() == 1
    assert status(here) is DisclosureStatus.pending
    (made,) = events(here.node, "submission_made")
    refs = {"check_id": here.check_id, "handle": here.candidate, "peer": "eastvale"}
    assert made["refs"] == refs
    assert made["actor"] == here.node.actor("Ash Underhill")
    (signed,) = events(here.node, "submission_decided")
    assert (signed["actor"], signed["detail"]) == (here.node.actor("Mo Ashdown"), {"kind": "signed"})
    assert here.shown(number).submission.signed is not None
    assert waiting_for_manager(here.node, here.acting(here.mo)) == []
    assert own_submissions(here.node, here.acting(here.ash)) == []


def test_a_managers_name_that_is_typed_signs_nothing(areas: Areas) -> None:
    """Nor one that is typed into another form than the one that was signed, by the very manager who signed it."""
    here = office(areas)
    number = here.put()
    here.send(here.sign(number))
    form = here.shown(number).submission.signed
    assert form is not None
    assert here.disclose(form).permitted
    more = form.model_copy(update={"necessity": "Everything that was tried there, to be sure."})
    decision = here.disclose(more)
    assert (decision.permitted, decision.missing) == (False, ("signatures[manager]",))


def test_typed_before_anybody_signed_it_moves_nothing(areas: Areas) -> None:
    here = office(areas)
    with here.node.read() as tx:
        form = recorded_check(tx, here.check_id).request.sharing_form
    typed = Signature(role=SignatureRole.manager, name="Mo Ashdown", date=here.node.today())
    whole = form.model_copy(update={"level": Level.summary, "signatures": (*form.signatures, typed)})
    decision = here.disclose(whole)
    assert (decision.permitted, decision.missing) == (False, ("signatures[manager]",))
    assert here.told() == 0


def test_nobody_signs_what_they_put_or_asked(areas: Areas) -> None:
    here = office(areas)
    number = here.put(here.mo)
    mo = here.acting(here.mo)
    assert waiting_for_manager(here.node, mo) == []
    assert to_sign(here.node, mo, here.shown(number).submission).own
    shown = here.shown(number)
    with pytest.raises(ConflictError, match="another manager"):
        sign(here.node, mo, shown, None)
    assert here.sign(number, here.ned).delivery is not None


def test_a_signature_that_would_not_be_enough_is_not_asked_for(areas: Areas) -> None:
    here = office(areas, routine=True)
    put = put_telling(here.node, here.acting(here.ash), here.target, Level.summary, WHY)
    assert put.number == ""
    assert any("considerations that were weighed" in text for text in put.lacks)
    assert waiting_for_manager(here.node, here.acting(here.mo)) == []


def test_it_is_decided_on_the_facts_of_the_signature(areas: Areas) -> None:
    here = office(areas)
    number = here.put()
    she_fled(areas)
    done = here.sign(number)
    assert done.delivery is None
    found = here.shown(number)
    assert found.state is S.refused
    assert any("fled" in text for text in found.submission.steps[-1].words)
    assert here.told() == 0


@pytest.mark.parametrize("how", ["signed", "told at once", "rung"])
def test_it_is_decided_on_what_another_wrote_who_was_waited_for(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """An import, say, holds others off for seconds, and says that she fled there or who works there."""
    here = office(areas, fled=how == "rung")
    number = here.put(level=Level.involvement if how == "rung" else Level.summary)
    write = Node.write

    def meanwhile(node: Node) -> AbstractContextManager[Transaction]:
        monkeypatch.undo()
        she_fled(areas)
        staff = f'[[exclusion]]\ncase_ref = "NM-1"\nperson = "{YES.receiver}"\n'
        node.home.joinpath(STAFF_FILE).write_text(staff, encoding="utf-8")
        return write(node)

    if how == "told at once":
        monkeypatch.setattr(Node, "write", meanwhile)
        assert not here.disclose(level=Level.involvement).permitted
    else:
        shown = here.shown(number)
        monkeypatch.setattr(Node, "write", meanwhile)
        done = sign(here.node, here.acting(here.mo), shown, YES if how == "rung" else None)
        assert done.decision is not None
        assert not done.decision.permitted
        assert here.shown(number).state is S.refused
    assert here.told() == 0


def test_whoever_put_it_and_has_no_account_any_more_moves_nothing(areas: Areas) -> None:
    here = office(areas)
    number = here.put()
    with here.node.write() as tx:
        disable(tx, here.ash.account, here.mo.account)
    with pytest.raises(ConflictError, match="no account"):
        here.sign(number)
    assert here.shown(number).state is S.waiting
    assert here.told() == 0


def test_two_managers_at_once_move_it_once(stored_areas: Areas) -> None:
    here = office(stored_areas)
    number = here.put()

    def act(who: object) -> bool:
        try:
            return here.sign(number, who).delivery is not None  # type: ignore[arg-type]
        except ConflictError:
            return False

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(act, (here.mo, here.ned)))
    assert sorted(moved) == [False, True]
    assert len(events(here.node, "disclosure_sent")) == 1


def test_a_worker_delivers_what_was_signed_by_a_process_that_died(areas: Areas) -> None:
    here = office(areas)
    done = here.sign(here.put())
    assert here.told() == 0
    act = f"{here.check_id}/{here.candidate}/summary"

    async def later() -> None:
        with here.node.write() as tx:
            waits = of_act(tx, "disclosure", act)
        assert waits is not None
        async with areas.client("northmoor") as client:
            await redeliver(here.node, client, waits)

    asyncio.run(later())
    assert here.told() == 1
    assert done.delivery is not None


def test_it_is_sent_back_withdrawn_and_lapses(areas: Areas) -> None:
    here = office(areas)
    number = here.put()
    assert send_back(here.node, here.acting(here.mo), number, "Which minutes?")
    (mine,) = own_submissions(here.node, here.acting(here.ash))
    assert (mine.state, mine.submission.steps[-1].words) == (S.sent_back, ("Which minutes?",))
    with pytest.raises(ConflictError):
        here.sign(number)
    again = here.put()
    assert again != number
    assert [one.number for one in own_submissions(here.node, here.acting(here.ash))] == [again]
    with pytest.raises(NotFoundError):
        withdraw(here.node, here.acting(here.mo), again)
    withdraw(here.node, here.acting(here.ash), again)
    withdraw(here.node, here.acting(here.ash), again)
    assert not send_back(here.node, here.acting(here.mo), again, "Too late.")
    third = here.put()
    areas.clock.advance(WAITS_DAYS * DAY_S)
    with pytest.raises(ConflictError):
        here.sign(third)
    (mine,) = own_submissions(here.node, here.acting(here.ash))
    assert mine.state is S.lapsed
    assert here.told() == 0


def test_nobody_receives_it_who_may_be_somebody_in_the_case(areas: Areas) -> None:
    here = office(areas, fled=True)
    with here.node.read() as tx:
        her = recorded_check(tx, here.check_id).request.subject
    number = here.put(level=Level.involvement)
    answer = YES.model_copy(update={"receiver": f"{her.given_names[:1]}. {her.surname}"})
    done = here.sign(number, answer=answer)
    assert done.decision is not None
    assert [one.code for one in done.decision.reasons][:1] == ["receiver_not_safe"]
    assert here.shown(number).state is S.refused


def test_a_manager_of_another_body_and_whoever_is_restricted_see_nothing(areas: Areas) -> None:
    here = office(areas)
    number = here.put()
    ida = user(
        here.node,
        "Ina Head",
        AccountRole.manager,
        by=here.ned.account,
        organisation="Haven",
        idva_service=True,
    )
    cory = user(here.node, "Cory Penrose", by=here.mo.account, organisation="Police")
    for who in (ida, cory):
        assert submission_shown(here.node, here.acting(who), number) is None
    assert waiting_for_manager(here.node, here.acting(ida)) == []
    here.node.home.joinpath(STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "NM-1"\nperson = "Mo Ashdown"\n', encoding="utf-8"
    )
    assert waiting_for_manager(here.node, here.acting(here.mo)) == []
    assert submission_shown(here.node, here.acting(here.mo), number) is None
    assert submission_shown(here.node, here.acting(here.ned), number) is not None
    here.node.home.joinpath(STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "NM-1"\nperson = "Ash Underhill"\n', encoding="utf-8"
    )
    assert own_submissions(here.node, here.acting(here.ash)) == []
    assert submission_shown(here.node, here.acting(here.ash), number) is None
    with pytest.raises(NotFoundError), here.node.read() as tx:
        submission_of(tx, "ab" * 16)


def test_a_review_date_that_passes_while_it_waits_is_refused_in_words(areas: Areas) -> None:
    soon = {"date": "2026-11-05", "owner": "Marac coordinator"}
    here = office(areas, review=soon, signatures=CASEWORKER)
    number = here.put()
    areas.clock.advance(dt.timedelta(days=10).total_seconds())
    done = here.sign(number)
    assert done.delivery is None
    assert any("review" in text for text in here.shown(number).submission.steps[-1].words)


def test_a_question_that_needs_a_signature_is_asked_once_a_manager_has_signed_it(areas: Areas) -> None:
    here = office(areas)
    with here.node.read() as tx:
        earlier = recorded_check(tx, here.check_id).request
    form = earlier.sharing_form.model_copy(update={"level": Level.summary})
    question = earlier.model_copy(
        update={"level": Level.summary, "sharing_form": form, "requester": here.acting(here.ash).requester}
    )
    check_id = "1c" * 16
    put = put_question(here.node, here.acting(here.ash), question, check_id, WHY)
    assert put == put_question(here.node, here.acting(here.ash), question, check_id, WHY)
    before = len(areas.network.asked)

    def ask() -> CheckResult:
        async def go() -> None:
            async with areas.client("northmoor") as client:
                await ask_signed(here.node, client, here.shown(put.number).submission)

        asyncio.run(go())
        with here.node.read() as tx:
            return recorded_check(tx, check_id).result

    typed = Signature(role=SignatureRole.manager, name="Mo Ashdown", date=here.node.today())
    forged = form.model_copy(update={"signatures": (*form.signatures, typed)})
    assert not check_of(here, question.model_copy(update={"sharing_form": forged}))
    assert len(areas.network.asked) == before
    assert here.sign(put.number).question is not None
    result = ask()
    assert result.decision.permitted
    assert [one.node_id for one in result.areas] == ["eastvale"]
    asked = len(areas.network.asked)
    assert ask() == result
    assert len(areas.network.asked) == asked


def check_of(here: Office, question: CheckRequest) -> bool:
    """Whether a question is permitted that somebody asks straight away."""

    async def go() -> CheckResult:
        async with here.areas.client("northmoor") as client:
            return await check(here.node, client, question)

    return asyncio.run(go()).decision.permitted

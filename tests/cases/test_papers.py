"""Who is named on the paper of a case: the case's own people, those of our question, and nobody of a peer's."""

from __future__ import annotations

import asyncio

from hub.cases.case_file import case_paper
from hub.checks.answer import HolderDecision, record_holder_decision
from hub.checks.check import check as check_as_it_is
from hub.consent import Decider
from hub.records.check import CheckRequest
from hub.values import Requester, RequesterRole, Role
from tests.checks.pending import asked as asked_on_a_ground
from tests.checks.pending import told, waiting
from tests.federation.nodes import Areas, case, cases_of, check, hold, question, stranger

WHO = Requester(name="A. Coordinator", role=RequesterRole.coordinator, agency_kind="police")
HER = stranger(1)
HIM = stranger(2).model_copy(update={"role": Role.perpetrator})
CHILDREN = tuple(stranger(one).model_copy(update={"role": Role.child}) for one in (3, 4))


def ask(areas: Areas, request: CheckRequest) -> None:
    async def once() -> None:
        async with areas.client("northmoor") as client:
            assert (await check(areas["northmoor"], client, request)).decision.permitted

    asyncio.run(once())


def test_the_cases_own_people_are_named_by_their_roles_on_its_publication(stored_areas: Areas) -> None:
    northmoor = stored_areas["northmoor"]
    hold(northmoor, case("NM-1", [HIM, *CHILDREN, HER]))
    paper = case_paper(northmoor, WHO, "NM-1")
    assert paper.victims == (HER,)
    (form,) = paper.forms
    assert {one.ref: form.people[one.ref] for one in form.form.subjects} == {
        "child": CHILDREN,
        "perpetrator": (HIM,),
        "victim": (HER,),
    }


def test_a_question_names_whom_it_asked_about_as_the_case_has_them(areas: Areas) -> None:
    """Asked about under another name that she has, she is named as the case names her."""
    her = HER.model_copy(update={"aliases": (f"{HER.given_names} Otherwise",)})
    hold(areas["northmoor"], case("NM-1", [her, HIM], publish=False))
    asked_as = HER.model_copy(update={"surname": "Otherwise", "date_of_birth": HER.date_of_birth[:4]})
    request = question(asked_as, "eastvale", related=[HIM.model_copy(update={"ref": "p1"})])

    async def go() -> None:
        async with areas.client("northmoor") as client:
            assert (await check_as_it_is(areas["northmoor"], client, request)).decision.permitted

    asyncio.run(go())
    paper = case_paper(areas["northmoor"], WHO, "NM-1")
    assert paper.victims == (her,)
    assert paper.forms[0].people == {"subject": (her,), "p1": (HIM.model_copy(update={"ref": "p1"}),)}


def test_a_subject_of_another_role_than_the_person_asked_about_is_nobody(areas: Areas) -> None:
    """A wrong name is worse than none."""
    ask(areas, question(HIM, "eastvale", related=[HER]))
    (form,) = case_paper(areas["northmoor"], WHO, "NM-1").forms
    assert form.form.subjects[0].role is Role.victim
    assert form.people == {}


def test_a_form_about_several_names_those_alone_whose_refs_the_question_has(areas: Areas) -> None:
    known = cases_of("eastvale")[0][0].model_copy(update={"ref": "two"})
    request = question(known, "eastvale")
    (one,) = request.sharing_form.subjects
    subjects = tuple(one.model_copy(update={"ref": ref}) for ref in ("one", "two"))
    form = request.sharing_form.model_copy(update={"subjects": subjects})
    ask(areas, request.model_copy(update={"sharing_form": form}))
    (filed,) = case_paper(areas["northmoor"], WHO, "NM-1").forms
    assert filed.people == {"two": (known,)}


def test_at_a_holder_the_victim_is_its_own_cases_and_the_peers_people_are_not_named(areas: Areas) -> None:
    result = asked_on_a_ground(areas)
    told(areas, result)
    record_holder_decision(
        areas["eastvale"], waiting(areas), HolderDecision(Decider.coordinator, release=True)
    )
    paper = case_paper(areas["eastvale"], WHO, "ev-pending")
    assert paper.victims == (HER,)
    assert [bool(form.people) for form in paper.forms] == [True, False], (
        "our publication, the peer's question"
    )

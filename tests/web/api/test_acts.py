"""What programs do: enter a case once, ask about it, read what came; and what is kept from them is not there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hub.accounts.accounts import Acting, acting_as
from hub.cases.flight import correct_answer
from hub.cases.plans import accept, plan_of
from hub.cases.seals import Said
from hub.cases.shown import case_shown
from hub.cases.staff import STAFF_FILE
from hub.records.accounts import AccountRole
from hub.records.check import AreaResult, AreaStatus, Candidate, DisclosureResult, DisclosureStatus
from hub.sample.referral import sample_referral
from hub.values import Band
from hub.web.api.acts import safe_to_show
from hub.web.api.addresses import ADDRESSES, ROOT
from hub.web.api.openapi import models_of
from tests.federation.nodes import IMPORTER
from tests.web.api.conftest import Programs, problem
from tests.web.api.sent import entered, question, stub

SENT = {(one.method, one.path): one.sent for one in ADDRESSES}


def acting_of(programs: Programs) -> Acting:
    console = programs.console
    with console.node.read() as tx:
        return acting_as(tx, console.users[AccountRole.coordinator].account)


@pytest.fixture(scope="module")
def ash(programs: Programs) -> str:
    return programs.token(AccountRole.coordinator)


def test_a_case_sent_twice_is_entered_once_and_found_by_its_number(programs: Programs, ash: str) -> None:
    sent = stub(fled="areas", fled_areas=["southmere"])
    first, again = (programs.send("POST", "/cases", ash, sent) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.json()["fled_from"] == ["southmere"]
    found = programs.send("POST", "/cases/search", ash, {"number": sent["case_ref"].lower()}).json()
    assert [one["case"] for one in found["cases"]] == [first.json()["case"]]
    shown = programs.send("GET", f"/cases/{first.json()['case']}", ash)
    assert shown.json() == first.json()
    other = sent | {"victim": sent["victim"] | {"surname": "Somebody"}}
    assert problem(programs.send("POST", "/cases", ash, other)) == (409, "conflict")


def test_a_plan_is_added_to_once_and_its_actions_reported_on(programs: Programs, ash: str) -> None:
    case = entered(programs, ash)
    path, sent = f"/cases/{case['case']}/plan", dict(SENT["POST", "/cases/{case}/plan"] or {})
    assert problem(programs.send("GET", path, ash)) == (404, "not_found")
    assert problem(programs.send("POST", path, ash, sent | {"begin": False})) == (404, "not_found")
    first, again = (programs.send("POST", path, ash, sent) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert [one["code"] for one in first.json()["lacks"]] == ["safety_not_said"]
    assert problem(programs.send("POST", path, ash, {"safe": "yes"})) == (422, "invalid_input")
    whole = {"safe": "yes", "safe_by": "The Idva"}
    assert programs.send("POST", path, ash, whole).json()["lacks"] == []
    wrong = {"reviewed": [{"action": "ab" * 8, "outcome": "done", "worked": "yes", "still_needed": "no"}]}
    assert problem(programs.send("POST", path, ash, wrong)) == (422, "invalid_input")
    assert problem(programs.send("POST", f"{path}/acceptance", ash, {})) == (403, "not_allowed")
    node, who = programs.console.node, acting_of(programs)
    held = case_shown(node, who, case["case"])
    assert held is not None
    plan = plan_of(node, held, who.requester)
    assert plan is not None
    accept(node, held, who.requester, plan.handle)
    number = plan.plan.actions[0].id
    rey = programs.token(AccountRole.representative)
    assert number not in programs.send("GET", "/actions", rey).text  # Of another agency.
    for said in ({"outcome": "not_done"}, {"outcome": "impossible", "worked": "no"}, {"outcome": "done"}):
        assert problem(programs.send("POST", f"/actions/{number}", ash, said)) == (422, "invalid_input")
    said = {"outcome": "impossible", "because": "No staff."}
    told = programs.send("POST", f"/actions/{number}", ash, said).json()
    assert [(one["because"], one["worked"]) for one in told["action"]["reports"]] == [
        ("No staff.", "not_known")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"entered_by": "x"},
        {"kind": "idva"},
        {"victim": {"surname": "Grant", "role": "child"}},
        {"sealed": "Quillfeather"},
        {"fled": "none", "fled_areas": ["southmere"]},
        {"contact": "The duty\u202edesk"},
    ],
    ids=["another field", "its kind", "a field within", "no answer", "two answers", "hidden"],
)
def test_what_the_model_does_not_have_is_refused_and_not_repeated(
    programs: Programs, ash: str, changes: dict[str, Any]
) -> None:
    sent = stub(**changes)
    answer = programs.send("POST", "/cases", ash, sent)
    assert problem(answer) == (422, "invalid_input")
    assert "Quillfeather" not in answer.text
    assert programs.send("POST", "/cases/search", ash, {"number": sent["case_ref"]}).json()["cases"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"number":"a","number":"b"}', b"{" + b" " * 100_001])
def test_what_is_no_request_is_refused(programs: Programs, ash: str, body: bytes) -> None:
    assert problem(programs.send("POST", "/cases/search", ash, body)) == (422, "invalid_input")


def test_a_question_is_asked_once_in_the_accounts_name_and_its_result_read(
    programs: Programs, ash: str
) -> None:
    case = entered(programs, ash)
    sent = question(case)
    put = programs.send("POST", f"/cases/{case['case']}/questions", ash, sent)
    assert put.status_code == 200
    (check,) = put.json()["checks"]
    assert put.json()["refusals"] == []
    assert programs.send("POST", f"/cases/{case['case']}/questions", ash, sent).json() == put.json()
    (listed,) = programs.send("GET", f"/cases/{case['case']}/checks", ash).json()["checks"]
    account = programs.console.users[AccountRole.coordinator].account
    assert (listed["check_id"], listed["asked_by"]) == (check["check_id"], account.name)
    result = programs.send("GET", f"/checks/{check['check_id']}", ash).json()
    (area,) = result["areas"]
    assert (area["node_id"], area["status"], len(area["candidates"])) == ("northmoor", "answered", 1)
    assert area["candidates"][0]["disclosure"]["status"] == "not_asked"
    owed = programs.send("GET", "/obligations", ash)
    assert owed.status_code == 200


def test_of_an_area_that_was_fled_no_telephone_is_read(programs: Programs, ash: str) -> None:
    case = entered(
        programs, ash, victim={"given_names": "Nell", "surname": "Longstaffe", "date_of_birth": "1991"}
    )
    sent = question(case, areas=["northmoor", "southmere"])
    (check,) = programs.send("POST", f"/cases/{case['case']}/questions", ash, sent).json()["checks"]

    def telephones() -> dict[str, str]:
        result = programs.send("GET", f"/checks/{check['check_id']}", ash).json()
        return {one["node_id"]: one["contact"] for one in result["areas"]}

    assert all("01632" in one for one in telephones().values())
    correct_answer(
        programs.console.node, case["case_ref"], ("southmere",), Said(IMPORTER, "She told us since.")
    )
    assert telephones()["southmere"] == ""
    assert "01632" in telephones()["northmoor"]


def test_no_number_in_an_areas_own_words_is_read() -> None:
    said = DisclosureResult(
        status=DisclosureStatus.answered, summary="Ring her on 07700 900123 on 4 July 2026."
    )
    one = Candidate(band=Band.strong, whole=True, reasons=(), handle="ab" * 16, disclosure=said)
    area = AreaResult(
        node_id="eastvale",
        area="Eastvale",
        contact="01632 960102",
        status=AreaStatus.answered,
        candidates=(one,),
        set_aside=(one,),
    )
    shown = safe_to_show(area).model_dump_json()
    assert "900123" not in shown
    assert "01632 960102" in shown
    assert shown.count("4 July 2026") == 2


def test_who_asks_is_the_account_and_nothing_typed(programs: Programs, ash: str) -> None:
    case = entered(programs, ash)
    for field in ("requester", "agency", "agency_kind"):
        sent = question(case, **{field: "police"})
        answer = programs.send("POST", f"/cases/{case['case']}/questions", ash, sent)
        assert problem(answer) == (422, "invalid_input")
    assert programs.send("GET", f"/cases/{case['case']}/checks", ash).json() == {"checks": []}


def test_of_an_organisation_that_signed_no_agreement_nobody_is_asked(programs: Programs) -> None:
    """An Idva of Haven, of which no agreement says anything."""
    token = programs.token(AccountRole.idva)
    case = entered(programs, token)
    answer = programs.send("POST", f"/cases/{case['case']}/questions", token, question(case)).json()
    assert answer["checks"] == []
    assert "signed by this account's organisation" in answer["refusals"][0]


def test_what_somebody_is_kept_from_is_what_is_not_there(programs: Programs, ash: str) -> None:
    """The same bytes, at each address; and in no list."""
    ida, mo = programs.token(AccountRole.idva), programs.token(AccountRole.manager)
    theirs, ours = entered(programs, ida), entered(programs, ash)
    sent = question(ours)
    check = programs.send("POST", f"/cases/{ours['case']}/questions", ash, sent).json()["checks"][0][
        "check_id"
    ]
    name = programs.console.users[AccountRole.coordinator].account.name
    staff = programs.console.node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ours["case_ref"]}"\nperson = "{name}"\n', encoding="utf-8")
    nobody = "ab" * 16
    try:
        answers = [
            *(programs.send("GET", f"/cases/{one}", ash) for one in (theirs["case"], ours["case"], nobody)),
            *(programs.send("GET", f"/cases/{one}/checks", ash) for one in (ours["case"], nobody)),
            *(programs.send("GET", f"/checks/{one}", ash) for one in (check, nobody)),
            *(programs.send("POST", f"/cases/{one}/questions", ash, sent) for one in (ours["case"], nobody)),
        ]
        assert {one.status_code for one in answers} == {404}
        assert len({one.content for one in answers}) == 1
        assert len({re.sub("default-src.*", "", str(sorted(one.headers.items()))) for one in answers}) == 1
        for path in ("/cases", "/obligations", "/requests"):
            assert ours["case_ref"] not in programs.send("GET", path, ash).text
        assert programs.send("GET", f"/cases/{ours['case']}", mo).status_code == 200
        assert programs.send("GET", f"/cases/{theirs['case']}", mo).status_code == 404
    finally:
        staff.unlink()


def test_the_description_is_open_and_whole(programs: Programs) -> None:
    answer = programs.send("GET", "/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    listed = {(m.upper(), path) for path, some in document["paths"].items() for m in some}
    assert listed == {(one.method, ROOT + one.path) for one in ADDRESSES}
    refs = set(re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(document)))
    assert all(name in document["components"][kind] for kind, name in refs)


@pytest.mark.parametrize("address", [one for one in ADDRESSES if one.act], ids=lambda one: one.path)
def test_each_example_is_what_the_model_takes(address: Any) -> None:
    for model, example in models_of(address):
        said = json.loads(model.model_validate_json(json.dumps(example)).model_dump_json(exclude_unset=True))
        assert said.keys() == example.keys()


def test_s003_r1_r40_a_referral_that_is_sent_twice_is_kept_once_and_what_it_lacks_is_said(
    programs: Programs, ash: str
) -> None:
    sent = sample_referral() | {"referring_agency": "Eastvale Police"}
    first, again = (programs.send("POST", "/referrals", ash, sent) for _ in range(2))
    assert first.status_code == 201, first.text
    assert (first.json()["added"], again.json()["added"]) == (2, 0)
    assert first.json()["case"] == again.json()["case"]
    assert first.json()["child_referral"] is True
    assert programs.send("GET", f"/cases/{first.json()['case']}", ash).json()["stub"] is False
    lacking = programs.send("POST", "/referrals", ash, sent | {"pj_rationale": ""})
    assert problem(lacking) == (422, "invalid_input")
    theirs = programs.token(AccountRole.representative)
    assert (
        programs.send("POST", "/referrals", theirs, sent | {"referring_agency": "Another"}).status_code == 422
    )

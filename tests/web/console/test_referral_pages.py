"""Referring somebody, the risk checklist and research on the pages of the console, as browsers send them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from httpx2 import Response

from hub.node.node import Node
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase, held_case
from hub.records.papers import KeptPaper, PaperKind
from hub.store import cases
from hub.web.console.cases import REFERRED
from hub.web.console.referrals import BLOCKS
from tests.federation.nodes import Areas
from tests.web.console.offered import filled
from tests.web.console.signed_in import Console

R = AccountRole
FILLED: Mapping[str, str] = {
    "referring_agency": "Eastvale Police",
    "contact_names": "The duty desk",
    "contact_tel_email": "01632 960001",
    "date": "1 November 2026",
    "victim_name.given_names": "Dorothea",
    "victim_name.surname": "Quillfeather",
    "victim_dob": "4/7/1991",
    "victim_address": "1 High Street, Eastvale",
    "victim_tel": "01632 960777",
    "contact_info": "Mornings alone.",
    "diversity": "LGBTQ_plus",
    "gender": "female",
    "perpetrators.0.name.given_names": "Ned",
    "perpetrators.0.name.surname": "Longstaffe",
    "perpetrators.0.relationship_to_victim": "ex-partner",
    "children.0.name.given_names": "Pip",
    "children.0.name.surname": "Quillfeather",
    "children.0.school": "Eastvale Infants",
    "children.0.relationship_to_perpetrator": "stepchild",
    "reason": "It grew worse.",
    "crit_professional_judgement": "yes",
    "crit_marac_repeat": "no",
    "pj_rationale": "Frightened to go home.",
    "victim_aware": "yes",
    "consent_given": "no",
    "afraid_of.0.person": "his brother",
    "not_safe_to_talk_to.0.person": "his sister",
    "not_safe_to_talk_to.0.agency": "Castlebridge Homes",
    "other_marac_before": "yes",
    "other_marac_where_when": "Southmere, 2023",
    "sealed": "no",
    "fled": "none",
}


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    return Console.of(areas["eastvale"])


_TOKENS: dict[AccountRole, str] = {}


def token_of(console: Console, role: AccountRole) -> str:
    """A session of each: one that signs in too often waits."""
    if role not in _TOKENS:
        _TOKENS[role] = console.users[role].signed_in()
    return _TOKENS[role]


def made(done: Response) -> str:
    """The page of the case that was referred; it says once that it was."""
    return done.headers["Location"].removesuffix(f"?{REFERRED}")


def kept(node: Node, address: str) -> tuple[HeldCase, list[KeptPaper]]:
    with node.read() as tx:
        (row,) = cases.of_handles(tx.session, [bytes.fromhex(address.rsplit("/", 1)[-1])])
        every = papers.of_case(tx, row)
        return held_case(tx, row), [one for one in every if one.paper.kind is not PaperKind.repeat]


def test_a_referral_is_typed_block_by_block_in_the_forms_order_and_kept_once(console: Console) -> None:
    token = token_of(console, R.coordinator)
    page = console.send("GET", "/referrals/new", token)
    for number, block in enumerate(BLOCKS, 1):
        assert f"part {number} of {len(BLOCKS)}" in page.text
        assert f'value="{"send" if block == "send" else "next"}.{block}"' in page.text
        if block != "send":
            page = console.send("POST", "/referrals/new", token, {**FILLED, "button": f"next.{block}"})
    hidden = re.findall(r'type="hidden" name="([^"]+)"', page.text)
    assert {*FILLED} - {"sealed", "fled"} <= {*hidden}
    sent = {**FILLED, "button": "send.send"}
    done = console.send("POST", "/referrals/new", token, sent)
    assert done.status_code == 303
    case, (paper,) = kept(console.node, made(done))
    told = paper.paper.body["referral"]
    assert (told["victim_dob"], told["other_marac_where_when"]) == ("1991-07-04", "Southmere, 2023")
    assert told["children"][0]["school"] == "Eastvale Infants"
    assert case.details.not_safe_to_talk_to == ("his sister, Castlebridge Homes",)
    assert case.details.fled_from == ()
    again = console.send("POST", "/referrals/new", token, sent)
    assert again.headers["Location"] == done.headers["Location"]
    assert len(kept(console.node, made(done))[1]) == 1
    shown = console.send("GET", done.headers["Location"], token).text
    assert "01632 960777" not in shown  # S003-R10: nobody has said that it is safe to call.
    (href,) = re.findall(r'href="(/cases/[0-9a-f]{32}/papers/[0-9a-f]{32})"', shown)
    read = console.send("GET", href, token).text
    assert "Eastvale Infants" in read
    assert "01632 960777" not in read
    assert "ex-partner" in read


WRONG = {
    "nothing answered": ({}, 1, "agency"),
    "no criterion": ({"crit_professional_judgement": ""}, 5, "criterion"),
    "no rationale": ({"pj_rationale": ""}, 5, "rationale"),
    "sealed has no default": ({"sealed": ""}, 8, "in hiding"),
    "fled has no default": ({"fled": ""}, 8, "fled an area"),
    "no victim": ({"victim_name.given_names": "", "victim_name.surname": ""}, 2, "name"),
}


@pytest.mark.parametrize(("changes", "part", "says"), WRONG.values(), ids=WRONG)
def test_what_is_missing_is_asked_on_its_own_block_and_nothing_typed_is_lost(
    console: Console, changes: dict[str, str], part: int, says: str
) -> None:
    token = token_of(console, R.coordinator)
    form = {**FILLED, **changes} if changes else {}
    page = console.send("POST", "/referrals/new", token, {**form, "button": "send.send"})
    assert page.status_code == 422
    assert f"part {part} of 8" in page.text
    assert "There is a problem" in page.text
    assert says in page.text
    assert not changes or "Castlebridge Homes" in page.text


def test_s003_r40_a_representative_refers_in_the_name_of_their_own_agency_and_an_idva_of_its_service(
    console: Console,
) -> None:
    for role, agency in ((R.representative, "Eastvale Police"), (R.idva, "Haven")):
        token = token_of(console, role)
        form = {**FILLED, "referring_agency": "Somebody else", "button": "send.send"}
        done = console.send("POST", "/referrals/new", token, form)
        assert done.status_code == 303, re.findall(r"(?s)error-summary.*?</ul>", done.text)
        case, (paper,) = kept(console.node, made(done))
        assert (case.details.referring_agency, paper.paper.supplier) == (agency, agency)
        assert console.send("GET", done.headers["Location"], token).status_code == 200


def test_a_checklist_sent_twice_is_kept_once_and_what_cannot_be_read_is_said(console: Console) -> None:
    token = token_of(console, R.coordinator)
    case = made(console.send("POST", "/referrals/new", token, {**FILLED, "button": "send.send"}))
    page = console.send("GET", f"{case}/dash", token).text
    form = filled(page, {"questions.injury.answer": "yes", "total_yes": "5"})
    for _ in range(2):
        assert console.send("POST", f"{case}/dash", token, form).status_code == 303
    _, every = kept(console.node, case)
    assert [one.paper.kind for one in every] == ["referral", "dash"]
    wrong = console.send("POST", f"{case}/dash", token, {**form, "date_1": "31/2/2026", "total_yes": "x"})
    assert wrong.status_code == 422
    assert "There is a problem" in wrong.text


def test_s003_r84_to_r99_research_is_entered_and_read_by_its_own_agency_alone(console: Console) -> None:
    token = token_of(console, R.coordinator)
    case = made(console.send("POST", "/referrals/new", token, {**FILLED, "button": "send.send"}))
    form = filled(
        console.send("GET", f"{case}/research", token).text,
        {
            "name_agency": "Ash Underhill, police",
            "victim_changes": "Known as Dolly.",
            "not_safe_to_talk_to.0.person": "The landlord",
        },
    )
    assert console.send("POST", f"{case}/research", token, form | {"button": "save"}).status_code == 303
    held, every = kept(console.node, case)
    assert held.details.not_safe_to_talk_to == ("his sister, Castlebridge Homes", "The landlord")
    href = f"{case}/papers/{every[-1].handle}"
    assert "Known as Dolly." in console.send("GET", href, token).text
    theirs = token_of(console, R.representative)  # Of the same agency.
    assert console.send("GET", href, theirs).status_code == 200
    assert console.send("GET", href.replace(every[-1].handle, "ab" * 16), token).status_code == 404


def test_s003_r74_r79_children_are_asked_about_until_what_was_done_for_them_is_recorded(
    console: Console,
) -> None:
    token = token_of(console, R.coordinator)
    form = {**FILLED, "reason": "For the child.", "button": "send.send"}
    case = made(console.send("POST", "/referrals/new", token, form))
    prompt = "no referral to safeguard them is recorded"
    assert prompt in console.send("GET", case, token).text
    for lacking in ({}, {"made": "yes", "date": "1 November 2026"}, {"made": "no"}):
        assert console.send("POST", f"{case}/child-referral", token, lacking).status_code == 422
    assert prompt in console.send("GET", case, token).text
    offer = console.send("GET", f"{case}/child-referral", token).text
    sent = filled(offer, {"made": "yes", "date": "1 November 2026", "to": "Children's services"})
    assert console.send("POST", f"{case}/child-referral", token, sent).status_code == 303
    assert prompt not in console.send("GET", case, token).text
    _, every = kept(console.node, case)
    assert (every[-1].paper.kind, every[-1].paper.body["to"]) == ("child_referral", "Children's services")


def test_s003_r78_a_checklist_is_brought_up_to_date_by_its_own_agency_and_what_was_before_stays(
    console: Console,
) -> None:
    token = token_of(console, R.coordinator)
    form = {**FILLED, "reason": "To be reviewed.", "button": "send.send"}
    case = made(console.send("POST", "/referrals/new", token, form))
    blank = console.send("GET", f"{case}/dash", token).text
    before = filled(blank, {"questions.injury.answer": "no", "name": "First Writer"})
    console.send("POST", f"{case}/dash", token, before)
    first = f"{case}/papers/{kept(console.node, case)[1][-1].handle}"
    page = console.send("GET", f"{first}/correct", token).text
    assert "First Writer" in page
    after = filled(page, {"questions.injury.answer": "yes", "name": "Second Writer"}) | {"button": "save"}
    assert console.send("POST", f"{first}/correct", token, after).status_code == 303
    _, every = kept(console.node, case)
    assert [one.paper.supersedes for one in every[-2:]] == ["", every[-2].handle]
    shown = console.send("GET", f"{case}/papers/{every[-1].handle}", token).text
    assert "Second Writer" in shown
    assert "First Writer" in shown
    assert console.send("GET", f"{first}/correct", token).status_code == 404  # It was corrected already.
    referral = f"{case}/papers/{every[0].handle}/correct"
    assert console.send("GET", referral, token).status_code == 404  # Who people are takes another's word.

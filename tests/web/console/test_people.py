"""Correcting who is on a case on the pages: one who signed in proposes, another approves; also from research."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from hub.records.accounts import AccountRole
from hub.values import Role
from tests.cases.hidden import held
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.signed_in import Console, normal

R = AccountRole
HER = stranger(321)
HIM = stranger(322).model_copy(update={"role": Role.perpetrator})
_TOKENS: dict[AccountRole, str] = {}


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    made = Console.of(areas["eastvale"])
    _TOKENS.update((role, one.signed_in()) for role, one in made.users.items())
    return made


@pytest.fixture
def address(console: Console, request: pytest.FixtureRequest) -> str:
    """A case that the representative's agency referred."""
    ref = f"P-{abs(hash(request.node.name)) % 10**8}"
    hold(console.node, case(ref, (HER, HIM), referring_agency="Eastvale Police"))
    return f"/cases/{held(console.node, ref).row.handle.hex()}"


def fields(page: str) -> dict[str, str]:
    """What a page's text and hidden fields hold, and which radio is chosen."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'{one}="([^"]*)"', tag) for one in ("name", "value"))
        if (
            name
            and value
            and ('type="radio"' not in tag or " checked" in tag)
            and 'type="checkbox"' not in tag
        ):
            found[name[1]] = value[1]
    return found


def propose(console: Console, address: str, role: AccountRole, **changed: str) -> str:
    page = console.send("GET", f"{address}/people", _TOKENS[role]).text
    form = {**fields(page), "because": "She told us.", **changed}
    answer = console.send("POST", f"{address}/people", _TOKENS[role], form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def decide(console: Console, place: str, role: AccountRole, **form: str) -> int:
    return console.send("POST", place, _TOKENS[role], form).status_code


APPROVED: Mapping[str, str] = {"answer": "approve", "no_connection": "yes"}


def test_what_one_proposes_is_shown_side_by_side_and_counts_once_another_approves_it(
    console: Console, address: str
) -> None:
    place = propose(console, address, R.coordinator, **{"people.0.surname": "Oxenholme"})
    shown = console.send("GET", place, _TOKENS[R.manager]).text
    assert HER.surname in shown
    assert "<strong>" in shown
    assert "Oxenholme" not in console.send("GET", address, _TOKENS[R.manager]).text
    for role in (R.manager, R.coordinator):
        assert "Case P-" in console.send("GET", "/corrections", _TOKENS[role]).text
    assert decide(console, place, R.coordinator, **APPROVED) == 409
    assert decide(console, place, R.manager, answer="approve") == 422
    assert decide(console, place, R.manager, **APPROVED) == 303
    assert "Oxenholme" in console.send("GET", address, _TOKENS[R.coordinator]).text
    assert decide(console, place, R.manager, **APPROVED) == 303  # Pressed twice.


def test_a_record_that_the_page_never_gave_is_refused_in_words(console: Console, address: str) -> None:
    page = console.send("GET", f"{address}/people", _TOKENS[R.coordinator]).text
    form = {**fields(page), "because": "She told us.", "people.0.record": "ab" * 13}
    answer = console.send("POST", f"{address}/people", _TOKENS[R.coordinator], form)
    assert answer.status_code in (400, 422)
    assert "There is a problem" in answer.text


def test_a_representative_proposes_and_withdraws_and_decides_nothing_else(
    console: Console, address: str
) -> None:
    place = propose(console, address, R.representative, **{"people.1.leaves": "yes"})
    assert decide(console, place, R.representative, **APPROVED) == 409
    other = propose(console, address, R.coordinator, **{"people.0.given_names": "Maud"})
    assert decide(console, other, R.representative, **APPROVED) == 409
    assert decide(console, other, R.representative, answer="withdraw") == 409
    assert decide(console, place, R.representative, answer="withdraw") == 303


def test_s003_r89_to_r91_research_that_finds_details_wrong_leads_to_a_correction(
    console: Console, address: str
) -> None:
    research = {
        "name_agency": "Rey Penrose, Eastvale Police",
        "victim_details_accurate": "no",
        "victim_changes": "Known here as Dot Oxenholme.",
        "children_details_accurate": "yes",
        "perpetrator_details_accurate": "no",
        "perpetrator_changes": "Born in 1979.",
    }
    token = _TOKENS[R.representative]
    answer = console.send("POST", f"{address}/research", token, research)
    assert answer.headers["location"] == f"{address}/people"
    page = console.send("GET", f"{address}/people", token).text
    assert "Known here as Dot Oxenholme.; Born in 1979." in page
    born = {"people.0.aliases": "Dot Oxenholme", "people.1.date_of_birth": "1979"}
    place = propose(console, address, R.representative, **born)
    assert "Known here as" not in console.send("GET", f"{address}/people", token).text
    assert decide(console, place, R.coordinator, **APPROVED) == 303
    case_ = console.send("GET", address, token).text
    assert "Dot Oxenholme" in case_
    assert "1979" in case_


def test_the_pages_of_somebody_elses_case_are_those_of_none(console: Console, address: str) -> None:
    place = propose(console, address, R.coordinator, **{"people.0.surname": "Oxenholme"})
    nowhere = console.send("GET", "/nowhere", _TOKENS[R.idva])
    for path in (f"{address}/people", place):
        answer = console.send("GET", path, _TOKENS[R.idva])
        assert (answer.status_code, normal(answer.text)) == (404, normal(nowhere.text))
    other = f"{address}/people/{'ab' * 16}"
    assert console.send("GET", other, _TOKENS[R.coordinator]).status_code == 404

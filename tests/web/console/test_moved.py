"""A representative gives notice that a victim has moved: whoever works on the case sees it at once."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import PaperKind
from tests.cases.hidden import held
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.signed_in import Console, normal

R = AccountRole
SAID: Mapping[str, str] = {"area": "northmoor", "stays": "for_good", "heard": "yes", "agenda_sent": "no"}
REF = "M-1"


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    made = Console.of(areas["eastvale"])
    hold(made.node, case(REF, (stranger(331),), referring_agency="Eastvale Police"))
    return made


def test_s000_r7_a_representative_says_that_she_has_moved_and_the_coordinator_sees_it_at_once(
    console: Console,
) -> None:
    rey, ash = (console.users[role].signed_in() for role in (R.representative, R.coordinator))
    address = f"/cases/{held(console.node, REF).row.handle.hex()}/moved"
    page = console.send("GET", address, rey).text
    for name, text in SAID.items():
        assert re.search(rf'name="{name}" type="radio" value="{text}"', page), name
    for missing in SAID:
        left = {name: text for name, text in SAID.items() if name != missing}
        assert console.send("POST", address, rey, left).status_code == 422
    assert REF not in console.send("GET", "/work", ash).text
    first, again = (console.send("POST", address, rey, SAID) for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (303, again.headers["location"])
    assert console.send("GET", first.headers["location"], ash).status_code == 200
    work = console.send("GET", "/work", ash).text
    assert REF in work
    with console.node.read() as tx:
        (kept,) = papers.of_case(tx, held(console.node, REF).row, PaperKind.move_notice)
    assert kept.paper.body == SAID
    assert kept.paper.by == console.users[R.representative].account.name
    ida = console.users[R.idva].signed_in()
    nowhere = normal(console.send("GET", "/nowhere", ida).text)
    assert normal(console.send("GET", address, ida).text) == nowhere
    typed = {**SAID, "address": "9 High Row"}
    assert console.send("POST", address, rey, typed).status_code == 422

"""A manager offers a case on a page, somebody in the other area decides on theirs, and no word of it comes back."""

from __future__ import annotations

import re
from functools import partial

import pytest

from hub.cases.changes import find_case
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.federation.client import PeerClient
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import Paper, PaperKind
from tests.federation.nodes import Areas
from tests.transfers.moving import NEW, OLD, REF, SHE, heard
from tests.web.console.signed_in import Console, normal

R = AccountRole
REFUGE = "Ash House refuge"


@pytest.fixture(scope="module")
def consoles(areas: Areas) -> dict[str, Console]:
    """Of the old area, which has a case, and the new one."""
    heard(areas)
    client = partial(PeerClient, transport=areas.network)
    return {area: Console.of(areas[area], "Police", client) for area in (OLD, NEW)}


def token(areas: Areas, console: Console, role: AccountRole) -> str:
    areas.clock.advance(2 * STEP_S)
    return console.users[role].signed_in()


def case_of(console: Console, cookie: str) -> str:
    found = console.send("POST", "/cases", cookie, {"number": REF}).text
    (handle,) = set(re.findall(r'href="/cases/([0-9a-f]{32})"', found))
    return str(handle)


def offered(areas: Areas, console: Console, cookie: str) -> str:
    """The manager looks at what would move, and offers it; the address of the transfer."""
    there = f"/cases/{case_of(console, cookie)}/transfer"
    typed = {
        "to": NEW,
        "permitted_by": "Marac Chair",
        "permitted_on": "1 November 2026",
        "reason": "She has moved there for good.",
    }
    seen = console.send("POST", there, cookie, {**typed, "button": "look"})
    assert "It may be offered." in seen.text
    sent = console.send("POST", there, cookie, {**typed, "button": "offer"})
    assert sent.status_code == 303, sent.text
    again = console.send("POST", there, cookie, {**typed, "button": "offer"})
    assert again.status_code == 409
    return str(sent.headers["location"])


def test_a_case_moves_by_pages(areas: Areas, consoles: dict[str, Console]) -> None:
    old, new = consoles[OLD], consoles[NEW]
    manager = token(areas, old, R.manager)
    place = offered(areas, old, manager)
    there = token(areas, new, R.coordinator)
    work = new.send("GET", "/work", there).text
    assert place in work
    page = new.send("GET", place, there).text
    assert SHE.surname in page
    assert "Marac Chair" in page
    nothing = new.send("POST", place, there, {"answer": "withdraw"})
    assert nothing.status_code == 422
    done = new.send("POST", place, there, {"answer": "wrong_person", "reason": f"She is at {REFUGE}."})
    assert done.status_code == 303
    assert REFUGE in new.send("GET", place, there).text
    paths = ("/transfers", place, "/work", "/cases", "/disclosures", "/obligations")
    back = {path: old.send("GET", path, manager).text for path in paths}
    assert "She is not the person they mean" in back[place]
    assert not any("Ash House" in text for text in back.values())


def test_a_paper_that_its_supplier_has_not_let_go_stays_and_they_are_asked_from_the_page(
    areas: Areas, consoles: dict[str, Console]
) -> None:
    console, old = consoles[OLD], areas[OLD]
    new = Paper(
        kind=PaperKind.minutes, body={"text": "One."}, by="A", at=old.now(), supplier="Northmoor Hospital"
    )
    with old.write() as tx:
        found = find_case(tx, REF)
        assert found
        (paper,) = papers.put(tx, found.row, new)
    manager = token(areas, console, R.manager)
    there = f"/cases/{case_of(console, manager)}/transfer"
    typed = {
        "to": NEW,
        "papers": paper,
        "permitted_by": "Marac Chair",
        "permitted_on": "1 November 2026",
        "reason": "She has moved there for good.",
        "button": "look",
    }

    def seen() -> str:
        return " ".join(console.send("POST", there, manager, typed).text.split())

    page = seen()
    assert "Held by Northmoor Hospital: ask Northmoor Hospital." in page
    assert "They were not asked yet." in page
    (supplier,) = re.findall(rf'href="(/cases/[0-9a-f]{{32}}/papers/{paper}/supplier/{NEW})"', page)
    assert console.send("POST", supplier, manager, {"answer": "ask"}).status_code == 303
    assert "They were asked, and have not answered." in seen()
    told = {"answer": "refused", "by": "D. Nurse", "on": "1 November 2026"}
    assert console.send("POST", supplier, manager, told).status_code == 303
    page = seen()
    assert "They do not let it go." in page
    assert supplier in page
    assert console.send("POST", supplier, manager, {**told, "answer": "allowed"}).status_code == 303
    page = seen()
    assert "Held by Northmoor Hospital" not in page
    assert "It may follow the victim." in page
    with old.read() as now:
        (asked,) = papers.current(papers.of_case(now, found.row, PaperKind.records_request))
    assert f'value="{asked.handle}"' not in page


def test_whoever_may_not_know_of_it_finds_nothing(areas: Areas, consoles: dict[str, Console]) -> None:
    """Not who is kept out of her, at either area, nor an Idva service; and a coordinator offers nothing."""
    old, new = consoles[OLD], consoles[NEW]
    coordinator = token(areas, old, R.coordinator)
    here = f"/cases/{case_of(old, coordinator)}/transfer"
    assert "A manager offers a case" in old.send("GET", here, coordinator).text
    assert old.send("POST", here, coordinator, {}).status_code == 404
    place = offered(areas, old, token(areas, old, R.manager))
    name = new.users[R.coordinator].account.name
    told = f'[[exclusion]]\ncase_ref = "{REF}"\nperson = "{name}"\n'
    there = token(areas, new, R.coordinator)
    assert new.send("GET", place, there).status_code == 200
    nowhere = normal(old.send("GET", f"/transfers/{'ab' * 16}", coordinator).text)
    (old.node.home / STAFF_FILE).write_text(told, encoding="utf-8")
    assert normal(old.send("GET", place, coordinator).text) == nowhere
    assert place not in old.send("GET", "/transfers", coordinator).text
    idva = token(areas, new, R.idva)
    assert new.send("GET", place, idva).status_code == 404
    assert place not in new.send("GET", "/transfers", idva).text
    (old.node.home / STAFF_FILE).unlink()
    assert (
        new.send("POST", place, token(areas, new, R.coordinator), {"answer": "duplicate"}).status_code == 303
    )


def test_it_is_a_case_there_once_it_is_accepted(areas: Areas, consoles: dict[str, Console]) -> None:
    old, new = consoles[OLD], consoles[NEW]
    manager = token(areas, old, R.manager)
    place = offered(areas, old, manager)
    there = token(areas, new, R.coordinator)
    assert new.send("POST", place, there, {"answer": "accept"}).status_code == 303
    assert f"{OLD}/{REF}" in new.send("GET", "/cases", there).text
    twice = new.send("POST", place, there, {"answer": "accept"})
    assert (twice.status_code, "accepted already" in twice.text) == (409, True)
    assert "Accepted" in old.send("GET", place, manager).text
    ours = re.search(r'href="(/cases/[0-9a-f]{32})"', new.send("POST", "/cases", there, {"number": REF}).text)
    assert ours
    assert "the victim disclosed there on" in new.send("GET", ours[1], there).text
    assert f'href="{place}"' in new.send("GET", ours[1], there).text
    theirs = old.send("GET", f"/cases/{case_of(old, manager)}", manager).text
    assert f'href="{place}"' in theirs
    assert "This case has moved: Eastvale is responsible." in theirs

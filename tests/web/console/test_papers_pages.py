"""A coordinator asks for plan and minutes on a page; theirs decides paper by paper, on theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cases.staff import STAFF_FILE
from hub.web.console.suppliers import PAGES as SUPPLIERS
from tests.accounts.people import cheap_passwords
from tests.accounts.provider import running
from tests.federation.nodes import copied
from tests.web.console.by_journey.earlier_papers import HIT, RELEASED, THEIRS, WANTED
from tests.web.console.by_journey.example import Example, R
from tests.web.console.signed_in import normal
from tests.web.console.walk import Walk
from tests.web.console.world import World

ASK = "/checks/{check}/{area}/{candidate}/papers"
SUPPLIER = SUPPLIERS[0].path


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Walk]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords(), running(areas.clock) as provider:
        yield Walk(World(areas, provider))
    areas.close()


def page(walk: Walk, example: Example) -> str:
    """The text of an example's page, as it is met."""
    answer = walk.send(example)
    assert answer.status_code == example.status or (example.status == 200 and answer.status_code == 303), (
        answer.text[-3_000:]
    )
    return answer.text


def test_plan_and_minutes_are_asked_for_and_answered_by_pages(walk: Walk) -> None:
    hit = page(walk, Example("GET /checks/{check}", places=HIT))
    assert "Ask for plan and minutes" in hit
    asks = page(walk, Example(f"GET {ASK}", places=HIT))
    assert "checked" not in asks
    nothing = page(walk, Example(f"POST {ASK}", places=HIT, status=422))
    assert "Tick which papers you ask for" in nothing
    page(walk, Example(f"POST {ASK}", form=WANTED, places=HIT))
    page(walk, Example("GET /papers"))
    assert "not yet" in page(walk, Example("GET /papers/{papers}"))
    waits = page(walk, Example("GET /work", at="eastvale"))
    assert walk.world.filled("/papers/{papers}") in waits
    theirs = page(walk, Example("GET /papers/{papers}", at="eastvale"))
    assert "Held by Eastvale Hospital: ask Eastvale Hospital." in theirs
    assert "checked" not in theirs
    assert "not yet" not in theirs
    page(walk, Example(f"POST {SUPPLIER}", at="eastvale", form={"answer": "ask"}, places=THEIRS))
    asked = page(walk, Example("GET /papers/{papers}", at="eastvale"))
    assert "They were asked, and have not answered." in asked
    permission = page(
        walk,
        Example("POST /papers/{papers}", at="eastvale", form={**RELEASED, "permitted_by": ""}, status=422),
    )
    assert "Write who gave the meeting" in permission
    page(walk, Example("POST /papers/{papers}", at="eastvale", form=RELEASED))
    came = page(walk, Example("GET /papers/{papers}"))
    assert "Held by Eastvale Hospital: ask them" in came
    assert "It is the same woman." not in came
    twice = page(walk, Example("POST /papers/{papers}", at="eastvale", form=RELEASED, status=409))
    assert "released already" in twice


def test_whoever_may_not_know_of_it_finds_nothing(walk: Walk) -> None:
    """Not who is kept out of either case, nor an Idva service; whose papers they are does not matter."""
    page(walk, Example("GET /papers/{papers}", R.idva, status=404))
    for area, ref in (("northmoor", "NM-papers"), ("eastvale", "ev-papers")):
        console = walk.world.consoles[area]
        name = console.users[R.coordinator].account.name
        staff = console.node.home / STAFF_FILE
        staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{name}"\n', encoding="utf-8")
        hidden = Example("GET /papers/{papers}", at=area, status=404)
        assert normal(page(walk, hidden)) == normal(
            page(walk, Example("GET /papers/{papers}", at=area, places={"papers": "ab" * 16}, status=404))
        )
        assert walk.world.filled("/papers/{papers}") not in page(walk, Example("GET /papers", at=area))
        staff.unlink()

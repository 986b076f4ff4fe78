"""Two managers open a sealed channel by pages; what the one in the old area types is kept nowhere else."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from hub.crypto.one_time import STEP_S
from hub.federation.client import PeerClient
from hub.records.accounts import AccountRole
from tests.federation.nodes import Areas
from tests.transfers.moving import NEW, OLD, SHE
from tests.transfers.nothing_back import everything
from tests.transfers.ringing import (
    NEW_MANAGER,
    PLAN,
    SAID,
    THERE,
    Pair,
    papers_of,
    ready,
    tick,
)
from tests.web.console.signed_in import Console

R = AccountRole


@pytest.fixture(scope="module")
def pair(areas: Areas) -> Pair:
    return ready(areas)


@pytest.fixture(scope="module")
def consoles(pair: Pair) -> dict[str, Console]:
    client = partial(PeerClient, transport=pair.areas.network)
    return {
        OLD: Console.with_people(pair.areas[OLD], {R.manager: pair.old}, client),
        NEW: Console.with_people(pair.areas[NEW], {R.manager: pair.new}, client),
    }


def cookie(areas: Areas, console: Console) -> str:
    areas.clock.advance(2 * STEP_S)
    return console.users[R.manager].signed_in()


def test_a_plan_goes_by_pages(pair: Pair, consoles: dict[str, Console]) -> None:
    areas, old, new = pair.areas, consoles[OLD], consoles[NEW]
    here, page = cookie(areas, new), f"/cases/{pair.there}/channel"
    asks = {"area": OLD, "other": "Mo Ashdown", "no_connection": "yes", "button": "prepare"}
    assert new.send("POST", page, here, asks).status_code == 303
    shown = new.send("GET", page, here).text
    reference = re.search(r"([a-z2-9]{4}(?:-[a-z2-9]{4}){5})", shown)
    channel = re.search(r'name="channel" value="([0-9a-f]{32})"', shown)
    assert reference
    assert channel
    assert "01632 960101" in shown
    call = {"on": "1 November 2026", "clock": "14:20", "said": SAID}
    ours = {**call, "channel": channel[1], "button": "call"}
    assert new.send("POST", page, here, ours).status_code == 303
    there = cookie(areas, old)
    theirs = {"reference": reference[1].upper(), "area": NEW, "other": NEW_MANAGER}
    logged = old.send("POST", "/channels", there, {**theirs, **call, "button": "log"})
    assert "The call is logged." in logged.text
    opens = {"reference": reference[1], "button": "open"}
    assert "Nothing was asked by it yet" in old.send("POST", "/channels", there, opens).text
    tick(areas)
    opened = old.send("POST", "/channels", there, opens).text
    assert SHE.surname in opened
    chosen = {
        "reference": reference[1],
        "case": pair.here,
        "papers": pair.paper,
        "permitted_by": "Marac Chair",
        "permitted_on": "1 November 2026",
        "reason": "He found her at two addresses; what was tried before decides whether she is moved again.",
        "no_connection": "yes",
    }
    vague = old.send("POST", "/channels", there, {**chosen, "reason": "Needed.", "button": "look"})
    assert (vague.status_code, "as it stands" in vague.text) == (200, True)
    assert "could stand on every form" in vague.text
    assert "It may be given." in old.send("POST", "/channels", there, {**chosen, "button": "look"}).text
    assert "It is given" in old.send("POST", "/channels", there, {**chosen, "button": "give"}).text
    assert "You answered it" in old.send("POST", "/channels", there, opens).text
    twice = old.send("POST", "/channels", there, {**chosen, "button": "give"})
    assert (twice.status_code, "answered already" in twice.text) == (409, True)
    tick(areas)
    assert "Put it into the case" in new.send("GET", page, here).text
    assert new.send("POST", page, here, {"channel": channel[1], "button": "put"}).status_code == 303
    assert PLAN in str([one.body for one in papers_of(areas[NEW], THERE)])
    assert reference[1] not in old.send("GET", "/channels", there).text


def test_what_a_locked_manager_typed_is_not_kept(
    pair: Pair, consoles: dict[str, Console], tmp_path: Path
) -> None:
    """Whoever has to show again who they are types the reference again: it is in no draft."""
    areas, old = pair.areas, consoles[OLD]
    there = cookie(areas, old)
    areas.clock.advance(20 * 60)
    typed = {"reference": "abcd-efgh-jkmn-pqrs-tuvw-xyz2", "other": NEW_MANAGER, "button": "log"}
    sent = old.send("POST", "/channels", there, typed)
    assert sent.headers["location"] == "/confirm"
    kept = old.send("POST", f"/cases/{pair.here}/transfer", there, {"reason": "Kept until then"})
    assert kept.headers["location"] == "/confirm"
    held = everything(areas[OLD], tmp_path / "old")
    assert held.search("Kept until then")
    assert held.search(NEW_MANAGER, "abcd-efgh") == []

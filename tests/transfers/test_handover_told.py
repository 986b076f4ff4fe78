"""What one Idva service handed over to another, as the program and the command of each tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hub.accounts.accounts import Acting
from hub.accounts.tokens import TokenWanted, make
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.tokens import TokenScope
from tests.accounts.people import acting, cheap_passwords
from tests.cli.running import Ended, inside
from tests.federation.nodes import Areas
from tests.transfers.handing import BECAUSE, SERVICE, WORDS, Moved, handed_over, moved
from tests.transfers.moving import NEW, OLD
from tests.web.console.signed_in import Console


@pytest.fixture
def one(areas: Areas) -> Iterator[Moved]:
    """A case whose handover has arrived."""
    with cheap_passwords():
        made = moved(areas)
        assert handed_over(areas, made) == ""
        yield made


def bearer(node: Node, who: Acting) -> str:
    with node.write() as tx:
        return make(tx, who, TokenWanted(program="a program", scopes=(TokenScope.read,)))


def commanded(node: Node, shown: str, referral: str, *options: str) -> Ended:
    token = node.home / "token"
    token.write_text(shown)
    token.chmod(0o600)
    return inside("idva", "handovers", node.home, referral, "--token-file", token, *options)


def asked(areas: Areas, node: Node, shown: str, referral: str) -> Any:
    console = Console.with_people(node, {}, lambda asking: areas.client(asking.node_id))
    headers = {"Authorization": f"Bearer {shown}"}
    return console.send("GET", f"/api/v1/idva-referrals/{referral}/handover", headers=headers)


def test_the_service_there_is_told_the_words_who_wrote_them_and_whom_to_ring(
    areas: Areas, one: Moved
) -> None:
    node = areas[NEW]
    shown = bearer(node, one.after)
    told = commanded(node, shown, one.there, "--json").json
    assert told == asked(areas, node, shown, one.there).json()
    assert told["leaving"] is None
    assert told["arriving"]["area"] == OLD
    assert told["arriving"]["handover"] == {
        "service": SERVICE,
        "by": one.before.account.name,
        "phone": "01632 960 123",
        "agreed": "not_asked",
        "because": BECAUSE,
        "words": WORDS,
    }
    said = commanded(node, shown, one.there).out
    for text in (WORDS, BECAUSE, SERVICE, one.before.account.name, "01632 960 123", "was not asked"):
        assert text in said


def test_the_service_before_is_told_that_it_arrived_and_none_of_the_words(areas: Areas, one: Moved) -> None:
    node = areas[OLD]
    shown = bearer(node, one.before)
    told = commanded(node, shown, one.referral, "--json").json
    assert told == asked(areas, node, shown, one.referral).json()
    assert told == {"arriving": None, "leaving": {"area": NEW, "may": False, "state": "arrived"}}
    assert commanded(node, shown, one.referral).out == f"Handed over to {NEW}: arrived.\n"


@pytest.mark.parametrize("area", [NEW, OLD])
def test_a_coordinator_of_either_area_finds_no_such_referral(areas: Areas, one: Moved, area: str) -> None:
    node, referral = areas[area], one.there if area == NEW else one.referral
    shown = bearer(node, acting(node, AccountRole.coordinator, "Police"))
    refused = commanded(node, shown, referral, "--json")
    assert (refused.code, refused.error["code"]) == (1, "not_found")
    answer = asked(areas, node, shown, referral)
    assert answer.status_code == 404
    for said in (refused.out + refused.err, answer.text):
        assert WORDS not in said
        assert SERVICE not in said

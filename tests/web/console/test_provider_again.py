"""Who signed in by their organisation's provider shows there again who they are, before they sign anything."""

from __future__ import annotations

from typing import Any

import pytest

from hub.accounts import sessions
from tests.web.console.by_provider import (
    NO_FACTOR,
    NOBODY,
    NOT_NOW,
    SESSION,
    WHO,
    World,
    refused,
)
from tests.web.console.visitor import Visitor


def stale(world: World) -> tuple[Visitor, str]:
    """Ash, who signed in a while ago and was asked who she is, on her way to the provider."""
    visitor = world.signed_in()
    world.areas.clock.advance(sessions.FRESH_S + 60)
    form = {"program": "A nightly list", "scopes": "read", "days": "30"}
    assert visitor.post("/programs", form).headers["location"] == "/confirm"
    page = visitor.get("/confirm")
    assert 'href="/confirm/provider"' in page.text
    assert "Password" not in page.text
    return visitor, world.begun(visitor, "/confirm/provider")


def fresh(world: World, visitor: Visitor) -> bool:
    session = sessions.find(world.node, visitor.kept[SESSION][0])
    return session is not None and session.fresh(world.node.now())


def test_whoever_signs_shows_at_the_provider_again_who_they_are(world: World) -> None:
    visitor, address = stale(world)
    token = visitor.kept[SESSION]
    answer = visitor.get(world.provider.signs_in(address, **WHO), sent_by_another_site=True)
    assert answer.status_code == 200
    assert answer.headers["refresh"] == "0; url=/programs"
    assert visitor.kept[SESSION] == token
    assert fresh(world, visitor)
    assert "A nightly list" in visitor.get("/programs").text
    world.areas.clock.advance(100)
    back = world.provider.signs_in(world.begun(visitor, "/confirm/provider"), **WHO)
    world.areas.clock.advance(200)
    assert visitor.get(back, sent_by_another_site=True).status_code == 200
    world.areas.clock.advance(sessions.FRESH_S - 199)
    assert not fresh(world, visitor)  # Since they showed it, and not since they came back.


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"sub": "subject-2"}, NOBODY),
        ({"email": "mo.ashdown@example.org"}, NOBODY),
        ({"amr": ["pwd"]}, NO_FACTOR),
        ({"auth_time": 1_000_000_000}, NOT_NOW),
    ],
    ids=["another person", "another account", "one factor", "long ago"],
)
def test_who_does_not_show_it_signs_nothing(world: World, claims: dict[str, Any], says: str) -> None:
    visitor, address = stale(world)
    answer = visitor.get(world.provider.signs_in(address, **(WHO | claims)), sent_by_another_site=True)
    assert answer.status_code == 403
    assert says in answer.text
    assert 'href="/confirm"' in answer.text
    assert not fresh(world, visitor)
    assert visitor.get("/work").status_code == 200


def test_another_account_of_the_provider_freshens_no_session_but_its_own(world: World) -> None:
    bo = world.invited("Bo Fairweather")
    world.opened(bo, sub="bo", email=bo[0].sign_in)
    visitor, address = stale(world)
    answer = visitor.get(
        world.provider.signs_in(address, "bo", email=bo[0].sign_in), sent_by_another_site=True
    )
    assert answer.status_code == 403
    assert not fresh(world, visitor)


def test_a_session_that_ended_meanwhile_is_not_made_fresh(world: World) -> None:
    visitor, address = stale(world)
    visitor.post("/sign-out", {})
    answer = visitor.get(world.provider.signs_in(address, **WHO), sent_by_another_site=True)
    refused(visitor, answer, "not begun in this browser")


def test_who_is_signed_in_by_the_provider_is_fresh_since_they_showed_it_and_no_longer(world: World) -> None:
    visitor = world.visitor()
    address = world.begun(visitor)
    back = world.provider.signs_in(address, **WHO)
    world.areas.clock.advance(200)
    assert visitor.get(back, sent_by_another_site=True).status_code == 200
    assert fresh(world, visitor)
    world.areas.clock.advance(sessions.FRESH_S - 199)
    assert not fresh(world, visitor)

"""The Idva service before hands over on its page, the one after reads it on its own, and no Marac opens either."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import pytest

from hub.accounts import sessions
from hub.crypto.one_time import STEP_S
from hub.federation.client import PeerClient
from hub.records.accounts import AccountRole
from tests.accounts.people import cheap_passwords, user
from tests.federation.nodes import Areas
from tests.transfers.handing import BECAUSE, OTHERS, SERVICE, WORDS, Moved, moved
from tests.transfers.moving import NEW, OLD
from tests.transfers.nothing_back import rows_opened
from tests.web.console.signed_in import Console

TYPED: Final = {"agreed": "refused", "because": BECAUSE, "words": WORDS, "phone": "01632 960 123"}
R = AccountRole
NAMES: Final = iter(("Ash", "Bo", "Cy", "Dee", "Eve", "Fay", "Gus", "Hal", "Ivy"))


@pytest.fixture(scope="module")
def case(areas: Areas) -> Iterator[Moved]:
    with cheap_passwords():
        yield moved(areas)


def signed_in(areas: Areas, area: str, role: AccountRole = R.idva) -> tuple[Console, str]:
    """A console there, and the cookie of somebody: of the Idva service, or of the Marac."""
    node, service = areas[area], SERVICE if area == OLD else OTHERS
    body = service if role is R.idva else "Police"
    name = f"{role.value} {next(NAMES)} at {area}".title()
    who = user(node, name, role, organisation=body, idva_service=role is R.idva)
    console = Console.with_people(node, {role: who}, partial(PeerClient, transport=areas.network))
    areas.clock.advance(2 * STEP_S)
    return console, who.signed_in()


@pytest.mark.parametrize("area", [OLD, NEW])
@pytest.mark.parametrize("role", [R.coordinator, R.manager])
def test_no_marac_opens_either_page(areas: Areas, case: Moved, area: str, role: AccountRole) -> None:
    console, cookie = signed_in(areas, area, role)
    page = f"/idva-referrals/{case.referral if area == OLD else case.there}/handover"
    assert console.send("GET", page, cookie).status_code == 404
    assert console.send("POST", page, cookie, TYPED).status_code == 404


@pytest.mark.parametrize("after_s", [sessions.IDLE_S + 1, sessions.ABSOLUTE_S + 1])
def test_what_was_typed_and_not_sent_is_kept_nowhere(areas: Areas, case: Moved, after_s: int) -> None:
    """A draft would stand under the node's key: whoever comes back types it again."""
    console, ida = signed_in(areas, OLD)
    page = f"/idva-referrals/{case.referral}/handover"
    areas.clock.advance(after_s)
    assert console.send("POST", page, ida, TYPED).headers["location"].startswith("/sign-in")
    assert not any(b"Tarn Street" in value for _, value in rows_opened(areas[OLD]))


def test_it_is_handed_over_on_one_page_and_read_on_the_other(areas: Areas, case: Moved) -> None:
    old, ida = signed_in(areas, OLD)
    new, vale = signed_in(areas, NEW)
    here, there = f"/idva-referrals/{case.referral}", f"/idva-referrals/{case.there}"
    assert f'href="{here}/handover"' in old.send("GET", here, ida).text
    assert "No handover yet" in new.send("GET", f"{there}/handover", vale).text
    nothing = old.send("POST", f"{here}/handover", ida, {"agreed": "refused", "words": WORDS})
    assert nothing.status_code == 422
    assert "Say why" in nothing.text
    assert WORDS.replace("'", "&#39;") in nothing.text
    assert old.send("POST", f"{here}/handover", ida, TYPED).status_code == 303
    again = old.send("GET", f"{here}/handover", ida).text
    assert "It is there." in again
    assert "<form" not in again.split("<main")[1]
    assert old.send("POST", f"{here}/handover", ida, TYPED).status_code == 409
    read = new.send("GET", f"{there}/handover", vale).text
    for text in (WORDS.replace("'", "&#39;"), BECAUSE, "01632 960 123", SERVICE, "The client did not agree"):
        assert text in read, text
    assert "Overdue" not in read
    assert "A handover came" in new.send("GET", there, vale).text

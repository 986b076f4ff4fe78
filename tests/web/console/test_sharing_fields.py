"""The sharing form as its pages ask it: each of its fields is found on the page served, typed there and kept."""

from __future__ import annotations

import html
import re
from typing import Final

import pytest

from hub.accounts.accounts import acting_as
from hub.cases.shown import lines
from hub.records.accounts import AccountRole
from hub.values import Role
from tests.docs.printed import SHARING, Asked
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.offered import filled, offered
from tests.web.console.signed_in import Console

REF: Final = "EV-sharing"


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    node = areas["eastvale"]
    hold(node, case(REF, (stranger(281), stranger(282).model_copy(update={"role": Role.child}))))
    return Console.of(node)


@pytest.fixture(scope="module")
def token(console: Console) -> str:
    return console.users[AccountRole.coordinator].signed_in()


@pytest.fixture(scope="module")
def address(console: Console) -> str:
    with console.node.read() as tx:
        ash = acting_as(tx, console.users[AccountRole.coordinator].account)
    return f"/cases/{lines(console.node, ash, 1, REF)[0].handle}/form"


@pytest.mark.parametrize("asked", SHARING, ids=[f"{one.row}, {one.page}" for one in SHARING])
def test_s003_r104_to_r131_each_field_is_asked_on_its_page_and_kept(
    console: Console, token: str, address: str, asked: Asked
) -> None:
    if asked.page.startswith("ground-"):  # What shows a ground is asked once it is ticked.
        ticks = console.send("GET", f"{address}/grounds", token).text
        key = f"{asked.field.partition('.evidence')[0]}.key"
        done = console.send("POST", f"{address}/grounds", token, filled(ticks, {key: asked.ground}))
        assert done.status_code == 303
    there = f"{address}/{asked.page}"
    page = console.send("GET", there, token).text
    field = offered(page)[asked.field]
    shows = {
        name: "A duty." if name.endswith("duty_or_power") else "1 November 2026"
        for name in offered(page)
        if ".evidence." in name
    }
    words = field.values[asked.typed] if field.chosen else field.label
    assert asked.words in words
    done = console.send(
        "POST", there, token, filled(page, {**shows, **asked.beside, asked.field: asked.typed})
    )
    assert done.status_code == 303, re.findall(r"(?s)error-summary.*?</ul>", html.unescape(done.text))
    kept = offered(console.send("GET", there, token).text)[asked.field]
    assert asked.kept in kept.given
    answers = html.unescape(console.send("GET", address, token).text)
    assert asked.said.rstrip(".") in answers

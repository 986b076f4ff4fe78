"""All cases of a meeting are asked about on one page, with scripts case by case and without at once."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, expect

from hub.node.node import Node
from hub.records.gists import every_check
from hub.values import Role
from tests.accounts.people import User
from tests.federation.nodes import Areas, case, cases_of, hold, stranger
from tests.web.console.asking import arrive
from tests.web.console.browser import apart, complaints, width
from tests.web.console.browser import violations_with_scripts as violations
from tests.web.console.hand import Hand

HIM = stranger(740).model_copy(update={"role": Role.perpetrator})


def test_one_confirmation_asks_about_all_but_those_that_are_asked_singly(
    node: Node,
    areas: Areas,
    coordinator: User,
    url: str,
    person: BrowserContext,
    request: pytest.FixtureRequest,
) -> None:
    scripts = "no scripts" not in request.node.name
    day = dt.date(2026, 12, 3) if scripts else dt.date(2026, 12, 10)
    number = "NM-s" if scripts else "NM-n"
    for at, who in enumerate((cases_of("eastvale")[0][0], stranger(741), stranger(742))):
        refused = "refused" if at == 2 else "given"
        held = case(f"{number}{at}", (who, HIM), meeting_date=day, agreement=refused)
        apart(partial(hold, node, replace(held, fled_from=())))
    page = person.new_page()
    said = complaints(page)
    arrive(page, url, coordinator, areas)
    hand = Hand(page)
    hand.follow("Ask about all cases of a meeting")
    hand.follow(re.compile(f"{day.day} December 2026"))
    main = page.get_by_role("main")
    expect(main.get_by_role("row", name=f"{number}2")).to_contain_text("The victim refused")
    assert main.get_by_role("checkbox", checked=True).count() == 2
    assert violations(page) == []
    hand.press("Ask about the cases that are ticked")
    expect(page.get_by_role("alert")).to_contain_text("you know nobody in the cases")
    assert violations(page) == []
    with node.read() as tx:
        before = len(every_check(tx))
    hand.tick("I know nobody in the cases that are ticked")
    page.get_by_role("button", name="Ask about the cases that are ticked").click()
    page.wait_for_url(re.compile("run="))
    expect(main.get_by_role("row", name=f"{number}0")).to_contain_text("asked today")
    with node.read() as tx:
        assert len(every_check(tx)) - before == 4
    assert main.get_by_role("checkbox").count() == 0
    main.get_by_role("row", name=f"{number}0").get_by_role("link", name="Result").click()
    expect(main).to_contain_text("Possible match")
    page.go_back()
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320
    assert [one for one in said if "422" not in one] == []

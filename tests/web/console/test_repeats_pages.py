"""Whether a case is a repeat, decided on the pages served: what happened, how the threshold is met, who meets."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Final

import pytest

from hub.accounts.accounts import acting_as
from hub.cases.repeat_papers import RepeatPaper
from hub.cases.shown import lines
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import PaperKind
from hub.store import cases
from hub.values import Role
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.offered import filled, offered, said
from tests.web.console.signed_in import Console

HER: Final = stranger(271)
HIM: Final = stranger(272).model_copy(update={"role": Role.perpetrator})
EVENTS: Final = {
    "contact": "Unwanted contact by the perpetrator",
    "contact_by_others": "Unwanted contact by friends or family of the perpetrator",
    "bail_breach": "A breach of police or court bail",
    "civil_order_breach": "A breach of a civil court order",
    "dispute_children": "A dispute over contact with a child",
    "dispute_property": "A dispute over property",
    "dispute_separation": "A dispute over divorce or separation",
    "control": "Coercive or controlling behaviour",
}
"""What is no crime by itself, and counts; S001-R5 to R10."""
TYPED: Final = {
    "decided": "repeat",
    "happened_on": "20 November 2026",
    "disclosed_to": "Her GP",
    "threshold": "He waits at her work.",
    "done_since": "A marker is set.",
    "meeting": "4 December 2026",
    "professionals": "yes",
    "called_by": "The Idva service",
    "led_by": "The chair",
    "with_whom": "victim",
}


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    node = areas["eastvale"]
    made = Console.of(node)
    for ref, on in (
        ("OLD-1", dt.date(2026, 9, 1)),
        ("OLD-2", dt.date(2025, 9, 20)),
        ("NEW-1", dt.date(2026, 11, 20)),
    ):
        hold(node, case(ref, (HER, HIM), referral_date=on, meeting_date=None))
    return made


@pytest.fixture(scope="module")
def token(console: Console) -> str:
    return console.users[AccountRole.coordinator].signed_in()


def handle(console: Console, ref: str) -> str:
    with console.node.read() as tx:
        ash = acting_as(tx, console.users[AccountRole.coordinator].account)
    return lines(console.node, ash, 1, ref)[0].handle


def asked(console: Console, token: str, of: str) -> tuple[str, str]:
    """Where it is asked whether the new case is a repeat of an old one, as the list leads there; and the page."""
    page = console.send("GET", f"/cases/{handle(console, 'NEW-1')}/here-already", token).text
    (there,) = re.findall(rf'href="(/cases/[0-9a-f]+/here-already/[0-9a-f]+)">Case {of}<', page)
    return there, console.send("GET", there, token).text


def kept(console: Console) -> RepeatPaper:
    """What was decided last."""
    with console.node.read() as tx:
        (row,) = cases.of_handles(tx.session, [bytes.fromhex(handle(console, "NEW-1"))])
        every = [one.paper for one in papers.of_case(tx, row) if one.paper.kind is PaperKind.repeat]
    return RepeatPaper.model_validate(every[-1].body)


def test_s001_r4_s003_r200_a_case_outside_the_twelve_months_is_listed_and_said_to_be(
    console: Console, token: str
) -> None:
    page = html.unescape(console.send("GET", f"/cases/{handle(console, 'NEW-1')}/here-already", token).text)
    within, outside = (
        next(line for line in page.split("<li>") if f"Case {ref}" in line) for ref in ("OLD-1", "OLD-2")
    )
    assert "within twelve months of the last referral" in within
    assert "within twelve months of the last referral" not in outside
    assert "last referred Saturday 20 September 2025" in outside


@pytest.mark.parametrize("event", EVENTS)
def test_s001_r5_to_r10_each_event_that_is_no_crime_is_offered_and_counts(
    console: Console, token: str, event: str
) -> None:
    there, page = asked(console, token, "OLD-1")
    assert offered(page)["happened"].values[event] == EVENTS[event]
    form = filled(page, {"decided": "repeat", "happened": [event], "disclosed_to": "Her GP"})
    assert console.send("POST", there, token, form).status_code == 303
    decision = kept(console).decision
    assert decision is not None
    assert (decision.decided, decision.disclosed_to) == ("repeat", "Her GP")
    assert [one.value for one in decision.happened] == [event]
    shown = console.send("GET", there.rsplit("/", 1)[0], token).text
    assert "A repeat, by Ash Underhill" in shown


def test_s001_r12_r13_r20_r21_what_the_agency_says_the_meeting_and_one_of_professionals_are_kept(
    console: Console, token: str
) -> None:
    there, page = asked(console, token, "OLD-1")
    assert dict(said(page))["Same perpetrators"] != "none"
    form = filled(page, {**TYPED, "happened": ["bail_breach", "contact"]})
    assert console.send("POST", there, token, form).status_code == 303
    decision = kept(console).decision
    assert decision is not None
    found = decision.model_dump(mode="json")
    assert (found["happened_on"], found["meeting"]) == ("2026-11-20", "2026-12-04")
    for name in ("disclosed_to", "threshold", "done_since"):
        assert found[name] == TYPED[name]
    assert found["professionals"] == {
        "wanted": "yes",
        "called_by": "The Idva service",
        "led_by": "The chair",
        "with_whom": "victim",
    }

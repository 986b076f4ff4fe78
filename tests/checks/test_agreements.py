"""What is asked, answered and published rests on an agreement that both areas hold, each on its own basis."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.cases.renewal import follow_agreements
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.consent import Decider, Decision, Outcome, digest_said
from hub.federation.differences import differences
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.jobs.doctor import findings
from hub.jobs.warnings import warnings_of
from hub.node.node import Node
from hub.records import decisions
from hub.records.check import AreaStatus, CheckResult, DisclosureStatus
from hub.store import cases
from hub.values import AgencyKind
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.federation.nodes import AREAS, Areas, agree, cases_of, check, events, in_feed, question

AGREEMENT_FILE = Path("agreements", "agreement.toml")


def form(protocol: dict[str, Any]) -> dict[str, Any]:
    return question(SUBJECT).sharing_form.model_dump(mode="json") | {"protocol": protocol}


def change(node: Node, old: str, new: str) -> None:
    file = node.home / AGREEMENT_FILE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def answered_here(node: Node) -> Decision:
    """The newest decision of a node."""
    with node.read() as tx:
        number = 1
        while True:
            try:
                found = decisions.get(tx, number).decision
            except Exception:  # noqa: BLE001 - the one after the newest
                return found
            number += 1


def sources(decision: Decision, of: str) -> set[str]:
    return {answer.source for answer in decision.answers if answer.question == of}


def test_a_protocol_that_somebody_made_up_carries_nothing(areas: Areas) -> None:
    made_up = {"ref": "I made this up", "date": "2026-04-01", "covers": ["referred_elsewhere"]}
    result = asked(areas, sharing_form=form(made_up))
    assert result.decision.outcome is Outcome.incomplete
    assert "protocol or grounds" in result.decision.missing
    assert result.areas == ()
    assert events(areas["northmoor"], "request_sent") == []


def test_what_is_asked_and_answered_copies_each_sides_own_basis(areas: Areas) -> None:
    """The police here ask; there a council holds the record."""
    eastvale = areas["eastvale"]
    object.__setattr__(
        eastvale,
        "settings",
        eastvale.settings.model_copy(
            update={"agency": "Eastvale Council", "agency_kind": AgencyKind.council}
        ),
    )
    for node in areas.nodes.values():
        change(node, 'area = "eastvale"\nagency = "Police"\nkind = "police"', COUNCIL)
    result = asked(areas)
    by = "Agreement of the tests of 2026-04-16"
    assert sources(result.decision, "art6") == {f"DPA 2018 Part 3 s.35; {by}"}
    told, decision = disclosed(areas, result.check_id)
    assert told.areas[0].candidates[0].disclosure.status is DisclosureStatus.answered
    assert sources(decision, "art6") == {f"DPA 2018 Part 3 s.35; {by}"}
    theirs = answered_here(eastvale)
    assert sources(theirs, "art6") == {f"UK GDPR Art 6(1)(e) with DPA 2018 s.8; {by}"}
    assert {answer.answer for answer in theirs.answers if answer.question == "power"} == {
        "Crime and Disorder Act 1998 s.115; Localism Act 2011 s.1"
    }


COUNCIL = 'area = "eastvale"\nagency = "Eastvale Council"\nkind = "council"'


@pytest.mark.parametrize("settings", [{"agency_kind": None}, {"agency": "Another force"}])
def test_an_agency_without_a_basis_of_its_own_answers_nothing(areas: Areas, settings: Any) -> None:
    eastvale = areas["eastvale"]
    result = asked(areas)
    before = eastvale.settings
    object.__setattr__(eastvale, "settings", before.model_copy(update=settings))
    told, _ = disclosed(areas, result.check_id)
    assert told.areas[0].candidates[0].disclosure.status is DisclosureStatus.pending
    (waiting,) = waiting_requests(eastvale)
    assert any("no basis of its own" in why for why in waiting.reasons)
    yes = HolderDecision(Decider.coordinator, release=True)
    assert record_holder_decision(eastvale, waiting.key, yes).status == "pending"
    object.__setattr__(eastvale, "settings", before)
    assert record_holder_decision(eastvale, waiting.key, yes).status == "answered"


@pytest.mark.parametrize(
    ("theirs", "outcome", "says"),
    [
        ({"days": 101}, "agreement_differs", "Eastvale holds another version of our agreement"),
        ({"ref": "Another"}, "agreement_not_held", "Eastvale does not hold our agreement"),
    ],
)
def test_a_difference_is_said_in_words_on_both_sides(
    areas: Areas, theirs: dict[str, Any], outcome: str, says: str
) -> None:
    agree(areas["eastvale"].home, **theirs)
    result = asked(areas)
    (area,) = result.areas
    assert area.status is AreaStatus.error
    assert f"{says} Agreement of the tests" in area.note
    ours = areas["northmoor"].agreements.held[0].digest
    assert ours[:4] in area.note
    assert "telephone" in area.note
    (refused,) = events(areas["eastvale"], "request_refused")
    assert refused["detail"]["fault"] == outcome
    agree(areas["eastvale"].home)
    assert asked(areas).areas[0].status is AreaStatus.answered, "it is read again without a restart"


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        ({"days": 101}, "holds another version of our agreement"),
        ({"ref": "Another"}, "does not hold our agreement"),
    ],
)
def test_both_sides_see_a_difference_before_anybody_asks(
    areas: Areas, theirs: dict[str, Any], says: str
) -> None:
    sync(areas)
    assert [differences(areas[one]) for one in ("northmoor", "eastvale")] == [[], []]
    agree(areas["eastvale"].home, **theirs)
    sync(areas)
    for here, there in (("northmoor", "Eastvale"), ("eastvale", "Northmoor")):
        (found,) = [one for one in differences(areas[here]) if one.text.startswith(there)]
        assert says in found.text
        assert digest_said(areas[here].agreements.held[0].digest) in found.do
        assert found.text in "".join(warnings_of(areas[here]))
        assert found.text in [one.what for one in findings(areas[here])]


def sync(areas: Areas) -> None:
    async def go() -> None:
        for area, node in areas.nodes.items():
            async with areas.client(area) as client:
                await sync_all(node, client)

    asyncio.run(go())


def test_an_area_that_has_not_signed_is_not_asked_under_the_agreement(areas: Areas) -> None:
    for node in areas.nodes.values():
        agree(node.home, ("northmoor", "eastvale"))

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, question(SUBJECT, "eastvale", "southmere"))

    result = asyncio.run(go())
    by_area = {area.node_id: area for area in result.areas}
    assert by_area["eastvale"].status is AreaStatus.answered
    assert by_area["southmere"].status is AreaStatus.not_asked
    assert "Nobody of this area has signed Agreement of the tests" in by_area["southmere"].note
    assert by_area["southmere"].contact
    assert [one["refs"]["peer"] for one in events(areas["northmoor"], "request_sent")] == ["eastvale"]
    assert events(areas["southmere"], "request_received") == []


ENDS = {
    "its file is gone": lambda node: (node.home / AGREEMENT_FILE).unlink(),
    "its file is broken": lambda node: (node.home / AGREEMENT_FILE).write_text("version ="),
    "its review is past": lambda node: change(node, "review = 2027-02-10", "review = 2026-11-01"),
    "it does not say publish any more": lambda node: change(node, '"publish", ', ""),
    "our agency has taken its name off": lambda node: change(
        node, 'area = "eastvale"\nagency = "Police"', 'area = "eastvale"\nagency = "Constabulary"'
    ),
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
def test_an_agreement_that_ends_ends_what_was_published_under_it(areas: Areas, ends: Any) -> None:
    eastvale = areas["eastvale"]
    text = (eastvale.home / AGREEMENT_FILE).read_text()
    assert follow_agreements(eastvale) == 0
    assert in_feed(eastvale, SUBJECT)
    ends(eastvale)
    assert follow_agreements(eastvale) == 3
    publish(eastvale)
    assert not in_feed(eastvale, SUBJECT)
    with eastvale.read() as tx:
        assert cases.counts(tx.session)["may_publish"] == 0
    assert len(events(eastvale, "publication_ended")) == 3
    (eastvale.home / AGREEMENT_FILE).write_text(text)
    assert follow_agreements(eastvale) == 0, "what has ended is not published again by itself"


def test_a_mended_agreement_goes_on_carrying_what_it_carried(areas: Areas) -> None:
    eastvale = areas["eastvale"]
    before = publish(eastvale)
    change(eastvale, 'title = "Sharing between', 'title = "On sharing between')
    assert follow_agreements(eastvale) == 0
    assert publish(eastvale) == before
    with eastvale.read() as tx:
        number = cases.may_publish(tx.session)[0].decision_id
        protocol = decisions.get(tx, number or 0).form.protocol
    assert protocol
    assert protocol.digest == eastvale.agreements.held[0].digest


def test_until_it_is_looked_at_nothing_is_answered_under_an_agreement_that_is_gone(areas: Areas) -> None:
    result = asked(areas)
    (areas["eastvale"].home / AGREEMENT_FILE).unlink()
    told, _ = disclosed(areas, result.check_id)
    assert told.areas[0].candidates[0].disclosure.status is DisclosureStatus.not_answered


def test_the_agreement_is_read_again_by_every_process_that_asks(areas: Areas) -> None:
    (areas["northmoor"].home / AGREEMENT_FILE).unlink()
    assert not asked(areas).decision.permitted
    agree(areas["northmoor"].home, AREAS)
    sync(areas)
    assert asked(areas, cases_of("eastvale")[1][0]).decision.permitted

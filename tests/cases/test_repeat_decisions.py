"""What people decide of who is here already, and that it is remembered: S001-R3 to R13, R20 to R22, S000-R4."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from hub.accounts.accounts import Acting
from hub.cases import here_already
from hub.cases.own_keys import OwnKeys, own_keys
from hub.cases.papers_shown import other_cases, papers_shown
from hub.cases.repeat_decisions import (
    Looker,
    decide,
    figures,
    here_already_of,
    note_current,
    note_entered,
    waiting_for,
)
from hub.cases.repeat_papers import ProfessionalsMeeting, RepeatDecision, RepeatPaper
from hub.cases.repeats import Definition, Happened, Standing
from hub.cases.staff import STAFF_FILE
from hub.errors import InputError, NotFoundError, UsageError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import PaperKind
from hub.values import Kind, Role
from tests.accounts.people import acting, cheap_passwords
from tests.cases.hidden import held
from tests.federation.nodes import IMPORTER, Areas, case, hold, stranger

HER = stranger(211)
HIM, ANOTHER = (stranger(seed).model_copy(update={"role": Role.perpetrator}) for seed in (212, 213))
WHO = Looker(IMPORTER)
OLD, NEW = dt.date(2026, 2, 1), dt.date(2026, 10, 20)


@pytest.fixture
def node(areas: Areas) -> Node:
    node = areas["eastvale"]
    hold(node, case("OLD-1", (HER, HIM), referral_date=OLD, meeting_date=dt.date(2026, 2, 19)))
    hold(node, case("NEW-1", (HER, HIM), referral_date=NEW, meeting_date=None))
    return node


def decided(node: Node, what: str = "repeat", other: str = "OLD-1", **said: Any) -> RepeatDecision:
    return RepeatDecision(other=held(node, other).row.handle.hex(), decided=what, **said)


def waits(node: Node, looker: Looker = WHO) -> dict[str, int]:
    return {one.case_ref: one.others for one in waiting_for(node, looker)}


def test_s000_r4_a_referral_of_somebody_heard_before_waits_to_be_decided_whichever_way_it_came(
    node: Node,
) -> None:
    assert waits(node) == {}
    note_current(node)  # As the worker does, once an hour.
    note_current(node)
    note_entered(node, IMPORTER, "NEW-1")
    assert waits(node) == {"NEW-1": 1}
    with node.read() as tx:
        assert len(papers.of_case(tx, held(node, "NEW-1").row, PaperKind.repeat)) == 1


def test_two_that_came_in_one_file_are_found_once_and_what_they_are_looked_for_among_is_read_once(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2, 6):
        hold(node, case(f"NEW-{number}", (HER,), referral_date=NEW, meeting_date=None))
    read: list[Reading] = []

    def noted(tx: Reading) -> OwnKeys:
        read.append(tx)
        return own_keys(tx)

    monkeypatch.setattr(here_already, "own_keys", noted)
    note_current(node)
    assert len(read) == 1, "one reading, however many came"
    every = [held(node, ref).row for ref in ("OLD-1", *(f"NEW-{number}" for number in range(1, 6)))]
    with node.read() as tx:
        found = [
            frozenset((row.handle.hex(), other))
            for row in every
            for one in papers.of_case(tx, row, PaperKind.repeat)
            for other in one.paper.body["found"]
        ]
    assert len(found) == len({*found}) == 6 * 5 // 2, "each pair once, from whichever side"


def test_what_was_heard_long_ago_is_not_put_before_anybody_again(node: Node) -> None:
    long_ago = {"referral_date": dt.date(2026, 4, 1), "meeting_date": dt.date(2026, 4, 20)}
    hold(node, case("OLD-2", (HER, HIM), **long_ago))
    note_current(node)
    assert set(waits(node)) == {"NEW-1"}


def test_s001_r10_r12_r13_a_repeat_is_kept_with_what_happened_and_listed_for_the_next_meeting(
    node: Node,
) -> None:
    note_current(node)
    said = decided(
        node,
        happened=(Happened.contact_by_others, Happened.bail_breach),
        disclosed_to="Her GP",
        threshold="His brother came to the house.",
        done_since="The locks were changed.",
        meeting=dt.date(2026, 12, 3),
    )
    decide(node, WHO, held(node, "NEW-1"), said)
    decide(node, WHO, held(node, "NEW-1"), said)
    (one,) = here_already_of(node, WHO, held(node, "NEW-1"))
    assert one.found.standing is Standing.repeat
    assert one.decision == said.model_copy(update={"by": IMPORTER.name, "on": node.today()})
    assert waits(node) == {}
    with node.read() as tx:
        kept = papers.of_case(tx, held(node, "NEW-1").row, PaperKind.repeat)
    assert [one.paper.by for one in kept] == ["", IMPORTER.name]  # It was kept once.


def test_not_the_same_person_takes_a_reason_and_is_remembered_from_either_case(node: Node) -> None:
    new = held(node, "NEW-1")
    with pytest.raises(InputError, match="why"):
        decide(node, WHO, new, decided(node, "not_same"))
    decide(
        node, WHO, new, decided(node, "not_same", because="Another woman of that name: her sister said so.")
    )
    note_current(node)
    assert waits(node) == {}
    (from_the_other,) = here_already_of(node, WHO, held(node, "OLD-1"))
    assert from_the_other.decision is not None
    assert from_the_other.decision.decided == "not_same"


def test_nothing_is_a_repeat_without_what_happened_and_against_the_definition_with_a_reason_alone(
    node: Node,
) -> None:
    new = held(node, "NEW-1")
    with pytest.raises(InputError, match="what happened"):
        decide(node, WHO, new, decided(node))
    hold(node, case("NEW-2", (HER, ANOTHER), referral_date=NEW, meeting_date=None))
    other = held(node, "NEW-2")
    with pytest.raises(InputError, match="by date or people"):
        decide(node, WHO, other, decided(node, happened=(Happened.control,)))
    decide(node, WHO, other, decided(node, "same_victim"))
    decide(node, WHO, other, decided(node, happened=(Happened.control,), because="He is paid by the first."))


def test_s003_r199_the_definition_before_2018_is_an_option_by_name_alone(node: Node) -> None:
    assert node.settings.repeat_definition == "2018"
    text = (node.home / "node.toml").read_text(encoding="utf-8")
    object.__setattr__(node.settings, "repeat_definition", "before_2018")
    try:
        new = held(node, "NEW-1")
        with pytest.raises(InputError, match="by this definition"):
            decide(node, WHO, new, decided(node, happened=(Happened.dispute_children,)))
        kept = decide(node, WHO, new, decided(node, happened=(Happened.threats,)))
        assert kept.definition is Definition.violence
    finally:
        object.__setattr__(node.settings, "repeat_definition", "2018")
    assert "repeat_definition" not in text


def test_s001_r20_r21_a_meeting_of_professionals_is_considered_with_who_calls_and_leads_it(
    node: Node,
) -> None:
    meeting = ProfessionalsMeeting(wanted="yes", called_by="The Idva", led_by="The Idva", with_whom="victim")
    said = decided(node, happened=(Happened.stalking,), professionals=meeting)
    assert decide(node, WHO, held(node, "NEW-1"), said).professionals == meeting


def test_s001_r22_governance_reads_the_volume_of_repeats_and_who_came_back_often(node: Node) -> None:
    for number in (2, 3, 4):
        hold(node, case(f"NEW-{number}", (HER, HIM), referral_date=NEW, meeting_date=None))
    for number in (1, 2, 3):
        said = decided(
            node, happened=(Happened.control,), meeting=dt.date(2026, 12, 3) if number > 1 else None
        )
        decide(node, WHO, held(node, f"NEW-{number}"), said)
    note_current(node)
    found = figures(node, WHO)
    assert (found.repeats, found.listed, found.often) == (3, 2, ("OLD-1",))
    assert found.waiting > 0


def test_whoever_may_not_open_a_case_finds_neither_it_nor_a_decision_of_it(node: Node) -> None:
    note_current(node)
    decide(node, WHO, held(node, "NEW-1"), decided(node, happened=(Happened.control,)))
    (node.home / STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "OLD-1"\nperson = "K. Kept"\n', encoding="utf-8"
    )
    kept = Looker(IMPORTER.model_copy(update={"name": "K. Kept"}))
    assert here_already_of(node, kept, held(node, "NEW-1")) == []
    assert waits(node, kept) == {}
    assert figures(node, kept).repeats == 0
    with pytest.raises(NotFoundError):
        decide(node, kept, held(node, "NEW-1"), decided(node, "not_same", because="I say so."))


def test_the_paper_of_two_cases_is_read_by_whoever_may_open_both_and_by_nobody_else(node: Node) -> None:
    theirs: dict[str, Any] = {"referring_agency": "Eastvale Council", "referral_date": NEW}
    hold(node, case("NEW-2", (HER, HIM), **theirs, meeting_date=None))
    hold(node, case("NEW-3", (HER, HIM), **theirs, meeting_date=None))
    note_current(node)
    decide(node, WHO, held(node, "NEW-2"), decided(node, happened=(Happened.control,)))
    decide(node, WHO, held(node, "NEW-2"), decided(node, "no_repeat", "NEW-3"))

    def read(role: AccountRole, agency: str) -> list[set[str]]:
        with cheap_passwords():
            who = acting(node, role, agency)
        every = papers_shown(node, who, held(node, "NEW-2"))
        named = [set(other_cases(node, who, [one]).values()) for one in every]
        assert named == [
            {by_number[one] for one in RepeatPaper.model_validate(each.paper.body).named} for each in every
        ]
        return named

    by_number = {held(node, one).row.handle.hex(): one for one in ("OLD-1", "NEW-1", "NEW-3")}
    assert read(AccountRole.coordinator, "Eastvale Police")[-2:] == [{"OLD-1"}, {"NEW-3"}]
    # Another agency's case is as if nobody had found it, or decided of it.
    assert {"NEW-3"} == set.union(*read(AccountRole.representative, "Eastvale Council"))
    assert read(AccountRole.representative, "Eastvale Housing") == []


def test_an_idva_services_clients_wait_for_that_service_alone(node: Node) -> None:
    service: dict[str, Any] = {"kind": Kind.idva, "idva_service": "Haven", "meeting_date": None}
    hold(node, case("I-1", (HER, HIM), **service | {"referral_date": OLD}))
    hold(node, case("I-2", (HER, HIM), **service | {"referral_date": NEW}))
    note_current(node)

    def seen(who: Acting) -> dict[str, int]:
        return waits(node, Looker.of(who))

    with cheap_passwords():
        assert seen(acting(node, AccountRole.coordinator, "Eastvale Police")) == {"NEW-1": 1}
        assert seen(acting(node, AccountRole.idva, "Haven", idva_service=True)) == {"I-2": 1}
        assert seen(acting(node, AccountRole.idva, "Harbour", idva_service=True)) == {}


def test_nobody_unnamed_decides(node: Node) -> None:
    with pytest.raises((InputError, UsageError)):
        decide(node, Looker(None), held(node, "NEW-1"), decided(node, "not_same", because="So."))

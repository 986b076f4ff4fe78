"""Corrections of who is on a case: another person approves one before it counts, and then all follows by itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from hub.cases.correction import CorrectionState, PersonSaid
from hub.cases.corrections import Corrector, Decided, decide, may_decide, propose
from hub.cases.corrections_kept import correction_of, corrections_of, waiting_for
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.referral_sent import refer_or_propose
from hub.cases.repeat_decisions import Looker, figures, here_already_of, note_entered
from hub.cases.repeat_decisions import decide as decide_repeat
from hub.cases.repeat_decisions import waiting_for as repeats_waiting
from hub.cases.repeat_papers import RepeatDecision
from hub.cases.repeats import Happened
from hub.cases.staff import STAFF_FILE
from hub.errors import ConflictError, InputError, NotFoundError
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import PaperKind
from hub.values import Person, Requester, Role
from tests.cases.hidden import held
from tests.cases.referring import sample
from tests.federation.nodes import IMPORTER, Areas, case, hold, in_feed, stranger

HER = stranger(301)
HIM = stranger(302).model_copy(update={"role": Role.perpetrator})
MARRIED = HER.model_copy(update={"surname": "Oxenholme", "aliases": (f"{HER.given_names} {HER.surname}",)})
OTHER = Requester(
    name="Cass Approver", role=IMPORTER.role, agency="Council", agency_kind=IMPORTER.agency_kind
)
BY, APPROVER = Corrector.named(IMPORTER), Corrector.named(OTHER)


@pytest.fixture
def node(areas: Areas) -> Node:
    node = areas["eastvale"]
    hold(node, case("C-1", (HER, HIM)))
    publish(node)
    assert in_feed(node, HER)
    return node


def said(person: Person, record: str = "", **more: Any) -> PersonSaid:
    names = ("role", "given_names", "surname", "aliases", "date_of_birth")
    return PersonSaid(record=record, **{one: getattr(person, one) for one in names}, **more)


def record_of(case_: HeldCase, role: Role = Role.victim) -> str:
    return next(one.handle.hex() for one in case_.people if one.details.person.role is role)


def people(node: Node, ref: str = "C-1") -> set[tuple[str, str]]:
    return {(one.details.person.role.value, one.details.person.surname) for one in held(node, ref).people}


def proposed(node: Node, *changed: PersonSaid, by: Corrector = BY) -> str:
    return propose(node, by, held(node, "C-1"), changed, "She told us.")


def approved(node: Node, number: str, by: Corrector = APPROVER) -> Decided:
    return decide(node, by, held(node, "C-1"), number, "approve")


def test_a_married_name_counts_once_another_has_approved_it_and_is_found_under_both(node: Node) -> None:
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    assert ("victim", HER.surname) in people(node)
    assert [one.case_ref for one in waiting_for(node, OTHER)] == ["C-1"]
    assert approved(node, number).state is CorrectionState.approved
    assert people(node) == {("victim", "Oxenholme"), ("perpetrator", HIM.surname)}
    assert in_feed(node, HER.model_copy(update={"surname": "Oxenholme"}))
    assert waiting_for(node, OTHER) == []
    kept = correction_of(node, held(node, "C-1"), number)
    assert kept is not None
    (change,) = kept.said.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.before.surname, change.after.surname) == (HER.surname, "Oxenholme")
    assert (kept.said.proposer.name, kept.said.decided_by) == (IMPORTER.name, OTHER.name)


def test_who_proposed_it_approves_nothing_however_they_write_their_name(node: Node) -> None:
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    shouted = Corrector.named(IMPORTER.model_copy(update={"name": f" {IMPORTER.name.upper()} "}))
    for own in (BY, shouted):
        with pytest.raises(ConflictError, match="proposed this yourself"):
            approved(node, number, own)
    assert ("victim", HER.surname) in people(node)


def test_a_name_that_was_never_hers_leaves_the_feed_and_hers_is_in_it_when_the_correction_is_approved(
    node: Node,
) -> None:
    right = stranger(303)
    number = proposed(node, said(right, record_of(held(node, "C-1"))))
    assert in_feed(node, HER)
    assert not in_feed(node, right)
    assert approved(node, number).unpublished == ""
    assert in_feed(node, right)
    assert not in_feed(node, HER)
    assert HER.surname in {one.surname for one in held(node, "C-1").ever}


def test_somebody_who_is_not_part_of_the_case_leaves_it_and_the_feed(node: Node) -> None:
    number = proposed(node, said(HIM, record_of(held(node, "C-1"), Role.perpetrator), leaves=True))
    approved(node, number)
    assert people(node) == {("victim", HER.surname)}
    assert not in_feed(node, HIM)
    assert in_feed(node, HER)


def test_somebody_is_added_and_a_part_put_right(node: Node) -> None:
    child = stranger(304).model_copy(update={"role": Role.child})
    uncle = HIM.model_copy(update={"role": Role.other})
    number = proposed(node, said(child), said(uncle, record_of(held(node, "C-1"), Role.perpetrator)))
    approved(node, number)
    assert people(node) == {("victim", HER.surname), ("child", child.surname), ("other", HIM.surname)}


WRONG: dict[str, tuple[Any, str]] = {
    "nothing": (lambda her, him: [said(HER, her)], "changes nothing"),
    "no victim": (lambda her, him: [said(HER, her, leaves=True)], "no victim"),
    "two victims": (
        lambda her, him: [said(HIM.model_copy(update={"role": Role.victim}), him)],
        "two victims",
    ),
    "twice": (lambda her, him: [said(HIM)], "twice"),
    "a formula": (lambda her, him: [said(HER.model_copy(update={"surname": "=1+1"}), her)], "surname"),
    "no such day": (
        lambda her, him: [said(HER.model_copy(update={"date_of_birth": "31/2/2026"}), her)],
        "date",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_case_cannot_say_is_refused_and_nothing_kept(node: Node, wrong: str) -> None:
    case_ = held(node, "C-1")
    make, told = WRONG[wrong]
    with pytest.raises(InputError, match=told):
        proposed(node, *make(record_of(case_), record_of(case_, Role.perpetrator)))
    assert corrections_of(node, case_) == []


def test_a_correction_of_who_was_changed_meanwhile_is_refused_and_can_be_proposed_anew(node: Node) -> None:
    record = record_of(held(node, "C-1"))
    first = proposed(node, said(MARRIED, record))
    second = proposed(node, said(HER.model_copy(update={"date_of_birth": "1980"}), record))
    approved(node, first)
    with pytest.raises(ConflictError, match="changed by somebody else meanwhile"):
        approved(node, second)
    kept = correction_of(node, held(node, "C-1"), second)
    assert kept is not None
    assert kept.said.open
    assert ("victim", "Oxenholme") in people(node)
    decide(node, APPROVER, held(node, "C-1"), second, "refuse", "Look at the married name first.")
    with pytest.raises(ConflictError, match="changed by somebody else"):
        proposed(node, said(HER, record))


def test_of_two_who_approve_one_does_and_what_is_decided_stays(node: Node) -> None:
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    seen = held(node, "C-1")
    third = Corrector.named(OTHER.model_copy(update={"name": "Third Person"}))
    approved(node, number)
    assert approved(node, number).state is CorrectionState.approved  # Sent twice, it is done once.
    with pytest.raises(ConflictError, match="approved already, by Cass Approver"):
        decide(node, third, seen, number, "approve")
    with pytest.raises(ConflictError, match="approved already"):
        decide(node, third, seen, number, "refuse", "Too late.")
    with node.read() as tx:
        assert len(papers.of_case(tx, held(node, "C-1").row, PaperKind.correction)) == 2


def test_whoever_proposed_it_withdraws_it_and_nobody_else(node: Node) -> None:
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    with pytest.raises(ConflictError, match="Whoever proposed it withdraws it"):
        decide(node, APPROVER, held(node, "C-1"), number, "withdraw")
    decide(node, BY, held(node, "C-1"), number, "withdraw", "A slip.")
    with pytest.raises(ConflictError, match="withdrawn already"):
        approved(node, number)
    assert ("victim", HER.surname) in people(node)


def test_a_refusal_says_why(node: Node) -> None:
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    with pytest.raises(InputError, match="reason"):
        decide(node, APPROVER, held(node, "C-1"), number, "refuse")
    decide(node, APPROVER, held(node, "C-1"), number, "refuse", "She has not married.")
    kept = correction_of(node, held(node, "C-1"), number)
    assert kept is not None
    assert (kept.said.state, kept.said.words) == ("refused", "She has not married.")


def test_somebody_with_the_name_of_somebody_on_the_case_decides_nothing_of_it(node: Node) -> None:
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    kept = correction_of(node, held(node, "C-1"), number)
    assert kept is not None
    for name in (f"{HIM.given_names} {HIM.surname}", f"{HER.given_names} Oxenholme"):
        him = Corrector.named(OTHER.model_copy(update={"name": name}))
        assert not may_decide(node, him, held(node, "C-1"), kept.said)
        with pytest.raises(ConflictError):
            approved(node, number, him)
    neighbour = '[[staff]]\ngiven_names = "Cass"\nsurname = "Approver"\npostcode = "NM9 9ZZ"\n'
    (node.home / STAFF_FILE).write_text(neighbour, encoding="utf-8")
    assert may_decide(node, APPROVER, held(node, "C-1"), kept.said)


def test_the_same_proposal_sent_twice_is_kept_once(node: Node) -> None:
    changed = said(MARRIED, record_of(held(node, "C-1")))
    assert proposed(node, changed) == proposed(node, changed)
    assert len(corrections_of(node, held(node, "C-1"))) == 1


def test_a_correction_of_a_sealed_case_counts_and_nobody_of_it_is_published(node: Node) -> None:
    hold(node, case("S-1", (stranger(305), HIM), sealed=True))
    right = stranger(306)
    number = propose(node, BY, held(node, "S-1"), [said(right, record_of(held(node, "S-1")))], "A slip.")
    decide(node, APPROVER, held(node, "S-1"), number, "approve")
    assert held(node, "S-1").kept.sealed
    assert not in_feed(node, right)


def test_an_exclusion_from_the_case_goes_on_to_cover_who_was_on_it_by_the_names_of_before(node: Node) -> None:
    number = proposed(node, said(stranger(307), record_of(held(node, "C-1"))))
    approved(node, number)
    assert {one.surname for one in held(node, "C-1").ever} >= {HER.surname, stranger(307).surname}


def test_a_correction_of_no_such_number_or_of_another_case_is_not_there(node: Node) -> None:
    hold(node, case("C-2", (stranger(308), HIM)))
    number = proposed(node, said(MARRIED, record_of(held(node, "C-1"))))
    for ref, one in (("C-1", "ab" * 16), ("C-2", number)):
        with pytest.raises(NotFoundError):
            decide(node, APPROVER, held(node, ref), one, "approve")


WHO = Looker(IMPORTER)
OLD, NEW = dt.date(2026, 2, 1), dt.date(2026, 10, 20)


def repeats(node: Node) -> dict[str, int]:
    return {one.case_ref: one.others for one in repeats_waiting(node, WHO)}


def changed(areas: Areas, node: Node, ref: str, person: Person, role: Role = Role.victim) -> None:
    """Somebody of a case is corrected by two people, some time later."""
    areas.clock.advance(60)
    held_ = held(node, ref)
    number = propose(node, BY, held_, [said(person, record_of(held_, role))], "A slip.")
    decide(node, APPROVER, held_, number, "approve")
    areas.clock.advance(60)


@pytest.fixture
def two(areas: Areas, node: Node) -> Node:
    """A case that was decided to be a repeat of another."""
    hold(node, case("OLD-1", (HER, HIM), referral_date=OLD, meeting_date=dt.date(2026, 2, 19)))
    hold(node, case("NEW-1", (HER, HIM), referral_date=NEW, meeting_date=None))
    note_entered(node, IMPORTER, "NEW-1")
    other = held(node, "OLD-1").row.handle.hex()
    happened = (Happened.contact_by_others,)
    decision = RepeatDecision(other=other, decided="repeat", happened=happened)
    decide_repeat(node, WHO, held(node, "NEW-1"), decision)
    return node


def test_somebody_who_was_entered_under_a_wrong_name_is_found_here_once_that_is_corrected(
    areas: Areas, node: Node
) -> None:
    hold(node, case("NEW-1", (stranger(309), HIM), referral_date=NEW, meeting_date=None))
    note_entered(node, IMPORTER, "NEW-1")
    assert repeats(node) == {}
    changed(areas, node, "NEW-1", HER)
    assert repeats(node) == {"NEW-1": 1}


def test_a_repeat_is_decided_anew_where_the_correction_changes_what_it_rested_on(
    areas: Areas, two: Node
) -> None:
    wanted = repeats(two)
    changed(
        areas, two, "NEW-1", stranger(310).model_copy(update={"role": Role.perpetrator}), Role.perpetrator
    )
    assert repeats(two) == wanted | {"NEW-1": wanted["NEW-1"] + 1}
    (line,) = [one for one in here_already_of(two, WHO, held(two, "NEW-1")) if one.found.case_ref == "OLD-1"]
    assert line.anew
    decision = RepeatDecision(other=line.found.case, decided="same_victim")
    decide_repeat(two, WHO, held(two, "NEW-1"), decision)
    assert repeats(two) == wanted


def test_a_repeat_that_is_of_other_people_after_a_correction_counts_no_longer(
    areas: Areas, two: Node
) -> None:
    assert figures(two, WHO).repeats == 1
    changed(areas, two, "OLD-1", stranger(311))
    changed(
        areas, two, "OLD-1", stranger(312).model_copy(update={"role": Role.perpetrator}), Role.perpetrator
    )
    assert figures(two, WHO).repeats == 0
    changed(areas, two, "OLD-1", HER)  # Corrected back, it is a finding like any.
    assert "OLD-1" in repeats(two) or "NEW-1" in repeats(two)


def test_a_spelling_that_changes_nothing_of_a_repeat_leaves_it_decided(areas: Areas, two: Node) -> None:
    wanted = repeats(two)
    changed(areas, two, "NEW-1", HER.model_copy(update={"aliases": ("Tin Yelcombe",)}))
    assert repeats(two) == wanted
    assert figures(two, WHO).repeats == 1


def referral(ref: str, **more: Any) -> Referral:
    return Referral.model_validate(sample(case_ref=ref, **more))


def test_a_referral_with_another_name_under_a_cases_number_waits_with_a_correction(node: Node) -> None:
    first = refer(node, referral("R-1"), IMPORTER)
    married = referral("R-1", victim_name="Toya Marlowe", reason="He came back.", referring_agency="Police")
    done = refer_or_propose(node, married, BY)
    assert (done.added, done.handle) == ((), first.handle)
    again = refer_or_propose(node, married, BY)
    assert again.proposal == done.proposal
    with node.read() as tx:
        assert len(papers.of_case(tx, held(node, "R-1").row, PaperKind.referral)) == 1
    (change,) = corrections_of(node, held(node, "R-1"))[0].said.changes
    assert change.before is not None
    assert change.after is not None
    before = f"{change.before.given_names} {change.before.surname}"
    assert (change.after.surname, before in change.after.aliases) == ("Marlowe", True)
    decide(node, APPROVER, held(node, "R-1"), done.proposal, "approve")
    victim = next(one.details for one in held(node, "R-1").people if one.details.person.role is Role.victim)
    assert (victim.person.surname, before in victim.person.aliases) == ("Marlowe", True)
    with node.read() as tx:
        kept = papers.of_case(tx, held(node, "R-1").row, PaperKind.referral)
    assert [one.paper.supplier for one in kept] == ["Northmoor Housing", "Police"]
    assert kept[1].paper.by == IMPORTER.name


def test_a_referral_under_a_wrong_number_is_refused_and_nothing_of_it_is_on_the_case(node: Node) -> None:
    refer(node, referral("R-1"), IMPORTER)
    before = held(node, "R-1").people_digest
    done = refer_or_propose(node, referral("R-1", victim_name="Quite Another"), BY)
    decide(node, APPROVER, held(node, "R-1"), done.proposal, "refuse", "Another woman: case R-2.")
    assert held(node, "R-1").people_digest == before
    with node.read() as tx:
        assert len(papers.of_case(tx, held(node, "R-1").row, PaperKind.referral)) == 1


def test_a_referral_that_waits_is_not_added_to_a_victim_who_was_corrected_meanwhile(node: Node) -> None:
    refer(node, referral("R-1"), IMPORTER)
    done = refer_or_propose(node, referral("R-1", victim_dob="1950"), BY)
    held_ = held(node, "R-1")
    other = propose(node, BY, held_, [said(stranger(313), record_of(held_))], "A slip.")
    decide(node, APPROVER, held(node, "R-1"), other, "approve")
    with pytest.raises(ConflictError, match="changed by somebody else meanwhile"):
        decide(node, APPROVER, held(node, "R-1"), done.proposal, "approve")
    with node.read() as tx:
        assert len(papers.of_case(tx, held(node, "R-1").row, PaperKind.referral)) == 1

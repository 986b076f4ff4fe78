"""What was judged not the same person stays so, until the evidence changes or somebody takes it back."""

from __future__ import annotations

import asyncio

import pytest

from hub.checks.dismissals import dismiss, dismiss_by_name, dismiss_with_reason, undo_dismissal
from hub.errors import ConflictError, NotFoundError, UsageError
from hub.federation.publish import publish
from hub.records.check import SHOWN_DIGITS, AreaResult, CandidateRef, CheckResult
from hub.values import Band, Person
from tests.federation.nodes import IMPORTER, Areas, case, cases_of, check, hold, question


def asked(areas: Areas, subject: Person) -> CheckResult:
    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, question(subject, "eastvale"))

    return asyncio.run(once())


def known(areas: Areas) -> Person:
    """The victim of a case of Eastvale's."""
    return cases_of("eastvale")[0][0]


def counts(area: AreaResult) -> tuple[int, int]:
    return len(area.candidates), len(area.set_aside)


def test_a_candidate_set_aside_is_counted_and_not_listed(stored_areas: Areas) -> None:
    first = asked(stored_areas, known(stored_areas))
    assert counts(first.areas[0]) == (1, 0)
    dismiss(
        stored_areas["northmoor"],
        CandidateRef(first.check_id, "eastvale", first.areas[0].candidates[0].handle),
    )
    later = asked(stored_areas, known(stored_areas)).areas[0]
    assert counts(later) == (0, 1)
    assert "not the same person" in later.note


def test_it_survives_republication_and_can_be_taken_back(areas: Areas) -> None:
    first = asked(areas, known(areas))
    handle = first.areas[0].candidates[0].handle
    dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", handle))
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], criteria=("changed",)))
    publish(areas["eastvale"])
    later = asked(areas, known(areas))
    (candidate,) = later.areas[0].set_aside
    undo_dismissal(areas["northmoor"], CandidateRef(later.check_id, "eastvale", candidate.handle))
    assert counts(asked(areas, known(areas)).areas[0]) == (1, 0)


def test_new_evidence_brings_the_pair_up_again(areas: Areas) -> None:
    her = known(areas)
    first = asked(areas, her)
    dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", first.areas[0].candidates[0].handle))
    renamed = her.model_copy(update={"aliases": (f"{her.given_names} Quennell",)})
    assert counts(asked(areas, renamed).areas[0]) == (1, 0)


def test_only_a_candidate_of_the_check_can_be_set_aside_or_taken_back(areas: Areas) -> None:
    first = asked(areas, known(areas))
    with pytest.raises(NotFoundError):
        dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", "0" * 32))
    with pytest.raises(NotFoundError):
        undo_dismissal(
            areas["northmoor"], CandidateRef(first.check_id, "eastvale", first.areas[0].candidates[0].handle)
        )


def test_a_handle_is_known_by_the_digits_that_are_shown_and_by_no_fewer(areas: Areas) -> None:
    first = asked(areas, known(areas))
    handle = first.areas[0].candidates[0].handle
    with pytest.raises(NotFoundError):
        dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", handle[: SHOWN_DIGITS - 1]))
    dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", handle[:SHOWN_DIGITS]))
    assert counts(asked(areas, known(areas)).areas[0]) == (0, 1)


def test_of_two_records_that_agree_in_just_the_same_neither_is_hidden_for_the_other(areas: Areas) -> None:
    her = known(areas)
    hold(areas["eastvale"], case("again", [her]))
    publish(areas["eastvale"])
    first = asked(areas, her)
    assert counts(first.areas[0]) == (2, 0)
    for one in first.areas[0].candidates:
        with pytest.raises(ConflictError, match="agrees in just the same"):
            dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", one.handle))
    assert counts(asked(areas, her).areas[0]) == (2, 0)


def test_who_was_dismissed_while_alone_hides_nobody_who_comes_after(areas: Areas) -> None:
    her = known(areas)
    first = asked(areas, her)
    dismiss(areas["northmoor"], CandidateRef(first.check_id, "eastvale", first.areas[0].candidates[0].handle))
    hold(areas["eastvale"], case("again", [her]))
    publish(areas["eastvale"])
    assert counts(asked(areas, her).areas[0]) == (2, 0)


def test_a_very_likely_candidate_takes_two_people(areas: Areas) -> None:
    node, first = areas["northmoor"], asked(areas, known(areas))
    candidate = first.areas[0].candidates[0]
    assert candidate.band is Band.strong
    target = CandidateRef(first.check_id, "eastvale", candidate.handle)
    again = IMPORTER.model_copy(update={"name": f"  {IMPORTER.name.upper()}"})
    for who in (IMPORTER, IMPORTER, again):
        assert not dismiss_with_reason(node, target, who, "another year of birth")
    assert counts(asked(areas, known(areas)).areas[0]) == (1, 0)
    other = IMPORTER.model_copy(update={"name": "A. Nother"})
    assert dismiss_with_reason(node, target, other, "I agree")
    assert counts(asked(areas, known(areas)).areas[0]) == (0, 1)


def test_where_nobody_has_an_account_a_very_likely_candidate_takes_two_different_names(areas: Areas) -> None:
    node, first = areas["northmoor"], asked(areas, known(areas))
    target = CandidateRef(first.check_id, "eastvale", first.areas[0].candidates[0].handle)
    for who, because in ((None, ""), (None, "another year"), (IMPORTER, "")):
        with pytest.raises(UsageError, match="two people"):
            dismiss_by_name(node, target, who, because)
    again = IMPORTER.model_copy(update={"name": f"{IMPORTER.name.upper()} "})
    for who in (IMPORTER, IMPORTER, again):
        assert not dismiss_by_name(node, target, who, "another year of birth")
    assert counts(asked(areas, known(areas)).areas[0]) == (1, 0)
    assert dismiss_by_name(node, target, IMPORTER.model_copy(update={"name": "A. Nother"}), "I agree")
    assert counts(asked(areas, known(areas)).areas[0]) == (0, 1)

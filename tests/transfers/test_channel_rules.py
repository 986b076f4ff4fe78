"""Who may open or answer a sealed channel: by facts alone, whoever asks, and with whom to turn to."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from hub.transfers.channel.rules import IN_WORDS, Against, Facts, against, instead, refused

ANY = st.builds(
    Facts,
    manager=st.booleans(),
    case=st.booleans(),
    in_case=st.booleans(),
    household=st.booleans(),
    not_safe=st.booleans(),
    linked=st.booleans(),
    other_in_case=st.booleans(),
    declared=st.booleans(),
)
CLEAR = Facts(manager=True, case=True, declared=True)


@given(ANY)
def test_only_a_manager_with_no_part_in_a_case_that_they_may_know_of_may(facts: Facts) -> None:
    assert (against(facts) == ()) == (facts == CLEAR)


@given(ANY)
def test_of_a_case_that_is_none_for_them_nothing_else_is_said(facts: Facts) -> None:
    nothing = facts.model_copy(update={"case": False, "manager": True})
    assert against(nothing) == (Against.no_case,)


@given(ANY, st.sampled_from(["in_case", "household", "not_safe", "linked", "other_in_case"]))
def test_one_fact_more_never_lets_somebody_in(facts: Facts, fact: str) -> None:
    worse = facts.model_copy(update={fact: True})
    assert set(against(facts)) <= set(against(worse))


def test_whoever_is_refused_reads_whom_to_turn_to() -> None:
    assert instead(["Mo Ashdown"], ["Dee Peel"], "01632 960101") == "Another manager does it: Mo Ashdown."
    assert "Dee Peel" in instead([], ["Dee Peel"], "01632 960101")
    assert "01632 960101" in instead([], [], "01632 960101")
    error = refused((Against.linked,), "Another manager does it: Mo Ashdown.")
    assert (error.text, "Mo Ashdown" in error.do) == (IN_WORDS[Against.linked], True)
    assert set(IN_WORDS) == set(Against)

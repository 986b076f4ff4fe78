"""Whoever is kept out by name is kept out however the name is written."""

from __future__ import annotations

import pytest

from hub.matching import may_be_called


@pytest.mark.parametrize(
    ("listed", "given"),
    [
        ("Robin Ashdown", "ROBIN  ashdown"),
        ("Robin Ashdown", "Dr Robin Ashdown"),
        ("DC Robin Ashdown", "Ms. Robin Ashdown"),
        ("Robin Ashdown", "Sgt Ashdown"),
        ("Robin Ashdown", "Cllr. R. Ashdown"),
        ("Robin Ashdown", "Ashdown, Rev Robin"),
        ("Robin Ashdown", "Ashdown (Prof)"),
        ("Robin Ashdown", "Ashdown Robin"),
        ("Robin Jude Ashdown", "Robin Ashdown"),
        ("Robin Ashdown", "Robin J Ashdown"),
        ("R. Ashdown", "Robin Ashdown"),
        ("Robert Ashdown", "Bob Ashdown"),
        ("Zoë Łukasik-Brown", "zoe lukasik"),
        ("Sean O'Brien", "Séan O Brien"),
        ("Ann-Marie McDonald", "Annmarie Mc Donald"),
        ("Robin Ashdown", "Robin"),
    ],
)
def test_a_name_that_may_be_the_one_listed_counts_as_it(listed: str, given: str) -> None:
    assert may_be_called(listed, given)
    assert may_be_called(given, listed)


@pytest.mark.parametrize(
    "given",
    ["Kim Ashdown", "Robin Lane", "DC Robin Lane", "K Ashdown", "Mr Lane", "", "..."],
)
def test_another_name_does_not(given: str) -> None:
    assert not may_be_called("DC Robin Ashdown", given)
    assert not may_be_called(given, "DC Robin Ashdown")


def test_one_initial_stands_for_one_name() -> None:
    assert not may_be_called("A. Ash", "A. Coordinator")
    assert may_be_called("A. Ash", "Ash Alder")
    assert may_be_called("Robin Ashdown", "R. A.")
    assert not may_be_called("Robin Ashdown", "R. B.")


def test_a_name_that_is_a_rank_as_well_is_a_name_where_it_stands_last() -> None:
    assert not may_be_called("Ann Sergeant", "Ann Lee")
    assert may_be_called("Ann Sergeant", "Sergeant Ann Sergeant")

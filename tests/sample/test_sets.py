"""Linkage sets: same seed, same bytes; the truth is the truth; whole cases are incomplete as cases are."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from hub.sample import uk_cases, uk_set, write_set
from hub.sample.sets import FIELDS, TRUTH_FIELDS, LinkageSet


def _digest(made: LinkageSet, folder: Path) -> str:
    write_set(made, folder)
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.iterdir()))).hexdigest()


def test_a_seed_always_gives_the_same_bytes(tmp_path: Path) -> None:
    """Recorded: if the generator changes on purpose, record it anew and say so in the changelog."""
    one = _digest(uk_set(7, known=50, asked=100, holder=400), tmp_path / "set")
    two = _digest(uk_cases(7, known=20, asked=40, holder=100), tmp_path / "cases")
    # pragma: allowlist nextline secret
    assert one == "82cc1d4fb8b3c0cb82d1c28edc3fa78f3b63d126675641e15c1aca0da2da7b33"
    # pragma: allowlist nextline secret
    assert two == "d6623b48e0bb5efd346eb8e915773130876657ab57f4d590497850968bf450bb"


def test_another_seed_gives_other_people() -> None:
    assert uk_set(1, 5, 10, 50).right != uk_set(2, 5, 10, 50).right


def test_uk_set_has_the_sizes_asked_for_and_a_truth_that_holds() -> None:
    made = uk_set(3, known=300, asked=700, holder=2_000)
    assert (len(made.left), len(made.right), len(made.truth)) == (700, 2_000, 300)
    left, right = ({row["id"]: row for row in side} for side in (made.left, made.right))
    assert (len(left), len(right)) == (700, 2_000)
    for pair in made.truth:
        one, two = left[pair["left_id"]], right[pair["right_id"]]
        if pair["kinds"] == "exact":
            fields = ("given_names", "surname", "date_of_birth")
            assert [one[field] for field in fields] == [two[field] for field in fields]
    assert len({pair["left_id"] for pair in made.truth}) == 300


def test_the_order_of_the_asked_tells_nothing() -> None:
    made = uk_set(4, known=300, asked=600, holder=1_000)
    known = {pair["left_id"] for pair in made.truth}
    assert 110 < sum(row["id"] in known for row in made.left[:300]) < 190


def test_cases_are_incomplete_on_both_sides_and_roles_may_differ() -> None:
    made = uk_cases(5, known=400, asked=600, holder=1_000)
    left, right = ({row["id"]: row for row in side} for side in (made.left, made.right))
    pairs = [(left[pair["left_id"]], right[pair["right_id"]]) for pair in made.truth]
    partners: dict[str, set[str]] = {}
    for one, two in pairs:
        partners.setdefault(one["case_ref"], set()).add(two["case_ref"])
    assert all(len(theirs) == 1 for theirs in partners.values())
    assert 380 < len(partners) <= 400
    sizes = [Counter(row["case_ref"] for row in side) for side in (made.left, made.right)]
    different = sum(sizes[0][ours] != sizes[1][next(iter(theirs))] for ours, theirs in partners.items())
    assert different > 100
    turned = Counter((one["role"], two["role"]) for one, two in pairs)
    assert 0 < turned["victim", "perpetrator"] < 40
    assert turned["victim", "victim"] > 300


def test_known_victims_often_have_another_surname() -> None:
    made = uk_cases(6, known=500, asked=500, holder=500)
    left = {row["id"]: row for row in made.left}
    victims = [pair["kinds"] for pair in made.truth if left[pair["left_id"]]["role"] == "victim"]
    assert 0.1 < sum("surname_changed" in kinds for kinds in victims) / len(victims) < 0.35


def test_too_many_known_is_refused() -> None:
    for known, asked, holder in ((11, 10, 50), (11, 20, 10), (-1, 5, 5)):
        for make in (uk_set, uk_cases):
            with pytest.raises(ValueError, match="known"):
                make(1, known, asked, holder)


def test_files_have_the_columns_of_the_benchmark(tmp_path: Path) -> None:
    write_set(uk_set(1, 3, 6, 9), tmp_path)
    for name, fields, rows in (("LEFT", FIELDS, 6), ("RIGHT", FIELDS, 9), ("TRUTH", TRUTH_FIELDS, 3)):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            assert tuple(reader.fieldnames or ()) == fields
            assert len(list(reader)) == rows

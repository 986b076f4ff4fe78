"""The benchmark of repeats: what it counts, and that what the documentation promises of it is so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.repeats import SEED, Pairs, found_in
from hub.sample.repeats import two_years


def test_pairs_are_counted_once_and_an_unsaid_one_is_missed() -> None:
    pairs = Pairs()
    pairs.count({"a", "b"}, {"b", "c"})
    assert (pairs.right, pairs.wrong, pairs.missed) == (1, 1, 1)
    assert pairs.figures == {"pairs": 2, "recall": 0.5, "precision": 0.5}


def test_a_small_run_finds_who_is_there(tmp_path: Path) -> None:
    found: Any = found_in(tmp_path, two_years(1, families=12))
    assert found["local"]["pairs"] > 5
    assert found["local"]["recall"] > 0.8
    assert found["local"]["precision"] > 0.9


@pytest.mark.slow
def test_repeats_are_found_as_the_documentation_says(tmp_path: Path) -> None:
    found: Any = found_in(tmp_path, two_years(SEED))
    assert found["local"]["recall"] >= 0.95
    assert found["local"]["precision"] >= 0.98

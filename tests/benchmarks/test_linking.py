"""The benchmark of linking: what is asked at once is linked by time, and what is asked apart is not, or is said."""

from __future__ import annotations

import random
import tomllib

import pytest

from benchmarks.linking import FLED, Seen, TwoLogs, by_elimination, by_time, two_logs
from benchmarks.nodes import ROOT
from benchmarks.quotas import SEED, Question, honest_year
from hub.matching import load_config

CONFIG = load_config(tomllib.loads((ROOT / "config" / "matching.toml").read_text()))


@pytest.fixture(scope="module")
def year() -> list[Question]:
    return honest_year(SEED, CONFIG)


def test_whatever_is_asked_of_two_areas_at_once_is_linked_by_its_time(year: list[Question]) -> None:
    logs = two_logs(year, random.Random(1), FLED, apart=False)
    assert by_time(logs, (one.check for one in logs.first)) > 0.99


def test_what_is_asked_apart_is_not_linked_by_its_time_and_partly_by_what_is_left_over(
    year: list[Question],
) -> None:
    logs = two_logs(year, random.Random(1), FLED, apart=True)
    assert by_time(logs, logs.fled) < 0.15
    left, with_size = by_elimination(logs, with_size=False), by_elimination(logs, with_size=True)
    assert 0.3 < left < with_size < 0.8


def test_it_is_known_which_of_two_logs_are_linked() -> None:
    """The measures by hand: two at once, and one that came to the first two hours later and to nobody then."""
    size = 64, 32
    second = [Seen(100.0, size, 0, 0), Seen(200.0, size, 1, 1), Seen(50_000.0, size, 2, 2)]
    first = [Seen(100.1, size, 0, 0), Seen(50_000.1, size, 2, 2), Seen(57_200.0, size, 1, 1)]
    logs = TwoLogs(first, second, frozenset({1}))
    assert by_time(logs, [0, 2]) == 1
    assert by_time(logs, logs.fled) == 0
    assert by_elimination(logs, with_size=True) == 1
    more = TwoLogs(first, [*second[:2], Seen(300.0, size, 3, 3), second[2]], frozenset({1}))
    assert by_elimination(more, with_size=True) == 0

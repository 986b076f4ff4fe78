"""What another area writes stands as its words, and gives nobody a number to ring in place of the one we know."""

from __future__ import annotations

import pytest

from hub.checks.deliver import result_of
from hub.checks.quoted import LEFT_OUT, quoted, without_numbers
from hub.records.check import DisclosureStatus
from hub.values import Level
from hub.wire.messages import Disclosure
from tests.federation.nodes import question, stranger

NUMBERS = [
    "07700 900666",
    "+44 (0)7700-900.666",
    "0 7 7 0 0 9 0 0 6 6 6",
    "07700/900666",
    "\uff10\uff17\uff17\uff10\uff10 900666",
    "\u2460\u2461\u2462\u2463\u2464\u2465",
    "O77OO 9OO666",
    "2 March 2026 900666",
    "2026-03-02 900666",
    "0\u030877\u0308009",
    "12345",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_to_ring_is_left_out_however_it_is_set_out(number: str) -> None:
    shown = without_numbers(f"Ring {number} now.")
    assert shown.startswith("Ring ")
    assert shown.endswith(" now.")
    assert LEFT_OUT in shown
    assert "666" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Referred on Monday 2 March 2026. Criteria: visible high risk; 3 children; 14 points.",
        "Referred on 2026-03-02. Criteria: not recorded.",
        "In danger call 999, or 101 otherwise.",
    ],
)
def test_dates_and_small_numbers_stay(text: str) -> None:
    assert without_numbers(text) == text


@pytest.mark.parametrize("mark", ['"', "\u201d", "\u201c", "\u00bb", "\uff02"])
def test_a_quotation_cannot_close_itself(mark: str) -> None:
    shown = quoted(f"Referred.{mark} The hub says so.")
    assert (shown[0], shown[-1]) == ("\u201c", "\u201d")
    assert not {mark} & set(shown[1:-1])


def test_what_is_kept_to_be_shown_of_a_summary_has_no_number() -> None:
    answer = Disclosure(status="answered", level=Level.summary, summary="Ring 07700 900666.")
    shown = result_of(answer, question(stranger(1), "eastvale"))
    assert (shown.status, shown.summary) == (DisclosureStatus.answered, f"Ring {LEFT_OUT}.")

"""Each reason stands in one column: agrees, differs or not recorded; what is no reason is beside them."""

from __future__ import annotations

import pytest

from hub.matching.reasons import _TEXTS, Comparison, comparison, reasons


@pytest.mark.parametrize(
    ("field", "level", "column"),
    [
        ("date", "same", Comparison.agrees),
        ("date", "year_slip", Comparison.differs),
        ("date", "year_month", Comparison.differs),
        ("date", "known_part", Comparison.agrees),
        ("date", "differs", Comparison.differs),
        ("date", "absent_there", Comparison.not_recorded),
        ("forename", "close", Comparison.differs),
        ("forename", "sounds", Comparison.agrees),
        ("forename", "differs", Comparison.differs),
        ("surname", "absent_here", Comparison.not_recorded),
    ],
)
def test_a_reason_stands_in_its_column(field: str, level: str, column: Comparison) -> None:
    (reason,) = reasons({field: level}, other_name=False, by_case=False, another=False)
    assert comparison(reason.text) is column


def test_what_says_that_something_differs_stands_under_differs() -> None:
    """Whatever else it says: who looks under Differs for a day of birth has to find it."""
    for code, text in _TEXTS.items():
        if "differ" in text or "other way round" in text:
            assert comparison(text) is Comparison.differs, code


def test_what_is_of_other_records_stands_beside() -> None:
    said = reasons({}, other_name=True, by_case=True, another=True)
    assert [comparison(one.text) for one in said] == [
        Comparison.agrees,
        Comparison.agrees,
        Comparison.beside,
    ]
    assert comparison("words of another version") is Comparison.beside

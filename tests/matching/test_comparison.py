"""Each reason stands in one column: agrees, differs or not recorded; what is no reason is beside them."""

from __future__ import annotations

import pytest

from hub.matching.reasons import Comparison, comparison, reasons


@pytest.mark.parametrize(
    ("field", "level", "column"),
    [
        ("date", "same", Comparison.agrees),
        ("date", "year_slip", Comparison.agrees),
        ("date", "differs", Comparison.differs),
        ("date", "absent_there", Comparison.not_recorded),
        ("forename", "close", Comparison.agrees),
        ("forename", "differs", Comparison.differs),
        ("surname", "absent_here", Comparison.not_recorded),
    ],
)
def test_a_reason_stands_in_its_column(field: str, level: str, column: Comparison) -> None:
    (reason,) = reasons({field: level}, other_name=False, by_case=False, another=False)
    assert comparison(reason.text) is column


def test_what_is_of_other_records_stands_beside() -> None:
    said = reasons({}, other_name=True, by_case=True, another=True)
    assert [comparison(one.text) for one in said] == [
        Comparison.agrees,
        Comparison.agrees,
        Comparison.beside,
    ]
    assert comparison("words of another version") is Comparison.beside

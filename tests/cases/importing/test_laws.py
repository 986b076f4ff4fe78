"""Laws of reading: no file makes it fail in another way, and it equals a plain twin."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cases.importing.rows import COLUMNS, parse_row
from hub.errors import HubError
from tests.cases.importing.written import VICTIM, csv_file, read

ANYTHING = st.one_of(
    st.binary(max_size=400),
    st.text(alphabet=',"\n\r;=x\x00é', max_size=200).map(str.encode),
    st.binary(max_size=300).map(
        lambda data: b"case_ref,kind,role,surname,sealed\nC1,marac,victim,F,no\n" + data
    ),
    st.text(alphabet='{}[]":,caseref_1\n', max_size=200).map(str.encode),
)


@settings(max_examples=400)
@given(ANYTHING, st.sampled_from(["in.csv", "in.jsonl"]))
def test_no_file_makes_the_reader_fail_in_another_way(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            cases, rejected = read(Path(folder), content, name)
        except HubError:
            return
        rows = [one.row for one in rejected] + [one.row for case in cases for one in case.people]
        assert len({one.row for case in cases for one in case.people} & {one.row for one in rejected}) == 0
        assert all(1 <= row <= content.count(b"\n") + 2 for row in rows)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=30).map("#".__add__)), st.integers(2, 9))
def test_any_row_is_either_a_person_or_has_problems(cells: dict[str, str], row: int) -> None:
    parsed = parse_row(cells, row)
    assert (parsed.person is None) == bool(parsed.problems)
    for problem in parsed.problems:
        assert problem.row == row
        assert problem.field in COLUMNS
        value = cells.get(problem.field, "").strip()
        assert len(value) < 9 or value not in problem.reason


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABC"),
            st.sampled_from(["victim", "child", "x"]),
            st.sampled_from(["yes", "no", "", "?"]),
        ),
        max_size=12,
    )
)
def test_against_a_plain_twin(rows: list[tuple[str, str, str]]) -> None:
    """Which rows of which cases are kept, and what is sealed, against the rules said plainly."""
    table = [
        VICTIM | {"case_ref": case, "role": role, "sealed": sealed, "given_names": "N" + "a" * i}
        for i, (case, role, sealed) in enumerate(rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        cases, rejected = read(Path(folder), csv_file(table))
    kept = {one.row for case in cases for one in case.people}
    for case in "ABC":
        own = [(i + 2, role, sealed) for i, (ref, role, sealed) in enumerate(rows) if ref == case]
        good = [(row, role) for row, role, sealed in own if role != "x" and sealed != "?"]
        whole = sum(role == "victim" for _, role in good) == 1
        assert {row for row, _, _ in own} & kept == ({row for row, _ in good} if whole else set())
        if whole:
            (found,) = [one for one in cases if one.case_ref == case]
            said = {sealed for _, _, sealed in own}
            assert found.sealed == (True if said & {"yes", "?"} else (False if "no" in said else None))
    assert kept | {one.row for one in rejected} == {i + 2 for i in range(len(rows))}

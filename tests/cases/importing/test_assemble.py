"""Rows assembled into cases: kept, refused or withheld as docs/decisions/0301 says."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cases.importing.assemble import Rejected, Withheld, read_cases
from hub.sample import area_referrals
from hub.values import Role
from tests.cases.importing.written import CHILD, VICTIM, csv_file, read


def test_absent_columns_are_empty_and_headers_may_be_written_freely(tmp_path: Path) -> None:
    columns = ("Case Ref", "KIND", "role", " Surname ")
    content = ",".join(columns).encode() + b"\nC1,marac,victim,Fern\n"
    (case,), rejected = read(tmp_path, content)
    assert rejected == []
    assert (case.publish, case.sealed, case.victim_aware, case.agreement) == (None, None, None, "")
    assert case.people[0].person.surname == "Fern"


def test_the_sample_referrals_are_all_good(tmp_path: Path) -> None:
    for area, rows in area_referrals(5, cases=60).items():
        cases, rejected = read(tmp_path, csv_file(rows), f"{area}.csv")
        assert rejected == []
        assert sum(len(case.people) for case in cases) == len(rows)
        sealed = {row["case_ref"] for row in rows if row["sealed"] == "yes"}
        assert {case.case_ref for case in cases if case.sealed} == sealed


def test_the_rows_of_a_case_may_stand_anywhere(tmp_path: Path) -> None:
    other = VICTIM | {"case_ref": "C2", "surname": "Sorrel"}
    cases, rejected = read(tmp_path, csv_file([CHILD, other, VICTIM]))
    assert rejected == []
    assert [case.case_ref for case in cases] == ["C1", "C2"]
    assert [(one.row, one.person.role) for one in cases[0].people] == [(4, Role.victim), (2, Role.child)]


def test_a_bad_row_in_a_good_case_is_left_out_and_the_rest_kept(tmp_path: Path) -> None:
    (case,), rejected = read(
        tmp_path, csv_file([VICTIM, CHILD | {"date_of_birth": "x"}, CHILD | {"given_names": "Cy"}])
    )
    assert [one.row for one in case.people] == [2, 4]
    assert [(one.row, one.field) for one in rejected] == [(3, "date_of_birth")]


def test_a_case_without_a_victim_is_refused_row_by_row(tmp_path: Path) -> None:
    cases, rejected = read(tmp_path, csv_file([CHILD, CHILD | {"role": "perpetrator"}]))
    assert cases == []
    assert [one.row for one in rejected] == [2, 3]
    assert all("no victim" in one.reason for one in rejected)


def test_if_the_victims_row_is_bad_nothing_of_the_case_is_kept(tmp_path: Path) -> None:
    cases, rejected = read(tmp_path, csv_file([VICTIM | {"date_of_birth": "x"}, CHILD]))
    assert cases == []
    assert [(one.row, one.field) for one in rejected] == [(2, "date_of_birth"), (3, "role")]
    assert "row 2" in rejected[1].reason


def test_two_victims_are_refused(tmp_path: Path) -> None:
    cases, rejected = read(tmp_path, csv_file([VICTIM, VICTIM | {"given_names": "Eve"}, CHILD]))
    assert cases == []
    assert [one.row for one in rejected] == [2, 3, 4]
    assert "rows 2 and 3" in rejected[0].reason


def test_the_same_row_twice_is_kept_once(tmp_path: Path) -> None:
    (case,), rejected = read(tmp_path, csv_file([VICTIM, VICTIM]))
    assert len(case.people) == 1
    assert rejected == [Rejected(3, "", "says the same as row 2: remove one")]


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("kind", "marac", "idva"),
        ("referral_date", "2026-01-01", "2026-01-02"),
        ("meeting_date", "2026-01-01", "2026-01-02"),
        ("idva_service", "Harbour", "Haven"),
        ("agreement", "given", "refused"),
        ("victim_aware", "yes", "no"),
    ],
)
def test_a_case_that_contradicts_itself_is_refused(tmp_path: Path, field: str, one: str, other: str) -> None:
    cases, rejected = read(tmp_path, csv_file([VICTIM | {field: one}, CHILD | {field: other}]))
    assert cases == []
    assert [(bad.row, bad.field) for bad in rejected] == [(2, field), (3, field)]
    assert "rows 2 and 3" in rejected[0].reason
    if field != "kind":
        (case,), rejected = read(tmp_path, csv_file([VICTIM, CHILD | {field: other}]))
        assert rejected == []
        assert getattr(case, field) not in (None, "")


def test_a_case_with_too_many_rows_is_refused(tmp_path: Path) -> None:
    people = [CHILD | {"given_names": f"N{'a' * i}"} for i in range(100)]
    cases, rejected = read(tmp_path, csv_file([VICTIM, *people]))
    assert cases == []
    assert len(rejected) == 101


@pytest.mark.parametrize(
    "row",
    [
        CHILD | {"sealed": "yes"},
        CHILD | {"sealed": "yes", "date_of_birth": "x"},
        CHILD | {"sealed": "maybe"},
        CHILD | {"sealed": "=1"},
    ],
    ids=["said", "said in a bad row", "unreadable", "formula"],
)
def test_sealed_anywhere_seals_the_whole_case(tmp_path: Path, row: dict[str, str]) -> None:
    (case,), _ = read(tmp_path, csv_file([VICTIM | {"sealed": "no", "publish": "yes"}, row]))
    assert case.sealed


@pytest.mark.parametrize("tail", [b"C1,no\xffne,child,Fern\n", b"C1,marac,child,a,b,c\n"])
def test_a_row_that_cannot_be_read_seals_its_case_since_it_may_have_said_so(
    tmp_path: Path, tail: bytes
) -> None:
    head = b"case_ref,kind,role,surname,sealed\nC1,marac,victim,Fern,no\nC2,marac,victim,Fern,no\n"
    cases, rejected = read(tmp_path, head + tail)
    assert [(case.case_ref, case.sealed, case.unread) for case in cases] == [
        ("C1", True, (4,)),
        ("C2", False, ()),
    ]
    assert [one.row for one in rejected] == [4]


@pytest.mark.parametrize(
    "rows",
    [
        [VICTIM | {"date_of_birth": "x", "sealed": "yes"}],
        [VICTIM | {"date_of_birth": "x"}, CHILD | {"sealed": "yes"}],
        [VICTIM | {"sealed": "YES!"}],
        [VICTIM, VICTIM | {"given_names": "Eve", "sealed": "yes"}],
        [CHILD | {"sealed": "yes"}],
        [VICTIM | {"kind": "idva", "sealed": "yes"}, CHILD],
        [VICTIM | {"sealed": "yes"}, *[CHILD | {"given_names": f"N{'a' * i}"} for i in range(100)]],
    ],
    ids=["bad victim", "other row", "unreadable", "two victims", "no victim", "contradiction", "too many"],
)
def test_a_case_of_which_nothing_is_kept_is_sealed_still(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_file(rows))
    out = list(read_cases(path))
    unread = (2,) if rows == [VICTIM | {"sealed": "YES!"}] else ()
    assert [one for one in out if not isinstance(one, Rejected)] == [Withheld("C1", (), unread=unread)]
    path.write_bytes(csv_file([row | {"sealed": "no"} for row in rows]))
    assert not any(isinstance(one, Withheld) for one in read_cases(path))


@pytest.mark.parametrize("ref", ["C1\u200b", "\ufeffC1", "C\x001", "C1\u202e"])
def test_hidden_characters_make_a_row_bad_and_do_not_part_it_from_its_case(tmp_path: Path, ref: str) -> None:
    (case,), rejected = read(tmp_path, csv_file([VICTIM, CHILD | {"case_ref": ref, "sealed": "yes"}]))
    assert (case.case_ref, case.sealed, len(case.people)) == ("C1", True, 1)
    assert [(one.row, one.field) for one in rejected] == [(3, "case_ref")]


@pytest.mark.parametrize(
    "line",
    [
        'C1,marac,child,"Fern',
        'C1,marac,child,"Fern"x,yes',
        "C1,marac,child," + "x" * 300_000,
        '{"case_ref": "C1", "role": "child", "sealed": true,}',
        '{"case_ref": "C1", "role": "child", "shoe": 1}',
        '{"role": "child\xff", "case_ref": "C1"}',
        '{"case_ref": "C\\u0031", "role": 1}',
        '{"case_ref": "C1", "role": "child", "surname": "' + "x" * 300_000 + '"}',
    ],
)
def test_a_line_that_cannot_be_read_seals_the_case_that_it_names(tmp_path: Path, line: str) -> None:
    name = "in.jsonl" if line.startswith("{") else "in.csv"
    head = "" if line.startswith("{") else "case_ref,kind,role,surname,sealed\n"
    path = tmp_path / name
    path.write_bytes(f"{head}{line}\n".encode("latin-1"))
    row = 2 if head else 1
    assert [one for one in read_cases(path) if isinstance(one, Withheld)] == [
        Withheld("C1", (row,), unread=(row,))
    ]


@pytest.mark.parametrize(
    "line", ['{"case_ref": "C1", "case_ref": "C2"}', '{"case_ref": ["C1"]}', "{not json}", '{"case_ref": "C1']
)
def test_a_line_that_names_no_case_for_certain_seals_none_and_is_in_doubt(tmp_path: Path, line: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(line)
    assert [one for one in read_cases(path) if isinstance(one, Withheld)] == [Withheld("", (1,), unread=(1,))]


@pytest.mark.parametrize("ref", ["", "=C1", "C" * 201])
def test_a_seal_of_a_row_without_a_good_reference_is_in_doubt(tmp_path: Path, ref: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_file([VICTIM | {"case_ref": ref, "sealed": "yes"}]))
    assert [one for one in read_cases(path) if isinstance(one, Withheld)] == [Withheld(ref, (2,))]


@pytest.mark.parametrize(
    ("said", "publish"),
    [
        (("yes", ""), True),
        (("yes", "no"), False),
        (("", ""), None),
        (("", "no"), False),
        (("yes", "1"), False),
    ],
)
def test_no_to_publishing_on_any_row_is_no(
    tmp_path: Path, said: tuple[str, str], publish: bool | None
) -> None:
    (case,), _ = read(tmp_path, csv_file([VICTIM | {"publish": said[0]}, CHILD | {"publish": said[1]}]))
    assert case.publish is publish

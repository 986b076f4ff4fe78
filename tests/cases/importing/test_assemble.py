"""Reading import files: good rows are kept, bad ones named with their row, and no file can break the reader."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cases.importing.assemble import CaseIntake, Rejected, Withheld, read_cases
from hub.cases.importing.rows import COLUMNS, parse_row
from hub.errors import HubError, InputError, UsageError
from hub.sample import area_referrals
from hub.values import Kind, Role

VICTIM = {"case_ref": "C1", "kind": "marac", "role": "victim", "given_names": "Ada", "surname": "Fern"}
CHILD = VICTIM | {"role": "child", "given_names": "Bo"}
ARABLE = "Zzyzx"  # a value that must never come back in a reason


def _csv(rows: Iterable[dict[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _read(folder: Path, content: bytes, name: str = "in.csv") -> tuple[list[CaseIntake], list[Rejected]]:
    path = folder / name
    path.write_bytes(content)
    out = list(read_cases(path))
    cases = [one for one in out if isinstance(one, CaseIntake)]
    return cases, [one for one in out if isinstance(one, Rejected)]


def _lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


# --- what is good ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_a_whole_row_is_read_as_it_says(tmp_path: Path, bom: bytes) -> None:
    row = VICTIM | {
        "kind": "idva",
        "idva_service": "Harbour Idva Service",
        "referral_date": "2026-03-01",
        "meeting_date": "2026-03-20",
        "aliases": "Adie Fern; Ada Brook ;",
        "date_of_birth": "1990-04",
        "postcode": "NM1 2AB",
        "address": "1 Rowan Way,\nNorthmoor",
        "phone": "+44 7700 900123",
        "safe_to_call": "unknown",
        "nhs_number": "999 031-6767",
        "agreement": "Given",
        "victim_aware": "yes",
        "criteria": "professional_judgement;visible_high_risk",
        "not_safe_to_talk_to": "Eastvale Council; Jo Fern",
        "sealed": "no",
        "publish": "YES",
    }
    (case,), rejected = _read(tmp_path, bom + _csv([row]))
    assert rejected == []
    assert (case.case_ref, case.kind, case.idva_service) == ("C1", Kind.idva, "Harbour Idva Service")
    assert (case.referral_date, case.meeting_date) == (dt.date(2026, 3, 1), dt.date(2026, 3, 20))
    assert (case.agreement, case.victim_aware, case.sealed, case.publish) == ("given", True, False, True)
    assert case.criteria == ("professional_judgement", "visible_high_risk")
    assert case.not_safe_to_talk_to == ("Eastvale Council", "Jo Fern")
    (one,) = case.people
    assert (one.row, one.address, one.safe_to_call) == (2, "1 Rowan Way,\nNorthmoor", None)
    assert one.person.aliases == ("Adie Fern", "Ada Brook")
    assert (one.person.date_of_birth, one.person.phone) == ("1990-04", "+44 7700 900123")
    assert one.person.nhs_number == "9990316767"


@pytest.mark.parametrize("typed", ["9990316767", "999 031 6767", "999-031-6767", "999\u2013031\u20136767"])
def test_an_nhs_number_is_its_ten_digits_however_they_are_set_apart(tmp_path: Path, typed: str) -> None:
    (case,), rejected = _read(tmp_path, _csv([VICTIM | {"nhs_number": typed}]))
    assert (case.people[0].person.nhs_number, rejected) == ("9990316767", [])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("04/07/1991", "1991-07-04"),
        ("4/7/1991", "1991-07-04"),
        (" 29/02/2024 ", "2024-02-29"),
        ("31/12/1999", "1999-12-31"),
    ],
)
def test_a_date_as_a_british_spreadsheet_writes_it_is_read_day_first(
    tmp_path: Path, written: str, read: str
) -> None:
    fields = ("date_of_birth", "referral_date", "meeting_date")
    (case,), rejected = _read(tmp_path, _csv([VICTIM | dict.fromkeys(fields, written)]))
    assert rejected == []
    day = dt.date.fromisoformat(read)
    assert (case.people[0].person.date_of_birth, case.referral_date, case.meeting_date) == (read, day, day)


def test_absent_columns_are_empty_and_headers_may_be_written_freely(tmp_path: Path) -> None:
    columns = ("Case Ref", "KIND", "role", " Surname ")
    content = ",".join(columns).encode() + b"\nC1,marac,victim,Fern\n"
    (case,), rejected = _read(tmp_path, content)
    assert rejected == []
    assert (case.publish, case.sealed, case.victim_aware, case.agreement) == (None, None, None, "")
    assert case.people[0].person.surname == "Fern"


def test_the_sample_referrals_are_all_good(tmp_path: Path) -> None:
    for area, rows in area_referrals(5, cases=60).items():
        cases, rejected = _read(tmp_path, _csv(rows), f"{area}.csv")
        assert rejected == []
        assert sum(len(case.people) for case in cases) == len(rows)
        sealed = {row["case_ref"] for row in rows if row["sealed"] == "yes"}
        assert {case.case_ref for case in cases if case.sealed} == sealed


def test_json_lines_give_the_same_cases(tmp_path: Path) -> None:
    rows = area_referrals(6, cases=30)["eastvale"]
    words = {"yes": True, "no": False}
    objects = [
        {k: v for k, v in row.items() if v}
        | {
            "aliases": row["aliases"].split(";") if row["aliases"] else None,
            "sealed": words.get(row["sealed"]),
        }
        for row in rows
    ]
    from_csv, _ = _read(tmp_path, _csv(rows))
    from_json, rejected = _read(tmp_path, _lines(*objects), "in.jsonl")
    assert rejected == []
    for one, two in zip(from_csv, from_json, strict=True):
        assert one.criteria == two.criteria
        assert [p.person for p in one.people] == [p.person for p in two.people]
        assert (one.sealed, one.publish, one.kind) == (two.sealed, two.publish, two.kind)


def test_the_rows_of_a_case_may_stand_anywhere(tmp_path: Path) -> None:
    other = VICTIM | {"case_ref": "C2", "surname": "Sorrel"}
    cases, rejected = _read(tmp_path, _csv([CHILD, other, VICTIM]))
    assert rejected == []
    assert [case.case_ref for case in cases] == ["C1", "C2"]
    assert [(one.row, one.person.role) for one in cases[0].people] == [(4, Role.victim), (2, Role.child)]


def test_blank_lines_are_no_rows_but_count_as_spreadsheets_count(tmp_path: Path) -> None:
    good, bad = _csv([VICTIM]), _csv([CHILD | {"role": "cousin"}]).splitlines(keepends=True)[1]
    cases, rejected = _read(tmp_path, good + b"\r\n,,,,\r\n" + bad)
    assert len(cases) == 1
    assert [(one.row, one.field) for one in rejected] == [(5, "role")]


# --- files that are no import file ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        ("case_ref,kind,role,surname\nC1".encode("utf-16"), "not UTF-8"),
        ("case_ref,kind,role,surname\nC1".encode("utf-16-le"), "not UTF-8"),
        (b"C1,marac,victim,Zzyzx\n", "not a header"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe" + bytes(range(1, 256)), "not a header"),
        (b'"case_ref,kind\n' * 100, "not a header"),
        (b"case_ref;kind;role;surname\nC1;marac;victim;Zzyzx\n", "not separated by commas"),
        (b"case_ref,kind,role,surname\rC1,marac,victim,Zzyzx\r", "carriage returns"),
        (b"case_ref,kind,role,surname,dob\n", "not known: number 5."),
        (b"case_ref,Zzyzx,kind,role,surname,Ada Zzyzx\n", "not known: number 2, 6."),
        (b"case_ref,kind,role,surname,,publish\n", "not known: number 5."),
        (b"case_ref,kind,role,surname,role\n", "twice: role"),
        (b"kind,role\n", "lacks columns: case_ref, given_names or surname"),
    ],
)
def test_a_file_that_is_none_is_refused_whole_with_what_to_do(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, content)
    assert says in str(caught.value)
    assert caught.value.do
    assert ARABLE.casefold() not in str(caught.value).casefold()
    assert caught.value.exit_code == 1


def test_a_missing_file_a_folder_and_another_ending(tmp_path: Path) -> None:
    for name, error in (("no.csv", InputError), ("in.xlsx", UsageError)):
        with pytest.raises(error):
            list(read_cases(tmp_path / name))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="not a plain file"):
        list(read_cases(tmp_path / "folder.csv"))
    with pytest.raises(UsageError):
        list(read_cases(Path("/dev/null")))


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert _read(tmp_path, _csv([])) == ([], [])


def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(_csv([VICTIM, VICTIM | {"case_ref": "C2"}]))
    reading = read_cases(path)
    assert isinstance(next(reading), CaseIntake)
    path.write_bytes(_csv([]))
    with pytest.raises(InputError, match="changed while it was read"):
        list(reading)


def test_too_many_rows_are_refused_before_anything_is_yielded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cases.importing.files.MAX_ROWS", 3)
    assert len(_read(tmp_path, _csv([VICTIM | {"case_ref": f"C{i}"} for i in range(3)]))[0]) == 3
    with pytest.raises(InputError, match="more than 3 rows"):
        _read(tmp_path, _csv([VICTIM | {"case_ref": f"C{i}"} for i in range(4)]))


# --- rows that are bad ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("case_ref", "", "names its case"),
        ("kind", "police", "write marac or idva"),
        ("kind", "", "is empty"),
        ("role", "suspect Zzyzx", "victim, perpetrator, child or other"),
        ("given_names", "=HYPERLINK(Zzyzx)", "formula"),
        ("given_names", "@SUM(Zzyzx)", "formula"),
        ("surname", "-Zzyzx", "formula"),
        ("surname", "\tZzyzx", "formula"),
        ("surname", "\rZzyzx", "formula"),
        ("surname", "\uff1dZzyzx", "formula"),
        ("address", "+Zzyzx", "formula"),
        ("aliases", "Ada Fern;=Zzyzx", "formula"),
        ("phone", "+cmd|Zzyzx", "formula"),
        ("phone", "-07700 900123", "formula"),
        ("phone", "ask Zzyzx", "not a telephone number"),
        ("surname", "Zzy\x00zx", "no text"),
        ("surname", "Zzy\nzx", "no text"),
        ("surname", "Zzy\u202ezx\x07", "no text"),
        ("given_names", "Unknown", "leave the cell empty"),
        ("surname", "n/a", "leave the cell empty"),
        ("given_names", "Z" * 201, "longer than 200"),
        ("address", "Z" * 2001, "longer than 2000"),
        ("aliases", ";".join(["Ada Zzyzx"] * 21), "more than 20"),
        ("aliases", "Z" * 201, "more than 200"),
        ("date_of_birth", "1990-02-30", "give the part that is known"),
        ("date_of_birth", "31/02/1990", "give the part that is known"),
        ("date_of_birth", "04/23/1990", "the hub reads day/month/year"),
        ("date_of_birth", "23/04/90", "not of four digits: write DD/MM/YYYY"),
        ("date_of_birth", "04/1990", "give the part that is known"),
        ("date_of_birth", "23/04/0990", "not a date that exists"),
        ("referral_date", "00/04/2026", "write YYYY-MM-DD or DD/MM/YYYY"),
        ("referral_date", "04/23/2026", "the hub reads day/month/year"),
        ("meeting_date", "1/2/26", "not of four digits: write DD/MM/YYYY"),
        ("meeting_date", "1-2-2026", "write YYYY-MM-DD"),
        ("date_of_birth", "1990-13", "give the part that is known"),
        ("date_of_birth", "about 1990", "give the part that is known"),
        ("referral_date", "2026-02-30", "write YYYY-MM-DD"),
        ("meeting_date", "2026", "write YYYY-MM-DD"),
        ("postcode", "NM1 2AB NM1 2AB", "longer than 10"),
        ("postcode", "N/A", "no postcode has"),
        ("nhs_number", "9990000000", "not an NHS number"),
        ("nhs_number", "12345", "not an NHS number"),
        ("safe_to_call", "perhaps", "yes, no or unknown"),
        ("agreement", "yes", "given, refused or not_asked"),
        ("victim_aware", "oui", "yes or no"),
        ("sealed", "maybe", "yes or no"),
        ("publish", "1", "yes or no"),
    ],
)
def test_a_bad_cell_is_named_with_what_to_do_and_not_repeated(
    tmp_path: Path, field: str, value: str, says: str
) -> None:
    other = VICTIM | {"case_ref": "C9"}
    cases, rejected = _read(tmp_path, _csv([other, VICTIM | {field: value}]))
    assert [case.case_ref for case in cases] == ["C9"]
    (one,) = rejected
    assert (one.row, one.field) == (3, field)
    assert says in one.reason
    assert all(part.strip() for part in one.reason.split(":")), "what is wrong, and what to do"
    assert ":" in one.reason
    assert ARABLE not in one.reason
    assert value not in one.reason or not value.strip() or value in ("police", "yes")


def test_every_bad_cell_of_a_row_is_named_at_once(tmp_path: Path) -> None:
    row = VICTIM | {"role": "x", "date_of_birth": "x", "kind": "x", "sealed": "x"}
    _, rejected = _read(tmp_path, _csv([row]))
    assert {one.field for one in rejected} == {"role", "date_of_birth", "kind", "sealed"}


def test_a_person_without_a_name_is_refused_but_one_name_is_enough(tmp_path: Path) -> None:
    cases, rejected = _read(
        tmp_path, _csv([VICTIM | {"surname": ""}, CHILD | {"given_names": "", "surname": ""}])
    )
    assert len(cases[0].people) == 1
    assert [(one.row, one.field) for one in rejected] == [(3, "surname")]


def test_broken_encoding_costs_its_row_alone(tmp_path: Path) -> None:
    lines = _csv([VICTIM, CHILD | {"surname": "Müller"}, VICTIM | {"case_ref": "C2"}]).splitlines(
        keepends=True
    )
    lines[2] = lines[2].decode().encode("latin-1")
    cases, rejected = _read(tmp_path, b"".join(lines))
    assert [case.case_ref for case in cases] == ["C1", "C2"]
    assert rejected == [Rejected(3, "", "is not UTF-8 text: save the file as 'CSV UTF-8'")]


@pytest.mark.parametrize("cells", ["C1,marac,victim", "C1,marac,victim,Fern,more"])
def test_a_row_with_too_few_or_too_many_cells(tmp_path: Path, cells: str) -> None:
    _, rejected = _read(tmp_path, f"case_ref,kind,role,surname\n{cells}\n".encode())
    assert len(rejected) == 1
    assert "where the header has 4" in rejected[0].reason


def test_empty_cells_beyond_the_header_are_nothing(tmp_path: Path) -> None:
    cases, rejected = _read(tmp_path, b"case_ref,kind,role,surname,,\nC1,marac,victim,Fern,, ,,\n")
    assert (len(cases), rejected) == (1, [])


def test_an_open_quotation_mark_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    head = b"case_ref,kind,role,surname\n"
    rows = [f"C{i},marac,victim,Fern\n".encode() for i in range(200)]
    rows[50] = b'C50,marac,victim,"Fern\n'
    rows[60] = b'C60,marac,victim,"Fern"x\n'
    cases, rejected = _read(tmp_path, head + b"".join(rows))
    assert [one.row for one in rejected] == [52, 62]
    assert all("quotation mark" in one.reason for one in rejected)
    assert len(cases) == 198


def test_a_line_beyond_the_limit_costs_itself_alone(tmp_path: Path) -> None:
    long = b"C1,marac,victim," + b"x" * 300_000 + b"\n"
    cases, rejected = _read(tmp_path, b"case_ref,kind,role,surname\n" + long + b"C2,marac,victim,Fern\n")
    assert [(case.case_ref, case.people[0].row) for case in cases] == [("C2", 3)]
    assert [one.row for one in rejected] == [2]
    assert "65,536 bytes" in rejected[0].reason


# --- cases that are bad ---------------------------------------------------------------------------------------


def test_a_bad_row_in_a_good_case_is_left_out_and_the_rest_kept(tmp_path: Path) -> None:
    (case,), rejected = _read(
        tmp_path, _csv([VICTIM, CHILD | {"date_of_birth": "x"}, CHILD | {"given_names": "Cy"}])
    )
    assert [one.row for one in case.people] == [2, 4]
    assert [(one.row, one.field) for one in rejected] == [(3, "date_of_birth")]


def test_a_case_without_a_victim_is_refused_row_by_row(tmp_path: Path) -> None:
    cases, rejected = _read(tmp_path, _csv([CHILD, CHILD | {"role": "perpetrator"}]))
    assert cases == []
    assert [one.row for one in rejected] == [2, 3]
    assert all("no victim" in one.reason for one in rejected)


def test_if_the_victims_row_is_bad_nothing_of_the_case_is_kept(tmp_path: Path) -> None:
    cases, rejected = _read(tmp_path, _csv([VICTIM | {"date_of_birth": "x"}, CHILD]))
    assert cases == []
    assert [(one.row, one.field) for one in rejected] == [(2, "date_of_birth"), (3, "role")]
    assert "row 2" in rejected[1].reason


def test_two_victims_are_refused(tmp_path: Path) -> None:
    cases, rejected = _read(tmp_path, _csv([VICTIM, VICTIM | {"given_names": "Eve"}, CHILD]))
    assert cases == []
    assert [one.row for one in rejected] == [2, 3, 4]
    assert "rows 2 and 3" in rejected[0].reason


def test_the_same_row_twice_is_kept_once(tmp_path: Path) -> None:
    (case,), rejected = _read(tmp_path, _csv([VICTIM, VICTIM]))
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
    cases, rejected = _read(tmp_path, _csv([VICTIM | {field: one}, CHILD | {field: other}]))
    assert cases == []
    assert [(bad.row, bad.field) for bad in rejected] == [(2, field), (3, field)]
    assert "rows 2 and 3" in rejected[0].reason
    if field != "kind":
        (case,), rejected = _read(tmp_path, _csv([VICTIM, CHILD | {field: other}]))
        assert rejected == []
        assert getattr(case, field) not in (None, "")


def test_a_case_with_too_many_rows_is_refused(tmp_path: Path) -> None:
    people = [CHILD | {"given_names": f"N{'a' * i}"} for i in range(100)]
    cases, rejected = _read(tmp_path, _csv([VICTIM, *people]))
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
    (case,), _ = _read(tmp_path, _csv([VICTIM | {"sealed": "no", "publish": "yes"}, row]))
    assert case.sealed


@pytest.mark.parametrize("tail", [b"C1,no\xffne,child,Fern\n", b"C1,marac,child,a,b,c\n"])
def test_a_row_that_cannot_be_read_seals_its_case_since_it_may_have_said_so(
    tmp_path: Path, tail: bytes
) -> None:
    head = b"case_ref,kind,role,surname,sealed\nC1,marac,victim,Fern,no\nC2,marac,victim,Fern,no\n"
    cases, rejected = _read(tmp_path, head + tail)
    assert [(case.case_ref, case.sealed) for case in cases] == [("C1", True), ("C2", False)]
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
    path.write_bytes(_csv(rows))
    out = list(read_cases(path))
    assert [one for one in out if not isinstance(one, Rejected)] == [Withheld("C1", ())]
    path.write_bytes(_csv([row | {"sealed": "no"} for row in rows]))
    assert not any(isinstance(one, Withheld) for one in read_cases(path))


@pytest.mark.parametrize("ref", ["C1\u200b", "\ufeffC1", "C\x001", "C1\u202e"])
def test_hidden_characters_make_a_row_bad_and_do_not_part_it_from_its_case(tmp_path: Path, ref: str) -> None:
    (case,), rejected = _read(tmp_path, _csv([VICTIM, CHILD | {"case_ref": ref, "sealed": "yes"}]))
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
    assert [one for one in read_cases(path) if isinstance(one, Withheld)] == [
        Withheld("C1", (2 if head else 1,))
    ]


@pytest.mark.parametrize(
    "line", ['{"case_ref": "C1", "case_ref": "C2"}', '{"case_ref": ["C1"]}', "{not json}", '{"case_ref": "C1']
)
def test_a_line_that_names_no_case_for_certain_seals_none_and_is_in_doubt(tmp_path: Path, line: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(line)
    assert [one for one in read_cases(path) if isinstance(one, Withheld)] == [Withheld("", (1,))]


@pytest.mark.parametrize("ref", ["", "=C1", "C" * 201])
def test_a_seal_of_a_row_without_a_good_reference_is_in_doubt(tmp_path: Path, ref: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(_csv([VICTIM | {"case_ref": ref, "sealed": "yes"}]))
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
    (case,), _ = _read(tmp_path, _csv([VICTIM | {"publish": said[0]}, CHILD | {"publish": said[1]}]))
    assert case.publish is publish


# --- JSON Lines -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{not json}", "not JSON"),
        (b"[" * 50_000, "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'"Zzyzx"', "not a JSON object"),
        (b'{"case_ref": "C1", "dob": "x"}', "not known (number 2)"),
        (b'{"case_ref": "C1", "Zzyzx": "x"}', "not known (number 2)"),
        (b'{"case_ref": "C1", "role": "victim", "role": "child"}', "twice"),
        (b'{"case_ref": "C1", "date_of_birth": 1990}', "else than text in date_of_birth"),
        (b'{"case_ref": "C1", "aliases": ["a;Zzyzx"]}', "semicolon"),
        (b'{"case_ref": "C1", "surname": ["Zzyzx"]}', "else than text in surname"),
        (b'{"case_ref": "C1", "surname": "\\ud800"}', "not UTF-8"),
        (b'{"case_ref": "C1", "surname": "\xff"}', "not UTF-8"),
        (b"{}", "names its case"),
        (b'{"x": ' + b"1" * 5_000 + b"}", "not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_kept(tmp_path: Path, line: bytes, says: str) -> None:
    cases, rejected = _read(tmp_path, _lines(VICTIM) + b"\n" + line + b"\n", "in.jsonl")
    assert len(cases) == 1
    assert {one.row for one in rejected} == {2}
    assert any(says in one.reason for one in rejected)
    assert not any(ARABLE in one.reason for one in rejected)


# --- whatever the file holds ----------------------------------------------------------------------------------

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
            cases, rejected = _read(Path(folder), content, name)
        except HubError:
            return
        rows = [one.row for one in rejected] + [one.row for case in cases for one in case.people]
        assert len({one.row for case in cases for one in case.people} & {one.row for one in rejected}) == 0
        assert all(1 <= row <= content.count(b"\n") + 2 for row in rows)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=30)), st.integers(2, 9))
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
        cases, rejected = _read(Path(folder), _csv(table))
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

"""Files of rows: read one row at a time, whatever they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cases.importing.assemble import CaseIntake, Rejected, read_cases
from hub.errors import InputError, UsageError
from hub.sample import area_referrals
from tests.cases.importing.written import ARABLE, CHILD, VICTIM, csv_file, lines, read


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
    from_csv, _ = read(tmp_path, csv_file(rows))
    from_json, rejected = read(tmp_path, lines(*objects), "in.jsonl")
    assert rejected == []
    for one, two in zip(from_csv, from_json, strict=True):
        assert one.criteria == two.criteria
        assert [p.person for p in one.people] == [p.person for p in two.people]
        assert (one.sealed, one.publish, one.kind) == (two.sealed, two.publish, two.kind)


def test_blank_lines_are_no_rows_but_count_as_spreadsheets_count(tmp_path: Path) -> None:
    good, bad = csv_file([VICTIM]), csv_file([CHILD | {"role": "cousin"}]).splitlines(keepends=True)[1]
    cases, rejected = read(tmp_path, good + b"\r\n,,,,\r\n" + bad)
    assert len(cases) == 1
    assert [(one.row, one.field) for one in rejected] == [(5, "role")]


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
        read(tmp_path, content)
    assert says in str(caught.value)
    assert caught.value.do
    assert ARABLE.casefold() not in str(caught.value).casefold()
    assert caught.value.exit_code == 1


def test_a_missing_file_a_folder_and_another_ending(tmp_path: Path) -> None:
    for name in ("no.csv", "in.xlsx"):
        with pytest.raises(UsageError):
            list(read_cases(tmp_path / name))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match="not a plain file"):
        list(read_cases(tmp_path / "folder.csv"))
    with pytest.raises(UsageError):
        list(read_cases(Path("/dev/null")))


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert read(tmp_path, csv_file([])) == ([], [])


def test_a_file_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(csv_file([VICTIM, VICTIM | {"case_ref": "C2"}]))
    reading = read_cases(path)
    assert isinstance(next(reading), CaseIntake)
    path.write_bytes(csv_file([]))
    with pytest.raises(InputError, match="changed while it was read"):
        list(reading)


def test_too_many_rows_are_refused_before_anything_is_yielded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cases.importing.files.MAX_ROWS", 3)
    assert len(read(tmp_path, csv_file([VICTIM | {"case_ref": f"C{i}"} for i in range(3)]))[0]) == 3
    with pytest.raises(InputError, match="more than 3 rows"):
        read(tmp_path, csv_file([VICTIM | {"case_ref": f"C{i}"} for i in range(4)]))


def test_broken_encoding_costs_its_row_alone(tmp_path: Path) -> None:
    lines = csv_file([VICTIM, CHILD | {"surname": "Müller"}, VICTIM | {"case_ref": "C2"}]).splitlines(
        keepends=True
    )
    lines[2] = lines[2].decode().encode("latin-1")
    cases, rejected = read(tmp_path, b"".join(lines))
    assert [case.case_ref for case in cases] == ["C1", "C2"]
    assert rejected == [Rejected(3, "", "is not UTF-8 text: save the file as 'CSV UTF-8'")]


@pytest.mark.parametrize("cells", ["C1,marac,victim", "C1,marac,victim,Fern,more"])
def test_a_row_with_too_few_or_too_many_cells(tmp_path: Path, cells: str) -> None:
    _, rejected = read(tmp_path, f"case_ref,kind,role,surname\n{cells}\n".encode())
    assert len(rejected) == 1
    assert "where the header has 4" in rejected[0].reason


def test_empty_cells_beyond_the_header_are_nothing(tmp_path: Path) -> None:
    cases, rejected = read(tmp_path, b"case_ref,kind,role,surname,,\nC1,marac,victim,Fern,, ,,\n")
    assert (len(cases), rejected) == (1, [])


def test_an_open_quotation_mark_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    head = b"case_ref,kind,role,surname\n"
    rows = [f"C{i},marac,victim,Fern\n".encode() for i in range(200)]
    rows[50] = b'C50,marac,victim,"Fern\n'
    rows[60] = b'C60,marac,victim,"Fern"x\n'
    cases, rejected = read(tmp_path, head + b"".join(rows))
    assert [one.row for one in rejected] == [52, 62]
    assert all("quotation mark" in one.reason for one in rejected)
    assert len(cases) == 198


def test_a_line_beyond_the_limit_costs_itself_alone(tmp_path: Path) -> None:
    long = b"C1,marac,victim," + b"x" * 300_000 + b"\n"
    cases, rejected = read(tmp_path, b"case_ref,kind,role,surname\n" + long + b"C2,marac,victim,Fern\n")
    assert [(case.case_ref, case.people[0].row) for case in cases] == [("C2", 3)]
    assert [one.row for one in rejected] == [2]
    assert "65,536 bytes" in rejected[0].reason


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
    cases, rejected = read(tmp_path, lines(VICTIM) + b"\n" + line + b"\n", "in.jsonl")
    assert len(cases) == 1
    assert {one.row for one in rejected} == {2}
    assert any(says in one.reason for one in rejected)
    assert not any(ARABLE in one.reason for one in rejected)

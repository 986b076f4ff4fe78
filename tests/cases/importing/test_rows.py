"""One row: every cell turned into a value, or refused with a reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from hub.values import Kind
from tests.cases.importing.written import ARABLE, CHILD, VICTIM, csv_file, read


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
    (case,), rejected = read(tmp_path, bom + csv_file([row]))
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
    (case,), rejected = read(tmp_path, csv_file([VICTIM | {"nhs_number": typed}]))
    assert (case.people[0].person.nhs_number, rejected) == ("9990316767", [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("04/07/1991", "1991-07-04"),
        ("4/7/1991", "1991-07-04"),
        (" 29/02/2024 ", "2024-02-29"),
        ("31/12/1999", "1999-12-31"),
        ("4 July 1991", "1991-07-04"),
        ("04.07.1991", "1991-07-04"),
    ],
)
def test_a_date_as_a_british_spreadsheet_writes_it_is_read_day_first(
    tmp_path: Path, written: str, meant: str
) -> None:
    fields = ("date_of_birth", "referral_date", "meeting_date")
    (case,), rejected = read(tmp_path, csv_file([VICTIM | dict.fromkeys(fields, written)]))
    assert rejected == []
    day = dt.date.fromisoformat(meant)
    assert (case.people[0].person.date_of_birth, case.referral_date, case.meeting_date) == (meant, day, day)


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
        ("phone", "+44 7700 900123" + " 900123" * 3, "longer than 30"),
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
        ("date_of_birth", "23 April", "has no year"),
        ("date_of_birth", "23/04/0990", "not of four digits"),
        ("referral_date", "00/04/2026", "write YYYY-MM-DD or DD/MM/YYYY"),
        ("referral_date", "04/23/2026", "the hub reads day/month/year"),
        ("meeting_date", "1/2/26", "not of four digits: write DD/MM/YYYY"),
        ("meeting_date", "February 2026", "write YYYY-MM-DD"),
        ("date_of_birth", "1990-13", "not 1 to 12"),
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
    cases, rejected = read(tmp_path, csv_file([other, VICTIM | {field: value}]))
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
    _, rejected = read(tmp_path, csv_file([row]))
    assert {one.field for one in rejected} == {"role", "date_of_birth", "kind", "sealed"}


def test_a_person_without_a_name_is_refused_but_one_name_is_enough(tmp_path: Path) -> None:
    cases, rejected = read(
        tmp_path, csv_file([VICTIM | {"surname": ""}, CHILD | {"given_names": "", "surname": ""}])
    )
    assert len(cases[0].people) == 1
    assert [(one.row, one.field) for one in rejected] == [(3, "surname")]

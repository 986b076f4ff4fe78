"""`docs/formats.md`, held against the program: its examples are read as the program reads them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.cases.dash import QUESTIONS, Dash
from hub.cases.disclosure_log import AddedEntries
from hub.cases.importing.assemble import CaseIntake, read_cases
from hub.cases.importing.rows import COLUMNS
from hub.cases.referral import Referral, problems
from hub.cases.staff import StaffList
from hub.cases.stub import Referrer, Stub
from hub.checks.papers.wanted import Wanted
from hub.checks.part import PartDecision
from hub.checks.read import parse_check_request
from hub.cli.decide import read_rules
from hub.consent import Decision, Outcome, SharingForm, decide, parse_form
from hub.consent.evidence import Closing, DisclosureLogEntry
from hub.consent.form.vocabulary import EVIDENCE, Balance
from hub.errors import InputError
from hub.records.check import AreaResult, Candidate, CheckRequest, CheckResult, DisclosureResult
from hub.values import AgencyKind, Person, Requester
from tests.docs.pages import DOCS

TEXT = (DOCS / "formats.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"(?ms)^<!-- example: (\w+) -->\n```\w+\n(.*?)^```", TEXT))
ON = dt.date(2026, 11, 12)


def test_the_list_of_staff_is_read_as_the_node_reads_it() -> None:
    listed = StaffList.model_validate(tomllib.loads(EXAMPLES["staff"]))
    (member,), (exclusion,) = listed.staff, listed.exclusion
    asker = Requester(
        name=member.name.upper(), role="coordinator", agency=member.agency, agency_kind=AgencyKind.council
    )
    assert listed.against(asker) == (exclusion,)
    for name in (*StaffList.model_fields, *type(member).model_fields, *type(exclusion).model_fields):
        assert name in EXAMPLES["staff"] or name in section("Staff and exclusions"), name


def section(title: str) -> str:
    found = re.search(rf"(?ms)^## {title}\n(.*?)(?=^## |\Z)", TEXT)
    assert found
    return found[1]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_import_examples_are_imported_whole(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"example.{kind}"
    path.write_text(EXAMPLES[kind], encoding="utf-8")
    (case,) = read_cases(path)
    assert isinstance(case, CaseIntake)
    assert len(case.people) == (3 if kind == "csv" else 1)
    assert case.sealed is (kind == "jsonl")


def test_the_example_has_every_column_and_the_page_explains_each() -> None:
    header = next(csv.reader(io.StringIO(EXAMPLES["csv"])))
    assert tuple(header) == COLUMNS
    told = section("Import file")
    assert [column for column in COLUMNS if f"`{column}`" not in told] == []


def test_the_referral_is_read_and_could_be_sent_and_the_page_has_every_field_of_it() -> None:
    example = Referral.model_validate(json.loads(EXAMPLES["Referral"]))
    assert not problems(example, dt.date(2026, 11, 29), established=False)
    told = section("Referral")
    names = {*Referral.model_fields, *Dash.model_fields, *(one.name for one in QUESTIONS)}
    assert [name for name in sorted(names - {"questions"}) if f"`{name}`" not in told] == []


def test_the_question_is_read_as_hub_check_reads_it_and_would_be_permitted() -> None:
    request = parse_check_request(EXAMPLES["CheckRequest"].encode())
    assert request.areas == ("eastvale", "southmere")
    assert decide(request.sharing_form, read_rules(), ON).outcome is Outcome.permit


def test_the_form_is_permitted_and_answers_every_question() -> None:
    form = parse_form(json.loads(EXAMPLES["SharingForm"]))
    assert decide(form, read_rules(), ON).outcome is Outcome.permit
    assert set(json.loads(EXAMPLES["SharingForm"])) == set(SharingForm.model_fields)


RESULTS = (("CheckResult", CheckResult), ("Decision", Decision))


@pytest.mark.parametrize(
    ("name", "model"),
    [
        *RESULTS,
        ("Evidence", Closing),
        ("Told", AddedEntries),
        ("Stub", Stub),
        ("Part", PartDecision),
        ("Wanted", Wanted),
    ],
)
def test_documents_are_those_of_the_program(name: str, model: type[BaseModel]) -> None:
    model.model_validate_json(EXAMPLES[name])


MODELS: dict[str, tuple[type[BaseModel], ...]] = {
    "Stub": (Stub, Referrer),
    "CheckRequest": (CheckRequest, Person, Requester),
    "CheckResult": (CheckResult, AreaResult, Candidate, DisclosureResult),
    "SharingForm": (SharingForm,),
    "Decision": (Decision,),
    "Evidence": (Closing, DisclosureLogEntry, Requester),
    "Told": (AddedEntries,),
    "Part": (PartDecision,),
    "Wanted": (Wanted,),
}


@pytest.mark.parametrize(
    ("title", "model"), [(title, one) for title, models in MODELS.items() for one in models]
)
def test_every_field_is_explained(title: str, model: type[BaseModel]) -> None:
    told = section(title)
    assert [name for name in model.model_fields if f"`{name}`" not in told and f'"{name}"' not in told] == []


def test_grounds_evidence_balancing_and_agencies_are_listed() -> None:
    for key, names in EVIDENCE.items():
        assert f"| `{key}` | {', '.join(f'`{name}`' for name in names)} |" in TEXT
    for value in (*Balance, *AgencyKind):
        assert f"`{value}`" in TEXT


def test_examples_are_of_the_kinds_tested() -> None:
    documents = {
        "Stub",
        "Referral",
        "CheckRequest",
        "CheckResult",
        "SharingForm",
        "Decision",
        "Evidence",
        "Told",
        "Part",
        "Offer",
        "Wanted",
    }
    assert set(EXAMPLES) == {"csv", "jsonl", "staff", *documents}


def test_the_json_lines_of_the_page_are_one_document_each() -> None:
    documents: list[Any] = [json.loads(line) for line in EXAMPLES["jsonl"].splitlines()]
    assert len(documents) == 1


@pytest.mark.parametrize("other", ["Northmoor Police", ""])
def test_a_question_whose_form_is_another_agencys_is_not_read(other: str) -> None:
    """Or leaving the agency out would get round an exclusion of it."""
    document = json.loads(EXAMPLES["CheckRequest"])
    document["requester"]["agency"] = other
    with pytest.raises(
        InputError, match=r"requester\.agency differs from sharing_form\.requester\.agency"
    ) as found:
        parse_check_request(json.dumps(document).encode())
    assert "Nobody was asked" in str(found.value)
    assert "Northmoor" not in str(found.value)
    document["sharing_form"]["requester"]["agency"] = other
    assert parse_check_request(json.dumps(document).encode()).requester.agency == other


@pytest.mark.parametrize("hidden", ["\x1b[31m", "\x00", "\u202e"])
def test_a_question_with_hidden_characters_is_not_read(hidden: str) -> None:
    """They would show a person who decides another name than the one that is compared."""
    document = json.loads(EXAMPLES["CheckRequest"])
    document["subject"]["surname"] += hidden
    with pytest.raises(InputError, match="surname"):
        parse_check_request(json.dumps(document).encode())

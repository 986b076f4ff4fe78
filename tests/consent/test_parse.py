"""Bad input: every rejection names the field, says what to do, and repeats nothing of what was written."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from hub.consent import Outcome, Rules, SharingForm, decide, parse_form
from hub.consent.form.form import Signature
from hub.consent.form.parse import MAX_BYTES
from hub.consent.form.vocabulary import SignatureRole
from tests.consent.refused import refusal, sent
from tests.consent.stories import ON, form_named, ground, remove


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("grounds[0].key", {"grounds": [{"key": "national_security", "evidence": {}}]}),
        ("grounds[0].key", {"grounds": [{"evidence": {}}]}),
        ("grounds[0].evidence", {"grounds": [{"key": "crime", "evidence": "all of it"}]}),
        ("purpose", {"purpose": "immigration"}),
        ("level", {"level": "everything"}),
        ("jurisdiction", {"jurisdiction": "jersey"}),
        ("balancing[0]", {"balancing": ["gut_feeling"]}),
        ("requester.role", {"requester": {"role": "chair"}}),
        ("recipient.agency_kind", {"recipient": {"agency_kind": "newspaper"}}),
        ("recipient.node_id", {"recipient": {"node_id": "East/Vale"}}),
        ("subjects[0].agreement", {"subjects": [{"agreement": "maybe"}]}),
        ("subjects[0].surname", {"subjects": [{"surname": "Example"}]}),
        ("subjects", {"subjects": "s1"}),
        ("review.date", {"review": {"date": "31/13/2026"}}),
        ("signatures[0].role", {"signatures": [{"role": "director", "name": "D"}]}),
        ("protocol.covers[0]", {"protocol": {"ref": "P", "covers": ["anything"]}}),
        ("dash.yes", {"dash": {"tool": "SafeLives Dash", "yes": -1}}),
        ("fled_from[0]", {"fled_from": ["Area 51!"]}),
        ("form_version", {"form_version": 2}),
        ("form_version", {"form_version": "next"}),
        ("form_version", {"form_version": True}),
        ("form_version", {"form_version": -1}),
        ("form_version", {"form_version": "2027-01"}),
        ("incident", {"incident": "x" * 20_001}),
        ("necessity", {"necessity": "null\u0000byte"}),
        ("risk[0].concerns", {"risk": [{"concerns": "hidden\u0008text"}]}),
        ("secret_field", {"secret_field": "1"}),
    ],
)
def test_the_error_names_the_field(field: str, change: dict[str, Any]) -> None:
    form = form_named("refuge") | change
    error = refusal(json.dumps(form).encode())
    assert error.text.startswith(f"{field}: "), error.text
    assert error.do
    assert error.exit_code == 1
    assert error.kept == "Nothing."


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("grounds[1].key", {"grounds": [ground("crime"), ground("crime")]}),
        ("subjects[0].agreement", {"subjects": [{"agreement": "given", "capacity": "lacks"}]}),
        ("subjects[1].ref", {"subjects": [{"ref": "s1"}, {"ref": "s1"}]}),
        ("review.date", {"review": {"date": "2026-01-01", "owner": "B"}}),
        (
            "signatures[manager].date",
            {
                "signatures": [
                    {"role": "caseworker", "name": "A", "date": "2026-11-20"},
                    {"role": "manager", "name": "B", "date": "2026-11-19"},
                ]
            },
        ),
        ("protocol.review", {"protocol": {"ref": "P", "date": "2026-04-01", "review": "2026-03-01"}}),
        ("client_notified.why_not", {"client_notified": {"notified": True, "why_not": "unsafe"}}),
        (
            "client_notified.date",
            {"client_notified": {"notified": False, "date": "2026-11-20", "why_not": "unsafe"}},
        ),
        ("dash.yes", {"dash": {"tool": "SafeLives Dash", "yes": 20, "dont_know": 5}}),
        ("dash.yes", {"dash": {"tool": "DASH 2009", "yes": 28}}),
    ],
)
def test_two_answers_that_cannot_both_be_true_leave_the_form_incomplete(
    field: str, change: dict[str, Any], rules: Rules
) -> None:
    decision = decide(parse_form(form_named("refuge") | change), rules, ON)
    assert decision.outcome is Outcome.incomplete
    assert field in decision.missing
    said = [reason for reason in decision.reasons if reason.field == field]
    assert [reason.code for reason in said] in (["contradiction"], ["dates_out_of_order"])
    assert said[0].text.startswith(f"{field}: ")


def test_a_contradiction_counts_under_a_protocol_too(rules: Rules) -> None:
    form = form_named("routine") | {"client_notified": {"notified": True, "why_not": "unsafe"}}
    assert decide(parse_form(form), rules, ON).missing == ("client_notified.why_not",)


def test_what_was_written_is_never_repeated() -> None:
    # pragma: allowlist nextline secret
    secret = "Zebedee Quartermaine"
    for change in ({"purpose": secret}, {"review": {"date": secret}}, {"subjects": [{"role": secret}]}):
        assert secret not in str(refusal(json.dumps(form_named("refuge") | change).encode()))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON: line 1, column 1"),
        (b"[]", "not a JSON object"),
        (b'{"purpose": }', "not JSON: line 1"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"purpose": NaN}', "not a number"),
        (b'{"necessity": "a", "necessity": "b"}', "necessity: given twice"),
        (b'{"risk": [' + b"[" * 50 + b"]" * 50 + b"]}", "nested too deeply"),
        (b'{"risk": ' + b"[" * 100_000 + b"}", "not JSON"),
        (b'{"incident": "\\ud800"}', "incident: not UTF-8 text: it holds half of a character"),
    ],
)
def test_bytes_that_are_no_form(data: bytes, says: str) -> None:
    assert says in refusal(data).text


def test_a_form_of_ten_megabytes_is_not_even_parsed() -> None:
    error = refusal(b'{"incident": "' + b"x" * 10_000_000 + b'"}')
    assert "larger than" in error.text
    # The limit itself is still read.
    assert "larger than" not in refusal(b" " * MAX_BYTES).text


def test_markup_is_text(rules: Rules) -> None:
    markup = "<script>alert(1)</script> {{ 7*7 }} #set text(red) =HYPERLINK(1) ' OR 1=1 --"
    form = parse_form(sent(incident=markup))
    assert form.incident == markup
    assert decide(form, rules, ON).outcome is Outcome.permit


def test_null_empty_and_absent_are_the_same_unanswered_question(rules: Rules) -> None:
    decisions = []
    for value in (None, "", "   "):
        form = form_named("refuge")
        form |= {
            "purpose": value,
            "review": {"date": value, "owner": value},
            "emergency": None,
            "protocol": None,
        }
        decisions.append(decide(parse_form(form), rules, ON))
    absent = form_named("refuge")
    for path in ("purpose", "review"):
        remove(absent, path)
    decisions.append(decide(parse_form(absent), rules, ON))
    assert all(decision == decisions[0] for decision in decisions)
    assert set(decisions[0].missing) == {"purpose", "review.date", "review.owner"}


@pytest.mark.parametrize("version", [1, "1", "1.0", "v1", None, "", "2026", "2026-11", "2026-11-22"])
def test_ways_to_write_the_current_edition(version: Any) -> None:
    assert parse_form(form_named("refuge") | {"form_version": version}).form_version == 1


def test_evidence_given_as_json_values_reads_as_text(rules: Rules) -> None:
    order = ground("court_order")
    order["evidence"] |= {"sealed_copy": True, "case_no": 123, "scope": None}
    form = parse_form(form_named("refuge") | {"grounds": [order]})
    assert form.grounds[0].evidence["sealed_copy"] == "yes"
    assert form.grounds[0].evidence["case_no"] == "123"
    assert decide(form, rules, ON).missing == ("grounds[court_order].evidence.scope",)


@pytest.mark.parametrize(
    "date",
    [
        "2026-02-30",
        "20261120",
        "1795392000",
        1795392000,
        0,
        True,
        "0001-01-01",
        "9999-12-31",
        "4/7/26",
        [],
        {},
    ],
)
def test_what_is_no_date_is_no_date(date: Any) -> None:
    form = form_named("refuge")
    form["signatures"][0]["date"] = date
    assert refusal(form).text.startswith("signatures[0].date: ")


@pytest.mark.parametrize(
    "date",
    [
        "2026-11-20",
        " 2026-11-20 ",
        "2026-11-20T16:55:00Z",
        "2026-11-20 16:55",
        "20/11/2026",
        "20 November 2026",
    ],
)
def test_a_day_may_carry_its_time_and_be_written_as_people_write_it(date: str) -> None:
    form = form_named("refuge")
    form["signatures"][0]["date"] = date
    assert parse_form(form).signatures[0].date == dt.date(2026, 11, 20)


def test_a_form_is_frozen_and_names_its_signatories() -> None:
    form = parse_form(sent())
    assert form.signature(SignatureRole.manager) == Signature(
        role=SignatureRole.manager, name="Bea Manager", date=dt.date(2026, 11, 21)
    )
    with pytest.raises(ValueError, match="frozen"):
        form.purpose = None  # type: ignore[misc]


def test_a_form_inside_another_value_is_checked_the_same_way() -> None:
    with pytest.raises(ValueError, match=r"review\.date"):
        SharingForm.model_validate(form_named("refuge") | {"review": {"date": "soon"}})

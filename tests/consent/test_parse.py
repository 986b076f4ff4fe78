"""Bad input: every rejection names the field, says what to do, and repeats nothing of what was written."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from hub.consent import GroundKey, Outcome, Rules, SharingForm, decide, parse_form
from hub.consent.form.form import Signature
from hub.consent.form.parse import MAX_BYTES
from hub.consent.form.vocabulary import SignatureRole
from hub.errors import InputError
from tests.consent.stories import ON, form_named, ground, put, remove


def sent(**changes: Any) -> bytes:
    form = form_named("refuge")
    for path, value in changes.items():
        put(form, path.replace("__", "."), value)
    return json.dumps(form).encode()


def refusal(data: bytes | dict[str, Any]) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_form(data)
    return caught.value


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
        ("review.date", {"review": {"date": "31/12/2026"}}),
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
    "date", ["2026-02-30", "20261120", "1795392000", 1795392000, 0, True, "0001-01-01", "9999-12-31", [], {}]
)
def test_what_is_no_date_is_no_date(date: Any) -> None:
    form = form_named("refuge")
    form["signatures"][0]["date"] = date
    assert refusal(form).text.startswith("signatures[0].date: ")


@pytest.mark.parametrize("date", ["2026-11-20", " 2026-11-20 ", "2026-11-20T16:55:00Z", "2026-11-20 16:55"])
def test_a_day_may_carry_its_time(date: str) -> None:
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


PAPER: dict[str, Any] = {
    "form_version": 0,
    "jurisdiction": "england_wales",
    "purpose": "referred_elsewhere",
    "level": "involvement",
    "requester": {"name": "Ada Worker", "role": "idva", "agency": "Haven Refuge", "agency_kind": "refuge"},
    "recipient": {"agency": "Eastvale Council", "agency_kind": "council"},
    "subjects": [{"ref": "s1", "data": ["identity"], "agreement": "not_asked", "aware": True}],
    "risk_table": [
        {"who_at_risk": "client", "at_risk_from": "ex-partner", "immediate_risks": "he is looking"}
    ],
    "dash_ticks": 15,
    "incident_details": "assault on 18 November",
    "protocol_relevant": "N",
    "legal_grounds": "Y",
    "grounds": [ground("crime")],
    "balancing": ["pressing_need"],
    "necessity": "earlier plans",
    "internal_consultations": ["Bea Manager, 19 November, advised to share"],
    "client_notified": "Y",
    "date_notified": "2026-11-19",
    "review_date": "2027-01-15",
    "review_owner": "Bea Manager",
    "caseworker_signature": "Ada Worker",
    "caseworker_date": "2026-11-20",
    "manager_signature": "Bea Manager",
    "manager_date": "2026-11-21",
}


def test_the_paper_edition_is_read_by_its_own_boxes(rules: Rules) -> None:
    form = parse_form(json.dumps(PAPER).encode())
    assert form.form_version == 0
    assert (form.risk[0].who, form.risk[0].from_whom, form.risk[0].immediate) == (
        "client",
        "ex-partner",
        "he is looking",
    )
    assert form.dash is not None
    assert (form.dash.tool, form.dash.yes) == ("SafeLives Dash", 15)
    assert form.consultations[0].who.startswith("Bea Manager")
    assert form.client_notified.date == dt.date(2026, 11, 19)
    assert form.incident == "assault on 18 November"
    assert [(item.role, item.name, str(item.date)) for item in form.signatures] == [
        ("caseworker", "Ada Worker", "2026-11-20"),
        ("manager", "Bea Manager", "2026-11-21"),
    ]
    assert form.review.owner == "Bea Manager"
    assert form.grounds[0].key is GroundKey.crime
    # The paper form never asked for a declaration of interest: that stays open.
    assert decide(form, rules, ON).missing == ("conflicts.declared",)


def test_an_older_edition_may_already_use_todays_fields(rules: Rules) -> None:
    form = parse_form(form_named("refuge") | {"form_version": 0})
    assert form.form_version == 0
    assert form.model_copy(update={"form_version": 1}) == parse_form(form_named("refuge"))
    assert decide(form, rules, ON).permitted


def test_boxes_left_empty_on_paper_stay_unanswered() -> None:
    paper = {key: value for key, value in PAPER.items() if "dash" not in key and "manager" not in key}
    paper |= {
        "client_notified": "N",
        "date_notified": None,
        "why_not": "he opens her letters",
        "internal_consultations": None,
        "external_consultations": [
            {"who": "Home Office", "advice": "share", "date": "2026-11-19"},
            "x" * 300,
        ],
    }
    form = parse_form(paper)
    assert form.dash is None
    assert form.client_notified.why_not == "he opens her letters"
    assert [(advice.kind, advice.who) for advice in form.consultations] == [
        ("external", "Home Office"),
        ("external", "x" * 200),
    ]
    assert len(form.signatures) == 1
    assert not parse_form(
        {key: value for key, value in PAPER.items() if "notified" not in key}
    ).client_notified.notified


def test_a_row_of_paper_keeps_the_columns_it_does_not_know_to_name_them() -> None:
    assert refusal({**PAPER, "risk_table": [{"who_at_risk": "client", "shoe_size": "5"}]}).text.startswith(
        "risk[0].shoe_size: not a field"
    )
    assert refusal({**PAPER, "risk_table": ["client"]}).text.startswith("risk[0]: ")


@pytest.mark.parametrize(
    ("change", "text", "do"),
    [
        (
            {"Zebedee Quartermaine": "x"},
            "(a field): not a box of the paper form.",
            "Leave (a field) out, or use edition 1.",
        ),
        ({"risk_table": "none"}, "risk_table: not a list of rows.", "Give risk_table as a list."),
        (
            {"legal_grounds": "N"},
            "legal_grounds: answered N, but grounds are ticked.",
            "Correct one of the two.",
        ),
        (
            {"client_notified": "maybe"},
            "client_notified: neither Y nor N.",
            "Answer client_notified with Y or N.",
        ),
    ],
)
def test_what_to_do_about_a_box(change: dict[str, Any], text: str, do: str) -> None:
    error = refusal({**PAPER, **change})
    assert (error.text, error.do) == (text, do)


@pytest.mark.parametrize(
    ("data", "text", "do"),
    [
        (
            b"x" * (MAX_BYTES + 1),
            "form: larger than 1,000,000 bytes.",
            "Shorten its texts; attachments do not belong in it.",
        ),
        (b"[]", "form: not a JSON object.", "Write one object with named fields."),
        (b"\xff", "form: not UTF-8 text.", "Save it as UTF-8 JSON."),
        (b"{", "form: not JSON: line 1, column 2.", "Correct the file."),
        (
            b'{"risk": ' + b"[" * 100_000 + b"}",
            "form: not JSON that can be read: nested too deeply.",
            "Correct the file.",
        ),
        (
            b'{"purpose": Infinity}',
            "form: not JSON: Infinity is not a number.",
            "Correct the file.",
        ),
        (
            b'{"form_version": 9}',
            "form_version: not an edition this hub can read (it reads 0, the paper form, and 1).",
            "Fill in the current form, or update the hub.",
        ),
        (
            b'{"purpose": "x", "purpose": "y"}',
            "purpose: given twice.",
            "Correct purpose and decide again.",
        ),
        (b'{"extra": 1}', "extra: not a field of the form.", "Correct extra and decide again."),
        (
            b'{"review": {"date": "x"}}',
            "review.date: a date is written YYYY-MM-DD.",
            "Correct review.date and decide again.",
        ),
    ],
)
def test_what_to_do_about_a_form(data: bytes, text: str, do: str) -> None:
    error = refusal(data)
    assert (error.text, error.do) == (text, do)


def test_the_paper_editions_protocol_has_no_date(rules: Rules) -> None:
    paper = {
        **PAPER,
        "protocol_relevant": "y",
        "protocol_detail": "local protocol",
        "legal_grounds": "N",
        "grounds": [],
    }
    form = parse_form(paper)
    assert form.protocol is not None
    assert form.protocol.ref == "local protocol"
    assert "protocol.date" in decide(form, rules, ON).missing


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("necessity_box", {"necessity_box": "x"}),
        ("client_notified", {"client_notified": "perhaps"}),
        ("client_notified", {"client_notified": 3}),
        ("risk_table", {"risk_table": "none"}),
        ("legal_grounds", {"legal_grounds": "N"}),
        ("dash.yes", {"dash_ticks": 101}),
        ("review.date", {"review_date": "soon"}),
    ],
)
def test_a_paper_form_with_a_bad_box(field: str, change: dict[str, Any]) -> None:
    assert refusal({**PAPER, **change}).text.startswith(field)

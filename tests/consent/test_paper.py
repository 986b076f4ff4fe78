"""The paper edition of the form, and what to do about a box or a form that cannot be read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from hub.consent import GroundKey, Rules, decide, parse_form
from hub.consent.form.parse import MAX_BYTES
from tests.consent.refused import refusal
from tests.consent.stories import ON, form_named, ground

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

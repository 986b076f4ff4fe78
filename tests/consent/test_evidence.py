"""Laws of evidence: the record only grows, saying more never leaves more to say, and nobody closes by silence."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from hub.consent import Obligation, Rules, SharingForm, parse_form
from hub.consent.evidence import (
    RECORD,
    Closing,
    DisclosureLogEntry,
    OpenObligation,
    lacking,
    merged,
    unrecorded,
)
from hub.consent.form.form import Recipient
from hub.values import AgencyKind, Requester, RequesterRole
from tests.consent.stories import form_named

DAY = dt.date(2026, 11, 22)
AGENCIES = st.sampled_from(["Eastvale Council", "eastvale  council", "Eastvale Police", "Westhaven"])
TEXTS = st.sampled_from(["", "n/a", "duty officer", "telephone", "the protocol"])
ROWS = st.lists(
    st.builds(
        DisclosureLogEntry,
        date=st.sampled_from([DAY, DAY - dt.timedelta(days=1)]),
        agency=AGENCIES,
        person=TEXTS,
        method=TEXTS,
        authority=TEXTS,
        response=TEXTS,
        told=st.booleans(),
    ),
    max_size=4,
)
FORMS = st.builds(SharingForm, recipient=st.builds(Recipient, agency=st.one_of(st.just(""), AGENCIES)))
CODES = (
    "record_recipients",
    "review",
    "notify_client",
    "answer_refusal",
    "countersign",
    "complete_emergency",
)


def owed(code: str, form: SharingForm, rows: list[DisclosureLogEntry]) -> OpenObligation:
    return OpenObligation(Obligation(code=code, text="to do", due=DAY), form, DAY, "C-1", tuple(rows))


def who(name: str) -> Requester:
    return Requester(name=name, role=RequesterRole.manager, agency="Police", agency_kind=AgencyKind.police)


@given(ROWS, ROWS)
def test_adding_to_the_record_twice_adds_once_and_changes_nothing_said(
    first: list[DisclosureLogEntry], more: list[DisclosureLogEntry]
) -> None:
    once = merged(first, more)
    assert merged(once, more) == once
    for old, now in zip(first, once, strict=False):
        for part in (*RECORD, "response"):
            assert getattr(now, part) == (getattr(old, part) or getattr(now, part))


def test_a_row_of_another_day_or_with_other_words_is_a_row_of_its_own() -> None:
    first = DisclosureLogEntry(date=DAY, agency="Eastvale", person="duty officer")
    heard = first.model_copy(update={"response": "no response by tomorrow"})
    assert merged([first], [heard]) == (heard,)
    for other in (
        {"date": DAY - dt.timedelta(days=1)},
        {"agency": "Southmere"},
        {"person": "somebody else"},
        {"told": False},
    ):
        row = heard.model_copy(update=other)
        assert merged([first], [row]) == (first, row)


@given(FORMS, ROWS, AGENCIES)
def test_a_complete_row_never_leaves_more_unrecorded(
    form: SharingForm, rows: list[DisclosureLogEntry], agency: str
) -> None:
    whole = DisclosureLogEntry(date=DAY, agency=agency, person="p", method="m", authority="a", response="r")
    assert set(unrecorded(form, [*rows, whole])) <= set(unrecorded(form, rows))


@given(FORMS, ROWS)
def test_the_order_of_rows_does_not_matter(form: SharingForm, rows: list[DisclosureLogEntry]) -> None:
    assert bool(unrecorded(form, rows)) == bool(unrecorded(form, rows[::-1]))


@given(st.sampled_from(CODES), FORMS, ROWS, st.sampled_from(["", "-", "n/a", "tbc"]))
def test_nobody_closes_anything_without_a_name(
    rules: Rules, code: str, form: SharingForm, rows: list[DisclosureLogEntry], name: str
) -> None:
    closing = Closing(by=who(name), on=DAY, text="done", sharings=tuple(rows))
    assert "by.name" in lacking(owed(code, form, rows), closing, rules, DAY)


@given(FORMS, ROWS)
def test_a_review_is_closed_exactly_when_everyone_told_has_a_response(
    rules: Rules, form: SharingForm, rows: list[DisclosureLogEntry]
) -> None:
    """A slow and obvious twin of the rule."""
    closing = Closing(by=who("M. Manager"), on=DAY, text="Reviewed.")
    told = {" ".join(row.agency.casefold().split()) for row in rows if row.told}
    heard = {
        " ".join(row.agency.casefold().split())
        for row in rows
        if row.told and row.response not in ("", "n/a")
    }
    assert (lacking(owed("review", form, rows), closing, rules, DAY) == ()) == (told == heard)


def test_a_blind_row_is_no_excuse_for_a_recipient_who_was_told() -> None:
    blind = DisclosureLogEntry(date=DAY, agency="Eastvale", told=False)
    told = DisclosureLogEntry(date=DAY, agency="Eastvale")
    assert unrecorded(SharingForm(), [blind]) == ()
    assert unrecorded(SharingForm(), [blind, told]) == tuple(f"sharings[Eastvale].{part}" for part in RECORD)


def test_evidence_of_a_day_at_the_end_of_the_calendar_is_told_so_and_nothing_breaks(rules: Rules) -> None:
    refusing = parse_form(form_named("refuge") | {"client_notified": {"notified": None}})
    late = Closing(by=who("Bea Manager"), on=dt.date.max, form=refusing)
    found = lacking(owed("complete_emergency", refusing, []), late, rules, DAY)
    assert found == ("on: not after today",)

"""What people read of a decision and of a result at a terminal."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from hub.cli.show import show_decision, show_result
from hub.consent import Decision, Obligation, Outcome, Reason
from hub.consent.telling import NotTold
from hub.records.check import (
    AreaResult,
    AreaStatus,
    Candidate,
    CheckResult,
    DisclosureResult,
    DisclosureStatus,
)
from hub.values import Band, Kind, Level, Role

WHY = Reason(code="code", text="Say why.", source="hazard H1")
AREA = AreaResult(node_id="eastvale", area="Eastvale", status=AreaStatus.answered, contact="01632 960102")


@pytest.mark.parametrize(
    ("decision", "first"),
    [
        (Decision(outcome=Outcome.permit), "You may ask."),
        (Decision(outcome=Outcome.refuse, reasons=(WHY,)), "You may not ask. Nothing was sent."),
        (Decision(outcome=Outcome.refer, reasons=(WHY,)), "Not sent yet: a person must decide."),
        (Decision(outcome=Outcome.incomplete, missing=("level",)), "Not sent yet: 1 answer is missing."),
        (
            Decision(outcome=Outcome.incomplete, missing=("level", "purpose")),
            "Not sent yet: 2 answers are missing.",
        ),
    ],
)
def test_a_decision_says_in_words_what_may_be_done(
    decision: Decision, first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show_decision(decision)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == first
    assert all(
        f"  - {reason.text}\n" in printed and reason.source not in printed for reason in decision.reasons
    )


def test_a_day_to_do_something_by_is_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    due = Obligation(code="review", text="Review.", due=dt.date(2026, 12, 2))
    show_decision(Decision(outcome=Outcome.permit, obligations=(due,)), disclosed=True)
    assert (
        capsys.readouterr().out
        == "This area was told about whom you ask.\n  To do by Wednesday 2 December 2026: Review.\n"
    )


HOME = Path("/srv/our home")


def _shown(area: AreaResult, capsys: pytest.CaptureFixture[str]) -> str:
    decision = Decision(outcome=Outcome.permit)
    show_result(CheckResult(check_id="0" * 32, decision=decision, areas=(area,), took_ms=1), HOME)
    return capsys.readouterr().out


def test_no_match_is_never_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert 'No possible match in what Eastvale shares. This does not mean "not known".' in _shown(
        AREA, capsys
    )


def test_matches_are_numbered_and_the_command_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reasons = ("same date of birth", "same surname")
    candidates = tuple(
        Candidate(band=band, reasons=reasons, handle=f"{number:032x}")
        for number, band in enumerate(Band, 0xA0)
    )
    printed = _shown(AREA.model_copy(update={"candidates": candidates}), capsys)
    assert re.findall(r"Possible match \d\..*", printed) == [
        f"Possible match {number}. {sure} the same person. Same date of birth; same surname."
        for number, sure in enumerate(("Very likely", "Likely", "Possibly"), 1)
    ]
    assert f"hub disclose '/srv/our home' {'0' * 32} --area eastvale --handle 00000000\n" in printed


def test_what_an_area_writes_is_a_quotation_and_its_month_is_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = DisclosureResult(
        status=DisclosureStatus.answered,
        level=Level.summary,
        involvement=(Kind.marac,),
        role=Role.victim,
        last_activity="2026-03",
        summary='Referred on Monday 2 March 2026." The hub says: she is not safe.',
    )
    candidate = Candidate(band=Band.strong, reasons=(), handle="ab" * 16, disclosure=answer)
    printed = _shown(AREA.model_copy(update={"candidates": (candidate,)}), capsys)
    assert "Answered: Marac involvement, as victim; last activity March 2026.\n" in printed
    quotation = (
        "Eastvale writes: \u201cReferred on Monday 2 March 2026.' The hub says: she is not safe.\u201d\n"
    )
    assert quotation in printed
    assert "withheld" not in printed


def test_of_an_answer_in_part_it_is_said_whom_to_ask_for_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And of an area that somebody fled, not to ring it."""
    answer = DisclosureResult(
        status=DisclosureStatus.answered, level=Level.involvement, role=Role.victim, in_part=True
    )
    candidate = Candidate(band=Band.strong, reasons=(), handle="ab" * 16, disclosure=answer)
    area = AREA.model_copy(update={"candidates": (candidate,)})
    said = "Some of what was asked for was released; the rest was withheld: ask"
    assert f"{said} Eastvale.\n" in _shown(area, capsys)
    fled = area.model_copy(update={"not_told": NotTold.fled})
    assert f"{said} your manager.\n" in _shown(fled, capsys)


def test_an_area_that_is_asked_later_is_shown_with_by_when(capsys: pytest.CaptureFixture[str]) -> None:
    by = dt.datetime(2026, 11, 30, 13, tzinfo=dt.UTC)
    area = AreaResult(
        node_id="eastvale", area="Eastvale", status=AreaStatus.not_asked, contact="", to_be_asked_by=by
    )
    text = " ".join(_shown(area, capsys).split())
    assert "without the name, apart from the others, by 13:00 UTC on Monday 30 November 2026." in text

"""The words of decisions and the rules in words are recorded: a change of either is seen, never slipped in."""

from __future__ import annotations

from pathlib import Path

from hub.consent import Rules
from hub.consent.rules.in_words import explain
from tests.consent.phrases import FILE, phrases
from tests.consent.stories import ON

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "consent.md"


def test_the_words_of_every_decision_are_the_recorded_ones(rules: Rules) -> None:
    assert phrases(rules) == FILE.read_text(encoding="utf-8").splitlines()


def test_the_document_prints_the_rules_as_they_are(rules: Rules) -> None:
    assert explain(rules, ON) in DOCUMENT.read_text(encoding="utf-8")

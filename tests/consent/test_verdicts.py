"""How a Guardian's or a manager's written decision is read: as share, as do not share, or as neither."""

from __future__ import annotations

import pytest

from hub.consent.form.form import Consultation
from hub.consent.verdicts import limit, verdict
from hub.values import Level
from tests.consent.stories import ON


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("share", True),
        ("Share with the coordinator only.", True),
        ("DISCLOSE to the police", True),
        ("release the dates", True),
        ("proceed", True),
        ("Agreed to share", True),
        ("agree to share her name", True),
        ("Do not share", False),
        ("do not disclose", False),
        ("don't share", False),
        ("Not to share", False),
        ("refuse", False),
        ("Declined", False),
        ("Share nothing", None),
        ("share not her address", None),
        ("share her name, never her address", None),
        ("share no detail", None),
        ("share, but don't write", None),
        ("share what cannot hurt", None),
        ("share: involvement only, no location", True),
        ("Share: involvement only, no address and no contact details.", True),
        ("share: involvement only, no name", None),
        ("share: no location", None),
        ("share: nothing", None),
        ("she should decide", None),
        ("yes", None),
        ("", None),
    ],
)
def test_only_plain_words_are_read(words: str, *, read: bool | None) -> None:
    advice = Consultation.model_validate({"who": "Caldicott Guardian", "date": str(ON), "decision": words})
    assert verdict(advice, ON) is read


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ("share: involvement only, no location", Level.involvement),
        ("Share the summary only", Level.summary),
        ("share only involvement, or a summary only", Level.involvement),
        (
            "share: a transfer only, or a summary only",
            Level.summary,
        ),  # The least of them, not the first by letters.
        ("share with the coordinator only", None),
        ("share", None),
    ],
)
def test_the_limit_of_a_decision_is_kept(words: str, most: Level | None) -> None:
    advice = Consultation.model_validate({"who": "Caldicott Guardian", "date": str(ON), "decision": words})
    assert limit(advice) is most
    for level in (Level.involvement, Level.summary, Level.transfer):
        kept = most is None or list(Level).index(level) <= list(Level).index(most)
        assert verdict(advice, ON, level) is (True if kept else None)
    assert verdict(advice, ON, None) is (True if most is None else None)


@pytest.mark.parametrize(
    "words", ["", "share", "do not share", "Nothing", "involvement only", "she is afraid"]
)
@pytest.mark.parametrize("decided", ["share", "do_not_share", "not_decided"])
def test_an_answer_is_read_as_it_stands_or_as_nothing(decided: str, words: str) -> None:
    advice = Consultation.model_validate({"date": str(ON), "decided": decided, "decision": words})
    answer = {"share": True, "do_not_share": False, "not_decided": None}[decided]
    opposite = {
        "share": ["do not share", "Nothing"],
        "do_not_share": ["share"],
        "not_decided": ["share", "do not share"],
    }[decided]
    assert verdict(advice, ON) is (None if words in opposite else answer)

"""How a Guardian's or a manager's written decision is read: as share, as do not share, or as neither."""

from __future__ import annotations

import pytest

from hub.consent.form.form import Consultation
from hub.consent.refusals import verdict
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
        ("she should decide", None),
        ("yes", None),
        ("", None),
    ],
)
def test_only_plain_words_are_read(words: str, *, read: bool | None) -> None:
    advice = Consultation.model_validate({"who": "Caldicott Guardian", "date": str(ON), "decision": words})
    assert verdict(advice, ON) is read

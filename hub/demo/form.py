"""The demonstration's agreement and the sharing form of its questions. All of it is fiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hub.node.agreements import AGREEMENTS
from hub.sample import AREAS
from hub.sample.agreement import Signed, agencies_of, agreement_text
from hub.sample.question import sharing_form

__all__ = ["sharing_form", "write_agreement"]

AGREEMENT_FILE: Final = "inter-area.toml"


def write_agreement(home: Path, today: dt.date, signed: Iterable[Signed] | None = None) -> None:
    """Put the fictional areas' agreement, or one between these agencies, into a home."""
    folder = home / AGREEMENTS
    folder.mkdir(exist_ok=True)
    text = agreement_text(agencies_of(AREAS) if signed is None else signed, today)
    (folder / AGREEMENT_FILE).write_text(text, encoding="utf-8")

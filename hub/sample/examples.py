"""Examples of what commands read from files, of made-up people: who acts, a sharing form, an import. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping
from typing import Final

from hub.sample.question import sharing_form
from hub.sample.referrals import COLUMNS, area_referrals
from hub.sample.stub import SEED, sample_stub

CASES: Final = 3


def examples(today: dt.date) -> Mapping[str, str]:
    """The files by name, each complete as it is."""
    who = sample_stub()["by"]
    asked = {"purpose": "referred_elsewhere", "requester": who, "subject": {"role": "victim"}}
    return {
        "who.json": _json(who),
        "form.json": _json(sharing_form(asked, today, grounded=False)),
        "referrals.csv": _referrals(today),
    }


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


def _referrals(today: dt.date) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(area_referrals(SEED, CASES, today)["northmoor"])
    return text.getvalue()

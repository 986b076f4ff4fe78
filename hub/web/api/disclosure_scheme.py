"""What programs may read and record of the Domestic Violence Disclosure Scheme, for a case."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from hub.checks.disclosure_scheme import SchemeTyped, considered, due, record
from hub.values import LongText, ShortText, Value
from hub.web.api.acts import Call


class SchemeRecorded(Value):
    """That it was considered, or not: by whom, when (UTC) and why."""

    considered: Literal["yes", "no"]
    because: LongText
    by: ShortText
    at: dt.datetime


class SchemeShown(Value):
    """Whether the scheme is to be considered for a case, and what was recorded, the newest first.

    `due`: another area knows an alleged perpetrator of the case as one, and nobody has considered it since. It says
    nothing of anybody there.
    """

    due: bool
    recorded: tuple[SchemeRecorded, ...]


def show_scheme(call: Call) -> SchemeShown:
    """Read whether the disclosure scheme is to be considered for a case, and what was recorded."""
    held = call.case
    return SchemeShown(
        due=due(call.node, call.acting, held),
        recorded=tuple(
            SchemeRecorded(
                considered=one.said.considered,
                because=one.said.because,
                by=one.by,
                at=dt.datetime.fromtimestamp(one.at, dt.UTC),
            )
            for one in considered(call.node, call.acting, held)
        ),
    )


def record_scheme(call: Call) -> SchemeShown:
    """Record whether the disclosure scheme was considered, and why; sent twice, it is kept once."""
    typed: SchemeTyped = call.body
    record(call.node, call.acting, call.case, typed)
    return show_scheme(call)

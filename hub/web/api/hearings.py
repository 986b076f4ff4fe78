"""What programs may read of later hearings in other areas of cases that both hold to be the same."""

from __future__ import annotations

import datetime as dt

from hub.checks.heard_elsewhere import heard_elsewhere
from hub.records.hearings import State
from hub.values import NodeId, ShortText, Value
from hub.web.api.acts import Call


class HearingListed(Value):
    """A day that an area said: no more is ever told. `page` is the case's; `said_at`: when it said so (UTC)."""

    page: str
    case_ref: ShortText
    area: NodeId
    day: dt.date
    state: State
    said_at: dt.datetime


class HearingsListed(Value):
    """Later hearings elsewhere of the cases that the account may open, the newest first."""

    hearings: tuple[HearingListed, ...]


def list_hearings(call: Call) -> HearingsListed:
    """List the days on which other areas hear a case, or heard it, that both hold to be the same."""
    found = heard_elsewhere(call.node, call.acting)
    return HearingsListed(
        hearings=tuple(
            HearingListed(
                page=f"/cases/{one.case}",
                case_ref=one.case_ref,
                area=one.area,
                day=one.day,
                state=one.state,
                said_at=dt.datetime.fromtimestamp(one.said_at, dt.UTC),
            )
            for one in found
        )
    )

"""Listing a case for a meeting is no review of its publication: that stays decided, and due, as it was."""

from __future__ import annotations

import datetime as dt

from hub.cases.listing import list_for
from hub.cases.meeting_days import Listing
from hub.cases.obligations import list_obligations
from hub.node.node import Node
from hub.values import Role
from tests.cases.hidden import held
from tests.federation.nodes import IMPORTER, Areas, case, hold, stranger

HER = stranger(261)
HIM = stranger(262).model_copy(update={"role": Role.perpetrator})


def reviews(node: Node) -> list[tuple[str, dt.date | None]]:
    every = list_obligations(node, IMPORTER, node.today(), every=True)
    return [(one.number, one.due) for one in every if one.purpose == "publish" and one.case_ref == "NEW-1"]


def test_the_decision_and_the_day_of_its_review_stay(areas: Areas) -> None:
    node = areas["eastvale"]
    hold(node, case("NEW-1", (HER, HIM), referral_date=node.today(), meeting_date=None))
    before, due = held(node, "NEW-1").row.decision_id, reviews(node)
    assert due
    areas.clock.advance(40 * 86_400)
    day = node.today() + dt.timedelta(days=3)
    list_for(node, held(node, "NEW-1"), IMPORTER, Listing(day=day))
    after = held(node, "NEW-1")
    assert after.details.meeting_date == day
    assert (after.row.decision_id, reviews(node)) == (before, due)
    assert after.row.may_publish

"""The day of a meeting and the flag where a case moves: what was heard goes with it, a day to come does not."""

from __future__ import annotations

import datetime as dt
import hashlib

from hub.cases.flags import flag_of
from hub.cases.listing import list_for
from hub.cases.meeting_days import Days, Listing, days_of
from hub.cases.not_yet_listed import not_yet_listed
from hub.cases.repeat_decisions import Looker
from hub.checks.agenda import Asker, agenda_of
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.transfers import drop_pack, keep_pack, keep_transfer, pack_of
from hub.transfers.accept import accept
from hub.transfers.channel import answering, asking
from hub.transfers.offer import offer_case
from hub.wire.channel import Reference
from tests.accounts.people import user
from tests.cases.hidden import held
from tests.federation.nodes import Areas
from tests.transfers.moving import (
    COORDINATOR,
    NEW,
    OLD,
    REF,
    THERE,
    an_offer,
    delivered,
    heard,
    offered,
    told,
)
from tests.transfers.ringing import acting, both_logged, chosen, ready, tick

DAY_S = 86_400


def on(node: Node, days: int) -> dt.date:
    return node.today() + dt.timedelta(days=days)


def heard_and_listed_again(areas: Areas) -> tuple[dt.date, dt.date]:
    """Her case was heard at the old area ten days ago, and is listed there for a day in three days."""
    met, to_come = on(areas[OLD], -10), on(areas[OLD], 3)
    heard(areas, referral_date=on(areas[OLD], -30), meeting_date=met)
    list_for(areas[OLD], held(areas[OLD], REF), COORDINATOR, Listing(day=to_come, before="heard"))
    return met, to_come


def moved(areas: Areas) -> str:
    """It is offered and accepted; its reference there."""
    made = offered(areas)
    assert made.transfer
    decided = accept(areas[NEW], made.transfer.id, THERE)
    assert told(areas, decided) == ""
    return decided.case_ref


def flagged_from(node: Node, ref: str) -> dt.date | None:
    found = flag_of(node, Looker(COORDINATOR), held(node, ref).row.handle.hex())
    return found.meeting if found else None


def on_agenda(node: Node, day: dt.date) -> list[str]:
    return [one.case.details.case_ref for one in agenda_of(node, Asker(COORDINATOR), day)]


def test_what_was_heard_keeps_its_flag_where_she_moves_and_is_on_no_agenda_there(areas: Areas) -> None:
    met, to_come = heard_and_listed_again(areas)
    ref = moved(areas)
    assert days_of(held(areas[NEW], ref).details) == Days(None, (met,))
    assert flagged_from(areas[NEW], ref) == met
    assert on_agenda(areas[NEW], to_come) == []
    areas.clock.advance(4 * DAY_S)
    assert flagged_from(areas[NEW], ref) == met


def test_a_day_for_which_it_was_listed_before_it_moved_begins_no_flag_where_it_was(areas: Areas) -> None:
    met, _ = heard_and_listed_again(areas)
    moved(areas)
    areas.clock.advance(4 * DAY_S)
    assert flagged_from(areas[OLD], REF) == met


def test_a_case_that_moves_before_it_was_heard_is_flagged_in_neither_area(areas: Areas) -> None:
    heard(areas, referral_date=on(areas[OLD], -5), meeting_date=on(areas[OLD], 3))
    ref = moved(areas)
    areas.clock.advance(4 * DAY_S)
    assert (flagged_from(areas[OLD], REF), flagged_from(areas[NEW], ref)) == (None, None)


def test_a_day_to_come_that_another_area_sends_is_not_kept(areas: Areas) -> None:
    heard(areas)
    node, made = areas[NEW], offer_case(areas[OLD], an_offer(areas[OLD]), COORDINATOR)
    assert made.transfer
    with areas[OLD].write() as tx:  # As versions before this one packed it.
        pack = pack_of(tx, made.transfer).model_copy(update={"meeting_date": on(node, 3)})
        data = pack.model_dump_json().encode()
        drop_pack(tx, made.transfer.id)
        keep_pack(tx, made.transfer.id, data)
        keep_transfer(tx, made.transfer.model_copy(update={"digest": hashlib.sha256(data).hexdigest()}))
    delivered(areas, OLD, made.delivery)
    areas.clock.advance(4 * DAY_S)
    ref = accept(node, made.transfer.id, THERE).case_ref
    assert days_of(held(node, ref).details) == Days(None, ())
    assert flagged_from(node, ref) is None


def test_who_moved_here_is_not_yet_listed_until_somebody_lists_her(areas: Areas) -> None:
    heard_and_listed_again(areas)
    ref = moved(areas)
    node = areas[NEW]
    manager = user(node, "Nia Redmayne", AccountRole.manager, organisation="Police")

    def waiting() -> list[str]:
        return [one.number for one in not_yet_listed(node, acting(node, manager), 10)]

    assert ref in waiting()
    list_for(node, held(node, ref), COORDINATOR, Listing(day=on(node, 9)))
    assert ref not in waiting()
    assert on_agenda(node, on(node, 9)) == [ref]


def test_a_channel_gives_the_day_on_which_it_was_heard_and_none_to_come(areas: Areas) -> None:
    pair = ready(areas)
    old = areas[OLD]
    was = held(old, REF).details.meeting_date
    list_for(old, held(old, REF), COORDINATOR, Listing(day=on(old, 3), before="heard"))
    channel = both_logged(pair)
    tick(areas)
    answering.give(old, pair.old_acting, Reference(channel.reference), chosen(pair))
    tick(areas)
    (came,) = asking.channels_of(areas[NEW], pair.new_acting)
    assert came.given is not None
    assert came.given.meeting_date == was

"""What somebody tries with a sealed channel, in either area, and two nodes that fail: nothing comes of it."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.cases.staff import STAFF_FILE
from hub.crypto import age
from hub.errors import ConflictError, InputError, NotFoundError, UsageError
from hub.node.node import open_node
from hub.records.accounts import AccountRole
from hub.transfers.channel import answering, asking
from hub.transfers.channel import exchange as exchange_module
from hub.transfers.channel.reading import WhyRead, read
from hub.values import Role
from hub.wire.channel import NotGiven, Reference
from tests.accounts.people import user
from tests.federation.nodes import Areas, case, hold, stranger
from tests.transfers.moving import HE, NEW, OLD, REF, SHE
from tests.transfers.ringing import (
    NEW_MANAGER,
    OLD_MANAGER,
    PLAN,
    SAID,
    THERE,
    Pair,
    acting,
    both_logged,
    call,
    carried,
    chosen,
    handle,
    papers_of,
    prepared,
    ready,
    tick,
    with_plan,
)

R = AccountRole


@pytest.fixture
def pair(areas: Areas) -> Pair:
    return ready(areas)


def state(pair: Pair) -> str:
    return asking.channels_of(pair.areas[NEW], pair.new_acting)[0].state.value


def nothing_came(pair: Pair) -> bool:
    return PLAN not in str([one.body for one in papers_of(pair.areas[NEW], THERE)])


def test_until_both_have_logged_the_call_nothing_is_asked(pair: Pair) -> None:
    channel = prepared(pair)
    tick(pair.areas)
    assert state(pair) == "prepared"
    reference = Reference(channel.reference)
    answering.log_call(pair.areas[OLD], pair.old_acting, reference, NEW, NEW_MANAGER, call(NEW_MANAGER))
    tick(pair.areas)
    assert answering.see(pair.areas[OLD], pair.old_acting, reference).asked is None
    asking.log_call(pair.areas[NEW], pair.new_acting, channel.id, call(OLD_MANAGER))
    tick(pair.areas)
    seen = answering.see(pair.areas[OLD], pair.old_acting, reference).asked
    assert seen is not None
    assert (seen.surname, seen.date_of_birth) == (SHE.surname, SHE.date_of_birth)


def test_before_the_old_areas_manager_logged_it_nothing_is_kept_there(pair: Pair) -> None:
    channel = prepared(pair)
    asking.log_call(pair.areas[NEW], pair.new_acting, channel.id, call(OLD_MANAGER))
    tick(pair.areas)
    with pytest.raises(NotFoundError):
        answering.see(pair.areas[OLD], pair.old_acting, Reference(channel.reference))
    assert state(pair) == "asked"


def test_another_manager_of_the_old_area_opens_nothing_with_the_reference(pair: Pair) -> None:
    """Nor logs a call under it once more."""
    channel = both_logged(pair)
    tick(pair.areas)
    other = user(pair.areas[OLD], "Ola Second", R.manager, by=pair.old.account, organisation="Police")
    second = acting(pair.areas[OLD], other)
    reference = Reference(channel.reference)
    with pytest.raises(NotFoundError):
        answering.see(pair.areas[OLD], second, reference)
    with pytest.raises(NotFoundError):
        answering.give(pair.areas[OLD], second, reference, chosen(pair))
    with pytest.raises(ConflictError):
        answering.log_call(pair.areas[OLD], second, reference, NEW, NEW_MANAGER, call(NEW_MANAGER))


def test_a_request_that_names_another_manager_than_was_spoken_to_is_not_shown(pair: Pair) -> None:
    """The new area lies about its manager, or somebody else rang: the two records are not of one call."""
    channel = prepared(pair)
    asking.log_call(pair.areas[NEW], pair.new_acting, channel.id, call(OLD_MANAGER))
    reference = Reference(channel.reference)
    answering.log_call(pair.areas[OLD], pair.old_acting, reference, NEW, "Nobody Known", call("Nobody Known"))
    tick(pair.areas)
    with pytest.raises(UsageError, match="other managers"):
        answering.see(pair.areas[OLD], pair.old_acting, reference)


def test_a_reference_of_another_area_or_swapped_opens_nothing(pair: Pair) -> None:
    channel = prepared(pair)
    asking.log_call(pair.areas[NEW], pair.new_acting, channel.id, call(OLD_MANAGER))
    reference = Reference(channel.reference)
    there = pair.areas[OLD]
    answering.log_call(there, pair.old_acting, reference, "southmere", NEW_MANAGER, call(NEW_MANAGER))
    tick(pair.areas)
    assert answering.see(there, pair.old_acting, reference).asked is None
    with pytest.raises(NotFoundError):
        answering.see(there, pair.old_acting, Reference.new())
    with pytest.raises(InputError):
        Reference.typed("abcd-efgh")


def test_a_manager_who_worked_on_her_case_is_refused_and_told_whom_to_turn_to(pair: Pair) -> None:
    """In either area; and who is left to turn to there is said."""
    channel = both_logged(pair)
    tick(pair.areas)
    user(pair.areas[OLD], "Ola Second", R.manager, by=pair.old.account, organisation="Police")
    with_plan(pair.areas[OLD], by=OLD_MANAGER)
    with pytest.raises(UsageError, match="part in this case") as refused:
        answering.give(pair.areas[OLD], pair.old_acting, Reference(channel.reference), chosen(pair))
    assert "Ola Second" in refused.value.do
    asking.close(pair.areas[NEW], pair.new_acting, channel.id)
    with_plan(pair.areas[NEW], THERE, NEW_MANAGER)
    with pytest.raises(UsageError, match="part in this case") as refused:
        prepared(pair)
    assert "There is no other manager here" in refused.value.do


def test_a_manager_who_is_kept_out_reads_what_they_would_where_there_is_no_case(pair: Pair) -> None:
    channel = both_logged(pair)
    tick(pair.areas)
    old, reference = pair.areas[OLD], Reference(channel.reference)

    def said(case: str) -> str:
        with pytest.raises(UsageError) as refused:
            answering.to_give(old, pair.old_acting, reference, chosen(pair, case=case))
        return str(refused.value)

    nowhere = said("ab" * 16)
    (old.home / STAFF_FILE).write_text(f'[[exclusion]]\ncase_ref = "{REF}"\nperson = "{OLD_MANAGER}"\n')
    assert said(pair.here) == nowhere
    assert answering.see(old, pair.old_acting, reference).cases == ()


def test_a_colleague_among_her_people_stops_nobody(pair: Pair) -> None:
    """He works for an agency in the area that she fled: that is what a channel is for."""
    user(
        pair.areas[OLD],
        f"{HE.given_names} {HE.surname}",
        R.representative,
        by=pair.old.account,
        organisation="Police",
    )
    assert carried(pair).state == "kept"


def test_a_manager_there_who_may_be_somebody_in_the_case_is_told_nothing(pair: Pair) -> None:
    with pytest.raises(UsageError, match="name of somebody in this case"):
        prepared(pair, other=f"{HE.given_names} {HE.surname}")
    assert asking.channels_of(pair.areas[NEW], pair.new_acting) == []


def test_nobody_opens_one_without_saying_that_they_have_no_connection(pair: Pair) -> None:
    with pytest.raises(UsageError, match="no connection"):
        prepared(pair, declared=False)


def test_another_womans_case_is_not_given_in_her_place(pair: Pair) -> None:
    """A case that the manager may open, whose victim is not who is asked for."""
    channel = both_logged(pair)
    tick(pair.areas)
    hold(pair.areas[OLD], case("NM-other", [stranger(803)], fled_from=()))
    other = handle(pair.areas[OLD], pair.old_acting, "NM-other")
    with pytest.raises(UsageError, match="no such case"):
        answering.give(
            pair.areas[OLD], pair.old_acting, Reference(channel.reference), chosen(pair, case=other)
        )


def test_of_a_case_with_a_day_that_no_area_reads_nothing_is_given_and_which_day_is_said(pair: Pair) -> None:
    channel = both_logged(pair)
    tick(pair.areas)
    he = HE.model_copy(update={"role": Role.perpetrator})
    hold(pair.areas[OLD], case(REF, [SHE, he], fled_from=(), referral_date=dt.date(1899, 12, 31)))
    with pytest.raises(InputError, match="before 1900 or after 2099"):
        answering.give(pair.areas[OLD], pair.old_acting, Reference(channel.reference), chosen(pair))


def test_of_a_refusal_the_code_alone_is_told(pair: Pair) -> None:
    channel = both_logged(pair)
    tick(pair.areas)
    answering.refuse(pair.areas[OLD], pair.old_acting, Reference(channel.reference), NotGiven.not_permitted)
    tick(pair.areas)
    (one,) = asking.channels_of(pair.areas[NEW], pair.new_acting)
    assert (one.state, one.given.refused if one.given else None) == ("refused", "not_permitted")
    with pytest.raises(ConflictError):
        asking.put_into_case(pair.areas[NEW], pair.new_acting, channel.id)
    assert nothing_came(pair)


def test_a_node_that_dies_with_the_answer_in_its_hand_is_given_it_again(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = both_logged(pair)
    tick(pair.areas)
    answering.give(pair.areas[OLD], pair.old_acting, Reference(channel.reference), chosen(pair))
    with monkeypatch.context() as dies:
        dies.setattr(exchange_module, "_take", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tick(pair.areas)
    assert state(pair) == "asked"
    tick(pair.areas)
    assert state(pair) == "answered"
    asking.put_into_case(pair.areas[NEW], pair.new_acting, channel.id)
    with pytest.raises(ConflictError):
        asking.put_into_case(pair.areas[NEW], pair.new_acting, channel.id)
    assert len([one for one in papers_of(pair.areas[NEW], THERE) if PLAN in str(one.body)]) == 1


def test_who_is_kept_out_of_her_case_since_finds_no_channel_of_theirs(pair: Pair) -> None:
    prepared(pair)
    new = pair.areas[NEW]
    assert asking.channels_of(new, pair.new_acting) != []
    (new.home / STAFF_FILE).write_text(f'[[exclusion]]\ncase_ref = "{THERE}"\nperson = "{NEW_MANAGER}"\n')
    assert asking.channels_of(new, pair.new_acting) == []


def test_without_an_officers_key_no_call_is_logged(pair: Pair) -> None:
    """Nobody could look after it: it is said what to do."""
    old = pair.areas[OLD]
    settings = old.home / "node.toml"
    settings.write_text(settings.read_text().partition("[channels]")[0])
    old.database.close()
    pair.areas.nodes[OLD] = open_node(old.home, clock=pair.areas.clock)
    with pytest.raises(UsageError, match="no key of a data-protection officer"):
        both_logged(pair)


def test_the_officer_reads_what_went_and_that_it_was_read(pair: Pair) -> None:
    """With the key that is not on the node, and with no other."""
    carried(pair)
    why = WhyRead(by="Dee Peel", reason="Quarterly look.")
    found = read(pair.areas[OLD], pair.identity, why)
    (one,) = found.answered
    assert (one.by, one.other, one.peer, one.case_ref) == (OLD_MANAGER, NEW_MANAGER, NEW, REF)
    assert one.call.said == SAID
    again = read(pair.areas[OLD], pair.identity, why)
    assert [each.read_by for each in again.read] == ["Dee Peel"]
    other = age.new_identity()[0]
    assert read(pair.areas[OLD], other, why).answered == ()
    assert read(pair.areas[NEW], other, why).opened == ()
    opened = read(pair.areas[NEW], pair.identity, why).opened
    assert [(each.by, each.peer, each.reference) for each in opened] == [(NEW_MANAGER, OLD, "")]

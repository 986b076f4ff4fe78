"""Hour by hour, what comes to the old area's node, opened with its keys, is alike with a channel and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.errors import ConflictError
from hub.transfers.channel import answering, asking
from hub.transfers.channel import exchange as exchange_module
from hub.transfers.channel.exchange import renew
from hub.wire.channel import ASKED_BYTES, GIVEN_BYTES, SLOT_BYTES, Reference
from tests.federation.nodes import Areas
from tests.transfers.moving import NEW, OLD
from tests.transfers.nothing_back import listening, rows_opened
from tests.transfers.ringing import (
    NEW_MANAGER,
    OLD_MANAGER,
    Pair,
    both_logged,
    call,
    chosen,
    prepared,
    ready,
    tick,
    twin_of,
)

HOUR = 3_600
HOURS = 12
PACKED = SLOT_BYTES + 1 + ASKED_BYTES
BLOCK = 16


@pytest.fixture
def pair(areas: Areas) -> Pair:
    return ready(areas)


@dataclass
class Hours:
    """What each hour came to the old area's node and went back, opened; what it kept then, opened."""

    came: list[bytes] = field(default_factory=list)
    went: list[bytes] = field(default_factory=list)
    kept: list[list[tuple[str, bytes]]] = field(default_factory=list)

    def sizes(self) -> list[Counter[tuple[str, int]]]:
        """How many values of which length each hour left in which place."""
        return [
            Counter((where, len(value)) for where, value in one if of_channels(where)) for one in self.kept
        ]


def of_channels(where: str) -> bool:
    return where.startswith(("envelope.", "arrived.")) and where.endswith(".sealed")


Acts = dict[int, Callable[[], object]]


def hours(areas: Areas, acts: Acts) -> Hours:
    """The clocks of both nodes, for so many hours; what somebody does in which."""
    seen = Hours()
    for hour in range(HOURS):
        areas.clock.advance(HOUR)
        renew(areas[OLD])
        acts.get(hour, lambda: None)()
        with (
            listening(areas[OLD], areas.network.hosts) as at_old,
            listening(areas[NEW], areas.network.hosts) as at_new,
        ):
            tick(areas)
        seen.came += [one for one in at_old.values if len(one) == PACKED]
        seen.went += [one for one in at_new.values if len(one) == GIVEN_BYTES]
        seen.kept.append(list(rows_opened(areas[OLD])))
    return seen


def acts_of(pair: Pair) -> tuple[Acts, Reference]:
    """The call is logged there at once and here in the third hour; the plan is given in the eighth."""
    old, new = pair.areas[OLD], pair.areas[NEW]
    channel = prepared(pair)
    reference = Reference(channel.reference)
    return {
        0: lambda: asking.log_call(new, pair.new_acting, channel.id, call(OLD_MANAGER)),
        2: lambda: answering.log_call(old, pair.old_acting, reference, NEW, NEW_MANAGER, call(NEW_MANAGER)),
        7: lambda: answering.give(old, pair.old_acting, reference, chosen(pair)),
        8: lambda: asking.put_into_case(new, pair.new_acting, channel.id),
    }, reference


def blocks(values: list[bytes]) -> Counter[tuple[int, bytes]]:
    """Every part of each value, by where in it it stands."""
    return Counter((at, one[at : at + BLOCK]) for one in values for at in range(0, len(one), BLOCK))


def fields(came: list[bytes]) -> list[bytes]:
    """The two fields of an envelope that are of chance, one after the other."""
    return [one[:SLOT_BYTES] + one[SLOT_BYTES + 1 :] for one in came]


def test_nothing_that_comes_to_the_old_areas_node_or_goes_back_is_seen_twice(pair: Pair) -> None:
    """While a question is sent, sent again, given, and said to be held; each field, opened with the node's keys."""
    acts, _ = acts_of(pair)
    seen = hours(pair.areas, acts)
    assert asking.channels_of(pair.areas[NEW], pair.new_acting)[0].held
    assert max(blocks(fields(seen.came)).values()) == 1
    assert max(blocks(seen.went).values()) == 1
    assert {one[SLOT_BYTES] for one in seen.came} == {0}
    assert len(seen.came) == len(seen.went) == HOURS


def test_hours_with_an_open_channel_are_as_many_envelopes_as_long_and_as_many_rows(
    pair: Pair, tmp_path: Path
) -> None:
    acts, _ = acts_of(pair)
    twin = twin_of(pair, tmp_path / "twin")
    used, unused = hours(pair.areas, acts), hours(twin, {})
    for one in (used, unused):
        assert [len(each) for each in one.came] == [PACKED] * HOURS
        assert [len(each) for each in one.went] == [GIVEN_BYTES] * HOURS
    assert used.sizes() == unused.sizes()


def test_while_a_question_waits_the_old_areas_rows_say_nothing_of_it(pair: Pair) -> None:
    """No envelope of that node changes, and no value in one stands in anything that came."""
    acts, reference = acts_of(pair)
    del acts[7], acts[8]
    seen = hours(pair.areas, acts)
    old = pair.areas[OLD]
    assert answering.see(old, pair.old_acting, reference).asked is not None
    envelopes = [Counter(one for one in kept if one[0] == "envelope.sealed") for kept in seen.kept]
    assert all(opened(one) == opened(envelopes[-1]) for one in envelopes[2:])
    stored = b"".join(value for one in envelopes for _, value in one)
    assert not [
        one for one in seen.came if one[:SLOT_BYTES] in stored or one[SLOT_BYTES + 1 :][:64] in stored
    ]


def opened(envelopes: Counter[tuple[str, bytes]]) -> set[bytes]:
    """What is in them but for the mark that one is used, which is set by chance too."""
    return {value[1:] for _, value in envelopes}


def test_a_question_that_came_often_is_one_and_is_answered_once(pair: Pair) -> None:
    acts, reference = acts_of(pair)
    del acts[8]
    hours(pair.areas, acts)
    (one,) = asking.channels_of(pair.areas[NEW], pair.new_acting)
    assert one.state == "answered"
    with pytest.raises(ConflictError, match="answered already"):
        answering.give(pair.areas[OLD], pair.old_acting, reference, chosen(pair))


def test_an_answer_that_is_sent_again_is_like_no_other(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The node there dies with it in its hand, twice: both are what was given, and no part of them is the same."""
    channel = both_logged(pair)
    tick(pair.areas)
    reference = Reference(channel.reference)
    answering.give(pair.areas[OLD], pair.old_acting, reference, chosen(pair))
    monkeypatch.setattr(exchange_module, "_take", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with listening(pair.areas[NEW], pair.areas.network.hosts) as at_new:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                tick(pair.areas)
    went = [one for one in at_new.values if len(one) == GIVEN_BYTES]
    first, second = (reference.post.opened(one, NEW, OLD) for one in went)
    assert first == second is not None
    assert max(blocks(went).values()) == 1

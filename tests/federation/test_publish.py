"""Publishing while others work: how long it holds them up, and what they change meanwhile. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event

from hub.cases.importing.run import import_cases
from hub.federation import publish as publishing
from hub.federation.entries import Opened, positions
from hub.federation.publish import keys_of, publish
from hub.matching import match_keys
from hub.node.node import Node
from hub.store import feeds
from hub.values import Person
from hub.wire.messages import BATCH_ENTRIES
from tests.federation.nodes import Areas, case, hold, in_feed, stranger
from tests.federation.publishing import (
    HER,
    SISTER,
    lines,
    publish_while,
    replace,
    review,
    seal,
    statements_of_writes,
)


def test_a_publish_asks_a_few_things_of_the_database_while_others_wait(stored_areas: Areas) -> None:
    """Not one for each match-key: they are evaluated and looked up before."""
    node = stored_areas["eastvale"]
    for at in range(4):
        hold(node, case(f"more-{at}", [stranger(70 + at)]))
    with statements_of_writes(node) as asked:
        assert publish(node).added == 4
    assert 0 < len(asked) < 40


@pytest.mark.parametrize("at_once", [0, 50])
@pytest.mark.parametrize("end", [seal, replace, review])
def test_who_may_not_be_met_any_more_when_a_publish_is_written_does_not_enter_the_feed(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, end: Callable[[Node], None], at_once: int
) -> None:
    monkeypatch.setattr(publishing, "AT_ONCE", at_once)
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]), case("other", [stranger(63)]))
    before = lines(node)
    done = publish_while(node, lambda: end(node))
    assert (done.added, done.withdrawn) == (1, 0)
    assert not in_feed(node, HER)
    assert in_feed(node, stranger(63))
    assert lines(node) - before == BATCH_ENTRIES
    assert publish(node).added == (1 if end is replace else 0)
    assert in_feed(node, SISTER) == (end is replace)


@pytest.mark.parametrize("at_once", [0, 50])
@pytest.mark.parametrize("end", [seal, replace, review])
def test_who_is_in_the_feed_and_may_not_be_met_any_more_is_not_put_back_by_a_publish_under_way(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, end: Callable[[Node], None], at_once: int
) -> None:
    monkeypatch.setattr(publishing, "AT_ONCE", at_once)
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    assert in_feed(node, HER)
    hold(node, case("other", [stranger(63)]))

    def ends() -> None:
        end(node)
        assert in_feed(node, HER) == (end is replace), "she has left before the publish ends"

    done = publish_while(node, ends)
    assert (done.added, done.withdrawn) == (1, int(end is replace))
    assert not in_feed(node, HER)
    assert in_feed(node, stranger(63))


def test_a_publish_goes_on_where_those_who_share_a_match_key_with_its_people_leave(
    stored_areas: Areas,
) -> None:
    """Who moved into their places, and who lies beyond them, is where peers look."""
    node = stored_areas["eastvale"]
    same = [HER.model_copy(update={"given_names": name}) for name in ("Ada", "Bea", "Cleo", "Dora", "Edith")]
    hold(node, *(case(f"same-{at}", [one]) for at, one in enumerate(same)))
    publish(node)
    hold(node, case("her", [HER]))

    def leave() -> None:
        hold(node, *(case(f"same-{at}", [one], sealed=True) for at, one in enumerate(same[:4])))

    assert publish_while(node, leave).added == 1
    assert live_indices(node, HER) == live_indices(node, same[4]) == 2


def live_indices(node: Node, person: Person) -> int:
    """How many entries a walk finds at the match-key of a surname and a full date."""
    keys = keys_of(node, node.prf_keys())
    (key,) = [one for one in match_keys(person, node.matching) if one.cls == "SX.ymd"]
    opened = [Opened(keys.strong.prf.output(key.material), keys.strong.context)]
    with node.read() as tx:
        (found,) = positions(opened, 2, lambda made: feeds.live_tokens(tx.session, node.epoch(), made))
    return len(found)


def test_a_seal_too_late_for_a_publish_waits_for_it_and_withdraws(stored_areas: Areas) -> None:
    """Nobody's case changes between the last look at it and the commit, unless the seal finds it in the feed."""
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    withdrawn: list[int] = []

    def sealing() -> None:
        done = import_cases(node, [case("her", [HER], sealed=True)], dry_run=False, progress=lambda _: None)
        withdrawn.append(done.withdrawn)

    late = threading.Thread(target=sealing)

    def writes(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO feed_entry") and not late.ident:
            late.start()
            late.join(timeout=1)

    event.listen(node.database.engine, "before_cursor_execute", writes)
    publish(node)
    event.remove(node.database.engine, "before_cursor_execute", writes)
    late.join()
    assert withdrawn == [1]
    assert not in_feed(node, HER)
    assert publish(node).withdrawn == 0

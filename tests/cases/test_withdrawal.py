"""Whoever is sealed, or may not be matched any more, has left the feed when that is done. On both databases.

So a question meets nobody of them: not the next one, and not one that is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlmodel import select

from hub.cases import changes
from hub.checks.answer import waiting_requests
from hub.federation import evaluate as evaluating
from hub.federation import withdraw
from hub.federation.entries import Evaluator
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.federation.withdraw import Withdrawal
from hub.matching import match_keys
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import matchable
from hub.records.check import DisclosureStatus
from hub.records.crowded_keys import crowded_in
from hub.store import feeds
from hub.store.tables import CrowdedKeys, FeedEntry
from hub.values import Person
from hub.wire.messages import BATCH_ENTRIES, NOT_ANSWERED
from tests.checks import pending
from tests.checks.disclosing import asked
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, cases_of, events, handle_of, hold, in_feed, stranger
from tests.federation.problems import assert_problem
from tests.federation.publishing import HER, lines, review, seal, statements_of_writes

OTHER = stranger(63)


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    """Eastvale, which has published her and somebody else."""
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]), case("other", [OTHER]))
    publish(node)
    assert in_feed(node, HER)
    return node


def state(node: Node) -> feeds.State:
    with node.read() as tx:
        found = feeds.state(tx.session)
    assert found
    return found


def recounted(node: Node) -> feeds.State:
    """The feed's state as counting it gives it."""
    before = state(node)
    with node.write() as tx:
        return feeds.close(tx.session, before.layout, before.published_at)


@pytest.mark.parametrize("end", [seal, review])
def test_who_may_not_be_matched_any_more_has_left_the_feed_when_that_is_done(
    node: Node, end: Callable[[Node], None]
) -> None:
    before, there = state(node), lines(node)
    end(node)
    assert not in_feed(node, HER)
    assert in_feed(node, OTHER)
    after = state(node)
    assert (after.people, after.epoch) == (before.people - 1, before.epoch)
    assert after == recounted(node)
    (told,) = events(node, "people_withdrawn")
    assert told["detail"]["persons"] == 1
    assert told["detail"]["tombstones"] % 256 == 0
    assert (after.last_seq - before.last_seq) % BATCH_ENTRIES == 0
    assert lines(node) <= there + BATCH_ENTRIES
    assert publish(node).withdrawn == 0


def test_the_next_question_meets_nobody(stored_areas: Areas, node: Node) -> None:
    """An honest neighbour's, whose copy is of before: no `hub publish` and no sync stands between."""
    assert asked(stored_areas, HER).areas[0].candidates
    seal(node)
    result = asked(stored_areas, HER).areas[0]
    assert (result.status, result.candidates) == ("answered", ())


def test_a_question_that_is_being_answered_meets_nobody(
    stored_areas: Areas, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She is sealed after the holder admitted it, and before its answer leaves."""
    assert asked(stored_areas, HER).areas[0].candidates
    true, calls = evaluating._evaluated, list[object]()

    def evaluated(*arguments: object) -> object:
        if not calls:
            seal(node)
        calls.append(arguments)
        return true(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(evaluating, "_evaluated", evaluated)
    result = asked(stored_areas, HER).areas[0]
    assert calls
    assert (result.status, result.candidates) == ("answered", ())


def test_an_answer_that_was_lost_and_is_asked_for_again_meets_nobody(stored_areas: Areas, node: Node) -> None:
    """The answer that is kept names the feed of now, which is without her; after a rotation there is none."""
    hand = Hand(stored_areas)
    request = hand.evaluation()
    first = hand.evaluate(request, key="lost")
    assert hand.evaluate(request, key="lost").content == first.content
    seal(node)
    again = hand.evaluate(request, key="lost").json()
    assert again["feed_at"] == state(node).last_seq > first.json()["feed_at"]
    assert again["elements"] == first.json()["elements"]
    rotate(node)
    assert_problem(hand.evaluate(request, key="lost"), 409, "epoch_changed")


def test_a_publish_between_reading_and_writing_does_not_keep_her_in(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was worked out for another feed is not written: it is worked out again."""
    true, published = withdraw.withdrawal_of, list[int]()

    def withdrawal_of(tx: Reading, rows: list[feeds.PersonRow]) -> Withdrawal | None:
        worked_out = true(tx, rows)
        if rows and not published:
            published.append(0)
            hold(node, case("more", [stranger(64)]))
            published[0] = publish(node).added
        return worked_out

    monkeypatch.setattr(changes, "withdrawal_of", withdrawal_of)
    seal(node)
    assert published == [1]
    assert not in_feed(node, HER)
    assert in_feed(node, stranger(64))
    assert state(node) == recounted(node)


def test_a_first_publish_before_the_seal_is_written_does_not_keep_her_in(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She was not in the feed when the seal was worked out."""
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    true, published = changes.work_out, list[int]()

    def work_out(*arguments: object) -> object:
        done = true(*arguments)  # type: ignore[arg-type]
        if not published:
            published.append(publish(node).added)
        return done

    monkeypatch.setattr(changes, "work_out", work_out)
    seal(node)
    assert published == [1]
    assert not in_feed(node, HER)


@pytest.mark.parametrize("known", [True, False])
def test_the_gaps_that_she_leaves_are_closed(node: Node, known: bool) -> None:
    """Whoever shares her match-keys is still found; also in a feed of before it was kept which they are."""
    same = [HER.model_copy(update={"given_names": name}) for name in ("Ada", "Bea", "Cleo", "Dora", "Edith")]
    hold(node, *(case(f"same-{at}", [one]) for at, one in enumerate(same)))
    publish(node)
    with node.write() as tx:
        crowded = crowded_in(tx, node.epoch())
        surname = [key.material for key in match_keys(HER, node.matching) if key.cls == "SX.ymd"]
        assert surname[0] in crowded
        assert len(crowded.digests or ()) < 30
        if not known:
            tx.session.delete(tx.session.exec(select(CrowdedKeys)).one())
    seal(node)
    hold(node, *(case(f"same-{at}", [one], sealed=True) for at, one in enumerate(same[:4])))
    assert in_feed(node, same[4])
    with node.read() as tx:
        hers = {one.person_id for one in feeds.joining(tx.session)}
        rows = tx.session.exec(select(FeedEntry.token).where(FeedEntry.person_id.is_not(None))).all()  # type: ignore[union-attr]
    assert not hers
    walked = sum(len(match_keys(one, node.matching)) for one in published_people(node))
    assert len(rows) == walked
    assert state(node) == recounted(node)


def test_a_withdrawal_asks_a_few_things_of_the_database_and_evaluates_next_to_nothing(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated = list[int]()
    true = Evaluator.outputs

    def outputs(self: Evaluator, keys: Sequence[tuple[bytes, bool]]) -> list[bytes]:
        evaluated.append(len(keys))
        return true(self, keys)

    monkeypatch.setattr(Evaluator, "outputs", outputs)
    with statements_of_writes(node) as asked_of:
        people = cases_of("eastvale")
        hold(node, *(case(f"eastvale-{at}", persons, sealed=True) for at, persons in enumerate(people)))
    assert 0 < sum("feed" in one for one in asked_of) < 15
    assert sum(evaluated) < 20


def published_people(node: Node) -> list[Person]:
    with node.read() as tx:
        return list(matchable(tx, feeds.people(tx.session, feeds.discoverable(tx.session))).people.values())


def test_her_withdrawal_needs_no_key_of_the_feed(node: Node) -> None:
    """Where the keys were lost she leaves all the same."""
    node.prf_folder.destroy(lambda _: True)
    node.prf_folder._last = None
    seal(node)
    with node.read() as tx:
        shown = feeds.leaving(tx.session)
    assert not shown
    assert state(node).people == recounted(node).people


def test_what_was_answered_about_her_is_not_answered_again(stored_areas: Areas, node: Node) -> None:
    """A disclosure whose answer was lost on the way is asked again after she was sealed."""
    hand = Hand(stored_areas)
    check_id, salt = hand.ask_about(HER)
    body = hand.disclosure(check_id, handle_of(node, HER), HER, salt)
    assert hand.opened(hand.disclose(body)).status == "answered"
    seal(node)
    assert hand.opened(hand.disclose(body)) == NOT_ANSWERED
    assert hand.opened(hand.disclose(body, key="k2")) == NOT_ANSWERED


def test_a_request_about_her_that_waits_is_not_answered_any_more(stored_areas: Areas) -> None:
    result = pending.asked(stored_areas)
    assert pending.told(stored_areas, result).status is DisclosureStatus.pending
    node = stored_areas["eastvale"]
    hold(node, case("ev-pending", [stranger(1)], sealed=True))
    assert pending.told(stored_areas, result).status is DisclosureStatus.not_answered
    assert waiting_requests(node) == []

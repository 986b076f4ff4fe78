"""A rotation of the feed's keys: all are published anew, whatever changes meanwhile, wherever it is cut short."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlmodel import select

from hub.errors import ConflictError
from hub.federation import rotate_keys
from hub.federation.publish import publish
from hub.federation.rotate_keys import Rotated, rotate
from hub.files import locked
from hub.node.node import Node
from hub.node.prf_keys import PRF_FOLDER, MissingKeysError
from hub.store import feeds
from hub.store.tables import FeedEntry
from hub.wire.messages import BATCH_ENTRIES
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, Clock, case, cases_of, events, hold, in_feed, new_node, stranger
from tests.federation.problems import assert_problem
from tests.federation.publishing import HER, SISTER, publish_while, replace, review, seal

OTHER = stranger(63)


def rotate_while(node: Node, act: Callable[[], None]) -> Rotated:
    """Rotate, and act when it has read whom it publishes and computes."""
    acts = [act]

    def progress(_done: int, _every: int) -> None:
        if acts:
            acts.pop()()

    return rotate(node, progress)


def lines_by_epoch(node: Node) -> dict[int, int]:
    """How many lines there are of each epoch."""
    with node.read() as tx:
        return Counter(tx.session.exec(select(FeedEntry.epoch)))


def key_files(node: Node) -> list[str]:
    return sorted(path.name for path in (node.home / PRF_FOLDER).iterdir())


def test_a_rotation_publishes_the_same_people_under_keys_of_a_later_epoch(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    before, keys = publish(node), node.prf_keys()
    done = rotate(node)
    assert (done.ended, done.people) == (keys.epoch, before.people)
    assert done.epoch == node.epoch() > done.ended
    now = node.prf_keys()
    assert not {now.key_id, now.weak_key_id} & {keys.key_id, keys.weak_key_id}
    assert lines_by_epoch(node) == {done.epoch: done.entries}
    assert done.entries % BATCH_ENTRIES == 0
    for person in cases_of("eastvale")[0]:
        assert in_feed(node, person)
    again = publish(node)
    assert (again.epoch, again.added, again.withdrawn) == (done.epoch, 0, 0)
    (told,) = events(node, "keys_rotated")
    assert told["detail"] == {"epoch": done.epoch, "entries": done.entries, "persons": done.people}


def test_the_keys_of_before_are_destroyed(areas: Areas) -> None:
    node = areas["eastvale"]
    file = node.home / PRF_FOLDER / key_files(node)[0]
    kept = file.open("rb")  # As whoever copies the folder at the wrong moment would.
    secret = kept.read()
    done = rotate(node)
    assert key_files(node) == [f"epoch-{done.epoch}.key"]
    kept.seek(0)
    assert kept.read() != secret
    kept.close()
    with pytest.raises(MissingKeysError):
        node.prf_keys(done.ended)


def test_an_epochs_number_is_later_than_that_of_any_before_it(areas: Areas) -> None:
    node = areas["eastvale"]
    epochs = [rotate(node).epoch for _ in range(2)]
    assert epochs == [node.now() // 60, node.now() // 60 + 1]
    areas.clock.advance(86_400)
    assert rotate(node).epoch == node.now() // 60


@pytest.mark.parametrize("at_once", [0, 10])
@pytest.mark.parametrize("end", [seal, replace, review])
def test_who_may_not_be_met_any_more_when_a_rotation_ends_is_not_in_its_feed(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, end: Callable[[Node], None], at_once: int
) -> None:
    monkeypatch.setattr(rotate_keys, "AT_ONCE", at_once)
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    assert in_feed(node, HER)
    done = rotate_while(node, lambda: end(node))
    assert not in_feed(node, HER)
    assert in_feed(node, SISTER) == (end is replace)
    assert lines_by_epoch(node) == {done.epoch: done.entries}
    assert done.entries % BATCH_ENTRIES == 0
    again = publish(node)
    assert (again.added, again.withdrawn) == (0, 0)


@pytest.mark.parametrize("at_once", [0, 10])
def test_who_comes_while_a_rotation_computes_is_in_its_feed(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Also who was published meanwhile: nobody goes missing until the next publish."""
    monkeypatch.setattr(rotate_keys, "AT_ONCE", at_once)
    node = stored_areas["eastvale"]

    def come() -> None:
        hold(node, case("her", [HER]))
        publish(node)
        hold(node, case("other", [OTHER]))

    rotate_while(node, come)
    assert in_feed(node, HER)
    assert in_feed(node, OTHER)
    assert publish(node).added == 0


def test_a_feed_shows_nothing_of_who_left_while_it_was_staged(areas: Areas) -> None:
    """The same lines in a row without a gap, in whole batches; one in the place of hers opens to nothing."""
    node = areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    done = rotate_while(node, lambda: seal(node))
    with node.read() as tx:
        state = feeds.state(tx.session)
        assert state
        seqs = [
            line.seq for line in feeds.page(tx.session, feeds.Place(state.epoch, 0), state.last_seq, 100_000)
        ]
        people = tx.session.exec(select(FeedEntry.person_id).where(~FeedEntry.filler)).all()  # type: ignore[arg-type]
    assert seqs == list(range(seqs[0], seqs[0] + done.entries))
    assert len(set(people) - {None}) == done.people


def test_the_feed_in_use_is_served_and_asked_until_the_new_one_takes_its_place(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    pages: list[int] = []

    def meanwhile() -> None:
        assert hand.evaluate().status_code == 200
        pages.append(hand.send("GET", "/federation/v1/feed").json()["epoch"])

    done = rotate_while(hand.holder, meanwhile)
    assert pages == [done.ended]
    assert hand.evaluate().status_code == 200
    assert hand.evaluate().json()["epoch"] == done.epoch


def test_keys_of_an_epoch_that_ended_have_a_problem_of_their_own(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    request = hand.evaluation()
    rotate(hand.holder)
    assert_problem(hand.evaluate(request), 409, "epoch_changed")


def test_one_rotation_at_a_time(areas: Areas) -> None:
    node = areas["eastvale"]
    with locked(node.home / rotate_keys.ROTATION_LOCK) as mine:
        assert mine
        with pytest.raises(ConflictError, match="under way"):
            rotate(node)
    rotate(node)


def test_a_publish_that_a_rotation_overtakes_is_a_conflict_and_leaves_nothing(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    with pytest.raises(ConflictError):
        publish_while(node, lambda: rotate(node))
    assert in_feed(node, HER)
    assert list(lines_by_epoch(node)) == [node.epoch()]


class CutShortError(Exception):
    """In place of a power cut."""


@pytest.mark.parametrize("step", ["make", "stage", "close", "destroy"])
def test_a_rotation_that_was_cut_short_is_begun_anew(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    ended = node.epoch()
    where = node.prf_folder if step in ("make", "destroy") else feeds
    true, calls = getattr(where, step), []

    def cut(*arguments: object) -> object:
        calls.append(step)
        done = true(*arguments) if step == "make" or (len(calls) < 2 and step == "destroy") else None
        if step == "destroy" and len(calls) < 2:
            return done
        raise CutShortError

    with monkeypatch.context() as patch:
        patch.setattr(where, step, cut)
        with pytest.raises(CutShortError):
            rotate(node)
    assert node.epoch() == ended or step == "destroy"
    assert in_feed(node, HER)
    done = rotate(node)
    assert in_feed(node, HER)
    assert lines_by_epoch(node) == {done.epoch: done.entries}
    assert key_files(node) == [f"epoch-{done.epoch}.key"]


def test_a_seal_too_late_for_a_rotation_waits_for_it_and_withdraws(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    late = threading.Thread(target=lambda: seal(node))
    true = feeds.close

    def close(*arguments: object) -> object:
        if not late.ident:
            late.start()
            late.join(timeout=1)
        return true(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "close", close)
        done = rotate(node)
    late.join()
    assert not in_feed(node, HER)
    after = publish(node)
    assert (after.people, after.withdrawn) == (done.people - 1, 0)


def test_a_first_feed_may_begin_with_a_rotation(tmp_path_factory: pytest.TempPathFactory) -> None:
    node = new_node(tmp_path_factory.mktemp("new") / "node", "eastvale", "sqlite:///hub.sqlite3", Clock())
    hold(node, case("her", [HER]))
    done = rotate(node)
    assert (done.ended, done.people) == (1, 1)
    assert in_feed(node, HER)
    node.database.close()

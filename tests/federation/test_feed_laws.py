"""Laws of publishing and syncing, against a slow plain twin: a dictionary of cases.

Whatever is added, changed or withdrawn, in whatever order: after publish and sync each published person
is met in the copy by each of her match-keys, and nobody else is.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from hub.federation import publish as publishing
from hub.federation.entries import moves_to_close
from hub.federation.peers import KnownPeer, known
from hub.federation.publish import keys_of, publish
from hub.federation.sync import sync_peer
from hub.matching import MatchKey, completeness, match_keys
from hub.store import feeds, peers
from hub.store.tables import FeedEntry
from hub.values import Person, Role
from hub.wire.lookup import Copy, Evaluated, find_labels
from hub.wire.messages import BATCH_ENTRIES, FEED_PATH
from hub.wire.size_class import size_class
from hub.wire.test_people import TEST_PEOPLE
from hub.wire.tokens import FeedContext
from tests.federation.nodes import Areas, case, cases_of, copied, handle_of, hold, one_name, stranger
from tests.federation.peer_simulator import Peer

# Few people with much in common, so that many records share match-keys: the same one, a sister, an alias.
_BASE = one_name("northmoor")
_FULL = stranger(40)
_NOBODY = stranger(41)  # Like none of them.
ROSTER = (
    _BASE,
    _BASE.model_copy(update={"role": Role.other}),
    _BASE.model_copy(update={"date_of_birth": _BASE.date_of_birth[:4]}),
    _BASE.model_copy(update={"date_of_birth": "1999-09-09"}),
    one_name("eastvale").model_copy(update={"aliases": (_BASE.surname,)}),
    _FULL,
)
State = Mapping[str, tuple[Person, ...]]
Changes = Mapping[str, tuple[Person, ...] | None]
people = st.lists(st.sampled_from(ROSTER), min_size=1, max_size=2, unique_by=str).map(tuple)
changes = st.dictionaries(
    st.sampled_from([f"case-{number}" for number in range(7)]), st.none() | people, min_size=1, max_size=5
)


@dataclass
class Feed:
    """Eastvale, its twin, and Northmoor's copy of its feed. A case of None is not to be published any more."""

    areas: Areas
    peer: Peer
    twin: dict[str, tuple[Person, ...]] = field(default_factory=dict)

    def change(self, change: Changes) -> None:
        for ref, persons in change.items():
            members = [
                one.model_copy(update={"role": Role.victim if at == 0 else Role.other})
                for at, one in enumerate(persons or (_NOBODY,))
            ]
            hold(self.areas["eastvale"], case(ref, members, publish=persons is not None))
            self.twin.pop(ref, None)
            if persons is not None:
                self.twin[ref] = tuple(members)

    def publish_and_sync(self, meanwhile: Changes = {}) -> None:  # noqa: B006
        """`meanwhile`: what is changed when the publish has read whom it publishes, and computes."""
        before = self.lines()
        changes = [meanwhile]
        publish(self.areas["eastvale"], lambda _done, _every: self.change(changes.pop() if changes else {}))
        assert (self.lines() - before) % BATCH_ENTRIES == 0

        async def sync() -> None:
            async with self.areas.client("northmoor") as client:
                await sync_peer(self.areas["northmoor"], client, "eastvale", lambda *_: None)

        asyncio.run(sync())

    def lines(self) -> int:
        """How many lines were ever written to the feed."""
        with self.areas["eastvale"].read() as tx:
            return tx.session.exec(select(func.max(FeedEntry.seq))).one() or 0

    @property
    def known(self) -> KnownPeer:
        return known(self.areas["northmoor"], "eastvale")

    def expected(self) -> dict[MatchKey, Counter[int]]:
        """The twin: how often each match-key is published, by how complete the record is."""
        config = self.areas["eastvale"].matching
        found: dict[MatchKey, Counter[int]] = {}
        for persons in self.twin.values():
            for person in persons:
                for key in match_keys(person, config):
                    found.setdefault(key, Counter())[completeness(person)] += 1
        return found

    def met(self) -> dict[MatchKey, Counter[int]]:
        """What all match-keys that there could be meet in the synced copy."""
        holder, asker, copy = self.areas["eastvale"], self.areas["northmoor"], self.known
        keys = keys_of(holder, holder.prf_keys(copy.epoch))
        every = {key for person in ROSTER for key in match_keys(person, holder.matching)}
        evaluated = [Evaluated(key, keys.of(key.weak).prf.output(key.material)) for key in every]
        contexts = [
            FeedContext("eastvale", name, copy.epoch) for name in (copy.prf_key_id, copy.weak_prf_key_id)
        ]
        with asker.read() as tx:
            found = find_labels(
                evaluated,
                Copy(
                    contexts[0],
                    contexts[1],
                    copy.max_gap,
                    lambda tokens: peers.labels(tx.session, copy.feed_id or 0, tokens),
                ),
            )
        return {key: Counter(label.completeness for label in labels) for key, labels in found.items()}

    def real_entries(self) -> int:
        """Live entries that are neither fillers nor test people's."""
        node = self.areas["eastvale"]
        real = (~FeedEntry.filler) & FeedEntry.label.is_not(None)  # type: ignore[union-attr]
        with node.read() as tx:
            entries = tx.session.exec(select(func.count()).select_from(FeedEntry).where(real)).one()
        return entries - sum(len(match_keys(person, node.matching)) for person in TEST_PEOPLE)

    def assert_lawful(self) -> None:
        expected = self.expected()
        assert self.met() == expected
        eastvale, northmoor = self.areas["eastvale"], self.areas["northmoor"]
        with eastvale.read() as tx:
            state = feeds.state(tx.session)
            assert state is not None
        # As many entries as there were met: none lies beyond a gap, none is left over.
        assert self.real_entries() == sum(sum(counts.values()) for counts in expected.values())
        with northmoor.read() as tx:
            assert peers.digest(tx.session, self.known.feed_id or 0) == (state.entries, state.digest)
        config = eastvale.matching
        people = sum(bool(match_keys(one, config)) for persons in self.twin.values() for one in persons)
        assert (state.people, self.known.people) == (people, size_class(people))
        assert (self.known.feed_at, self.known.epoch) == (state.last_seq, state.epoch)

    def assert_nobody_too_many(self) -> None:
        """Who changed meanwhile may be missing until the next publish. None lies beyond a gap."""
        expected, met = self.expected(), self.met()
        assert all(counts <= expected.get(key, Counter()) for key, counts in met.items())
        assert self.real_entries() == sum(sum(counts.values()) for counts in met.values())

    def assert_settled(self) -> None:
        """Publishing again does nothing, and nothing new is to be fetched."""
        with self.areas["eastvale"].read() as tx:
            before = feeds.state(tx.session)
        again = publish(self.areas["eastvale"])
        assert (again.added, again.withdrawn) == (0, 0)
        with self.areas["eastvale"].read() as tx:
            assert feeds.state(tx.session) == before


@contextmanager
def feed(template: Path, max_gap: int) -> Iterator[Feed]:
    """The template's nodes with Eastvale's own cases withdrawn, so that the twin starts empty."""
    with tempfile.TemporaryDirectory() as folder:
        areas = copied(template, Path(folder), lambda _: "sqlite:///hub.sqlite3")
        node = areas["eastvale"]
        object.__setattr__(node, "settings", node.settings.model_copy(update={"max_gap": max_gap}))
        peer = Peer(node)
        areas.network.hosts["eastvale"] = peer
        try:
            made = Feed(areas, peer)
            for at, persons in enumerate([*cases_of("eastvale"), [one_name("eastvale")]]):
                hold(node, case(f"eastvale-{at}", persons, publish=False))
            made.publish_and_sync()
            yield made
        finally:
            areas.close()


def law(template: Path, max_gap: int, rounds: list[dict[str, tuple[Person, ...] | None]]) -> None:
    with feed(template, max_gap) as made:
        made.assert_lawful()
        for change in rounds:
            made.change(change)
            made.publish_and_sync()
            made.assert_lawful()
        made.assert_settled()
        # Each sync went on from where the last one was: nobody had to fetch the whole feed again.
        pages = [asked.path for asked, _ in made.peer.heard if asked.path.startswith(FEED_PATH)]
        assert all("cursor=" in path for path in pages)


def law_of_changes_meanwhile(template: Path, max_gap: int, rounds: list[tuple[Changes, Changes]]) -> None:
    with feed(template, max_gap) as made:
        for change, meanwhile in rounds:
            made.change(change)
            made.publish_and_sync(meanwhile)
            made.assert_nobody_too_many()
        made.publish_and_sync()
        made.assert_lawful()
        made.assert_settled()


_GIVEN = given(max_gap=st.integers(0, 2), rounds=st.lists(changes, min_size=1, max_size=4))
_PHASES = [Phase.explicit, Phase.generate]  # Each example is seconds of work: too dear to shrink.


@_GIVEN
@settings(max_examples=6, derandomize=True, phases=_PHASES)
def test_who_is_published_is_met_and_nobody_else(
    sqlite_template: Path, max_gap: int, rounds: list[dict[str, tuple[Person, ...] | None]]
) -> None:
    law(sqlite_template, max_gap, rounds)


@pytest.mark.slow
@_GIVEN
@settings(max_examples=150)
def test_who_is_published_is_met_and_nobody_else_at_length(
    sqlite_template: Path, max_gap: int, rounds: list[dict[str, tuple[Person, ...] | None]]
) -> None:
    law(sqlite_template, max_gap, rounds)


_MEANWHILE = given(
    max_gap=st.integers(0, 2),
    rounds=st.lists(st.tuples(changes, changes), min_size=1, max_size=3),
    at_once=st.sampled_from([0, 50]),
)


@_MEANWHILE
@settings(max_examples=6, derandomize=True, phases=_PHASES)
def test_who_changes_while_a_publish_computes_is_not_met(
    sqlite_template: Path, max_gap: int, rounds: list[tuple[Changes, Changes]], at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "AT_ONCE", at_once)
        law_of_changes_meanwhile(sqlite_template, max_gap, rounds)


@pytest.mark.slow
@_MEANWHILE
@settings(max_examples=100)
def test_who_changes_while_a_publish_computes_is_not_met_at_length(
    sqlite_template: Path, max_gap: int, rounds: list[tuple[Changes, Changes]], at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "AT_ONCE", at_once)
        law_of_changes_meanwhile(sqlite_template, max_gap, rounds)


@pytest.mark.parametrize("max_gap", [0, 1])
def test_the_first_of_many_records_of_one_person_withdrawn_while_all_are_published(
    sqlite_template: Path, max_gap: int
) -> None:
    """The first indices of a shared match-key are dropped before they were ever in the feed."""
    everybody: Changes = {f"case-{at}": ROSTER[:1] for at in range(7)}
    withdrawn: Changes = {f"case-{at}": None for at in range(5)}
    law_of_changes_meanwhile(sqlite_template, max_gap, [(everybody, withdrawn), ({}, {"case-5": None})])


def test_many_records_of_one_person_withdrawn_from_the_middle(sqlite_template: Path) -> None:
    """The longest chain of shared match-keys, cut where gaps hurt most."""
    everybody: dict[str, tuple[Person, ...] | None] = {f"case-{at}": ROSTER[:1] for at in range(7)}
    cut: dict[str, tuple[Person, ...] | None] = {f"case-{at}": None for at in range(1, 6)}
    law(
        sqlite_template,
        1,
        [everybody, cut, {"case-3": ROSTER[:1]}, {"case-0": None, "case-6": None}, everybody],
    )


def test_a_withdrawal_of_the_last_line_reaches_copies_as_an_increment(sqlite_template: Path) -> None:
    """A line's number is never used twice, or a copy that has read past it would miss what it says now."""
    with feed(sqlite_template, 2) as made:
        holder = made.areas["eastvale"]
        for attempt in range(40):
            ref = f"last-{attempt}"
            made.change({ref: tuple(stranger(100 + 6 * attempt + at) for at in range(6))})
            made.publish_and_sync()
            with holder.read() as tx:
                last = tx.session.exec(select(FeedEntry).order_by(FeedEntry.seq.desc())).first()  # type: ignore[union-attr]
            if last and last.person_id:
                break
        before = made.known.feed_at
        made.change({ref: None})
        made.publish_and_sync()
        assert made.known.feed_at > before
        pages = [asked.path for asked, _ in made.peer.heard if asked.path.startswith(FEED_PATH)]
        assert all("cursor=" in path for path in pages)


def test_a_change_while_its_predecessor_leaves_is_one_publish(stored_areas: Areas) -> None:
    """On both databases: she is met by her new name, no more by the old one."""
    node = stored_areas["eastvale"]
    old, new = cases_of("eastvale")[0][0], stranger(41)
    handle = handle_of(node, old)
    made = Feed(stored_areas, Peer(node))
    hold(node, case("eastvale-0", [new]))
    made.publish_and_sync()
    assert handle_of(node, new) != handle
    config, copy = node.matching, made.known
    keys = keys_of(node, node.prf_keys(copy.epoch))
    contexts = [FeedContext("eastvale", name, copy.epoch) for name in (copy.prf_key_id, copy.weak_prf_key_id)]

    def handles(person: Person) -> set[str]:
        evaluated = [
            Evaluated(key, keys.of(key.weak).prf.output(key.material)) for key in match_keys(person, config)
        ]
        with stored_areas["northmoor"].read() as tx:
            looked = Copy(
                contexts[0],
                contexts[1],
                copy.max_gap,
                lambda tokens: peers.labels(tx.session, copy.feed_id or 0, tokens),
            )
            return {
                label.person_handle.hex()
                for found in find_labels(evaluated, looked).values()
                for label in found
            }

    assert handle_of(node, new) in handles(new)
    assert handle not in handles(old) | handles(new)


# Closing gaps, alone.


def apply(live: set[int], moves: list[tuple[int, int]]) -> set[int]:
    """The slow twin of moving: each move takes a live one to a free place."""
    now = set(live)
    for origin, to in moves:
        assert origin in now
        assert to not in now
        now = (now - {origin}) | {to}
    return now


@given(live=st.sets(st.integers(0, 60)), max_gap=st.integers(0, 4))
def test_moves_close_every_long_gap_and_lose_nobody(live: set[int], max_gap: int) -> None:
    moves = moves_to_close(live, max_gap)
    after = sorted(apply(live, moves))
    assert len(after) == len(live)
    gaps = [right - left - 1 for left, right in zip([-1, *after], after, strict=False)]
    assert all(gap <= max_gap for gap in gaps)
    assert all(to < origin for origin, to in moves)
    assert moves_to_close(after, max_gap) == []
    if all(
        right - left - 1 <= max_gap for left, right in zip([-1, *sorted(live)], sorted(live), strict=False)
    ):
        assert moves == []

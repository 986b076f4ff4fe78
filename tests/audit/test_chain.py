"""Whatever one does to a single entry of the log, the verifier finds it and names it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.chain import Broken, Entry, Head, Tampering, Verified, genesis, head_after, link, verify
from hub.audit.events import Action, Event
from tests.audit.logs import NODE_ID, ListStore, holds, log_of, logs

EVENT = Event(action=Action.node_started, actor="node")
OTHER = Event(action=Action.node_started, actor="operator")
FIELDS = ("at", "action", "body", "prev", "hash")


def verdict(entries: list[Entry], *known: Head) -> Verified | Broken:
    """What the verifier says of these rows, in the order in which the table would give them."""
    return verify(sorted(entries, key=lambda entry: entry.seq), genesis(NODE_ID), known)


def forged(head: Head, event: Event = OTHER) -> Entry:
    return link(head, datetime(2026, 3, 29, tzinfo=UTC), event)


def with_field(entry: Entry, field: str, value: object) -> Entry:
    return Entry(**(asdict(entry) | {field: value}))


def before(entry: Entry) -> Head:
    return Head(entry.seq - 1, entry.prev)


def rebuilt(entries: list[Entry], start: Head) -> list[Entry]:
    """The rows linked and hashed anew, as by someone who can write the whole table."""
    built = []
    for entry in entries:
        fresh = link(start, datetime.fromisoformat(entry.at), Event.model_validate_json(entry.body))
        start = head_after(fresh)
        built.append(fresh)
    return built


@given(logs(0))
def test_an_untouched_log_verifies_and_gives_its_head(log: ListStore) -> None:
    head = head_after(log.entries[-1]) if log.entries else genesis(NODE_ID)
    assert verdict(log.entries, head) == Verified(head, unwitnessed=0)
    assert verdict(log.entries) == Verified(head, unwitnessed=len(log.entries))


def test_time_is_written_in_utc_and_must_bear_a_zone() -> None:
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    assert link(genesis(NODE_ID), summer, EVENT).at == "2026-07-01T08:30:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        link(genesis(NODE_ID), summer.replace(tzinfo=None), EVENT)


def test_a_log_is_bound_to_its_node() -> None:
    entries = log_of([EVENT]).entries
    assert verify(entries, genesis("eastvale")) == Broken(1, Tampering.altered)


@given(logs(1), st.data())
def test_an_altered_field_is_named(log: ListStore, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.entries) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    good = getattr(log.entries[place], field)
    bad = data.draw(st.text(max_size=80).filter(lambda text: text != good))
    log.entries[place] = with_field(log.entries[place], field, bad)
    assert verdict(log.entries) == Broken(place + 1, Tampering.altered)


@given(logs(2), st.data())
def test_an_altered_number_is_named(log: ListStore, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.entries) - 1))
    number = data.draw(st.integers(-5, 2**60).filter(lambda seq: not 1 <= seq <= len(log.entries)))
    head = head_after(log.entries[-1])
    log.entries[place] = replace(log.entries[place], seq=number)
    found = verdict(log.entries, head)
    assert isinstance(found, Broken)
    assert found.seq in (place + 1, number)
    assert found.what in (Tampering.altered, Tampering.reordered)


@given(logs(2), st.data())
def test_an_entry_made_anew_is_named(log: ListStore, data: st.DataObject) -> None:
    """Altered, its own hash computed again, and the next entry left as it was."""
    place = data.draw(st.integers(0, len(log.entries) - 2))
    head = head_after(log.entries[-1])
    log.entries[place] = forged(before(log.entries[place]))
    assert verdict(log.entries, head) == Broken(place + 1, Tampering.altered)


@given(logs(1), st.data())
def test_a_log_rewritten_from_some_entry_on_misses_its_head(log: ListStore, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log.entries) - 1))
    head = head_after(log.entries[-1])
    fresh = forged(before(log.entries[place]))
    rest = rebuilt(log.entries[place + 1 :], head_after(fresh))
    log.entries[place:] = [fresh, *rest]
    assert isinstance(verdict(log.entries), Verified)
    assert verdict(log.entries, head) == Broken(len(log.entries), Tampering.rewritten)


@given(logs(2), st.data())
def test_removed_entries_are_named(log: ListStore, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(log.entries) - 2))
    last = data.draw(st.integers(first, len(log.entries) - 2))
    del log.entries[first : last + 1]
    assert verdict(log.entries) == Broken(first + 1, Tampering.removed)


@given(logs(2), st.data())
def test_removed_entries_are_named_when_the_rest_is_renumbered(log: ListStore, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(log.entries) - 2))
    last = data.draw(st.integers(first, len(log.entries) - 2))
    del log.entries[first : last + 1]
    renumbered = [replace(entry, seq=place + 1) for place, entry in enumerate(log.entries)]
    assert verdict(renumbered) == Broken(first + 1, Tampering.removed)


@given(logs(1), st.data())
def test_a_log_cut_short_misses_its_head(log: ListStore, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(log.entries) - 1))
    head = head_after(log.entries[-1])
    assert verdict(log.entries[:kept], head) == Broken(kept + 1, Tampering.removed)


@given(logs(1), st.booleans(), st.data())
def test_an_inserted_entry_is_named(log: ListStore, linked: bool, data: st.DataObject) -> None:
    """Between two others, which are renumbered to make room; well linked to the one before it or not."""
    place = data.draw(st.integers(0, len(log.entries) - 1))
    head = before(log.entries[place])
    fresh = forged(head if linked else Head(place, "0" * 64))
    moved = [replace(entry, seq=entry.seq + 1) for entry in log.entries[place:]]
    assert verdict([*log.entries[:place], fresh, *moved]) == Broken(place + 1, Tampering.inserted)


@given(logs(1), st.data())
def test_a_second_row_with_a_number_is_named(log: ListStore, data: st.DataObject) -> None:
    """The table's key forbids it; a restored copy of the table may have lost the key."""
    place = data.draw(st.integers(0, len(log.entries) - 1))
    log.entries.insert(place + 1, log.entries[place])
    assert verdict(log.entries) == Broken(place + 1, Tampering.inserted)


@given(logs(2), st.data())
def test_a_copy_of_another_entry_put_in_between_is_named(log: ListStore, data: st.DataObject) -> None:
    place, other = (data.draw(st.integers(0, len(log.entries) - 1)) for _ in range(2))
    copy = replace(log.entries[other], seq=place + 1)
    moved = [replace(entry, seq=entry.seq + 1) for entry in log.entries[place:]]
    named = place + 2 if other == place else place + 1  # A copy before the original stands for it.
    assert verdict([*log.entries[:place], copy, *moved]) == Broken(named, Tampering.inserted)


@given(logs(2), st.data())
def test_two_entries_that_changed_places_are_named(log: ListStore, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(log.entries) - 2))
    second = data.draw(st.integers(first + 1, len(log.entries) - 1))
    head = head_after(log.entries[-1])
    rows = list(log.entries)
    rows[first] = replace(log.entries[second], seq=first + 1)
    rows[second] = replace(log.entries[first], seq=second + 1)
    assert verdict(rows, head) == Broken(first + 1, Tampering.reordered)
    assert verdict(rows) == Broken(first + 1, Tampering.reordered)


@given(logs(2), st.data())
def test_an_entry_moved_elsewhere_is_found(log: ListStore, data: st.DataObject) -> None:
    source = data.draw(st.integers(0, len(log.entries) - 1))
    target = data.draw(st.integers(0, len(log.entries) - 1).filter(lambda place: place != source))
    head = head_after(log.entries[-1])
    rows = list(log.entries)
    rows.insert(target, rows.pop(source))
    renumbered = [replace(entry, seq=place + 1) for place, entry in enumerate(rows)]
    assert verdict(renumbered, head) == Broken(min(source, target) + 1, Tampering.reordered)
    assert isinstance(verdict(renumbered), Broken)


def test_an_entry_that_skips_a_number_is_found_however_well_linked() -> None:
    head = genesis(NODE_ID)
    skipping = link(Head(1, head.hash), datetime(2026, 3, 29, tzinfo=UTC), EVENT)
    assert verdict([skipping]) == Broken(1, Tampering.removed)


@pytest.mark.parametrize(("field", "value"), [("body", b"{}"), ("at", "\ud800"), ("action", 2**60)])
def test_what_no_writer_could_have_hashed_is_altered_not_a_crash(field: str, value: object) -> None:
    log = log_of([EVENT] * 3)
    log.entries[1] = with_field(log.entries[1], field, value)
    assert verdict(log.entries) == Broken(2, Tampering.altered)


def test_an_entry_added_after_the_known_head_is_counted_as_unwitnessed() -> None:
    log = log_of([EVENT, EVENT])
    head = head_after(log.entries[-1])
    added = forged(head)
    assert verdict([*log.entries, added], head) == Verified(head_after(added), unwitnessed=1)


def test_verifying_goes_on_from_a_trusted_head() -> None:
    log = log_of([EVENT] * 6)
    middle = head_after(log.entries[2])
    assert verify(log.after(3), middle) == Verified(head_after(log.entries[-1]), unwitnessed=3)
    assert verify(log.after(4), middle) == Broken(4, Tampering.removed)


@given(logs(0), st.data())
def test_the_verifier_agrees_with_its_slow_twin(log: ListStore, data: st.DataObject) -> None:
    """On logs as written, and with rows copied, dropped, moved or with text taken from another row."""
    known = [head_after(entry) for entry in log.entries if data.draw(st.booleans())]
    rows = list(log.entries)
    for _ in range(data.draw(st.integers(0, 2))):
        if not rows:
            break
        place, other = (data.draw(st.integers(0, len(rows) - 1)) for _ in range(2))
        field = data.draw(st.sampled_from([*FIELDS, "seq", "drop", "copy"]))
        if field == "drop":
            del rows[place]
        elif field == "copy":
            rows.insert(other, rows[place])
        else:
            rows[place] = with_field(rows[place], field, getattr(rows[other], field))
    found = verify(rows, genesis(NODE_ID), known)
    assert isinstance(found, Verified) == holds(rows, NODE_ID, known)


def test_a_finding_reads_as_a_sentence_with_the_number() -> None:
    for what in Tampering:
        assert "7" in str(Broken(7, what))

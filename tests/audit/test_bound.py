"""What a log says of every row, in memory: whoever asks, of whatever state, in whatever order, hears the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.bound import BoundRows, RowsSaid, TooOldError
from hub.audit.chain import Head
from hub.audit.rows import GONE, Anchor

TABLES = ("case_record", "outbox")
ENTRY = st.lists(
    st.builds(
        lambda table, row, state: Anchor(table, bytes([row] * 16), bytes([state] * 32) if state else GONE),
        st.sampled_from(TABLES),
        st.integers(1, 3),
        st.integers(0, 2),
    ),
    max_size=3,
    unique_by=lambda one: one[:2],
)


@given(
    st.lists(st.tuples(ENTRY, st.lists(st.tuples(st.sampled_from(TABLES), st.integers(0, 12)))), max_size=12),
    st.integers(0, 12),
)
def test_all_rows_of_a_table_are_those_that_each_alone_is_said_to_be(
    steps: list[tuple[list[Anchor], list[tuple[str, int]]]], packed_at: int
) -> None:
    rows, base = BoundRows(RowsSaid(size=0, hash="")), 0
    states: list[dict[str, dict[bytes, bytes]]] = [{table: {} for table in TABLES}]
    for entry, looks in steps:
        states.append({table: dict(some) for table, some in states[-1].items()})
        for table, key, digest in entry:
            states[-1][table][key] = digest
        if len(states) - 2 == packed_at:
            rows, base = BoundRows(rows.packed()), rows.head.size
        rows.take(Head(len(states) - 1, ""), entry)
        for table, at in looks:
            if base <= at < len(states):
                said = rows.every(table, at)
                assert {key: one.digest for key, one in said.items() if one.digest != GONE} == {
                    key: digest for key, digest in states[at][table].items() if digest != GONE
                }
                assert all(rows.said(table, key, at) == one for key, one in said.items())
            elif at < base:
                with pytest.raises(TooOldError):
                    rows.every(table, at)

"""`python -m benchmarks.lookup`: what its document says, on both databases; the questions it asks."""

from __future__ import annotations

import json

import pytest

from benchmarks import lookup
from hub.wire.lookup import Copy, find_labels
from hub.wire.tokens import LABEL_BYTES, TOKEN_BYTES


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], ids=str)
def test_every_row_says_what_was_promised(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        "--people",
        "20",
        "--candidates",
        "0",
        "3",
        "--questions",
        "5",
        "--databases",
        database,
        "--json",
    ]
    assert lookup.main(options) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(row["database"], row["people"], row["candidates"]) for row in said["lookups"]] == [
        (database, 20, 0),
        (database, 20, 3),
    ]
    for row in said["lookups"]:
        assert 0 < row["ms"]["p50"] <= row["ms"]["p99"]
    assert 0 < said["derivation"]["ms"]["median"] <= said["derivation"]["ms"]["p99"]


def test_the_background_is_in_order_and_meets_nobody() -> None:
    rows = list(lookup.background(10_000))
    tokens = [token for token, _ in rows]
    assert len(set(tokens)) == 10_000
    assert tokens == sorted(tokens)
    assert {(len(token), len(label)) for token, label in rows} == {(TOKEN_BYTES, LABEL_BYTES)}
    copy = Copy(lookup.CONTEXT, lookup.CONTEXT, lookup.MAX_GAP, lambda made: {})
    assert find_labels(lookup.question(0).evaluated, copy) == {}


def test_a_question_meets_as_many_as_it_says() -> None:
    asked = lookup.question(7)
    feed = dict(asked.entries)
    copy = Copy(
        lookup.CONTEXT,
        lookup.CONTEXT,
        lookup.MAX_GAP,
        lambda made: {token: feed[token] for token in made if token in feed},
    )
    met = find_labels(asked.evaluated, copy)
    assert {len(labels) for labels in met.values()} == {7}
    assert len(met) == lookup.SHARED

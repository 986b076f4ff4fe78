"""No list to steal, and asking does not tell whom.

Somebody with a neighbour's whole disk, its keys and a dictionary of the true names and dates of everyone that an
area publishes opens none of its feed, save what was evaluated. And what the holder writes about a question does
not depend on whom it was about.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import BlindedBatch, PrfKey
from hub.federation.peers import known
from hub.federation.publish import keys_of
from hub.matching import MatchKey, match_keys
from hub.node.keys import NODE_KEY, ROOT_KEY
from hub.node.node import Node
from hub.store import peers
from hub.values import Person
from hub.wire.lookup import Copy, Evaluated, find_labels
from hub.wire.tokens import FeedContext, token
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, cases_of, check, copied, one_name, question, stranger
from tests.federation.peer_simulator import Peer

INDICES = range(2)


def published() -> list[Person]:
    """Everyone whom Eastvale publishes, as the attacker's dictionary has them: exactly."""
    return [person for people in cases_of("eastvale") for person in people] + [one_name("eastvale")]


def dictionary(node: Node, people: list[Person]) -> list[MatchKey]:
    return list({key: None for person in people for key in match_keys(person, node.matching)})


def stolen_keys(node: Node) -> list[bytes]:
    """Every secret in a node's key folder, and its peers' public keys."""
    folder = node.home / "keys"
    raw = [unb64(value) for value in json.loads((folder / NODE_KEY).read_text()).values()]
    pinned = known(node, "eastvale").pinned
    public = [pinned.prf, pinned.prf_weak, pinned.signing, pinned.sealing]
    return [*raw, unb64((folder / ROOT_KEY).read_text()), *public]


def guesses(keys: list[bytes], material: bytes) -> Iterator[bytes]:
    """What an attacker can compute from a match-key: 64 bytes each, in place of the PRF's output."""
    yield hashlib.sha512(material).digest()
    for key in keys:
        yield hmac.digest(key, material, hashlib.sha512)
        yield hashlib.sha512(key + material).digest()
        for info in (PrfKey.STRONG, PrfKey.WEAK):
            yield PrfKey(key, info).output(material)


def copy_of(node: Node) -> dict[bytes, bytes]:
    """The stolen copy of Eastvale's feed, whole."""
    rows = sa.text("SELECT token, label FROM peer_entry WHERE feed_id = :feed")
    with node.database.engine.connect() as connection:
        found = connection.execute(rows, {"feed": known(node, "eastvale").feed_id})
        return {bytes(made): bytes(label) for made, label in found}


def contexts_of(node: Node) -> list[FeedContext]:
    copy = known(node, "eastvale")
    return [FeedContext("eastvale", name, copy.epoch) for name in (copy.prf_key_id, copy.weak_prf_key_id)]


def opened(node: Node, evaluated: list[Evaluated]) -> dict[MatchKey, set[str]]:
    """The handles that these evaluations open in the stolen copy."""
    copy, (context, weak_context) = known(node, "eastvale"), contexts_of(node)
    with node.read() as tx:

        def lookup(made: Sequence[bytes]) -> Mapping[bytes, bytes]:
            return peers.labels(tx.session, copy.feed_id or 0, made)

        found = find_labels(evaluated, Copy(context, weak_context, copy.max_gap, lookup))
    return {key: {label.person_handle.hex() for label in labels} for key, labels in found.items()}


def as_the_holder(areas: Areas, people: list[Person]) -> list[Evaluated]:
    """True evaluations, with the key that never leaves Eastvale."""
    holder = areas["eastvale"]
    keys = keys_of(holder, holder.prf_keys())
    return [Evaluated(key, keys.of(key.weak).prf.output(key.material)) for key in dictionary(holder, people)]


def test_a_true_dictionary_opens_nothing_without_the_holders_key(areas: Areas) -> None:
    thief = areas["northmoor"]
    copy, contexts, keys = copy_of(thief), contexts_of(thief), stolen_keys(thief)
    words = dictionary(thief, published())
    tried = {
        token(output, context, index)
        for word in words
        for output in guesses(keys, word.material)
        for context, index in product(contexts, INDICES)
    }
    assert len(tried) > 10_000
    assert not tried & copy.keys()
    # The same search with the holder's key opens every one of them: it would have found a way in.
    assert set(opened(thief, as_the_holder(areas, published()))) == set(words)


def test_an_evaluation_opens_what_was_asked_and_nothing_else(areas: Areas) -> None:
    """The thief asks about one person, within its rights, and keeps what it gets."""
    thief, subject = areas["northmoor"], published()[0]
    asked = [key for key in match_keys(subject, thief.matching) if not key.weak]
    hand = Hand(areas)
    padding = [secrets.token_bytes(32) for _ in range(96 - len(asked))]
    batch = BlindedBatch([*(key.material for key in asked), *padding])
    answer = hand.evaluate(hand.evaluation(elements=b64(b"".join(batch.elements)))).json()
    pinned = known(thief, "eastvale").pinned
    outputs = batch.finalise(unb64(answer["elements"]), unb64(answer["proof"]), pinned.prf)
    got = [Evaluated(key, output) for key, output in zip(asked, outputs, strict=False)]
    everything = opened(thief, as_the_holder(areas, published()))
    assert opened(thief, got) == {key: everything[key] for key in asked}
    # None of the outputs helps with anybody's other match-keys.
    others = [key for key in dictionary(thief, published()) if key not in asked]
    tried = {
        token(one, context, index)
        for word in others
        for output in outputs[:4]
        for one in (output, hmac.digest(output, word.material, hashlib.sha512))
        for context, index in product(contexts_of(thief), INDICES)
    }
    mine = {token(one.output, contexts_of(thief)[0], index) for one in got for index in INDICES}
    assert tried & copy_of(thief).keys() <= mine


def test_nothing_evaluated_is_kept_at_rest(areas: Areas) -> None:
    """After a real check neither an output nor a token that was looked up can be read back from what was kept."""
    thief = areas["northmoor"]
    subject = next(
        one for one in published() if len(one.surname) > 6
    )  # Fewer letters may stand there by chance.

    async def ask() -> None:
        async with areas.client("northmoor") as client:
            result = await check(thief, client, question(subject, "eastvale"))
            assert result.areas[0].candidates

    copy = copy_of(thief)
    asyncio.run(ask())
    thief.database.close()
    kept = b"".join(path.read_bytes() for path in thief.home.rglob("*") if path.is_file())
    for one in as_the_holder(areas, [subject]):
        for shape in (one.output, one.output.hex().encode(), b64(one.output).encode()):
            assert shape not in kept
    for name in (subject.surname, subject.date_of_birth):
        assert name.encode() not in kept
    assert copy_of(thief) == copy


# What the holder writes.

# Random by nature: they may differ, but not in length. The rest must be equal.
RANDOM = {
    ("seen_message", "jti"),
    ("received_check", "check_id"),
    ("received_check", "commitment"),
    ("received_check", "asked"),
    ("idempotent_answer", "key"),
    ("idempotent_answer", "request_digest"),
    ("idempotent_answer", "answer"),
    ("audit_entry", "body.refs.check_id"),
    ("audit_entry", "prev"),
    ("audit_entry", "hash"),
    ("audit_entry", "mark"),
    ("audit_entry", "body.rows.idempotent_answer"),  # Digests of the rows above.
    ("audit_entry", "body.rows.received_check"),
}
# The same of its answer.
RANDOM_ANSWER = {"check_id", "elements", "proof", "weak_elements", "weak_proof"}


def written(node: Node) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, with the audit log's bodies taken apart."""
    tables: dict[str, list[dict[str, Any]]] = {}
    with node.database.engine.connect() as connection:
        for name in sorted(sa.inspect(connection).get_table_names()):
            found = connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()
            tables[name] = [dict(row) for row in found]
    for row in tables["audit_entry"]:
        row |= flat("body", json.loads(row.pop("body")))
    for rows in tables.values():  # By what is not random.
        rows.sort(key=lambda row: str([value for name, value in row.items() if not isinstance(value, bytes)]))
    tables["audit_entry"].sort(key=lambda row: int(row["seq"]))
    return tables


def flat(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {name: value}
    return {path: leaf for key, one in value.items() for path, leaf in flat(f"{name}.{key}", one).items()}


def asked_about(
    template: Path, folder: Path, subject: Person, caplog: pytest.LogCaptureFixture
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any], list[str], list[str]]:
    """Eastvale's tables, answer, log lines and files after a question about somebody, from the same beginning."""
    areas = copied(template, folder, lambda _: "sqlite:///hub.sqlite3")
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    caplog.clear()

    async def ask() -> None:
        async with areas.client("northmoor") as client:
            await check(areas["northmoor"], client, question(subject, "eastvale"))

    with caplog.at_level(logging.DEBUG, logger="hub"):
        asyncio.run(ask())
    ((_, told),) = peer.heard
    tables = written(areas["eastvale"])
    areas.close()
    files = sorted(str(path.relative_to(folder)) for path in (folder / "eastvale").rglob("*"))
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("hub")]
    return tables, told.json(), lines, files


# Of one size class, by the number of their match-keys: how much is asked is what a holder does see.
SUBJECTS = {
    "a stranger": one_name("southmere"),
    "the stranger again": one_name("southmere"),
    "another stranger": stranger(77).model_copy(update={"given_names": ""}),
    "somebody it holds": one_name("eastvale"),
}


@pytest.mark.parametrize("other", ["the stranger again", "another stranger", "somebody it holds"])
def test_what_a_holder_writes_does_not_tell_whom_it_was_about(
    tmp_path: Path, sqlite_template: Path, caplog: pytest.LogCaptureFixture, other: str
) -> None:
    one = asked_about(sqlite_template, tmp_path / "one", SUBJECTS["a stranger"], caplog)
    two = asked_about(sqlite_template, tmp_path / "two", SUBJECTS[other], caplog)
    assert {name: len(rows) for name, rows in one[0].items()} == {
        name: len(rows) for name, rows in two[0].items()
    }
    differing = set()
    for name, rows in one[0].items():
        for left, right in zip(rows, two[0][name], strict=True):
            assert left.keys() == right.keys()
            for column in left:
                if left[column] != right[column]:
                    differing.add((name, column))
                    assert len(left[column]) == len(right[column]), (name, column)
    assert differing == RANDOM  # All of them did differ: the list holds nothing that it need not.
    answers = one[1], two[1]
    assert {key: value for key, value in answers[0].items() if key not in RANDOM_ANSWER} == {
        key: value for key, value in answers[1].items() if key not in RANDOM_ANSWER
    }
    assert {key: len(str(value)) for key, value in answers[0].items()} == {
        key: len(str(value)) for key, value in answers[1].items()
    }
    assert one[2:] == two[2:]

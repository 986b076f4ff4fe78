"""What a campaign found and what it kept, once more in each test run; and that it would find what must not be.

`make fuzz` is the campaign itself (`tests.fuzz.campaign`). What was found stands in `found.json`, with what it was:
its bytes as Latin-1, in parts, a part that is repeated with how often. The smallest inputs that reach as much as
all of the campaign's are in `corpus.tar.xz`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hub.errors import InputError
from hub.web.api.addresses import ADDRESSES
from hub.wire.messages import MessageType
from tests.fuzz.judge import MARK, Fault, Outcome, Seen, Target, judged, listening
from tests.fuzz.keep import kept, smallest
from tests.fuzz.models import of_documents, of_forms
from tests.fuzz.targets import MODULES, WHOLE, wire
from tests.fuzz.targets import target as target_of

FOUND = json.loads(Path(__file__).with_name("found.json").read_text(encoding="utf-8"))
CHANGED = 60
"""So many inputs are made of each target's kept ones by chance, always the same."""


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    with listening():
        yield


@pytest.mark.parametrize("one", FOUND, ids=[one["was"] for one in FOUND])
def test_what_was_found_is_read_or_refused_in_words(one: dict[str, Any]) -> None:
    data = "".join(part if isinstance(part, str) else part[0] * part[1] for part in one["input"])
    judged(target_of(one["target"]), data.encode("latin-1"))


@pytest.mark.parametrize("name", MODULES)
def test_what_a_campaign_kept_is_read_or_refused_in_words(name: str) -> None:
    target = target_of(name)
    for data in kept(name):
        judged(target, data)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_changed_by_chance_is_read_or_refused_in_words(name: str) -> None:
    target, chance = target_of(name), Random(name)
    seeds = list(target.seeds())
    for _ in range(CHANGED):
        judged(target, target.change(chance.choice(seeds), chance)[: target.longest])


@pytest.mark.parametrize("name", [*MODULES, *(pytest.param(one, marks=pytest.mark.slow) for one in WHOLE)])
def test_what_a_campaign_begins_with_gets_past_the_first_check(name: str) -> None:
    """Or a campaign would only ever try the first check."""
    came = [judged(target_of(name), data) for data in target_of(name).seeds()]
    assert came.count(Outcome.first_check) <= len(came) // (2 if name in WHOLE else 10)
    assert Outcome.taken in came


def test_every_message_form_document_and_body_has_its_own() -> None:
    assert len(wire.MESSAGES) > 2 * len(MessageType)
    assert len(of_forms()) > 50
    assert len(of_documents()) > 20
    there = ("wire", "documents", "forms", "programs")
    said = {name: {one.partition(b"\n")[0].decode() for one in target_of(name).seeds()} for name in there}
    assert said["wire"] == set(wire.MESSAGES)
    assert said["documents"] == {*of_documents(), "question", "sharing form"}
    assert {one.partition(" ")[2] for one in said["forms"]} == set(of_forms())
    assert said["programs"] == {f"{one.method} {one.path}" for one in ADDRESSES if one.takes}


def _target(attempt: object) -> Target:
    return replace(target_of("wire"), attempt=attempt)  # type: ignore[arg-type]


def _escapes(data: bytes, seen: Seen) -> None:
    int("9" * 5_000)


def _repeats(data: bytes, seen: Seen) -> None:
    raise InputError(f"{data.decode()} is no name.")


def _logs(data: bytes, seen: Seen) -> None:
    logging.getLogger("hub").warning("refused %s", data.decode())


def _no_sentence(data: bytes, seen: Seen) -> None:
    raise InputError("No")


def _hides(data: bytes, seen: Seen) -> None:
    raise InputError("Turned \u202e round.")


@pytest.mark.parametrize("attempt", [_repeats, _logs, _no_sentence, _hides])
def test_what_must_not_come_of_an_input_is_a_fault(attempt: object) -> None:
    with pytest.raises(Fault):
        judged(_target(attempt), MARK.encode())


def test_what_takes_too_much_memory_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.judge.MOST_KIB", -1)
    with pytest.raises(Fault, match="memory"):
        judged(_target(lambda data, seen: None), MARK.encode())


def test_what_takes_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.judge.MOST_S", 0.0)
    with pytest.raises(Fault, match="processor"):
        judged(_target(lambda data, seen: None), MARK.encode())


def test_whatever_else_is_raised_escapes_to_the_campaign() -> None:
    with pytest.raises(ValueError, match="digits"):
        judged(_target(_escapes), b"")


def test_the_smallest_inputs_that_reach_as_much_are_kept() -> None:
    target = target_of("wire")
    good = next(one for one in target.seeds() if one.startswith(b"word\n"))
    assert smallest(target, [good, good + b" ", b"word\n", good]) == [b"word\n", good]

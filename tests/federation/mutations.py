"""Every field of every message that a peer sends, changed in ways that its type allows and ways that it does not.

Taken from the models of the wire themselves, so that a field that is added is attacked too. Pure: gives the text of
a changed JSON document. Who tells it, signed, is `tests.federation.liar`.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel

from hub.wire import messages, problem, witness
from hub.wire.certificates import Certificate, Revocation

Path = tuple[str, ...]
Document = dict[str, Any]

SENT: Final[Mapping[str, type[BaseModel]]] = {
    "evaluation": messages.EvaluationAnswer,
    "answer": messages.AnswerClaims,
    "certificate": Certificate,
    "metadata": messages.Metadata,
    "certificate in metadata": Certificate,
    "revocation": Revocation,
    "feed page": messages.FeedPage,
    "manifest": messages.Manifest,
    "disclosure answer": messages.DisclosureAnswer,
    "disclosure": messages.Disclosure,
    "checkpoint": witness.CheckpointTaken,
    "acknowledged": witness.Acknowledged,
    "reconciliation": witness.ReconciliationAnswer,
    "problem": problem.Problem,
}
"""What a holder sends to who asks it: the kinds of message, each with its model."""

HEADER: Final = ("alg", "typ", "kid")
SIGNED: Final = ("answer", "certificate", "metadata", "certificate in metadata", "revocation", "manifest")
MISSING: Final = object()


@dataclass(frozen=True)
class Raw:
    """JSON text that no writer of JSON would write."""

    text: str


DEEP: Final = "[" * 3_000 + "]" * 3_000
VALUES: Final[Mapping[str, Any]] = {
    "missing": MISSING,
    "null": None,
    "true": True,
    "a number": 7,
    "nought": 0,
    "a fraction": 0.5,
    "negative": -1,
    "no number": float("nan"),
    "infinite": float("inf"),
    "minus infinity": float("-inf"),
    "1e999": Raw("1e999"),
    "past 2^53": 2**53,
    "past 2^63": 2**63,
    "past 2^80": 2**80,
    "400 digits": Raw("1" + "0" * 400),
    "5,000 digits": Raw("9" * 5_000),
    "no text": "",
    "a text": "x",
    "a number as text": "1",
    "over-long": "A" * 70_000,
    "NUL": "\0",
    "half a surrogate": "\ud800",
    "right to left": "\u202e",
    "markup": "[bold red]x[/] {0} %s",
    "no list": [],
    "a long list": [0] * 10_000,
    "no object": {},
    "deep": Raw(DEEP),
}
"""What is put in the place of a field's value, whatever that is."""

OF_VALUE: Final = (
    "in a list",
    "in an object",
    "twice",
    "one less",
    "one more",
    "other case",
    "backwards",
    "another area's",
    "an earlier one",
)
"""What is made of the value that stands there, or taken from another message."""

DOCUMENTS: Final = {
    "nothing": "",
    "null": "null",
    "a list": "[]",
    "a text": '"x"',
    "a number": "1e999",
    "an object": "{}",
    "deep": '{"a":' * 3_000 + "1" + "}" * 3_000,
    "blanks": " " * 200_000,
}
OF_DOCUMENT: Final = ("a field too many", "cut", "with a tail", "another area's", "an earlier one")
SIGNATURES: Final = (
    "of nobody",
    "of another key",
    "of another key by its name",
    "of something else",
    "of an earlier one",
    "without a key's name",
    "of no algorithm",
)


@dataclass(frozen=True)
class Mutation:
    """One change: of which kind of message, at which field, and how. Without a field: of all of it.

    A path that begins with `jose` is of a token's header; the path ("signature",) is of its signature.
    """

    kind: str
    path: Path
    how: str

    def __str__(self) -> str:
        return f"{self.kind}: {'.'.join(self.path) or 'all of it'} {self.how}"


def paths(model: type[BaseModel]) -> Iterator[Path]:
    """Every field of a model, and of the models in it."""
    for name, field in model.model_fields.items():
        yield (name,)
        for inner in _models(field.annotation):
            yield from ((name, *path) for path in paths(inner))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _models(one)


def mutations() -> list[Mutation]:
    """All of them, kind by kind."""
    return [one for kind in SENT for one in _of_kind(kind)]


def _of_kind(kind: str) -> Iterator[Mutation]:
    for path in paths(SENT[kind]):
        yield from (Mutation(kind, path, how) for how in (*VALUES, *OF_VALUE))
    yield from (Mutation(kind, (), how) for how in (*DOCUMENTS, *OF_DOCUMENT))
    if kind in SIGNED:
        for name in HEADER:
            yield from (Mutation(kind, ("jose", name), how) for how in (*VALUES, *OF_VALUE))
        yield from (Mutation(kind, ("signature",), how) for how in SIGNATURES)


def one_of_each(chance: random.Random) -> list[Mutation]:
    """Each field once, changed in some way; and among them each way at least once."""
    ways: dict[tuple[str, Path], list[Mutation]] = {}
    for one in mutations():
        ways.setdefault((one.kind, one.path), []).append(one)
    chosen = [chance.choice(found) for found in ways.values()]
    left = {one.how: one for one in mutations()}
    return chosen + [one for how, one in left.items() if how not in {each.how for each in chosen}]


def text_of(document: Any) -> str:
    """A document as JSON, with `Raw` values as they are."""
    raws: list[str] = []

    def marked(value: Any) -> Any:
        if isinstance(value, Raw):
            raws.append(value.text)
            return f"@@{len(raws) - 1}@@"
        if isinstance(value, dict):
            return {key: marked(one) for key, one in value.items()}
        if isinstance(value, list):
            return [marked(one) for one in value]
        return value

    text = json.dumps(marked(document))
    for at, raw in enumerate(raws):
        text = text.replace(f'"@@{at}@@"', raw)
    return text


@dataclass(frozen=True)
class Others:
    """What else was said: by another area, and by the same one before; either may be missing."""

    another: Document | None = None
    earlier: Document | None = None


def changed(document: Document, changes: Sequence[Mutation], others: Others) -> str:
    """The document's text after these changes, one after the other; one of all of it ends it."""
    made = copy.deepcopy(document)
    for one in changes:
        if not one.path:
            return _whole(made, one.how, others)
        if one.path[0] not in ("jose", "signature"):
            _put(made, one.path, one.how, others)
    return text_of(made)


def header_changed(header: Document, changes: Sequence[Mutation]) -> str:
    """A token's header after these changes."""
    made = copy.deepcopy(header)
    for one in changes:
        if one.path[:1] == ("jose",):
            _put(made, one.path[1:], one.how, Others())
    return text_of(made)


def _whole(document: Document, how: str, others: Others) -> str:
    text = text_of(document)
    if how in DOCUMENTS:
        return DOCUMENTS[how]
    if how == "a field too many":
        return text_of({**document, "known": False})
    if how == "cut":
        return text[: len(text) // 2]
    if how == "with a tail":
        return text + " {}"
    other = others.another if how == "another area's" else others.earlier
    return text_of(other if other is not None else {})


def _put(document: Document, path: Path, how: str, others: Others) -> None:
    *above, name = path
    place, another, earlier = document, others.another, others.earlier
    for step in above:
        inner = place.get(step)
        if not isinstance(inner, dict):  # It is not there: it is made.
            inner = place[step] = {}
        place = inner
        another, earlier = (_inner(one, step) for one in (another, earlier))
    value = place.get(name)
    new = VALUES[how] if how in VALUES else _made_of(name, value, how)
    if how in ("another area's", "an earlier one"):
        new = ((another if how == "another area's" else earlier) or {}).get(name)
    if new is MISSING:
        place.pop(name, None)
    else:
        place[name] = new


def _inner(document: Document | None, step: str) -> Document:
    inner = (document or {}).get(step)
    return inner if isinstance(inner, dict) else {}


def _made_of(name: str, value: Any, how: str) -> Any:
    if how == "in a list":
        return [value]
    if how == "in an object":
        return {"x": value}
    if how == "twice":
        text = text_of(value)
        return Raw(f"{text}, {json.dumps(name)}: {text}")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return {"one less": value - 1, "one more": value + 1, "backwards": -value}.get(how, float(value))
    if isinstance(value, str):
        ways = {"one less": value[:-1], "one more": value + "A", "backwards": value[::-1]}
        return ways.get(how, value.swapcase())
    if isinstance(value, list):
        return {"one less": value[:-1], "one more": [*value, *value[:1]]}.get(how, value[::-1])
    return {"x": value}

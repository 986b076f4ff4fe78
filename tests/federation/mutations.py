"""Every field of every message that a peer sends, changed in ways that its type allows and ways that it does not.

Taken from the models of the wire themselves, so that a field that is added is attacked too. Pure: gives the text of
a changed JSON document. Who tells it, signed, is `tests.federation.liar` for what a holder answers, and
`tests.federation.sayer` for what is said of a case that moves, of papers, and in a sealed channel.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel

from hub.wire import channel, hearings, messages, papers, problem, transfers, witness
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

SAID: Final[Mapping[str, type[BaseModel]]] = {
    "transfer": transfers.TransferMessage,
    "offer": transfers.Pack,
    "word": transfers.Word,
    "ask back": transfers.AskBack,
    "service key": transfers.ServiceKey,
    "handover": transfers.Handover,
    "handover words": transfers.HandoverWords,
    "transfer answer": transfers.TransferAnswer,
    "papers": papers.PapersMessage,
    "papers ask": papers.PapersAsk,
    "papers word": papers.PapersWord,
    "papers released": papers.PapersReleased,
    "papers withdrawn": papers.PapersWithdrawn,
    "papers answer": papers.PapersAnswer,
    "envelope": channel.EnvelopeMessage,
    "asked for": channel.AskedFor,
    "envelope answer": channel.EnvelopeAnswer,
    "given": channel.Given,
    "hearing": hearings.HearingMessage,
    "hearing said": hearings.HearingSaid,
    "hearing answer": hearings.HearingAnswer,
}
"""What is said of a move, of papers, in a sealed channel and of later hearings: message, content, answer."""

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

    @property
    def at_an_edge(self) -> bool:
        """Whether it is at the edge of the field's own type, and so perhaps what an honest area says."""
        return self.how not in (*VALUES, *OF_VALUE, *DOCUMENTS, *OF_DOCUMENT, *SIGNATURES)

    def __str__(self) -> str:
        return f"{self.kind}: {'.'.join(self.path) or 'all of it'} {self.how}"


EACH: Final = "[]"
"""The step into the first of a list."""


def paths(model: type[BaseModel]) -> Iterator[Path]:
    """Every field of a model, and of the models in it."""
    for name, field in model.model_fields.items():
        yield (name,)
        for steps, inner in _models(field.annotation):
            yield from ((name, *steps, *path) for path in paths(inner))


def _models(annotation: Any) -> Iterator[tuple[Path, type[BaseModel]]]:
    """The models in a field, each with the steps that lead there."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield (), annotation
    steps = (EACH,) if get_origin(annotation) in (tuple, list) else ()
    for one in get_args(annotation):
        yield from ((steps + inner, model) for inner, model in _models(one))


def reached(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model and all that are in it."""
    inner = (each for field in model.model_fields.values() for _, each in _models(field.annotation))
    return {model}.union(*map(reached, inner))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def shapes(model: type[BaseModel], path: Path) -> list[dict[str, Any]]:
    """What the model lets a field be, as JSON Schema says it: one for each alternative."""
    whole = _schema(model)

    def alternatives(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "$ref" in one:
            yield from alternatives(whole["$defs"][one["$ref"].rsplit("/", 1)[1]])
        elif "anyOf" in one:
            for each in one["anyOf"]:
                yield from alternatives(each)
        else:
            yield one

    found = [whole]
    for step in path:
        inside = (one["items"] if step == EACH else one["properties"][step] for one in found if one.get(
            "items" if step == EACH else "properties"))  # fmt: skip
        found = [each for one in inside for each in alternatives(one)]
    return found


def typed_ways(shape: Mapping[str, Any]) -> dict[str, Any]:
    """What is at the edge of a type and just past it, by what it is called."""
    members = shape.get("enum", [shape["const"]] if "const" in shape else [])
    ways: dict[str, Any] = {f"as {one}": one for one in members}
    if "maxLength" in shape:
        most = min(shape["maxLength"], 30_000)
        ways |= {"as long as allowed": "A" * most, "one longer than allowed": "A" * (shape["maxLength"] + 1)}
    if "maximum" in shape:
        ways |= {"as large as allowed": shape["maximum"], "one larger than allowed": shape["maximum"] + 1}
    if shape.get("format") == "date":
        ways |= {"the first day": "0001-01-01", "the last day": "9999-12-31", "no day": "2026-02-29"}
        ways |= {
            "a day of before": "1900-01-01",
            "a day to come": "2099-12-31",
            "a moment": "2026-11-02T10:00:00",
        }
    if shape.get("type") == "object":
        ways["with a field too many"] = MORE
    if shape.get("type") == "array" and "maxItems" in shape:
        ways["one more than allowed"] = Many(shape["maxItems"] + 1)
    return ways


MORE: Final = object()


@dataclass(frozen=True)
class Many:
    """So many of the first."""

    count: int


@cache
def mutations(kinds: tuple[str, ...] = tuple(SENT)) -> tuple[Mutation, ...]:
    """All of them, kind by kind."""
    return tuple(one for kind in kinds for one in _of_kind(kind))


def ways_of(kind: str, path: Path) -> list[str]:
    """How that field is changed: as any, and at the edges of its own type."""
    model = {**SENT, **SAID}[kind]
    return [*VALUES, *OF_VALUE, *(how for shape in shapes(model, path) for how in typed_ways(shape))]


def typed(kind: str, path: Path, how: str) -> Any:
    model = {**SENT, **SAID}[kind]
    return next(ways[how] for ways in map(typed_ways, shapes(model, path)) if how in ways)


def _of_kind(kind: str) -> Iterator[Mutation]:
    for path in paths({**SENT, **SAID}[kind]):
        yield from (Mutation(kind, path, how) for how in ways_of(kind, path))
    yield from (Mutation(kind, (), how) for how in (*DOCUMENTS, *OF_DOCUMENT))
    if kind in SIGNED:
        for name in HEADER:
            yield from (Mutation(kind, ("jose", name), how) for how in (*VALUES, *OF_VALUE))
        yield from (Mutation(kind, ("signature",), how) for how in SIGNATURES)


def one_of_each(chance: random.Random) -> list[Mutation]:
    """Each field once, changed in some way; and among them each way at least once."""
    chosen = of_each(chance, tuple(SENT), any_way=1, edges=0)
    left = {one.how: one for one in mutations()}
    return chosen + [one for how, one in left.items() if how not in {each.how for each in chosen}]


def of_each(chance: random.Random, kinds: tuple[str, ...], *, any_way: int, edges: int) -> list[Mutation]:
    """Each field of these, changed in so many ways and, beside these, in so many at the edges of its own type."""
    ways: dict[tuple[str, Path, bool], list[Mutation]] = {}
    for one in mutations(kinds):
        ways.setdefault((one.kind, one.path, one.at_an_edge), []).append(one)
    chosen = list[Mutation]()
    for (_, _, edge), found in ways.items():
        chosen += chance.sample(found, min(edges if edge else any_way, len(found)))
    return chosen


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

"""What a peer sends, as bytes: every message by its model, and what is taken apart behind that.

First check: the bytes are JSON as it is read here, with every field as its model has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.chain import Head
from hub.audit.checkpoint import origin_of, read_checkpoint, sign_checkpoint
from hub.consent.form.parse import parse_form
from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import BlindedBatch, PrfKey
from hub.values import Value
from hub.wire import messages, witness
from hub.wire.certificates import Revocation
from hub.wire.messages import encode, parse_answer, parse_request, split_elements
from hub.wire.problem import Problem
from hub.wire.tokens import split_entries, split_tokens
from hub.wire.transfers import MAX_TRANSFER_BODY
from tests.federation.mutations import SAID, SENT
from tests.fuzz.changing import Json, Kinds, kind_of
from tests.fuzz.judge import MARK, Seen, Target, require_same
from tests.fuzz.made import made

ASKED: Final[Mapping[str, type[Value]]] = {
    "request": messages.RequestClaims,
    "question": messages.EvaluationRequest,
    "disclosure request": messages.DisclosureRequest,
    "disclosure question": messages.DisclosureQuestion,
    "acknowledgement": witness.Acknowledgement,
    "head": witness.CheckpointNotice,
    "reconciliation request": witness.ReconciliationRequest,
}
"""What a node asks another, beside what it answers (`SENT`) and says (`SAID`)."""
MESSAGES: Final[Mapping[str, Any]] = {**SENT, **SAID, **ASKED}
ANSWERS: Final = {*SENT, "given", "hearing said", *(name for name in SAID if name.endswith("answer"))}
_SIGNER: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_PRF: Final = PrfKey(bytes(range(32)), PrfKey.STRONG)
_MOST_EVALUATED: Final = 2
_HEAD: Final = Head(7, "ab" * 32)


def read(kind: str, body: bytes) -> Any:
    """A message as the program reads it. Raises InputError, PeerError."""
    model = MESSAGES[kind]
    return parse_answer(model, body) if kind in ANSWERS else parse_request(model, body, MAX_TRANSFER_BODY)


def _attempt(data: bytes, seen: Seen) -> None:
    kind, body = kind_of(data)
    if kind not in MESSAGES:
        return
    value = read(kind, body)
    seen.past = True
    require_same(value, read(kind, encode(value)))
    if then := _BEHIND.get(type(value).__name__):
        then(value)


def _question(said: messages.EvaluationRequest) -> None:
    for elements in (split_elements(said.elements), split_elements(said.weak_elements)):
        if 0 < len(elements) <= _MOST_EVALUATED:
            _PRF.evaluate(elements)


def _evaluated(said: messages.EvaluationAnswer) -> None:
    asked = BlindedBatch([MARK.encode()])
    asked.finalise(unb64(said.elements), unb64(said.proof), _PRF.public_key)


def _page(said: messages.FeedPage) -> None:
    split_tokens(said.withdrawn)
    split_entries(said.entries)


def _head(said: witness.CheckpointNotice) -> None:
    read_checkpoint(said.note, origin_of(said.note), _SIGNER.public_key())


_BEHIND: Final[Mapping[str, Callable[[Any], object]]] = {
    "EvaluationRequest": _question,
    "EvaluationAnswer": _evaluated,
    "FeedPage": _page,
    "CheckpointNotice": _head,
    "DisclosureQuestion": lambda said: parse_form(said.excerpt),
    "Revocation": lambda said: (said.words, said.day, said.reach),
    "Problem": lambda said: said.code,
}
"""What is taken apart once a message has its shape."""
assert {Revocation.__name__, Problem.__name__} <= set(_BEHIND)


def _seeds() -> dict[str, list[bytes]]:
    found = {name: [json.dumps(made(model)).encode()] for name, model in MESSAGES.items()}
    asked = BlindedBatch([MARK.encode()])
    evaluated = _PRF.evaluate(asked.elements)
    question = made(messages.EvaluationRequest) | {"elements": b64(asked.elements[0]), "weak_elements": ""}
    answer = made(messages.EvaluationAnswer) | {
        "elements": b64(evaluated.elements),
        "proof": b64(evaluated.proof),
    }
    note = sign_checkpoint("northmoor", _HEAD, _SIGNER).removesuffix("\n")
    for name, said in (
        ("question", question),
        ("evaluation", answer),
        ("head", made(witness.CheckpointNotice) | {"checkpoint": note}),
    ):
        found[name].append(json.dumps(said).encode())
    return found


def target() -> Target:
    """Messages as bytes."""
    seeds = _seeds()
    change = Kinds(seeds, Json([one for each in seeds.values() for one in each], MESSAGES.values(), wild=15))
    return Target("wire", "JSON, and every field as its message has it", change.all, _attempt, change)


TARGETS: Final = (target(),)

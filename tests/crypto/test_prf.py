"""The PRF module gives RFC 9497's bytes, and a peer that cheats or garbles is refused as a peer fault.

The recorded figures are those of RFC 9497, Appendix A.1. Those that need a given blind or proof scalar run
through the libsodium twin; the library then has to agree with the twin, in both directions.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.crypto.prf import MAX_BATCH, BlindedBatch, PrfKey, split
from hub.errors import InputError, PeerError
from tests.crypto.sodium_twin import InvalidInput, Mode, Suite, deserialize_element, random_scalar

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors", "rfc9497-ristretto255.json").read_text())
MODES = VECTORS["modes"]
TWIN = Suite(Mode.VOPRF)
CASES = [(name, number) for name, mode in MODES.items() for number in range(len(mode["cases"]))]
ORDER = 2**252 + 27742317777372353535851937790883648493

values = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=5)
seeds = st.binary(min_size=32, max_size=32)


def unhex(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def vector(mode: str, number: int) -> tuple[dict[str, bytes], dict[str, Any]]:
    """A mode's keys as bytes, and one of its cases with lists of bytes."""
    keys = {key: bytes.fromhex(text) for key, text in MODES[mode].items() if isinstance(text, str)}
    case = MODES[mode]["cases"][number]
    return keys, {k: bytes.fromhex(v) if isinstance(v, str) else unhex(v) for k, v in case.items()}


# The recorded vectors.


def test_every_vector_of_the_two_modes_is_there() -> None:
    assert CASES == [("OPRF", 0), ("OPRF", 1), ("VOPRF", 0), ("VOPRF", 1), ("VOPRF", 2)]
    assert [len(case["input"]) for case in MODES["VOPRF"]["cases"]] == [1, 1, 2]


@pytest.mark.parametrize("mode", MODES)
def test_the_twin_derives_the_keys_of_the_vectors(mode: str) -> None:
    keys, _ = vector(mode, 0)
    secret, public = Suite(Mode[mode]).derive_key_pair(keys["seed"], keys["key_info"])
    assert secret == keys["secret_key"]
    assert public == keys.get("public_key", public)


@pytest.mark.parametrize(("mode", "number"), CASES)
def test_the_twin_gives_the_bytes_of_the_vectors(mode: str, number: int) -> None:
    suite = Suite(Mode[mode])
    keys, case = vector(mode, number)
    secret = keys["secret_key"]
    blinded = [suite.blind(*each) for each in zip(case["input"], case["blind"], strict=True)]
    assert blinded == case["blinded"]
    evaluated, proof = suite.blind_evaluate(secret, blinded, case.get("proof_random", random_scalar()))
    assert evaluated == case["evaluated"]
    outputs = [suite.finalize(*each) for each in zip(case["input"], case["blind"], evaluated, strict=True)]
    assert outputs == case["output"] == [suite.evaluate(secret, value) for value in case["input"]]
    if mode == "VOPRF":
        assert proof.serialize() == case["proof"]
        assert outputs == suite.verify_finalize(
            case["input"], case["blind"], evaluated, keys["public_key"], case["proof"]
        )


@pytest.mark.parametrize("number", range(3))
def test_the_library_gives_the_bytes_of_the_vectors_as_far_as_it_can_be_asked(number: int) -> None:
    """It takes no blind and no proof scalar, so its proof is checked by the twin instead of compared."""
    keys, case = vector("VOPRF", number)
    key = PrfKey(keys["seed"], keys["key_info"])
    assert key.public_key == keys["public_key"]
    assert [key.output(value) for value in case["input"]] == case["output"]
    evaluated, proof = key.evaluate(case["blinded"])
    assert split(evaluated) == case["evaluated"]
    assert case["output"] == TWIN.verify_finalize(
        case["input"], case["blind"], split(evaluated), key.public_key, proof
    )


# The library against the twin, on values of any kind.


@given(seeds, st.binary(max_size=40), values)
@settings(max_examples=30)
def test_keys_and_direct_evaluations_equal_the_twins(seed: bytes, info: bytes, inputs: list[bytes]) -> None:
    secret, public = TWIN.derive_key_pair(seed, info)
    key = PrfKey(seed, info)
    assert key.public_key == public
    assert [key.output(value) for value in inputs] == [TWIN.evaluate(secret, value) for value in inputs]


@given(seeds, values)
@settings(max_examples=30)
def test_a_library_client_accepts_a_twin_server(seed: bytes, inputs: list[bytes]) -> None:
    secret, public = TWIN.derive_key_pair(seed, b"")
    batch = BlindedBatch(inputs)
    evaluated, proof = TWIN.blind_evaluate(secret, batch.elements, random_scalar())
    outputs = batch.finalise(b"".join(evaluated), proof.serialize(), public)
    assert outputs == [TWIN.evaluate(secret, value) for value in inputs]


@given(seeds, values)
@settings(max_examples=30)
def test_a_twin_client_accepts_a_library_server(seed: bytes, inputs: list[bytes]) -> None:
    key = PrfKey(seed, b"")
    blinds = [random_scalar() for _ in inputs]
    blinded = [TWIN.blind(*each) for each in zip(inputs, blinds, strict=True)]
    evaluated, proof = key.evaluate(blinded)
    outputs = TWIN.verify_finalize(inputs, blinds, split(evaluated), key.public_key, proof)
    assert outputs == [key.output(value) for value in inputs]


@given(st.binary(min_size=32, max_size=32))
def test_the_library_takes_the_elements_that_the_twin_takes(data: bytes) -> None:
    try:
        deserialize_element(data)
        valid = True
    except InvalidInput:
        valid = False
    if valid:
        PrfKey(bytes(32), b"").evaluate([data])
    else:
        with pytest.raises(InputError):
            PrfKey(bytes(32), b"").evaluate([data])


def test_a_blind_is_never_used_twice() -> None:
    """Two questions about one person cannot be told to be the same by the one who evaluates them."""
    assert len({BlindedBatch([b"value"]).elements for _ in range(50)}) == 50


# A server that cheats or garbles.

KEY = PrfKey(bytes(range(32)), b"test")
OTHER = PrfKey(bytes(range(1, 33)), b"test")
INPUTS = [b"one", b"two", b"three"]


def _scalar_past_the_order(evaluated: bytes, proof: bytes) -> tuple[bytes, bytes]:
    """The same challenge, written in another way: 2^253 is past the order, so adding the order still fits."""
    challenge = int.from_bytes(proof[:32], "little") + ORDER
    return evaluated, challenge.to_bytes(32, "little") + proof[32:]


Answer = Callable[[bytes, bytes], tuple[bytes, bytes]]
GARBLED: dict[str, Answer] = {
    "nothing at all": lambda e, p: (b"", b""),
    "no elements": lambda e, p: (b"", p),
    "no proof": lambda e, p: (e, b""),
    "a short proof": lambda e, p: (e, p[:-1]),
    "a long proof": lambda e, p: (e, p + b"\x00"),
    "one element fewer": lambda e, p: (e[:-32], p),
    "one element more": lambda e, p: (e + e[:32], p),
    "a byte fewer": lambda e, p: (e[:-1], p),
    "a byte moved from proof to elements": lambda e, p: (p[-1:] + e, p[:-1]),
    "the identity": lambda e, p: (bytes(32) + e[32:], p),
    "only identities": lambda e, p: (bytes(len(e)), p),
    "bytes that are no element": lambda e, p: (b"\xff" * 32 + e[32:], p),
    "a negative element": lambda e, p: (b"\x01" + bytes(31) + e[32:], p),
    "a zero proof": lambda e, p: (e, bytes(64)),
    "a proof past the order": lambda e, p: (e, b"\xff" * 64),
    "a challenge written another way": _scalar_past_the_order,
    "challenge and response swapped": lambda e, p: (e, p[32:] + p[:32]),
    "elements reordered": lambda e, p: (e[32:64] + e[:32] + e[64:], p),
    "an element repeated": lambda e, p: (e[:32] + e[:32] + e[64:], p),
    "the proof of another answer": lambda e, p: (e, KEY.evaluate(BlindedBatch(INPUTS).elements)[1]),
    "another key's element": lambda e, p: (OTHER.evaluate(BlindedBatch([b"one"]).elements)[0] + e[32:], p),
}


@pytest.mark.parametrize("garble", GARBLED.values(), ids=GARBLED.keys())
def test_a_garbled_answer_is_a_peer_fault_and_the_true_one_still_counts(garble: Answer) -> None:
    batch = BlindedBatch(INPUTS)
    evaluated, proof = KEY.evaluate(batch.elements)
    with pytest.raises(PeerError):
        batch.finalise(*garble(evaluated, proof), KEY.public_key)
    assert batch.finalise(evaluated, proof, KEY.public_key) == [KEY.output(value) for value in INPUTS]


def test_an_answer_made_with_another_key_is_a_peer_fault() -> None:
    """The pinned key decides: an honest proof under a key of the server's own choice does not pass."""
    batch = BlindedBatch(INPUTS)
    with pytest.raises(PeerError, match="published key"):
        batch.finalise(*OTHER.evaluate(batch.elements), KEY.public_key)


def test_an_answer_to_another_question_is_a_peer_fault() -> None:
    batch, earlier = BlindedBatch(INPUTS), BlindedBatch(INPUTS)
    with pytest.raises(PeerError):
        batch.finalise(*KEY.evaluate(earlier.elements), KEY.public_key)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), b"\xff" * 32, KEY.public_key + b"\x00"])
def test_a_key_that_is_none_is_a_peer_fault(public: bytes) -> None:
    batch = BlindedBatch(INPUTS)
    with pytest.raises(PeerError):
        batch.finalise(*KEY.evaluate(batch.elements), public)


@given(st.data())
@settings(max_examples=60)
def test_an_answer_with_any_bit_flipped_is_a_peer_fault(data: st.DataObject) -> None:
    batch = BlindedBatch(INPUTS)
    answer = b"".join(KEY.evaluate(batch.elements))
    bit = data.draw(st.integers(0, 8 * len(answer) - 1))
    flipped = (int.from_bytes(answer, "little") ^ (1 << bit)).to_bytes(len(answer), "little")
    with pytest.raises(PeerError):
        batch.finalise(flipped[:-64], flipped[-64:], KEY.public_key)


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_rubbish_is_a_peer_fault(evaluated: bytes, proof: bytes) -> None:
    with pytest.raises(PeerError):
        BlindedBatch([b"one"]).finalise(evaluated, proof, KEY.public_key)


def test_nothing_asked_proves_nothing() -> None:
    with pytest.raises(PeerError):
        BlindedBatch([]).finalise(b"", KEY.evaluate(BlindedBatch([b"one"]).elements)[1], KEY.public_key)


# A client that garbles.

ELEMENT = BlindedBatch([b"one"]).elements[0]


@pytest.mark.parametrize(
    "elements",
    [
        [],
        [b""],
        [bytes(32)],
        [b"\xff" * 32],
        [b"\x01" + bytes(31)],
        [ELEMENT[:-1]],
        [ELEMENT + b"\x00"],
        [ELEMENT, bytes(32)],
        [ELEMENT] * (MAX_BATCH + 1),
    ],
    ids=["none", "empty", "identity", "no element", "negative", "short", "long", "second bad", "too many"],
)
def test_what_cannot_be_evaluated_is_an_input_error(elements: list[bytes]) -> None:
    with pytest.raises(InputError):
        KEY.evaluate(elements)


@pytest.mark.parametrize("length", [1, 31, 33, 63])
def test_elements_that_do_not_divide_are_an_input_error(length: int) -> None:
    with pytest.raises(InputError):
        split(bytes(length))


def test_a_full_batch_is_evaluated_and_verified() -> None:
    inputs = [number.to_bytes(2, "big") for number in range(MAX_BATCH)]
    batch = BlindedBatch(inputs)
    outputs = batch.finalise(*KEY.evaluate(batch.elements), KEY.public_key)
    assert outputs[:: MAX_BATCH - 1] == [KEY.output(inputs[0]), KEY.output(inputs[-1])]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PrfKey(secrets.token_bytes(length), b"")

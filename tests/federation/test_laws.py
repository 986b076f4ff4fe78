"""Laws of the pure parts: quotas, tokens and labels, contexts that cannot be mistaken, sizes that tell nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import astuple, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.crypto.encoding import b64, unb64
from hub.crypto.hpke import PAD_CLASSES, SealContext, seal, unseal
from hub.crypto.signing import public_key, request_digest, thumbprint
from hub.errors import AuthenticationError, InputError, PeerError
from hub.values import Kind, Level, Person, Role
from hub.wire.commitment import commitment
from hub.wire.messages import Disclosure, encode
from hub.wire.quota import OverQuota, Quota, QuotaState, charge
from hub.wire.tokens import LABEL_BYTES, TOKEN_BYTES, FeedContext, Label, open_label, seal_entry, token

DAY = 86_400

# Quotas.

quotas = st.builds(
    Quota, per_day=st.integers(1, 500), burst=st.integers(1, 2_000), per_month=st.integers(1, 6_000)
)
requests = st.lists(st.tuples(st.integers(0, 3 * DAY), st.integers(0, 1_024)), max_size=30)
STARTS = st.integers(1_700_000_000, 1_900_000_000)


def month_of(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m")


@given(quota=quotas, start=STARTS, asked=requests)
def test_no_more_is_granted_than_the_quota_says(
    quota: Quota, start: int, asked: list[tuple[int, int]]
) -> None:
    """In any stretch of time a burst and what refills; in any month its sum. The twin adds it all up anew."""
    state: QuotaState | None = None
    granted: list[tuple[int, int]] = []
    now = start
    for wait, elements in asked:
        now += wait
        after = charge(state, quota, elements, now)
        if isinstance(after, OverQuota):
            assert after.retry_after_s > 0
            continue
        state = after
        granted.append((now, elements))
    for at, (begin, _) in enumerate(granted):
        total = 0
        for end, elements in granted[at:]:
            total += elements
            assert total <= quota.burst + (end - begin) * quota.per_day / DAY + 1e-6
    for month in {month_of(at) for at, _ in granted}:
        assert sum(elements for at, elements in granted if month_of(at) == month) <= quota.per_month


@given(quota=quotas, start=STARTS, asked=requests, last=st.integers(0, 1_024))
def test_whoever_waits_as_told_is_granted_in_the_end(
    quota: Quota, start: int, asked: list[tuple[int, int]], last: int
) -> None:
    state: QuotaState | None = None
    now = start
    for wait, elements in asked:
        now += wait
        after = charge(state, quota, elements, now)
        state = after if isinstance(after, QuotaState) else state
    possible = last <= min(quota.burst, quota.per_month)
    for _ in range(3):  # For the bucket, for the month, and for the bucket in the new month.
        after = charge(state, quota, last, now)
        if isinstance(after, QuotaState):
            break
        now += after.retry_after_s
    assert isinstance(after, QuotaState) == possible


@given(quota=quotas, start=STARTS, elements=st.integers(0, 1_024), back=st.integers(0, 40 * DAY))
def test_a_clock_set_back_grants_nothing(quota: Quota, start: int, elements: int, back: int) -> None:
    first = charge(None, quota, min(elements, quota.burst, quota.per_month), start)
    assert isinstance(first, QuotaState)
    again = charge(first, quota, quota.burst, start - back)
    assert isinstance(again, OverQuota) or first.level == quota.burst


@given(quota=quotas, start=STARTS)
def test_nothing_asked_costs_nothing(quota: Quota, start: int) -> None:
    after = charge(None, quota, 0, start)
    assert after == QuotaState(float(quota.burst), start, month_of(start), 0)


# Contexts: two that differ in any part never share an encoding, wherever the parts are cut.

texts = st.text(alphabet="ab|\x00\x01", max_size=4)
contexts = st.builds(SealContext, texts, texts, texts, texts, texts, texts, texts)
feed_contexts = st.tuples(
    st.builds(FeedContext, texts, texts, st.integers(0, 300)),
    st.sampled_from([b"token", b"label"]),
    st.integers(0, 300),
)


@given(one=contexts, other=contexts)
def test_seal_contexts_are_encoded_apart(one: SealContext, other: SealContext) -> None:
    assert (one.info == other.info) == (one == other)


@given(parts=st.lists(texts, min_size=7, max_size=7), at=st.integers(0, 5))
def test_text_moved_between_the_parts_of_a_context_is_another_context(parts: list[str], at: int) -> None:
    moved = [*parts]
    moved[at], moved[at + 1] = parts[at] + parts[at + 1], ""
    one, other = SealContext(*parts), SealContext(*moved)
    assert (one.info == other.info) == (one == other)


@given(one=feed_contexts, other=feed_contexts)
def test_token_contexts_are_encoded_apart(
    one: tuple[FeedContext, bytes, int], other: tuple[FeedContext, bytes, int]
) -> None:
    assert (one[0].info(*one[1:]) == other[0].info(*other[1:])) == (one == other)


requests_parts = st.tuples(texts, texts, texts, st.binary(max_size=4))


@given(one=requests_parts, other=requests_parts)
def test_request_digests_are_of_one_request_each(
    one: tuple[str, str, str, bytes], other: tuple[str, str, str, bytes]
) -> None:
    assert (request_digest(*one) == request_digest(*other)) == (one == other)


people = st.builds(
    Person,
    given_names=texts,
    surname=texts,
    date_of_birth=texts,
    aliases=st.lists(texts, max_size=2).map(tuple),
    role=st.sampled_from(Role),
)


@given(one=people, other=people, salts=st.tuples(st.binary(min_size=32, max_size=32)))
def test_a_commitment_is_to_one_person(one: Person, other: Person, salts: tuple[bytes]) -> None:
    assert (commitment(one, salts[0]) == commitment(other, salts[0])) == (one == other)


@given(person=people)
def test_a_commitment_is_to_names_date_of_birth_and_part_alone(person: Person) -> None:
    more = person.model_copy(update={"postcode": "NM1 1AA", "phone": "01632 960999", "ref": "r"})
    assert commitment(more, bytes(32)) == commitment(person, bytes(32))
    assert commitment(person, bytes(31) + b"\x01") != commitment(person, bytes(32))


# Tokens and labels.

CONTEXT = FeedContext("eastvale", "0123456789abcdef", 1)
labels = st.builds(
    Label, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16), st.integers(0, 255)
)
outputs = st.binary(min_size=64, max_size=64)


@given(output=outputs, indices=st.sets(st.integers(0, 2**32 - 1), min_size=2, max_size=8))
def test_records_with_one_match_key_have_tokens_of_their_own(output: bytes, indices: set[int]) -> None:
    assert len({token(output, CONTEXT, index) for index in indices}) == len(indices)


@given(output=outputs, label=labels, index=st.integers(0, 50))
def test_an_entry_has_a_fixed_size_and_opens_to_its_label(output: bytes, label: Label, index: int) -> None:
    made, sealed = seal_entry(output, CONTEXT, index, label)
    assert (len(made), len(sealed)) == (TOKEN_BYTES, LABEL_BYTES)
    assert made == token(output, CONTEXT, index)
    assert open_label(output, CONTEXT, index, (made, sealed)) == label
    assert seal_entry(output, CONTEXT, index, label)[1] != sealed


@given(output=outputs, label=labels, other=outputs, bit=st.integers(0, LABEL_BYTES * 8 - 1))
def test_a_label_opens_only_as_it_was_made(output: bytes, label: Label, other: bytes, bit: int) -> None:
    made, sealed = seal_entry(output, CONTEXT, 3, label)
    changed = bytearray(sealed)
    changed[bit // 8] ^= 1 << bit % 8
    wrong = [
        (output, CONTEXT, 3, (made, bytes(changed))),
        (output, CONTEXT, 3, (made, sealed[:-1])),
        (output, CONTEXT, 3, (made, b"")),
        (output, CONTEXT, 4, (made, sealed)),
        (output, replace(CONTEXT, epoch=2), 3, (made, sealed)),
        (output, replace(CONTEXT, node_id="southmere"), 3, (made, sealed)),
        (output, replace(CONTEXT, key_id="0" * 16), 3, (made, sealed)),
        (output, CONTEXT, 3, (token(output, CONTEXT, 4), sealed)),
    ]
    if other != output:
        wrong.append((other, CONTEXT, 3, (made, sealed)))
    for one in wrong:
        with pytest.raises(PeerError):
            open_label(*one)


# Sealing.

KEY = X25519PrivateKey.generate()
SEALING = SealContext("disclosure", "northmoor", "eastvale", "k", "c", "h", "involvement")
OVERHEAD = len(seal(b"", KEY.public_key().public_bytes_raw(), SEALING)) - PAD_CLASSES[0]


@pytest.mark.parametrize("size", [0, 1, 4_091, 4_092, 4_093, 16_380, 16_381, 65_532])
def test_a_sealed_message_has_the_size_of_its_class(size: int) -> None:
    plain = b"x" * size
    sealed = seal(plain, KEY.public_key().public_bytes_raw(), SEALING)
    assert len(sealed) - OVERHEAD == next(size for size in PAD_CLASSES if len(plain) + 4 <= size)
    assert unseal(sealed, KEY, SEALING) == plain


def test_a_message_over_the_largest_class_is_refused() -> None:
    with pytest.raises(InputError):
        seal(bytes(65_533), KEY.public_key().public_bytes_raw(), SEALING)


@given(part=st.integers(0, 6))
def test_a_message_sealed_in_one_context_opens_in_no_other(part: int) -> None:
    sealed = seal(b"x", KEY.public_key().public_bytes_raw(), SEALING)
    parts = list(astuple(SEALING))
    parts[part] += "x"
    with pytest.raises(AuthenticationError):
        unseal(sealed, KEY, SealContext(*parts))


disclosures = st.builds(
    Disclosure,
    status=st.sampled_from(["pending", "answered", "not_answered"]),
    level=st.sampled_from(Level),
    involvement=st.lists(st.sampled_from(Kind), max_size=2).map(tuple),
    role=st.none() | st.sampled_from(Role),
    last_activity=st.none() | st.just("2026-09"),
    agreement=st.lists(st.sampled_from(["forename: agrees", "date of birth: close"]), max_size=3).map(tuple),
    summary=st.none() | st.text(alphabet="abcé: ", max_size=200),
    in_part=st.booleans(),
)


@given(told=disclosures)
def test_whatever_is_disclosed_is_sealed_to_one_size(told: Disclosure) -> None:
    sealed = seal(encode(told), KEY.public_key().public_bytes_raw(), SEALING)
    assert len(sealed) == PAD_CLASSES[0] + OVERHEAD


# Thumbprints.


def test_a_thumbprint_is_that_of_rfc_7638() -> None:
    """The key of RFC 8037, appendix A.2, and its thumbprint of A.3."""
    key = public_key(unb64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
    # pragma: allowlist nextline secret
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


# Base64.


@given(data=st.binary(max_size=40))
def test_base64_goes_both_ways(data: bytes) -> None:
    assert unb64(b64(data)) == data


@given(text=st.text(alphabet="AZaz09-_+/=\n ~é", max_size=12))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        data = unb64(text)
    except AuthenticationError:
        return
    assert b64(data) == text

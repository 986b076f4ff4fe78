"""Thumbprints as they are read out: nothing of them is lost, and a slip of the tongue is found."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crypto.encoding import b64
from hub.crypto.groups import from_groups, in_groups
from hub.errors import UsageError

# RFC 8037, appendix A.3; in groups: Python's own base 32, letter by letter.
# pragma: allowlist nextline secret
RFC = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
SPOKEN = "J3XC-NZN9-P5AP-D62M-1XRC-04BT-4BN3-FFAW-YFPK-RHR9-7GBG-EA1B-9E4G"


def test_a_known_thumbprint_is_read_out_so() -> None:
    assert in_groups(RFC) == SPOKEN
    assert from_groups(SPOKEN) == RFC


@given(st.binary(min_size=32, max_size=32))
def test_every_bit_of_every_thumbprint_comes_back(raw: bytes) -> None:
    shown = in_groups(b64(raw))
    assert [len(group) for group in shown.split("-")] == [4] * 13
    assert not set(shown) & set("ILOU")
    assert from_groups(shown) == b64(raw)


@pytest.mark.parametrize(
    "typed",
    [
        SPOKEN.lower(),
        SPOKEN.replace("-", " "),
        SPOKEN.replace("-", ""),
        f"  {SPOKEN}\n",
        SPOKEN.replace("0", "O").replace("1", "l"),
        SPOKEN.replace("0", "o").replace("1", "I"),
        SPOKEN.replace("-", " \N{EN DASH} "),
    ],
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert from_groups(typed) == RFC


@given(st.integers(0, 51), st.sampled_from(sorted({*string.digits, *string.ascii_uppercase} - {*"ILOU"})))
def test_one_character_typed_wrongly_is_never_the_same_thumbprint(at: int, other: str) -> None:
    letters = SPOKEN.replace("-", "")
    typed = letters[:at] + other + letters[at + 1 :]
    if typed == letters:
        return
    try:
        assert from_groups(typed) != RFC
    except UsageError:
        assert at == 51  # The last one holds a single bit, and nothing that is not looked at.


@pytest.mark.parametrize("typed", ["", "J3XC", SPOKEN[:-1], SPOKEN + "0", SPOKEN[:-1] + "U", "*" * 52, RFC])
def test_what_is_no_thumbprint_is_said_so(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_groups(typed)
    assert "read out again" in caught.value.do

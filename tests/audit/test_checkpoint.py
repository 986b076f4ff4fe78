"""A signed checkpoint is read back by the key that signed it, and by nothing else."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.chain import Head
from hub.audit.checkpoint import read_checkpoint, sign_checkpoint
from hub.errors import AuthenticationError
from tests.audit.logs import NODE_ID

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HEAD = Head(1042, "5a" * 32)


@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_back(size: int, root: bytes) -> None:
    head = Head(size, root.hex())
    assert read_checkpoint(sign_checkpoint(NODE_ID, head, KEY), NODE_ID, KEY.public_key()) == head


def test_the_note_has_the_shape_of_a_c2sp_signed_note() -> None:
    """By hand, from C2SP signed-note: SHA-256(name, newline, 0x01, key)[:4], then the text's signature."""
    name = f"marac-hub/audit/{NODE_ID}"
    text = f"{name}\n1042\n{base64.b64encode(bytes.fromhex(HEAD.hash)).decode()}\n"
    public = KEY.public_key().public_bytes_raw()
    mark = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4] + KEY.sign(text.encode())
    note = f"{text}\n\u2014 {name} {base64.b64encode(mark).decode()}\n"
    assert sign_checkpoint(NODE_ID, HEAD, KEY) == note


@given(st.data())
def test_a_checkpoint_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    note = sign_checkpoint(NODE_ID, HEAD, KEY)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != note[place]))
    with pytest.raises(AuthenticationError):
        read_checkpoint(note[:place] + other + note[place + 1 :], NODE_ID, KEY.public_key())


@pytest.mark.parametrize("note", ["", "\n", "marac-hub/audit/northmoor\n1\n", "\u2014" * 200])
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(AuthenticationError, match="not an audit checkpoint"):
        read_checkpoint(note, NODE_ID, KEY.public_key())


def test_another_nodes_or_another_keys_checkpoint_is_refused() -> None:
    note = sign_checkpoint(NODE_ID, HEAD, KEY)
    with pytest.raises(AuthenticationError, match="another node"):
        read_checkpoint(note, "eastvale", KEY.public_key())
    with pytest.raises(AuthenticationError, match="another key"):
        read_checkpoint(note, NODE_ID, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())

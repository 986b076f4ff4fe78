"""A log's head as a signed note, in the manner of C2SP tlog-checkpoint and signed-note (Ed25519).

Pure: text and keys in, text or a head out. Differs from C2SP in one thing: the third line is the head of a
hash chain, not the root of a Merkle tree. Does not keep the file (`log`) or hold keys.

    marac-hub/audit/northmoor
    1042
    <base64 of the head's 32 bytes>

    — marac-hub/audit/northmoor <base64 of 4 bytes of key hash and the signature>
"""

from __future__ import annotations

import base64
import hashlib
import re

from hub.audit.chain import Head
from hub.crypto.signing import PrivateKey, PublicKey, check_signature
from hub.errors import AuthenticationError

_ED25519 = b"\x01"
_NOTE = re.compile(
    r"\A((\S+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n)\n\u2014 (\S+) ([A-Za-z0-9+/]{91}=)\n\Z"
)


def sign_checkpoint(node_id: str, head: Head, key: PrivateKey) -> str:
    """The signed note for a head."""
    origin = _origin(node_id)
    text = f"{origin}\n{head.size}\n{base64.b64encode(bytes.fromhex(head.hash)).decode()}\n"
    signed = _key_hash(origin, key.public_key()) + key.sign(text.encode())
    return f"{text}\n\u2014 {origin} {base64.b64encode(signed).decode()}\n"


def read_checkpoint(note: str, node_id: str, *keys: PublicKey) -> Head:
    """The head that a note vouches for. Raises AuthenticationError unless one of this node's keys signed it."""
    found = _NOTE.match(note)
    if not found:
        raise AuthenticationError("This is not an audit checkpoint.")
    text, origin, size, root, signer, signature = found.groups()
    if origin != _origin(node_id) or signer != origin:
        raise AuthenticationError("This audit checkpoint is another node's.")
    signed = base64.b64decode(signature)
    key = next((key for key in keys if signed[:4] == _key_hash(origin, key)), None)
    if key is None:
        raise AuthenticationError("This audit checkpoint was signed with another key.")
    try:
        check_signature(key, signed[4:], text.encode())
    except AuthenticationError as error:
        raise AuthenticationError("The signature of this audit checkpoint does not hold.") from error
    return Head(int(size), base64.b64decode(root).hex())


def origin_of(note: str) -> str:
    """The node that a note says it is of, unverified. Raises AuthenticationError when it is no note."""
    found = _NOTE.match(note)
    if not found or not found.group(2).startswith(_origin("")):
        raise AuthenticationError("This is not an audit checkpoint.")
    return found.group(2).removeprefix(_origin(""))


def _origin(node_id: str) -> str:
    return f"marac-hub/audit/{node_id}"


def _key_hash(name: str, key: PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]

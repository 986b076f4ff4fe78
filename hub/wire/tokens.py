"""Tokens and labels: what a node publishes for one match-key of one person, derived from the PRF's output.

Pure, but for the nonce drawn when a label is sealed. A token is opaque without an evaluation of its match-key;
the label opens only with the rest of the same PRF output. Does not know match-keys or where entries are kept.

Layout: every derivation's `info` is the purpose and the context, each part preceded by its length, so that no
two contexts share an encoding. The PRF output is a uniform 64-byte key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.crypto.derived import NONCE_BYTES, TAG_BYTES, derive, seal, unseal
from hub.crypto.encoding import b64, unb64
from hub.errors import AuthenticationError, PeerError

TOKEN_BYTES: Final = 16
HANDLE_BYTES: Final = 16
LABEL_BYTES: Final = NONCE_BYTES + 2 * HANDLE_BYTES + 1 + TAG_BYTES
ENTRY_BYTES: Final = TOKEN_BYTES + LABEL_BYTES
_VERSION: Final = b"marac-hub/v1"


@dataclass(frozen=True, slots=True)
class FeedContext:
    """Where a token belongs: the holder, the PRF key it was made with and the feed's epoch."""

    node_id: str
    key_id: str
    epoch: int

    def info(self, purpose: bytes, index: int) -> bytes:
        """The derivation context of the `index`-th record that shares a match-key."""
        return _info(self, purpose, index)


@lru_cache(maxsize=4_096)  # A few for each feed, used for every token.
def _info(context: FeedContext, purpose: bytes, index: int) -> bytes:
    parts = (
        _VERSION,
        purpose,
        context.node_id.encode(),
        context.key_id.encode(),
        context.epoch.to_bytes(8, "big"),
        index.to_bytes(4, "big"),
    )
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


@dataclass(frozen=True, slots=True)
class Label:
    """What a matched token gives: handles of case and person in this epoch, and which parts the record has."""

    case_handle: bytes
    person_handle: bytes
    completeness: int


def token(output: bytes, context: FeedContext, index: int) -> bytes:
    """The 16-byte token of PRF output `output` for the `index`-th record with its match-key."""
    return derive(output, context.info(b"token", index), TOKEN_BYTES)


def seal_entry(output: bytes, context: FeedContext, index: int, label: Label) -> tuple[bytes, bytes]:
    """The token and its label (fixed length), sealed under the same PRF output, bound to token and epoch."""
    made = token(output, context, index)
    plain = label.case_handle + label.person_handle + bytes([label.completeness])
    return made, seal(derive(output, context.info(b"label", index)), plain, _bound(made, context))


def open_label(output: bytes, context: FeedContext, index: int, entry: tuple[bytes, bytes]) -> Label:
    """Open the label of a matched entry (token, label). Raises PeerError when it was not made for that token."""
    met, sealed = entry
    try:
        plain = unseal(derive(output, context.info(b"label", index)), sealed, _bound(met, context))
    except AuthenticationError as error:
        raise PeerError("A label in the area's feed was not made for its token.") from error
    return Label(plain[:HANDLE_BYTES], plain[HANDLE_BYTES : 2 * HANDLE_BYTES], plain[-1])


def _bound(made: bytes, context: FeedContext) -> bytes:
    return made + context.epoch.to_bytes(8, "big")


def join_entries(entries: list[tuple[bytes, bytes]]) -> str:
    """Frame entries for a page."""
    return b64(b"".join(token + label for token, label in entries))


def split_entries(text: str) -> list[tuple[bytes, bytes]]:
    """Undo `join_entries`. Raises PeerError when the length does not divide."""
    raw = unb64(text)
    if len(raw) % ENTRY_BYTES:
        raise PeerError("A page of the area's feed is cut short.")
    chunks = (raw[at : at + ENTRY_BYTES] for at in range(0, len(raw), ENTRY_BYTES))
    return [(chunk[:TOKEN_BYTES], chunk[TOKEN_BYTES:]) for chunk in chunks]


def split_tokens(text: str) -> list[bytes]:
    """The withdrawn tokens of a page. Raises PeerError when the length does not divide."""
    raw = unb64(text)
    if len(raw) % TOKEN_BYTES:
        raise PeerError("A page of the area's feed is cut short.")
    return [raw[at : at + TOKEN_BYTES] for at in range(0, len(raw), TOKEN_BYTES)]

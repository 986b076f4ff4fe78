"""The match-keys of the node's own people, as short digests: sealed and opened here.

Of each record a row of its own, bound to its handle, which stays while its names and date do: rows of others, of
other settings, or that somebody wrote, do not open, and are made anew. Sealed with all its digests and padded, so
that a stolen database shows neither which people share a name, nor how often one stands there.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypeAlias

from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.matching import MatchingConfig, MatchKey, match_keys
from hub.matching.config import Keys as KeySettings
from hub.matching.keys import VERSION
from hub.node.transaction import Reading, Transaction
from hub.store import person_keys
from hub.values import Person

DIGEST_BITS: Final = 40
_CLASS: Final = 128  # digests; more than most people's

Keys: TypeAlias = "array[int]"
"""The digests of one record's match-keys, in no order."""


def digest_of(key: MatchKey) -> int:
    """The short digest of a match-key."""
    return int.from_bytes(blake2b(key.material, digest_size=DIGEST_BITS // 8).digest())


def keys_of(person: Person, config: MatchingConfig) -> Keys:
    """The digests of somebody's match-keys."""
    return array("Q", map(digest_of, match_keys(person, config)))


def seal_keys(vault: Vault, config: MatchingConfig, handle: bytes, keys: Keys) -> bytes:
    """Seal those of a record for its row."""
    padded = array("Q", [len(keys), *keys, *[0] * (-len(keys) % _CLASS)])  # The machine's own order of bytes.
    return vault.seal(_place(config, handle), padded.tobytes())


def open_keys(vault: Vault, config: MatchingConfig, handle: bytes, sealed: bytes) -> Keys:
    """Those of a row. Raises StorageError where they are of another record or of other settings."""
    padded = array("Q", vault.open(_place(config, handle), sealed))
    return padded[1 : padded[0] + 1]


def keys_in(tx: Reading, handles: Sequence[bytes]) -> dict[bytes, Keys]:
    """Those that are kept of these records. A row that does not open is none: it is made anew, which costs time."""
    found = dict[bytes, Keys]()
    config = tx.node.matching
    for handle, sealed in person_keys.of_handles(tx.session, handles):
        with suppress(StorageError):
            found[handle] = open_keys(tx.vault, config, handle, sealed)
    return found


def put_keys(tx: Transaction, keys: Mapping[bytes, Keys]) -> None:
    """Keep those of records, by their handles."""
    config = tx.node.matching
    rows = ((handle, seal_keys(tx.vault, config, handle, one)) for handle, one in keys.items())
    person_keys.put(tx.session, list(rows))


def _place(config: MatchingConfig, handle: bytes) -> str:
    """The table, how match-keys are made, and the record."""
    return f"person_keys/{VERSION}/{_made(config.keys)}/{handle.hex()}"


@lru_cache(maxsize=4)
def _made(keys: KeySettings) -> str:
    return blake2b(keys.model_dump_json().encode(), digest_size=8).hexdigest()

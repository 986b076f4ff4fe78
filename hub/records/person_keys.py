"""The match-keys of the node's own people and of where they live, as short digests: sealed and opened here.

Of each record a row of its own, bound to it as it is sealed, and written whenever it is: rows of others, of what it
was before, of other settings, or that somebody wrote, do not open, and are made anew. Sealed with all its digests
and padded, so that a stolen database shows neither which people share a name, nor how often one stands there.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypeAlias

from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.matching import MatchingConfig, MatchKey, home_keys, match_keys
from hub.matching.config import Keys as KeySettings
from hub.matching.keys import VERSION
from hub.node.transaction import Reading, Transaction
from hub.store import person_keys
from hub.values import Person

DIGEST_BITS: Final = 40
_CLASS: Final = 128  # digests; more than most people's

Keys: TypeAlias = "array[int]"
"""The digests of one record's match-keys, in no order."""

Record: TypeAlias = tuple[bytes, bytes]
"""A record of somebody: its handle, and the person, still sealed."""


def digest_of(key: MatchKey) -> int:
    """The short digest of a match-key."""
    return int.from_bytes(blake2b(key.material, digest_size=DIGEST_BITS // 8).digest())


def keys_of(person: Person, config: MatchingConfig) -> Keys:
    """The digests of somebody's match-keys, and of where they live."""
    return array("Q", map(digest_of, (*match_keys(person, config), *home_keys(person))))


def seal_keys(vault: Vault, config: MatchingConfig, record: Record, keys: Keys) -> bytes:
    """Seal those of a record for its row."""
    padded = array("Q", [len(keys), *keys, *[0] * (-len(keys) % _CLASS)])  # The machine's own order of bytes.
    return vault.seal(_place(config, record), padded.tobytes())


def open_keys(vault: Vault, config: MatchingConfig, record: Record, sealed: bytes) -> Keys:
    """Those of a row. Raises StorageError where they are of another record or of other settings."""
    padded = array("Q", vault.open(_place(config, record), sealed))
    return padded[1 : padded[0] + 1]


def keys_in(tx: Reading, records: Mapping[bytes, bytes]) -> dict[bytes, Keys]:
    """Those that are kept of these records, each as it is sealed, by handle.

    A row that does not open is none: it is made anew, which costs time.
    """
    found = dict[bytes, Keys]()
    config = tx.node.matching
    for handle, sealed in person_keys.of_handles(tx.session, list(records)):
        with suppress(StorageError):
            found[handle] = open_keys(tx.vault, config, (handle, records[handle]), sealed)
    return found


def put_keys(tx: Transaction, keys: Mapping[Record, Keys]) -> None:
    """Keep those of records."""
    config = tx.node.matching
    rows = ((record[0], seal_keys(tx.vault, config, record, one)) for record, one in keys.items())
    person_keys.put(tx.session, list(rows))


def _place(config: MatchingConfig, record: Record) -> str:
    """The table, how match-keys are made, and the record as it is sealed."""
    handle, sealed = record
    written = blake2b(sealed, digest_size=16).hexdigest()
    return f"person_keys/{VERSION}+home/{_made(config.keys)}/{handle.hex()}/{written}"


@lru_cache(maxsize=4)
def _made(keys: KeySettings) -> str:
    return blake2b(keys.model_dump_json().encode(), digest_size=8).hexdigest()

"""Which match-keys so many people share that one who leaves may cut others off: opened and sealed here.

The records of a match-key stand at indices, and a peer stops at a gap longer than `max_gap`: whoever leaves can
leave such a gap only where an entry stands further on than that. These are few, and all others need no evaluation
when somebody leaves. Kept sealed and padded, so that a stolen database shows no frequencies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from hub.errors import StorageError
from hub.node.transaction import Reading, Transaction
from hub.store import crowded_keys

_BYTES: Final = 8
_COUNT_BYTES: Final = 4
_CLASS: Final = 256  # digests


@dataclass(frozen=True, slots=True)
class CrowdedKeys:
    """Digests of the crowded match-keys of an epoch; None where it is not known which are: any may be."""

    digests: frozenset[bytes] | None = frozenset()

    def __contains__(self, material: bytes) -> bool:
        return self.digests is None or _digest(material) in self.digests

    def and_those(self, materials: Iterable[bytes]) -> CrowdedKeys:
        """These and more."""
        return self if self.digests is None else CrowdedKeys(self.digests.union(map(_digest, materials)))


def crowded_in(tx: Reading, epoch: int) -> CrowdedKeys:
    """Those of an epoch: what cannot be read is not known, which costs time alone."""
    sealed = crowded_keys.get(tx.session, epoch)
    if sealed is None:
        return CrowdedKeys(None)
    try:
        kept = tx.vault.open(_place(epoch), sealed)
    except StorageError:
        return CrowdedKeys(None)
    count, joined = int.from_bytes(kept[:_COUNT_BYTES], "big"), kept[_COUNT_BYTES:]
    return CrowdedKeys(frozenset(joined[at : at + _BYTES] for at in range(0, count * _BYTES, _BYTES)))


def keep_crowded(tx: Transaction, epoch: int, crowded: CrowdedKeys) -> None:
    """Keep those of an epoch, and forget those of others. What is not known is not kept."""
    if crowded.digests is None:
        return
    count = len(crowded.digests).to_bytes(_COUNT_BYTES, "big")
    padding = os.urandom(-len(crowded.digests) % _CLASS * _BYTES)
    sealed = tx.vault.seal(_place(epoch), count + b"".join(sorted(crowded.digests)) + padding)
    crowded_keys.put(tx.session, epoch, sealed)


def _digest(material: bytes) -> bytes:
    return sha256(material).digest()[:_BYTES]


def _place(epoch: int) -> str:
    return f"crowded_keys/{epoch}"

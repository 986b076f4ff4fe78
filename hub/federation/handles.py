"""The handles that labels carry: those of an epoch, made of a record's own handle and turned back into it.

A record's own handle is random and stays with it; what peers see of it is another one in each epoch, so that they
cannot link epochs by it, and the holder finds the record again without a table. Does not query (`hub.store.feeds`).
"""

from __future__ import annotations

from hub.crypto.vault import Vault


class LabelHandles:
    """The handles of one epoch. Without an epoch: of a feed made before they changed, as the records' own."""

    def __init__(self, vault: Vault, epoch: int | None) -> None:
        self._person, self._case = (
            None if epoch is None else vault.permutation(f"{kind}_handle/{epoch}")
            for kind in ("person", "case")
        )

    def person(self, own: bytes) -> bytes:
        """What labels call a person record."""
        return self._person.forth(own) if self._person else own

    def case(self, own: bytes) -> bytes:
        """What labels call a case."""
        return self._case.forth(own) if self._case else own

    def person_record(self, handle: bytes) -> bytes:
        """The person record's own handle, of what labels call it."""
        return self._person.back(handle) if self._person else handle

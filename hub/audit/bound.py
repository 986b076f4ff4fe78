"""What a log says of every row, in memory: as it was at one entry, packed, and what later entries said since.

Pure. It answers as of any entry since, for whoever reads an earlier state of the database than somebody else has
seen already. Reads neither logs (`hub.node.bound`) nor rows (`hub.store.guarded`).
"""

from __future__ import annotations

import base64
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic import Field

from hub.audit.chain import Head
from hub.audit.rows import ANCHOR_BYTES, GONE, KEY_BYTES, Anchor, Ledger, Written, pack
from hub.values import Value

_VERSIONS: Final = 16
"""Of one row: whoever reads a state in which it was yet another reads again."""


class RowsSaid(Value):
    """What a log said of every row up to an entry: its number and hash, and the rows as an event carries them."""

    size: int
    hash: str
    rows: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger, head: Head) -> RowsSaid:
        """What a ledger holds that has read a log up to that head."""
        anchors = (
            Anchor(table, key, said.digest)
            for table, rows in ledger.tables.items()
            for key, said in rows.items()
            if said.digest != GONE
        )
        return cls(size=head.size, hash=head.hash, rows=pack(anchors))

    @property
    def head(self) -> Head:
        """The head that it was read up to."""
        return Head(self.size, self.hash)


class TooOldError(Exception):
    """The state asked about is older than what is remembered of a row."""


class BoundRows:
    """What a log says of every row. Not safe with threads by itself."""

    def __init__(self, base: RowsSaid) -> None:
        self.head = self._base = base.head
        self._packed = {table: base64.b64decode(rows) for table, rows in base.rows.items()}
        self._later: dict[str, dict[bytes, tuple[Written, ...]]] = {}
        self._newest: dict[str, int] = {}
        self._whole: dict[str, tuple[int, Mapping[bytes, Written]]] = {}
        self.later = 0

    def take(self, head: Head, anchors: Iterable[Anchor]) -> None:
        """Take in what the next entry says, whose head this is."""
        for table, key, digest in anchors:
            rows = self._later.setdefault(table, {})
            rows[key] = (*rows.get(key, ()), Written(digest, head.size))[-_VERSIONS:]
            self._newest[table] = head.size
        self.head = head
        self.later += 1

    def said(self, table: str, key: bytes, at: int) -> Written | None:
        """What it said of a row when it had so many entries; None of one that was never written.

        Raises TooOldError.
        """
        versions = self._later.get(table, {}).get(key, ())
        for one in reversed(versions):
            if one.seq <= at:
                return one
        if len(versions) == _VERSIONS or at < self._base.size:
            raise TooOldError
        return self._of_base(table, key)

    def every(self, table: str, at: int) -> Mapping[bytes, Written]:
        """What it said of all rows of a table when it had so many entries; it stays so. Raises TooOldError."""
        if at < self._base.size:
            raise TooOldError
        later = self._later.get(table, {})
        since, whole = self._whole.get(table, (at + 1, {}))
        if since > at:
            since, whole = self._base.size, dict(self._all_of_base(table))
        if self._newest.get(table, 0) > since:
            changed = [key for key, versions in later.items() if versions[-1].seq > since]
            whole = {**whole, **{key: said for key in changed if (said := self.said(table, key, at))}}
        if at == self.head.size:
            self._whole[table] = at, whole
        return whole

    def packed(self) -> RowsSaid:
        """All of it as it is now, to begin from another time."""
        ledger = Ledger()
        for table in self._packed.keys() | self._later.keys():
            ledger.tables[table] = dict(self.every(table, self.head.size))
        return RowsSaid.of(ledger, self.head)

    def _of_base(self, table: str, key: bytes) -> Written | None:
        packed = self._packed.get(table, b"")
        place = bisect_left(range(len(packed) // ANCHOR_BYTES), key, key=lambda one: _key(packed, one))
        at = place * ANCHOR_BYTES
        if packed[at : at + KEY_BYTES] != key:
            return None
        return Written(packed[at + KEY_BYTES : at + ANCHOR_BYTES], self._base.size)

    def _all_of_base(self, table: str) -> Iterator[tuple[bytes, Written]]:
        packed = self._packed.get(table, b"")
        for at in range(0, len(packed), ANCHOR_BYTES):
            written = Written(packed[at + KEY_BYTES : at + ANCHOR_BYTES], self._base.size)
            yield packed[at : at + KEY_BYTES], written


def _key(packed: bytes, place: int) -> bytes:
    return packed[place * ANCHOR_BYTES : place * ANCHOR_BYTES + KEY_BYTES]

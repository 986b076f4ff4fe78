"""How an event binds rows of the database: what is digested, how it stands there, and what a log says of rows.

Pure. A row's digest covers its table and every column that has a value, so that a column added later changes none.
Sealed columns are digested as the bytes that they are: whoever holds no key of the node can check all of it, and
learns nothing. Does not read rows (`hub.store.guarded`) or the log (`log`).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

KEY_BYTES: Final = 16
_DIGEST_BYTES: Final = 32
ANCHOR_BYTES: Final = KEY_BYTES + _DIGEST_BYTES
GONE: Final = bytes(_DIGEST_BYTES)
"""In the place of a digest: the row was deleted."""


class Anchor(NamedTuple):
    """One row of a table as an event says it is: by a digest of its primary key, and one of all of it, or GONE."""

    table: str
    key: bytes
    digest: bytes


def key_digest(table: str, key: Iterable[Any]) -> bytes:
    """What a row is known by: 16 bytes over its table and the values of its primary key, in their order."""
    return _sha256("key", ",".join([f'["{table}"', *map(_json, key)]) + "]")[:KEY_BYTES]


def row_digest(table: str, values: Mapping[str, Any]) -> bytes:
    """SHA-256 over a row: its table, and name and value of each column that has one, by name."""
    told = [f'["{name}",{_json(value)}]' for name, value in sorted(values.items()) if value is not None]
    return _sha256("row", f'["{table}",[{",".join(told)}]]')


def _sha256(of: str, framed: str) -> bytes:
    return hashlib.sha256(f"marac-hub/audit/{of}/v1\x00{framed}".encode()).digest()


def _json(value: Any) -> str:
    """A value as JSON, with its type where JSON has none of it. By hand: a look goes over every value there is."""
    kind = type(value)
    if kind is bytes:
        return f'{{"bytes":"{value.hex()}"}}'
    if kind is int:
        return str(value)
    if isinstance(value, dt.date):
        return f'{{"date":"{value.isoformat()}"}}'
    return f'{{"float":"{value!r}"}}' if kind is float else json.dumps(value)


def pack(anchors: Iterable[Anchor]) -> dict[str, str]:
    """Anchors as an event carries them: for each table, in base64, 48 bytes for each row."""
    packed: dict[str, list[bytes]] = {}
    for table, key, digest in anchors:
        packed.setdefault(table, []).append(key + digest)
    return {table: base64.b64encode(b"".join(sorted(rows))).decode() for table, rows in packed.items()}


def unpack(packed: Mapping[str, str]) -> Iterator[Anchor]:
    """Undo `pack`. Raises ValueError on what that did not make."""
    for table, rows in packed.items():
        raw = base64.b64decode(rows, validate=True)
        if len(raw) % ANCHOR_BYTES:
            raise ValueError("an anchor is cut short")
        for at in range(0, len(raw), ANCHOR_BYTES):
            one = raw[at : at + ANCHOR_BYTES]
            yield Anchor(table, one[:KEY_BYTES], one[KEY_BYTES:])


def unpack_entry(body: str) -> list[Anchor]:
    """The rows that an entry's body binds. Raises ValueError when it is no event of ours."""
    return list(unpack(json.loads(body).get("rows", {}))) if '"rows":' in body else []


class Written(NamedTuple):
    """What a log says of a row: its digest, or GONE, and the number of the entry that says so."""

    digest: bytes
    seq: int


@dataclass
class Ledger:
    """What a log says of every row, in memory in proportion to the rows: 48 bytes, and Python's own, for each."""

    tables: dict[str, dict[bytes, Written]] = field(default_factory=dict)

    def read(self, seq: int, body: str) -> None:
        """Take in what an entry says. Raises ValueError when it is no event of ours."""
        for table, key, digest in unpack_entry(body):
            self.tables.setdefault(table, {})[key] = Written(digest, seq)

    def of(self, table: str) -> Mapping[bytes, Written]:
        """What it says of a table's rows, those deleted among them."""
        return self.tables.get(table, {})

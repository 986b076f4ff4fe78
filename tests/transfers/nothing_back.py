"""Looking for what must not flow back, in everything that an area's node holds or says, opened with its own keys.

Rows are found by the store's own list of tables: every column of bytes of every table is opened, or is known to be
a random handle or a digest. Of a table that is added it has to be said here how its rows open, or the search fails.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import httpx2
from sqlalchemy import LargeBinary, Table, select
from sqlmodel import SQLModel, col

from hub.backup.make import backup
from hub.crypto import age, hpke
from hub.errors import StorageError
from hub.node.node import Node
from hub.records import person_keys
from hub.store import tables
from hub.store.tables.cases import PersonRecord
from tests.cli.running import inside

assert tables.__all__  # They are known once the package is there.

NOT_SEALED: Final = frozenset(
    {"handle", "case_digest", "ref_digest", "digest", "copy_digest", "lines_digest", "token", "label", "id"}
    | {"account", "owner", "sign_in", "commitment", "open_key", "case_id"}
)
"""Columns of bytes that are random, or digests: nothing is in them to open. They are searched as they are."""


def _decision(row: Mapping[str, Any], sealed: bytes) -> tuple[str, bytes]:
    return f"decision_record/{sealed[:16].hex()}", sealed[16:]


def _places(table: str, row: Mapping[str, Any]) -> Iterator[str]:
    """The places under which a row of a table may be sealed: by its columns, one or several."""
    text = {name: value.hex() if isinstance(value, bytes) else str(value) for name, value in row.items()}
    told = {name: "" if row[name] is None else one for name, one in text.items()}
    joined = {
        "outbox": ("id", "kind", "peer", "act"),
        "notice": ("id", "account", "case_digest"),
        "received_disclosure": ("peer", "check_id", "handle", "level"),
        "idempotent_answer": ("peer", "key", "request_digest"),
        "peer_head": ("id", "node_id"),
        "arrived": ("peer", "number"),
    }
    if table in joined:
        yield "/".join([table, *(told[name] for name in joined[table])])
    if table == "acknowledgement":
        names = ("peer", "check_id", "handle", "level")
        yield "/".join([table, *(told[name] for name in names)])
    for name in row:
        yield f"{table}/{text[name]}"


@dataclass
class Found:
    """Where a text stands."""

    where: str
    text: str


@dataclass
class Everything:
    """All that a node holds and says, by where it stands."""

    values: list[tuple[str, bytes]] = field(default_factory=list)

    def search(self, *texts: str) -> list[Found]:
        """Where any of these stands, as it is, in another spelling of it, or in base64 or hex."""
        needles = {text: (set(_spellings(text)), set(_in_base64(text))) for text in texts}
        return [
            Found(where, text)
            for where, value, small in ((where, value, value.lower()) for where, value in self.values)
            for text, (spelt, encoded) in needles.items()
            if any(one in small for one in spelt) or any(one in value for one in encoded)
        ]

    def places(self) -> set[str]:
        """The kinds of places that were searched."""
        return {where.split(" ")[0] for where, _ in self.values}


LEAST_IN_BASE64: Final = 8
"""Letters: what six bytes make at the least, wherever they begin. A shorter text is not looked for in base64.

Of four letters, 7 in 600 stood by chance among the tokens and keys that one node holds (2.6 MB); of six, none.
"""


def _variants(text: str) -> set[str]:
    return {text, text.replace(" ", ""), text.replace(" ", "+"), text.replace(" ", "%20")}


def _spellings(text: str) -> Iterator[bytes]:
    """What it is in small letters, as it stands and in hex."""
    for said in _variants(text):
        raw = said.lower().encode()
        yield raw
        yield raw.hex().encode()


def _in_base64(text: str) -> Iterator[bytes]:
    """The letters of base64 that it alone decides, wherever among other bytes it begins; both alphabets."""
    for said in _variants(text):
        for exact in (said.encode(), said.lower().encode()):
            for shift in range(3):
                whole = base64.b64encode(bytes(shift) + exact)
                begins, ends = -(-8 * shift // 6), 8 * (shift + len(exact)) // 6
                if ends - begins >= LEAST_IN_BASE64:
                    yield whole[begins:ends]
                    yield whole[begins:ends].translate(bytes.maketrans(b"+/", b"-_"))


def rows_opened(node: Node) -> Iterator[tuple[str, bytes]]:
    """Every value of every row, opened. Raises AssertionError where one does not open."""
    with node.database.read() as session:
        records = dict(
            session.connection().execute(select(col(PersonRecord.handle), col(PersonRecord.sealed))).all()
        )
        for table in SQLModel.metadata.sorted_tables:
            for row in session.connection().execute(select(table)).mappings():
                for column in table.columns:
                    value = row[column.name]
                    where = f"{table.name}.{column.name}"
                    if isinstance(value, bytes) and column.name not in NOT_SEALED:
                        yield where, _opened(node, table, dict(row), value, records)
                    elif value is not None:
                        yield where, value if isinstance(value, bytes) else str(value).encode()


def _opened(
    node: Node, table: Table, row: dict[str, Any], sealed: bytes, records: Mapping[bytes, bytes]
) -> bytes:
    vault = node.keys.vault
    if table.name == "person_keys":
        return vault.open(person_keys._place(node.matching, (row["handle"], records[row["handle"]])), sealed)
    if table.name == "decision_record":
        return vault.open(*_decision(row, sealed))
    for place in _places(table.name, row):
        try:
            return vault.open(place, sealed)
        except StorageError:
            continue
    raise AssertionError(f"{table.name}: say in tests/transfers/nothing_back.py how its rows open")


def columns_of_bytes() -> set[str]:
    """The columns of bytes of all tables, but those in which nothing is sealed."""
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name not in NOT_SEALED
    }


COMMANDS: Final = (
    ("checks", "list"),
    ("requests", "list"),
    ("obligations", "list"),
    ("seals", "list"),
    ("jobs", "list"),
    ("peer", "list"),
    ("doctor",),
)
"""What a node prints of all that it has."""


def said(node: Node) -> Iterator[tuple[str, bytes]]:
    """What its commands print, for a program, and for people."""
    for words in COMMANDS:
        for options in ((), ("--json",)):
            done = inside(*words, node.home, *options)
            assert done.out or done.err, words
            yield f"command {' '.join(words)}", (done.out + done.err).encode()


def backed_up(node: Node, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a backup, decrypted; what is sealed in its database is opened by `rows_opened`."""
    folder.mkdir(exist_ok=True)
    identity, recipient = age.new_identity()
    made = backup(node, folder, [recipient])
    plain = io.BytesIO()
    with made.home.open("rb") as sealed:
        age.decrypt(sealed, plain, identity)
    plain.seek(0)
    with tarfile.open(fileobj=plain) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            yield f"backup {member.name}", file.read()


def files(home: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the home as it lies there."""
    for path in sorted(home.rglob("*")):
        if path.is_file():
            yield f"file {path.relative_to(home)}", path.read_bytes()


def everything(node: Node, folder: Path, *heard: Heard) -> Everything:
    """All that a node holds and says, and what it heard where somebody listened."""
    found = Everything()
    found.values += rows_opened(node)
    found.values += said(node)
    found.values += backed_up(node, folder)
    found.values += files(node.home)
    for one in heard:
        found.values += [("heard", value) for value in one.values]
    return found


@dataclass
class Heard:
    """What arrived at a node: each request and answer as it was sent, and what of it was sealed to it, opened."""

    values: list[bytes] = field(default_factory=list)


class _Listening(httpx2.AsyncBaseTransport):
    def __init__(self, there: httpx2.AsyncBaseTransport, heard: Heard) -> None:
        self._there, self._heard = there, heard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._heard.values += [
            str(request.url).encode(),
            str(request.headers).encode(),
            await request.aread(),
        ]
        return await self._there.handle_async_request(request)


@contextmanager
def listening(node: Node, hosts: dict[str, httpx2.AsyncBaseTransport]) -> Iterator[Heard]:
    """Listen to all that arrives at a node, and to all that any node opens with this node's keys."""
    heard, before, unseal = Heard(), hosts[node.node_id], hpke.unseal

    def opened(sealed: bytes, key: Any, context: hpke.SealContext, *rest: Any) -> bytes:
        plain = unseal(sealed, key, context, *rest)
        if context.recipient == node.node_id:
            heard.values.append(plain)
        return plain

    hosts[node.node_id] = _Listening(before, heard)
    with patch.object(hpke, "unseal", opened):
        yield heard
    hosts[node.node_id] = before


def as_json(value: object) -> bytes:
    """What a program reads."""
    return json.dumps(value).encode()

"""What two holders keep, laid side by side by people who have both homes and all keys of them: what links a check.

Reads every table, every file and every leaf of what is sealed, of each check apart; knows no column. What a value
is written as (hex, base64, JSON, a token, a part of something longer) does not hide it. Judges nothing but by
`LEFT_OUT`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from hub.crypto import hpke
from hub.crypto.vault import Vault
from hub.node.keys import NODE_KEY, ROOT_KEY

LEFT_OUT: Final = {
    # When it was: the clocks of two nodes are the same clock.
    "at": "when",
    "iat": "when",
    "exp": "when",
    "expires_at": "when",
    "received_at": "when",
    "made_at": "when",
    "level_at": "when",
    "month": "when",
    "seq": "when",
    "id": "when",
    "due": "when",
    "due_at": "when",
    "date": "when",
    # How much was asked, by its size class, and what is left of a quota after it.
    "elements": "size",
    "weak_elements": "size",
    "level": "size",
    "month_used": "size",
    # On what it rests, in three: the holder decides by it, and by no less.
    "rests_on": "decided by",
    "protocol_ref": "decided by",
    "protocol_digest": "decided by",
    "detail/kind": "decided by",
    # Digests, in the log, of the rows of a quota: of the size and time of what was charged.
    "rows/quota_use": "size",
}
"""The leaves that are left out, by name: both holders see when a question comes and how large it is."""
_WINDOW: Final = 8
_DIFFERENT: Final = 5
"""How many different bytes a window has at least: fillings and counters are alike by chance."""
_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_JWT: Final = re.compile(r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")
Feature = str | bytes
Row = tuple[str, tuple[Any, ...]]


@dataclass
class Opened:
    """What was sealed and opened while it was watched: with the keys that two colluding holders have."""

    plain: dict[bytes, bytes] = field(default_factory=dict)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Remember what each sealed field and message holds."""
        seal, unseal, to_seal = Vault.seal, hpke.unseal, hpke.seal

        def sealed(vault: Vault, place: str, plain: bytes) -> bytes:
            made = seal(vault, place, plain)
            self.plain[made] = plain
            return made

        def opened(message: bytes, *args: Any) -> bytes:
            found = unseal(message, *args)
            self.plain[message] = found
            return found

        def posted(plain: bytes, *args: Any) -> bytes:
            made = to_seal(plain, *args)
            self.plain[made] = plain
            return made

        monkeypatch.setattr(Vault, "seal", sealed)
        monkeypatch.setattr(hpke, "unseal", opened)
        monkeypatch.setattr(hpke, "seal", posted)


class Holder:
    """A holder's home, read as a whole before and after each check."""

    def __init__(self, home: Path, opened: Opened) -> None:
        self.home, self.opened = home, opened
        self.before: dict[Row, Any] = {}
        self.checks: list[dict[Feature, set[str]]] = []

    def start(self) -> None:
        """What is there now is of no check."""
        self.before = self._all()

    def after_a_check(self) -> None:
        """What is new or changed since is of one check."""
        now = self._all()
        found: dict[Feature, set[str]] = {}
        for (table, key), row in now.items():
            if self.before.get((table, key)) != row:
                for name, value in row.items():
                    for feature, where in self._features(f"{table}.{name}", value):
                        found.setdefault(feature, set()).add(where)
        self.before = now
        self.checks.append(found)

    def _all(self) -> dict[Row, Any]:
        rows: dict[Row, Any] = {}
        database = sqlite3.connect(self.home / "hub.sqlite3")
        try:
            tables = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            for table in tables:
                columns = list(database.execute(f'PRAGMA table_info("{table}")'))
                names = [one[1] for one in columns]
                keys = [at for at, one in enumerate(columns) if one[5]]
                for values in database.execute(f'SELECT * FROM "{table}"'):
                    key = tuple(values[at] for at in keys) or tuple(values)
                    rows[table, key] = dict(zip(names, values, strict=True))
        finally:
            database.close()
        for file in sorted(self.home.rglob("*")):
            if file.is_file() and file.name not in (NODE_KEY, ROOT_KEY) and "sqlite3" not in file.name:
                rows[f"file:{file.name}", (str(file),)] = {"bytes": file.read_bytes()}
        return rows

    def _features(self, where: str, value: Any) -> Iterator[tuple[Feature, str]]:
        for path, leaf in leaves(where, value, self.opened.plain):
            if _left_out(path):
                continue
            for feature in features(path, leaf):
                yield feature, path


def _left_out(path: str) -> bool:
    last, two = path.rpartition("/")[2].rpartition(".")[2], "/".join(path.split("/")[-2:])
    return last in LEFT_OUT or two in LEFT_OUT


def leaves(path: str, value: Any, plain: dict[bytes, bytes]) -> Iterator[tuple[str, Any]]:
    """Every leaf of a value: sealed ones opened, JSON and tokens read, to the last."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield f"{path}/{name}", str(name)
            yield from leaves(f"{path}/{name}", one, plain)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(path, one, plain)
    elif isinstance(value, bytes):
        if value in plain:
            yield from leaves(path, plain[value], plain)
        else:
            text = _text(value)
            yield from leaves(path, text, plain) if text is not None else [(path, value)]
    elif isinstance(value, str):
        yield from _of_text(path, value, plain)
    elif value is not None:
        yield path, value


def _of_text(path: str, value: str, plain: dict[bytes, bytes]) -> Iterator[tuple[str, Any]]:
    if value[:1] in ("{", "["):
        with suppress(ValueError):
            yield from leaves(path, json.loads(value), plain)
            return
    if _JWT.fullmatch(value):
        for part in value.split(".")[:2]:
            yield from leaves(path, _decoded(part) or part, plain)
        return
    as_bytes = _decoded(value)
    if as_bytes is not None and as_bytes in plain:
        yield from leaves(path, plain[as_bytes], plain)
        return
    yield path, value


def features(path: str, leaf: Any) -> set[Feature]:
    """What a leaf is found again by, in whatever it stands: itself, its words, and every eight bytes of it."""
    if isinstance(leaf, bytes):
        return set(_windows(leaf))
    if not isinstance(leaf, str):
        return {f"{path.rpartition('/')[2].rpartition('.')[2]}={leaf}"}
    found: set[Feature] = {leaf}
    for word in _WORD.findall(leaf):
        if len(word) >= _WINDOW:
            found.add(word)
        if len(word) >= 2 * _WINDOW:
            for as_bytes in _decodings(word):
                found |= _windows(as_bytes)
        if len(word) >= _WINDOW:
            found |= _windows(word.encode())
    return found


def _windows(data: bytes) -> set[bytes]:
    found = {data[at : at + _WINDOW] for at in range(len(data) - _WINDOW + 1)}
    return {one for one in found if len(set(one)) >= _DIFFERENT}


def _decodings(word: str) -> Iterator[bytes]:
    """As hex, and as base64 from each place where a group may begin."""
    for start in range(2):
        part = word[start:]
        with suppress(ValueError):
            yield bytes.fromhex(part[: len(part) // 2 * 2])
    for start in range(4):
        part = word[start:].replace("-", "+").replace("_", "/")
        with suppress(binascii.Error):
            yield base64.b64decode(part[: len(part) // 4 * 4], validate=True)


def _decoded(word: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (ValueError, binascii.Error):
        return None


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def links(one: Holder, other: Holder) -> dict[Feature, set[str]]:
    """What stands at both for one check, and at either not for all: by it they know the check again. With where."""
    found: dict[Feature, set[str]] = {}
    for mine, theirs in zip(one.checks, other.checks, strict=True):
        for value in mine.keys() & theirs.keys():
            if not (all(value in each for each in one.checks) or all(value in each for each in other.checks)):
                found.setdefault(value, set()).update(mine[value], theirs[value])
    return found


def places(found: dict[Feature, set[str]]) -> set[str]:
    """Where they stand."""
    return set().union(*found.values())

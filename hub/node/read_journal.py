"""The journal of read events: sealed lines in a file of the home, which the system has before an answer leaves.

Safe with threads and processes, and with one that is killed at any moment: a line is there or it is not, and what a
kill left of one is cut off by the next. What the machine's memory has and its disk does not is lost with the power.
Knows nothing of what is in a line (`hub.records.reads`), and brings nothing into the database.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from hub.crypto.vault import Vault
from hub.errors import StorageError

READ_JOURNAL: Final = "read-journal"
"""The folder of it in the home."""
_CURRENT: Final = "current"
_SET_ASIDE: Final = ".lines"
_ID_BYTES: Final = 16
_HEAD: Final = 2 * _ID_BYTES + 1
_PLACE_BYTES: Final = 8
_AN_ID: Final = re.compile(f"[0-9a-f]{{{2 * _ID_BYTES}}}")


class Lines(NamedTuple):
    """What a file has: its id, its lines, each once, and how many are not as or where this node wrote them."""

    id: str
    lines: tuple[bytes, ...]
    unread: int


class ReadJournal:
    """The journal of one node. `vault`: that seals its lines."""

    def __init__(self, folder: Path, vault: Callable[[], Vault]) -> None:
        self.folder: Final = folder
        self._current = folder / _CURRENT
        self._vault = vault
        self._lock = Lock()
        self._file: int | None = None
        self._of = 0
        self._id = ""

    def append(self, line: bytes) -> None:
        """Keep a line: once this returns no kill loses it. Raises StorageError, and then nothing of it is kept."""
        try:
            with self._held() as (file, end):
                self._write(file, end, line)
        except OSError as error:
            raise StorageError(
                "Who opens this cannot be written down, so nothing is shown.",
                kept="What was stored before. What was sent may have been done: look before it is sent again.",
                do="Ring whoever runs this node: they make room on its disk, and see that its home can be written.",
            ) from error

    def set_aside(self) -> list[Path]:
        """End the file in use, and give all that are ended, each to be brought in and then dropped.

        Raises OSError.
        """
        with self._held():
            self._current.rename(self.folder / f"{self._id}{_SET_ASIDE}")
        return self._ended()

    def every(self) -> Iterator[Lines]:
        """What is not brought in yet, each file once. Changes nothing.

        The one in use is read first, which may be ended meanwhile: what is brought in by then is in the database.
        """
        found = dict[str, Lines]()
        for path in self._in_their_order():
            with suppress(FileNotFoundError):  # Brought in meanwhile, or not begun.
                one = self.lines_of(path)
                found[one.id] = one
        yield from found.values()

    def lines_of(self, path: Path) -> Lines:
        """What a file has. Raises OSError."""
        data = path.read_bytes()
        number = data[: _HEAD - 1].decode("ascii", "replace")
        foreign = not _AN_ID.fullmatch(number)
        if foreign:  # Nothing in it opens. One that is just being begun has nothing yet.
            number = hashlib.sha256(data).hexdigest()[: 2 * _ID_BYTES]
        found, at = dict[int, bytes](), _HEAD
        unread = int(foreign and (path != self._current or len(data) >= _HEAD))
        for text in data[_HEAD:].split(b"\n")[:-1]:
            place, line = self._opened(number, text)
            unread += place != at
            if line is not None:
                found.setdefault(place, line)
            at += len(text) + 1
        return Lines(number, tuple(found.values()), unread)

    def _in_their_order(self) -> Iterator[Path]:
        """The file in use, and once that was read those that are ended by then."""
        yield self._current
        yield from self._ended()

    def _ended(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SET_ASIDE}"))

    def _write(self, file: int, end: int, line: bytes) -> None:
        """A line after the others, whole or not at all; where it stands is sealed with it."""
        sealed = self._vault().seal(self._place(self._id), end.to_bytes(_PLACE_BYTES, "big") + line)
        text = base64.b64encode(sealed) + b"\n"
        try:
            if os.pwrite(file, text, end) != len(text):
                raise OSError("written in part")
        except OSError:
            os.ftruncate(file, end)
            raise

    def _opened(self, number: str, text: bytes) -> tuple[int, bytes | None]:
        """A line of this file and where it was written; nothing of one that was not."""
        try:
            plain = self._vault().open(self._place(number), base64.b64decode(text, validate=True))
        except (binascii.Error, StorageError):
            return 0, None
        return int.from_bytes(plain[:_PLACE_BYTES], "big"), plain[_PLACE_BYTES:]

    @contextmanager
    def _held(self) -> Iterator[tuple[int, int]]:
        """The file in use, which nobody else writes meanwhile, and where the next line goes."""
        with self._lock:
            while True:
                file = self._opened_file()
                fcntl.flock(file, fcntl.LOCK_EX)
                try:
                    if self._in_use(file):
                        yield file, self._end(file)
                        return
                finally:
                    fcntl.flock(file, fcntl.LOCK_UN)
                os.close(file)  # It was set aside meanwhile.
                self._file = None

    def _opened_file(self) -> int:
        if self._file is None or self._of != os.getpid():  # A lock is shared with a process that was forked.
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._file = os.open(self._current, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self._id, self._of = "", os.getpid()
        return self._file

    def _in_use(self, file: int) -> bool:
        try:
            named = self._current.stat()
        except FileNotFoundError:
            return False
        held = os.fstat(file)
        return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)

    def _end(self, file: int) -> int:
        """Where the next line goes. What a kill left of a head or a line is cut off: nobody was answered by it."""
        size = os.fstat(file).st_size
        if size < _HEAD:
            self._id = secrets.token_hex(_ID_BYTES)
            os.ftruncate(file, 0)
            os.pwrite(file, f"{self._id}\n".encode(), 0)
            return _HEAD
        if not self._id:
            self._id = os.pread(file, _HEAD - 1, 0).decode("ascii", "replace")
        if os.pread(file, 1, size - 1) == b"\n":
            return size
        whole = os.pread(file, size, 0).rfind(b"\n") + 1
        os.ftruncate(file, whole)
        return whole

    @staticmethod
    def _place(number: str) -> str:
        return f"read_journal/{number}"

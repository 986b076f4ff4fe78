"""Writing a file completely or not at all, for its owner alone to read; and destroying one.

The one place where the hub writes its files. Knows nothing of what is in them and says nothing to people: what
fails is an OSError, and whoever calls tells it in words.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


class OccupiedError(OSError):
    """The name is a link's, a folder's or a device's: writing there would change what nobody named."""


def write_atomically(path: Path, data: bytes, *, named: bool = False) -> None:
    """Put these bytes in place of the file, as `whole` does."""
    with replacing(path, named=named) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, *, named: bool = False) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `path` when the block ends well; else nothing is changed or left.

    Readable by its owner alone (0600), and safe on the disk before it has its name. A link in its place is never
    followed: it is replaced, or refused where a person `named` the place. Raises OSError.
    """
    _require_place(path, named=named)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".hub-", suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(fresh).replace(path)
        finally:
            Path(fresh).unlink(missing_ok=True)
        _sync_folder(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold the lock of that file, if nobody else does: gives whether this block holds it.

    One thread of one process does; the system lets go of it with the process, however that ends. Raises OSError.
    """
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def destroy(path: Path) -> None:
    """Overwrite a file and take it away, so that what was in it is gone as far as the disk lets one say so.

    A file system that copies on write, or a disk that spreads wear, may keep old blocks. Raises OSError.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(FileNotFoundError):  # Another process was as quick.
            with path.open("r+b", buffering=0) as file:
                file.write(os.urandom(path.stat().st_size))
                os.fsync(file.fileno())
            path.unlink()
        _sync_folder(folder)
    finally:
        os.close(folder)


def _require_place(path: Path, *, named: bool) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode) and (named or not stat.S_ISLNK(mode)):
        raise OccupiedError(errno.EEXIST, "there is a link, a folder or a device of that name")


def _sync_folder(folder: int) -> None:
    """Have the disk keep the new name too. Some network shares cannot and say so: there it is theirs to keep."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise

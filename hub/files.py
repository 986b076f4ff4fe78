"""Writing a file completely or not at all, for its owner alone to read.

The one place where the hub writes its files. Knows nothing of what is in them and says nothing to people: what
fails is an OSError, and whoever calls tells it in words.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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

"""Files of the home that the node vouches for: readable, and no use to whoever changes them without its keys.

Canonical JSON of a value with a keyed digest under the storage key, bound to the file's name. An earlier copy of
the same file put back is not found by this. Does not know what is in them.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import rfc8785
from pydantic import ValidationError

from hub.crypto.encoding import b64
from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.files import write_atomically
from hub.parsing import JsonError, read_json
from hub.values import Value

T = TypeVar("T", bound=Value)


def read_vouched(path: Path, vault: Vault, model: type[T]) -> T | None:
    """What the file holds; None where there is none. Raises StorageError when it is not as the node wrote it."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path) from error
    return cast(T, _read(path, vault, model, (found.st_ino, found.st_size, found.st_mtime_ns)))


def write_vouched(path: Path, vault: Vault, value: Value) -> None:
    """Put this value into the file, whole or not at all. Raises StorageError."""
    content = value.model_dump(mode="json")
    document = {"content": content, "vouched": _digest(path, vault, content)}
    try:
        write_atomically(path, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise StorageError(
            f"{path.name} cannot be written.",
            kept="The file as it was.",
            do="Make room on the disk, and let the node's user write to its home.",
        ) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing this file meanwhile. Never within a transaction of the database."""
    try:
        lock = path.with_name(path.name + ".lock").open("a")
    except OSError as error:
        raise StorageError(
            f"{path.name} cannot be written.", do="Let the node's user write to its home."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@lru_cache(maxsize=64)
def _read(path: Path, vault: Vault, model: type[T], _stamp: tuple[int, int, int]) -> T:
    try:
        document = read_json(path.read_bytes())
        if not secrets.compare_digest(str(document["vouched"]), _digest(path, vault, document["content"])):
            raise _edited(path)
        return model.model_validate(document["content"])
    except OSError as error:
        raise _unreadable(path) from error
    except (JsonError, ValidationError, KeyError, TypeError):
        raise _edited(path) from None


def _digest(path: Path, vault: Vault, content: Any) -> str:
    return b64(vault.vouch(path.name, rfc8785.dumps(content)))


def _edited(path: Path) -> StorageError:
    return StorageError(
        f"{path.name} is not as this node wrote it: somebody edited it, or it is another home's.",
        kept="The file as it is; nothing in it is believed.",
        do=f"Put {path.name} back from the backup of this home, and find out who changed it.",
    )


def _unreadable(path: Path) -> StorageError:
    return StorageError(f"{path.name} cannot be read.", do="Check its owner and mode (0600).")

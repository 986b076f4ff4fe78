"""The file that a backup is: a tar archive with a list of what is in it, encrypted with age.

Writes and reads such files; what comes out of one counts for nothing until it is what the list says. Does not
know a node.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Literal, cast

from pydantic import Field, ValidationError

from hub.audit.events import Count, Sha256Hex
from hub.crypto import age
from hub.errors import InputError, UsageError
from hub.files import replacing
from hub.values import NodeId, Second, ShortText, Value

CONTENTS: Final = "contents.json"
_PLAIN: Final = (tarfile.REGTYPE, tarfile.AREGTYPE)


class Contents(Value):
    """What a backup says of itself: of which node, when, and each file with its SHA-256.

    `kind` "home" has everything but the keys, "keys" has the keys. `log_size` and `log_hash`: the head of the
    audit log in it.
    """

    version: Literal[1] = 1
    kind: Literal["home", "keys"]
    node_id: NodeId
    made_at: Second
    made_by: ShortText
    log_size: Count
    log_hash: Sha256Hex
    files: dict[ShortText, Sha256Hex] = Field(default_factory=dict)


def write_archive(
    target: Path, contents: Contents, files: Mapping[str, Path], recipients: Sequence[str], workspace: Path
) -> None:
    """Write files, by the names they have in the archive, and the list of them.

    The file is there completely or not at all. `workspace`: a folder that nobody else reads, where it is put
    together. Raises InputError on a recipient that is none, OSError.
    """
    listed = contents.model_copy(update={"files": {name: digest_of(path) for name, path in files.items()}})
    plain = workspace / "archive.tar"
    with tarfile.open(plain, mode="w") as archive:
        _add(archive, CONTENTS, listed.model_dump_json().encode())
        for name, path in files.items():
            _add(archive, name, path.read_bytes())
    with plain.open("rb") as source, replacing(target) as encrypted:
        age.encrypt(source, cast(BinaryIO, encrypted), recipients)
    plain.unlink()


def read_archive(source: Path, identity: str, folder: Path) -> Contents:
    """Open a backup into a folder, and return its contents once every file is what they say.

    Raises UsageError when it is not there, InputError when it is no backup, or not a complete one,
    AuthenticationError when it does not open, OSError.
    """
    if not source.is_file():
        raise UsageError(f"{source} is no file.", kept="Everything as it was.", do="Name the backup's file.")
    plain = folder / "archive.tar"
    with source.open("rb") as encrypted, plain.open("wb") as opened:
        age.decrypt(encrypted, opened, identity)
    try:
        with tarfile.open(plain, mode="r:") as archive:
            contents = Contents.model_validate_json(_read(archive, CONTENTS))
            for name, digest in contents.files.items():
                _place(folder, name).write_bytes(data := _read(archive, name))
                if hashlib.sha256(data).hexdigest() != digest:
                    raise InputError(
                        "A file in the backup is not what its list says.", do="Take another backup."
                    )
    except (tarfile.TarError, KeyError, ValidationError):
        raise InputError(
            "That is no backup of a node, or not a complete one.", do="Take another one."
        ) from None
    plain.unlink()
    return contents


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add bytes under a name, with nothing of the machine they come from."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    """The bytes of a plain file. A backup has no links, which may lead to themselves, and no holes without end."""
    member = archive.getmember(name)
    file = archive.extractfile(member) if member.type in _PLAIN and not member.issparse() else None
    if file is None:
        raise KeyError(name)
    return file.read()


def _place(folder: Path, name: str) -> Path:
    """Where a file of the archive goes. Raises InputError when its name leads out of the folder."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise InputError("A name in the backup leads out of its folder.", do="Do not use this file.")
    path = folder / parts
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path

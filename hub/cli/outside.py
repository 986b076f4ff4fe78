"""What an outsider gives to `hub audit verify`: verified, or said which of it is the wrong one.

A database that is another node's, a file that is none of its kind or a private key are no tampering. Reads alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from hub.audit.chain import Head, Verified, genesis, verify
from hub.audit.checkpoint import origin_of, read_checkpoint
from hub.crypto.encoding import unb64
from hub.crypto.signing import PrivateKey, PublicKey, public_key, thumbprint
from hub.errors import AuthenticationError, StorageError, UsageError
from hub.store.audit import DatabaseAudit
from hub.store.database import Database
from hub.store.verify import Report, verify_database

# A signing key with its id, as `hub keys list` prints it: the id is the digest of the public key, and proves it.
_SIGNING_KEY: Final = re.compile(r"(?m)signing key\s+(\S+):\s+([A-Za-z0-9_-]{43})\s*$")
_BARE: Final = re.compile(r"(?m)^\s*[A-Za-z0-9_-]{43}\s*$")
_PRIVATE_FILES: Final = ("node.key", "root.key")


def verify_from_outside(url: str, files: list[Path], keys_file: Path) -> Report:
    """Verify a database with signed heads and public keys. Raises UsageError naming what cannot be used."""
    notes = {path: _text(path, "--checkpoint") for path in files}
    raw = _keys(keys_file)
    node_id, heads = _heads(notes, raw, keys_file)
    with closing(Database(url, read_only=True)) as opened:
        try:
            opened.require_current()
        except StorageError as error:
            raise UsageError(
                f"--database: {error.text}",
                kept="Nothing was verified, and nothing made.",
                do="Check the address, such as sqlite:////srv/copy/hub.sqlite3; if it is right, tell the auditor.",
            ) from error
        with opened.read() as session:
            _require_its_log(DatabaseAudit(session), node_id, files[0])
            return verify_database(session, node_id, heads)


def _heads(notes: Mapping[Path, str], raw: list[bytes], keys_file: Path) -> tuple[str, list[Head]]:
    node_id, heads = "", list[Head]()
    for path, note in notes.items():
        try:
            origin = origin_of(note)
        except AuthenticationError as error:
            raise UsageError(
                f"--checkpoint: {path.name} is no signed head of an audit log.",
                kept="Nothing was verified.",
                do="Give `audit-checkpoint.txt` of a node, or what `hub audit heads --out` wrote.",
            ) from error
        if origin != (node_id := node_id or origin):
            raise UsageError(
                f"--checkpoint: {path.name} is a head of {origin}'s log, and the first one is of {node_id}'s.",
                kept="Nothing was verified.",
                do="Give heads of one node's log.",
            )
        heads.append(_head(path, note, raw, keys_file))
    return node_id, heads


def _head(path: Path, note: str, raw: list[bytes], keys_file: Path) -> Head:
    node_id, keys = origin_of(note), [public_key(one) for one in raw]
    try:
        return read_checkpoint(note, node_id, *keys)
    except AuthenticationError as error:
        raise UsageError(
            f"--checkpoint: {path.name} does not hold under the keys in {keys_file.name} (--public-key)."
            f" {error.text}",
            kept="Nothing was verified.",
            do=f"Compare the keys with {node_id}'s certificate, earlier ones too; then the head was altered, if it"
            " still does not hold.",
        ) from error


def _require_its_log(log: DatabaseAudit, node_id: str, head_file: Path) -> None:
    """Raise UsageError where the log is whole from its first entry, and begins as another node's."""
    first = log.first()
    if first is None or first.prev == genesis(node_id).hash:
        return
    if isinstance(verify([first], Head(0, first.prev)), Verified):
        raise UsageError(
            f"--database: its log does not begin as {node_id}'s, of which {head_file.name} is a head: it is another"
            " node's, or was written anew from the first entry.",
            kept="Nothing was verified.",
            do=f"Give {node_id}'s database. If this is said to be it, keep it as it is, and call the auditor.",
        )


def _keys(path: Path) -> list[bytes]:
    """The raw keys in a file, each of which its id proves to be a public one."""
    text = _text(path, "--public-key")
    if path.name in _PRIVATE_FILES or text.lstrip().startswith("{"):
        raise _private(path)
    if _BARE.search(text):
        raise UsageError(
            f"--public-key: {path.name} has a key without its id, as a file of a private key does: nothing tells it"
            " from one.",
            kept="Nothing was verified.",
            do="Give what `hub keys list` prints. If this is a private key, such as `root.key`: remove it from"
            " there, destroy this copy, and tell the node's operator that it was about (docs/stolen-keys.md).",
        )
    raw = list[bytes]()
    for key_id, key in _SIGNING_KEY.findall(text):
        with suppress(AuthenticationError):
            raw.append(_proven(path, key_id, unb64(key)))
    if not raw:
        raise UsageError(
            f"--public-key: {path.name} has no public key that can be read.",
            kept="Nothing was verified.",
            do="Give what `hub keys list` prints, or its lines of signing keys alone.",
        )
    return raw


def _proven(path: Path, key_id: str, raw: bytes) -> bytes:
    """The key, which has that id. Raises AuthenticationError where it is none at all, UsageError."""
    if key_id == thumbprint(_public_of(raw)):
        raise _private(path)
    if key_id != thumbprint(public_key(raw)):
        raise UsageError(
            f"--public-key: {path.name} has a key that is not the one of the id beside it.",
            kept="Nothing was verified.",
            do="Give what `hub keys list` prints, as it is.",
        )
    return raw


def _public_of(raw: bytes) -> PublicKey:
    return PrivateKey.from_private_bytes(raw).public_key()


def _private(path: Path) -> UsageError:
    return UsageError(
        f"--public-key: {path.name} is or has a private key, which nobody but its node may have.",
        kept="Nothing was verified.",
        do="Destroy this copy, tell the node's operator that it was about (docs/stolen-keys.md), and ask for what"
        " `hub keys list` prints.",
    )


def _text(path: Path, option: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{option}: {path.name} is missing.", do="Check its name and folder.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{option}: {path.name} cannot be read.", do="Check that it is a text, its owner and its mode."
        ) from error

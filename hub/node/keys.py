"""A node's secrets: made once, kept outside the database, loaded only from files nobody else can read.

`node.key` holds the online keys as JSON; `root.key` certifies them and belongs offline after set-up. Files are
made with mode 0600 in a 0700 folder. A key folder that systemd or Docker provides (`/run/secrets`,
`$CREDENTIALS_DIRECTORY`) is trusted for its modes. Keys are never printed, logged or put in an error.
"""

from __future__ import annotations

import errno
import fcntl
import hmac
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from hub.crypto import hpke, signing
from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import SigningKey
from hub.crypto.vault import Vault
from hub.errors import HubError, StorageError, UsageError
from hub.files import write_atomically
from hub.parsing import read_json

NODE_KEY: Final = "node.key"
ROOT_KEY: Final = "root.key"
COPY: Final = "audit-checkpoint.txt"  # the newest signed head of the log, a second time
_FIELDS: Final = ("signing", "sealing", "storage")
_SERVICES: Final = "services"  # Not there in a `node.key` from before Idva services had keys of their own.
_PRF: Final = ("prf", "prf_weak")  # Stood here before they had files of their own.
_PROVIDED: Final = Path("/run/secrets")  # where Docker and Podman mount secrets
_MAKERS: Final[Mapping[str, Callable[[], bytes]]] = {
    "signing": lambda: signing.PrivateKey.generate().private_bytes_raw(),
    "sealing": lambda: hpke.PrivateKey.generate().private_bytes_raw(),
}


@dataclass(frozen=True)
class NodeKeys:
    """The online keys of a node, but for those of its feed (`hub.node.prf_keys`).

    `services`: what the keys of the node's Idva services are derived from. It is not derived from the storage key,
    nor that from it.
    """

    signing: SigningKey
    sealing: hpke.PrivateKey
    vault: Vault
    services: bytes = field(default=b"", repr=False)

    @property
    def sealing_public(self) -> bytes:
        """The raw public key to which peers seal."""
        return self.sealing.public_key().public_bytes_raw()

    def service(self, organisation: str) -> Vault:
        """The vault of an Idva service, by its id (hex): no other's, and not the node's. Raises UsageError."""
        return Vault(self._of_service(organisation))

    def service_sealing(self, organisation: str, matter: str) -> hpke.PrivateKey:
        """The key to which others seal what is for that service alone, of one matter. Raises UsageError.

        `matter`: a name without slashes, such as the id of a transfer: of two matters nobody sees that the keys are
        of one service.
        """
        of_matter = f"marac-hub/v1/service-sealing/{matter}".encode()
        return hpke.PrivateKey.from_private_bytes(
            hmac.digest(self._of_service(organisation), of_matter, "sha256")
        )

    def _of_service(self, organisation: str) -> bytes:
        if not self.services:
            raise UsageError(
                "node.key has no secret for the Idva services of this node.",
                kept="Nothing was changed.",
                do="Let the node write its key file once, or add `services` to it: 32 random bytes, base64url.",
            )
        return hmac.digest(self.services, f"marac-hub/v1/service/{organisation}".encode(), "sha256")


def create(folder: Path) -> None:
    """Make a node's keys and its root key. Raises UsageError if there are some already, OSError.

    A root key that is there without the others is kept: it may be all that is left of a node, or of a run that
    was interrupted.
    """
    if (folder / NODE_KEY).exists():
        raise UsageError(
            f"{folder} already holds keys.", kept="They were not touched.", do="Choose another home."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    secrets = {
        "signing": _MAKERS["signing"](),
        "sealing": _MAKERS["sealing"](),
        "storage": os.urandom(32),
        _SERVICES: os.urandom(32),
    }
    if not (folder / ROOT_KEY).exists():
        write_atomically(folder / ROOT_KEY, b64(signing.PrivateKey.generate().private_bytes_raw()).encode())
    online = json.dumps({name: b64(value) for name, value in secrets.items()})
    write_atomically(folder / NODE_KEY, online.encode())


def load(folder: Path) -> NodeKeys:
    """Load the online keys. Raises UsageError saying which file is missing, readable by others or damaged."""
    return _parsed(folder, read_secret(folder / NODE_KEY))


def _parsed(folder: Path, text: str) -> NodeKeys:
    raw = _read_fields(folder, text)
    try:
        return NodeKeys(
            signing=SigningKey.of(signing.PrivateKey.from_private_bytes(raw["signing"])),
            sealing=hpke.PrivateKey.from_private_bytes(raw["sealing"]),
            vault=Vault(raw["storage"]),
            services=raw.get(_SERVICES, b""),
        )
    except (ValueError, KeyError):
        raise _damaged(folder / NODE_KEY) from None


def prf_seeds_of_before(folder: Path) -> bytes:
    """The seeds of the first epoch's PRF keys, joined, in a `node.key` from when they stood there; else b""."""
    raw = _read_fields(folder, read_secret(folder / NODE_KEY))
    return b"".join(raw[name] for name in _PRF) if set(_PRF) <= raw.keys() else b""


def drop_prf_seeds(folder: Path) -> None:
    """Take the PRF seeds out of `node.key`. Raises OSError where it is not ours to write."""
    path = folder / NODE_KEY
    if _provided(path):
        raise PermissionError(errno.EROFS, "a mounted secret is not written to", str(path))
    raw = _read_fields(folder, read_secret(path))
    write_atomically(path, json.dumps({name: b64(raw[name]) for name in raw if name not in _PRF}).encode())


def add_services_secret(folder: Path) -> None:
    """Put the secret of the Idva services into a `node.key` from before there was one; once, whoever comes first.

    Does nothing where the file is not the node's to write: `NodeKeys.service` says so then. Raises UsageError.
    """
    path = folder / NODE_KEY
    if not keeps_files(folder):
        return
    with path.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        raw = _read_fields(folder, read_secret(path))
        if _SERVICES not in raw:
            raw[_SERVICES] = os.urandom(32)
            write_atomically(path, json.dumps({name: b64(value) for name, value in raw.items()}).encode())


def _read_fields(folder: Path, text: str) -> dict[str, bytes]:
    try:
        return {str(name): unb64(value) for name, value in read_json(text.encode()).items()}
    except (ValueError, TypeError, AttributeError, HubError):
        raise _damaged(folder / NODE_KEY) from None


def _damaged(path: Path) -> UsageError:
    return UsageError(f"{path} is damaged.", do="Restore it from the key backup.")


class KeyRing:
    """The online keys as `node.key` has them now: whoever serves a node takes over new ones by itself."""

    def __init__(self, folder: Path) -> None:
        """Load them. Raises UsageError as `load` does."""
        self._folder = folder
        self._read = _stamp(folder), load(folder)

    def now(self) -> NodeKeys:
        """The keys; as they were last, where the file is not there any more. Raises UsageError as `load` does."""
        stamp, keys = self._read
        found = _stamp(self._folder)
        if found not in (None, stamp):
            fresh = load(self._folder)
            if fresh.vault.key_id != keys.vault.key_id:
                raise UsageError(
                    f"{self._folder / NODE_KEY} was replaced by another node's.",
                    kept="Nothing was done with it.",
                    do="Put the node's own back.",
                )
            keys = replace(fresh, vault=keys.vault)
            self._read = found, keys
        return keys


def _stamp(folder: Path) -> tuple[int, int, int] | None:
    """What changes when the file is replaced; None where it is not there."""
    try:
        found = (folder / NODE_KEY).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class NextKeys:
    """The online keys with new ones among them, not in use yet, and the file that will hold them."""

    keys: NodeKeys
    text: str = field(repr=False)


def next_keys(folder: Path, *names: str) -> NextKeys:
    """New keys in the place of those named ("signing", "sealing"); nothing is written.

    Raises UsageError where the node may not write its key file: then they cannot be put in place.
    """
    if not keeps_files(folder):
        raise UsageError(
            f"{folder / NODE_KEY} is provided to the node, which may not change it.",
            kept="The keys as they were.",
            do="Copy it into a folder of the node's own (0700, the file 0600), name that as `keys` in node.toml,"
            " run this again, and provide the changed file from then on.",
        )
    fresh = {name: b64(_MAKERS[name]()) for name in names}
    text = json.dumps({**read_json(read_secret(folder / NODE_KEY).encode()), **fresh})
    return NextKeys(_parsed(folder, text), text)


def put_in_place(folder: Path, new: NextKeys) -> None:
    """Put new keys in the place of the old, whose bytes are written over as far as the disk does that.

    Raises StorageError; then the old ones stand.
    """
    path = folder / NODE_KEY
    try:
        with path.open("r+b") as old:
            write_atomically(path, new.text.encode())
            old.write(bytes(os.fstat(old.fileno()).st_size))
            old.flush()
            os.fsync(old.fileno())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or type(error).__name__}.",
            kept="The keys as they were.",
            do="Make room on the disk, let the node's user write there, and run this again.",
        ) from error


def load_root(folder: Path) -> SigningKey:
    """Load the root key of a key folder. Raises UsageError when it is missing or damaged."""
    return read_root(folder / ROOT_KEY)


def read_root(file: Path) -> SigningKey:
    """Load a root key, which certifies online keys. Raises UsageError when it is missing or damaged."""
    text = read_secret(file)
    try:
        return SigningKey.of(signing.PrivateKey.from_private_bytes(unb64(text.strip())))
    except (ValueError, HubError):
        raise _damaged(file) from None


def make_root(file: Path) -> SigningKey:
    """A new root key in this file; the one that is there already, where a run was cut short. Raises UsageError."""
    if not file.exists():
        try:
            write_atomically(
                file, b64(signing.PrivateKey.generate().private_bytes_raw()).encode(), named=True
            )
        except OSError as error:
            raise UsageError(
                f"{file} cannot be written: {error.strerror or type(error).__name__}.",
                kept="The root key as it was.",
                do="Name a file in a folder that you may write to, such as on a mounted stick.",
            ) from error
    return read_root(file)


def keeps_files(folder: Path) -> bool:
    """Whether the node may keep files of its own beside its keys: not where its system provides the folder."""
    return os.access(folder, os.W_OK) and not _provided(folder)


def read_secret(path: Path) -> str:
    """A file that its owner alone reads. Raises UsageError where it is missing, or others can read it too."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise UsageError(
            f"{path} is missing.", do="Restore it from the key backup, or mount the secret."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read.", do="Check its owner and mode (0600).") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and not _provided(path):
        raise UsageError(f"{path} can be read by others.", do=f"Run `chmod 600 {path}`.")
    return text


def _provided(path: Path) -> bool:
    folders = [_PROVIDED]
    if credentials := os.environ.get("CREDENTIALS_DIRECTORY"):
        folders.append(Path(credentials))
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)

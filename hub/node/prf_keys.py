"""The PRF keys of a node's feed: one file an epoch, made and destroyed by the node itself.

They stand in a folder of their own in the home, each file sealed under the vault, so that it opens only beside
`node.key`. They need no backup: where the file of an epoch is gone, a rotation makes new keys and a new epoch. A
retired key is destroyed, as far as a file system lets one. Does not know who is published under them
(`hub.federation.publish`) or when they change (`hub.federation.rotate_keys`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import SEED_BYTES, PrfKey
from hub.crypto.vault import Vault, key_id
from hub.errors import HubError
from hub.files import destroy, write_atomically
from hub.parsing import read_json
from hub.wire.tokens import FeedContext

PRF_FOLDER: Final = "prf-keys"
FIRST_EPOCH: Final = 1
_VERSION: Final = 1
_NAME: Final = re.compile(r"epoch-([0-9]{1,16})\.key")


class MissingKeysError(HubError):
    """The PRF keys of the feed's epoch are not here, or do not open."""

    code = "prf_keys_missing"
    status = 503


@dataclass(frozen=True)
class PrfKeys:
    """The PRF keys of one epoch: for match-keys with a full date, and for weak ones."""

    epoch: int
    strong: PrfKey
    weak: PrfKey

    @classmethod
    def of(cls, epoch: int, seeds: bytes) -> PrfKeys:
        """The keys of two seeds of 32 bytes, joined. Raises ValueError on another length."""
        return cls(epoch, PrfKey(seeds[:SEED_BYTES], PrfKey.STRONG), PrfKey(seeds[SEED_BYTES:], PrfKey.WEAK))

    @cached_property
    def key_id(self) -> str:
        """The public name of the key for match-keys with a full date."""
        return key_id(self.strong.public_key)

    @cached_property
    def weak_key_id(self) -> str:
        """The public name of the key for weak match-keys."""
        return key_id(self.weak.public_key)

    def context(self, node_id: str, *, weak: bool) -> FeedContext:
        """The context of the tokens that a node makes with one of them."""
        return FeedContext(node_id, self.weak_key_id if weak else self.key_id, self.epoch)


class PrfKeyFolder:
    """The files of a node's PRF keys; remembers the keys that it was asked for last, and no others."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault
        self._last: PrfKeys | None = None

    def of(self, epoch: int) -> PrfKeys:
        """The keys of an epoch. Raises MissingKeysError."""
        last = self._last
        if last is None or last.epoch != epoch:
            self._last = last = self._read(epoch)
        return last

    def make(self, epoch: int, seeds: bytes = b"") -> PrfKeys:
        """Make and keep new keys for an epoch (or keep those of the seeds given), on the disk when it returns.

        Raises OSError.
        """
        seeds = seeds or os.urandom(2 * SEED_BYTES)
        made = PrfKeys.of(epoch, seeds)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._folder.chmod(0o700)
        sealed = self._vault.seal(_place(epoch), seeds)
        document = {"version": _VERSION, "epoch": epoch, "sealed": b64(sealed)}
        write_atomically(self._file(epoch), json.dumps(document).encode())
        return made

    def holds(self, epoch: int) -> bool:
        """Whether there is a file for an epoch."""
        return self._file(epoch).exists()

    def destroy(self, which: Callable[[int], bool]) -> None:
        """Destroy the keys of the epochs that `which` names. Raises OSError."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            named = _NAME.fullmatch(path.name)
            if named and which(int(named[1])):
                destroy(path)

    def _file(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch}.key"

    def _read(self, epoch: int) -> PrfKeys:
        path = self._file(epoch)
        try:
            parsed = read_json(path.read_bytes())
            return PrfKeys.of(epoch, self._vault.open(_place(epoch), unb64(parsed["sealed"])))
        except FileNotFoundError:
            why = "is missing"
        except OSError:
            why = "cannot be read"
        except (HubError, ValueError, KeyError, TypeError):
            why = "does not open"
        raise MissingKeysError(
            f"{path}, which the feed was made with, {why}.",
            kept="Everything else; until then this node answers no questions.",
            do="Run `hub keys rotate`: it makes new keys and publishes everyone anew.",
        )


def _place(epoch: int) -> str:
    return f"prf_keys/{epoch}"

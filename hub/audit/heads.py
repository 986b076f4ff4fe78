"""The newest signed head of a log, kept twice: in the node's home, and beside its keys where it may write there.

The later of both counts. One that is lost is told, and made anew from the other alone. Reads and writes the files;
does not compare a head with the log (`log`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.audit.chain import Head
from hub.audit.checkpoint import read_checkpoint
from hub.crypto.signing import PublicKey
from hub.errors import AuthenticationError, LogError
from hub.files import write_atomically


@dataclass(frozen=True, slots=True)
class SignedHeads:
    """The heads that a node's own files vouch for, and in words which file does not."""

    found: tuple[Head, ...]
    lost: tuple[str, ...] = ()

    def newest(self) -> Head:
        """The later one. Raises LogError when none is left."""
        if not self.found:
            raise LogError(
                f"No signed head of the audit log is left: {'; '.join(self.lost)}."
                " Without one, a log that was cut short would look complete.",
                kept="The log and the database, as they are: nothing is written on them, and nothing signed.",
                do=(
                    "Put the signed head back from the node's backup, in one of the two places;"
                    " if nobody removed it, call your auditor."
                ),
            )
        return max(self.found, key=lambda head: head.size)


@dataclass(frozen=True, slots=True)
class HeadFiles:
    """Where a node keeps its signed heads. `beside_keys`: None where it may keep nothing there.

    `keys` gives those that may have signed them as things stand.
    """

    node_id: str
    keys: Callable[[], Iterable[PublicKey]]
    home: Path
    beside_keys: Path | None

    def read(self) -> SignedHeads:
        """What the files say."""
        heads, lost = [], []
        for path, where in self._places():
            try:
                heads.append(read_checkpoint(path.read_text(encoding="utf-8"), self.node_id, *self.keys()))
            except FileNotFoundError:
                lost.append(f"{path.name} in {where} is missing")
            except (OSError, UnicodeDecodeError):
                lost.append(f"{path.name} in {where} cannot be read")
            except AuthenticationError as error:
                lost.append(f"{path.name} in {where} is damaged or replaced ({error.text.rstrip('.')})")
        return SignedHeads(tuple(heads), tuple(lost))

    def texts(self) -> tuple[bytes | None, ...]:
        """The files as they are, by which it is seen that they have not changed."""
        return tuple(_bytes(path) for path, _ in self._places())

    def write(self, note: str) -> None:
        """Put a signed head into each file. Raises OSError."""
        for path, _ in self._places():
            write_atomically(path, note.encode())

    def _places(self) -> tuple[tuple[Path, str], ...]:
        home = ((self.home, "the node's home"),)
        return (*home, (self.beside_keys, "the folder of its keys")) if self.beside_keys else home


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None

"""What the worker's engine keeps of its tasks, sealed and opened here: names of work in hand, not its content."""

from __future__ import annotations

from typing import Final

from hub.crypto.encoding import b64, unb64
from hub.crypto.vault import Vault

_PLACE: Final = "engine/task"


def seal_task(vault: Vault, plain: bytes) -> str:
    """What the engine keeps."""
    return b64(vault.seal(_PLACE, plain))


def open_task(vault: Vault, kept: str) -> bytes:
    """What was sealed. Raises StorageError when it was under another key, or was changed."""
    return vault.open(_PLACE, unb64(kept))

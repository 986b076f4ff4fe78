"""The watch over a node's audit log: whether it still reaches its signed heads, before each write and each minute.

What is found to be broken stops the node until it is seen to be whole again. Signs nothing (`hub.node.home`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.audit.chain import Broken
from hub.audit.heads import HeadFiles, SignedHeads
from hub.audit.log import AuditStore, Mark, broken_log, require_reached, verify_since
from hub.errors import LogError


@dataclass
class LogWatch:
    """The signed heads of one opened node, and what was last found wrong with its log."""

    files: HeadFiles
    mark: Mark
    _texts: tuple[bytes | None, ...] = ()
    _heads: SignedHeads = field(default_factory=lambda: SignedHeads(()))
    _broken: LogError | None = None

    def require_reached(self, log: AuditStore) -> None:
        """Raise LogError unless the signed heads are in the log and nothing was found broken. Cheap."""
        if self._broken is not None:
            raise self._broken
        require_reached(log, self._read())

    def look(self, log: AuditStore) -> None:
        """Verify what was written since the signed head. Raises LogError, and remembers it."""
        try:
            require_reached(log, self._read())
            found = verify_since(log, self._read(), self.mark)
            if isinstance(found, Broken):
                raise broken_log(found)
        except LogError as error:
            self._broken = error
            raise
        self._broken = None

    def _read(self) -> SignedHeads:
        """The heads in the files; their signatures are checked again when a file has changed."""
        texts = self.files.texts()
        if texts != self._texts:
            self._heads = self.files.read()
            self._texts = texts
        return self._heads

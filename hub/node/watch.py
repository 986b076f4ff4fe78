"""The watch over a node's audit log: whether it still reaches its signed heads, before each write and each minute.

What is found to be broken stops the node until it is seen to be whole again; rows that were not as the log says,
until somebody lets it go on (`stops`). Signs nothing (`hub.node.home`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.audit.chain import Broken
from hub.audit.heads import HeadFiles, SignedHeads
from hub.audit.log import AuditStore, Mark, broken_log, require_reached, verify_since
from hub.errors import LogError
from hub.node.stops import Stops


@dataclass
class LogWatch:
    """The signed heads of one opened node, and what was last found wrong with its log."""

    files: HeadFiles
    mark: Mark
    stops: Stops
    _texts: tuple[bytes | None, ...] = ()
    _heads: SignedHeads = field(default_factory=lambda: SignedHeads(()))
    _broken: LogError | None = None

    def require_reached(self, log: AuditStore) -> None:
        """Raise LogError unless the signed heads are in the log and nothing was found wrong. Cheap."""
        self.stops.require_none()
        if self._broken is not None:
            raise self._broken
        require_reached(log, self.heads())

    def look(self, log: AuditStore) -> None:
        """Verify what was written since the signed head. Raises LogError, and remembers it."""
        self.stops.require_none()
        try:
            require_reached(log, self.heads())
            found = verify_since(log, self.heads(), self.mark)
            if isinstance(found, Broken):
                raise broken_log(found)
        except LogError as error:
            self._broken = error
            raise
        self._broken = None

    def heads(self) -> SignedHeads:
        """The heads in the files; their signatures are checked again when a file has changed."""
        texts = self.files.texts()
        if texts != self._texts:
            self._heads = self.files.read()
            self._texts = texts
        return self._heads

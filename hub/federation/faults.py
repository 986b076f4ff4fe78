"""What went wrong with one area, foreseen or not: its code for the record, and its words for people.

Of what nobody foresaw, only the exception's kind is told: its text may hold anything. Does not catch or record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.errors import HubError, PeerError, UnreachableError


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one area. `code` is for the audit log, `text` for people."""

    code: str
    text: str


def fault_of(error: Exception) -> Fault:
    """The fault that an exception is."""
    if isinstance(error, UnreachableError):
        return Fault(error.why or error.code, str(error))
    if isinstance(error, HubError):
        return Fault(error.problem or error.code if isinstance(error, PeerError) else error.code, str(error))
    kind = type(error).__name__
    code = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()).strip("_")
    text = f"Something unforeseen went wrong with this area ({kind}). To do: Report this as a fault."
    return Fault(code[:64] or "unforeseen", text)

"""What people said of a case by hand, against what it said before; kept with it, sealed."""

from __future__ import annotations

from hub.consent.form.fled import FledFrom
from hub.values import ShortText, Value


class SealWord(Value):
    """That a person sealed or unsealed a case by hand: who, why and when (seconds since 1970).

    `by` is empty where the node had stopped and its altered rows were accepted.
    """

    sealed: bool
    by: ShortText
    because: str
    at: int


class FledWord(Value):
    """That a person corrected whether anyone fled an area: what was kept before, who, why and when (since 1970)."""

    before: FledFrom | None
    by: ShortText
    because: str
    at: int


class NotSafeWord(Value):
    """That a person took off whom the victim named as not safe to talk to: the entries, who, why and when."""

    taken_off: tuple[ShortText, ...]
    by: ShortText
    because: str
    at: int

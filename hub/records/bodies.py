"""Salted digests of the bodies that two nodes hold alike: what one area asked about somebody, and was told.

Both put the digest on their own record when the body passes, and each can make it again from the body that it
keeps: one that was altered since, by whoever has the node's keys, does not give it any more. The salt is of the
random one inside the sealed question, which both have and no log has: nobody guesses a body by its digest. Compares
nothing (`hub.checks.bodies`).
"""

from __future__ import annotations

from typing import NamedTuple

from hub.audit.events import DigestOf, salted_digest
from hub.crypto.derived import derive
from hub.values import Level, Value
from hub.wire.messages import Disclosure, DisclosureQuestion, encode


class ExchangeName(NamedTuple):
    """What was disclosed, by its check, the handle that matched (hex), and the level that was asked."""

    check_id: str
    handle: str
    level: Level

    def __str__(self) -> str:
        """As both nodes write it."""
        return f"{self.check_id}/{self.handle}/{self.level.value}"


def question_digest(name: ExchangeName, salt: bytes, question: DisclosureQuestion) -> dict[DigestOf, str]:
    """The digest of a question in plain, for an event. `salt`: the 32 bytes of the question's own."""
    return {DigestOf.request: _digest(DigestOf.request, name, salt, question)}


def answer_digest(name: ExchangeName, salt: bytes, answer: Disclosure) -> dict[DigestOf, str]:
    """The digest of an answer in plain, for an event. `salt`: of the question that it answers."""
    return {DigestOf.answer: _digest(DigestOf.answer, name, salt, answer)}


def _digest(of: DigestOf, name: ExchangeName, salt: bytes, body: Value) -> str:
    salt_of_it = derive(salt, f"marac-hub/audit/exchange/v1/{name}".encode())
    return salted_digest(of, salt_of_it, encode(body))

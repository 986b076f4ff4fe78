"""A peer's hand: requests to a node's real application, signed as agreed or a little otherwise."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from hub.crypto import hpke
from hub.crypto.encoding import b64, unb64
from hub.crypto.hpke import SealContext
from hub.crypto.prf import BlindedBatch
from hub.crypto.signing import Expected as ExpectedToken
from hub.crypto.signing import digest, sign, verify
from hub.node.certificates import own_certificate
from hub.node.node import Node
from hub.values import Level, Person
from hub.wire import messages
from hub.wire.channel import ENVELOPES_PATH
from hub.wire.commitment import commitment, subject_of
from hub.wire.hearings import HEARINGS_PATH
from hub.wire.messages import (
    DISCLOSURES_PATH,
    EVALUATIONS_PATH,
    Disclosure,
    DisclosureQuestion,
    DisclosureRequest,
    EvaluationRequest,
    MessageType,
    RestsOn,
)
from hub.wire.papers import PAPERS_PATH
from hub.wire.transfers import TRANSFERS_PATH
from hub.wire.witness import ACKNOWLEDGEMENTS_PATH, CHECKPOINTS_PATH, RECONCILIATIONS_PATH
from tests.federation.nodes import AGREEMENT, Areas, question

MESSAGES = {
    EVALUATIONS_PATH: MessageType.evaluation,
    DISCLOSURES_PATH: MessageType.disclosure,
    messages.FEED_PATH: MessageType.feed,
    CHECKPOINTS_PATH: MessageType.checkpoint,
    ACKNOWLEDGEMENTS_PATH: MessageType.acknowledgement,
    RECONCILIATIONS_PATH: MessageType.reconciliation,
    TRANSFERS_PATH: MessageType.transfer,
    PAPERS_PATH: MessageType.papers,
    HEARINGS_PATH: MessageType.hearing,
    ENVELOPES_PATH: MessageType.envelope,
}


@dataclass
class Hand:
    """Northmoor asking Eastvale, message by message."""

    areas: Areas
    sender: str = "northmoor"
    to: str = "eastvale"

    @property
    def node(self) -> Node:
        return self.areas[self.sender]

    @property
    def holder(self) -> Node:
        return self.areas[self.to]

    def token(self, method: str, path: str, body: bytes, **claims: Any) -> str:
        """A request's signature, with other claims where given (None: left out); `typ` is the message type."""
        now = int(self.areas.clock())
        typ = claims.pop("typ", MESSAGES[path.partition("?")[0]])
        honest: dict[str, Any] = {
            "iss": self.sender,
            "sub": self.sender,
            "aud": self.to,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(16),
            "htm": method,
            "htu": f"https://{self.to}{path}",
            "sha256": digest(body),
        }
        told = {name: value for name, value in {**honest, **claims}.items() if value is not None}
        return sign(self.node.keys.signing, typ, told)

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx2.Response:
        """Send a request, signed as agreed unless another token is given; a header of None is left out.

        An evaluation has an Idempotency-Key of its own each time.
        """
        return asyncio.run(self.sent(method, path, body, token=token, headers=headers))

    async def sent(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx2.Response:
        """The same, beside others."""
        all_headers: dict[str, str | None] = {
            "Authorization": "Bearer " + (self.token(method, path, body) if token is None else token),
            messages.CERTIFICATE_HEADER: own_certificate(self.node).token,
            messages.VERSION_HEADER: "1",
            messages.IDEMPOTENCY_HEADER: secrets.token_hex(8) if path == EVALUATIONS_PATH else None,
            **(headers or {}),
        }
        given = {name: value for name, value in all_headers.items() if value is not None}
        url = f"https://{self.to}"
        async with httpx2.AsyncClient(transport=self.areas.network, base_url=url) as client:
            return await client.request(method, path, content=body or None, headers=given)

    def evaluation(self, **changes: Any) -> EvaluationRequest:
        """An honest question of the smallest size about nobody in particular."""
        strong, weak = (b"".join(BlindedBatch([secrets.token_bytes(32)] * 32).elements) for _ in range(2))
        honest = {
            "check_id": secrets.token_hex(16),
            "rests_on": RestsOn.agreement,
            "protocol_ref": AGREEMENT,
            "protocol_digest": self.holder.agreements.held[0].digest,
            "user": "0a" * 16,
            "commitment": b64(secrets.token_bytes(32)),
            "key_id": self.holder.prf_keys().key_id,
            "weak_key_id": self.holder.prf_keys().weak_key_id,
            "elements": b64(strong),
            "weak_elements": b64(weak),
        }
        return EvaluationRequest.model_validate({**honest, **changes})

    def evaluate(self, request: EvaluationRequest | None = None, key: str | None = None) -> httpx2.Response:
        """Ask for an evaluation, under a fresh Idempotency-Key or one that is given."""
        headers = {messages.IDEMPOTENCY_HEADER: key} if key is not None else None
        return self.send(
            "POST", EVALUATIONS_PATH, messages.encode(request or self.evaluation()), headers=headers
        )

    def ask_about(self, subject: Person) -> tuple[str, bytes]:
        """Ask for an evaluation with a commitment to a subject; returns the check's id and the salt."""
        salt = secrets.token_bytes(32)
        request = self.evaluation(commitment=b64(commitment(subject, salt)))
        assert self.evaluate(request).status_code == 200
        return request.check_id, salt

    def disclosure(
        self,
        check_id: str,
        handle: str,
        subject: Person,
        salt: bytes,
        level: Level = Level.involvement,
        **said: Any,
    ) -> bytes:
        """A disclosure request's body. `said`: what its form says otherwise."""
        form = question(subject).sharing_form.model_dump(mode="json", exclude_defaults=True)
        form |= {"recipient": {"node_id": self.to}, **said}
        plain = DisclosureQuestion(excerpt=form, subject=subject_of(subject), salt=b64(salt))
        context = SealContext(
            "disclosure", self.sender, self.to, self.holder.sealing_key_id, check_id, handle, level
        )
        sealed = hpke.seal(messages.encode(plain), self.holder.keys.sealing_public, context)
        request = DisclosureRequest(
            check_id=check_id, handle=handle, level=level, key_id=context.key_id, sealed=b64(sealed)
        )
        return messages.encode(request)

    def disclose(self, body: bytes, key: str | None = "k1") -> httpx2.Response:
        """Ask for a disclosure under an Idempotency-Key."""
        return self.send("POST", DISCLOSURES_PATH, body, headers={messages.IDEMPOTENCY_HEADER: key})

    def opened(self, response: httpx2.Response) -> Disclosure:
        """What a disclosure's answer says."""
        assert response.status_code == 200, response.text
        told = response.json()
        context = SealContext(
            "disclosure-answer", self.to, self.sender, self.node.sealing_key_id, told["check_id"],
            told["handle"], Level.involvement,
        )  # fmt: skip
        plain = hpke.unseal(unb64(told["sealed"]), self.node.keys.sealing, context)
        return Disclosure.model_validate_json(plain)

    def receipt(self, response: httpx2.Response) -> dict[str, Any]:
        """The verified claims of an answer's signature."""
        key = self.holder.keys.signing.private.public_key()
        expected = ExpectedToken(MessageType.answer, self.to, self.sender, 60)
        token = response.headers[messages.ANSWER_HEADER]
        return verify(messages.AnswerClaims, token, key, expected, self.areas.clock()).model_dump()

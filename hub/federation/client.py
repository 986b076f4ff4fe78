"""Asking peers over HTTP: each request signed, each answer verified against the request it answers.

Knows HTTP, retries and signatures; does not know what is asked. Bodies and URLs never reach a log.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

import httpx2
import stamina

from hub.crypto.signing import Expected, digest, public_key, request_digest, sign, verify
from hub.errors import (
    AuthenticationError,
    ClockError,
    NotFoundError,
    PeerError,
    does_not_verify,
)
from hub.federation.reach import passing, unreachable
from hub.node.authorities import trusted
from hub.node.node import Node
from hub.node.pins import accept_certificate
from hub.node.revocations import certificate_in_force
from hub.wire import messages
from hub.wire.messages import AnswerClaims, MessageType, parse_answer
from hub.wire.problem import HEAD_INCONSISTENT, HeldNotice, Problem

stamina.instrumentation.set_on_retry_hooks(())  # A retry is no message to whoever asks.
REQUEST_LIFE_S: Final = 60
_RETRY_STATUS: Final = frozenset({408, 429, 502, 503, 504})
_ATTEMPTS: Final = 3
_SECONDS: Final = re.compile(r"[0-9]{1,9}")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class PinnedPeer:
    """A peer as the client needs it: where it is, and the keys its verified metadata names."""

    node_id: str
    area: str
    url: str
    signing: bytes
    sealing: bytes
    prf: bytes
    prf_weak: bytes


@dataclass(frozen=True)
class VerifiedAnswer:
    """An answer whose signature, status and request digest hold. `token` is the receipt."""

    body: bytes
    token: str
    certificate: str = ""


class HeadRefusedError(PeerError):
    """A peer refuses a head of our log. `held`: the one for which, as it says that we showed it."""

    def __init__(self, text: str, *, held: HeldNotice | None, do: str) -> None:
        super().__init__(text, problem=HEAD_INCONSISTENT, do=do)
        self.held = held


class _Target(NamedTuple):
    """Where a request goes, and the type of its message."""

    method: str
    path: str
    message: MessageType


class _Response(NamedTuple):
    """A peer's response, before anything of it is verified."""

    status: int
    content: bytes
    headers: httpx2.Headers


class _RetryError(Exception):
    """A passing fault: try again with a fresh message."""

    def __init__(self, error: PeerError) -> None:
        super().__init__(error.text)
        self.error = error


class PeerClient:
    """Signed requests to peers over one pool of connections. Use as an async context manager.

    `beside` is for what costs processor time or waits for the disk: it is done in one thread beside the event loop,
    one thing after the other, so that an area's clock runs while that area is waited for and at no other time.
    """

    def __init__(self, node: Node, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._node = node
        timeout = httpx2.Timeout(node.settings.peer_timeout_s)
        self._http = httpx2.AsyncClient(
            timeout=timeout, transport=transport, verify=trusted(), follow_redirects=False, trust_env=True
        )
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside")

    async def __aenter__(self) -> PeerClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)
        await self._http.aclose()

    async def beside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do work in the thread beside the event loop, when its turn comes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args, **kwargs))

    async def metadata(self, url: str) -> str:
        """A node's signed metadata, unverified. Retries passing faults. Raises PeerError."""
        return await self._retrying(lambda: self._metadata(url.rstrip("/") + messages.METADATA_PATH))

    async def post(
        self, peer: PinnedPeer, message: MessageType, path: str, body: bytes, *, key: str = ""
    ) -> VerifiedAnswer:
        """Send a signed POST; `key` is its Idempotency-Key. Retries passing faults. Raises PeerError."""
        target = _Target("POST", path, message)
        return await self._retrying(lambda: self._once(peer, target, body, key))

    async def get(self, peer: PinnedPeer, message: MessageType, path: str) -> VerifiedAnswer:
        """Send a signed GET. Retries passing faults. Raises PeerError."""
        target = _Target("GET", path, message)
        return await self._retrying(lambda: self._once(peer, target, b"", ""))

    async def _retrying(self, once: Callable[[], Awaitable[T]]) -> T:
        failed: list[PeerError] = []
        try:
            # All tries, not each byte: a slow answer must not hold a sync or a check up.
            async with asyncio.timeout(self._node.settings.peer_timeout_s):
                async for attempt in stamina.retry_context(
                    on=_RetryError, attempts=_ATTEMPTS, timeout=None, wait_initial=0.1
                ):
                    with attempt:
                        try:
                            return await once()
                        except _RetryError as error:
                            failed.append(error.error)
                            raise
        except _RetryError as error:
            raise _after(error.error, failed) from None
        except PeerError as error:
            raise _after(error, failed) from error.__cause__
        except TimeoutError as error:
            raise unreachable(error) from error
        raise PeerError("The area was not asked.")  # pragma: no cover - the loop returns or raises

    async def _metadata(self, url: str) -> str:
        response = await self._send("GET", url, b"", {})
        if response.status != 200:
            error = PeerError(f"The node answered {response.status} instead of its metadata.")
            raise _RetryError(error) if response.status in _RETRY_STATUS else error
        return response.content.decode("ascii", errors="replace").strip()

    async def _once(self, peer: PinnedPeer, target: _Target, body: bytes, key: str) -> VerifiedAnswer:
        url = peer.url.rstrip("/") + target.path
        headers = {
            "Authorization": "Bearer " + self._signed(peer, target, url, body),
            messages.CERTIFICATE_HEADER: self._own_certificate(),
            messages.VERSION_HEADER: str(messages.VERSION),
        }
        if body:
            headers["Content-Type"] = "application/json"
        if key:
            headers[messages.IDEMPOTENCY_HEADER] = key
        response = await self._send(target.method, url, body, headers)
        if response.status != 200:
            raise _problem(response, self._node.now())
        with arrived():
            return self._verified(peer, request_digest(target.method, target.path, key, body), response)

    def _verified(self, peer: PinnedPeer, asked: str, response: _Response) -> VerifiedAnswer:
        """The answer to the request of that digest. Raises PeerError."""
        token = response.headers.get(messages.ANSWER_HEADER, "")
        try:
            certificate = response.headers.get(messages.CERTIFICATE_HEADER, "")
            key_now = public_key(accept_certificate(self._node, peer.node_id, certificate).keys.signing)
            expected = Expected(MessageType.answer, peer.node_id, self._node.node_id, REQUEST_LIFE_S)
            claims = verify(AnswerClaims, token, key_now, expected, self._node.clock())
        except NotFoundError as error:
            raise PeerError("The area was removed while it was asked.") from error
        except AuthenticationError as error:
            raise does_not_verify("The area's answer", error) from error
        if claims.request != asked:
            raise PeerError("The area's answer is to another request.")
        if claims.sha256 != digest(response.content):
            raise PeerError("The area's answer was changed on its way.")
        return VerifiedAnswer(response.content, token, certificate)

    def _own_certificate(self) -> str:
        return certificate_in_force(self._node).token

    def _signed(self, peer: PinnedPeer, target: _Target, url: str, body: bytes) -> str:
        now = self._node.now()
        me = self._node.node_id
        claims = {
            "iss": me,
            "sub": me,
            "aud": peer.node_id,
            "iat": now,
            "exp": now + REQUEST_LIFE_S,
            "jti": secrets.token_hex(16),
            "htm": target.method,
            "htu": url,
            "sha256": digest(body),
        }
        return sign(self._node.keys.signing, target.message, claims)

    async def _send(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> _Response:
        _require_tls(url)
        try:
            async with self._http.stream(method, url, content=body or None, headers=headers) as response:
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_ANSWER_BYTES:
                        raise PeerError("The area's answer is too long.")
                return _Response(response.status_code, content, response.headers)
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as error:
            if passing(error):
                raise _RetryError(unreachable(error)) from error
            raise unreachable(error) from error
        except httpx2.TimeoutException as error:
            raise unreachable(error) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise PeerError("The area's address or answer is not HTTP as agreed.") from error


def _require_tls(url: str) -> None:
    """Signatures keep messages intact, not unseen: who asks whom, and when, is for TLS to hide."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or parts.hostname in LOOPBACK
    except ValueError:  # No address at all.
        safe = False
    if not safe:
        raise PeerError("The area's address is not https.", do="Give its https address.")


_REFUSED: Final = {
    "key not in use": "The area changed its keys meanwhile, so it could not read what was sent: ask it again.",
    "certificate ended": "The area's hub says that this node's certificate has ended: run `hub certify`.",
    "certificate revoked": "The area's hub says that this node's certificate was revoked by its root key.",
    "other mode": "Of the area's node and this one, one is live and the other on trial.",
    "not compared": "The area has not compared this node's thumbprint yet: telephone it, and read it out.",
    "certificate older": "The area's hub has seen a newer certificate of this node than this one.",
    "authentication": "The area's hub does not accept this node's signature: it may not have added this node yet.",
    "invalid input": (
        "The area's hub did not accept the question, so it did not answer: it may not have our agreement in force."
    ),
}
"""What a refusal means for people, by the problem's name."""


@contextmanager
def arrived() -> Iterator[None]:
    """What goes wrong within is said of a peer that has what was asked, and answered."""
    try:
        yield
    except PeerError as error:
        error.sent = True
        raise


def _after(last: PeerError, failed: Sequence[PeerError]) -> PeerError:
    """The last error of several tries: what was asked may have arrived at an earlier one."""
    last.sent = last.sent or any(one.sent for one in failed)
    return last


def _problem(response: _Response, now: int) -> Exception:
    """Return the error for a refused request. The peer's own words are not repeated: they are its text."""
    if response.status == 429:
        wait = response.headers.get("Retry-After", "")
        after = f"; it may be asked again in {wait} s" if _SECONDS.fullmatch(wait) else ""
        return PeerError(
            f"The area's quota for us is used up{after}.",
            problem="quota",
            do="Use its phone route meanwhile.",
        )
    problem = _read_problem(response.content)
    if problem and problem.code == ClockError.code and problem.now is not None:
        return does_not_verify("The area's answer", ClockError(sent_at=problem.now, now=now))
    name = problem.code.replace("_", " ") if problem else f"status {response.status}"
    do = "Telephone the area, and inform both operators."
    if problem and problem.code == HEAD_INCONSISTENT:
        return HeadRefusedError(f"The area's hub refused the request: {name}.", held=problem.held, do=do)
    error = PeerError(
        _REFUSED.get(name, f"The area's hub refused the request: {name}."),
        problem=problem.code if problem else "",
        sent=response.status >= 500,
        do=do,
    )
    return _RetryError(error) if response.status in _RETRY_STATUS else error


def _read_problem(content: bytes) -> Problem | None:
    try:
        return parse_answer(Problem, content)
    except PeerError:
        return None

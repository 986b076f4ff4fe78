"""Who carries notices, in tests: a real mail server with TLS, and a real HTTP server that speaks Notify's API."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import jwt
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hub.node.notice_settings import MailServer, NotifyService
from tests.certificates import HERE, Certificate, certificate

USER, PASSWORD = "hub", "a word for the mail server"  # pragma: allowlist secret
SENDER: Final = "hub@example.org"
SERVICE: Final = "11111111-2222-4333-8444-555555555555"
SECRET: Final = "66666666-7777-4888-9999-000000000000"  # pragma: allowlist secret
TEMPLATE: Final = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


@dataclass
class Mail:
    """What a mail server was given: to whom, and every byte."""

    to: list[str]
    content: bytes


@dataclass
class Mailbox:
    """A mail server on this machine. `answers`: what it says to the next messages, before it takes any."""

    port: int = 0
    got: list[Mail] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    taken: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - its name there
        content = envelope.original_content or b""
        if self.answers:
            return self.answers.pop(0)
        self.got.append(Mail(list(envelope.rcpt_tos), content))
        self.taken.set()
        return "250 OK"


def _authenticated(_: SMTP, __: Session, ___: Envelope, ____: str, given: Any) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)


@contextmanager
def mail_server(
    folder: Path, *, tls: bool = True, own: Certificate | None = None, at_once: bool = False
) -> Iterator[Mailbox]:
    """A mail server that asks for a password, over TLS where it has any. `at_once`: TLS from the first byte."""
    box = Mailbox()
    authority = certificate((-1, 1), [])
    own = own or certificate((-1, 1), list(HERE), authority)
    (folder / "ca.pem").write_bytes(authority.pem)
    password = folder / "smtp-password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    context = own.served_from(folder)

    loop = asyncio.new_event_loop()

    def talks() -> SMTP:
        return SMTP(
            box,
            hostname="mail.example.org",
            loop=loop,
            authenticator=_authenticated,
            auth_required=tls and not at_once,
            auth_require_tls=tls and not at_once,
            tls_context=context if tls and not at_once else None,
            require_starttls=tls and not at_once,
        )

    listening = loop.create_server(talks, "127.0.0.1", 0, ssl=context if at_once else None)
    server = loop.run_until_complete(listening)
    box.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    """Close it, and let those who talk to it end."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def by_mail(folder: Path, box: Mailbox, **changes: Any) -> MailServer:
    """The settings of a node that sends by it."""
    told: dict[str, Any] = {
        "sender": SENDER,
        "host": "localhost",
        "port": box.port,
        "user": USER,
        "password_file": str(folder / "smtp-password"),
        "ca_file": str(folder / "ca.pem"),
    }
    return MailServer(kind="smtp", **{**told, **changes})


@dataclass
class Notify:
    """GOV.UK Notify, as its documentation says it answers. `now`: its clock.

    `refuse`: what it says first; `lose`: so many answers do not arrive; `hold`: answers wait for it.
    """

    url: str = ""
    now: float = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)
    lose: int = 0
    hold: threading.Event | None = None
    seen: bytes = b""

    def admits(self, bearer: str) -> bool:
        """Whether a token is one of the service's, and fresh."""
        token = bearer.removeprefix("Bearer ")
        try:
            claims = jwt.decode(
                token, SECRET, ["HS256"], options={"verify_iat": False, "require": ["iss", "iat"]}
            )
        except jwt.PyJWTError:
            return False
        return bool(claims["iss"] == SERVICE and abs(claims["iat"] - self.now) <= 30)


@contextmanager
def notify_service(folder: Path, now: float) -> Iterator[Notify]:
    """The service, with the file of a key to it in the folder."""
    notify = Notify(now=now)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            wanted = parse_qs(where.query).get("reference", [""])[0]
            found = [one for one in notify.got if one["reference"] == wanted]
            given = [{"reference": one["reference"], "status": "sending"} for one in found]
            self._answer(200, {"notifications": given}, where.path == "/v2/notifications")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            notify.seen += self.path.encode() + str(self.headers).encode() + body
            status = notify.refuse.pop(0) if notify.refuse else 201
            if status == 201 and notify.admits(self.headers["Authorization"]):
                notify.got.append(json.loads(body))
            if notify.hold is not None:
                notify.hold.wait()
            if notify.lose:
                notify.lose -= 1
                self.close_connection = True
                return
            self._answer(status, {"id": TEMPLATE}, self.path == "/v2/notifications/email")

        def _answer(self, status: int, said: dict[str, Any], there: bool) -> None:
            if not there:
                status = 404
            elif not notify.admits(self.headers["Authorization"]):
                status = 403
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    key = folder / "notify-key"
    key.write_text(f"our_key-{SERVICE}-{SECRET}\n")
    key.chmod(0o600)
    notify.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield notify
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def by_notify(folder: Path, notify: Notify, **changes: Any) -> NotifyService:
    """The settings of a node that sends by it."""
    return NotifyService(
        kind="notify", key_file=str(folder / "notify-key"), template_id=TEMPLATE, url=notify.url, **changes
    )

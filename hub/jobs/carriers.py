"""Who carries a notice: a mail server, or GOV.UK Notify. One text for everybody and everything: a link.

What is sent has an address, the link and a random number; nothing of it rests on what waits. What a carrier says is
told as a number, never in its words: they repeat the address. Does not know whom to tell, or when (`notices`).
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path
from typing import Final

import httpx2

from hub.crypto.notify import NotifyKey
from hub.errors import NoticeError, UsageError
from hub.node.authorities import trusted
from hub.node.keys import read_secret
from hub.node.node import Node
from hub.node.notice_settings import MailServer, NotifyService, is_mail_address

SUBJECT: Final = "Please sign in"
TEXT: Final = "Something waits for you here:\n\n{link}\n"
_TAKEN: Final = 201
_KNOWN: Final = 200
_NOT_SENT: Final = frozenset({"permanent-failure", "temporary-failure", "technical-failure"})
_KEPT: Final = "It is tried again."


@dataclass(frozen=True, slots=True)
class Message:
    """One notice on its way. `number` is random, and the same at each try."""

    to: str
    link: str
    number: str

    def __post_init__(self) -> None:
        if not is_mail_address(self.to):
            raise NoticeError("An account has no address that a notice can be sent to.")


def carry(node: Node, message: Message) -> None:
    """Hand a notice over. Raises NoticeError, UsageError where a secret cannot be read."""
    settings = node.settings.notices
    if isinstance(settings, MailServer):
        _by_mail(node, settings, message)
    elif settings is not None:
        _by_notify(node, settings, message)


def secret_of(home: Path, settings: MailServer | NotifyService) -> str:
    """The password or API key, from its file; nothing where a mail server asks for none. Raises UsageError."""
    name = settings.key_file if isinstance(settings, NotifyService) else settings.password_file
    if not name:
        return ""
    text = read_secret(home / name).strip()
    if not text:
        raise UsageError(f"{home / name} is empty.", do="Put the secret into it.")
    return text


def mail_of(settings: MailServer, message: Message, now: int) -> EmailMessage:
    """The message as a mail server gets it: the same at each try but for its date."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = settings.sender, message.to, SUBJECT
    mail["Date"] = formatdate(now)
    mail["Message-ID"] = f"<{message.number}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(TEXT.format(link=message.link))
    return mail


def _by_mail(node: Node, settings: MailServer, message: Message) -> None:
    password = secret_of(node.home, settings)
    trusted = _trusted(node.home, settings)
    try:
        with _connected(settings, trusted) as server:
            if settings.tls == "starttls":
                server.starttls(context=trusted)
            if settings.user:
                server.login(settings.user, password)
            server.send_message(mail_of(settings, message, node.now()), settings.sender, [message.to])
    except smtplib.SMTPResponseException as error:
        raise _refused("The mail server", error.smtp_code) from None
    except smtplib.SMTPRecipientsRefused as error:
        (code, _), *_rest = error.recipients.values()
        raise _refused("The mail server", code) from None
    except ssl.SSLError as error:
        why = error.reason or type(error).__name__
        raise NoticeError(
            f"The mail server did not prove who it is, or speaks no TLS that is safe ({why}).",
            kept=_KEPT,
            do="Check `host`, `tls` and `ca_file` in [notices] of node.toml.",
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NoticeError(
            f"The mail server could not be reached, or does not offer what is needed ({type(error).__name__}).",
            kept=_KEPT,
            do="Check `host`, `port` and `tls` in [notices] of node.toml.",
        ) from None


def _connected(settings: MailServer, trusted: ssl.SSLContext) -> smtplib.SMTP:
    if settings.tls == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_s, context=trusted)
    return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)


def _trusted(home: Path, settings: MailServer) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if settings.ca_file:
            context.load_verify_locations(home / settings.ca_file)
    except (OSError, ssl.SSLError):
        raise UsageError(
            f"{home / settings.ca_file} cannot be read as certificates.",
            do="Check `ca_file` in [notices] of node.toml.",
        ) from None
    return context


def _by_notify(node: Node, settings: NotifyService, message: Message) -> None:
    key = NotifyKey.parse(secret_of(node.home, settings))
    try:
        with httpx2.Client(base_url=settings.url, timeout=settings.timeout_s, verify=trusted()) as client:
            bearer = {"Authorization": f"Bearer {key.token(node.now())}"}
            if _has_it(client, bearer, message):
                return
            body = {
                "email_address": message.to,
                "template_id": settings.template_id,
                "personalisation": {"link": message.link},
                "reference": message.number,
            }
            answer = client.post("/v2/notifications/email", json=body, headers=bearer)
    except httpx2.HTTPError as error:
        raise NoticeError(
            f"GOV.UK Notify could not be reached ({type(error).__name__}).",
            kept=_KEPT,
            do="Check that this machine reaches it over https.",
        ) from None
    if answer.status_code != _TAKEN:
        raise _refused("GOV.UK Notify", answer.status_code)


def _has_it(client: httpx2.Client, bearer: dict[str, str], message: Message) -> bool:
    """Whether an earlier try arrived, whose answer was lost: Notify itself takes the same twice."""
    asked = {"template_type": "email", "reference": message.number}
    answer = client.get("/v2/notifications", params=asked, headers=bearer)
    if answer.status_code != _KNOWN:
        raise _refused("GOV.UK Notify", answer.status_code)
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        found = answer.json()["notifications"]
        return any(one["reference"] == message.number and one["status"] not in _NOT_SENT for one in found)
    return False


def _refused(who: str, code: int) -> NoticeError:
    return NoticeError(
        f"{who} refused the notice ({code}).",
        kept=_KEPT,
        do="Check [notices] in node.toml, and the addresses by which people sign in.",
    )

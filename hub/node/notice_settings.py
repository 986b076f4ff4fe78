"""How people with accounts are told that something waits for them: `[notices]` of `node.toml`.

By a mail server, or by GOV.UK Notify. What is secret stands in files of its own that nobody else can read, never
in the settings. Sends nothing (`hub.jobs.notices`).
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from hub.values import ShortText, Value

_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{{|}}~-]+)*@{_NAME}(?:\.{_NAME})+"
)
_MOST: Final = 254
NOTIFY: Final = "https://api.notifications.service.gov.uk"


def is_mail_address(text: str) -> bool:
    """Whether a notice can be sent there: one plain address of ASCII, with nothing around it."""
    return len(text) <= _MOST and _ADDRESS.fullmatch(text) is not None


def _mail_address(text: str) -> str:
    if not is_mail_address(text):
        raise ValueError("is not a mail address such as hub@example.org")
    return text


MailAddress = Annotated[str, AfterValidator(_mail_address)]
Host = Annotated[str, StringConstraints(max_length=253, pattern=r"^[A-Za-z0-9.:\[\]-]+$")]
Service = Annotated[
    str,
    StringConstraints(
        max_length=200, pattern=r"^(https://[A-Za-z0-9.-]+(:\d+)?|http://(127\.0\.0\.1|localhost)(:\d+)?)$"
    ),
]
TemplateId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
]


class _Notices(Value):
    """What both ways share. An account is sent one notice in `quiet_minutes`, but for emergencies.

    `timeout_s`: how long whoever carries it may take to answer. Files are relative to the home, or absolute.
    """

    quiet_minutes: int = Field(default=15, ge=1, le=24 * 60)
    timeout_s: float = Field(default=20.0, gt=0, le=120)


class MailServer(_Notices):
    """A mail server that takes messages over TLS alone, with a certificate that this machine trusts.

    `tls`: begun on the connection (`starttls`), or from its first byte (`tls`). `ca_file`: who else certifies it.
    """

    kind: Literal["smtp"]
    sender: MailAddress
    host: Host
    port: int = Field(default=587, ge=1, le=65_535)
    tls: Literal["starttls", "tls"] = "starttls"
    user: ShortText = ""
    password_file: ShortText = ""
    ca_file: ShortText = ""


class NotifyService(_Notices):
    """GOV.UK Notify. `key_file` holds an API key of it; the template has one personalisation, `link`."""

    kind: Literal["notify"]
    key_file: ShortText
    template_id: TemplateId
    url: Service = NOTIFY


Notices = Annotated[MailServer | NotifyService, Field(discriminator="kind")]

"""What a node is told about itself: `node.toml` in its home and the dated data in `config/`.

Reads and checks files; holds no secrets (`hub.node.keys`) and opens no database (`hub.store`). A file in the home's
own `config/` takes the place of the shipped one, all of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from hub import parsing
from hub.consent import Jurisdiction
from hub.consent.rules.files import line_of
from hub.errors import UsageError
from hub.node.notice_settings import Notices
from hub.node.schedules import Schedules
from hub.values import AgencyKind, Mode, NodeId, Purpose, ShortText, Value
from hub.wire.quota import Quota

T = TypeVar("T", bound=Value)

SHIPPED_CONFIG = Path(__file__).resolve().parents[2] / "config"


class Contact(Value):
    """The phone route: what a person does when the hub cannot help."""

    phone: ShortText = ""
    hours: ShortText = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.phone, self.hours) if part) or "no phone route recorded"


class AgreementOfBefore(Value):
    """What `node.toml` used to say of an agreement. It names no basis, so nothing rests on it any more."""

    ref: ShortText
    date: dt.date
    covers: tuple[Purpose, ...]
    review_date: dt.date
    review_owner: ShortText


class Quotas(Value):
    """Quotas by kind of key, for all of a peer and for one user at a peer; and of reconciliations.

    The default is the least that refuses nothing of 32 made-up years of an area of 415 cases (`benchmarks.quotas`):
    asked about when they are referred, and by one person twenty at once before each meeting, a question for the
    victim and one for each perpetrator. It does not stop somebody who fishes for a surname (decision 0213).
    `spare_share` of each is set aside twice for each peer, at the full price: for asking a check once more, whose
    keys changed or whose answer was lost; and for emergencies, which are asked although all else is used up.
    """

    strong: Quota = Quota(per_day=1_050, burst=8_400, per_month=31_000)
    weak: Quota = Quota(per_day=470, burst=3_600, per_month=14_000)
    reconciliations: Quota = Quota(per_day=24, burst=24, per_month=300)
    user_share: float = Field(default=0.98, gt=0, le=1)
    spare_share: float = Field(default=0.15, ge=0, le=1)


class Backups(Value):
    """To whom backups are encrypted: recipients of age, as `hub backup-key` prints them."""

    recipients: tuple[ShortText, ...] = ()


class Channels(Value):
    """Who reads what managers let through sealed channels: a recipient of age, whose key is kept off the node.

    Without one, none is opened here.
    """

    officer: ShortText = ""


class ServerLimits(Value):
    """What one process of the node's server takes on, and from whom.

    `connections` at once, each request complete within `request_s` seconds, `per_second` requests and at most
    `burst` of them at once from one address, `evaluations` worked on at the same time. What names somebody is
    answered at a multiple of `tick_s` since it came, and so is a page that finds nothing. `trusted_proxies`: the
    addresses of proxies whose word for the caller's address is taken. `status_port`: where this machine alone reads
    `/readyz` and `/metrics`.
    """

    connections: int = Field(default=512, ge=8, le=65_536)
    request_s: float = Field(default=20.0, gt=0, le=300)
    per_second: float = Field(default=100.0, gt=0, le=100_000)
    burst: int = Field(default=1_000, ge=1, le=1_000_000)
    evaluations: int = Field(default=4, ge=1, le=64)
    tick_s: float = Field(default=0.25, ge=0.05, le=2)
    trusted_proxies: tuple[ShortText, ...] = ("127.0.0.1", "::1")
    status_port: int | None = Field(default=None, ge=1, le=65_535)


def _without_password(url: str) -> str:
    """The database's address. A password in it would stand in files, backups and the list of processes."""
    parts = urlsplit(url)
    if parts.scheme in ("sqlite", "postgresql+psycopg"):
        if parts.password or "password" in parse_qs(parts.query):
            raise ValueError("has a password in it: use passfile= or service= instead")
        return url
    raise ValueError("is not sqlite:///FILE or postgresql+psycopg://...")


Address = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~/-]*)?$")
]
Origin = Annotated[str, StringConstraints(max_length=200, pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+$")]
DatabaseAddress = Annotated[str, AfterValidator(_without_password)]


class Feeds(Value):
    """The ceiling on a copy of a peer's feed, which the peer does not set, and how long a sync may take.

    `catch_up_s` is for a copy that a check finds old, `sync_s` for one peer in a sync; what was pulled stays.
    """

    most_entries: int = Field(default=2_000_000, gt=0, lt=2**31)
    most_bytes: int = Field(default=250_000_000, gt=0)
    catch_up_s: float = Field(default=15.0, gt=0, le=120)
    sync_s: float = Field(default=600.0, gt=0)


class AttachmentSettings(Value):
    """Where the virus scanner listens, "unix:/run/clamd.sock" or "host:port". Empty: none looks at files."""

    clamd: ShortText = ""


class ReadSettings(Value):
    """How long it is kept who opened which case."""

    keep_days: int = Field(default=730, ge=30, le=3_660)


class ConsoleSettings(Value):
    """The node's console: `url` is where browsers reach it, a name or a port of its own, without a path."""

    url: Origin | None = None

    @property
    def https(self) -> bool:
        """Whether browsers reach it by https alone."""
        return self.url is not None and self.url.startswith("https:")


class ProviderRoles(Value):
    """What the provider calls each role of an account; a role that it has no name for does not sign in by it."""

    coordinator: ShortText = ""
    idva: ShortText = ""
    representative: ShortText = ""
    manager: ShortText = ""
    data_protection_officer: ShortText = ""
    operator: ShortText = ""


class ProviderSettings(Value):
    """The provider by which people of some organisations sign in, by OpenID Connect.

    `name`: what people call it. `organisations`: whose people sign in by it, and by nothing else; named as their
    accounts have them. `secret_file`: the client's secret, from the home or absolute; none where the provider
    knows the client by PKCE alone. The claims are those of its ID token: what somebody signs in with, what they may
    be, and one of the values of `second_factor` where they showed one. `contact`: whom to ring where it fails.
    """

    name: ShortText = Field(min_length=1)
    issuer: Address
    client_id: ShortText = Field(min_length=1)
    secret_file: ShortText = ""
    organisations: tuple[ShortText, ...] = Field(min_length=1)
    scopes: tuple[ShortText, ...] = ("openid", "email")
    sign_in_claim: ShortText = Field(default="email", min_length=1)
    roles_claim: ShortText = Field(default="roles", min_length=1)
    roles: ProviderRoles
    second_factor_claim: ShortText = Field(default="amr", min_length=1)
    second_factor: tuple[ShortText, ...] = Field(default=("mfa",), min_length=1)
    contact: Contact = Contact()


class Settings(Value):
    """A node's own settings, from `node.toml`.

    `agency` employs the coordinator, and its cases are the area's; `agency_kind` says what body it is. Both are as
    the agreements have them. Where they are not said nothing is published.

    `repeat_definition`: what counts as a repeat; SafeLives' of 2018, any abuse, or the one before, of violence,
    threats, sexual abuse, stalking or harassment.

    A node that does not say its mode is held to be live: the stricter.
    """

    node_id: NodeId
    area: ShortText
    url: Address
    mode: Mode = Mode.live
    database: DatabaseAddress
    keys: str = "keys"
    jurisdiction: Jurisdiction = Jurisdiction.england_wales
    agency: ShortText = ""
    agency_kind: AgencyKind | None = None
    contact: Contact = Contact()
    agreement: AgreementOfBefore | None = None
    quotas: Quotas = Quotas()
    schedules: Schedules = Schedules()
    server: ServerLimits = ServerLimits()
    console: ConsoleSettings = ConsoleSettings()
    notices: Notices | None = None
    provider: ProviderSettings | None = None
    backup: Backups = Backups()
    channels: Channels = Channels()
    reads: ReadSettings = ReadSettings()
    repeat_definition: Literal["2018", "before_2018"] = "2018"
    peer_timeout_s: float = Field(default=10.0, gt=0, le=120)
    max_gap: int = Field(default=2, ge=0, le=16)
    feeds: Feeds = Feeds()
    attachments: AttachmentSettings = AttachmentSettings()

    @model_validator(mode="after")
    def _notices_lead_somewhere(self) -> Settings:
        if self.notices is not None and self.console.url is None:
            raise ValueError("[notices] needs `url` in [console]: it is all that a notice says")
        return self

    def database_url(self, home: Path) -> str:
        """The database's address; a relative SQLite path is in the home."""
        prefix = "sqlite:///"
        if self.database.startswith(prefix):
            return prefix + str(home / self.database.removeprefix(prefix))
        return self.database


class KnownArea(Value):
    """An area of `config/areas.toml`: how to reach it by phone, and whose neighbour it is."""

    node_id: NodeId
    area: ShortText
    contact: Contact
    neighbours: tuple[NodeId, ...] = ()


class Areas(Value):
    """The areas known, with or without a node."""

    version: ShortText
    as_of: dt.date
    area: tuple[KnownArea, ...] = ()

    def get(self, node_id: str) -> KnownArea | None:
        """The area of that node id, if known."""
        return next((area for area in self.area if area.node_id == node_id), None)


def read_text(path: Path) -> str:
    """The text of a configuration file. Raises UsageError naming the file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path} is missing.", do="Check the node's home; `hub init` makes one.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read.", do="Check its owner, mode and encoding (UTF-8)."
        ) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file. Raises UsageError naming the file and the line."""
    return toml_of(read_text(path), path)


def toml_of(text: str, path: Path) -> dict[str, Any]:
    """Parse the text of a TOML file. Raises UsageError naming the file and the line."""
    try:
        return parsing.read_toml(text)
    except parsing.TomlError as error:
        raise UsageError(
            f"{path} cannot be read: {error}.", do="Correct the file and run the command again."
        ) from error


def config_file(home: Path | None, name: str) -> Path:
    """The home's own copy of a configuration file, or the shipped one."""
    own = home / "config" / name if home else None
    return own if own and own.exists() else SHIPPED_CONFIG / name


def parse(model: type[T], data: Mapping[str, Any], where: Path) -> T:
    """Check what a TOML file says against a model. Raises UsageError naming file, line and key."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrong = parsing.first_error(error, "this file")
        line = line_of(read_text(where), wrong.path)
        raise UsageError(
            f"{where}, line {line}: {wrong}.", do="Correct the file and run the command again."
        ) from None


def load_settings(home: Path) -> Settings:
    """Read `node.toml`. Raises UsageError."""
    path = home / "node.toml"
    return parse(Settings, read_toml(path), path)


def load_areas(home: Path | None) -> Areas:
    """Read `areas.toml`. Raises UsageError."""
    path = config_file(home, "areas.toml")
    return parse(Areas, read_toml(path), path)

"""The messages between nodes, version 1: what each says and how its bytes are framed.

Pure values, parsed before they are trusted: unknown fields, wrong sizes and other versions are refused. Does
not sign (`hub.crypto.signing`), seal (`hub.crypto.hpke`) or send (`hub.federation.client`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar

import rfc8785
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from hub.consent import GroundKey
from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import ELEMENT_BYTES, MAX_BATCH
from hub.errors import AuthenticationError, InputError, PeerError
from hub.parsing import JsonError, first_error, hidden_characters, read_json
from hub.values import AgencyKind, Kind, Level, NodeId, Person, Purpose, RequesterRole, Role, ShortText, Value
from hub.wire.tokens import ENTRY_BYTES, TOKEN_BYTES

VERSION: Final = 1
SIZE_CLASSES: Final = (64, 128, 256, 512, 1024)
BATCH_ENTRIES: Final = 1024
MAX_BODY_BYTES: Final = 256 * 1024
METADATA_PATH: Final = "/.well-known/marac-node"
EVALUATIONS_PATH: Final = "/federation/v1/evaluations"
DISCLOSURES_PATH: Final = "/federation/v1/disclosures"
FEED_PATH: Final = "/federation/v1/feed"
ANSWER_HEADER: Final = "Marac-Answer"
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
VERSION_HEADER: Final = "Marac-Version"


class MessageType(StrEnum):
    """The `typ` of each signed message."""

    metadata = "marac-node+jwt"
    certificate = "marac-certificate+jwt"
    evaluation = "marac-evaluation+jwt"
    disclosure = "marac-disclosure+jwt"
    feed = "marac-feed+jwt"
    manifest = "marac-manifest+jwt"
    answer = "marac-answer+jwt"


def _canonical_base64(text: str) -> str:
    try:
        unb64(text)
    except AuthenticationError as error:
        raise ValueError(error.text.rstrip(".")) from None
    return text


def _printable(text: str) -> str:
    if hidden_characters(text, "shown"):
        raise ValueError("text has characters that do not print")
    return text


Base64 = Annotated[str, StringConstraints(max_length=MAX_BODY_BYTES), AfterValidator(_canonical_base64)]
PageBase64 = Annotated[
    str, StringConstraints(max_length=8 * MAX_BODY_BYTES), AfterValidator(_canonical_base64)
]
Hex16 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
KeyName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Seconds = Annotated[int, Field(ge=0, lt=2**53)]
Commitment = Annotated[
    str, StringConstraints(min_length=43, max_length=43), AfterValidator(_canonical_base64)
]
PlainText = Annotated[
    ShortText, AfterValidator(_printable)
]  # Shown to people: no control or turning characters.


class PublicKeys(Value):
    """A node's public keys, raw and base64url: signing (Ed25519), sealing (X25519), PRF (ristretto255)."""

    signing: Base64
    sealing: Base64
    prf: Base64
    prf_weak: Base64


class Metadata(Value):
    """What a node says of itself, signed, for at most a day. `certificate` is its root key's word for `keys`."""

    iss: NodeId
    sub: NodeId
    iat: Seconds
    exp: Seconds
    jti: ShortText
    area: PlainText
    url: PlainText
    contact: PlainText
    root: Base64
    certificate: Annotated[str, StringConstraints(max_length=4096)]
    keys: PublicKeys
    versions: tuple[int, ...]
    quotas: dict[ShortText, dict[ShortText, float]]


class EvaluationRequest(Value):
    """A question, without its subject: who asks, why, and blinded elements under both PRF keys."""

    version: Literal[1] = VERSION
    check_id: Hex16
    purpose: Literal[Purpose.referred_elsewhere, Purpose.marac_transfer, Purpose.idva_prior_contact]
    jurisdiction: ShortText
    protocol_ref: ShortText | None
    grounds: tuple[GroundKey, ...] = Field(max_length=20)
    requester_role: RequesterRole
    agency_kind: AgencyKind
    user: Hex16
    commitment: Commitment
    key_id: KeyName
    weak_key_id: KeyName
    elements: Base64
    weak_elements: Base64


class EvaluationAnswer(Value):
    """The evaluated elements with one proof for each PRF key.

    `epoch` and `feed_at` tell the asker whether its copy of the feed is the newest.
    """

    version: Literal[1] = VERSION
    check_id: Hex16
    epoch: int
    feed_at: int
    elements: Base64
    proof: Base64
    weak_elements: Base64
    weak_proof: Base64


class DisclosureRequest(Value):
    """A request to release something about one matched handle; `sealed` opens to a DisclosureQuestion."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    level: Literal[Level.involvement, Level.summary]
    key_id: KeyName
    sealed: Base64


class DisclosureQuestion(Value):
    """What the holder alone reads: on what grounds, and whom the check's commitment was to."""

    excerpt: dict[str, Any]
    subject: Person
    salt: Base64


class DisclosureAnswer(Value):
    """`sealed` opens to a Disclosure, always of the same shape and padding."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    key_id: KeyName
    sealed: Base64


class Disclosure(Value):
    """What the holder released. `not_answered` is one and the same for every reason not to answer."""

    status: Literal["pending", "answered", "not_answered"]
    level: Level = Level.not_answered
    involvement: tuple[Kind, ...] = ()
    role: Role | None = None
    last_activity: PlainText | None = None
    agreement: tuple[PlainText, ...] = ()
    summary: PlainText | None = None


NOT_ANSWERED: Final = Disclosure(status="not_answered")


class Manifest(Value):
    """The holder's signed word for its complete feed.

    `digest` is SHA-256 over live entries in token order; `feed_at` grows with every publication.
    """

    iss: NodeId
    sub: NodeId
    iat: Seconds
    exp: Seconds
    jti: ShortText
    epoch: int
    feed_at: int
    key_id: KeyName
    weak_key_id: KeyName
    entries: int
    people: int
    digest: Base64
    max_gap: int = Field(ge=0, le=64)


class FeedPage(Value):
    """A page of the feed in order of publication. `entries` are token and label; `withdrawn` tokens alone.

    Withdrawals are applied first. `more` says that another page is ready.
    """

    version: Literal[1] = VERSION
    epoch: int
    withdrawn: PageBase64
    entries: PageBase64
    cursor: ShortText
    more: bool
    manifest: Annotated[str, StringConstraints(max_length=4096)]


M = TypeVar("M", bound=Value)


def parse_request(model: type[M], body: bytes) -> M:
    """Parse a peer's request. Raises InputError naming the field, never its value."""
    try:
        read_json(body)  # Stricter than the model's own reader, which says what is read.
        return model.model_validate_json(body)
    except (ValidationError, JsonError) as error:
        raise InputError(
            f"The request's field {_first_field(error)} is missing, unknown or malformed."
        ) from None


def parse_answer(model: type[M], body: bytes | Mapping[str, Any]) -> M:
    """Parse a peer's answer. Raises PeerError naming the field, never its value."""
    try:
        if not isinstance(body, bytes):
            return model.model_validate(dict(body))
        read_json(body)
        return model.model_validate_json(body)
    except (ValidationError, JsonError) as error:
        raise PeerError(f"The area's answer is malformed at {_first_field(error)}.") from None


def _first_field(error: ValidationError | JsonError) -> str:
    # Only names we know: an unknown field's name is the sender's text.
    if isinstance(error, JsonError):
        return "(body)"
    wrong = first_error(error, "the message")
    return "(unknown)" if wrong.unknown else wrong.field or "(body)"


def encode(message: Value) -> bytes:
    """A message's bytes: canonical JSON (RFC 8785)."""
    return rfc8785.dumps(message.model_dump(mode="json"))


def commitment(subject: Person, salt: bytes) -> bytes:
    """A salted commitment (32 bytes) to the names and date of birth of a check's subject."""
    plain = rfc8785.dumps(
        subject.model_dump(mode="json", include={"given_names", "surname", "aliases", "date_of_birth"})
    )
    return hashlib.sha256(b"marac-hub/v1/commitment\x00" + salt + plain).digest()


def subject_of(person: Person) -> Person:
    """The only parts of a person that ever travel in a disclosure: names, aliases and date of birth."""
    return Person(
        given_names=person.given_names,
        surname=person.surname,
        aliases=person.aliases,
        date_of_birth=person.date_of_birth,
    )


def join_entries(entries: list[tuple[bytes, bytes]]) -> str:
    """Frame entries for a page."""
    return b64(b"".join(token + label for token, label in entries))


def split_entries(text: str) -> list[tuple[bytes, bytes]]:
    """Undo `join_entries`. Raises PeerError when the length does not divide."""
    raw = unb64(text)
    if len(raw) % ENTRY_BYTES:
        raise PeerError("A page of the area's feed is cut short.")
    chunks = (raw[at : at + ENTRY_BYTES] for at in range(0, len(raw), ENTRY_BYTES))
    return [(chunk[:TOKEN_BYTES], chunk[TOKEN_BYTES:]) for chunk in chunks]


def split_tokens(text: str) -> list[bytes]:
    """The withdrawn tokens of a page. Raises PeerError when the length does not divide."""
    raw = unb64(text)
    if len(raw) % TOKEN_BYTES:
        raise PeerError("A page of the area's feed is cut short.")
    return [raw[at : at + TOKEN_BYTES] for at in range(0, len(raw), TOKEN_BYTES)]


def split_elements(text: str) -> list[bytes]:
    """A request's blinded elements. Raises InputError on a bad size or more than a batch."""
    raw = unb64(text)
    if len(raw) % ELEMENT_BYTES or len(raw) > ELEMENT_BYTES * MAX_BATCH:
        raise InputError(f"Elements are 32 bytes each and at most {MAX_BATCH}.")
    return [raw[at : at + ELEMENT_BYTES] for at in range(0, len(raw), ELEMENT_BYTES)]

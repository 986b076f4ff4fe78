"""The messages between nodes, version 1: what each says and how its bytes are framed.

Pure values, parsed before they are trusted: unknown fields, wrong sizes and other versions are refused. Does
not sign (`hub.crypto.signing`), seal (`hub.crypto.hpke`) or send (`hub.federation.client`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar

import rfc8785
from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    model_serializer,
)

from hub.crypto.encoding import unb64
from hub.crypto.hpke import PAD_CLASSES
from hub.crypto.prf import ELEMENT_BYTES, MAX_BATCH, PROOF_BYTES
from hub.crypto.signing import AddressedClaims, Claims
from hub.errors import AuthenticationError, InputError, PeerError
from hub.parsing import MAX_BYTES, JsonError, first_field, hidden_characters, read_json
from hub.values import (
    Kind,
    Level,
    NodeId,
    Person,
    Purpose,
    Role,
    ShortText,
    Small,
    Value,
    Whole,
)
from hub.wire.quota import Quota
from hub.wire.tokens import ENTRY_BYTES

VERSION: Final = 1
SIZE_CLASSES: Final = (64, 128, 256, 512, 1024)
BATCH_ENTRIES: Final = 1024
PAGE_LINES: Final = 4 * BATCH_ENTRIES
MAX_BODY_BYTES: Final = 256 * 1024
MAX_REVOCATIONS: Final = 32
STATEMENT_LETTERS: Final = 1_024
MAX_AGREEMENTS: Final = 32
METADATA_PATH: Final = "/.well-known/marac-node"
EVALUATIONS_PATH: Final = "/federation/v1/evaluations"
DISCLOSURES_PATH: Final = "/federation/v1/disclosures"
FEED_PATH: Final = "/federation/v1/feed"
ANSWER_HEADER: Final = "Marac-Answer"
CERTIFICATE_HEADER: Final = "Marac-Certificate"
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
VERSION_HEADER: Final = "Marac-Version"
KEY_NOT_IN_USE: Final = "key_not_in_use"
"""The problem of a disclosure sealed to a key given up since: fetch the metadata, and seal it anew."""
EPOCH_CHANGED: Final = "epoch_changed"
"""The problem of a request that names keys of another epoch: fetch the metadata, sync, and ask again."""
AGREEMENT_DIFFERS: Final = "agreement_differs"
"""The problem of a request under an agreement of which the holder has another version."""
AGREEMENT_NOT_HELD: Final = "agreement_not_held"
"""The problem of a request under an agreement that the holder does not have."""


class MessageType(StrEnum):
    """The `typ` of each signed message."""

    metadata = "marac-node+jwt"
    certificate = "marac-certificate+jwt"
    revocation = "marac-revocation+jwt"
    evaluation = "marac-evaluation+jwt"
    disclosure = "marac-disclosure+jwt"
    checkpoint = "marac-checkpoint+jwt"
    acknowledgement = "marac-acknowledgement+jwt"
    transfer = "marac-transfer+jwt"
    envelope = "marac-envelope+jwt"
    papers = "marac-papers+jwt"
    hearing = "marac-hearing+jwt"
    reconciliation = "marac-reconciliation+jwt"
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


def _readable(text: str) -> str:
    if hidden_characters(text, "prose"):
        raise ValueError("text has control characters")
    return text


def letters(count: int) -> int:
    """How many letters of base64url so many bytes take."""
    return -(-4 * count // 3)


_SEALED_BYTES: Final = 32 + PAD_CLASSES[-1] + 16
CanonicalBase64: Final = AfterValidator(_canonical_base64)
Bytes32 = Annotated[str, StringConstraints(min_length=letters(32), max_length=letters(32)), CanonicalBase64]
Elements = Annotated[str, StringConstraints(max_length=letters(ELEMENT_BYTES * MAX_BATCH)), CanonicalBase64]
Proof = Annotated[str, StringConstraints(max_length=letters(PROOF_BYTES)), CanonicalBase64]
Sealed = Annotated[str, StringConstraints(max_length=letters(_SEALED_BYTES)), CanonicalBase64]
Lines = Annotated[str, StringConstraints(max_length=letters(ENTRY_BYTES * PAGE_LINES)), CanonicalBase64]
Hex16 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
KeyName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Token = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[A-Za-z0-9_.-]*$")]
Statement = Annotated[
    str, StringConstraints(max_length=STATEMENT_LETTERS, pattern=r"^[A-Za-z0-9_.-]*$")
]  # a root key's
Cursor = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9_-]*$")]
Epoch = Annotated[Small, Field(ge=1)]
Text = Annotated[ShortText, AfterValidator(_readable)]
PlainText = Annotated[ShortText, AfterValidator(_printable)]  # shown to people
Month = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
Agreement = Annotated[
    str,
    StringConstraints(
        pattern=r"^(forename|surname|date of birth): (agrees|close|differs|absent on one side)$"
    ),
]  # how one field compares: said in our own words, for they stand beside them


class PublicKeys(Value):
    """A node's public PRF keys (ristretto255), raw and base64url. The certificate has its other keys."""

    prf: Bytes32
    prf_weak: Bytes32


class QuotasTold(Value):
    """What a node grants each peer, by kind of key."""

    strong: Quota
    weak: Quota


class AgreementTold(Value):
    """An agreement that a node holds, by its reference and the digest of its canonical JSON (hex)."""

    ref: PlainText
    digest: Hex32


class Metadata(Claims):
    """What a node says of itself, signed, for at most a day.

    `certificate` is its root key's word for the key that signs this; `revocations` are those that it knows, of any
    node's root key.
    `epoch` is the one that the PRF keys are of. `agreements` are those that it holds, for its peers to compare.
    """

    area: PlainText
    url: PlainText
    contact: PlainText
    certificate: Statement
    revocations: tuple[Statement, ...] = Field(max_length=MAX_REVOCATIONS)
    keys: PublicKeys
    epoch: Epoch
    versions: tuple[Small, ...] = Field(max_length=20)
    quotas: QuotasTold
    agreements: tuple[AgreementTold, ...] = Field(default=(), max_length=MAX_AGREEMENTS)


class RequestClaims(AddressedClaims):
    """What a signed request is bound to: method, address and the digest of its body."""

    htm: Literal["GET", "POST"]
    htu: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[!-~]*$")]
    sha256: Bytes32


class Receipt(Value):
    """What an answer says of its check and of the holder's log; never whether anybody was known."""

    holder: NodeId
    enquirer: NodeId
    check_id: Hex16
    log_size: Whole
    log_head: Hex32


class AnswerClaims(AddressedClaims):
    """What an answer is bound to: the digests of the request and of its own body."""

    request: Bytes32
    sha256: Bytes32
    receipt: Receipt | None = None


class RestsOn(StrEnum):
    """What a question is asked on: an agreement alone, or a legal ground, of which `threat` is one to life."""

    agreement = "agreement"
    ground = "ground"
    threat = "threat"


QUESTIONS: Final = frozenset({Purpose.referred_elsewhere, Purpose.marac_transfer, Purpose.idva_prior_contact})
"""What a question may be for."""


class EvaluationRequest(Value):
    """A question, without its subject: on what it rests, and blinded elements under both PRF keys.

    No more than its holder decides by: not for what it is asked, nor by whom of that area, but as `user`, which is
    one person's at this holder alone, as `check_id` is the check's. The agreement, where it rests on one, is named
    by its reference and the digest of its canonical JSON (hex).
    """

    version: Literal[1] = VERSION
    check_id: Hex16
    rests_on: RestsOn
    protocol_ref: Text | None
    protocol_digest: Hex32 | None
    user: Hex16
    commitment: Bytes32
    key_id: KeyName
    weak_key_id: KeyName
    elements: Elements
    weak_elements: Elements


class EvaluationAnswer(Value):
    """The evaluated elements with one proof for each PRF key.

    `epoch` and `feed_at` tell the asker whether its copy of the feed is the newest.
    """

    version: Literal[1] = VERSION
    check_id: Hex16
    epoch: Epoch
    feed_at: Whole
    elements: Elements
    proof: Proof
    weak_elements: Elements
    weak_proof: Proof


class DisclosureRequest(Value):
    """A request to release something about one matched handle; `sealed` opens to a DisclosureQuestion."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    level: Literal[Level.involvement, Level.summary]
    key_id: KeyName
    sealed: Sealed


class DisclosureQuestion(Value):
    """What the holder alone reads: on what grounds, and whom the check's commitment was to."""

    excerpt: dict[str, Any]
    subject: Person
    salt: Bytes32


class DisclosureAnswer(Value):
    """`sealed` opens to a Disclosure, always of the same shape and padding."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    key_id: KeyName
    sealed: Sealed


class WhomToRing(Value):
    """Whom to ring at the holder: a body, and who is on duty there, as that body says it. Of nobody on a case."""

    kind: Kind
    body: PlainText
    name: Annotated[PlainText, StringConstraints(max_length=80)] = ""
    phone: Annotated[PlainText, StringConstraints(max_length=40)] = ""


class Disclosure(Value):
    """What the holder released. `not_answered` is one and the same for every reason not to answer.

    `summary` alone is in its own words, and is shown as such, as are the names and numbers of `ring`: whom to ring,
    of each kind once. `in_part`: a person there withheld some of what was asked for; which it is does not say. Both
    stand in the message only where they are so.
    """

    status: Literal["pending", "answered", "not_answered"]
    level: Level = Level.not_answered
    involvement: tuple[Kind, ...] = Field(default=(), max_length=len(Kind))
    role: Role | None = None
    last_activity: Month | None = None
    agreement: tuple[Agreement, ...] = Field(default=(), max_length=3)
    summary: PlainText | None = None
    in_part: Annotated[bool, Field(strict=True)] = False
    ring: tuple[WhomToRing, ...] = Field(default=(), max_length=len(Kind))

    @model_serializer(mode="wrap")
    def _without_what_is_not_so(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = write(self)
        return {name: one for name, one in said.items() if one or name not in ("in_part", "ring")}


NOT_ANSWERED: Final = Disclosure(status="not_answered")


class Manifest(Claims):
    """The holder's signed word for its complete feed.

    `digest` is SHA-256 over live entries in token order; `feed_at` grows with every publication.
    """

    epoch: Epoch
    feed_at: Whole
    key_id: KeyName
    weak_key_id: KeyName
    entries: Small
    people: Small
    digest: Bytes32
    max_gap: Annotated[int, Field(strict=True, ge=0, le=64)]


class FeedPage(Value):
    """A page of the feed in order of publication. `entries` are token and label; `withdrawn` tokens alone.

    Withdrawals are applied first. `more` says that another page is ready.
    """

    version: Literal[1] = VERSION
    epoch: Epoch
    withdrawn: Lines
    entries: Lines
    cursor: Cursor
    more: Annotated[bool, Field(strict=True)]
    manifest: Token


M = TypeVar("M", bound=Value)


def parse_request(model: type[M], body: bytes, most: int = MAX_BYTES) -> M:
    """Parse a peer's request of at most so many bytes. Raises InputError naming the field, never its value."""
    try:
        read_json(body, most)  # Stricter than the model's own reader, which says what is read.
        return model.model_validate_json(body)
    except (ValidationError, JsonError) as error:
        raise InputError(
            f"The request's field {first_field(error)} is missing, unknown or malformed."
        ) from None


def parse_answer(model: type[M], body: bytes) -> M:
    """Parse a peer's answer. Raises PeerError naming the field, never its value."""
    try:
        read_json(body)
        return model.model_validate_json(body)
    except (ValidationError, JsonError) as error:
        raise PeerError(f"The area's answer is malformed at {first_field(error)}.") from None


def encode(message: Value) -> bytes:
    """A message's bytes: canonical JSON (RFC 8785)."""
    return rfc8785.dumps(message.model_dump(mode="json"))


def split_elements(text: str) -> list[bytes]:
    """A request's blinded elements. Raises InputError on a bad size or more than a batch."""
    raw = unb64(text)
    if len(raw) % ELEMENT_BYTES or len(raw) > ELEMENT_BYTES * MAX_BATCH:
        raise InputError(f"Elements are 32 bytes each and at most {MAX_BATCH}.")
    return [raw[at : at + ELEMENT_BYTES] for at in range(0, len(raw), ELEMENT_BYTES)]

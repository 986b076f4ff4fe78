"""What a node says of itself to its peers: the daily metadata, and their verification.

The root key certifies the signing key (`hub.wire.certificates`); the signing key signs the metadata, which names
the keys of the feed. Pure: keys and the time in, tokens or verified values out. Does not know which root is pinned.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.crypto.signing import (
    Expected,
    SigningKey,
    public_key,
    read_claims,
    require_in_time,
    sign,
    unverified,
    verify,
)
from hub.errors import AuthenticationError, HubError, does_not_verify
from hub.wire.certificates import Certificate, read_certificate
from hub.wire.messages import MAX_AGREEMENTS, VERSION, AgreementTold, MessageType, Metadata, PublicKeys

METADATA_LIFE_S: Final = 86_400


@dataclass(frozen=True)
class NodeFacts:
    """What a node says of itself in its metadata. `revocations` are all that it knows.

    `epoch` is the one whose PRF keys it names.
    """

    node_id: str
    area: str
    url: str
    contact: str
    certificate: str
    revocations: Sequence[str]
    keys: PublicKeys
    epoch: int
    quotas: Mapping[str, Mapping[str, float]]
    agreements: Sequence[AgreementTold] = ()


@dataclass(frozen=True)
class Identity:
    """A node's metadata, verified up to the root key that its certificate names. `token` is what was signed."""

    token: str
    metadata: Metadata
    certificate: Certificate

    @property
    def node_id(self) -> str:
        """The node's id."""
        return self.certificate.node_id

    @property
    def root_thumbprint(self) -> str:
        """The thumbprint of its root key."""
        return self.certificate.root_thumbprint


def metadata(own: NodeFacts, key: SigningKey, now: int) -> str:
    """The node's metadata, signed, good for a day."""
    claims = {
        "iss": own.node_id,
        "sub": own.node_id,
        "iat": now,
        "exp": now + METADATA_LIFE_S,
        "jti": secrets.token_hex(16),
        "area": own.area,
        "url": own.url,
        "contact": own.contact,
        "certificate": own.certificate,
        "revocations": list(own.revocations),
        "keys": own.keys.model_dump(mode="json"),
        "epoch": own.epoch,
        "versions": [VERSION],
        "quotas": own.quotas,
        "agreements": [one.model_dump() for one in own.agreements[:MAX_AGREEMENTS]],
    }
    return sign(key, MessageType.metadata, claims)


@lru_cache(maxsize=256)
def read_metadata(token: str) -> Identity:
    """Verify metadata from the root key that they name down, whatever the time. Raises PeerError."""
    try:
        claimed = read_claims(Metadata, unverified(token)[1])
        certificate = read_certificate(claimed.certificate)
        expected = Expected(MessageType.metadata, certificate.node_id, None, METADATA_LIFE_S)
        claims = verify(Metadata, token, public_key(certificate.keys.signing), expected, claimed.iat)
    except HubError as error:
        raise does_not_verify("The area's metadata", error) from error
    return Identity(token, claims, certificate)


def verify_metadata(token: str, now: float) -> Identity:
    """Verify metadata that are of today. Whose root key it is, is for the caller to ask. Raises PeerError."""
    identity = read_metadata(token)
    try:
        require_in_time(identity.metadata, now)
    except AuthenticationError as error:
        raise does_not_verify("The area's metadata", error) from error
    return identity

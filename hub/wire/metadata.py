"""Who a node is to its peers: the root key's certificate, the daily metadata, and their verification.

Pure: keys and the time in, tokens or verified values out. A peer is pinned by the thumbprint of its root key;
the root certifies the online signing key; the signing key signs the metadata that names all other keys.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.crypto.encoding import unb64
from hub.crypto.signing import (
    Expected,
    SigningKey,
    public_key,
    read_claims,
    sign,
    thumbprint,
    unverified,
    verify,
)
from hub.errors import AuthenticationError, HubError, PeerError
from hub.wire.messages import VERSION, Certificate, MessageType, Metadata, PublicKeys

CERTIFICATE_LIFE_S: Final = 400 * 86_400
METADATA_LIFE_S: Final = 86_400


@dataclass(frozen=True)
class NodeFacts:
    """What a node says of itself in its metadata. `root_public` and `certificate` are the root key's, as text."""

    node_id: str
    area: str
    url: str
    contact: str
    root_public: str
    certificate: str
    keys: PublicKeys
    quotas: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Identity:
    """A peer whose metadata was verified up to its pinned root key."""

    metadata: Metadata
    root_thumbprint: str

    @property
    def keys(self) -> PublicKeys:
        """The peer's certified public keys."""
        return self.metadata.keys


def certify(root: SigningKey, node_id: str, signing_kid: str, now: int) -> str:
    """The root key's word that a signing key speaks for the node, for 400 days."""
    claims = {
        **_issued(node_id, now, CERTIFICATE_LIFE_S),
        "signing_kid": signing_kid,
    }
    return sign(root, MessageType.certificate, claims)


def metadata(own: NodeFacts, key: SigningKey, now: int) -> str:
    """The node's metadata, signed, good for a day."""
    claims = {
        **_issued(own.node_id, now, METADATA_LIFE_S),
        "area": own.area,
        "url": own.url,
        "contact": own.contact,
        "root": own.root_public,
        "certificate": own.certificate,
        "keys": own.keys.model_dump(mode="json"),
        "versions": [VERSION],
        "quotas": own.quotas,
    }
    return sign(key, MessageType.metadata, claims)


def verify_metadata(token: str, pinned_thumbprint: str | None, now: float) -> Identity:
    """Verify metadata from the root down. Without a pin, the thumbprint found is returned for a person to check.

    Raises PeerError when any link does not hold, or when the root is not the pinned one.
    """
    try:
        claims = read_claims(Metadata, unverified(token)[1])
        root = public_key(unb64(claims.root))
        found = thumbprint(root)
        if pinned_thumbprint is not None and not secrets.compare_digest(found, pinned_thumbprint):
            raise PeerError(
                "The node at this address has another root key than its thumbprint here says.",
                kept="Nothing was sent to it.",
                do="Telephone the area and compare. If it made a new root key, add the peer again with that.",
            )
        signing = public_key(unb64(claims.keys.signing))
        expected = Expected(MessageType.certificate, claims.iss, None, CERTIFICATE_LIFE_S)
        certificate = verify(Certificate, claims.certificate, root, expected, now)
        if certificate.signing_kid != thumbprint(signing):
            raise AuthenticationError("The root key certifies another signing key.")
        verify(
            Metadata, token, signing, Expected(MessageType.metadata, claims.iss, None, METADATA_LIFE_S), now
        )
    except PeerError:
        raise
    except HubError as error:
        raise PeerError(f"The area's metadata does not verify. {error.text}") from error
    return Identity(claims, found)


def _issued(node_id: str, now: int, life_s: int) -> dict[str, object]:
    return {"iss": node_id, "sub": node_id, "iat": now, "exp": now + life_s, "jti": secrets.token_hex(16)}

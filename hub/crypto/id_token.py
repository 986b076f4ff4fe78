"""ID tokens of OpenID Connect: what a provider signed about somebody, once it is shown to hold.

Pure. Knows neither how a token is fetched (`hub.accounts.provider`) nor what anybody may do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.errors import AuthenticationError

LEEWAY_S: Final = 60
# Signatures by the provider's private key alone: what its public key or the client's secret could make is none.
_ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)


class Wanted(NamedTuple):
    """What was asked: of whom, by which client, with which nonce; and the access token that came along."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""


def read_id_token(token: str, keys: bytes, wanted: Wanted, now: int) -> Mapping[str, Any]:
    """The claims of an ID token that answers what was wanted. `keys`: the provider's key set, as JSON.

    Raises AuthenticationError where it is another's, for another, of another time or question, or was not signed by
    one of those keys.
    """
    try:
        read = jwt.decode(token, KeySet.import_key_set(json.loads(keys)), algorithms=list(_ALGORITHMS))
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"value": wanted.issuer},
                "aud": {"value": wanted.client_id},
                "sub": {"essential": True},
            },
            {"nonce": wanted.nonce, "client_id": wanted.client_id, "access_token": wanted.access_token},
        )
        claims.validate(now, LEEWAY_S)
    except JoseError as error:
        about = f"{error.error} {getattr(error, 'claim', '')}".strip()
        raise AuthenticationError(f"The ID token does not hold: {about}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:  # What is no token, or no key set.
        raise AuthenticationError("The ID token or its provider's keys cannot be read.") from error
    return dict(claims)

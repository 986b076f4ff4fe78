"""A sign-in by the organisations' own provider: begun, come back from, and what it proves.

What is under way stands sealed in a cookie of the browser that began it: nobody ends a sign-in that another began.
Knows no account: what somebody who is proven may do is for `provider_sign_in`.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from hub.accounts import provider_client
from hub.accounts.provider_client import CodeRefusedError, provider_of
from hub.accounts.sessions import FRESH_S
from hub.crypto.id_token import LEEWAY_S, Wanted, read_id_token
from hub.errors import AuthenticationError
from hub.node.node import Node
from hub.node.settings import ProviderSettings
from hub.records.accounts import Account, opened_flow, sealed_flow
from hub.values import Value

FLOW_S: Final = 10 * 60
_MOST_SIGN_IN: Final = 200
logger = logging.getLogger("hub")


class Unproven(StrEnum):
    """Why somebody is not signed in by the provider, as far as they are told; the log has it too."""

    begun_elsewhere = "begun_elsewhere"
    declined = "declined"
    untrue = "untrue"
    one_factor = "one_factor"
    long_ago = "long_ago"
    nobody_here = "nobody_here"


class Flow(Value):
    """A sign-in that is under way at the provider. `begun_at`: milliseconds since 1970.

    `session`: the id, in hex, of the one that its browser had, made fresh where it is `anew`. `invitation`: what
    the account that is opened by it has of the one that was given.
    """

    state: str
    nonce: str
    verifier: str
    begun_at: int
    session: str = ""
    anew: bool = False
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile: the value of a cookie."""

    address: str = field(repr=False)
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Came:
    """What a browser brings back from the provider: the parameters of its address, and the cookie that it kept."""

    kept: str = field(repr=False)
    state: str = field(repr=False)
    code: str = field(repr=False)
    issuer: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Who the provider says that somebody is. `subject`: its own name of them; `shown_at`: seconds since 1970."""

    issuer: str
    subject: str
    sign_in: str
    roles: frozenset[str]
    shown_at: int


async def begin(
    node: Node, *, session: bytes = b"", anew: bool = False, opening: Account | None = None
) -> Begun:
    """Begin a sign-in. `session`: the id of the browser's; `opening`: the account that it is to open.

    Raises ProviderError.
    """
    flow = Flow(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        begun_at=int(node.clock() * 1000),
        session=session.hex(),
        anew=anew,
        invitation=opening.invitation if opening else "",
    )
    address = await provider_client.authorization_address(
        node, state=flow.state, nonce=flow.nonce, verifier=flow.verifier
    )
    return Begun(address, sealed_flow(node.keys.vault, flow.model_dump_json()))


def flow_of(node: Node, came: Came) -> Flow | None:
    """What this browser began and comes back from; None where it began nothing, something else, or long ago."""
    kept = opened_flow(node.keys.vault, came.kept)
    if not kept:
        return None
    flow = Flow.model_validate_json(kept)
    age_s = node.clock() - flow.begun_at / 1000
    same = hmac.compare_digest(flow.state.encode(), came.state.encode())
    return flow if same and -LEEWAY_S <= age_s <= FLOW_S else None


async def prove(node: Node, flow: Flow, came: Came) -> Proof | Unproven:
    """Who the provider says that somebody is, who comes back with its code. Raises ProviderError."""
    settings = provider_of(node)
    if not came.code:
        return Unproven.declined
    if came.issuer not in ("", settings.issuer):  # RFC 9207
        return Unproven.untrue
    try:
        given = await provider_client.exchange(node, came.code, flow.verifier)
    except CodeRefusedError:
        return Unproven.untrue
    wanted = Wanted(settings.issuer, settings.client_id, flow.nonce, given.access_token)
    try:
        claims = read_id_token(given.id_token, given.keys, wanted, node.now())
    except AuthenticationError as error:
        logger.warning("A sign-in by the provider was refused. %s", error.text)
        return Unproven.untrue
    return _proof(settings, flow, claims, node.now())


def _proof(settings: ProviderSettings, flow: Flow, claims: Mapping[str, Any], now: int) -> Proof | Unproven:
    """What the claims of an ID token that holds come to."""
    if not _texts(claims.get(settings.second_factor_claim)) & set(settings.second_factor):
        return Unproven.one_factor
    shown_at = claims.get("auth_time")
    if not isinstance(shown_at, int | float):
        return Unproven.long_ago
    earliest = max(flow.begun_at / 1000, now - FRESH_S)
    if not earliest - LEEWAY_S <= shown_at <= now + LEEWAY_S:
        return Unproven.long_ago
    sign_in = claims.get(settings.sign_in_claim)
    if not isinstance(sign_in, str) or not 0 < len(sign_in) <= _MOST_SIGN_IN:
        return Unproven.nobody_here
    if settings.sign_in_claim == "email" and claims.get("email_verified", True) is not True:
        return Unproven.nobody_here
    roles = _texts(claims.get(settings.roles_claim))
    return Proof(settings.issuer, str(claims["sub"]), sign_in, roles, int(shown_at))


def _texts(claim: object) -> frozenset[str]:
    """The texts of a claim that is one, or several."""
    several: Iterable[object] = claim if isinstance(claim, list) else [claim]
    return frozenset(one for one in several if isinstance(one, str) and one)

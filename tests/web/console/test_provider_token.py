"""What a provider says of somebody who signs in: nothing but its own word, of them, for us and of now, counts."""

from __future__ import annotations

from typing import Any, Final

import pytest
from joserfc.jwk import OctKey, RSAKey

from hub.accounts import sessions
from tests.web.console.by_provider import (
    NO_FACTOR,
    NOBODY,
    NOT_NOW,
    NOT_SO,
    WHO,
    World,
    refused,
)

OTHER: Final = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"iss": "https://other.example"}, NOT_SO),
        ({"iss": None}, NOT_SO),
        ({"aud": "another-client"}, NOT_SO),
        ({"aud": ["another-client", "hub-of-eastvale"]}, NOT_SO),  # and no azp
        ({"aud": ["another-client", "hub-of-eastvale"], "azp": "another-client"}, NOT_SO),
        ({"exp": 1_000_000_000}, NOT_SO),
        ({"exp": None}, NOT_SO),
        ({"iat": 4_000_000_000}, NOT_SO),
        ({"nonce": None}, NOT_SO),
        ({"nonce": "of another sign-in"}, NOT_SO),
        ({"sub": ""}, NOT_SO),
        ({"at_hash": "of another access token"}, NOT_SO),
        ({"amr": None}, NO_FACTOR),
        ({"amr": ["pwd"]}, NO_FACTOR),
        ({"amr": "pwd mfa"}, NOT_SO),
        ({"auth_time": None}, NOT_NOW),
        ({"auth_time": True}, NOT_NOW),
        ({"auth_time": "now"}, NOT_SO),
        ({"auth_time": 1_000_000_000}, NOT_NOW),
        ({"auth_time": 4_000_000_000}, NOT_NOW),
        ({"roles": None}, NOBODY),
        ({"roles": []}, NOBODY),
        ({"roles": [""]}, NOBODY),
        ({"roles": ["hub-manager"]}, NOBODY),
        ({"roles": {"hub-coordinator": True}}, NOBODY),
        ({"sub": "subject-2"}, NOBODY),  # Her address was given to somebody else there.
        ({"email": "nobody@example.org"}, NOBODY),
        ({"email": "mo.ashdown@example.org", "roles": ["hub-manager"]}, NOBODY),
        ({"email": None}, NOBODY),
        ({"email": ["ash.underhill@example.org"]}, NOBODY),
        ({"email_verified": False}, NOBODY),
        ({"email_verified": "false"}, NOBODY),
    ],
    ids=lambda one: str(one)[:60],
)
def test_what_the_provider_does_not_say_rightly_signs_nobody_in(
    world: World, claims: dict[str, Any], says: str
) -> None:
    visitor = world.visitor()
    refused(visitor, world.came_back(visitor, **claims), says)


def test_a_signature_that_is_not_the_providers_signs_nobody_in(world: World) -> None:
    provider, honest = world.provider, world.provider.key
    shared = OctKey.import_key({"kty": "oct", "k": "YSBzaGFyZWQgc2VjcmV0IG9mIHRoZSB0ZXN0cw", "kid": "one"})
    for forged in (
        {"key": OTHER},
        {"key": OTHER, "header": {"jwk": OTHER.as_dict(private=False)}},
        {"key": OTHER, "header": {"jku": f"{provider.issuer}/other", "kid": "two"}},
        {"key": shared, "algorithm": "HS256"},
        {"key": shared, "algorithm": "HS256", "published": [shared]},
        {"algorithm": "none"},
        {"id_token": "eyJhbGciOiJub25lIn0.e30."},  # pragma: allowlist secret
        {"id_token": "no token"},
    ):
        for name, value in forged.items():
            setattr(provider, name, value)
        visitor = world.visitor()
        refused(visitor, world.came_back(visitor), NOT_SO)
        provider.key, provider.published, provider.algorithm = honest, [honest], "RS256"
        provider.header, provider.id_token = {}, ""
    world.signed_in()


def test_a_key_that_the_provider_has_changed_is_believed_at_once(world: World) -> None:
    world.provider.key, world.provider.published = OTHER, [OTHER]
    world.signed_in()


def test_a_session_that_was_left_open_at_the_provider_is_no_proof(world: World) -> None:
    """Nor is one of a minute ago, before this sign-in was begun: its clock may be a minute behind, and no more."""
    visitor = world.visitor()
    earlier = int(world.areas.clock()) - 90
    refused(visitor, world.came_back(visitor, auth_time=earlier), NOT_NOW)
    long: dict[str, Any] = {**WHO, "exp": int(world.areas.clock()) + 3_600}
    back = world.provider.signs_in(world.begun(visitor), **long)
    world.areas.clock.advance(sessions.FRESH_S + 90)
    refused(visitor, visitor.get(back, sent_by_another_site=True), NOT_NOW)
    earlier = int(world.areas.clock()) - 30
    assert world.came_back(visitor, auth_time=earlier).status_code == 200

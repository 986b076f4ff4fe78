"""What is asked of the provider of sign-in over HTTP: what it says of itself, a token for a code, its keys.

All of one page's questions within one deadline, and a bound on every answer. Believes nothing of what it reads
(`hub.crypto.id_token`), and knows no account.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, NamedTuple, NoReturn
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from pydantic import BaseModel, Field, StringConstraints

from hub.errors import HubError, UsageError
from hub.node.authorities import trusted
from hub.node.keys import read_secret
from hub.node.node import Node
from hub.node.settings import Contact, ProviderSettings
from hub.values import Mode

BACK: Final = "/sign-in/provider/back"
PROVIDER_S: Final = 10.0
_MOST_BYTES: Final = 256 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_DISCOVERY: Final = "/.well-known/openid-configuration"
_CODE_REFUSED: Final = "invalid_grant"

_Endpoint = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^https?://[!-~]+$")]


class ProviderError(HubError):
    """The provider cannot be reached, is not as node.toml says, or does not speak OpenID Connect."""

    code = "provider"
    status = 503


class CodeRefusedError(Exception):
    """The provider gives nothing for this code: it was used, is another's, or is not for this verifier."""


class Given(NamedTuple):
    """What the provider gave for a code, and the keys (JSON) that it says it signs with."""

    id_token: str
    access_token: str
    keys: bytes


class _Discovered(BaseModel):
    """What the provider says of itself, as far as it is asked for."""

    issuer: str
    authorization_endpoint: _Endpoint
    token_endpoint: _Endpoint
    jwks_uri: _Endpoint
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _KeySet(BaseModel):
    """The keys that it signs with: at least one."""

    keys: tuple[dict[str, Any], ...] = Field(min_length=1)


class _Client(AsyncOAuth2Client):  # type: ignore[misc]  # it comes without types
    """Reads no answer that is too long, nor one that is packed: that is small until it is unpacked."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await super().send(request, **{**options, "stream": True})
        try:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise httpx2.DecodingError("packed", request=request)
            content = b""
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise httpx2.DecodingError("too long", request=request)
        finally:
            await response.aclose()
        return httpx2.Response(response.status_code, content=content, request=request)


def provider_of(node: Node) -> ProviderSettings:
    """The provider that node.toml names. Raises ProviderError where there is none, or it cannot be used so."""
    found = node.settings.provider
    if found is None:
        raise _amiss("node.toml names no provider of sign-in.")
    if node.settings.console.url is None:
        raise _amiss("`[provider]` needs `[console] url`, to which the provider sends browsers back.")
    if not any(found.roles.model_dump().values()):
        raise _amiss("`[provider.roles]` names no role, so that nobody signs in by the provider.")
    if "openid" not in found.scopes:
        raise _amiss("`scopes` of `[provider]` has no openid.")
    if not _safe(node, found.issuer):
        raise _amiss("`issuer` of `[provider]` is not https.")
    return found


def client_secret(node: Node, settings: ProviderSettings) -> str | None:
    """The secret by which the provider knows this node, if it has one. Raises UsageError."""
    return read_secret(node.home / settings.secret_file).strip() if settings.secret_file else None


async def look(node: Node) -> None:
    """Ask the provider for what a sign-in asks it for: what it says of itself, and its keys.

    Raises ProviderError, UsageError.
    """
    client_secret(node, provider_of(node))
    async with _asking(node) as (client, there):
        await _keys(client, there)


async def authorization_address(node: Node, *, state: str, nonce: str, verifier: str) -> str:
    """Where a browser goes to sign in. Raises ProviderError."""
    async with _asking(node) as (client, there):
        address, _ = client.create_authorization_url(
            there.authorization_endpoint,
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            # Somebody left signed in at the provider, on a machine that others use, shows anew who they are.
            prompt="login",
            max_age=0,
        )
        return str(address)


async def exchange(node: Node, code: str, verifier: str) -> Given:
    """What the provider gives for a code. Raises CodeRefusedError, ProviderError."""
    async with _asking(node) as (client, there):
        try:
            given = await client.fetch_token(
                there.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                redirect_uri=client.redirect_uri,
            )
        except OAuthError as error:
            if error.error == _CODE_REFUSED:
                raise CodeRefusedError from error
            raise
        keys = await _keys(client, there)
        return Given(str(given.get("id_token") or ""), str(given.get("access_token") or ""), keys)


@asynccontextmanager
async def _asking(node: Node) -> AsyncIterator[tuple[_Client, _Discovered]]:
    """A client, and what the provider says of itself. What fails within is a ProviderError, without its words."""
    settings = provider_of(node)
    try:
        secret = client_secret(node, settings)
    except UsageError as error:
        raise _amiss("The file of this node's secret at the provider is not as it should be.") from error
    try:
        async with (
            asyncio.timeout(PROVIDER_S),
            _Client(
                settings.client_id,
                secret,
                scope=" ".join(settings.scopes),
                redirect_uri=f"{node.settings.console.url}{BACK}",
                code_challenge_method="S256",
                timeout=httpx2.Timeout(PROVIDER_S),
                verify=trusted(),
                follow_redirects=False,
                trust_env=True,
            ) as client,
        ):
            there = await _discovered(node, settings, client)
            if secret and "client_secret_basic" not in there.token_endpoint_auth_methods_supported:
                client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  # a way, no secret
            yield client, there
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
        _fail(settings, "cannot be reached", error)
    except OAuthError as error:
        _fail(
            settings,
            "does not take this node's client_id or secret",
            error,
        )
    except (ValueError, RecursionError) as error:
        _fail(settings, "does not answer as OpenID Connect has it", error)


async def _discovered(node: Node, settings: ProviderSettings, client: _Client) -> _Discovered:
    there = _Discovered.model_validate_json(await _get(client, settings.issuer.rstrip("/") + _DISCOVERY))
    if there.issuer != settings.issuer:
        raise _amiss(f"The provider says that it is another than `issuer` in node.toml: {settings.issuer}.")
    if not all(
        _safe(node, one) for one in (there.authorization_endpoint, there.token_endpoint, there.jwks_uri)
    ):
        raise _amiss("The provider names an address that is not https.")
    return there


async def _keys(client: _Client, there: _Discovered) -> bytes:
    keys = await _get(client, there.jwks_uri)
    _KeySet.model_validate_json(keys)
    return keys


async def _get(client: _Client, address: str) -> bytes:
    response = await client.request("GET", address, withhold_token=True)
    response.raise_for_status()
    if response.status_code != 200:
        raise ValueError("no answer")
    return bytes(response.content)


def _safe(node: Node, address: str) -> bool:
    """Whether nobody reads what is sent there. A node on trial may try a provider on its own machine."""
    parts = urlsplit(address)
    on_trial = node.settings.mode is Mode.trial and parts.hostname in _LOOPBACK
    return parts.scheme == "https" or on_trial


def _fail(settings: ProviderSettings, what: str, error: Exception) -> NoReturn:
    raise ProviderError(
        f"{settings.name} {what}.",
        kept="Nobody was signed in.",
        do=f"Try again in a few minutes, then ring those who run it: {settings.contact}."
        if settings.contact != Contact()
        else "Try again in a few minutes, then ring your support desk.",
    ) from error


def _amiss(text: str) -> ProviderError:
    return ProviderError(
        text,
        kept="Nobody was signed in.",
        do="Ring your support desk: the node's operator runs `hub doctor`.",
    )

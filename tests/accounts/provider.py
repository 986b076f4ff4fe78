"""A provider of sign-in for tests, by OpenID Connect over real HTTP: it says what a test tells it to say.

It knows its client's secret, checks PKCE and takes a code once, as real ones do; each of that, and whatever it
answers, a test may have otherwise. The browser journeys meet a provider that others wrote (`oidc_process`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import Key, RSAKey

from hub.node.node import Node
from hub.node.settings import ConsoleSettings, Contact, ProviderRoles, ProviderSettings
from hub.values import Mode
from tests.cli.running import free_port, until

CLIENT: Final = "hub-of-eastvale"
SECRET: Final = "a secret of the tests"  # pragma: allowlist secret
ORGANISATION: Final = "Eastvale Council"
CONTACT: Final = "01632 960199"
ROLES: Final = ProviderRoles(
    coordinator="hub-coordinator", manager="hub-manager", data_protection_officer="hub-dpo"
)
_KEY: Final = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


def with_provider(node: Node, issuer: str, url: str = "https://console", **changes: Any) -> Node:
    """The node on trial, whose people of ORGANISATION sign in by that provider."""
    (node.home / "provider.secret").write_text(SECRET)
    (node.home / "provider.secret").chmod(0o600)
    told: dict[str, Any] = {
        "name": "Eastvale sign-in",
        "issuer": issuer,
        "client_id": CLIENT,
        "secret_file": "provider.secret",  # pragma: allowlist secret
        "organisations": (ORGANISATION,),
        "roles": ROLES,
        "contact": Contact(phone=CONTACT),
    }
    settings = {
        "mode": Mode.trial,
        "console": ConsoleSettings(url=url),
        "provider": ProviderSettings(**(told | changes)),
    }
    return replace(node, settings=node.settings.model_copy(update=settings))


@dataclass
class Grant:
    """What a code is good for."""

    asked: Mapping[str, str]
    claims: dict[str, Any]
    used: bool = False


@dataclass
class Provider:
    """What it says, as far as a test has it otherwise. `clock`: its time.

    `somebody`: who signs in in every browser that comes, with these claims. `key`, `algorithm`, `header`: how ID
    tokens are signed; `id_token`: one in their place; `published`: the keys that it says it has; `discovered`:
    changes of what it says of itself; `forgetful`: takes codes again; `instead`: what answers at a path.
    """

    clock: Callable[[], float]
    issuer: str = ""
    somebody: Mapping[str, Any] = field(default_factory=dict)
    key: Key = field(default_factory=lambda: _KEY)
    algorithm: str = "RS256"
    header: dict[str, Any] = field(default_factory=dict)
    published: list[Key] = field(default_factory=lambda: [_KEY])
    discovered: dict[str, Any] = field(default_factory=dict)
    forgetful: bool = False
    id_token: str = ""
    instead: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)

    def signs_in(self, address: str, sub: str, **claims: Any) -> str:
        """Where the provider sends a browser that came with this address, and in which `sub` signed in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        code = secrets.token_urlsafe(16)
        now = int(self.clock())
        told = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": sub,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "amr": ["pwd", "mfa"],
            "roles": ["hub-coordinator"],
        }
        kept = {name: value for name, value in (told | claims).items() if value is not None}
        self.grants[code] = Grant(asked, kept)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        path = urlsplit(request.path).path
        if path in self.instead:
            self.instead[path](request)
        elif path == "/.well-known/openid-configuration":
            there = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            say(request, there | self.discovered)
        elif path == "/keys":
            say(request, {"keys": [one.as_dict(private=False) for one in self.published]})
        elif path == "/authorize":
            say(request, b"", 303, Location=self.signs_in(request.path, **self.somebody))
        elif path == "/token":
            self._give(request)
        else:
            say(request, {}, 404)

    def _give(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length", "0"))
        asked = {name: values[0] for name, values in parse_qs(request.rfile.read(length).decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        posted = (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        if request.headers.get("Authorization") != f"Basic {basic}" and not posted:
            say(request, {"error": "invalid_client"}, 401)
            return
        grant = self.grants.get(asked.get("code", ""))
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            grant is None
            or (grant.used and not self.forgetful)
            or challenge != grant.asked["code_challenge"]
            or asked.get("redirect_uri") != grant.asked["redirect_uri"]
        ):
            say(request, {"error": "invalid_grant"}, 400)
            return
        grant.used = True
        header = {"alg": self.algorithm, "kid": "one", **self.header}
        with warnings.catch_warnings(action="ignore"):  # Of what nobody should do, such as `none`.
            token = self.id_token or jwt.encode(header, grant.claims, self.key, [self.algorithm])
        say(request, {"access_token": "opaque", "token_type": "Bearer", "id_token": token})


def say(request: BaseHTTPRequestHandler, document: object, status: int = 200, **headers: str) -> None:
    """Answer with a document, or with bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    request.send_response(status)
    for name, value in {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def running(clock: Callable[[], float]) -> Iterator[Provider]:
    """A provider that answers on this machine."""
    provider = Provider(clock)

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.answer(self)

        do_POST = do_GET  # noqa: N815  # as http.server has it

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def oidc_process() -> Iterator[str]:
    """The provider that others wrote, as a process of its own, at another site; its issuer. It has no PKCE."""
    import httpx2

    port = free_port()
    issuer = f"http://localhost:{port}"

    def healthy() -> bool:
        try:
            return httpx2.get(f"{issuer}/jwks", timeout=2, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            until(healthy, process)
            yield issuer
        finally:
            process.terminate()


def knows(issuer: str, sub: str, **claims: Any) -> None:
    """Tell that process what it says of somebody."""
    import httpx2

    told = {"amr": ["pwd", "mfa"], "roles": ["hub-coordinator"], **claims}
    httpx2.put(f"{issuer}/users/{sub}", json=told, trust_env=False).raise_for_status()

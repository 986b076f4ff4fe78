"""A provider that fails, or is not what it should be: nobody is signed in, and the page says whom to ring."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from hub.accounts import provider_client
from hub.node.node import Node
from hub.values import Mode
from hub.web.console.app import create_console
from tests.accounts.provider import (
    CONTACT,
    say,
)
from tests.web.console.by_provider import (
    SESSION,
    WHO,
    World,
)
from tests.web.console.visitor import Visitor


def _drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(40):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/token", "/keys"], ids=["what it says", "token", "keys"]
)
@pytest.mark.parametrize(
    "broken",
    [
        lambda request: say(request, {}, 500),
        lambda request: say(request, b"<html>"),
        lambda request: say(request, []),
        lambda request: say(request, b" " * 300_000),
        lambda request: say(request, b'{"keys":' * 5_000),
        lambda request: say(request, gzip.compress(b"{}"), Content_Encoding="gzip"),
        lambda request: say(request, b"", 302, Location="https://evil.example/"),
        lambda request: request.connection.close(),
        _drip,
    ],
    ids=["500", "a page", "a list", "too long", "too deep", "packed", "elsewhere", "hangs up", "slow"],
)
def test_a_provider_that_fails_signs_nobody_in_and_the_page_says_whom_to_ring(
    world: World, path: str, broken: Callable[[BaseHTTPRequestHandler], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), **WHO)
    world.provider.instead[path] = broken
    if broken is _drip:
        monkeypatch.setattr(provider_client, "PROVIDER_S", 0.8)
    answer = visitor.get(back, sent_by_another_site=True)
    assert answer.status_code == 503
    assert "Nobody was signed in" in answer.text
    assert CONTACT in answer.text
    assert SESSION not in visitor.kept
    if path.startswith("/.well"):
        assert visitor.get("/sign-in/provider").status_code == 503


def test_an_answer_that_is_right_but_long_late_or_elsewhere_is_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, path = world.provider, "/.well-known/openid-configuration"
    endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
    right = {name: f"{provider.issuer}/{part}" for name, part in endpoints.items()} | {
        "issuer": provider.issuer
    }

    def late(request: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):  # Nobody waits for the end.
            _drip(request)
            request.wfile.write(json.dumps(right).encode())

    provider.instead["/moved"] = provider.instead[path] = lambda request: say(request, right)
    assert world.visitor().get("/sign-in/provider").status_code == 303
    for wrong in (
        lambda request: say(request, right | {"long": "x" * 300_000}),
        lambda request: say(request, b"", 302, Location="/moved"),
        late,
    ):
        if wrong is late:
            monkeypatch.setattr(provider_client, "PROVIDER_S", 0.8)
        provider.instead[path] = wrong
        assert world.visitor().get("/sign-in/provider").status_code == 503


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"issuer": "http://127.0.0.1:1"}, "is another than"),
        ({"token_endpoint": "http://provider.example/token"}, "not https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "OpenID Connect"),
        ({"jwks_uri": None}, "OpenID Connect"),
    ],
    ids=["another issuer", "no https", "a script", "no keys"],
)
def test_a_provider_that_is_not_what_it_should_be_is_not_asked(
    world: World, said: dict[str, Any], why: str
) -> None:
    world.provider.discovered = said
    answer = world.visitor().get("/sign-in/provider")
    assert answer.status_code == 503
    assert why in answer.text


def test_a_secret_that_is_wrong_signs_nobody_in(world: World) -> None:
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), **WHO)
    secret = world.node.home / "provider.secret"
    kept = secret.read_text()
    try:
        secret.write_text("another")
        answer = visitor.get(back)
        assert answer.status_code == 503
        assert "client_id or secret" in answer.text
        secret.chmod(0o644)
        assert str(secret) not in visitor.get("/sign-in/provider").text
    finally:
        secret.write_text(kept)
        secret.chmod(0o600)


def test_a_provider_that_takes_the_secret_in_the_form_gets_it_so(world: World) -> None:
    world.provider.discovered = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    world.signed_in()


def test_a_live_node_asks_no_provider_that_is_not_https(world: World) -> None:
    node: Node = world.node
    live = replace(node, settings=node.settings.model_copy(update={"mode": Mode.live}))
    answer = Visitor(create_console(live)).get("/sign-in/provider")
    assert answer.status_code == 503
    assert "not https" in answer.text


def test_a_node_without_a_provider_has_no_such_way_in(world: World) -> None:
    visitor = Visitor(create_console(world.areas["eastvale"]))
    assert "/sign-in/provider" not in visitor.get("/sign-in").text
    assert visitor.get("/sign-in/provider").headers["location"] == "/sign-in"
    assert visitor.get("/sign-in/provider/back?code=x&state=y").status_code == 403

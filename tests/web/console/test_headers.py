"""Every answer bears the headers, errors too; what changes something has to come from the console's own pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.web.console.assets import address
from tests.web.console.small import small_console, with_templates

OWN = {"Sec-Fetch-Site": "same-origin"}
NOT_OURS = [
    {},
    {"Cookie": "__Host-castlebridge=x"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Authorization": "Bearer x", "Cookie": "__Host-castlebridge=x"},
    {"Authorization": "Basic eDp5"},
]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    with_templates(Path(__file__).with_name("templates"), monkeypatch)
    return TestClient(small_console(), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/error", 422),
        ("GET", "/broken", 500),
        ("PUT", "/", 403),
        ("HEAD", "/", 404),
        ("GET", address("console.css"), 200),
    ],
)
def test_every_answer_bears_the_headers(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'nonce-")
    for rule in ("frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "style-src 'self'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    kept = "public, max-age=31536000, immutable" if "static" in path else "no-store"
    assert answer.headers["Cache-Control"] == kept
    assert "Strict-Transport-Security" not in answer.headers


def test_where_people_come_by_https_their_browsers_use_nothing_else() -> None:
    answer = TestClient(small_console(https=True)).get("/nowhere")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_nonce_is_of_one_answer_and_of_its_own_script(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    drawn = [
        re.findall(r"nonce-([\w-]{20,})'", one.headers["Content-Security-Policy"]) for one in (first, second)
    ]
    assert drawn[0] != drawn[1]
    assert re.findall(r'<script nonce="([^"]+)"', first.text) == drawn[0]


@pytest.mark.parametrize("headers", NOT_OURS, ids=str)
def test_what_another_sites_page_sends_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/", headers=headers)
    assert answer.status_code == 403
    assert "nothing was done" in answer.text


@pytest.mark.parametrize(
    "headers",
    [OWN, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}, {"Authorization": "Bearer x"}],
    ids=str,
)
def test_the_consoles_own_pages_and_programs_with_a_token_go_on(
    client: TestClient, headers: dict[str, str]
) -> None:
    assert client.post("/", headers=headers).text == "changed"


def test_another_sites_page_may_lead_here(client: TestClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200

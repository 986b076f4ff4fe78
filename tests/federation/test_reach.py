"""What keeps an area from being reached is called what it is: for coordinators, for operators and on the record."""

from __future__ import annotations

import asyncio
import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509

from hub.crypto.signing import CLOCK_SKEW_S
from hub.errors import UnreachableError
from hub.federation.client import REQUEST_LIFE_S, PeerClient
from hub.federation.sync import sync_all
from hub.records.check import AreaResult, AreaStatus
from tests.certificates import HERE, Certificate, certificate
from tests.federation.nodes import Areas, check, events, one_name, question


@contextmanager
def serving(folder: Path, own: Certificate | None) -> Iterator[str]:
    """A server on loopback, with a certificate or without TLS; gives its https address."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    if own is not None:
        context = own.served_from(folder)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def why(areas: Areas, url: str) -> UnreachableError:
    """Why metadata cannot be had there."""

    async def go() -> None:
        async with PeerClient(areas["northmoor"]) as client:
            await client.metadata(url)

    with pytest.raises(UnreachableError) as raised:
        asyncio.run(go())
    return raised.value


TRUSTED = "trusted"
TLS: dict[str, tuple[tuple[int, int], list[x509.GeneralName], str, str, str]] = {
    "ended": ((-9, -1), HERE, TRUSTED, "tls_ended", "has ended"),
    "not valid yet": ((1, 9), HERE, TRUSTED, "tls_not_yet", "not valid yet"),
    "for another name": (
        (-1, 9),
        [x509.DNSName("elsewhere.example")],
        TRUSTED,
        "tls_other_name",
        "another name",
    ),
    "by its own word": ((-1, 9), HERE, "", "tls_not_trusted", "not trusted"),
}


@pytest.mark.parametrize("name", TLS)
def test_a_certificate_is_called_what_it_is(
    areas: Areas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    days, names, trusted, code, say = TLS[name]
    authority = certificate((-9, 9), [])
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with serving(tmp_path, certificate(days, names, authority if trusted else None)) as url:
        error = why(areas, url)
    assert (error.why, error.sent) == (code, False)
    assert say in error.text
    assert "phone" in error.do


def test_a_server_without_tls_is_called_so(areas: Areas, tmp_path: Path) -> None:
    with serving(tmp_path, None) as url:
        assert why(areas, url).why == "no_tls"


def test_a_name_that_nobody_knows_is_called_so(areas: Areas) -> None:
    error = why(areas, "https://nobody.invalid")
    assert (error.why, error.sent) == ("name_not_known", False)
    assert "name" in error.text


def test_an_address_where_nobody_listens_is_called_so(areas: Areas) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        error = why(areas, f"http://127.0.0.1:{probe.getsockname()[1]}")
    assert (error.why, error.sent) == ("nobody_listens", False)
    assert "nobody listens" in error.text


def test_an_area_that_listens_and_says_nothing_is_called_so(areas: Areas) -> None:
    node = areas["northmoor"]
    object.__setattr__(node, "settings", node.settings.model_copy(update={"peer_timeout_s": 0.5}))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        error = why(areas, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert (error.why, error.sent) == ("timed_out", True)


def test_a_check_and_a_sync_say_why_and_so_does_the_record(areas: Areas) -> None:
    """The areas' names are in no name service; a check says what to do about it and gives the telephone."""

    async def go() -> tuple[AreaResult, str]:
        async with PeerClient(areas["northmoor"]) as client:
            asked = await check(areas["northmoor"], client, question(one_name("southmere"), "eastvale"))
            return asked.areas[0], (await sync_all(areas["northmoor"], client))[0].error

    area, synced = asyncio.run(go())
    assert area.status is AreaStatus.unreachable
    for said in (area.note, synced):
        assert "the name in its address is not known" in said
        assert "phone" in said
    assert area.contact.startswith("01632")
    assert [one["detail"]["fault"] for one in events(areas["northmoor"], "peer_fault")] == [
        "name_not_known"
    ] * 3


# Clocks.


@pytest.mark.parametrize("off", [-7_200, -75, -45, 45, 75, 7_200])
def test_clocks_that_differ_are_called_so_whichever_runs_fast(areas: Areas, off: int) -> None:
    """The enquirer's clock is off by so many seconds. Both areas say so; one of them may have asked for it."""
    node = areas["northmoor"]
    object.__setattr__(node, "clock", lambda: areas.clock() + off)

    async def go() -> tuple[AreaResult, str]:
        async with areas.client("northmoor") as client:
            asked = await check(node, client, question(one_name("southmere"), "eastvale"))
            return asked.areas[0], (await sync_all(node, client))[0].error

    area, synced = asyncio.run(go())
    assert area.status is AreaStatus.error
    difference = "2 hours" if abs(off) == 7_200 else f"{abs(off)} seconds"
    assert f"Its clock is {difference} {'behind' if off > 0 else 'ahead of'} ours" in area.note
    assert events(node, "peer_fault")[0]["detail"]["fault"] == "clock"
    assert f"Its clock is {difference}" in synced


def test_the_page_on_security_says_what_is_borne() -> None:
    page = " ".join((Path(__file__).parents[2] / "SECURITY.md").read_text().split())
    assert f"is good for {REQUEST_LIFE_S} seconds by its sender's clock" in page
    assert f"with {CLOCK_SKEW_S} seconds' difference between two clocks borne at either end" in page
    assert f"clocks differ by more than {CLOCK_SKEW_S} seconds" in page


@pytest.mark.parametrize("off", [-25, 25])
def test_clocks_that_differ_by_less_than_half_a_minute_are_borne(areas: Areas, off: int) -> None:
    node = areas["northmoor"]
    object.__setattr__(node, "clock", lambda: areas.clock() + off)

    async def go() -> AreaResult:
        async with areas.client("northmoor") as client:
            return (await check(node, client, question(one_name("southmere"), "eastvale"))).areas[0]

    assert asyncio.run(go()).status is AreaStatus.answered

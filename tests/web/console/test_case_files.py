"""Attaching a file to a case on a page, and being given it: by real browsers, and by what they would send."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from playwright.sync_api import Browser

from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import MAX_FILE, KeptPaper, PaperKind
from hub.store import cases
from hub.web.console import app as console_app
from hub.web.console.app import create_console
from tests.cases.referring import sample
from tests.cases.scanning import HARM, PDF, scanned, scanner
from tests.federation.nodes import IMPORTER, Areas, events
from tests.web.console.browser import served
from tests.web.console.signed_in import BROWSERS, NAMES, Console, normal, sign_in_on_page

R = AccountRole
NAME: Final = "Toya Grant minutes.pdf"
BOUNDARY: Final = "edge-of-this-test"


NUMBERS: Final = itertools.count(1)
TOKENS: Final[dict[AccountRole, str]] = {}


@pytest.fixture(scope="module")
def console(areas: Areas) -> Iterator[Console]:
    with scanner() as address:
        yield Console.of(scanned(areas["eastvale"], address))


@pytest.fixture
def case(console: Console) -> str:
    told = sample(referring_agency="Eastvale Police", case_ref=f"EV-FILES-{next(NUMBERS)}")
    return f"/cases/{refer(console.node, Referral.model_validate(told), IMPORTER).handle}"


def token_of(console: Console, role: AccountRole) -> str:
    """A session of each: one that signs in too often waits."""
    if role not in TOKENS:
        TOKENS[role] = console.users[role].signed_in()
    return TOKENS[role]


def given(console: Console, case: str) -> list[dict[str, Any]]:
    """What stands on the record of files of a case that were given."""
    about = case.rsplit("/", 1)[-1]
    return [one for one in events(console.node, "file_given") if about in str(one)]


def form_with(data: bytes, name: str = NAME, what: str = "minutes") -> bytes:
    """A form as browsers write it."""
    edge = BOUNDARY.encode()
    disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'.encode()
    return (
        (b"--" + edge + b'\r\nContent-Disposition: form-data; name="what"\r\n\r\n' + what.encode() + b"\r\n")
        + (
            b"--"
            + edge
            + b"\r\n"
            + disposition
            + b"\r\nContent-Type: application/pdf\r\n\r\n"
            + data
            + b"\r\n"
        )
        + (b"--" + edge + b'\r\nContent-Disposition: form-data; name="button"\r\n\r\nsave\r\n')
        + (b"--" + edge + b"--\r\n")
    )


def send(
    console: Console, case: str, token: str, body: object, headers: Mapping[str, str] = BROWSERS
) -> httpx2.Response:
    """What a browser gets that sends a form with a file."""
    sent = {**headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    if token:
        sent["Cookie"] = f"__Host-{console.node.node_id}={token}"

    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=console.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
            return await client.post(f"{case}/file", content=body, headers=sent)  # type: ignore[arg-type]

    return asyncio.run(go())


def kept(node: Node, case: str) -> list[KeptPaper]:
    with node.read() as tx:
        (row,) = cases.of_handles(tx.session, [bytes.fromhex(case.rsplit("/", 1)[-1])])
        return [one for one in papers.of_case(tx, row) if one.paper.file]


def test_minutes_are_attached_and_given_back_as_a_file_that_no_page_shows(
    console: Console, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(console, R.representative)
    with caplog.at_level(logging.DEBUG):
        done = send(console, case, token, form_with(PDF))
        assert done.status_code == 303
        page = console.send("GET", done.headers["location"], token)
        got = console.send("GET", f"{done.headers['location']}/file", token)
    (paper,) = kept(console.node, case)
    assert (paper.paper.kind, paper.paper.supplier) == (PaperKind.minutes, "Eastvale Police")
    assert NAME in page.text
    assert got.content == PDF
    assert got.headers["content-disposition"] == 'attachment; filename="attached-file.pdf"'
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"
    said = [*done.headers.values(), *page.headers.values(), *got.headers.values(), caplog.text]
    assert not [one for one in said if "Toya" in one]
    assert "Toya" not in page.text.partition("</title>")[0]


def test_each_giving_of_a_file_stands_on_the_record_with_who_was_given_it(
    console: Console, case: str
) -> None:
    token = token_of(console, R.coordinator)
    at = send(console, case, token, form_with(PDF)).headers["location"]
    assert not given(console, case)
    for _ in range(2):
        assert console.send("GET", f"{at}/file", token).status_code == 200
    found = given(console, case)
    assert [one["detail"]["kind"] for one in found] == ["minutes"] * 2
    assert {one["actor"] for one in found} == {console.node.actor(NAMES[R.coordinator])}


def test_the_same_file_sent_twice_is_kept_once_and_another_beside_it(console: Console, case: str) -> None:
    token = token_of(console, R.coordinator)
    first = send(console, case, token, form_with(PDF)).headers["location"]
    assert send(console, case, token, form_with(PDF)).headers["location"] == first
    assert send(console, case, token, form_with(PDF + b"2")).headers["location"] != first
    assert send(console, case, token, form_with(PDF, what="checklist")).headers["location"] != first
    assert [one.paper.kind for one in kept(console.node, case)] == ["minutes", "minutes", "attachment"]
    assert "Risk checklist on paper" in console.send("GET", case, token).text


def test_a_scan_of_100_mb_is_refused_with_what_to_do_and_no_more_of_it_held_than_may_be_kept(
    console: Console, case: str
) -> None:
    token = token_of(console, R.coordinator)
    begun, end = form_with(b"|").split(b"|")
    piece = PDF + bytes(1024 * 1024 - len(PDF))

    async def body() -> object:
        yield begun
        for _ in range(100):
            yield piece
        yield end

    answer = send(console, case, token, body())
    assert answer.status_code == 413
    assert "more than 10 MB: attach the pages that are needed" in answer.text
    assert 'value="minutes" checked' in answer.text
    assert not kept(console.node, case)


def test_a_file_of_just_10_mb_is_taken_and_one_byte_more_is_not(console: Console, case: str) -> None:
    token = token_of(console, R.coordinator)
    full = PDF + bytes(MAX_FILE - len(PDF))
    assert send(console, case, token, form_with(full)).status_code == 303
    assert send(console, case, token, form_with(full + b"\0")).status_code == 413
    assert len(kept(console.node, case)) == 1


WRONG: Final = {
    "another kind than its name": (form_with(PDF, "minutes.docx"), "not what its name says: it is a PDF"),
    "a program": (form_with(b"MZ" + bytes(60)), "no kind that is taken"),
    "harm": (form_with(HARM), "found something"),
    "no file chosen": (form_with(b"", ""), "Choose the file"),
    "nothing said of it": (form_with(PDF, what=""), "Choose an answer: what the file is"),
    "a name that turns": (form_with(PDF, "\u202efdp.pdf"), "name cannot be kept"),
}


@pytest.mark.parametrize(("body", "says"), WRONG.values(), ids=WRONG)
def test_what_is_no_file_to_keep_is_refused_in_words_on_its_own_page(
    console: Console, case: str, body: bytes, says: str
) -> None:
    answer = send(console, case, token_of(console, R.coordinator), body)
    assert answer.status_code == 422
    assert says in answer.text
    assert "There is a problem" in answer.text
    assert not kept(console.node, case)


BROKEN: Final = {
    "cut off": form_with(PDF)[:-40],
    "another edge": form_with(PDF).replace(BOUNDARY.encode(), b"else"),
    "two files": form_with(PDF).replace(b'name="button"', b'name="file"; filename="x.txt"'),
    "a field of no page": form_with(PDF).replace(b'name="what"', b'name="supplier"'),
    "many fields": (b"--" + BOUNDARY.encode() + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n')
    * 40,
    "no text": form_with(PDF).replace(b"minutes\r\n", b"\xff\xfe\r\n"),
    "nothing": b"",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_no_page_of_the_console_sends_is_refused_and_nothing_kept(
    console: Console, case: str, body: bytes
) -> None:
    answer = send(console, case, token_of(console, R.coordinator), body)
    assert answer.status_code == 422
    assert not kept(console.node, case)


def test_another_sites_page_attaches_nothing_and_of_nobody_a_file_is_read(
    console: Console, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    monkeypatch.setattr(console_app, "read_sent", read.append)
    token = token_of(console, R.coordinator)
    evil = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert send(console, case, token, form_with(PDF), evil).status_code == 403
    assert send(console, case, "", form_with(PDF)).headers["location"].startswith("/sign-in")
    officer = token_of(console, R.data_protection_officer)
    assert send(console, case, officer, form_with(PDF)).status_code == 404
    assert not read
    assert not kept(console.node, case)


def test_who_is_kept_out_of_a_case_finds_its_files_as_absent_as_what_is_not_there(
    console: Console, case: str
) -> None:
    token = token_of(console, R.coordinator)
    at = send(console, case, token, form_with(PDF)).headers["location"]
    number = console.send("GET", case, token).text.partition("Case EV-FILES-")[2].partition("<")[0]
    kept_out = f'[[exclusion]]\ncase_ref = "EV-FILES-{number}"\nperson = "{NAMES[R.coordinator]}"\n'
    staff = console.node.home / STAFF_FILE
    assert not staff.exists()
    staff.write_text(kept_out, encoding="utf-8")
    nowhere = f"/cases/{'ab' * 16}"
    for path, absent in (
        (f"{at}/file", f"{nowhere}/papers/{'ab' * 16}/file"),
        (f"{case}/file", f"{nowhere}/file"),
    ):
        there, not_there = console.send("GET", path, token), console.send("GET", absent, token)
        assert (there.status_code, normal(there.text)) == (404, normal(not_there.text))
        assert there.headers.keys() == not_there.headers.keys()
    assert send(console, case, token, form_with(PDF + b"2")).status_code == 404
    assert not given(console, case)
    assert console.send("GET", f"{at}/file", token_of(console, R.manager)).status_code == 200
    staff.unlink()  # Those of the other cases are the same people.


def test_a_file_in_quarantine_is_said_to_be_so_and_given_to_nobody_until_it_is_attached_again(
    console: Console, case: str
) -> None:
    token, clamd = token_of(console, R.coordinator), console.node.settings.attachments.clamd
    scanned(console.node, "")
    try:
        assert "kept in quarantine" in console.send("GET", f"{case}/file", token).text
        at = send(console, case, token, form_with(PDF)).headers["location"]
    finally:
        scanned(console.node, clamd)
    page = console.send("GET", at, token).text
    assert "in quarantine" in page
    assert f"{at}/file" not in page
    refused = console.send("GET", f"{at}/file", token)
    assert refused.status_code == 409
    assert PDF not in refused.content
    assert not given(console, case)
    again = send(console, case, token, form_with(PDF)).headers["location"]
    assert again != at
    assert console.send("GET", f"{again}/file", token).content == PDF
    assert console.send("GET", f"{at}/file", token).status_code == 409


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_in_a_browser_a_representative_attaches_a_scan_and_saves_it(
    browser: Browser, areas: Areas, console: Console, case: str, tmp_path: Path, *, scripts: bool
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(PDF)
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.write(PDF)
        file.truncate(100 * 1024 * 1024)
    areas.clock.advance(2 * STEP_S)
    context = browser.new_context(java_script_enabled=scripts, accept_downloads=True)
    with served(create_console(console.node)) as url:
        page = context.new_page()
        sign_in_on_page(page, url, console.users[R.representative])
        page.goto(f"{url}{case}")
        page.get_by_role("link", name="Attach a file").click()
        page.get_by_label("Something else").check()
        page.get_by_label("The file").set_input_files(large)
        page.get_by_role("button", name="Attach it").click()
        assert page.get_by_role("alert").inner_text().count("more than 10 MB")
        assert page.get_by_label("Something else").is_checked()
        page.get_by_label("The file").set_input_files(scan)
        page.get_by_role("button", name="Attach it").click()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save the file").click()
        assert saved.value.suggested_filename == "attached-file.pdf"
        assert saved.value.path().read_bytes() == PDF
    context.close()

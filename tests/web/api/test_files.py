"""The papers of a case and its files, as programs list, attach and are given them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from hub.records.accounts import AccountRole
from hub.records.papers import MAX_FILE
from hub.records.tokens import TokenScope
from tests.cases.scanning import HARM, PDF, scanned, scanner
from tests.federation.nodes import events
from tests.web.api.conftest import Programs, problem
from tests.web.api.sent import entered

R = AccountRole


def sent(data: bytes, name: str = "minutes.pdf", what: str = "minutes") -> dict[str, Any]:
    return {"what": what, "name": name, "data": base64.b64encode(data).decode()}


def files_of(programs: Programs, case: str, token: str) -> list[dict[str, Any]]:
    every = programs.send("GET", f"/cases/{case}/papers", token).json()["papers"]
    return [one for one in every if one["file"]]


def test_a_program_attaches_minutes_lists_the_papers_and_is_given_them(
    programs: Programs, tokens: dict[AccountRole, str]
) -> None:
    token, node = tokens[R.coordinator], programs.console.node
    case = entered(programs, token)["case"]
    with scanner() as address:
        scanned(node, address)
        for _ in range(2):  # Sent twice, kept once.
            done = programs.send("POST", f"/cases/{case}/files", token, sent(PDF))
            assert done.status_code == 201, done.text
        harm = programs.send("POST", f"/cases/{case}/files", token, sent(HARM))
        scanned(node, "")
    assert problem(harm) == (422, "invalid_input")
    (listed,) = files_of(programs, case, token)
    assert listed == done.json()
    assert (listed["kind"], listed["file"], listed["quarantined"]) == ("minutes", True, False)
    assert not events(node, "file_given")
    given = programs.send("GET", f"/cases/{case}/papers/{listed['paper']}/file", token).json()
    assert given == {
        "name": "attached-file.pdf",
        "media_type": "application/pdf",
        "data": base64.b64encode(PDF).decode(),
    }
    assert len(events(node, "file_given")) == 1
    of_another = programs.send("GET", f"/cases/{case}/papers/{listed['paper']}/file", tokens[R.idva])
    assert problem(of_another) == (404, "not_found")
    asks = programs.token(R.coordinator, (TokenScope.ask,))
    assert programs.send("GET", f"/cases/{case}/papers/{listed['paper']}/file", asks).status_code == 403


def test_a_program_is_not_given_a_file_that_no_scanner_saw(
    programs: Programs, tokens: dict[AccountRole, str]
) -> None:
    token = tokens[R.coordinator]
    case = entered(programs, token)["case"]
    done = programs.send("POST", f"/cases/{case}/files", token, sent(PDF)).json()
    assert done["quarantined"] is True
    refused = programs.send("GET", f"/cases/{case}/papers/{done['paper']}/file", token)
    assert problem(refused)[0] == 409
    assert base64.b64encode(PDF)[:20] not in refused.content


WRONG = {
    "not base64": {"what": "other", "name": "a.pdf", "data": "*"},
    "over 10 MB": sent(PDF + bytes(MAX_FILE), what="other"),
    "another kind": sent(b"MZ" + bytes(60)),
    "nothing said of it": {"name": "a.pdf", "data": ""},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_no_file_to_keep_is_refused_and_nothing_kept(
    programs: Programs, tokens: dict[AccountRole, str], body: dict[str, Any]
) -> None:
    token = tokens[R.coordinator]
    case = entered(programs, token)["case"]
    assert problem(programs.send("POST", f"/cases/{case}/files", token, body)) == (422, "invalid_input")
    assert not files_of(programs, case, token)


def test_of_nobody_a_file_is_read_and_of_no_other_address_as_much(
    programs: Programs, tokens: dict[AccountRole, str]
) -> None:
    token = tokens[R.coordinator]
    case = entered(programs, token)["case"]
    assert programs.send("POST", f"/cases/{case}/files", "x" * 43, b"{" * 200_000).status_code == 401
    long = programs.send("POST", "/cases/search", token, b" " * 200_000)
    assert problem(long) == (422, "invalid_input")

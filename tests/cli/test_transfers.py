"""`hub transfer` as a program reads it, over two nodes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.cases.changes import find_case
from hub.cases.may_follow import ask_supplier, supplier_answered
from hub.federation.client import PeerClient
from hub.node.node import open_node
from hub.records import papers
from hub.records.papers import Paper, PaperKind
from tests.cli.running import Ended, inside
from tests.federation.nodes import Areas
from tests.transfers.moving import COORDINATOR, NEW, OLD, REF, THERE, heard

OFFER: dict[str, Any] = {
    "case_ref": REF,
    "to": NEW,
    "items": ["referral", "chronology"],
    "permission": {"by": "Marac Chair", "date": "2026-11-01"},
    "reason": "She has moved there for good.",
}


@pytest.fixture
def moving(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> Areas:
    """Northmoor has a case; the commands reach the nodes of the test, by its clock."""
    heard(areas)
    monkeypatch.setattr("hub.cli.transfers.PeerClient", partial(PeerClient, transport=areas.network))
    monkeypatch.setattr("hub.cli.options.open_node", partial(open_node, clock=areas.clock))
    return areas


def said(areas: Areas, tmp_path: Path, area: str, command: str, /, *arguments: str, **document: Any) -> Ended:
    """A command of an area with a document."""
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    given = [file] if document else []
    return inside("transfer", command, areas[area].home, *arguments, *given, "--json")


def listed(areas: Areas, area: str) -> Any:
    return inside("transfer", "list", areas[area].home, "--json").json


def test_a_case_is_offered_accepted_and_listed_on_both_sides(moving: Areas, tmp_path: Path) -> None:
    offered = said(moving, tmp_path, OLD, "offer", **OFFER).json
    assert offered["state"] == "offered"
    (out,), (into,) = listed(moving, OLD), listed(moving, NEW)
    assert (out["direction"], out["peer"], out["case_ref"]) == ("out", NEW, REF)
    assert (into["direction"], into["peer"], into["id"]) == ("in", OLD, offered["id"])
    assert out["responsible"] == into["responsible"] == [OLD]
    told = {"by": THERE.model_dump(mode="json"), "reason": "She is here."}
    accepted = said(moving, tmp_path, NEW, "accept", offered["id"], **told)
    assert accepted.json == {"id": offered["id"], "state": "accepted"}
    assert [listed(moving, area)[0]["responsible"] for area in (OLD, NEW)] == [[NEW], [NEW]]
    again = said(moving, tmp_path, NEW, "accept", offered["id"], **told)
    assert (again.code, "accepted already" in again.error["text"]) == (1, True)


def test_what_its_supplier_has_not_let_go_stays_and_is_listed_with_how_far_they_were_asked(
    moving: Areas, tmp_path: Path
) -> None:
    old = moving[OLD]
    new = Paper(
        kind=PaperKind.minutes, body={"text": "One."}, by="A", at=old.now(), supplier="Northmoor Hospital"
    )
    with old.write() as tx:
        found = find_case(tx, REF)
        assert found
        goes, stays = papers.put(tx, found.row, new, new.model_copy(update={"body": {"text": "Two."}}))
    asked = ask_supplier(old, found, goes, NEW, COORDINATOR)
    told = {"answer": "allowed", "by": "D. Nurse", "on": old.today()}
    supplier_answered(old, found, asked.model_copy(update=told), COORDINATOR)
    ask_supplier(old, found, stays, NEW, COORDINATOR)
    sent = {**OFFER, "items": [{"paper": goes}, {"paper": stays}]}
    made = said(moving, tmp_path, OLD, "offer", **sent).json
    assert made["state"] == "offered"
    assert made["held_back"] == [
        {"paper": stays, "kind": "minutes", "held_by": "Northmoor Hospital", "asked": "waits"}
    ]
    said(moving, tmp_path, NEW, "decline", made["id"], by="N. Newcomer", code="duplicate")
    (tmp_path / "again.json").write_text(json.dumps(sent), encoding="utf-8")
    words = inside("transfer", "offer", old.home, tmp_path / "again.json").out
    assert "Stays, held by Northmoor Hospital" in words
    assert "They were asked, and have not answered." in " ".join(words.split())


def test_what_a_supplier_said_is_not_taken_from_the_offer(moving: Areas, tmp_path: Path) -> None:
    """It is recorded with the case, by whoever heard it."""
    typed = {"paper": "ab" * 16, "allowed": {"by": "Somebody", "date": "2026-11-01"}}
    refused = said(moving, tmp_path, OLD, "offer", **{**OFFER, "items": [typed]})
    assert refused.code != 0
    assert "allowed" in json.dumps(refused.error)
    assert listed(moving, OLD) == []


def test_a_decline_needs_a_code_and_a_name(moving: Areas, tmp_path: Path) -> None:
    number = said(moving, tmp_path, OLD, "offer", **OFFER).json["id"]
    assert "no code" in said(moving, tmp_path, NEW, "decline", number, by="N. Newcomer").error["text"]
    assert "who decides" in said(moving, tmp_path, NEW, "decline", number, code="duplicate").error["text"]
    told = {"by": "N. Newcomer", "reason": "Heard here in May.", "code": "duplicate"}
    assert said(moving, tmp_path, NEW, "decline", number, **told).json["state"] == "declined"
    (old,) = listed(moving, OLD)
    assert (old["state"], old["code"]) == ("declined", "duplicate")
    withdrawn = said(moving, tmp_path, OLD, "withdraw", number, by=COORDINATOR.name)
    assert "declined already" in withdrawn.error["text"]


def test_an_area_that_cannot_be_reached_is_told_later(moving: Areas, tmp_path: Path) -> None:
    gone = moving.network.hosts.pop(NEW)
    offered = said(moving, tmp_path, OLD, "offer", **OFFER)
    assert (offered.code, offered.json["state"]) == (0, "offered")
    assert "goes on trying" in offered.err
    number = offered.json["id"]
    back = said(moving, tmp_path, OLD, "withdraw", number, by=COORDINATOR.name)
    assert back.json == {"id": number, "state": "offered", "wanted": "withdrawn"}
    assert listed(moving, OLD)[0]["unsettled"]
    moving.network.hosts[NEW] = gone
    assert said(moving, tmp_path, OLD, "withdraw", number, by=COORDINATOR.name).json["state"] == "withdrawn"


def test_what_may_not_be_offered_says_why(moving: Areas, tmp_path: Path) -> None:
    refused = said(moving, tmp_path, OLD, "offer", **OFFER | {"reason": ""})
    assert (refused.code, refused.json["id"], refused.json["state"]) == (1, None, "refused")
    assert "necessity" in refused.json["decision"]["missing"]
    assert listed(moving, OLD) == []
    there = said(moving, tmp_path, OLD, "offer", **OFFER | {"case_ref": "NM-0"})
    assert "no such case" in there.error["text"]


def test_a_representative_gives_notice_that_she_has_moved(moving: Areas, tmp_path: Path) -> None:
    told = {"case_ref": REF, "area": NEW, "stays": "for_good", "by": COORDINATOR.model_dump(mode="json")}
    first = said(moving, tmp_path, OLD, "notice", **told).json
    assert said(moving, tmp_path, OLD, "notice", **told).json == first
    owed = inside("obligations", "list", moving[OLD].home, "--all", "--json").json["due"]
    assert [one["code"] for one in owed if one["case_ref"] == REF].count("offer_case") == 1
    typed = said(moving, tmp_path, OLD, "notice", **told, address="9 High Row")
    assert typed.error["code"] == "invalid_input"
    assert (
        "no such case" in said(moving, tmp_path, OLD, "notice", **told | {"case_ref": "NM-0"}).error["text"]
    )

"""`hub transfer` as a program reads it, over two nodes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.federation.client import PeerClient
from hub.node.node import open_node
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

"""`hub accounts`: somebody is invited from a file, and listed; nobody is opened or confirmed from here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import inside


@pytest.fixture
def invited(home: Path, tmp_path: Path) -> Any:
    """Invites somebody."""

    def invite(**changes: Any) -> Any:
        sample = json.loads(inside("accounts", "invite", "--example").out)
        path = tmp_path / "invitation.json"
        path.write_text(json.dumps(sample | changes), encoding="utf-8")
        return inside("accounts", "invite", home, path, "--json")

    return invite


def test_the_sample_that_it_prints_invites_a_first_manager(invited: Any, home: Path) -> None:
    assert inside("accounts", "list", home, "--json").json == {"accounts": []}
    done = invited()
    assert (done.code, done.err) == (0, "")
    assert done.json["state"] == "invited"
    assert len(done.json["code"]) == len("aaaa-bbbb-cccc-dddd-eeee")
    shown = inside("accounts", "list", home)
    assert "Robin Sample, manager, Northmoor Council: invited" in shown.out
    assert done.json["code"] not in shown.out
    again = invited()  # The code was lost, and nobody has opened the account.
    assert (again.json["id"], again.code) == (done.json["id"], 0)
    assert again.json["code"] != done.json["code"]
    second = invited(sign_in="second@council.example", name="Second Sample")
    assert (second.json["state"], second.json["code"]) == ("awaiting", "")
    taken = invited(sign_in="third@council.example")
    assert (taken.code, taken.error["code"]) == (1, "conflict")


def test_what_is_wrong_with_an_invitation_is_named_and_not_repeated(invited: Any) -> None:
    done = invited(role="overseer of all")
    assert done.code == 1
    assert "role" in done.error["text"]
    assert "overseer" not in done.error["text"]


def test_an_account_is_disabled_by_as_much_of_its_id_as_tells_it(invited: Any, home: Path) -> None:
    number = invited().json["id"]
    assert inside("accounts", "disable", home, "ffff").code == 1
    done = inside("accounts", "disable", home, number[:8])
    assert (done.code, done.err) == (0, "")
    assert inside("accounts", "list", home, "--json").json["accounts"][0]["state"] == "disabled"


def test_a_second_factor_is_asked_for_here_and_given_nowhere_here(invited: Any, home: Path) -> None:
    number = invited().json["id"]
    done = inside("accounts", "reset", home, number, "--json")
    assert done.code == 2  # There is no --json.
    refused = inside("accounts", "reset", home, number)
    assert refused.code == 1
    assert "not open" in refused.err


def test_the_list_says_who_signs_in_by_their_organisations_own_provider(invited: Any, home: Path) -> None:
    settings = home / "node.toml"
    settings.write_text(
        settings.read_text()
        + '[console]\nurl = "https://console.example"\n[provider]\nname = "Council sign-in"\n'
        + 'issuer = "https://login.example"\nclient_id = "hub"\norganisations = ["Northmoor Council"]\n'
        + '[provider.roles]\nmanager = "hub-managers"\n'
    )
    done = invited()
    assert (done.code, done.json.get("by_provider")) == (0, True), done.json
    haven = {"name": "Haven", "agency_kind": "idva_charity", "idva_service": True}
    assert invited(sign_in="ida@haven.example", name="Ida Sample", organisation=haven).code == 0
    listed = inside("accounts", "list", home, "--json").json["accounts"]
    assert {one["name"]: one["by_provider"] for one in listed} == {"Robin Sample": True, "Ida Sample": False}
    shown = inside("accounts", "list", home).out
    assert "signs in as first.manager@council.example, by the organisation's own provider\n" in shown
    assert "signs in as ida@haven.example\n" in shown

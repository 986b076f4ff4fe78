"""What a program reads and says of cases that move."""

from __future__ import annotations

from hub.records.accounts import AccountRole
from hub.web.api.addresses import ADDRESSES
from tests.transfers.moving import heard, offered
from tests.web.api.conftest import Programs

SENT = {(one.method, one.path): one.sent for one in ADDRESSES}


def test_a_transfer_that_is_listed_is_read_by_its_own_address(programs: Programs) -> None:
    heard(programs.areas)
    assert offered(programs.areas).transfer is not None
    ash = programs.token(AccountRole.coordinator)
    (listed,) = programs.send("GET", "/transfers", ash).json()["transfers"]
    number = listed["page"].rsplit("/", 1)[1]
    assert programs.send("GET", f"/transfers/{number}", ash).json() == listed
    assert (listed["direction"], listed["peer"], listed["state"]) == ("in", "northmoor", "offered")


def test_s000_r7_a_program_gives_notice_that_somebody_has_moved(programs: Programs) -> None:
    ash = programs.token(AccountRole.coordinator)
    case = programs.send("POST", "/cases", ash, SENT["POST", "/cases"]).json()["case"]
    said = {"area": "northmoor", "stays": "for_good"}
    kept = programs.send("POST", f"/cases/{case}/move-notices", ash, said)
    assert kept.status_code == 201, kept.text
    papers = programs.send("GET", f"/cases/{case}/papers", ash).text
    assert "move_notice" in papers

"""What she tells the new area stands nowhere at the old one, whether it accepted or declined."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hub.cases.importing.rows import PersonIntake
from hub.federation.publish import publish
from hub.transfers.accept import accept, decline
from hub.wire.transfers import DeclineCode
from tests.federation.nodes import Areas, case, hold
from tests.transfers.moving import (
    NEW,
    OLD,
    OWN_ADDRESS,
    SHE,
    THERE,
    heard,
    offered,
    told,
    withdrawn,
    worker,
)
from tests.transfers.nothing_back import everything, listening

NEW_ADDRESS = "9 High Row, Eastvale"
PHONE = "07700 900 431"
SCHOOL = "Larkspur Primary"
REFUGE = "Ash House refuge"


def test_nothing_that_the_new_area_learns_stands_at_the_old_one(areas: Areas, tmp_path: Path) -> None:
    heard(areas)
    with listening(areas[OLD], areas.network.hosts) as at_old:
        declined = offered(areas, items=("chronology",)).transfer
        assert declined
        told(areas, decline(areas[NEW], declined.id, THERE, DeclineCode.wrong_person, f"She is at {REFUGE}."))
        accepted = offered(areas).transfer
        assert accepted
        reason = f"She lives at {NEW_ADDRESS}, {PHONE}; the child is at {SCHOOL}."
        there = accept(areas[NEW], accepted.id, THERE, reason)
        told(areas, there)
        moved = SHE.model_copy(update={"phone": PHONE.replace(" ", "")})
        people = (PersonIntake(moved, NEW_ADDRESS, None, 2),)
        hold(
            areas[NEW],
            replace(case(there.case_ref, [moved], fled_from=()), people=people, criteria=(SCHOOL,)),
        )
        publish(areas[NEW])
        withdrawn_too = withdrawn_after(areas)
        worker(areas, NEW)
        worker(areas, OLD)
    new = everything(areas[NEW], tmp_path / "new")
    for text in (NEW_ADDRESS, PHONE, SCHOOL, REFUGE):
        assert new.search(text), text
    old = everything(areas[OLD], tmp_path / "old", at_old)
    assert {one.where for one in old.search(OWN_ADDRESS)} >= {"person_record.sealed"}
    assert {one.where for one in old.search(accepted.id)} >= {"heard", "transfer.sealed", "audit_entry.body"}
    assert withdrawn_too
    assert old.search(NEW_ADDRESS, "9 High Row", PHONE, SCHOOL, REFUGE, "Ash House") == []


def withdrawn_after(areas: Areas) -> bool:
    """A case more, offered and taken back."""
    hold(areas[OLD], case("NM-78", [SHE], fled_from=()))
    made = offered(areas, case_ref="NM-78").transfer
    assert made
    return withdrawn(areas, made.id) == ""

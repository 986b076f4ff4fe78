"""What the new area learns of her never stands anywhere at the old one: every opened value of it is searched."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from hub.cases.importing.rows import PersonIntake
from tests.checks.disclosing import asked, disclosed
from tests.federation.nodes import Areas, case, hold, stranger
from tests.transfers.nothing_back import (
    LEAST_IN_BASE64,
    Everything,
    columns_of_bytes,
    everything,
    listening,
    rows_opened,
)

OWN_ADDRESS = "14 Quarry Lane, Northmoor"
SHE = stranger(801)


def test_the_old_areas_own_address_is_found_wherever_it_stands(areas: Areas, tmp_path: Path) -> None:
    """The control: the search sees what is sealed, what is in a backup, and what arrived."""
    old = areas["northmoor"]
    hold(old, replace(case("NM-77", [SHE]), people=(PersonIntake(SHE, OWN_ADDRESS, None, 2),)))
    with listening(areas["eastvale"], areas.network.hosts) as heard:
        result = asked(areas)
        disclosed(areas, result.check_id)
    found = everything(old, tmp_path / "backups")
    assert {one.where for one in found.search(OWN_ADDRESS)} == {"person_record.sealed"}
    assert found.search("NM-77")
    assert {"backup", "file", "command", "audit_entry.body"} <= found.places()
    there = everything(areas["eastvale"], tmp_path / "others", heard)
    assert not there.search(OWN_ADDRESS)
    name = result.areas[0].candidates[0].handle
    assert {one.where for one in there.search(name)} >= {"heard", "received_disclosure.sealed"}


def test_every_column_of_bytes_is_opened_or_known_to_hold_nothing(areas: Areas) -> None:
    """A table that is added later is in the store's list: it is searched, or this says that it is not."""
    old = areas["northmoor"]
    there = {where for where, _ in rows_opened(old)}
    assert {"case_record.sealed", "person_record.sealed", "decision_record.sealed"} <= there
    assert {"outbox.sealed", "received_check.asked"} <= columns_of_bytes()


@pytest.mark.parametrize(
    "spelt", ["9 High Row", "9+High+Row", "9highrow", "OSBIaWdoIFJvdw==", "392048696768"]
)
def test_other_spellings_are_found(spelt: str) -> None:
    held = Everything([("there", f'{{"a": "x{spelt}"}}'.encode())])
    assert bool(held.search("9 High Row")) is (spelt != "392048696768")


@pytest.mark.parametrize("text", ["High Row", "Ash House", "9 High Row", "Nïa"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_it_is_found_in_base64_wherever_it_begins(text: str, before: str) -> None:
    """In either alphabet; of a text that is too short for it, as it stands alone."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        held = Everything([("there", b"x:" + encode(f"{before}{text}?>".encode()))])
        assert bool(held.search(text)) is (len(text.encode()) > 6)
    assert Everything([("there", f"{before}{text}".encode())]).search(text)


@pytest.mark.parametrize("text", ["Ash House", "High Row"])
def test_a_few_letters_of_a_token_are_not_taken_for_a_text(text: str) -> None:
    """Where a text begins within three bytes, four letters of base64 stand there: tokens have them by chance."""
    whole = base64.b64encode(b"\0" + text.replace(" ", "").encode())
    for few in (whole[2 : 1 + LEAST_IN_BASE64], whole[4:8]):
        assert not Everything([("there", b"eyJhbGciOi" + few + b"JFZERTQSJ9")]).search(text)

"""Who is excluded from a case reads what there is without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from hub.cases import kept_out as kept_out_of
from hub.cases.access import exclusions_from, of_no_case, restrictions_on
from hub.cases.case_file import case_paper
from hub.cases.changes import find_case
from hub.cases.close import close
from hub.cases.disclosure_log import AddedEntries, add_entries, read_log
from hub.cases.kept_out import RestrictedCase
from hub.cases.obligations import list_obligations
from hub.cases.staff import STAFF_FILE, staff_list
from hub.checks.answer import waiting_requests
from hub.consent.evidence import DisclosureLogEntry
from hub.errors import NotFoundError, RowsError, UsageError
from hub.jobs.doctor import findings
from hub.jobs.warnings import warnings_of
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import HeldCase, named_people
from hub.store.cases import StoredCase
from hub.store.remembered import Remembered
from hub.values import Person, Requester
from tests.cases.casework import FIRST, asked, done, who
from tests.checks.pending import asked as asked_on_a_ground
from tests.checks.pending import told
from tests.federation.nodes import Areas, case, hold, stranger

LATER = FIRST + dt.timedelta(days=400)
STAFF = """
[[staff]]
given_names = "Ash"
surname = "Kept-Out"
agency = "Police"
team = "Blue"

[[exclusion]]
case_ref = "{ref}"
{entry}
"""


def kept_out(node: Node, ref: str, entry: str = 'person = "Ash Kept-Out"') -> Requester:
    """Ash, whom the node's list keeps out of a case."""
    (node.home / STAFF_FILE).write_text(STAFF.format(ref=ref, entry=entry), encoding="utf-8")
    return who("ash  kept-out", "manager", "Another Agency")


@pytest.mark.parametrize("entry", ['person = "Ash Kept-Out"', 'team = "Blue"', 'agency = "Police"'])
def test_someone_kept_out_reads_what_there_is_without_the_case(areas: Areas, entry: str) -> None:
    """Also who only says to be of another agency than the node's own list has."""
    northmoor = areas["northmoor"]
    asked(areas)
    without = list_obligations(northmoor, who(), FIRST, every=True)
    result = asked(areas, stranger(6), case_ref="NM-2")
    ash = kept_out(northmoor, "NM-2", entry)
    assert list_obligations(northmoor, ash, FIRST, every=True) == without
    assert list_obligations(northmoor, None, FIRST, every=True) == without
    assert list_obligations(northmoor, who(""), FIRST, every=True) == without
    colleague = list_obligations(northmoor, who("Bea Other", agency="Council"), FIRST, every=True)
    hidden = next(one.number for one in colleague if one.case_ref == "NM-2")

    def refused(act: Any) -> str:
        with pytest.raises(NotFoundError) as caught:
            act()
        return str(caught.value)

    row = DisclosureLogEntry(date=FIRST, agency="A", person="B", method="C", authority="D")
    for known, unknown in (
        (lambda: read_log(northmoor, ash, "NM-2"), lambda: read_log(northmoor, ash, "NM-3")),
        (lambda: case_paper(northmoor, ash, "NM-2"), lambda: case_paper(northmoor, ash, "NM-3")),
        (
            lambda: add_entries(
                northmoor, AddedEntries(case_ref="NM-2", check_id=result.check_id, by=ash, sharings=(row,))
            ),
            lambda: add_entries(
                northmoor, AddedEntries(case_ref="NM-3", check_id=result.check_id, by=ash, sharings=(row,))
            ),
        ),
        (
            lambda: close(northmoor, [hidden], done("told", by=ash)),
            lambda: close(northmoor, ["0" * 16], done("told", by=ash)),
        ),
    ):
        assert refused(known) == refused(unknown)
    assert len(read_log(northmoor, who("Bea Other", agency="Council"), "NM-2")) == 1


@pytest.mark.parametrize(
    "name",
    ["Ásh Kept-Out", "DC Ash Kept-Out", "Mrs Kept Out", "Kept-Out, Dr Ash", "Ash Jo Keptout", "A. Kept-Out"],
)
@pytest.mark.parametrize("entry", ['person = "Ash Kept-Out"', 'team = "Blue"', 'agency = "Police"'])
def test_an_exclusion_holds_however_they_write_their_name(areas: Areas, name: str, entry: str) -> None:
    """Also by the team and the agency of whoever they may be. Nobody is a manager by such a name."""
    northmoor = areas["northmoor"]
    kept_out(
        northmoor, "", f"{entry}\n\n[[staff]]\ngiven_names = 'Ash'\nsurname = 'Kept-Out'\nmanager = true"
    )
    known = staff_list(northmoor)
    assert known.against(who(name, agency="Council"))
    assert not known.is_manager(name)
    assert not known.against(who("Bea Out", agency="Council"))


def test_who_gives_no_name_that_can_be_read_is_excluded_with_everyone(areas: Areas) -> None:
    kept_out(areas["northmoor"], "")
    assert staff_list(areas["northmoor"]).against(who("-.-"))


def test_an_exclusion_from_everything_hides_everything(areas: Areas) -> None:
    asked(areas)
    ash = kept_out(areas["northmoor"], "")
    assert list_obligations(areas["northmoor"], ash, FIRST, every=True) == []
    assert list_obligations(areas["northmoor"], None, FIRST, every=True) == []
    assert list_obligations(areas["northmoor"], who(), FIRST, every=True)


def test_what_waits_in_a_case_is_hidden_from_who_is_kept_out_of_it(areas: Areas) -> None:
    told(areas, asked_on_a_ground(areas))
    eastvale = areas["eastvale"]
    assert len(waiting_requests(eastvale)) == 1
    ash = kept_out(eastvale, "ev-pending")
    assert waiting_requests(eastvale, ash) == []
    assert waiting_requests(eastvale) == []
    assert len(waiting_requests(eastvale, who("Bea Other", agency="Council"))) == 1


@pytest.mark.parametrize("spelled", ["nm-2", " NM - 2 ", "NM-2"])
def test_an_exclusion_holds_however_its_case_is_spelled_and_nothing_goes_on_under_another_digest(
    areas: Areas, spelled: str
) -> None:
    node, her = areas["northmoor"], stranger(6)
    asked(areas, her, case_ref="NM-2")
    ash = kept_out(node, spelled)
    assert restrictions_on(node, ash).concern([her])
    with node.read() as tx:
        held = restrictions_on(node, who("Bea Other", agency="Council")).find(tx, "NM-2")
        found = restrictions_on(node, ash).concerned(tx, [her], "NM-9")
    assert held
    assert found == RestrictedCase("NM-2", held.row.ref_digest)
    assert [one.person for one in exclusions_from(node, held)] == ["Ash Kept-Out"]
    assert of_no_case(node) == []
    with node.database.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE case_record SET ref_digest = x'00' WHERE ref_digest = x'{held.row.ref_digest.hex()}'"
        )
    with pytest.raises(RowsError, match="case_record"):
        restrictions_on(node, ash).concern([her])


@pytest.mark.parametrize("asked_before", [True, False], ids=["asked before", "not asked before"])
def test_while_cases_are_remembered_one_whose_digest_was_altered_is_shown_to_nobody_kept_out(
    areas: Areas, asked_before: bool
) -> None:
    """She is on it beside the case that is named: whoever writes the database would have it found as no case."""
    node, her = areas["northmoor"], stranger(6)
    hold(node, case("NM-2", [her]), case("NM-3", [her]))
    node.remembered.for_s = 60.0
    digest, ash = node.case_digest("NM-3"), kept_out(node, "NM-2")
    hidden = restrictions_on(node, ash)
    if asked_before:
        assert hidden.restricts(digest)
    altered(node, digest)
    assert hidden.restricts(digest)
    assert restrictions_on(node, ash).restricts(digest)
    node.remembered.for_s = 0
    with pytest.raises(RowsError, match="case_record"):
        restrictions_on(node, ash).restricts(digest)


def test_nor_one_that_is_newer_than_what_was_made_for_them(areas: Areas) -> None:
    node, her = areas["northmoor"], stranger(6)
    hold(node, case("NM-2", [her]))
    node.remembered.for_s = 60.0
    digest, ash = node.case_digest("NM-3"), kept_out(node, "NM-2")
    before, shown = restrictions_on(node, ash), restrictions_on(node, who("Bea Other", agency="Council"))
    hold(node, case("NM-3", [her]))
    assert before.restricts(digest)
    assert restrictions_on(node, ash).restricts(digest)
    assert not shown.restricts(digest)
    before = restrictions_on(node, who("Ash Kept-Out"))
    hold(node, case("NM-4", [her]))
    restrictions_on(node, ash)
    digest = node.case_digest("NM-4")
    altered(node, digest)
    with pytest.raises(RowsError, match="case_record"):
        before.restricts(digest)


def altered(node: Node, digest: bytes) -> None:
    """Have whoever writes the database find a case under another digest."""
    with node.database.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE case_record SET ref_digest = x'00' WHERE ref_digest = x'{digest.hex()}'"
        )


def test_what_is_restricted_is_made_once_and_anew_once_anything_that_says_it_changes(areas: Areas) -> None:
    """An exclusion counts at once, a case at once, and nothing is believed for longer than what is remembered."""
    node, her, clock = areas["northmoor"], stranger(6), Clock()
    hold(node, case("NM-2", [her]), case("NM-3", [stranger(8)]))
    node.__dict__["remembered"] = Remembered(clock)
    node.remembered.for_s = 60.0
    bea = who("Bea Other", agency="Council")
    made = restrictions_on(node, bea)
    assert restrictions_on(node, bea) is made
    ash = kept_out(node, "NM-2")
    first = restrictions_on(node, ash)
    assert first.concern([her])
    assert restrictions_on(node, ash) is first
    assert restrictions_on(node, bea) is not made
    kept_out(node, "NM-3")
    assert not restrictions_on(node, ash).concern([her])
    (node.home / STAFF_FILE).unlink()
    assert not restrictions_on(node, ash).any
    assert restrictions_on(node, ash).digest("NM-3") == node.case_digest("NM-3")
    before = restrictions_on(node, ash)
    hold(node, case("NM-4", [her]))
    assert restrictions_on(node, ash) is not before
    before = restrictions_on(node, ash)
    clock.now = 59.0
    assert restrictions_on(node, ash) is before
    clock.now = 60.0
    assert restrictions_on(node, ash) is not before


def test_a_broken_list_lets_nobody_go_on_with_what_was_made_before(areas: Areas) -> None:
    node = areas["northmoor"]
    hold(node, case("NM-2", [stranger(6)]))
    node.remembered.for_s = 60.0
    ash = kept_out(node, "NM-2")
    assert restrictions_on(node, ash).any
    (node.home / STAFF_FILE).write_text("[[exclusion]", encoding="utf-8")
    with pytest.raises(UsageError, match=r"staff\.toml"):
        restrictions_on(node, ash)


class Clock:
    """A clock that is put forward by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_exclusion_from_a_case_that_is_not_here_is_told(areas: Areas) -> None:
    """It restricts nobody, which is how it reads on a node that never had the case; its operator is told."""
    asked(areas, stranger(6), case_ref="NM-2")
    node = areas["northmoor"]
    kept_out(node, "NM-2")
    assert not any("exclusion" in one for one in warnings_of(node))
    kept_out(node, "NM-22")
    told = "An exclusion in staff.toml names the case 'NM-22', which is not here: it restricts nobody."
    assert told in warnings_of(node)
    assert told in [one.what for one in findings(node)]


def test_an_import_with_other_people_takes_no_exclusion_off_whoever_was_on_the_case(areas: Areas) -> None:
    """Whoever types the name of another imports it too, so it does not rest on who did."""
    node, her, him, other = areas["northmoor"], stranger(6), stranger(7), stranger(8)
    hold(node, case("NM-2", [her, him], publish=False), case("NM-5", [her], publish=False))
    ash = kept_out(node, "NM-2")
    for people in ([other], [other, him], [stranger(9)]):
        hold(node, case("NM-2", people, publish=False))
        restrictions = restrictions_on(node, ash)
        assert all(restrictions.concern([one]) for one in (her, him, other))
        assert restrictions.restricts(node.case_digest("NM-5"))
        with node.read() as tx:
            assert restrictions.concerned(tx, [her], "NM-9")
            other_case = restrictions_on(node, who("Bea Other", agency="Council")).find(tx, "NM-5")
        assert other_case
        assert [one.person for one in exclusions_from(node, other_case)] == ["Ash Kept-Out"]
    with node.read() as tx:
        held = find_case(tx, "NM-2")
    assert held
    assert sorted(held.kept.former, key=str) == sorted(map(bare, (her, him, other)), key=str), "each once"


def test_nor_does_one_of_another_case_that_she_was_on(areas: Areas) -> None:
    """What was asked and is owed there is about her still."""
    node, her = areas["northmoor"], stranger(6)
    hold(node, case("NM-2", [her], publish=False))
    asked(areas, her, case_ref="NM-5")
    ash = kept_out(node, "NM-2")
    mine = list_obligations(node, ash, FIRST, every=True)
    assert "NM-5" not in {one.case_ref for one in mine}
    hold(node, case("NM-5", [stranger(9)], publish=False))
    assert restrictions_on(node, ash).restricts(node.case_digest("NM-5"))
    assert list_obligations(node, ash, FIRST, every=True) == mine


def test_whoever_is_kept_out_of_one_waits_no_longer_for_each_list_than_others(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the time says it. Each case is looked into once, and anew where it, or who is restricted, is another."""
    node, her, other, clock = areas["northmoor"], stranger(6), stranger(9), Clock()
    hold(node, case("NM-2", [her]), *(case(f"NM-{at}", [stranger(at)]) for at in range(30, 40)))
    node.__dict__["remembered"] = Remembered(clock)
    node.remembered.for_s = 60.0
    looked: list[int] = []

    def looking(tx: Reading, rows: Sequence[StoredCase]) -> list[HeldCase]:
        looked.append(len(rows))
        return named_people(tx, rows)

    monkeypatch.setattr(kept_out_of, "named_people", looking)

    def owed(asker: Requester) -> set[str]:
        looked.clear()
        return {one.case_ref for one in list_obligations(node, asker, LATER, every=True)}

    ash = kept_out(node, "NM-2")
    bea = who("Bea Other", agency="Council")
    everything = owed(bea)
    assert looked == [1], "as for whoever is kept out of one"
    assert owed(ash) == everything - {"NM-2"}
    assert len(looked) > 10
    assert owed(ash) == everything - {"NM-2"}
    assert looked == []
    clock.now += 60.0
    assert owed(ash) == everything - {"NM-2"}
    assert looked == [1], "the case that is named"
    clock.now += 60.0
    owed(bea)
    assert looked == [1]
    hold(node, case("NM-31", [stranger(31), her]), case("NM-2", [her, other]))
    assert owed(ash) == everything - {"NM-2", "NM-31"}
    kept_out(node, "NM-32")
    assert owed(ash) == everything - {"NM-32"}


def bare(person: Person) -> Person:
    """Names and date of birth alone."""
    return person.model_copy(update={"ref": "", "postcode": "", "phone": "", "nhs_number": ""})

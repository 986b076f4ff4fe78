"""What somebody imports as a case that they are restricted from is kept apart, and a manager is told at once."""

from __future__ import annotations

import pytest

from hub.cases.changes import find_case
from hub.cases.importing.assemble import CaseIntake
from hub.cases.importing.run import import_cases
from hub.cases.importing.tally import Imported
from hub.cases.obligations import list_obligations
from hub.cases.staff import STAFF_FILE
from hub.errors import UsageError
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import Requester, Role
from tests.cases.casework import FIRST, who
from tests.federation.nodes import Areas, case, events, hold, in_feed, stranger

HER, OTHER = stranger(21), stranger(23)
HIM = stranger(22).model_copy(update={"role": Role.perpetrator})
LORNA, BEA, MANAGER = who("Lorna Mercer"), who("Bea Other"), who("M. Manager", "manager")
STAFF = '[[exclusion]]\ncase_ref = "CB-101"\nperson = "Lorna Mercer"\n'


@pytest.fixture
def node(areas: Areas) -> Node:
    """Northmoor, with her on two cases, from one of which Lorna is excluded."""
    node = areas["northmoor"]
    (node.home / STAFF_FILE).write_text(STAFF, encoding="utf-8")
    hold(node, case("CB-101", [HER, HIM]), case("CB-77", [HER]))
    publish(node)
    return node


def bring(node: Node, *cases: CaseIntake, by: Requester | None = LORNA, dry_run: bool = False) -> Imported:
    return import_cases(node, cases, dry_run=dry_run, progress=lambda _: None, asker=by)


def held(node: Node, ref: str) -> HeldCase:
    with node.read() as tx:
        found = find_case(tx, ref)
    assert found
    return found


def alarms(node: Node, asker: Requester = MANAGER) -> list[str]:
    every = list_obligations(node, asker, FIRST, every=True)
    return [one.text for one in every if one.code == "look_into_restricted"]


@pytest.mark.parametrize("ref", ["CB-101", "CB-77"])
def test_it_is_kept_apart_and_read_as_the_only_one(node: Node, ref: str) -> None:
    before, changed = held(node, ref), case(ref, [OTHER])
    assert bring(node, changed, dry_run=True) == Imported(imported=1)
    assert alarms(node) == []
    assert bring(node, changed) == Imported(imported=1)
    assert bring(node, changed) == Imported(unchanged=1)
    assert held(node, ref) == before
    assert len(alarms(node)) == 1, "once, for all that is unchanged"
    assert f"under the reference {ref}" in alarms(node)[0]
    assert alarms(node, LORNA) == alarms(node, BEA) == []
    assert publish(node).added == 0, "nobody on it is published"
    assert not in_feed(node, OTHER)
    assert events(node, "case_imported")[-2]["detail"]["reasons"] == ["restricted_person"]
    # Somebody else imports the case itself.
    assert bring(node, changed, by=BEA) == Imported(imported=1)


def test_who_imports_is_named_where_anybody_is_excluded(node: Node) -> None:
    before = held(node, "CB-101")
    for nobody in (None, who("")):
        with pytest.raises(UsageError, match="not said who imports"):
            bring(node, case("CB-101", [OTHER]), by=nobody)
    assert held(node, "CB-101") == before


def test_what_makes_the_case_more_careful_is_taken_from_it(node: Node) -> None:
    """Else a seal in the week's file would wait for somebody who reads the alarm."""
    bring(node, case("CB-77", [OTHER], fled_from=("southmere",), fled_asked=True))
    assert held(node, "CB-77").details.fled_from == ("southmere",)
    assert not in_feed(node, HIM), "she is on both, and fled"
    done = bring(node, case("CB-101", [OTHER], sealed=True))
    assert (done.withdrawn, done.sealed) == (0, 0)
    after = held(node, "CB-101")
    assert after.details.sealed
    assert {one.details.person for one in after.people} == {HER, HIM}
    assert not in_feed(node, HIM)
    bring(node, case("CB-101", [OTHER], sealed=False, publish=True))
    assert held(node, "CB-101").details.sealed


def owed(node: Node, ref: str) -> list[str]:
    every = list_obligations(node, LORNA, FIRST, every=True)
    return sorted(one.code for one in every if one.case_ref == ref)


@pytest.mark.parametrize("sealed", [False, True])
def test_one_of_their_own_about_her_reads_as_where_nobody_knows_her(
    node: Node, areas: Areas, sealed: bool
) -> None:
    hold(node, case("CB-101", [HER, HIM], sealed=sealed))
    (areas["eastvale"].home / STAFF_FILE).write_text(STAFF, encoding="utf-8")
    both = (node, areas["eastvale"])
    for own in (case("CB-200", [HER]), case("CB-200", [HER, HIM]), case("CB-101", [HER, HIM])):
        for _ in range(2):
            one, other = (bring(each, own) for each in both)
            assert one == other
        assert owed(node, own.case_ref) == owed(areas["eastvale"], own.case_ref) != []
    publish(node)
    assert in_feed(node, HER) is not sealed
    assert len(alarms(node)) == 3
    # What somebody else makes of it is hidden from her.
    bring(node, case("CB-200", [HER], referral_date=None), by=BEA)
    assert owed(node, "CB-200") == []

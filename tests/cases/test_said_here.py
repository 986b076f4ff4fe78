"""Which cases here say what a manager decides on: each that they may open, and no sign of any other."""

from __future__ import annotations

from hub.cases.said_here import cases_that_say
from hub.cases.staff import STAFF_FILE
from hub.records.accounts import AccountRole
from hub.values import Kind
from tests.accounts.people import acting, cheap_passwords
from tests.federation.nodes import Areas, case, hold, stranger

HER = stranger(70)


def test_a_manager_reads_which_sealed_case_it_is_of_those_that_they_may_open(areas: Areas) -> None:
    node = areas["northmoor"]
    hold(
        node,
        case("CB-1", [HER], sealed=True),
        case("CB-2", [HER], fled_asked=True, fled_from=("eastvale",)),
        case("CB-3", [HER]),
        case("CB-4", [stranger(71)], sealed=True),
        case("CB-5", [HER], sealed=True, kind=Kind.idva, idva_service="Haven"),
    )
    with cheap_passwords():
        mo = acting(node, AccountRole.manager, "Police")
        head = acting(node, AccountRole.manager, "Haven", idva_service=True)
    assert {one.number for one in cases_that_say(node, mo, (HER,))} >= {"CB-1", "CB-2"}
    assert not {one.number for one in cases_that_say(node, mo, (HER,))} & {"CB-4", "CB-5"}
    assert [one.number for one in cases_that_say(node, head, (HER,))] == ["CB-5"]
    staff = f'[[exclusion]]\ncase_ref = "CB-1"\nperson = "{mo.account.name}"\n'
    node.home.joinpath(STAFF_FILE).write_text(staff, encoding="utf-8")
    assert cases_that_say(node, mo, (HER,)) == [], "she is on each of them"

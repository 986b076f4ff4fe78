"""What a program opens is kept of the case that it is shown: of one kept out of it, of what is kept apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.cases.staff import STAFF_FILE
from hub.checks.opened_cases import cases_of
from hub.records.accounts import AccountRole
from hub.records.gists import every_gist
from hub.records.reads import Came, ReadEvent, read_since
from tests.web.api.conftest import Programs
from tests.web.api.sent import entered, question, stub

R = AccountRole


@pytest.fixture
def opened(programs: Programs) -> Callable[[str, str], tuple[int, ReadEvent]]:
    """Open a check by its address: the status, and what is kept of it."""

    def go(path: str, token: str) -> tuple[int, ReadEvent]:
        status = programs.send("GET", path, token).status_code
        with programs.console.node.read() as tx:
            return status, read_since(tx, 0, cases_of).events[-1]

    return go


@pytest.mark.slow
def test_what_is_kept_apart_for_somebody_counts_as_no_opening_of_the_case_that_they_are_kept_out_of(
    programs: Programs, opened: Callable[[str, str], tuple[int, ReadEvent]]
) -> None:
    node, staff = programs.console.node, programs.console.node.home / STAFF_FILE
    coordinator, manager = programs.token(R.coordinator), programs.token(R.manager)
    case = entered(programs, manager)
    theirs = asked(programs, manager, case)
    name = programs.console.users[R.coordinator].account.name
    kept = f'[[exclusion]]\ncase_ref = "{case["case_ref"]}"\nperson = "{name}"\n'
    staff.write_text(kept, encoding="utf-8")
    apart = programs.send("POST", "/cases", coordinator, stub(case_ref=case["case_ref"])).json()
    own = asked(programs, coordinator, apart)
    with node.read() as tx:
        digests = {one.row.handle.hex(): one.row.ref_digest.hex() for one in every_gist(tx)}
    plain, of_theirs = digests[case["case"]], digests[apart["case"]]
    assert plain != of_theirs

    status, event = opened(f"/checks/{own}", coordinator)
    assert (status, event.came, event.cases) == (200, Came.shown, (of_theirs,))
    status, event = opened(f"/checks/{theirs}", coordinator)
    assert (status, event.came, event.cases) == (404, Came.refused, (plain,))
    status, event = opened(f"/checks/{theirs}", manager)
    assert (status, event.came, event.cases) == (200, Came.shown, (plain,))
    staff.unlink()
    status, event = opened(f"/checks/{theirs}", coordinator)
    assert (status, event.came, event.cases) == (200, Came.shown, (plain,))


def asked(programs: Programs, token: str, case: dict[str, str]) -> str:
    """A question about a case: the check's id."""
    put = programs.send("POST", f"/cases/{case['case']}/questions", token, question(case))
    return str(put.json()["checks"][0]["check_id"])

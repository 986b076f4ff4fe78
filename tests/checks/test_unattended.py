"""What waits for an Idva service of which nobody can sign in reaches who can ring it, and no more of it."""

from __future__ import annotations

import pytest

from hub.accounts.accounts import acting_as, disable, every_account
from hub.cases.staff import STAFF_FILE
from hub.checks.incoming import waiting_for
from hub.checks.unattended import count_unattended, unattended
from hub.jobs.doctor import findings
from hub.records.accounts import AccountRole
from hub.values import Kind
from tests.accounts.people import acting, cheap_passwords, user
from tests.checks.pending import asked, told
from tests.federation.nodes import Areas

SERVICE = "Eastvale Idva Service"


@pytest.fixture
def waits(areas: Areas) -> Areas:
    """A request waits at Eastvale for an Idva service, by another spelling than its organisation has."""
    told(areas, asked(areas, kind=Kind.idva, idva_service=f" {SERVICE.upper()} ", meeting_date=None))
    return areas


def test_the_marac_learns_that_something_waits_and_for_whom_and_nothing_else(waits: Areas) -> None:
    node = waits["eastvale"]
    with cheap_passwords():
        ash = acting(node, AccountRole.coordinator, "Eastvale Police")
        rep = acting(node, AccountRole.representative, "Eastvale Council")
    assert unattended(node, ash) == (SERVICE.upper(),)
    assert waiting_for(node, ash) == []
    assert unattended(node, rep) == ()
    staff = f'[[exclusion]]\ncase_ref = "ev-pending"\nperson = "{ash.account.name}"\n'
    node.home.joinpath(STAFF_FILE).write_text(staff, encoding="utf-8")
    assert unattended(node, ash) == ()


def test_it_is_over_once_somebody_of_theirs_can_sign_in_and_is_again_when_none_can(waits: Areas) -> None:
    node = waits["eastvale"]
    with cheap_passwords():
        ash = acting(node, AccountRole.coordinator, "Eastvale Police")
        ida = user(node, "Ida Ames", AccountRole.idva, organisation=SERVICE, idva_service=True)
    with node.read() as tx:
        hers = acting_as(tx, ida.account)
        theirs = [one for one in every_account(tx) if one.organisation == ida.account.organisation]
    assert unattended(node, ash) == ()
    assert count_unattended(node) == {}
    assert len(waiting_for(node, hers)) == 1
    for one in theirs:
        with node.write() as tx:
            disable(tx, one, None)
    assert unattended(node, ash) == (SERVICE.upper(),)


def test_an_operator_reads_how_many_wait(waits: Areas) -> None:
    node = waits["eastvale"]

    def said() -> list[str]:
        return [one.what for one in findings(node) if one.about == "requests"]

    assert said() == [], "nobody has an account: commands answer here"
    with cheap_passwords():
        acting(node, AccountRole.coordinator, "Eastvale Police")
    text = f"Requests of other areas that wait for {SERVICE.upper()}, of which nobody can sign in: 1."
    assert said() == [text]

"""Who makes accounts, and what it takes: two people for a caseworker, and nobody by writing the database."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hub.accounts.accounts import (
    Invitation,
    ask_for_reset,
    confirm,
    disable,
    every_account,
    invite,
    reset_factor,
)
from hub.accounts.organisations import add_organisation, every_organisation
from hub.accounts.sessions import find
from hub.accounts.sign_in import Unopened, open_account
from hub.errors import ConflictError, HubError, InputError, LogError, UsageError
from hub.node.node import Node
from hub.records.accounts import Account, AccountRole, AccountState, Organisation, account_of
from hub.values import AgencyKind
from tests.accounts.people import invited, opening, user
from tests.federation.nodes import Areas


@pytest.fixture
def node(areas: Areas) -> Node:
    return areas["eastvale"]


def test_the_first_manager_is_made_on_the_machine_and_later_caseworkers_wait_for_one(node: Node) -> None:
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    account, code = invited(node, "Ash Underhill")
    assert (account.state, code) == (AccountState.awaiting, "")  # Nobody on the machine can open it.
    assert open_account(node, opening(node, account, code)) is Unopened.invitation
    with node.write() as tx:
        changed, code = confirm(tx, account, manager.account)
    assert not isinstance(open_account(node, opening(node, changed, code)), Unopened)


def test_before_a_manager_has_opened_their_account_there_is_one_and_nobody_else(node: Node) -> None:
    first, code = invited(node, "Mo Ashdown", AccountRole.manager)
    assert invited(node, "Mo Second", AccountRole.manager)[0].state is AccountState.awaiting
    assert invited(node, "Ash Underhill")[0].state is AccountState.awaiting
    again, other = invited(node, "Mo Ashdown", AccountRole.manager)  # The code was lost.
    assert (again.id, again.state) == (first.id, AccountState.invited)
    assert other != code


def test_an_operator_makes_themselves_no_caseworker(node: Node) -> None:
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    operator = user(node, "Oz Penrose", AccountRole.operator)
    second, _ = invited(node, "Oz A Penrose", AccountRole.manager, by=operator.account)
    assert second.state is AccountState.awaiting
    for nobody in (operator.account, second):
        with node.write() as tx, pytest.raises(UsageError):
            confirm(tx, second, nobody)
    with node.write() as tx, pytest.raises(UsageError, match="last manager"):
        disable(tx, manager.account, None)
    own, _ = invited(node, "Mo Second", AccountRole.coordinator, by=manager.account)
    assert own.state is AccountState.invited  # A manager's own word is enough.


def test_an_idva_services_accounts_are_its_own_managers_to_decide(node: Node) -> None:
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    head = user(node, "Hana Lowther", AccountRole.manager, organisation="Haven", idva_service=True)
    coordinator = user(node, "Ash Underhill", by=manager.account)
    theirs, _ = invited(node, "Ida Fairweather", AccountRole.idva, organisation="Haven", idva_service=True)
    others, _ = invited(node, "Ina Penrose", AccountRole.idva, organisation="Harbour", idva_service=True)
    second, _ = invited(node, "Hal Second", AccountRole.manager, organisation="Haven", idva_service=True)
    for by, account in ((manager, theirs), (manager, second), (head, others)):
        with node.write() as tx, pytest.raises(UsageError):
            confirm(tx, account, by.account)
    with node.write() as tx, pytest.raises(UsageError):
        disable(tx, coordinator.account, head.account)
    with node.write() as tx:
        ask_for_reset(tx, coordinator.account, None)
    with node.write() as tx, pytest.raises(UsageError):
        reset_factor(tx, coordinator.account, head.account)
    with node.write() as tx:
        assert confirm(tx, theirs, head.account)[0].state is AccountState.invited


def test_a_reset_is_asked_for_once_and_revives_nobody(node: Node) -> None:
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    second = user(node, "Ma Lowther", AccountRole.manager, by=manager.account)
    ash = user(node, "Ash Underhill", by=manager.account)
    with node.write() as tx:
        ask_for_reset(tx, ash.account, manager.account)
    with node.write() as tx, pytest.raises(ConflictError):
        ask_for_reset(tx, ash.account, second.account)
    with node.write() as tx:
        disable(tx, ash.account, None)
    with node.write() as tx, pytest.raises(ConflictError):
        reset_factor(tx, ash.account, second.account)


@pytest.mark.parametrize(
    "name",
    ["Ash\u200b Underhill", "Ash Under\u00adhill", "\uff21sh Underhill", "Underhill, Ash", "Mr Ash Underhill",
     "Ash", "\u3164"],
)  # fmt: skip
def test_a_name_that_reads_like_anothers_or_like_none_is_refused(node: Node, name: str) -> None:
    user(node, "Ash Underhill")
    with node.write() as tx:
        (body, *_) = every_organisation(tx)
    with node.write() as tx, pytest.raises((ConflictError, InputError)):
        invite(tx, Invitation("other@example.org", name, body, AccountRole.operator), None)


@pytest.mark.parametrize("role", [AccountRole.coordinator, AccountRole.idva, AccountRole.representative])
def test_nobody_else_invites_or_disables(node: Node, role: AccountRole) -> None:
    account = user(node, "Ash Underhill", role).account
    with pytest.raises(UsageError):
        invited(node, "Bo Fairweather", by=account)
    with node.write() as tx, pytest.raises(UsageError):
        disable(tx, account, account)


def test_two_accounts_are_two_names_and_two_addresses(node: Node) -> None:
    user(node, "Ash Underhill")
    with node.write() as tx:
        (body, *_) = every_organisation(tx)
        for sign_in, name in (
            ("ASH.underhill@example.org", "Other Person"),
            ("x@example.org", " ash  UNDERHILL "),
        ):
            with pytest.raises(ConflictError):
                invite(tx, Invitation(sign_in, name, body, AccountRole.idva), None)


def test_an_organisation_is_one_kind_of_body(node: Node) -> None:
    def add(name: str, kind: AgencyKind, *, idva_service: bool) -> Organisation:
        with node.write() as tx:
            return add_organisation(tx, name, kind, idva_service=idva_service, by="operator")

    first = add("Haven", AgencyKind.idva_charity, idva_service=True)
    assert add("HAVEN ", AgencyKind.idva_charity, idva_service=True) == first
    with pytest.raises(ConflictError):
        add("Haven", AgencyKind.police, idva_service=False)


def test_a_lost_telephone_takes_two_people(node: Node) -> None:
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    second = user(node, "Ma Lowther", AccountRole.manager, by=manager.account)
    ash = user(node, "Ash Underhill", by=manager.account)
    token = ash.signed_in()
    with node.write() as tx, pytest.raises(ConflictError):
        reset_factor(tx, ash.account, manager.account)
    with node.write() as tx:
        asked = ask_for_reset(tx, ash.account, manager.account)
    with node.write() as tx, pytest.raises(UsageError):
        reset_factor(tx, asked, manager.account)
    with node.write() as tx:
        changed, code = reset_factor(tx, asked, second.account)
    assert find(node, token) is None
    assert not isinstance(open_account(node, opening(node, changed, code)), Unopened)
    assert ash.account.factor != asked.factor


def _tampered(node: Node, statement: str, **values: object) -> None:
    with node.database.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount >= 1


@pytest.mark.parametrize("table", ["account", "session"])
def test_a_row_put_back_or_taken_over_makes_nobody_anybody(node: Node, table: str) -> None:
    """The manager's row under the coordinator's id, and a session of the manager's under another cookie."""
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    ash = user(node, "Ash Underhill", by=manager.account)
    token, managers = ash.signed_in(), manager.signed_in()
    assert find(node, token)
    assert find(node, managers)
    same = "sign_in" if table == "account" else "account"
    _tampered(
        node,
        f"UPDATE {table} SET sealed = (SELECT sealed FROM {table} AS other WHERE other.{same} <> {table}.{same})",
    )
    with pytest.raises(HubError):  # One of the two rows is another's now, and then the node has stopped.
        _ = [find(node, one) for one in (token, managers)]
    with pytest.raises(LogError):
        find(node, token)


def test_a_disabled_account_put_back_stops_the_node(node: Node) -> None:
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    ash = user(node, "Ash Underhill", by=manager.account)
    with node.database.read() as session:
        before = session.connection().execute(text("SELECT id, sealed FROM account")).all()
    with node.write() as tx:
        disable(tx, ash.account, None)
    for number, sealed in before:
        _tampered(node, "UPDATE account SET sealed = :sealed WHERE id = :id", id=number, sealed=sealed)
    with node.read() as tx, pytest.raises(LogError):
        account_of(tx, ash.account.id)


def test_an_inserted_account_stops_the_node(node: Node) -> None:
    user(node, "Mo Ashdown", AccountRole.manager)
    with node.database.read() as session:
        (row,) = session.connection().execute(text("SELECT sealed FROM account")).all()
    _tampered(
        node,
        "INSERT INTO account (id, sign_in, sealed) VALUES (:id, :s, :b)",
        id=b"1" * 16,
        s=b"2" * 32,
        b=row[0],
    )
    with node.read() as tx, pytest.raises(LogError):
        every_account(tx)


def test_who_is_invited_and_by_whom_is_on_the_record(node: Node) -> None:
    from hub.store.audit import DatabaseAudit

    manager = user(node, "Mo Ashdown", AccountRole.manager)
    ash: Account = user(node, "Ash Underhill", by=manager.account).account
    with node.read() as tx:
        bodies = [one.body for one in DatabaseAudit(tx.session).after(0)]
    told = [body for body in bodies if ash.id in body]
    assert [word for body in told for word in ("account_invited", "account_opened") if word in body] == [
        "account_invited",
        "account_opened",
    ]
    assert node.actor("Mo Ashdown") in told[0]
    assert node.actor("Ash Underhill") in told[1]
    assert not any("Underhill" in body or "example.org" in body for body in bodies)

"""Tokens of programs: shown once, of one account, for a while; and whoever writes the database makes none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from hub.accounts.accounts import Acting, acting_as, disable
from hub.accounts.tokens import MOST_OF_ONE, TokenWanted, bearer, make, take_back, tokens_for
from hub.audit.events import OPERATOR, Action
from hub.backup.finish import finish
from hub.errors import InputError, LogError, NotFoundError
from hub.node.node import Node
from hub.records import restorations
from hub.records.accounts import AccountRole
from hub.records.restorations import Reasons, RestoringError
from hub.records.tokens import TokenScope, token_id
from tests.accounts.people import User, user
from tests.federation.nodes import Areas, events

DAY_S = 86_400
WANTED = TokenWanted(program="the case system", scopes=(TokenScope.read,))


@pytest.fixture
def areas(stored_areas: Areas) -> Areas:
    """On SQLite and on PostgreSQL."""
    return stored_areas


@pytest.fixture
def node(areas: Areas) -> Node:
    return areas["eastvale"]


@pytest.fixture
def manager(node: Node) -> User:
    return user(node, "Mo Ashdown", AccountRole.manager)


@pytest.fixture
def ash(node: Node, manager: User) -> User:
    return user(node, "Ash Underhill", by=manager.account)


def acting(who: User) -> Acting:
    with who.node.read() as tx:
        return acting_as(tx, who.account)


def made(who: User, wanted: TokenWanted = WANTED) -> str:
    with who.node.write() as tx:
        return make(tx, acting(who), wanted)


def test_it_acts_for_its_account_and_for_what_it_was_made(node: Node, ash: User) -> None:
    token = made(ash)
    found = bearer(node, token)
    assert found
    assert (found.acting.account.id, sorted(found.scopes)) == (ash.account.id, [TokenScope.read])
    assert bearer(node, token + "x") is None
    assert len(events(node, "program_admitted")) == 1


def test_nothing_that_is_kept_is_the_token(node: Node, ash: User) -> None:
    token = made(ash)
    bearer(node, token)
    with node.database.engine.connect() as connection:
        for table in ("api_token", "api_token_seen"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                kept = b"".join(bytes(one) for one in row)
                assert token.encode() not in kept
                assert b"case system" not in kept


def test_its_last_use_is_listed_by_the_day(areas: Areas, node: Node, ash: User) -> None:
    token = made(ash)
    with node.read() as tx:
        assert tokens_for(tx, ash.account)[0].used_on is None
    for _ in range(2):
        areas.clock.advance(DAY_S)
        bearer(node, token)
        with node.read() as tx:
            assert tokens_for(tx, ash.account)[0].used_on == node.today()


def test_it_ends_on_its_day(areas: Areas, node: Node, ash: User) -> None:
    token = made(ash, WANTED.model_copy(update={"days": 2}))
    areas.clock.advance(2 * DAY_S - 10)
    assert bearer(node, token)
    areas.clock.advance(20)
    assert bearer(node, token) is None
    with node.read() as tx:
        assert tokens_for(tx, ash.account)[0].over
    with pytest.raises(ValidationError):
        TokenWanted(program="x", scopes=(TokenScope.ask,), days=366)
    with pytest.raises(ValidationError):
        TokenWanted(program="x", scopes=())


def test_its_account_and_a_manager_of_it_end_it_at_once_and_nobody_else(
    node: Node, manager: User, ash: User
) -> None:
    other = user(node, "Bo Fairweather", by=manager.account)
    head = user(node, "Hana Lowther", AccountRole.manager, organisation="Haven", idva_service=True)
    for by in (ash, manager):
        token = made(ash)
        number = token_id(token).hex()
        for nobody in (other, head):
            with node.read() as tx:
                assert tokens_for(tx, nobody.account) == []
            with node.write() as tx, pytest.raises(NotFoundError):
                take_back(tx, number, nobody.account)
        assert bearer(node, token)
        with node.write() as tx:
            take_back(tx, number, by.account)
        assert bearer(node, token) is None
    assert len(events(node, "program_ended")) == 2


def test_it_ends_with_its_account(node: Node, ash: User) -> None:
    token = made(ash)
    with node.write() as tx:
        disable(tx, ash.account, None)
    assert bearer(node, token) is None
    with node.database.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM api_token")).scalar_one() == 0


def test_a_restoration_ends_all_of_them_and_none_holds_while_it_is_open(node: Node, ash: User) -> None:
    """One that was taken back since the backup is there again."""
    token = made(ash)
    with node.write() as tx:
        tx.record(Action.restored, by=OPERATOR)
        head = tx.head()
        reasons = Reasons(because="a drill", head_size=head.size, head_hash=head.hash, all_known=True)
        restorations.add(tx, backup_at=node.now(), lost_size=None, reasons=reasons)
    with pytest.raises(RestoringError):
        bearer(node, token)
    finish(node, "imported", "All files are in.")
    assert bearer(node, token) is None
    assert len(events(node, "program_ended")) == 1


def test_nobody_has_tokens_without_end(node: Node, ash: User) -> None:
    for _ in range(MOST_OF_ONE):
        made(ash)
    with pytest.raises(InputError):
        made(ash)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api_token SET sealed = (SELECT sealed FROM api_token AS o WHERE o.id <> api_token.id)",
        "UPDATE api_token SET account = (SELECT account FROM api_token AS o WHERE o.id <> api_token.id)",
    ],
)
def test_a_token_of_another_account_by_the_database_stops_the_node(
    node: Node, manager: User, ash: User, statement: str
) -> None:
    token = made(ash)
    made(manager)
    with node.database.engine.begin() as connection:
        connection.execute(text(statement))
    with pytest.raises(LogError):
        bearer(node, token)


def test_a_token_put_back_or_put_in_stops_the_node(node: Node, ash: User) -> None:
    token = made(ash)
    with node.database.read() as session:
        (row,) = session.connection().execute(text("SELECT id, account, sealed FROM api_token")).all()
    with node.write() as tx:
        take_back(tx, token_id(token).hex(), ash.account)
    with node.database.engine.begin() as connection:
        put = text("INSERT INTO api_token (id, account, sealed) VALUES (:i, :a, :s)")
        connection.execute(put, {"i": row[0], "a": row[1], "s": row[2]})
    with pytest.raises(LogError):
        bearer(node, token)

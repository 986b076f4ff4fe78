"""Somebody who writes a node's database and has no key: what they change, keep a copy of and put back."""

from __future__ import annotations

import pytest

from hub.errors import LogError
from hub.federation.publish import publish
from hub.node.node import Node, open_node
from hub.store.guarded import table_of
from tests.federation.nodes import case, hold, stranger

HER, OTHER = stranger(81), stranger(82)


def sql(node: Node, *statements: str) -> None:
    """What somebody does who can write to the database."""
    with node.database.engine.execution_options(hub_write=True).begin() as connection:
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount, statement


def keep(node: Node, *tables: str) -> None:
    """They keep a copy of tables as they are."""
    with node.database.engine.execution_options(hub_write=True).begin() as connection:
        for table in tables:
            connection.exec_driver_sql(f"CREATE TABLE was_{table} AS SELECT * FROM {table}")


def put_back(node: Node, *tables: str) -> None:
    """Every row that they kept is as it was."""
    for table in tables:
        key = [column.name for column in table_of(table).primary_key]
        same = " AND ".join(f"was_{table}.{name} = {table}.{name}" for name in key)
        those = f"FROM was_{table} WHERE {same}"
        rest = [column.name for column in table_of(table).columns if column.name not in key]
        values = ", ".join(f"{name} = (SELECT was_{table}.{name} {those})" for name in rest)
        sql(node, f"UPDATE {table} SET {values} WHERE EXISTS (SELECT 1 {those})")


def sealed_and_put_back(node: Node) -> None:
    hold(node, case("her", [HER]))
    keep(node, "case_record", "person_record")
    hold(node, case("her", [HER], sealed=True))
    put_back(node, "case_record", "person_record")


def stopped(node: Node) -> bool:
    """Whether it does nothing any more, also once it is opened anew."""
    for act in (node.require_intact, lambda: publish(node), lambda: open_node(node.home).database.close()):
        with pytest.raises(LogError, match="This node has stopped"):
            act()
    return True

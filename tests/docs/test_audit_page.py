"""The page of the audit names every table, and says of those that are bound that they are."""

from __future__ import annotations

import re

from sqlmodel import SQLModel

from hub.store.guarded import GUARDED
from tests.audit.tampering import TABLES
from tests.docs.pages import DOCS

PAGE = DOCS.joinpath("audit.md").read_text(encoding="utf-8")


def rows(title: str) -> dict[str, str]:
    """The rows of the table under a title, by the name of the table that each is about."""
    section = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\| `([a-z_]+)` \|(.*)\|$", section, re.MULTILINE)
    assert len(dict(found)) == len(found)
    return dict(found)


def test_every_table_is_on_the_page_once() -> None:
    decide, neither = rows("Tables that decide or prove"), rows("Tables that do neither")
    assert not set(decide) & set(neither)
    assert set(decide) | set(neither) == set(SQLModel.metadata.tables)


def test_what_the_page_calls_bound_is_bound_and_tampered_with() -> None:
    decide = rows("Tables that decide or prove")
    assert {table for table, words in decide.items() if "its rows are bound" in words} == set(GUARDED)
    assert set(decide) == set(TABLES)


def test_a_column_that_is_not_bound_is_said_so() -> None:
    said = {
        table for table, words in rows("Tables that decide or prove").items() if "bound, but for" in words
    }
    assert said == {table for table, left_out in GUARDED.items() if left_out}

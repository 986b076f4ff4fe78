"""What is out of the ordinary, as the data-protection officer reads it on a page and by a command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hub.jobs.schedule import Run, do, jobs_of
from hub.records.accounts import AccountRole
from tests.accounts.people import cheap_passwords
from tests.cli.running import inside
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, copied
from tests.web.console.browser import apart
from tests.web.console.signed_in import Console


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    """Somebody asked Eastvale in Northmoor's name, and Eastvale's worker reconciled."""
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        assert apart(lambda: Hand(made).evaluate().status_code) == 200
        node = made["eastvale"]
        run = Run(node, lambda: None, lambda _: made.client("eastvale"))
        apart(lambda: do(jobs_of(node, ())["reconcile:northmoor"], run))
        yield made
    made.close()


def test_the_officer_reads_that_an_areas_record_differs_and_what_to_do(areas: Areas) -> None:
    console = apart(partial(Console.of, areas["eastvale"]))
    officer = console.users[AccountRole.data_protection_officer]
    text = apart(lambda: console.send("GET", "/unusual", officer.signed_in())).text
    assert "The area&#39;s record of what passed between us differs from ours" in text
    assert "Northmoor" in text
    assert "hub audit reconcile" in text


def test_the_command_says_the_same_and_that_there_is_something_to_look_into(areas: Areas) -> None:
    shown = inside("audit", "unusual", areas["eastvale"].home, "--json")
    assert shown.code == 1
    (one,) = [row for row in json.loads(shown.out)["unusual"] if row["what"] == "counts"]
    assert (one["who"], one["side"], one["counted"]) == ("northmoor", "of_us", 1)
    quiet = inside("audit", "unusual", areas["northmoor"].home)
    assert (quiet.code, quiet.out.strip()) == (0, "Nothing was out of the ordinary.")

"""What a file says that makes a case more careful counts, also from a row that cannot be kept, and stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cases.changes import find_case
from hub.cases.importing.assemble import read_cases
from hub.cases.importing.run import import_cases
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records.cases import CaseDetails
from tests.cases.importing.written import csv_file
from tests.federation.nodes import IMPORTER, Areas, in_feed, stranger

HER = stranger(31)
ROW = {
    "case_ref": "NM-1",
    "kind": "marac",
    "role": "victim",
    "given_names": HER.given_names,
    "surname": HER.surname,
    "date_of_birth": HER.date_of_birth,
    "referral_date": "2026-09-01",
    "agreement": "given",
    "victim_aware": "yes",
    "criteria": "professional judgement",
    "fled_from": "none",
}
BAD = {"postcode": "??"}


@pytest.fixture
def node(areas: Areas) -> Node:
    """Northmoor, with her published."""
    node = areas["northmoor"]
    bring(node, {})
    publish(node)
    assert in_feed(node, HER)
    return node


def bring(node: Node, changes: dict[str, str]) -> CaseDetails:
    """Her case after a file of one row."""
    file = Path(node.home / "in.csv")
    file.write_bytes(csv_file([ROW | changes]))
    done = import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None, asker=IMPORTER)
    assert bool(done.rejected) is (BAD.items() <= changes.items())
    with node.read() as tx:
        found = find_case(tx, "NM-1")
    assert found
    return found.details


def test_an_area_fled_that_stands_in_a_bad_row_counts(node: Node) -> None:
    assert bring(node, BAD | {"fled_from": "eastvale"}).fled_from == ("eastvale",)
    assert not in_feed(node, HER)
    assert bring(node, {"fled_from": ""}).fled_from == ("eastvale",)
    publish(node)
    assert not in_feed(node, HER)


def test_who_is_not_safe_to_talk_to_counts_from_a_bad_row(node: Node) -> None:
    unsafe = {"not_safe_to_talk_to": "his brother at Eastvale Council"}
    assert bring(node, BAD | unsafe).not_safe_to_talk_to == ("his brother at Eastvale Council",)


@pytest.mark.parametrize("bad", [{}, BAD], ids=["kept", "not kept"])
def test_a_no_to_publishing_stays_until_a_file_says_yes(node: Node, bad: dict[str, str]) -> None:
    bring(node, bad | {"publish": "no"})
    assert not in_feed(node, HER)
    bring(node, {"publish": ""})
    publish(node)
    assert not in_feed(node, HER)
    bring(node, {"publish": "yes"})
    publish(node)
    assert in_feed(node, HER)


def test_a_row_that_could_not_be_read_says_nothing_of_publishing_that_stays(node: Node) -> None:
    file = Path(node.home / "in.csv")
    file.write_bytes(csv_file([ROW]).rsplit(b",", 3)[0] + b"\r\n")  # Its last cells are missing.
    import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None, asker=IMPORTER)
    assert not in_feed(node, HER)
    assert not bring(node, {"sealed": "no"}).sealed
    publish(node)
    assert in_feed(node, HER)

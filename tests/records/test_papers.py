"""The papers of a case: only ever added, in their order, and held to the log; on both databases."""

from __future__ import annotations

import pytest

from hub.audit.events import OPERATOR
from hub.errors import ConflictError, InputError, RowsError
from hub.node.node import Node
from hub.records import papers
from hub.records.papers import MAX_FILE, KeptPaper, Paper, PaperKind, WithFile
from hub.store import cases
from hub.store.cases import StoredCase
from tests.federation.nodes import Areas, case, events, hold, stranger

SCAN = b"%PDF-1.7 a scan"


def paper(kind: PaperKind = PaperKind.referral, corrects: str = "", **body: object) -> Paper:
    return Paper(kind=kind, body=body, by="A. Worker", at=1, supplier="Police", supersedes=corrects)


def put(node: Node, ref: str, *new: Paper | WithFile) -> tuple[str, ...]:
    with node.write() as tx:
        return papers.put(tx, _case(node, ref), *new, by=OPERATOR)


def of(node: Node, ref: str, kind: PaperKind | None = None) -> list[KeptPaper]:
    with node.read() as tx:
        return papers.of_case(tx, _case(node, ref), kind)


def _case(node: Node, ref: str) -> StoredCase:
    with node.read() as tx:
        found = cases.find(tx.session, node.case_digest(ref))
    assert found
    return found


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    """A node with two cases, whose papers are a referral, a checklist, and its correction; and a scan."""
    made = stored_areas["northmoor"]
    hold(made, case("P-1", [stranger(50)]), case("P-2", [stranger(51)]))
    _, first = put(made, "P-1", paper(reason="one"), paper(PaperKind.dash, n=1))
    put(made, "P-1", paper(PaperKind.dash, corrects=first, n=2))
    put(made, "P-2", WithFile(paper(PaperKind.attachment), SCAN))
    return made


def test_papers_come_back_in_their_order_and_a_correction_leaves_what_was_before(node: Node) -> None:
    every = of(node, "P-1")
    assert [(one.number, one.paper.kind, one.paper.body) for one in every] == [
        (1, "referral", {"reason": "one"}),
        (2, "dash", {"n": 1}),
        (3, "dash", {"n": 2}),
    ]
    assert [one.number for one in papers.current(every)] == [1, 3]
    assert [one.number for one in papers.history(every, every[2].handle)] == [3, 2]
    assert [one.number for one in of(node, "P-1", PaperKind.dash)] == [2, 3]
    written = [one["detail"]["kind"] for one in events(node, "paper_kept")]
    assert written == ["referral", "dash", "dash", "attachment"]
    with node.read() as tx:
        assert papers.one(tx, _case(node, "P-1"), every[0].handle) == every[0]
        assert papers.one(tx, _case(node, "P-2"), every[0].handle) is None


def test_a_file_is_read_back_as_it_was_and_one_that_is_too_large_is_not_kept(node: Node) -> None:
    (scan,) = of(node, "P-2")
    with node.read() as tx:
        assert papers.file_of(tx, scan) == SCAN
        assert papers.file_of(tx, of(node, "P-1")[0]) is None
    with pytest.raises(InputError, match="more than 10 MB"):
        put(node, "P-2", paper(), WithFile(paper(PaperKind.attachment), bytes(MAX_FILE + 1)))
    assert len(of(node, "P-2")) == 1


def test_a_paper_is_corrected_once_by_its_own_kind_on_its_own_case(node: Node) -> None:
    every = of(node, "P-1")
    for ref, kind, corrects in (
        ("P-1", PaperKind.dash, every[1].handle),
        ("P-1", PaperKind.research, every[2].handle),
        ("P-2", PaperKind.dash, every[2].handle),
    ):
        with pytest.raises(ConflictError, match="corrected by somebody else"):
            put(node, ref, paper(kind, corrects=corrects))
    assert len(of(node, "P-1")) == 3


NUMBER_OF = "case_id = (SELECT min(case_id) FROM case_paper)"
TAMPERINGS = {
    "the last taken away": f"DELETE FROM case_paper WHERE {NUMBER_OF} AND number = 3",
    "the first taken away": f"DELETE FROM case_paper WHERE {NUMBER_OF} AND number = 1",
    "all taken away": f"DELETE FROM case_paper WHERE {NUMBER_OF}",
    "the last moved to another case": "UPDATE case_paper SET case_id = (SELECT max(case_id) FROM case_paper), "
    f"number = 2 WHERE {NUMBER_OF} AND number = 3",
    "the number changed": f"UPDATE case_paper SET number = 9 WHERE {NUMBER_OF} AND number = 3",
    "the kind changed": f"UPDATE case_paper SET kind = 'plan' WHERE {NUMBER_OF} AND number = 1",
    "an earlier state in its place": f"UPDATE case_paper SET sealed = (SELECT sealed FROM case_paper WHERE "
    f"{NUMBER_OF} AND number = 2) WHERE {NUMBER_OF} AND number = 3",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_paper_that_was_changed_moved_or_taken_away_is_found_when_the_case_is_read(
    node: Node, statement: str
) -> None:
    with node.database.write() as session:
        session.connection().exec_driver_sql(statement)
    with pytest.raises(RowsError, match="case_paper"):
        of(node, "P-1")


def test_a_file_that_was_changed_or_taken_away_is_found_when_it_is_read(node: Node) -> None:
    (scan,) = of(node, "P-2")
    with node.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM case_attachment")
    with node.read() as tx, pytest.raises(RowsError, match="case_attachment"):
        papers.file_of(tx, scan)

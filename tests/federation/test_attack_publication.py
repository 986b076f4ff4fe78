"""Somebody who writes the database and has no keys: whom they can bring into the feed, or have told of. Nobody."""

from __future__ import annotations

import pytest

from hub.errors import RowsError, StorageError
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records.cases import held_case, may_be_matched
from hub.store import cases
from tests.federation.nodes import Areas, case, events, hold, in_feed, stranger

HER, OTHER = stranger(71), stranger(72)


def write(node: Node, *statements: str) -> None:
    """Change rows past the hub. {her}, {other}: the conditions on their cases."""
    binary = "X'{}'" if node.database.is_sqlite else "'\\x{}'::bytea"
    found = {ref: f"ref_digest = {binary.format(node.case_digest(ref).hex())}" for ref in ("her", "other")}
    with node.write() as tx:
        for statement in statements:
            filled = statement.format(**found, noise=binary.format("00" * 80))
            tx.session.connection().exec_driver_sql(filled)


SHOWN = "UPDATE case_record SET may_publish = true, sealed_case = false WHERE {her}"
OF_OTHER = "(SELECT {} FROM case_record WHERE {{other}})"
OF_HER = "(SELECT id FROM case_record WHERE {her})"
TAMPERINGS = {
    "her columns": [SHOWN],
    "and the decision on another case": [
        SHOWN,
        f"UPDATE case_record SET decision_id = {OF_OTHER.format('decision_id')} WHERE {{her}}",
    ],
    "and her own earlier decision": [
        SHOWN,
        "UPDATE case_record SET decision_id = (SELECT was.decision_id FROM was) WHERE {her}",
    ],
    "and her own earlier record": [
        SHOWN,
        "UPDATE case_record SET sealed = (SELECT was.sealed FROM was) WHERE {her}",
    ],
    "and the record of another case": [
        SHOWN,
        *(
            f"UPDATE case_record SET {it} = {OF_OTHER.format(it)} WHERE {{her}}"
            for it in ("sealed", "decision_id")
        ),
    ],
    "and noise for her record": [SHOWN, "UPDATE case_record SET sealed = {noise} WHERE {her}"],
    "herself into another case": [
        f"UPDATE person_record SET case_id = {OF_OTHER.format('id')} WHERE case_id = {OF_HER}",
    ],
}


def held(node: Node) -> None:
    """Her case was open for a while and is sealed now; another one is about to be published."""
    hold(node, case("her", [HER]))
    write(node, "CREATE TABLE was AS SELECT decision_id, sealed FROM case_record WHERE {her}")
    hold(node, case("her", [HER], sealed=True))
    hold(node, case("other", [OTHER]))


def permitted(node: Node, ref: str) -> bool:
    """Whether the sealed records of a case say that its people may be matched, whatever the log says of them."""
    with node.read() as tx:
        row = cases.find(tx.session, node.case_digest(ref))
        assert row
        try:
            return may_be_matched(tx, held_case(tx, row))
        except StorageError:
            return False


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_nobody_is_published_whose_sealed_records_do_not_permit_it(
    stored_areas: Areas, tampering: list[str]
) -> None:
    node = stored_areas["eastvale"]
    held(node)
    write(node, *tampering)
    assert not permitted(node, "her")
    assert permitted(node, "other") == (tampering is not TAMPERINGS["herself into another case"])
    with pytest.raises(RowsError, match=r"case_record|person_record"):
        publish(node)
    assert not in_feed(node, HER)
    assert not in_feed(node, OTHER)


def test_what_was_not_tampered_with_is_published(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    held(node)
    done = publish(node)
    assert (done.added, done.refused) == (1, 0)
    assert events(node, "publication_refused") == []

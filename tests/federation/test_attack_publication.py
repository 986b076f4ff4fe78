"""Somebody who writes the database and has no keys: whom they can bring into the feed, or have told of. Nobody."""

from __future__ import annotations

import pytest

from hub.federation.publish import publish
from hub.node.node import Node
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


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_nobody_is_published_whose_sealed_records_do_not_permit_it(
    stored_areas: Areas, tampering: list[str]
) -> None:
    node = stored_areas["eastvale"]
    held(node)
    write(node, *tampering)
    done = publish(node)
    assert not in_feed(node, HER)
    assert done.refused == 1
    assert [event["detail"] for event in events(node, "publication_refused")] == [{"cases": 1}]
    assert in_feed(node, OTHER) == (tampering is not TAMPERINGS["herself into another case"])


def test_what_was_not_tampered_with_is_published(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    held(node)
    done = publish(node)
    assert (done.added, done.refused) == (1, 0)
    assert events(node, "publication_refused") == []

"""What another agency supplied moves with her once they let it go to that area, and else is held by them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.cases.changes import find_case
from hub.cases.may_follow import SupplierAsked, ask_supplier, supplier_answered
from hub.cases.packing import PaperChosen
from hub.errors import InputError
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import Paper, PaperKind
from hub.transfers.accept import incoming
from hub.transfers.offer import preview
from tests.federation.nodes import Areas
from tests.transfers.moving import (
    COORDINATOR,
    NEW,
    OLD,
    REF,
    THERE,
    an_offer,
    heard,
    offered,
)

HOSPITAL = "Northmoor Hospital"


def put(node: Node, kind: PaperKind = PaperKind.minutes, **more: Any) -> tuple[HeldCase, str]:
    """A paper of the hospital's on the case, and its handle."""
    new = Paper(kind=kind, by="A", at=node.now(), **{"body": {"text": "GP"}, "supplier": HOSPITAL} | more)
    with node.write() as tx:
        found = find_case(tx, REF)
        assert found
        (handle,) = papers.put(tx, found.row, new)
    return found, handle


def answered(node: Node, found: HeldCase, handle: str, answer: Any, to: str = NEW) -> SupplierAsked:
    said = ask_supplier(node, found, handle, to, COORDINATOR)
    told = {"answer": answer, "by": "D. Nurse", "on": node.today()}
    return supplier_answered(node, found, said.model_copy(update=told), COORDINATOR)


def chosen(handle: str) -> PaperChosen:
    return PaperChosen(paper=handle)


@pytest.mark.parametrize("named", [chosen, lambda _: "minutes", lambda _: "all"])
def test_a_paper_goes_once_its_supplier_has_let_it_go_to_that_area(areas: Areas, named: Any) -> None:
    """However it is named: until then it stays, and what they said of another area counts for that one."""
    heard(areas)
    old = areas[OLD]
    found, handle = put(old)

    def seen() -> tuple[list[str], list[tuple[str, str]], bool]:
        made = preview(old, an_offer(old, items=(named(handle),)), COORDINATOR)
        (item,) = [one for one in made.items if one.kind == "minutes"]
        return (
            [item.held_by],
            [(one.held_by, one.state) for one in made.held_back],
            item.body == {"text": "GP"},
        )

    assert seen() == ([HOSPITAL], [(HOSPITAL, "not_asked")], False)
    answered(old, found, handle, "allowed", "southmere")
    assert seen() == ([HOSPITAL], [(HOSPITAL, "not_asked")], False)
    ask_supplier(old, found, handle, NEW, COORDINATOR)
    assert seen() == ([HOSPITAL], [(HOSPITAL, "waits")], False)
    answered(old, found, handle, "refused")
    assert seen() == ([HOSPITAL], [(HOSPITAL, "refused")], False)
    answered(old, found, handle, "allowed")
    assert seen() == ([""], [], True)


def test_what_its_supplier_let_go_arrives_and_the_rest_is_held_by_them(areas: Areas) -> None:
    heard(areas)
    old = areas[OLD]
    found, goes = put(old)
    _, stays = put(old, body={"text": "Unseen"})
    _, service = put(old, PaperKind.idva_contact, supplier="Safe Here")
    answered(old, found, goes, "allowed")
    made = offered(areas, items=tuple(map(chosen, (goes, stays, service))))
    assert [(one.held_by, one.state) for one in made.held_back] == [
        (HOSPITAL, "not_asked"),
        ("Safe Here", "stays"),
    ]
    assert made.transfer
    _, pack = incoming(areas[NEW], made.transfer.id, THERE)
    assert pack
    assert [(one.held_by, one.body) for one in pack.items] == [
        ("", {"text": "GP"}),
        (HOSPITAL, {}),
        ("Safe Here", {}),
    ]


def test_that_a_supplier_was_asked_is_no_paper_that_moves(areas: Areas) -> None:
    """Not by its handle, nor as a line of the chronology."""
    heard(areas)
    old = areas[OLD]
    found, handle = put(old)
    answered(old, found, handle, "allowed")
    with old.read() as tx:
        kept = papers.current(papers.of_case(tx, found.row, PaperKind.records_request))
    with pytest.raises(InputError, match="not on this case"):
        preview(old, an_offer(old, items=(chosen(kept[0].handle),)), COORDINATOR)
    seen = preview(old, an_offer(old, items=("all",)), COORDINATOR)
    assert "records_request" not in "".join(one.model_dump_json() for one in seen.items)

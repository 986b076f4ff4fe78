"""Who reads which paper of a case that they may open: research and an Idva service's contact are their agency's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.accounts.accounts import Acting, acting_as
from hub.cases.papers_shown import paper_shown, papers_shown
from hub.cases.shown import case_shown, lines
from hub.cases.stub import Referrer, Stub, enter_case
from hub.node.node import Node
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import Paper, PaperKind
from hub.values import Kind
from tests.accounts.people import cheap_passwords, user
from tests.federation.nodes import IMPORTER, Areas, stranger

GIVEN = {
    ("referral", "Eastvale Council"),
    ("dash", "Haven"),
    ("research", "Eastvale Police"),
    ("research", "Eastvale Council"),
    ("idva_contact", "Haven"),
}


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    """A node with a Marac case of a client of an Idva service, referred by the council."""
    made = areas["eastvale"]
    stub = Stub(
        case_ref="M-2",
        kind=Kind.marac,
        idva_service="Haven",
        referrer=Referrer(agency="Eastvale Council", contact="The duty desk"),
        by=IMPORTER,
        sealed=False,
        fled_from=(),
        people=(stranger(70),),
    )
    enter_case(made, stub)
    with cheap_passwords():
        yield made


def acting(node: Node, role: AccountRole, organisation: str, *, idva_service: bool = False) -> Acting:
    name = f"{role.value} of {organisation}".title()
    account = user(node, name, role, organisation=organisation, idva_service=idva_service).account
    with node.read() as tx:
        return acting_as(tx, account)


@pytest.mark.parametrize(
    ("role", "organisation", "idva_service", "theirs"),
    [
        (
            AccountRole.coordinator,
            "Eastvale Police",
            False,
            GIVEN - {("research", "Eastvale Council"), ("idva_contact", "Haven")},
        ),
        (
            AccountRole.representative,
            "Eastvale Council",
            False,
            GIVEN - {("research", "Eastvale Police"), ("idva_contact", "Haven")},
        ),
        (AccountRole.idva, "Haven", True, {("dash", "Haven"), ("idva_contact", "Haven")}),
    ],
)
def test_s003_r100_each_agency_reads_its_own_research_and_an_idva_service_its_own_contact(
    node: Node,
    role: AccountRole,
    organisation: str,
    idva_service: bool,
    theirs: set[tuple[str, str]],
) -> None:
    held = case_shown(node, acting(node, AccountRole.manager, "Northmoor Police"), _handle(node))
    assert held
    every = [Paper(kind=PaperKind(kind), body={}, by="A", at=1, supplier=of) for kind, of in sorted(GIVEN)]
    with node.write() as tx:
        handles = papers.put(tx, held.row, *every)
    who = acting(node, role, organisation, idva_service=idva_service)
    assert {(one.paper.kind, one.paper.supplier) for one in papers_shown(node, who, held)} == theirs
    shown = {handle for handle in handles if paper_shown(node, who, held, handle)}
    assert len(shown) == len(theirs)


def _handle(node: Node) -> str:
    every = lines(node, acting(node, AccountRole.coordinator, "Any"), 100, "M-2")
    return next(one.handle for one in every if one.number == "M-2")

"""Who may open which case, by organisation and role; and what they are restricted from is as if it were not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from hub.accounts.accounts import Acting
from hub.cases.shown import case_shown, check_shown, lines
from hub.cases.staff import STAFF_FILE
from hub.cases.stub import Referrer, Stub, enter_case
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import CheckRequest
from hub.records.gists import every_gist
from hub.values import Kind
from tests.accounts.people import acting, cheap_passwords
from tests.federation.nodes import IMPORTER, Areas, check, question, stranger


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    node = areas["eastvale"]
    for number, kind, service, agency in (
        ("M-1", Kind.marac, "", "Eastvale Police"),
        ("M-2", Kind.marac, "Haven", "Eastvale Council"),
        ("M-3", Kind.marac, "", "Eastvale Council"),
        ("I-1", Kind.idva, "Haven", "Haven"),
        ("I-2", Kind.idva, "Harbour", "Harbour"),
    ):
        stub = Stub(
            case_ref=number,
            kind=kind,
            idva_service=service,
            referrer=Referrer(agency=agency, contact="The duty desk"),
            by=IMPORTER,
            sealed=False,
            fled_from=(),
            people=(stranger(ord(number[-1]) + ord(number[0])),),
        )
        enter_case(node, stub)
    with cheap_passwords():
        yield node


def numbers(node: Node, who: Acting) -> set[str]:
    return {one.number for one in lines(node, who, 1_000) if one.number[:2] in ("M-", "I-")}


@pytest.mark.parametrize(
    ("role", "organisation", "idva_service", "theirs"),
    [
        (AccountRole.coordinator, "Eastvale Police", False, {"M-1", "M-2", "M-3"}),
        (AccountRole.manager, "Eastvale Council", False, {"M-1", "M-2", "M-3"}),
        (AccountRole.idva, "Haven", True, {"M-2", "I-1"}),
        (AccountRole.manager, "HAVEN", True, {"M-2", "I-1"}),
        (AccountRole.idva, "Harbour", True, {"I-2"}),
        (AccountRole.representative, "Eastvale Council", False, {"M-3"}),
        (AccountRole.data_protection_officer, "Eastvale Council", False, set()),
        (AccountRole.operator, "Eastvale Council", False, set()),
    ],
)
def test_each_opens_their_own_and_finds_no_other(
    node: Node, role: AccountRole, organisation: str, idva_service: bool, theirs: set[str]
) -> None:
    who = acting(node, role, organisation, idva_service=idva_service)
    assert numbers(node, who) == theirs
    with node.read() as tx:
        handles = {one.case_ref: one.row.handle.hex() for one in every_gist(tx)}
    opened = {ref for ref, handle in handles.items() if case_shown(node, who, handle)}
    assert {ref for ref in opened if ref[:2] in ("M-", "I-")} == theirs


def test_what_somebody_is_excluded_from_is_not_there(node: Node) -> None:
    who = acting(node, AccountRole.coordinator, "Eastvale Police")
    handle = next(one.handle for one in lines(node, who, 9, "m-2"))
    text = f'[[exclusion]]\ncase_ref = "M-2"\nperson = "{who.account.name}"\n'
    (node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert numbers(node, who) == {"M-1", "M-3"}
    assert case_shown(node, who, handle) is None


@pytest.mark.parametrize("handle", ["", "zz", "ab" * 16, "00"])
def test_an_address_of_nothing_finds_nothing(node: Node, handle: str) -> None:
    assert case_shown(node, acting(node, AccountRole.coordinator, "Eastvale Police"), handle) is None


@pytest.mark.parametrize(
    ("role", "organisation", "idva_service", "theirs"),
    [
        (AccountRole.coordinator, "Eastvale Council", False, {"M-1"}),
        (AccountRole.idva, "Haven", True, {"I-1"}),
        (AccountRole.idva, "Harbour", True, set()),
    ],
)
def test_a_question_is_shown_to_whoever_may_open_its_case(
    node: Node, areas: Areas, role: AccountRole, organisation: str, idva_service: bool, theirs: set[str]
) -> None:
    who = acting(node, role, organisation, idva_service=idva_service)
    ids = {}
    for ref in ("M-1", "I-1"):
        subject = stranger(ord("1") + ord(ref[0]))
        request = question(subject, "northmoor", case_ref=ref)

        async def go(request: CheckRequest = request) -> str:
            async with areas.client("eastvale") as client:
                return (await check(node, client, request)).check_id

        ids[ref] = asyncio.run(go())
    assert {ref for ref, one in ids.items() if check_shown(node, who, one)} == theirs
    assert check_shown(node, who, "ab" * 16) is None

"""What a client of an Idva service said when she was asked: kept with its basis, and by nobody else's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.accounts.accounts import Acting
from hub.cases.clients_answer import ClientsAnswer, client, keep_answer, last_answer
from hub.cases.papers_shown import papers_shown
from hub.cases.shown import lines
from hub.cases.staff import STAFF_FILE
from hub.consent import VictimAgreement
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.papers import PaperKind
from hub.values import Kind
from tests.accounts.people import acting, cheap_passwords
from tests.federation.nodes import Areas, case, events, hold, stranger


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    node = areas["northmoor"]
    hold(node, case("I-1", [stranger(61)], kind=Kind.idva, idva_service="Haven", meeting_date=None))
    hold(node, case("M-1", [stranger(62)], idva_service="Haven"))
    with cheap_passwords():
        yield node


@pytest.fixture
def her_idva(node: Node) -> Acting:
    return acting(node, AccountRole.idva, "Haven", idva_service=True)


def handle(node: Node, who: Acting, number: str = "I-1") -> str:
    return next(one.handle for one in lines(node, who, 9, number))


def said(answer: str, alone: str = "yes", **more: Any) -> ClientsAnswer:
    told = {"said": answer, "alone": alone, "basis": "Her agreement, under the one of 2026."}
    return ClientsAnswer.model_validate(told | more)


@pytest.mark.parametrize(
    ("answer", "alone", "agreement"),
    [
        ("yes", "yes", VictimAgreement.given),
        ("only_this", "yes", VictimAgreement.given),
        ("no", "yes", VictimAgreement.refused),
        ("not_now", "yes", VictimAgreement.not_asked),
        ("not_alone", "yes", VictimAgreement.not_asked),
        ("yes", "no", VictimAgreement.not_asked),
        ("yes", "not_sure", VictimAgreement.not_asked),
        ("no", "not_sure", VictimAgreement.not_asked),
    ],
)
def test_what_is_not_said_freely_is_no_answer(
    node: Node, her_idva: Acting, answer: str, alone: str, agreement: VictimAgreement
) -> None:
    kept = keep_answer(node, her_idva, handle(node, her_idva), said(answer, alone, service="Harbour"))
    assert kept.agreement is agreement
    if alone != "yes":
        assert (kept.said, kept.service) == ("not_alone", "")


def test_it_is_a_paper_of_hers_with_the_basis_who_asked_and_when(node: Node, her_idva: Acting) -> None:
    where = handle(node, her_idva)
    for _ in range(2):  # Sent twice it is kept once.
        keep_answer(node, her_idva, where, said("yes"))
    held = client(node, her_idva, where)
    assert held is not None
    (paper,) = (
        one.paper for one in papers_shown(node, her_idva, held) if one.paper.kind is PaperKind.clients_answer
    )
    assert (paper.by, paper.supplier, paper.may_follow) == (her_idva.account.name, "Haven", "no")
    last = last_answer(node, her_idva, held)
    assert last is not None
    assert (last.basis, last.asked_by, last.asked_at) == (
        "Her agreement, under the one of 2026.",
        her_idva.account.name,
        node.now(),
    )
    assert [one["detail"]["kind"] for one in events(node, "paper_kept")] == ["clients_answer"]
    keep_answer(node, her_idva, where, said("no", others_at_risk=True))
    last = last_answer(node, her_idva, held)
    assert last is not None
    assert (last.agreement, last.others_at_risk) == (VictimAgreement.refused, True)


def test_only_this_service_says_which(node: Node, her_idva: Acting) -> None:
    with pytest.raises(InputError, match="which service"):
        keep_answer(node, her_idva, handle(node, her_idva), said("only_this"))


def test_nobody_but_her_own_service_keeps_one(node: Node, her_idva: Acting) -> None:
    where = handle(node, her_idva)
    marac = acting(node, AccountRole.manager, "Northmoor Police")
    other = acting(node, AccountRole.idva, "Harbour", idva_service=True)
    for who, place in ((marac, where), (other, where), (her_idva, handle(node, her_idva, "M-1"))):
        with pytest.raises(NotFoundError):
            keep_answer(node, who, place, said("yes"))
    text = f'[[exclusion]]\ncase_ref = "I-1"\nperson = "{her_idva.account.name}"\n'
    Path(node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(NotFoundError):
        keep_answer(node, her_idva, where, said("yes"))
    assert not events(node, "paper_kept")

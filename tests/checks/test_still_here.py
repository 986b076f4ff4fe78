"""Whether the victim is still in our area is asked of each question that an agreement answered, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hub.accounts.accounts import Acting
from hub.accounts.tokens import TokenWanted, make
from hub.cases.arrived import MOVES
from hub.cases.packing import STAYS
from hub.cases.staff import STAFF_FILE
from hub.checks.incoming import answered_lately, opened_at, say, waiting_for
from hub.checks.still_here import StillHere, said_of, say_still_here, told_lately
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.papers import Paper, PaperKind
from hub.records.received import HolderWord
from hub.records.tokens import TokenScope
from hub.store import cases
from hub.values import Level
from tests.accounts.people import acting, cheap_passwords
from tests.checks import pending
from tests.checks.disclosing import asked, disclosed
from tests.cli.running import inside
from tests.federation.nodes import Areas


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    """Eastvale, which was asked about a case and has answered under the agreement."""
    disclosed(areas, asked(areas).check_id)
    with cheap_passwords():
        yield areas["eastvale"]


def kept(node: Node, who: Acting) -> tuple[str, list[Paper]]:
    """The address of the question, and what was said of it."""
    (line,) = answered_lately(node, who, 9)
    with node.read() as tx:
        row = cases.find(tx.session, line.request.case.case_digest or b"")
        assert row is not None
        return line.address, [one.paper for one in papers.of_case(tx, row, PaperKind.still_here)]


def test_each_answer_is_kept_with_the_case_once_and_says_nothing_of_where(node: Node) -> None:
    who = acting(node, AccountRole.coordinator, "Police")
    address, none = kept(node, who)
    assert none == []
    for answer in ("yes", "moved", "moved"):
        say_still_here(node, who, address, answer)
    _, said = kept(node, who)
    assert [one.body["answer"] for one in said] == ["yes", "moved"]
    assert set(StillHere.model_fields) == {"request", "answer"}
    assert {one.may_follow for one in said} == {"no"}
    (line,) = answered_lately(node, who, 9)
    with node.read() as tx:
        last = said_of(tx, line)
    assert last is not None
    assert (last.answer, last.by) == ("moved", who.account.name)


def test_of_a_question_that_waits_for_a_person_or_was_decided_by_one_nothing_is_asked(areas: Areas) -> None:
    """An agreement alone did not answer it: somebody here looks at it anyway."""
    node = areas["eastvale"]
    with cheap_passwords():
        who = acting(node, AccountRole.coordinator, "Police")
        result = pending.asked(areas, ref="ev-1", number=1)
        pending.told(areas, result, Level.involvement)
        (line,) = waiting_for(node, who)
        for _ in range(2):
            assert told_lately(node, who, 9) == []
            with pytest.raises(NotFoundError, match="no such request"):
                say_still_here(node, who, line.address, "yes")
            opened = opened_at(node, who, line.address)
            assert opened is not None
            word = HolderWord(
                by=who.account.name, office="coordinator", at=node.now(), answer="release", because="B."
            )
            if opened.line.waits:
                say(node, opened, word)


def test_where_the_victim_is_stays_here_when_the_case_moves_and_is_taken_from_nobody() -> None:
    assert PaperKind.still_here in STAYS
    assert PaperKind.still_here not in MOVES


def test_a_command_shows_the_question_and_keeps_the_answer(node: Node, tmp_path: Path) -> None:
    who = acting(node, AccountRole.coordinator, "Police")
    with node.write() as tx:
        shown = make(tx, who, TokenWanted(program="a program", scopes=(TokenScope.read, TokenScope.ask)))
    token = tmp_path / "token"
    token.write_text(shown)
    token.chmod(0o600)
    listed = partial(inside, "requests", "list", node.home, "--token-file", token)
    (told,) = listed("--json").json["answered"]
    assert (told["still_here"], told["said_by"]) == (None, "")
    done = inside("requests", "still-here", node.home, told["id"], "not-known", "--token-file", token)
    assert done.code == 0, done.err
    assert "told nothing of it" in done.out
    (told,) = listed("--json").json["answered"]
    assert (told["still_here"], told["said_by"]) == ("not_known", who.account.name)
    assert f"not known, {who.account.name}" in listed().out


def test_whoever_may_not_know_of_the_case_finds_no_question_to_answer(node: Node) -> None:
    who = acting(node, AccountRole.coordinator, "Police")
    address, _ = kept(node, who)
    (line,) = answered_lately(node, who, 9)
    told = f'[[exclusion]]\ncase_ref = "{line.case_ref}"\nperson = "{who.account.name}"\n'
    (node.home / STAFF_FILE).write_text(told)
    with pytest.raises(NotFoundError, match="no such request"):
        say_still_here(node, who, address, "moved")
    idva = acting(node, AccountRole.idva, "Haven", idva_service=True)
    for there in (address, "ab" * 16):
        with pytest.raises(NotFoundError, match="no such request"):
            say_still_here(node, idva, there, "yes")

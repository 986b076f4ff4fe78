"""What was typed in a session that ended waits a day for its account, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.accounts import sessions
from hub.accounts.accounts import disable
from hub.accounts.sessions import SignedIn
from hub.node.node import Node
from hub.records.accounts import session_id, session_of
from tests.accounts.people import User, cheap_passwords, user
from tests.federation.nodes import Areas

FORM, TYPED = "/cases/new", '[["case_ref", "NM-77"]]'


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    with cheap_passwords():
        yield


@pytest.fixture
def node(areas: Areas) -> Node:
    return areas["eastvale"]


@pytest.fixture
def ash(node: Node) -> User:
    return user(node, "Ash Underhill")


def signed_in(areas: Areas, who: User) -> tuple[str, SignedIn]:
    areas.clock.at += 60
    token = who.signed_in()
    return token, found(who.node, token)


def found(node: Node, token: str) -> SignedIn:
    session = sessions.find(node, token)
    assert session is not None
    return session


def left_by_sign_out(areas: Areas, who: User) -> str:
    token, session = signed_in(areas, who)
    sessions.keep_draft(who.node, session, FORM, TYPED)
    sessions.end(who.node, session)
    return token


def test_after_signing_out_it_is_offered_and_gone_on_with_once(areas: Areas, node: Node, ash: User) -> None:
    token = left_by_sign_out(areas, ash)
    assert sessions.find(node, token) is None
    assert TYPED.encode() not in (node.home / "hub.sqlite3-wal").read_bytes()
    after, session = signed_in(areas, ash)
    assert (session.left_of, session.draft) == (FORM, "")
    sessions.take_up(node, session, go_on=True)
    session = found(node, after)
    assert (session.left_of, session.draft_of, session.draft) == ("", FORM, TYPED)
    with node.read() as tx:
        assert session_of(tx, session_id(token)) is None


def test_what_came_after_the_twelve_hours_is_kept_for_its_account(
    areas: Areas, node: Node, ash: User
) -> None:
    token, _ = signed_in(areas, ash)
    assert not sessions.keep_left(node, token, FORM, TYPED), "it is not over"
    areas.clock.at += sessions.ABSOLUTE_S + 1
    assert sessions.find(node, token) is None
    assert sessions.keep_left(node, token, FORM, TYPED)
    _, session = signed_in(areas, ash)
    assert session.left_of == FORM
    sessions.take_up(node, session, go_on=False)
    _, session = signed_in(areas, ash)
    assert (session.left_of, session.draft) == ("", "")


def test_a_form_of_several_pages_is_offered_where_it_is_and_thrown_away_whole(
    areas: Areas, node: Node, ash: User
) -> None:
    _, session = signed_in(areas, ash)
    sessions.change_form(node, session, "/cases/1/form", lambda _: "what was typed")
    sessions.end(node, session)
    after, session = signed_in(areas, ash)
    assert session.left_of == "/cases/1/form"
    assert session.forms == {"/cases/1/form": "what was typed"}
    sessions.take_up(node, session, go_on=False)
    assert found(node, after).forms == {}


def test_it_is_offered_to_no_other_account(areas: Areas, node: Node, ash: User) -> None:
    left_by_sign_out(areas, ash)
    bo = user(node, "Bo Fairweather")
    _, session = signed_in(areas, bo)
    assert (session.left_of, session.draft, session.forms) == ("", "", {})


def test_it_is_offered_for_a_day(areas: Areas, node: Node, ash: User) -> None:
    left_by_sign_out(areas, ash)
    first, session = signed_in(areas, ash)
    assert session.left_of == FORM
    areas.clock.at += sessions.LEFT_S
    _, session = signed_in(areas, ash)
    assert session.left_of == ""
    token, _ = signed_in(areas, ash)
    areas.clock.at += sessions.ABSOLUTE_S + sessions.LEFT_S + 1
    assert not sessions.keep_left(node, token, FORM, TYPED)
    del first


def test_a_cookie_of_somebody_who_signed_out_or_was_disabled_keeps_nothing(
    areas: Areas, node: Node, ash: User
) -> None:
    """Nor does what was left outlive that their access was ended."""
    token = left_by_sign_out(areas, ash)
    areas.clock.at += sessions.ABSOLUTE_S + 1
    assert not sessions.keep_left(node, token, "/elsewhere", "planted")
    token, session = signed_in(areas, ash)
    assert session.left_of == FORM
    with node.write() as tx:
        disable(tx, ash.account, None)
    areas.clock.at += sessions.ABSOLUTE_S + 1
    assert not sessions.keep_left(node, token, FORM, TYPED)
    with node.read() as tx:
        assert session_of(tx, session_id(token)) is None
    assert not sessions.keep_left(node, "nobody's", FORM, TYPED)

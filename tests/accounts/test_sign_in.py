"""Signing in takes all three of what one signs in with, password and code, and refuses without telling which."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from hub.accounts import sessions, sign_in
from hub.accounts.accounts import acting_as, ask_for_reset, disable, reset_factor, signing_in_as
from hub.accounts.sign_in import (
    Credentials,
    Opened,
    Refused,
    Unopened,
    authenticate_anew,
    new_factor,
    open_account,
)
from hub.audit.events import Action
from hub.backup.finish import finish
from hub.cases.seals import Said
from hub.crypto import passwords
from hub.crypto.one_time import code_at
from hub.node.node import Node
from hub.records import restorations
from hub.records.accounts import MOST_WRONG_CODES, AccountRole
from hub.records.restorations import Reasons, RestoringError
from tests.accounts.people import ADDRESS, PASSWORD, User, invited, opening, user
from tests.federation.nodes import Areas


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    return stored_areas["eastvale"]


def test_a_password_costs_what_it_should() -> None:
    """RFC 9106, where memory is scarce."""
    code = "from hub.crypto.passwords import hash_password; print(hash_password('x'))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def tries(node: Node, *some: Credentials) -> list[object]:
    return [sign_in.sign_in(node, one) for one in some]


def test_who_gives_all_three_is_signed_in(node: Node) -> None:
    ash = user(node, "Ash Underhill")
    token = ash.signed_in()
    session = sessions.find(node, token)
    assert session is not None
    assert not session.locked
    assert session.acting.account.name == "Ash Underhill"
    assert session.acting.requester.agency == "Eastvale Police"
    assert token not in repr(session)


def test_each_thing_that_is_wrong_is_refused_alike(node: Node) -> None:
    ash = user(node, "Ash Underhill")
    wrong_code = "000000" if ash.code() != "000000" else "000001"
    refused = tries(
        node,
        ash.credentials(password=PASSWORD + "x"),
        ash.credentials(code=wrong_code),
        Credentials("nobody@example.org", PASSWORD, ash.code(), ADDRESS),
    )
    assert refused == [Refused.wrong] * 3
    assert sessions.find(node, "") is None
    assert sessions.find(node, "x" * 43) is None


def test_a_name_that_nobody_has_costs_as_much_work(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    ash = user(node, "Ash Underhill")
    verified: list[str] = []
    real = passwords.is_password

    def seen(kept: str, password: str) -> bool:
        verified.append(kept)
        return real(kept, password)

    monkeypatch.setattr(sign_in, "is_password", seen)
    tries(
        node,
        Credentials("nobody@example.org", "x" * 12, "000000", ADDRESS),
        ash.credentials(password="y" * 12),
    )
    assert len(verified) == 2
    assert verified[0] == ""
    assert verified[1].startswith("$argon2id$")


def test_a_code_signs_in_once(node: Node) -> None:
    ash = user(node, "Ash Underhill")
    code = ash.code()
    assert sessions.find(node, str(sign_in.sign_in(node, ash.credentials(code=code))))
    assert sign_in.sign_in(node, ash.credentials(code=code)) is Refused.wrong


def test_a_recovery_code_signs_in_once_however_it_is_typed(node: Node) -> None:
    ash = user(node, "Ash Underhill")
    code = ash.recovery[3].upper().replace("-", " ")
    assert sessions.find(node, str(sign_in.sign_in(node, ash.credentials(code=code))))
    assert sign_in.sign_in(node, ash.credentials(code=code)) is Refused.wrong
    assert len(ash.account.recovery) == sign_in.RECOVERY_CODES - 1


def test_guessing_ends_for_a_name_that_is_there_and_for_one_that_is_not(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    ash = user(node, "Ash Underhill")
    stored_areas.clock.at += 3_600
    for name in (ash.sign_in, "nobody@example.org"):
        answers = tries(
            node, *(Credentials(name, "wrong wrong wrong", "000000", f"192.0.2.{n}") for n in range(8))
        )
        assert answers == [Refused.wrong] * 5 + [Refused.too_often] * 3
    assert sign_in.sign_in(node, ash.credentials()) is Refused.too_often
    stored_areas.clock.at += 180
    assert sessions.find(node, str(sign_in.sign_in(node, ash.credentials())))


def test_guessing_ends_for_an_address(node: Node) -> None:
    names = [f"nobody.{number}@example.org" for number in range(32)]
    answers = tries(node, *(Credentials(name, "w" * 12, "000000", ADDRESS) for name in names))
    assert answers == [Refused.wrong] * 30 + [Refused.too_often] * 2


def test_an_account_is_opened_once_by_its_code(node: Node) -> None:
    account, code = invited(node, "Ash Underhill", AccountRole.manager)
    right = opening(node, account, code)
    wrong = replace(right, invitation="aaaa-bbbb-cccc-dddd-eeee")
    assert open_account(node, wrong) is Unopened.invitation
    opened = open_account(node, right)
    assert not isinstance(opened, Unopened)
    assert len(set(opened.recovery)) == sign_in.RECOVERY_CODES
    assert open_account(node, right) is Unopened.invitation


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", Unopened.short),
        ("aaaaaaaaaaaaaaaa", Unopened.known),
        ("123456789012345", Unopened.known),
        ("ashunderhill2026", Unopened.known),
    ],
)
def test_a_password_that_is_guessed_first_opens_nothing(areas: Areas, password: str, why: Unopened) -> None:
    node = areas["eastvale"]
    account, code = invited(node, "Ash Underhill", AccountRole.manager)
    assert open_account(node, opening(node, account, code, password)) is why


def test_an_invitation_that_is_old_opens_nothing(areas: Areas) -> None:
    node = areas["eastvale"]
    account, code = invited(node, "Ash Underhill", AccountRole.manager)
    areas.clock.at += 8 * 86_400
    assert open_account(node, opening(node, account, code)) is Unopened.invitation


def test_who_looked_at_the_picture_of_another_has_no_code_of_theirs(node: Node) -> None:
    account, code = invited(node, "Ash Underhill", AccountRole.manager)
    looked = new_factor(node, account)
    hers = opening(node, account, code)
    shown = code_at(looked.secret, node.now())
    assert open_account(node, replace(hers, code=shown)) is Unopened.code
    for forged in ("", looked.sealed[:-2] + "00", "not hex"):
        assert open_account(node, replace(hers, factor=forged, code=shown)) is Unopened.code
    assert not isinstance(open_account(node, hers), Unopened)
    with node.read() as tx:
        kept = signing_in_as(tx, account.sign_in)
    assert kept is not None
    assert kept.factor not in ("", looked.secret)
    assert (
        new_factor(node, account, hers.factor).secret == kept.factor
    )  # A form that comes back has the same.


def test_whoever_has_a_password_and_guesses_the_codes_is_stopped(areas: Areas) -> None:
    node = areas["eastvale"]
    manager = user(node, "Mo Ashdown", AccountRole.manager)
    second = user(node, "Ma Lowther", AccountRole.manager, by=manager.account)
    ash = user(node, "Ash Underhill", by=manager.account)

    def guess(times: int) -> None:
        for _ in range(times):
            areas.clock.advance(600)
            assert sign_in.sign_in(node, ash.credentials(code="000000")) is Refused.wrong

    guess(MOST_WRONG_CODES - 1)
    areas.clock.advance(600)
    ash.signed_in()  # She is not put out by what somebody else mistypes now and then.
    guess(MOST_WRONG_CODES)
    areas.clock.advance(600)
    assert sign_in.sign_in(node, ash.credentials()) is Refused.wrong
    assert ash.account.guessed
    with node.write() as tx:
        asked = ask_for_reset(tx, ash.account, manager.account)
    with node.write() as tx:
        changed, code = reset_factor(tx, asked, second.account)
    assert isinstance(open_account(node, opening(node, changed, code)), Opened)
    areas.clock.advance(600)
    ash.signed_in()


def test_who_is_disabled_is_out_at_once_and_does_not_come_back(node: Node) -> None:
    ash = user(node, "Ash Underhill")
    token = ash.signed_in()
    with node.write() as tx:
        disable(tx, ash.account, None)
    assert sessions.find(node, token) is None
    assert sign_in.sign_in(node, ash.credentials()) is Refused.wrong


def test_a_session_locks_when_it_is_not_used_and_ends_after_a_day_of_work(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    ash = user(node, "Ash Underhill")
    token = ash.signed_in()
    used = 0
    while used < sessions.ABSOLUTE_S - 3 * sessions.IDLE_S:
        stored_areas.clock.at += sessions.IDLE_S - 1
        used += sessions.IDLE_S - 1
        session = sessions.find(node, token)
        assert session is not None
        assert not session.locked
        sessions.touch(node, session)
    stored_areas.clock.at += sessions.IDLE_S + 1
    locked = sessions.find(node, token)
    assert locked is not None
    assert locked.locked
    stored_areas.clock.at += sessions.ABSOLUTE_S - used
    assert sessions.find(node, token) is None


def test_what_was_typed_waits_for_whoever_typed_it(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    ash, bo = user(node, "Ash Underhill"), user(node, "Bo Fairweather")
    token = ash.signed_in()
    session = sessions.find(node, token)
    assert session is not None
    sessions.keep_draft(node, session, "/cases/new", "what was typed")
    stored_areas.clock.at += sessions.IDLE_S + 60
    locked = sessions.find(node, token)
    assert locked is not None
    assert locked.locked
    anothers = sessions.find(node, str(sign_in.sign_in(node, bo.credentials(), locked)))
    assert anothers is not None
    assert anothers.draft == ""
    again = sessions.find(node, str(sign_in.sign_in(node, ash.credentials(), locked)))
    assert again is not None
    assert (again.draft_of, again.draft) == ("/cases/new", "what was typed")
    assert sessions.find(node, token) is None  # The cookie of before is nobody's any more.


def test_whoever_signs_shows_again_who_they_are(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    ash, bo = user(node, "Ash Underhill"), user(node, "Bo Fairweather")
    token = ash.signed_in()
    stored_areas.clock.at += sessions.FRESH_S + 1
    session = sessions.find(node, token)
    assert session is not None
    assert not session.fresh(node.now())
    assert authenticate_anew(node, bo.credentials(), session) is Refused.wrong
    # pragma: allowlist nextline secret
    assert authenticate_anew(node, ash.credentials(password="not the password"), session) is Refused.wrong
    assert authenticate_anew(node, ash.credentials(), session) is None
    session = sessions.find(node, token)
    assert session is not None
    assert session.fresh(node.now())


def test_a_session_of_a_role_that_asks_nothing_is_nobody_who_asks(areas: Areas) -> None:
    from hub.errors import UsageError

    officer = user(areas["eastvale"], "Dee Peel", AccountRole.data_protection_officer)
    session = sessions.find(areas["eastvale"], officer.signed_in())
    assert session is not None
    with pytest.raises(UsageError):
        _ = session.acting.requester


def test_nothing_of_a_user_is_read_in_the_database(areas: Areas) -> None:
    node = areas["eastvale"]
    ash: User = user(node, "Ash Underhill")
    token = ash.signed_in()
    kept = (node.home / "hub.sqlite3").read_bytes() + (node.home / "hub.sqlite3-wal").read_bytes()
    for secret in ("Underhill", "example.org", token, ash.account.factor, PASSWORD, *ash.recovery, "argon2"):
        assert secret.encode() not in kept


def test_while_the_node_is_brought_back_nobody_is_signed_in(node: Node) -> None:
    """Nobody knows then who was disabled since the backup."""
    ash = user(node, "Ash Underhill", AccountRole.manager)
    token, credentials = ash.signed_in(), ash.credentials(code=ash.recovery[0])
    with node.read() as tx:
        said = Said(acting_as(tx, ash.account).requester, "Nobody was disabled since.")
    with node.write() as tx:
        reasons = Reasons(because="A drill.", head_size=1, head_hash="0" * 64)
        restorations.add(tx, backup_at=1, lost_size=None, reasons=reasons)
        tx.record(Action.restored)
    with pytest.raises(RestoringError):
        sessions.find(node, token)
    with pytest.raises(RestoringError):
        sign_in.sign_in(node, credentials)
    finish(node, "waived", "A drill.", without_knowing=said)
    assert sessions.find(node, token) is None
    assert sessions.find(node, str(sign_in.sign_in(node, credentials)))


def test_a_form_that_was_begun_goes_on_in_the_next_session(stored_areas: Areas) -> None:
    """For nobody else."""
    node = stored_areas["eastvale"]
    ash, bo = user(node, "Ash Underhill"), user(node, "Bo Fairweather")

    def signed_in(who: User) -> sessions.SignedIn:
        stored_areas.clock.at += 60
        found = sessions.find(node, who.signed_in())
        assert found is not None
        return found

    first = signed_in(ash)
    assert sessions.change_form(node, first, "/cases/1/form", lambda before: before + "what was typed")
    sessions.keep_draft(node, first, "/cases/new", "another page")
    second = signed_in(ash)
    assert second.forms == {"/cases/1/form": "what was typed"}
    assert signed_in(bo).forms == {}
    for number in range(6):
        sessions.change_form(node, second, f"/cases/{number}/form", lambda _: "x")
    assert (
        sessions.change_form(node, second, "/cases/5/form", lambda _: "y" * 300_000) == "x"
    )  # Too long to keep.
    sessions.change_form(node, second, "/cases/4/form", lambda _: "")
    third = signed_in(ash)
    assert set(third.forms) == {f"/cases/{number}/form" for number in (1, 2, 3, 5)}
    for one in (first, second, third):
        sessions.end(node, one)
    assert signed_in(bo).forms == {}
    fourth = signed_in(ash)
    assert set(fourth.forms) == set(third.forms)
    sessions.end(node, fourth)
    stored_areas.clock.at += sessions.LEFT_S
    assert signed_in(ash).forms == {}

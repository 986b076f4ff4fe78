"""Signing in by an organisation's own provider: the way there and back, and whom it lets in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.accounts import sessions, sign_in
from hub.accounts.accounts import ask_for_reset, disable, put, reset_factor
from hub.accounts.provider import FLOW_S
from hub.audit.events import Action
from hub.crypto.passwords import is_password
from hub.records.accounts import AccountRole
from hub.web.console.app import create_console
from tests.accounts.people import PASSWORD, invited
from tests.accounts.provider import (
    CONTACT,
)
from tests.federation.nodes import events
from tests.web.console.by_provider import (
    FLOW,
    NOBODY,
    NOT_SO,
    SESSION,
    WHO,
    World,
    refused,
)
from tests.web.console.signed_in import normal
from tests.web.console.visitor import Visitor


def test_who_was_invited_opens_their_account_there_and_signs_in_there(world: World) -> None:
    visitor = world.visitor()
    answer = world.came_back(visitor)
    assert answer.status_code == 200
    assert 'href="/"' in answer.text
    assert answer.headers["refresh"] == "0; url=/"
    assert visitor.kept[SESSION][1] == "strict"
    assert FLOW not in visitor.kept
    assert "Ash Underhill" in visitor.get("/work").text
    account = world.ash[0].account
    assert (account.password, account.factor, account.recovery) == ("", "", ())
    assert account.identity not in ("", WHO["sub"])


def test_what_is_under_way_and_what_is_kept_of_it_shows_nothing(world: World) -> None:
    visitor = world.visitor()
    address = world.begun(visitor)
    kept, same_site = visitor.kept[FLOW]
    assert same_site == "lax"
    assert "Ash" not in address
    for secret in re.findall(r"(?:state|nonce)=([^&]+)", address):
        assert secret not in kept
        assert len(secret) >= 43


def test_who_may_not_is_told_the_same_whatever_the_account_is(world: World) -> None:
    """An account that there is not, another's, one with a password, and one that is invited, are one page."""
    bo, _ = world.invited("Bo Waiting")
    pages = set()
    for claims in (
        {"sub": "x", "email": "nobody@example.org"},
        {"sub": "x"},
        {"sub": "x", "email": world.manager.sign_in, "roles": ["hub-manager"]},
        {"sub": "x", "email": bo.sign_in},
        {"roles": ["hub-manager"]},
    ):
        pages.add(normal(world.came_back(world.visitor(), **claims).text))
    assert len(pages) == 1


def test_nobody_ends_a_sign_in_that_another_browser_began(world: World) -> None:
    """Else a page of theirs would sign her in as them, and she would write her case into their account."""
    attacker, victim = world.visitor(), world.visitor()
    back = world.provider.signs_in(world.begun(attacker), **WHO)
    refused(victim, victim.get(back, sent_by_another_site=True), "not begun in this browser")
    world.begun(victim)  # Nor where she is on her way herself.
    refused(victim, victim.get(back, sent_by_another_site=True), "not begun in this browser")
    assert attacker.get(back, sent_by_another_site=True).status_code == 200


def test_a_code_that_was_stolen_is_no_use_in_another_sign_in(world: World) -> None:
    """The verifier is the other browser's (PKCE), and so is the nonce, where a provider does not look."""
    victim, attacker = world.visitor(), world.visitor()
    stolen = world.provider.signs_in(world.begun(victim), **WHO)
    mine = world.provider.signs_in(world.begun(attacker), **WHO)
    code, own = (re.findall(r"code=([^&]+)", one)[0] for one in (stolen, mine))
    refused(attacker, attacker.get(mine.replace(own, code)), NOT_SO)
    grant = world.provider.grants[code]
    world.begun(attacker)
    address = world.begun(attacker)
    grant.asked = {**grant.asked, **dict(re.findall(r"(code_challenge)=([^&]+)", address))}
    state = re.findall(r"state=([^&]+)", address)[0]
    refused(attacker, attacker.get(f"/sign-in/provider/back?code={code}&state={state}"), NOT_SO)


@pytest.mark.parametrize(
    "change",
    [
        lambda back: re.sub(r"state=[^&]+", "state=x", back),
        lambda back: re.sub(r"&state=[^&]+", "", back),
        lambda back: back + "&state=x",
        lambda back: back.replace("state=", "State="),
    ],
    ids=["another", "none", "two", "under another name"],
)
def test_a_state_that_is_not_what_was_sent_ends_nothing(world: World, change: Callable[[str], str]) -> None:
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), **WHO)
    refused(visitor, visitor.get(change(back)), "not begun in this browser")


def test_what_a_browser_keeps_cannot_be_changed_or_kept_for_long(world: World) -> None:
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), **WHO)
    kept, _ = visitor.kept[FLOW]
    changed = ("0" if kept[-1] != "0" else "1").join([kept[:-1], ""])
    for forged in ("", "00", "not hex", changed):
        visitor.kept[FLOW] = (forged, "lax")
        refused(visitor, visitor.get(back), "not begun in this browser")
    visitor.kept[FLOW] = (kept, "lax")
    world.areas.clock.advance(FLOW_S + 1)
    refused(visitor, visitor.get(back), "not begun in this browser")


def test_a_sign_in_is_used_once_even_where_the_provider_takes_its_code_again(world: World) -> None:
    world.provider.forgetful = True
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), **WHO)
    kept = dict(visitor.kept)
    assert visitor.get(back, sent_by_another_site=True).status_code == 200
    again = Visitor(world.app)
    again.kept = kept
    refused(again, again.get(back, sent_by_another_site=True), "is used")


def test_what_the_provider_refuses_is_said_and_begins_again(world: World) -> None:
    visitor = world.visitor()
    state = re.findall(r"state=([^&]+)", world.begun(visitor))[0]
    words = "error=access_denied&error_description=%3Cb%3Ering+01632%3C%2Fb%3E"
    answer = visitor.get(f"/sign-in/provider/back?{words}&state={state}", sent_by_another_site=True)
    refused(visitor, answer, "did not say who you are")
    assert "ring 01632" not in answer.text  # What stands in an address is anybody's.
    assert CONTACT in answer.text
    assert world.came_back(visitor).status_code == 200


def test_an_answer_that_another_provider_gave_ends_nothing(world: World) -> None:
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), **WHO)
    refused(visitor, visitor.get(f"{back}&iss=https%3A%2F%2Fother.example"), NOT_SO)


def test_no_address_leads_anywhere_but_to_this_console(world: World) -> None:
    evil = "to=//evil.example&next=https://evil.example&redirect_uri=https://evil.example&url=//evil.example"
    visitor = world.visitor()
    address = world.begun(visitor, f"/sign-in/provider?{evil}")
    assert "evil" not in address
    answer = visitor.get(f"{world.provider.signs_in(address, **WHO)}&{evil}", sent_by_another_site=True)
    assert answer.status_code == 200
    assert answer.headers["refresh"] == "0; url=/"
    assert "evil" not in answer.text


def test_a_cookie_that_somebody_planted_is_nobodys_after_a_sign_in(world: World) -> None:
    visitor = world.visitor()
    visitor.kept[SESSION] = ("x" * 43, "strict")
    assert world.came_back(visitor).status_code == 200
    assert visitor.kept[SESSION][0] != "x" * 43
    assert sessions.find(world.node, "x" * 43) is None


def test_what_was_typed_before_a_lock_goes_on_with_its_writer(world: World) -> None:
    visitor = world.signed_in()
    before = visitor.kept[SESSION][0]
    world.areas.clock.advance(sessions.IDLE_S + 60)
    form = {"surname": "Longstaffe"}
    assert visitor.post("/cases/new", form).headers["location"] == "/sign-in"
    assert world.came_back(visitor).status_code == 200
    session = sessions.find(world.node, visitor.kept[SESSION][0])
    assert session is not None
    assert "Longstaffe" in session.draft
    assert sessions.find(world.node, before) is None


def test_what_was_typed_before_a_lock_is_not_given_to_who_comes_after(world: World) -> None:
    bo = world.invited("Bo Nextshift")
    world.opened(bo, sub="bo-6", email=bo[0].sign_in)
    visitor = world.signed_in()
    before = visitor.kept[SESSION][0]
    world.areas.clock.advance(sessions.IDLE_S + 60)
    visitor.post("/cases/new", {"surname": "Longstaffe"})
    assert world.came_back(visitor, sub="bo-6", email=bo[0].sign_in).status_code == 200
    session = sessions.find(world.node, visitor.kept[SESSION][0])
    assert session is not None
    assert (session.acting.account.name, session.draft) == ("Bo Nextshift", "")
    assert sessions.find(world.node, before) is None


def test_an_invitation_is_opened_by_whom_it_is_for_and_once(world: World) -> None:
    bo, code = world.invited("Bo Lowther")
    for claims in (
        {"sub": "other", "email": "colleague@example.org"},  # Whoever overheard the code.
        {"sub": WHO["sub"], "email": WHO["email"]},
        {"sub": WHO["sub"], "email": bo.sign_in},  # Two accounts are two people, who sign for each other.
        {"sub": "bo-2", "email": bo.sign_in, "roles": ["hub-manager"]},
    ):
        visitor = world.visitor()
        refused(visitor, world.opened((bo, code), visitor, **claims), NOBODY)
    visitor = world.visitor()
    refused(visitor, world.came_back(visitor, sub="bo-2", email=bo.sign_in), NOBODY)  # Without the code.
    assert world.opened((bo, code), sub="bo-2", email=bo.sign_in).status_code == 200
    again = world.visitor().post("/invitation", {"sign_in": bo.sign_in, "invitation": code})
    assert again.status_code == 403


def test_an_invitation_that_is_over_or_was_given_anew_on_the_way_opens_nothing(world: World) -> None:
    bo, code = world.invited("Bo Slowly")
    visitor = world.visitor()
    page = visitor.post("/invitation", {"sign_in": bo.sign_in, "invitation": code})
    (address,) = re.findall(r'href="(http[^"]+/authorize[^"]+)"', page.text)
    back = world.provider.signs_in(address.replace("&amp;", "&"), "bo-7", email=bo.sign_in)
    account = bo.account
    for changes in ({"invitation": "ab" * 32}, {"invited_until": world.node.now() - 1}):
        with world.node.write() as tx:
            put(tx, account, Action.account_confirmed, None, **changes)
        kept = dict(visitor.kept)
        refused(visitor, visitor.get(back, sent_by_another_site=True), NOBODY)
        visitor.kept, world.provider.forgetful = kept, True
    with world.node.write() as tx:
        put(tx, account, Action.account_confirmed, None)
    assert visitor.get(back, sent_by_another_site=True).status_code == 200


def test_the_log_says_who_signed_in_and_why_another_did_not(world: World) -> None:
    world.signed_in()
    world.came_back(world.visitor(), sub="subject-2")
    world.came_back(world.visitor(), amr=["pwd"])
    ash = world.ash[0].account
    signed_in, first, second = (
        events(world.node, Action.signed_in)[-1],
        *events(world.node, Action.sign_in_refused)[-2:],
    )
    assert (signed_in["actor"], signed_in["refs"]["account"]) == (world.node.actor(ash.name), ash.id)
    assert (first["detail"]["reasons"], first["refs"]["account"]) == (["nobody_here"], ash.id)
    assert (second["detail"]["reasons"], second.get("refs")) == (["one_factor"], None)


def test_who_signs_in_at_the_provider_opens_no_account_with_a_password(world: World) -> None:
    bo, code = world.invited("Bo Penrose")
    visitor = world.visitor()
    answer = visitor.post(
        "/invitation/open",
        {"sign_in": bo.sign_in, "invitation": code, "password": PASSWORD, "code": "000000", "factor": "00"},
    )
    assert answer.status_code == 403
    assert "opens nothing" in answer.text


def test_a_provider_speaks_for_no_other_organisation_and_makes_no_manager(world: World) -> None:
    """An account with a password stays its user's, whatever the provider says; others choose one as before."""
    account, code = invited(world.node, "Bo Elsewhere", by=world.manager.account)
    visitor = world.visitor()
    page = visitor.post("/invitation", {"sign_in": account.sign_in, "invitation": code})
    assert "Password" in page.text
    assert world.provider.issuer not in page.text
    visitor = world.visitor()
    claims = {"sub": "bo", "email": account.sign_in, "roles": ["hub-coordinator", "hub-manager"]}
    refused(visitor, world.came_back(visitor, **claims), NOBODY)
    assert world.came_back(visitor, roles=["hub-manager", "hub-coordinator"]).status_code == 200
    assert world.ash[0].account.role is AccountRole.coordinator
    assert visitor.get("/accounts").status_code == 404


def test_a_provider_speaks_no_more_for_an_organisation_that_is_taken_from_it(world: World) -> None:
    settings = world.node.settings
    assert settings.provider
    for provider in (None, settings.provider.model_copy(update={"organisations": ("Haven",)})):
        told = settings.model_copy(update={"provider": provider})
        visitor = world.visitor()
        back = world.provider.signs_in(world.begun(visitor), **WHO)
        visitor.app = create_console(replace(world.node, settings=told))
        answer = visitor.get(back, sent_by_another_site=True)
        assert (answer.status_code, SESSION in visitor.kept) == (403 if provider else 503, False)


def test_who_is_disabled_on_the_way_does_not_come_in(world: World) -> None:
    bo = world.invited("Bo Leaver")
    world.opened(bo, sub="bo-3", email=bo[0].sign_in)
    visitor = world.visitor()
    back = world.provider.signs_in(world.begun(visitor), "bo-3", email=bo[0].sign_in)
    with world.node.write() as tx:
        disable(tx, bo[0].account, world.manager.account)
    refused(visitor, visitor.get(back, sent_by_another_site=True), NOBODY)


def test_who_became_another_at_the_provider_is_mended_by_two_people(world: World) -> None:
    bo = world.invited("Bo Newname")
    world.opened(bo, sub="bo-4", email=bo[0].sign_in)
    visitor = world.visitor()
    refused(visitor, world.came_back(visitor, sub="bo-5", email=bo[0].sign_in), NOBODY)
    with world.node.write() as tx:
        asked = ask_for_reset(tx, bo[0].account, world.manager.account)
    with world.node.write() as tx:
        _, code = reset_factor(tx, asked, world.second.account)
    assert world.opened((bo[0], code), sub="bo-5", email=bo[0].sign_in).status_code == 200
    visitor = world.visitor()
    refused(visitor, world.came_back(visitor, sub="bo-4", email=bo[0].sign_in), NOBODY)


def test_the_password_form_does_not_tell_an_account_of_the_provider(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by its bytes nor by the work: the same password of nobody is looked at, and the same is written."""
    pages, looked = [], []

    def seen(kept: str, typed: str) -> bool:
        looked.append(kept)
        return is_password(kept, typed)

    monkeypatch.setattr(sign_in, "is_password", seen)
    for name in (WHO["email"], "nobody@example.org", world.manager.sign_in):
        visitor = world.visitor()
        # pragma: allowlist nextline secret
        form = {"sign_in": name, "password": "wrong wrong wrong", "code": "000000"}
        answer = visitor.post("/sign-in", form)
        assert answer.status_code == 403
        pages.append((normal(answer.text).replace(name, "NAME"), sorted(answer.headers)))
    assert pages[0] == pages[1] == pages[2]
    assert looked[:2] == ["", ""]
    assert looked[2].startswith("$argon2id$")


def test_beginning_again_and_again_ends(world: World) -> None:
    visitor = world.visitor()
    answers = [visitor.get("/sign-in/provider").status_code for _ in range(32)]
    assert answers == [303] * 30 + [429] * 2


def test_coming_back_again_and_again_from_one_sign_in_ends_and_leaves_no_more_in_the_log(
    world: World,
) -> None:
    """Anybody may begin one: each return that proves nothing would be an event, or ask the provider."""
    visitor = world.visitor()
    (state,) = re.findall(r"[?&]state=([^&]+)", world.begun(visitor))
    flow, before = visitor.kept[FLOW], len(events(world.node, "sign_in_refused"))
    answers = set()
    for _ in range(60):
        visitor.kept[FLOW] = flow
        answers.add(visitor.get(f"/sign-in/provider/back?state={state}").status_code)
    assert answers == {403, 429}
    assert len(events(world.node, "sign_in_refused")) - before <= 31

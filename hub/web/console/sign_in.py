"""Signing in, opening an account, showing again who one is, and signing out.

Decides nothing: `hub.accounts.sign_in` does. No page says whether there is such an account.
"""

from __future__ import annotations

from typing import Final, Literal

import segno
from anyio import to_thread
from fastapi import Response
from pydantic import BaseModel, Field

from hub.accounts import sessions
from hub.accounts.accounts import opens_by_provider
from hub.accounts.sign_in import (
    LEAST_PASSWORD,
    Credentials,
    Opened,
    Opening,
    Refused,
    Unopened,
    authenticate_anew,
    invited,
    may_try,
    new_factor,
    open_account,
    sign_in,
)
from hub.crypto.one_time import address_for_app
from hub.records.accounts import Account
from hub.web.console import provider
from hub.web.console.asked import Asked, Page, cookie_of, see, with_cookie
from hub.web.console.forms import unsent
from hub.web.console.language import gettext, mark

SECRET: Final = frozenset({"password", "code", "invitation"})
ENDED: Final = "/sign-in?ended"
"""Where somebody goes whose session was over when they sent a form: nothing of it was done or kept."""
KEPT: Final = "/sign-in?kept"
"""The same, of a form that is kept for them."""
_WRONG: Final = mark(
    "That is not right. Check what you sign in with, your password and the code of your app."
)
_TOO_OFTEN: Final = mark("That was tried too often. Wait three minutes, then try again.")
_UNOPENED: Final = {
    Unopened.invitation: mark(
        "This invitation opens nothing. Check what you typed. It may be used or a week old, or wait for a manager."
    ),
    Unopened.too_often: _TOO_OFTEN,
    Unopened.short: mark("Choose a password of at least %(least)s characters. Three or four words do well."),
    Unopened.known: mark(
        "Choose a password that is harder to guess: three or four words that are not your name."
    ),
    Unopened.code: mark(
        "That is not the code that your app shows now. Wait for the next one, and type that."
    ),
}


def _ask(asked: Asked) -> Response:
    session = asked.session
    if session is not None and not session.locked:
        return see("/")
    return _sign_in_page(asked)


def _sign_in_page(asked: Asked, error: str = "", status: int = 200) -> Response:
    locked = asked.session is not None and asked.session.locked
    return asked.page(
        "sign_in.html",
        status,
        error=error,
        locked=locked,
        ended="ended" in asked.request.query_params and not error,
        kept="kept" in asked.request.query_params and not error,
        typed=asked.one("sign_in"),
        provider=provider.name_of(asked),
    )


def _sign_in(asked: Asked) -> Response:
    before = asked.session
    given = sign_in(asked.node, _credentials(asked), before)
    if isinstance(given, Refused):
        return _sign_in_page(asked, gettext(_refused(given)), 429 if given is Refused.too_often else 403)
    return with_cookie(asked, see("/"), given)


def _invitation(asked: Asked) -> Response:
    return asked.page("invitation.html", error="", typed="")


async def _take_invitation(asked: Asked) -> Response:
    found = await to_thread.run_sync(_look_at_invitation, asked)
    return await provider.offer(asked, found) if isinstance(found, Account) else found


def _look_at_invitation(asked: Asked) -> Account | Response:
    """What an invitation that was typed leads to: a page, or an account that is opened at the provider."""
    if not may_try(asked.node, asked.one("sign_in"), asked.address):
        return _invitation_page(asked, Unopened.too_often)
    account = invited(asked.node, asked.one("sign_in"), asked.one("invitation"))
    if account is None:
        return _invitation_page(asked, Unopened.invitation)
    with asked.node.read() as tx:
        elsewhere = opens_by_provider(tx, account)
    return account if elsewhere else _open_page(asked, account)


def _invitation_page(asked: Asked, why: Unopened) -> Response:
    status = 429 if why is Unopened.too_often else 403
    return asked.page("invitation.html", status, error=gettext(_UNOPENED[why]), typed=asked.one("sign_in"))


def _open_page(asked: Asked, account: Account, error: str = "", status: int = 200) -> Response:
    issuer = f"Marac hub {asked.node.settings.area}"
    factor = new_factor(asked.node, account, asked.one("factor"))
    picture = segno.make(address_for_app(factor.secret, account.sign_in, issuer), error="m")
    return asked.page(
        "open_account.html",
        status,
        error=error,
        sign_in=asked.one("sign_in"),
        invitation=asked.one("invitation"),
        picture=picture.svg_data_uri(scale=5, border=4, dark="#0b0c0c", light="#ffffff"),
        factor=factor.sealed,
        secret=" ".join(factor.secret[at : at + 4] for at in range(0, len(factor.secret), 4)),
        least=LEAST_PASSWORD,
    )


def _open(asked: Asked) -> Response:
    opened = open_account(
        asked.node,
        Opening(
            asked.one("sign_in"),
            asked.one("invitation"),
            asked.one("factor"),
            asked.one("password"),
            asked.one("code"),
            asked.address,
        ),
    )
    if isinstance(opened, Opened):
        return with_cookie(asked, asked.page("opened.html", codes=opened.recovery), opened.token)
    account = None
    if opened in (Unopened.short, Unopened.known, Unopened.code):
        account = invited(asked.node, asked.one("sign_in"), asked.one("invitation"))
    if account is None:
        return _invitation_page(asked, opened)
    return _open_page(asked, account, gettext(_UNOPENED[opened], least=LEAST_PASSWORD), 422)


def _confirm(asked: Asked) -> Response:
    return _confirm_page(asked)


def _confirm_page(asked: Asked, error: str = "", status: int = 200) -> Response:
    mine = asked.acting.account
    if mine.by_provider:
        return asked.page("confirm_by_provider.html", provider=provider.called(asked))
    # What they sign in with is for the browser's own store of passwords.
    return asked.page("confirm.html", status, error=error, sign_in=mine.sign_in)


def _confirmed(asked: Asked) -> Response:
    session = asked.session
    if session is None:
        return see("/sign-in")
    mine = session.acting.account.sign_in
    typed = Credentials(mine, asked.one("password"), asked.one("code"), asked.address)
    refused = authenticate_anew(asked.node, typed, session)
    if refused is not None:
        status = 429 if refused is Refused.too_often else 403
        return _confirm_page(asked, gettext(_refused(refused)), status)
    return see(session.draft_of or "/")


class _Left(BaseModel):
    """Whether somebody goes on with what they left."""

    choice: Literal["go_on", "throw_away"] = Field(title=mark("whether to go on"))


def _left(asked: Asked) -> Response:
    if asked.session is None or not asked.session.left_of:
        return see("/")
    return asked.page("left.html", form=unsent())


def _take_up(asked: Asked) -> Response:
    """Go on with what was typed in a session that ended, or throw it away; nothing of either is sent."""
    session = asked.session
    if session is None or not session.left_of:
        return see("/")
    form = asked.form(_Left)
    if form.value is None:
        return asked.page("left.html", 422, form=form)
    go_on = form.value.choice == "go_on"
    sessions.take_up(asked.node, session, go_on=go_on)
    return see(session.left_of if go_on else "/")


def _sign_out(asked: Asked) -> Response:
    if asked.session is not None:
        sessions.end(asked.node, asked.session)
    response = see("/sign-in")
    response.delete_cookie(cookie_of(asked.node), path="/", secure=True, httponly=True, samesite="strict")
    return response


def _credentials(asked: Asked) -> Credentials:
    return Credentials(asked.one("sign_in"), asked.one("password"), asked.one("code"), asked.address)


def _refused(why: Refused) -> str:
    return _TOO_OFTEN if why is Refused.too_often else _WRONG


PAGES: Final = (
    Page("GET", "/sign-in", _ask),
    Page("POST", "/sign-in", _sign_in),
    Page("GET", "/invitation", _invitation),
    Page("POST", "/invitation", _take_invitation),
    Page("POST", "/invitation/open", _open),
    Page("GET", "/confirm", _confirm),
    Page("POST", "/confirm", _confirmed),
    Page("POST", "/sign-out", _sign_out),
    Page("GET", "/left", _left),
    Page("POST", "/left", _take_up),
)

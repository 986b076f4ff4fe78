"""Tokens of programs: somebody's own, made and shown once, and taken back; a manager takes back others' too.

Decides nothing: `hub.accounts.tokens` does.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import Response
from pydantic import Field

from hub.accounts import tokens
from hub.accounts.tokens import DEFAULT_DAYS, MOST_DAYS, TokenWanted, tokens_for
from hub.errors import InputError
from hub.records.tokens import TokenScope
from hub.values import ShortText
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark

SCOPES: Final = {
    TokenScope.read: mark("Read cases, results, requests and obligations"),
    TokenScope.ask: mark("Enter cases and ask other areas"),
}


class ProgramTyped(TokenWanted):
    """The same as a person types it, with the names of its fields."""

    program: ShortText = Field(min_length=1, title=mark("what the token is for"))
    scopes: Annotated[tuple[TokenScope, ...], Field(min_length=1, max_length=2)] = Field(
        title=mark("what the program may do")
    )
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = Field(
        default=DEFAULT_DAYS, title=mark("for how many days")
    )


def _list(asked: Asked) -> Response:
    return _page(asked, typed_before(asked, ProgramTyped) or unsent({"days": DEFAULT_DAYS}))


def _page(asked: Asked, form: Form[Any], status: int = 200) -> Response:
    with asked.node.read() as tx:
        found = tokens_for(tx, asked.acting.account)
    rows = [
        {
            "number": one.number,
            "program": one.kept.program,
            "who": one.account.name,
            "may": [gettext(SCOPES[scope]) for scope in one.kept.scopes],
            "until": dt.datetime.fromtimestamp(one.kept.until, dt.UTC).date(),
            "over": one.over,
            "used_on": one.used_on,
        }
        for one in found
    ]
    scopes = [{"value": scope.value, "text": gettext(text)} for scope, text in SCOPES.items()]
    return asked.page("programs.html", status, form=form, rows=rows, scopes=scopes)


def _make(asked: Asked) -> Response:
    form = asked.form(ProgramTyped)
    typed = form.value
    if typed is None:
        return _page(asked, form, 422)
    try:
        with asked.node.write() as tx:
            token = tokens.make(tx, asked.acting, typed)
    except InputError as error:
        return _page(asked, form.with_error("", error.text), 422)
    forget(asked)
    return asked.page("program_token.html", token=token)


def _end(asked: Asked) -> Response:
    asked.pressed()
    with asked.node.write() as tx:
        tokens.take_back(tx, asked.place("token"), asked.acting.account)
    return see("/programs")


PAGES: Final = (
    Page("GET", "/programs", _list),
    Page("POST", "/programs", _make),
    Page("POST", "/programs/{token}/end", _end),
)

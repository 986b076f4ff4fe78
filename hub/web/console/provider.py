"""Signing in by the organisation's own provider: going there, coming back, and what is said of a failure.

Decides nothing: `hub.accounts.provider_sign_in` does. The provider is asked on the event loop, so that one that
does not answer keeps no thread from anybody else. Who comes back from another site bears no Strict cookie: the page
that they get leads on by a link, and by itself.
"""

from __future__ import annotations

from typing import Final

from anyio import to_thread
from fastapi import Response

from hub.accounts import provider
from hub.accounts.provider import FLOW_S, Begun, Came, Flow, Proof, Unproven
from hub.accounts.provider_client import BACK
from hub.accounts.provider_sign_in import finish, refuse
from hub.accounts.sign_in import came_back, may_try
from hub.errors import QuotaError
from hub.records.accounts import Account
from hub.web.console.asked import Asked, Page, cookie_of, see, with_cookie
from hub.web.console.language import gettext, mark

_WHY: Final = {
    Unproven.begun_elsewhere: mark(
        "This sign-in was not begun in this browser, is used, or was begun more than ten minutes ago."
    ),
    Unproven.declined: mark("%(provider)s did not say who you are."),
    Unproven.untrue: mark(
        "What came back from %(provider)s does not hold. If that happens again, ring your support desk."
    ),
    Unproven.one_factor: mark(
        "%(provider)s does not say that you showed a second factor, such as the code of an app. Without one nobody "
        "signs in here: ring your support desk."
    ),
    Unproven.long_ago: mark(
        "%(provider)s does not say that it asked you just now who you are. If that happens again, ring your "
        "support desk."
    ),
    Unproven.nobody_here: mark(
        "%(provider)s knows you, but you have no open account here that goes with it, or not in the role that it "
        "gives you. If you were invited, begin with your invitation code. Otherwise ask your manager."
    ),
}
_RETRY_S: Final = 10


def name_of(asked: Asked) -> str:
    """What people call the node's provider; nothing where it has none."""
    settings = asked.node.settings.provider
    return settings.name if settings else ""


def called(asked: Asked) -> str:
    """The same in a sentence, also where `node.toml` names none any more."""
    return name_of(asked) or gettext("your organisation's sign-in")


async def offer(asked: Asked, account: Account) -> Response:
    """The page from which somebody whose invitation was right goes to the provider, to open their account."""
    begun = await provider.begin(asked.node, opening=account)
    page = asked.page("open_by_provider.html", provider=name_of(asked), address=begun.address)
    return _keeping(asked, page, begun)


async def _go(asked: Asked) -> Response:
    if not name_of(asked):
        return see("/sign-in")
    session = asked.session
    if session is not None and not session.locked:
        return see("/")
    await _require_try(asked)
    begun = await provider.begin(asked.node, session=session.id if session else b"")
    return _keeping(asked, see(begun.address), begun)


async def _go_anew(asked: Asked) -> Response:
    if asked.session is None or not asked.acting.account.by_provider:
        return see("/confirm")
    await _require_try(asked)
    begun = await provider.begin(asked.node, session=asked.session.id, anew=True)
    return _keeping(asked, see(begun.address), begun)


async def _require_try(asked: Asked) -> None:
    """Raise QuotaError where so many were begun, or came back, from an address that somebody seems to try all."""
    if not await to_thread.run_sync(may_try, asked.node, None, asked.address):
        raise QuotaError("That was tried too often.", retry_after=_RETRY_S)


async def _back(asked: Asked) -> Response:
    came = Came(
        kept=asked.request.cookies.get(_cookie(asked), ""),
        state=_given(asked, "state"),
        code=_given(asked, "code"),
        issuer=_given(asked, "iss"),
    )
    flow = provider.flow_of(asked.node, came)
    if flow is None:
        return _refused(asked, Unproven.begun_elsewhere, anew=False)
    await _require_try(asked)  # Each return asks the provider, or is an event, however often it is made.
    proof = await provider.prove(asked.node, flow, came)
    return await to_thread.run_sync(_finished, asked, flow, proof)


def _finished(asked: Asked, flow: Flow, proof: Proof | Unproven) -> Response:
    """What comes of a proof. Nothing is begun that has not ended: the cookie of what was under way goes."""
    if isinstance(proof, Unproven):
        with asked.node.write() as tx:
            refuse(tx, proof)
        return _refused(asked, proof, anew=flow.anew)
    entered = finish(asked.node, flow, proof)
    if isinstance(entered, Unproven):
        return _refused(asked, entered, anew=flow.anew)
    came_back(asked.node, asked.address)
    response = _forgetting(asked, asked.page("signed_in.html", to=entered.back))
    response.headers["Refresh"] = f"0; url={entered.back}"
    return with_cookie(asked, response, entered.token) if entered.token else response


def _refused(asked: Asked, why: Unproven, *, anew: bool) -> Response:
    said = gettext(_WHY[why], provider=called(asked))
    settings = asked.node.settings.provider
    page = asked.page(
        "provider_refused.html",
        403,
        error=said,
        anew=anew,
        contact=settings.contact if settings else None,
        invited=why is Unproven.nobody_here,
    )
    return _forgetting(asked, page)


def _given(asked: Asked, name: str) -> str:
    """A parameter of the address; nothing where there is none, or more than one."""
    found = asked.request.query_params.getlist(name)
    return found[0] if len(found) == 1 else ""


def _cookie(asked: Asked) -> str:
    """The name of the cookie of what is under way; no other node's session has it, whatever that node is called."""
    return f"{cookie_of(asked.node)}.provider"


def _keeping(asked: Asked, response: Response, begun: Begun) -> Response:
    """It is Lax: whoever comes back from the provider bears it."""
    response.set_cookie(
        _cookie(asked), begun.kept, max_age=FLOW_S, path="/", secure=True, httponly=True, samesite="lax"
    )
    return response


def _forgetting(asked: Asked, response: Response) -> Response:
    response.delete_cookie(_cookie(asked), path="/", secure=True, httponly=True, samesite="lax")
    return response


PAGES: Final = (
    Page("GET", "/sign-in/provider", _go),
    Page("GET", BACK, _back),
    Page("GET", "/confirm/provider", _go_anew),
)

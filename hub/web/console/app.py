"""The console of one node: every page with its guard, and whoever is signed in.

It listens apart from what peers reach (`hub.web.app`). Which addresses there are, and who may open them, is in
`hub.web.guards`; an address in the one and not in the other is a fault, and nothing starts.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from typing import Final, NamedTuple

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from hub.accounts import sessions
from hub.accounts.sessions import SignedIn
from hub.audit.events import NODE, Action
from hub.errors import HubError, NotFoundError
from hub.federation.client import PeerClient
from hub.jobs.watch import watch_log
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node
from hub.node.rereading import Rereading
from hub.web import ticks
from hub.web.api.app import Served, add_api, failed, is_api
from hub.web.api.app import nowhere as programs_nowhere
from hub.web.console import (
    accounts,
    actions,
    agenda,
    ask,
    before,
    by_hand,
    case_files,
    case_form,
    case_papers,
    cases,
    certificate,
    channels,
    completion,
    countersign,
    disclosure_scheme,
    disclosures,
    duty,
    emergency,
    flags,
    handover,
    here_already,
    idva_plan,
    idva_referrals,
    incoming,
    likenesses,
    listing,
    moved,
    nothing,
    obligations,
    papers_asked,
    people,
    plans,
    prior_contact,
    programs,
    protect,
    provider,
    reads,
    referrals,
    rendering,
    result,
    rung,
    sign_in,
    submissions,
    suppliers,
    tell,
    transfers,
    unusual,
    work,
)
from hub.web.console.asked import Asked, Page, cookie_of, see
from hub.web.console.assets import asset_routes
from hub.web.console.banners import Banners
from hub.web.console.forms import read_pairs
from hub.web.console.headers import Protected
from hub.web.console.rendering import Pages
from hub.web.console.uploads import Sent, discard, read_sent
from hub.web.console.words import menu_of, role_in_words
from hub.web.guards import ROUTES, Guard
from hub.web.read_events import Opening

PAGES: Final[tuple[Page, ...]] = (
    *sign_in.PAGES,
    *provider.PAGES,
    *work.PAGES,
    *agenda.PAGES,
    *cases.PAGES,
    *here_already.PAGES,
    *referrals.PAGES,
    *case_papers.PAGES,
    *case_files.PAGES,
    *people.PAGES,
    *flags.PAGES,
    *plans.PAGES,
    *actions.PAGES,
    *protect.PAGES,
    *likenesses.PAGES,
    *by_hand.PAGES,
    *emergency.PAGES,
    *ask.PAGES,
    *case_form.PAGES,
    *result.PAGES,
    *rung.PAGES,
    *papers_asked.PAGES,
    *suppliers.PAGES,
    *transfers.PAGES,
    *moved.PAGES,
    *channels.PAGES,
    *certificate.PAGES,
    *tell.PAGES,
    *submissions.PAGES,
    *before.PAGES,
    *countersign.PAGES,
    *unusual.PAGES,
    *reads.PAGES,
    *disclosures.PAGES,
    *nothing.PAGES,
    *accounts.PAGES,
    *duty.PAGES,
    *idva_referrals.PAGES,
    *handover.PAGES,
    *listing.PAGES,
    *prior_contact.PAGES,
    *idva_plan.PAGES,
    *disclosure_scheme.PAGES,
    *incoming.PAGES,
    *obligations.PAGES,
    *completion.PAGES,
    *programs.PAGES,
)
_UNSAFE: Final = ("POST",)
PASSWORDS_AT_ONCE: Final = 2
PAGES_AT_ONCE: Final = 6
REMEMBER_S: Final = 60
"""How long what was read of whole tables serves pages: `hub.store.remembered` says what that means."""
logger = logging.getLogger("hub")


def create_console(node: Node, client: Callable[[Node], PeerClient] = PeerClient) -> FastAPI:
    """The node's console. Raises RuntimeError where its addresses are not those of the table.

    `client`: by which it reaches peers.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        node.remembered.for_s = REMEMBER_S
        with node.write() as tx:
            tx.record(Action.node_started, by=NODE)
        watching, rereading = asyncio.create_task(watch_log(node, banners.look)), Rereading(node)
        rereading.begin()
        yield
        await to_thread.run_sync(rereading.end)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        advance_audit_checkpoint(node)

    pages, banners = Pages(node), Banners(node)
    app = Protected(
        https=node.settings.console.https,
        title="Cross-Marac hub, console",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.banners = banners
    made = Made(node, pages, client, CapacityLimiter(PASSWORDS_AT_ONCE), CapacityLimiter(PAGES_AT_ONCE))
    for page in PAGES:
        app.add_api_route(
            page.path,
            _guarded(made, page, ROUTES[page.method, page.path]),
            methods=[page.method],
            response_model=None,
        )
    app.include_router(asset_routes())

    @app.get("/healthz")
    async def health() -> dict[str, str]:
        """Whether the console answers: its log is as it was signed for."""
        await to_thread.run_sync(node.require_intact)
        return {"status": "ok"}

    _require_as_listed(PAGES, add_api(app, Served(node, client, made.working)))
    _handle_errors(app, node, pages)
    return app


def _require_as_listed(pages: Iterable[Page], programs: Iterable[tuple[str, str]]) -> None:
    there = {(one.method, one.path) for one in pages} | {
        *programs,
        ("GET", "/healthz"),
        ("GET", "/static/{digest}/{name:path}"),
    }
    if there != set(ROUTES):
        raise RuntimeError(f"Not in both the table and the console: {sorted(there ^ set(ROUTES))}")


class Made(NamedTuple):
    """What the console is made of."""

    node: Node
    pages: Pages
    client: Callable[[Node], PeerClient]
    hashing: CapacityLimiter
    working: CapacityLimiter


def _guarded(made: Made, page: Page, guard: Guard) -> Callable[[Request], Awaitable[Response]]:
    """What answers at an address: the page, for whoever may open it."""
    node = made.node
    limiter = made.hashing if guard.open else made.working

    async def answer(request: Request) -> Response:
        # Who asks is looked up when all is there: somebody who is disabled meanwhile does nothing more.
        sent = await _sent(node, page, guard, request)
        typed, begun = sent.pairs, ticks.clock()
        session = await _session(node, request)
        opening = None if session is None else Opening.of(node, session.acting, guard, request)
        asked = Asked(node, made.pages, request, session, typed, sent.file, made.client, opening)
        if not guard.open:
            if session is None:
                lost = typed and guard.kept and page.path != "/sign-out"
                return see(await _keep_left(asked, page) if lost else "/sign-in")
            if session.locked and page.path != "/sign-out":
                if guard.kept:
                    await _keep_typed(asked, page, session)
                return see("/sign-in")
            await to_thread.run_sync(sessions.touch, node, session)
            _show_who(request, session)
            if not guard.admits(session.acting.account.role):
                await _refused(asked)
                await ticks.to_the_tick(node, begun)
                return asked.not_found()
            if guard.fresh and not session.fresh(node.now()):
                await _keep_typed(asked, page, session)
                return see("/confirm")
        try:
            given = await _answered(page, asked, limiter)
        except NotFoundError:
            await ticks.to_the_tick(node, begun)
            raise
        if given.status_code == HTTPStatus.NOT_FOUND:
            await ticks.to_the_tick(node, begun)
        return given

    return answer


async def _sent(node: Node, page: Page, guard: Guard, request: Request) -> Sent:
    """What a form brings. A file is read of nobody who may not bring it there: of them nothing is."""
    if page.method not in _UNSAFE:
        return Sent()
    if not page.brings_file:
        return Sent(tuple(await read_pairs(request)))
    session = await _session(node, request)
    if session is None or not guard.admits(session.acting.account.role):
        await discard(request)
        return Sent()
    return await read_sent(request)


async def _session(node: Node, request: Request) -> SignedIn | None:
    token = request.cookies.get(cookie_of(node), "")
    return await to_thread.run_sync(sessions.find, node, token) if token else None


async def _answered(page: Page, asked: Asked, limiter: CapacityLimiter) -> Response:
    """The page. `limiter`: so many at once; fewer where a password may be looked at, which takes 64 MiB."""
    if inspect.iscoroutinefunction(page.handler):
        given: Response = await page.handler(asked)
        await to_thread.run_sync(_keep_opened, asked, given.status_code)
        return given
    handler: Callable[[Asked], Response] = page.handler  # type: ignore[assignment]
    act = handler if page.method in _UNSAFE else partial(asked.node.of_one_moment, handler)
    return await to_thread.run_sync(_opened, act, asked, limiter=limiter)


def _opened(act: Callable[[Asked], Response], asked: Asked) -> Response:
    """What comes of it, once it is kept who opened what."""
    try:
        found = act(asked)
    except NotFoundError as error:
        _keep_opened(asked, error.status)
        raise
    _keep_opened(asked, found.status_code)
    return found


def _keep_opened(asked: Asked, status: int) -> None:
    """Keep who opened what before they are answered. Raises StorageError, in the place of any answer."""
    if asked.opening is not None:
        asked.opening.answered(status)


async def _refused(asked: Asked) -> None:
    await to_thread.run_sync(_keep_opened, asked, HTTPStatus.NOT_FOUND)


def _show_who(request: Request, session: SignedIn) -> None:
    acting = session.acting
    request.state.banners = request.app.state.banners.sentences
    request.state.signed_in = rendering.SignedIn(
        name=acting.account.name,
        organisation=acting.organisation.name,
        role=role_in_words(acting.account.role),
        menu=menu_of(acting.account.role),
    )


async def _keep_typed(asked: Asked, page: Page, session: SignedIn) -> None:
    """Keep what was typed for when its writer has shown again who they are.

    Then they go on at the page of that form, or where its button stands.
    """
    back, draft = _draft(asked, page)
    if page.method in _UNSAFE or back != asked.request.url.path:
        await to_thread.run_sync(sessions.keep_draft, asked.node, session, back, draft)


async def _keep_left(asked: Asked, page: Page) -> str:
    """Keep what was typed in a session that is over, for its account's next one; where they sign in."""
    token = asked.request.cookies.get(cookie_of(asked.node), "")
    of, draft = _draft(asked, page)
    kept = await to_thread.run_sync(sessions.keep_left, asked.node, token, of, draft) if token else False
    return sign_in.KEPT if kept else sign_in.ENDED


def _draft(asked: Asked, page: Page) -> tuple[str, str]:
    """The address of the form that was typed, or where its button stands, and what was; of passwords, nothing."""
    here = asked.request.url.path
    back = here if ("GET", page.path) in ROUTES else f"/{here.split('/')[1]}"
    return back, json.dumps([pair for pair in asked.typed if pair[0] not in sign_in.SECRET])


def _handle_errors(app: FastAPI, node: Node, pages: Pages) -> None:
    """Every error as a page, without what was typed; what is the node's own failure is told to its operator."""

    async def known(request: Request, error: Exception) -> Response:
        if not isinstance(error, HubError):
            error = HubError("This page failed.", do="Try again; then ring your support desk.")
        elif error.status >= 500:
            logger.error("A page failed. %s", error, exc_info=error)
        return failed(error) if is_api(request) else pages.error(request, error)

    async def nowhere(request: Request, _: Exception) -> Response:
        """Whoever is signed in gets what they get where they may not look; others are asked who they are."""
        if is_api(request):
            return await programs_nowhere(node, request)
        session = await _session(node, request)
        if session is None or session.locked:
            return see("/sign-in")
        _show_who(request, session)
        return pages.not_found(request)

    app.add_exception_handler(HubError, known)
    app.add_exception_handler(HTTPException, nowhere)
    app.add_exception_handler(Exception, known)

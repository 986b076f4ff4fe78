"""The federation's HTTP routes: authenticate, hand to the holder, sign what comes back.

Handlers commit before they answer: each holder function ends its own transaction. Errors become problem documents
(`hub.web.problems`). No personal data is in a URL, so none is in a server's log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from hub.audit.events import Action
from hub.checks import receive, reconcile
from hub.checks.acknowledge import receive_acknowledgement
from hub.checks.later_hearings import receive as receive_hearing
from hub.checks.papers.receive import receive as receive_papers
from hub.errors import AuthenticationError, ConflictError, InputError
from hub.federation import evaluate, heads, serve_feed
from hub.federation.authentication import Caller, authenticate, sender_of
from hub.federation.authentication import Request as SignedRequest
from hub.federation.receipts import Refused, Reply, signed_answer
from hub.federation.tally import Kind, Tally
from hub.node.certificates import own_certificate
from hub.node.node import Node
from hub.node.upgrade import require_searched_for_hidden
from hub.records.restorations import require_none_open
from hub.transfers.channel.exchange import receive as receive_envelope
from hub.transfers.receive import receive as receive_transfer
from hub.web import ticks
from hub.web.problems import problem, problem_of
from hub.wire import messages
from hub.wire.channel import ENVELOPES_PATH, EnvelopeMessage
from hub.wire.hearings import HEARINGS_PATH, HearingMessage
from hub.wire.messages import MessageType
from hub.wire.papers import PAPERS_PATH, PapersMessage
from hub.wire.transfers import MAX_TRANSFER_BODY, TRANSFERS_PATH, TransferMessage
from hub.wire.witness import (
    ACKNOWLEDGEMENTS_PATH,
    CHECKPOINTS_PATH,
    RECONCILIATIONS_PATH,
    Acknowledgement,
    CheckpointNotice,
    ReconciliationRequest,
)


def federation_routes(node: Node, metadata: Callable[[], str], tally: Tally) -> APIRouter:
    """The routes of one node. `metadata` gives its present signed metadata, `tally` counts what is refused."""
    router = APIRouter()
    # Evaluations hold the interpreter's lock: with more threads all become slower, and none is done sooner.
    threads = CapacityLimiter(node.settings.server.evaluations)

    async def answer(request: Request, message: MessageType, work: Work) -> Response:
        try:
            signed = await _received(request, node, message)
        except (AuthenticationError, InputError) as error:
            await to_thread.run_sync(tally.note, Kind(Action.request_refused, fault=error.code))
            raise
        if isinstance(signed, Response):
            return signed
        begun = ticks.clock()
        try:
            return await to_thread.run_sync(_answer_now, node, tally, signed, message, work, limiter=threads)
        finally:
            if message in _NAMES_SOMEBODY:
                await ticks.to_the_tick(node, begun)

    @router.get(messages.METADATA_PATH)
    def well_known() -> Response:
        return Response(metadata(), media_type="application/jwt", headers={"Cache-Control": "no-store"})

    @router.get(messages.FEED_PATH)
    async def feed(request: Request) -> Response:
        cursor = request.query_params.get("cursor", "")
        return await answer(
            request, MessageType.feed, lambda caller, _: serve_feed.feed_page(node, caller, cursor)
        )

    def posted(message: MessageType, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            return await answer(request, message, partial(act, node))

        return handle

    for path, (message, act) in _POSTED.items():
        router.add_api_route(path, posted(message, act), methods=["POST"])
    return router


Work = Callable[[Caller, SignedRequest], Reply | Refused]
Act = Callable[[Node, Caller, SignedRequest], Reply | Refused]


def _evaluation(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    return evaluate.evaluate(
        node, caller, signed, messages.parse_request(messages.EvaluationRequest, signed.body)
    )


def _disclosure(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    return receive.answer(
        node, caller, signed, messages.parse_request(messages.DisclosureRequest, signed.body)
    )


def _acknowledgement(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    said = messages.parse_request(Acknowledgement, signed.body)
    return receive_acknowledgement(node, caller, signed, said)


def _checkpoint(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    return heads.receive_head(node, caller, signed, messages.parse_request(CheckpointNotice, signed.body))


def _reconciliation(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    return reconcile.tell_our_side(node, caller, messages.parse_request(ReconciliationRequest, signed.body))


def _transfer(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    message = messages.parse_request(TransferMessage, signed.body, MAX_TRANSFER_BODY)
    return receive_transfer(node, caller, signed, message)


def _envelope(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    return receive_envelope(node, caller, messages.parse_request(EnvelopeMessage, signed.body))


def _papers(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    message = messages.parse_request(PapersMessage, signed.body, MAX_TRANSFER_BODY)
    return receive_papers(node, caller, signed, message)


def _hearing(node: Node, caller: Caller, signed: SignedRequest) -> Reply | Refused:
    return receive_hearing(node, caller, messages.parse_request(HearingMessage, signed.body))


_POSTED: Final[Mapping[str, tuple[MessageType, Act]]] = {
    messages.EVALUATIONS_PATH: (MessageType.evaluation, _evaluation),
    messages.DISCLOSURES_PATH: (MessageType.disclosure, _disclosure),
    ACKNOWLEDGEMENTS_PATH: (MessageType.acknowledgement, _acknowledgement),
    CHECKPOINTS_PATH: (MessageType.checkpoint, _checkpoint),
    RECONCILIATIONS_PATH: (MessageType.reconciliation, _reconciliation),
    TRANSFERS_PATH: (MessageType.transfer, _transfer),
    ENVELOPES_PATH: (MessageType.envelope, _envelope),
    PAPERS_PATH: (MessageType.papers, _papers),
    HEARINGS_PATH: (MessageType.hearing, _hearing),
}
"""What peers post: the type of the message, and who takes it."""


_NAMES_SOMEBODY: Final = frozenset(
    {
        MessageType.disclosure,
        MessageType.hearing,
        MessageType.papers,
        MessageType.transfer,
        MessageType.envelope,
    }
)
"""What is about somebody whom this node may have, and so is answered at a tick. A question is blind."""


_LONG: Final = frozenset({MessageType.transfer, MessageType.papers})
"""What carries papers of a case, and so may be long."""


async def _received(request: Request, node: Node, message: MessageType) -> SignedRequest | Response:
    """The request as it came, all of it; or the answer to one of another version.

    Of one that may be long no more is read before it is known that a peer signed for it.
    """
    version = request.headers.get(messages.VERSION_HEADER, "")
    if version != str(messages.VERSION):
        extra = {"fault": "remote", "supported": [messages.VERSION]}
        return problem(406, "unsupported_version", "This node speaks other versions.", extra)
    query = f"?{request.url.query}" if request.url.query else ""
    bare = SignedRequest(
        request.method,
        request.url.path + query,
        b"",
        request.headers.get("Authorization", ""),
        request.headers.get(messages.CERTIFICATE_HEADER, ""),
        request.headers.get(messages.IDEMPOTENCY_HEADER, ""),
    )
    most = MAX_TRANSFER_BODY if message in _LONG else messages.MAX_BODY_BYTES
    body = bytearray()
    async for chunk in request.stream():
        if len(body) <= messages.MAX_BODY_BYTES < len(body) + len(chunk) <= most:
            await to_thread.run_sync(sender_of, node, bare, message)
        body += chunk
        if len(body) > most:
            raise InputError("The request is too long.")
    return replace(bare, body=bytes(body))


def _answer_now(
    node: Node, tally: Tally, signed: SignedRequest, message: MessageType, work: Work
) -> Response:
    peer = None
    try:
        caller = authenticate(node, signed, message)
        peer = caller.node_id
        with node.read() as tx:
            require_none_open(tx)
            require_searched_for_hidden(tx)
        result = work(caller, signed)
    except (AuthenticationError, InputError, ConflictError) as error:
        # Its transaction is gone: that it was refused stays on the record.
        tally.note(Kind(Action.request_refused, peer, error.code))
        raise
    if isinstance(result, Refused):
        tally.note(Kind(result.counted, peer, result.why or result.error.code))
        return problem_of(result.error)
    if result.counted:
        tally.note(Kind(result.counted, peer))
    token = signed_answer(node, caller, signed, result)
    headers = {
        messages.ANSWER_HEADER: token,
        messages.CERTIFICATE_HEADER: own_certificate(node).token,
    }
    return Response(result.body, media_type="application/json", headers=headers)

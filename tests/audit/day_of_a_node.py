"""What happens to a node in a day, so that every table of it has something new, and something that changed."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Final

import pytest

from hub.accounts.accounts import Acting
from hub.accounts.sessions import find
from hub.accounts.sign_in import authenticate_anew
from hub.accounts.tokens import TokenWanted, bearer, make
from hub.audit.events import OPERATOR, Action
from hub.checks.disclose import disclose
from hub.checks.dismissals import dismiss
from hub.checks.submissions import send_back, step_of
from hub.consent import Decision, Outcome, SharingForm
from hub.errors import PeerError
from hub.federation.heads import KEPT_EVERY_S, show_head
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.jobs import deliveries
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node
from hub.records import papers, restorations
from hub.records.accounts import AccountRole
from hub.records.channels import Channel, ChannelState, keep_channel
from hub.records.check import CandidateRef, CheckResult
from hub.records.idva import IdvaReferral, Tried, keep_idva_referral
from hub.records.papers import Paper, PaperKind, WithFile
from hub.records.papers_requests import PapersRequest, PapersStep, keep_papers_request
from hub.records.reads import ReadEvent, bring_in, leave
from hub.records.restorations import Reasons
from hub.records.submissions import Submission, SubmissionState, keep_submission
from hub.records.tokens import TokenScope
from hub.records.transfers import Transfer, TransferStep, keep_pack, keep_transfer
from hub.store import cases, outbox
from hub.values import Level, Person
from hub.wire.channel import AskedFor
from hub.wire.messages import DisclosureQuestion
from hub.wire.papers import PapersState, PaperWanted, WhyPapers
from hub.wire.transfers import TransferState
from tests.accounts.people import cheap_passwords, user
from tests.checks import pending
from tests.federation.nodes import IMPORTER, Areas, case, cases_of, check, hold, question, stranger

NODE: Final = "northmoor"


async def _asked(areas: Areas, asking: str, about: Person, of: str, **changes: Any) -> CheckResult:
    async with areas.client(asking) as client:
        return await check(areas[asking], client, question(about, of, **changes))


async def _told(areas: Areas, asking: str, result: CheckResult, of: str, level: Level) -> None:
    async with areas.client(asking) as client:
        await disclose(areas[asking], client, CandidateRef(result.check_id, of), level)


async def _delivered(areas: Areas, by: str) -> None:
    """What waits in a node's outbox, such as the acknowledgement of an answer, is sent."""
    node = areas[by]
    with node.read() as tx:
        waiting = outbox.due(tx.session, tx.now)
    async with areas.client(by) as client:
        for row in waiting:
            await deliveries.attempt(node, client, row.id)


def use(areas: Areas, number: int) -> None:
    """What happens to a node in a day: every table of it has something new, and something that changed."""
    node = areas[NODE]
    own, theirs = cases_of(NODE)[number % 2][0], stranger(30 + number)
    hold(node, case(f"nm-{number}", [stranger(10 + number), stranger(20 + number)]))
    hold(node, case(f"{NODE}-0", cases_of(NODE)[0], criteria=(f"changed {number}",)))
    _papers(node, number)
    _transfers(node, number)
    _asked_of_others(node, number)
    publish(node)
    hold(areas["eastvale"], case(f"ev-{number}", [theirs]))
    publish(areas["eastvale"])
    asyncio.run(_use(areas, own, theirs))
    _sign_in(node, number)
    with node.write() as tx:
        tx.record(Action.restored, by=OPERATOR)
        reasons = Reasons(because="a drill", head_size=1, head_hash="0" * 64)
        restorations.add(tx, backup_at=1, lost_size=None, reasons=reasons)
    with node.write() as tx:
        found = restorations.open_one(tx)
        assert found
        restorations.end(tx, found, how="waived", because="a drill")
        tx.record(Action.restoration_ended, by=OPERATOR)
    advance_audit_checkpoint(node)


def _papers(node: Node, number: int) -> None:
    """A case has a paper more, with a file."""
    with node.write() as tx:
        found = cases.find(tx.session, node.case_digest(f"nm-{number}"))
        assert found
        paper = Paper(kind=PaperKind.attachment, body={"n": number}, by="A", at=tx.now, supplier="Police")
        papers.put(tx, found, WithFile(paper, b"a scan"), paper, by=OPERATOR)


def _transfers(node: Node, number: int) -> None:
    """A case was offered to another area, and asked back."""
    one = Transfer(
        id=secrets.token_hex(16),
        direction="out",
        peer="eastvale",
        case_ref=f"nm-{number}",
        case=node.case_digest(f"nm-{number}").hex(),
        steps=(TransferStep(state=TransferState.offered, by="A", at=node.now()),),
    )
    with node.write() as tx:
        tx.record(Action.transfer_offered, by=OPERATOR)
        keep_transfer(tx, one, new=True)
        keep_pack(tx, one.id, b"a pack")
    with node.write() as tx:
        tx.record(Action.transfer_asked_back, by=OPERATOR)
        keep_transfer(tx, one.model_copy(update={"wanted": TransferState.withdrawn}))


def _asked_of_others(node: Node, number: int) -> None:
    """A case is passed on to an Idva service, its earlier plan is asked for, and a manager opens a channel."""
    digest, now = node.case_digest(f"nm-{number}").hex(), node.now()
    passed = IdvaReferral(
        id=secrets.token_hex(16),
        case=secrets.token_hex(16),
        organisation="a service",
        since=now,
        passed_at=now,
    )
    person = stranger(10 + number)
    papers_asked = PapersRequest(
        id=secrets.token_hex(16),
        direction="out",
        peer="eastvale",
        case_ref=f"nm-{number}",
        case=digest,
        check_id=secrets.token_hex(16),
        handle=secrets.token_hex(16),
        question=DisclosureQuestion(excerpt={}, subject=person, salt=secrets.token_urlsafe(32)),
        wanted=(PaperWanted.plan,),
        why=WhyPapers.on_agenda,
        needed_by=node.today(),
        until=now + 86_400,
        steps=(PapersStep(state=PapersState.asked, by="A", at=now),),
    )
    channel = Channel(
        id=secrets.token_hex(16),
        account=secrets.token_hex(16),
        by="M",
        case=secrets.token_hex(16),
        case_ref=f"nm-{number}",
        peer="eastvale",
        number="01632 960001",
        reference="abcd",
        asked=AskedFor(
            of="N",
            by="M",
            agency="Council",
            given_names=person.given_names,
            surname=person.surname,
            date_of_birth=person.date_of_birth or "",
        ),
        form=SharingForm(),
        decision=Decision(outcome=Outcome.permit),
        state=ChannelState.prepared,
        at=now,
        until=now + 86_400,
    )
    with node.write() as tx:
        tx.record(Action.papers_asked, by=OPERATOR)
        keep_idva_referral(tx, passed, new=True)
        keep_papers_request(tx, papers_asked, new=True)
        keep_channel(tx, channel, new=True)
    ended = PapersStep(state=PapersState.withdrawn, by="A", at=now)
    with node.write() as tx:
        tx.record(Action.papers_ended, by=OPERATOR)
        keep_idva_referral(tx, passed.model_copy(update={"tried": (Tried(by="I", at=now, reached=True),)}))
        keep_papers_request(tx, papers_asked.took(ended))
        keep_channel(tx, channel.model_copy(update={"state": ChannelState.closed}))
    leave(node, ReadEvent(at=now, account="ab" * 16, place="GET /cases/{case}"))
    bring_in(node, lambda *_: ("cd" * 32,))


def _sign_in(node: Node, number: int) -> None:
    """Somebody has an account of a new organisation, and shows in their session again that it is they."""
    with cheap_passwords():
        name, body = f"Mo {'AB'[number % 2]}{'xyz'[number % 3]}lowther", f"Council {number}"
        person = user(node, name, AccountRole.operator, organisation=body)
        session = find(node, person.signed_in())
        assert session
        again = person.credentials(code=person.recovery[0])
        assert authenticate_anew(node, again, session) is None
        with node.write() as tx:
            made = make(tx, session.acting, TokenWanted(program="a list", scopes=(TokenScope.read,)))
        assert bearer(node, made)
        _put_before_a_manager(node, session.acting)


def _put_before_a_manager(node: Node, acting: Acting) -> None:
    """Something waits for a signature, and is sent back."""
    with node.write() as tx:
        made = Submission(
            id=secrets.token_hex(16),
            case_ref="NM-1",
            case_digest=node.case_digest("NM-1").hex(),
            account=acting.account.id,
            proposer=IMPORTER,
            reason="The minutes are wanted.",
            check_id=secrets.token_hex(16),
            level=Level.summary,
            form=SharingForm(),
            until=tx.now + 86_400,
            steps=(step_of(tx, acting, SubmissionState.waiting),),
        )
        keep_submission(tx, made, new=True)
        tx.record(Action.submission_made, by=OPERATOR)
    assert send_back(node, acting, made.id, "Which minutes?")


async def _use(areas: Areas, own: Person, theirs: Person) -> None:
    node = areas[NODE]
    async with areas.client(NODE) as client:
        await sync_all(node, client)
    areas.clock.advance(KEPT_EVERY_S)
    for other in ("eastvale", "southmere"):
        async with areas.client(other) as client:
            await show_head(areas[other], client, NODE)
    result = await _asked(areas, NODE, theirs, "eastvale")
    await _told(areas, NODE, result, "eastvale", Level.involvement)
    again = await _asked(areas, NODE, theirs, "eastvale")
    dismiss(node, CandidateRef(result.check_id, "eastvale", result.areas[0].candidates[0].handle))
    there = areas.network.hosts.pop("eastvale")
    with pytest.raises(PeerError):
        await _told(areas, NODE, again, "eastvale", Level.involvement)
    areas.network.hosts["eastvale"] = there
    for asking in ("eastvale", "southmere"):
        asked = await _asked(areas, asking, own, NODE)
        await _told(areas, asking, asked, NODE, Level.involvement)
        await _delivered(areas, asking)
        asked = await _asked(areas, asking, own, NODE, sharing_form=pending.grounded())
        await _told(areas, asking, asked, NODE, Level.involvement)

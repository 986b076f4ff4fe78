"""A manager's signature on what waits for it: decided again on the facts of that moment, and moved once or refused.

Nobody signs what they put or asked themselves, nor rings for it. An area that somebody fled, or may have, is told
by the manager's own answer alone: by telephone first, over the number that the node has of it; over the hub only
where that answer says so too, and never where it is of no candidate there. What is signed is kept in the
transaction that decides it, with the delivery that it makes.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from hub.accounts.accounts import Acting
from hub.audit.events import Action
from hub.cases.alerts import review_of_telling
from hub.cases.disclosure_log import put_entries
from hub.checks.check import check
from hub.checks.disclose import decide_act
from hub.checks.disclosure import DisclosureAct, TellingAct
from hub.checks.question import QuestionAct
from hub.checks.submissions import (
    A_MANAGERS,
    NOTHING_AGAINST,
    Shown,
    act_of_submission,
    keep_step,
    signed_now,
    step_of,
)
from hub.consent import Decision, NotTold, Telling, conflicts_of_interest
from hub.consent.context import same
from hub.consent.evidence import DisclosureLogEntry, authority_of
from hub.consent.form.vocabulary import Decided, SignatureRole
from hub.errors import ConflictError, InputError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import recording
from hub.records.accounts import AccountState, account_of
from hub.records.check import CheckRequest
from hub.records.decisions import RecordedDecision
from hub.records.outbox import Delivery
from hub.records.submissions import Call, Submission, SubmissionState, TellingAnswer, submission_of
from hub.store.obligations import Activity
from hub.values import Person

BY_TELEPHONE: Final = "telephone, over the number that this node has of the area"
_MEANWHILE: Final = "Somebody has decided this meanwhile."


@dataclass(frozen=True, slots=True)
class ToSign:
    """A submission as a manager decides about it now.

    `request`: with the people as the case has them; `fled_from`: the answer that counts. `lacks`: what the engine
    says without them; `against`: what stands against telling the area; `would`: the decision if they sign, with yes
    where that is asked. `own`: they put or asked it, or have the name of somebody in the case. `number`: by which
    the area is rung.
    """

    request: CheckRequest
    fled_from: tuple[str, ...] | None
    lacks: tuple[str, ...]
    would: Decision
    own: bool
    against: tuple[NotTold, ...] = ()
    number: str = ""

    @property
    def fled(self) -> bool:
        """Whether it takes an answer about telling the area, besides the signature."""
        return bool(A_MANAGERS.intersection(self.against))

    @property
    def seen(self) -> str:
        """What stands against it, for a form that shows it: what has changed since is not signed unread."""
        return " ".join(self.against)


@dataclass(frozen=True, slots=True)
class Signing:
    """What came of a signature. `delivery`: to be tried at once; `question`: to be asked at once."""

    decision: Decision | None = None
    delivery: Delivery | None = None
    question: CheckRequest | None = None


def to_sign(node: Node, acting: Acting, submission: Submission) -> ToSign:
    """What a manager reads who decides about one. Raises NotFoundError, PeerError, InputError, UsageError."""
    name = acting.account.name
    if submission.question is not None:
        asked = QuestionAct.of(node, submission.question)
        return ToSign(
            request=asked.request,
            fled_from=Telling.of(asked.form, asked.context).fled_from,
            lacks=tuple(one.text for one in asked.decided(node).reasons),
            would=asked.signed(node, name).decided(node),
            own=_is_own(acting, submission, asked.request, asked.request.requester.name),
        )
    act = act_of_submission(node, submission)
    return ToSign(
        request=act.request,
        fled_from=act.telling.fled_from,
        lacks=tuple(one.text for one in act.decided(node).reasons),
        would=signed_now(act, name, node, TellingAnswer(decided=Decided.share)).decided(node),
        own=_is_own(acting, submission, act.request, act.recorded.request.requester.name),
        against=act.against,
        number=act.contact,
    )


def _is_own(acting: Acting, submission: Submission, request: CheckRequest, asker: str) -> bool:
    """Whether somebody put it, asked it, signed it as the caseworker, or has the name of somebody in the case."""
    form = request.sharing_form
    caseworker = form.signature(SignatureRole.caseworker)
    names = [asker, form.requester.name, caseworker.name if caseworker else ""]
    given, _, surname = acting.account.name.rpartition(" ")
    people = (request.subject, *request.related)
    insider = conflicts_of_interest(Person(given_names=given, surname=surname), (), people)
    asked = any(same(acting.account.name, one) for one in names)
    return asked or bool(insider) or submission.account == acting.account.id


def sign(node: Node, acting: Acting, shown: Shown, answer: TellingAnswer | None) -> Signing:
    """Sign it, on the facts of this moment: `answer` about an area that somebody fled, or may have.

    Raises ConflictError where somebody decided it meanwhile, it is the manager's own, or whoever put it may do
    nothing any more; InputError where it is to go over the hub without a candidate; as `to_sign` besides.
    """
    then = to_sign(node, acting, shown.submission)
    _require_not_own(then)
    if answer is not None and answer.decided is not Decided.share:
        with node.write() as tx:
            tx.hold_others_off()
            step = step_of(tx, acting, SubmissionState.not_told, *filter(None, [answer.words]))
            keep_step(tx, _waiting(tx, shown.number), step, answer=answer)
        return Signing()
    if shown.submission.question is not None:
        return _sign_question(node, acting, shown.submission, shown.submission.question)
    found = act_of_submission(node, shown.submission)
    act = signed_now(found, acting.account.name, node, answer if then.fled else None)
    if answer is not None and answer.over_hub and not act.handle:
        raise InputError("Without a possible match there is nothing to tell over the hub.", kept="It waits.")
    if then.fled or not isinstance(act, DisclosureAct):
        return _let_ring(node, acting, shown.submission, act, answer)

    def write(tx: Transaction, decision: Decision) -> None:
        state = SubmissionState.signed if decision.permitted else SubmissionState.refused
        step = step_of(tx, acting, state, *_words(decision))
        keep_step(tx, _waiting(tx, shown.number), step, signed=act.completed)

    decision, delivery = decide_act(node, act, write)
    return Signing(decision, delivery)


def _require_not_own(then: ToSign) -> None:
    if then.own:
        raise ConflictError(
            "You asked this yourself, or have the name of somebody in the case: another manager signs it.",
            kept="It waits.",
        )


def _sign_question(node: Node, acting: Acting, submission: Submission, question: CheckRequest) -> Signing:
    """Keep that a question may be asked with this form; its check then asks it, once."""
    act = QuestionAct.of(node, question).signed(node, acting.account.name)
    decision = act.decided(node)
    with node.write() as tx:
        tx.hold_others_off()
        state = SubmissionState.signed if decision.permitted else SubmissionState.refused
        step = step_of(tx, acting, state, *_words(decision))
        keep_step(tx, _waiting(tx, submission.id), step, signed=act.request.sharing_form)
    return Signing(decision, question=act.request if decision.permitted else None)


async def ask_signed(node: Node, client: PeerClient, submission: Submission) -> None:
    """Ask what was signed; what was asked already is not asked again. Raises as `check`."""
    if submission.question is None or submission.state is not SubmissionState.signed:
        return
    form = submission.signed or submission.form
    question = submission.question.model_copy(update={"sharing_form": form})
    with suppress(ConflictError):
        await check(node, client, question, check_id=submission.check_id)


def _let_ring(
    node: Node, acting: Acting, submission: Submission, act: TellingAct, answer: TellingAnswer | None
) -> Signing:
    """Keep that the area is to be told by telephone, where the engine permits it; nothing goes over the hub."""
    with node.write() as tx:
        tx.hold_others_off()
        act = act.on_todays_facts(node)
        if not act.handle and not A_MANAGERS.intersection(act.against):
            step = step_of(tx, acting, SubmissionState.refused, NOTHING_AGAINST)
            keep_step(tx, _waiting(tx, submission.id), step)
            return Signing()
        decision = act.decided(node)
        state = SubmissionState.to_ring if decision.permitted else SubmissionState.refused
        step = step_of(tx, acting, state, *_words(decision))
        keep_step(tx, _waiting(tx, submission.id), step, answer=answer, signed=act.completed)
        decided = RecordedDecision(form=act.form, decision=decision, case_ref=act.request.case_ref)
        recording.record_decision(tx, _activity(tx, act), decided)
    return Signing(decision)


def record_call(node: Node, acting: Acting, shown: Shown, call: Call) -> Signing:
    """Record that the area was rung, before anything else; then what its manager lets go over the hub besides.

    Raises ConflictError where that was recorded meanwhile, or it is the manager's own.
    """
    submission = shown.submission
    _require_not_own(to_sign(node, acting, submission))
    act, over_hub = _as_signed(node, submission), bool(submission.answer and submission.answer.over_hub)
    decision = act.decided(node)

    def write(tx: Transaction, decision: Decision) -> None:
        found = submission_of(tx, submission.id)
        if found.state is not SubmissionState.to_ring:
            raise ConflictError(_MEANWHILE, kept="What they recorded.", do="Look at it again.")
        moves = over_hub and isinstance(act, DisclosureAct) and decision.permitted
        state = SubmissionState.signed if moves else SubmissionState.rung
        keep_step(tx, found, step_of(tx, acting, state, *_words(decision)), call=call)
        _put_call(tx, act, call, decision, acting)

    if over_hub and isinstance(act, DisclosureAct):
        return Signing(*decide_act(node, act, write))
    with node.write() as tx:
        tx.hold_others_off()
        write(tx, decision)
    return Signing(decision)


def not_rung(node: Node, acting: Acting, shown: Shown, why: str) -> None:
    """Record that in the end the area is not told. Raises ConflictError as `record_call` does."""
    _require_not_own(to_sign(node, acting, shown.submission))
    act = _as_signed(node, shown.submission)
    with node.write() as tx:
        tx.hold_others_off()
        found = submission_of(tx, shown.number)
        if found.state is not SubmissionState.to_ring:
            raise ConflictError(_MEANWHILE, kept="What they recorded.", do="Look at it again.")
        keep_step(tx, found, step_of(tx, acting, SubmissionState.not_told, why))
        row = DisclosureLogEntry(date=tx.today, agency=_agency(act), method="not told", told=False)
        put_entries(tx, _activity(tx, act), [row], acting.account.name)
        tx.session.flush()
        recording.close_evidenced(tx, _activity(tx, act))


def _put_call(tx: Transaction, act: TellingAct, call: Call, decision: Decision, acting: Acting) -> None:
    row = DisclosureLogEntry(
        date=call.on,
        agency=_agency(act),
        person=call.spoken_to,
        method=f"{BY_TELEPHONE}, at {call.clock}",
        authority=authority_of(decision),
        response=call.said,
    )
    put_entries(tx, _activity(tx, act), [row], acting.account.name)
    tx.session.flush()
    recording.close_evidenced(tx, _activity(tx, act))
    manager = act.form.signature(SignatureRole.manager)
    review_of_telling(tx, act.request.case_ref, act.name, act.area, manager.name if manager else "")
    tx.record(Action.call_recorded, by=tx.node.actor(acting.account.name), about=act.refs)


def _as_signed(node: Node, submission: Submission) -> TellingAct:
    """The act as it was signed, on the facts of this moment."""
    act = act_of_submission(node, submission)
    signer = submission.signer
    names = (signer.by,) if signer is not None else ()
    return replace(act, context=replace(act.context, signed_by=names))


def _waiting(tx: Transaction, number: str) -> Submission:
    """It, as long as it waits and whoever put it may still act. Raises ConflictError."""
    found = submission_of(tx, number)
    if found.state_at(tx.now) is not SubmissionState.waiting:
        raise ConflictError(_MEANWHILE, kept="What they decided.", do="Look at it again.")
    if account_of(tx, found.account).state is not AccountState.open:
        raise ConflictError(
            "Whoever put this before you has no account any more, so it is not signed.",
            kept="It waits.",
            do="Send it back; somebody else puts it again.",
        )
    return found


def _words(decision: Decision) -> tuple[str, ...]:
    return () if decision.permitted else tuple(one.text for one in decision.reasons)


def _activity(tx: Transaction, act: TellingAct) -> Activity:
    return Activity(tx.case_digest(act.request.case_ref), act.check_id)


def _agency(act: TellingAct) -> str:
    return act.form.recipient.agency or act.area_called

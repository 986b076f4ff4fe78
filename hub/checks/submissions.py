"""Putting before a manager what needs their signature before anything moves, and what becomes of it.

Whoever puts it signs as caseworker, in their own account. What a signature would not be enough for is not put: it
is said what else is missing. Nobody learns of one whose case they may not open. Signing it is `hub.checks.sign`'s.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from hub.accounts.accounts import Acting
from hub.audit.events import Action, Refs
from hub.cases.access import receiver_in_case, restrictions_on
from hub.cases.shown import shown_among
from hub.checks.check import areas_asked
from hub.checks.disclosure import TellingAct, found_telling
from hub.checks.question import QuestionAct
from hub.consent import NotTold, SharingForm
from hub.consent.form.form import Consultation, Signature
from hub.consent.form.vocabulary import Decided, SignatureRole
from hub.errors import ConflictError, InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import notices
from hub.records.accounts import AccountRole
from hub.records.check import CandidateRef, CheckRequest
from hub.records.notices import Matter, Waits
from hub.records.submissions import (
    DAY_S,
    WAITS_DAYS,
    Step,
    Submission,
    SubmissionState,
    TellingAnswer,
    keep_submission,
    open_submissions,
    submission_of,
    submissions_about,
)
from hub.values import Level

ID_BYTES: Final = 16
A_MANAGERS: Final = frozenset({NotTold.fled, NotTold.not_safe, NotTold.sealed, NotTold.area_unknown})
"""What stands against telling an area that is put before a manager whatever the engine says."""
SOMEBODY: Final = "the manager who is asked"
SOMEBODY_THERE: Final = "whoever is named there"
NOTHING_AGAINST: Final = "Nothing stands against asking this area any more: ask it, as you ask any other."
_UNDECIDED: Final = frozenset({SubmissionState.waiting, SubmissionState.to_ring})
Act = TypeVar("Act", bound=TellingAct)


@dataclass(frozen=True, slots=True)
class Put:
    """What came of putting something before a manager: its number or, where that is not enough, what is missing."""

    number: str = ""
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A submission as somebody sees it, and what has become of it by now."""

    submission: Submission
    state: SubmissionState

    @property
    def number(self) -> str:
        """What addresses name it by."""
        return self.submission.id


def levels_to_put(node: Node, acting: Acting, target: CandidateRef) -> tuple[Level, ...]:
    """At which levels a manager can be asked about telling an area of a candidate. Raises as `put_telling`.

    Of an area alone, with an empty handle, at none once nothing stands against it: then it is asked.
    """
    act = found_telling(node, target, Level.involvement, acting.requester)
    if A_MANAGERS.intersection(act.against):
        return (Level.involvement,)
    if not act.handle:
        return ()
    permitted = act.decided(node).permitted
    return (Level.summary,) if permitted else (Level.involvement, Level.summary)


def put_telling(node: Node, acting: Acting, target: CandidateRef, level: Level, reason: str) -> Put:
    """Put before a manager that an area be told of a candidate, and asked at that level. Twice, it is the same one.

    With an empty handle: that the area be rung, whether it was asked or left out; for involvement alone, and only
    while something stands against it. Raises NotFoundError where there is no such candidate or area for them,
    UsageError, RowsError.
    """
    if not target.handle and level is not Level.involvement:
        raise InputError("An area is rung for involvement alone.", kept="Nothing was put before anybody.")
    act = found_telling(node, target, level, acting.requester, _completed(node, acting, target, level))
    now, trial = act.decided(node), signed_now(act, SOMEBODY, node, TellingAnswer(decided=Decided.share))
    if not A_MANAGERS.intersection(act.against):
        if not act.handle:
            return Put(lacks=(NOTHING_AGAINST,))
        if not trial.decided(node).permitted:
            return Put(lacks=tuple(one.text for one in trial.decided(node).reasons))
    found = restrictions_on(node, acting.requester)
    with node.write() as tx:
        tx.hold_others_off()
        before = submissions_about(tx, target.check_id)
        same = [one for one in before if (one.area, one.handle, one.level) == _what(act)]
        if waiting := [one for one in same if one.state_at(tx.now) in _UNDECIDED]:
            return Put(waiting[0].id)
        for one in same:
            if one.account == acting.account.id and one.state in (
                SubmissionState.sent_back,
                SubmissionState.refused,
                SubmissionState.waiting,
            ):
                _step(tx, one, acting, SubmissionState.withdrawn)
        made = Submission(
            id=secrets.token_hex(ID_BYTES),
            case_ref=act.request.case_ref,
            case_digest=found.digest(act.request.case_ref).hex(),
            account=acting.account.id,
            proposer=acting.requester,
            reason=reason,
            check_id=target.check_id,
            area=act.area,
            area_called=act.area_called,
            handle=act.handle,
            level=level,
            form=act.request.sharing_form,
            not_accepted=tuple(one.text for one in now.reasons),
            until=tx.now + WAITS_DAYS * DAY_S,
            steps=(step_of(tx, acting, SubmissionState.waiting),),
        )
        keep_submission(tx, made, new=True)
        _record(tx, Action.submission_made, made)
    return Put(made.id)


def put_question(node: Node, acting: Acting, question: CheckRequest, check_id: str, reason: str) -> Put:
    """Put before a manager that a question be asked, as the check of that id. Twice, it is the same one.

    Raises InputError, UsageError, RowsError, StorageError.
    """
    act = QuestionAct.of(node, question)
    would = act.signed(node, SOMEBODY).decided(node)
    if not would.permitted:
        return Put(lacks=tuple(one.text for one in would.reasons))
    asked = areas_asked(node, act.request)
    known = {one.node_id: one.area for one in node.areas.area}
    found = restrictions_on(node, acting.requester)
    with node.write() as tx:
        tx.hold_others_off()
        if before := submissions_about(tx, check_id):
            return Put(before[-1].id)
        for one in open_submissions(tx):
            if _is_put_again(tx, one, acting, act.request):
                _step(tx, one, acting, SubmissionState.withdrawn)
        made = Submission(
            id=secrets.token_hex(ID_BYTES),
            case_ref=act.request.case_ref,
            case_digest=found.digest(act.request.case_ref).hex(),
            account=acting.account.id,
            proposer=acting.requester,
            reason=reason,
            check_id=check_id,
            area_called=", ".join(known.get(one, one) for one in asked)[:200],
            level=act.request.level,
            question=act.request,
            form=act.request.sharing_form,
            not_accepted=tuple(one.text for one in act.decided(node).reasons),
            until=tx.now + WAITS_DAYS * DAY_S,
            steps=(step_of(tx, acting, SubmissionState.waiting),),
        )
        keep_submission(tx, made, new=True)
        _record(tx, Action.submission_made, made)
    return Put(made.id)


def _is_put_again(tx: Reading, earlier: Submission, acting: Acting, question: CheckRequest) -> bool:
    """Whether it takes the place of one of theirs about the same person, that came to nothing."""
    asked = earlier.question
    over = (SubmissionState.sent_back, SubmissionState.refused, SubmissionState.lapsed)
    return (
        asked is not None
        and earlier.account == acting.account.id
        and earlier.state_at(tx.now) in over
        and (asked.case_ref, asked.subject) == (question.case_ref, question.subject)
    )


def _what(act: TellingAct) -> tuple[str, str, Level]:
    return act.area, act.handle, act.level


def _completed(node: Node, acting: Acting, target: CandidateRef, level: Level) -> SharingForm:
    """The form that stands for an act, at this level, with the caseworker's signature where it lacks one."""
    act = found_telling(node, target, level, acting.requester)
    form = act.request.sharing_form
    kept = tuple(one for one in form.signatures if one.role is not SignatureRole.manager)
    if form.signature(SignatureRole.caseworker) is None:
        kept = (*kept, Signature(role=SignatureRole.caseworker, name=acting.account.name, date=node.today()))
    return form.model_copy(update={"level": level, "signatures": kept})


def signed_now(act: Act, manager: str, node: Node, answer: TellingAnswer | None) -> Act:
    """The act as it would be with a manager's signature of today and, where given, their answer about the area.

    It is decided as signed by that account; nothing of it is kept.
    """
    today = node.today()
    form, against = act.form, A_MANAGERS.intersection(act.against)
    signatures = tuple(one for one in form.signatures if one.role is not SignatureRole.manager)
    update: dict[str, object] = {
        "signatures": (*signatures, Signature(role=SignatureRole.manager, name=manager, date=today))
    }
    if answer is not None and against:
        advice = Consultation(
            who=manager, date=today, advice=answer.words, decided=answer.decided, area=act.area
        )
        update["consultations"] = (*form.consultations, advice)
        receiver = answer.receiver or SOMEBODY_THERE
        update["recipient"] = form.recipient.model_copy(update={"person": receiver})
    managers = act.context.managers if manager != SOMEBODY else (*act.context.managers, SOMEBODY)
    context = replace(act.context, signed_by=(manager,), managers=managers)
    signed = form.model_copy(update=update)
    request = act.request.model_copy(update={"sharing_form": signed})
    context = replace(context, receiver_in_case=receiver_in_case(node, request))
    return replace(act, request=request, form=signed, context=context, completed=signed)


def act_of_submission(node: Node, submission: Submission) -> TellingAct:
    """The act that a submission is of, as whoever put it finds it now. Raises NotFoundError, UsageError."""
    target = CandidateRef(submission.check_id, submission.area or "", submission.handle)
    form = submission.signed or submission.form
    return found_telling(node, target, submission.level, submission.proposer, form)


def waiting_for_manager(node: Node, acting: Acting) -> list[Shown]:
    """What waits for a manager's signature or call, of the cases that they may open, and is not their own.

    Raises UsageError, RowsError.
    """
    with node.read() as tx:
        found = [one for one in open_submissions(tx) if one.state_at(tx.now) in _UNDECIDED]
        return [_shown(tx, one) for one in _theirs(node, acting, found) if one.account != acting.account.id]


def own_submissions(node: Node, acting: Acting) -> list[Shown]:
    """What somebody put before a manager and that is not over, of the cases that they may open."""
    with node.read() as tx:
        found = [one for one in open_submissions(tx) if one.account == acting.account.id]
        return [_shown(tx, one) for one in _theirs(node, acting, found)]


def submission_shown(node: Node, acting: Acting, number: str) -> Shown | None:
    """A submission for a manager of that case, or whoever put it; None where there is none for them."""
    with node.read() as tx:
        try:
            found = submission_of(tx, number)
        except NotFoundError:
            return None
        if not _theirs(node, acting, [found]):
            return None
        own = found.account == acting.account.id
        return _shown(tx, found) if own or acting.account.role is AccountRole.manager else None


def about_check(node: Node, acting: Acting, check_id: str) -> list[Shown]:
    """What was put before a manager about telling areas of a check, the newest first, for who may open its case."""
    with node.read() as tx:
        found = [
            one
            for one in submissions_about(tx, check_id)
            if one.area is not None and one.state is not SubmissionState.withdrawn
        ]
        return [_shown(tx, one) for one in reversed(_theirs(node, acting, found))]


def about_candidate(node: Node, acting: Acting, target: CandidateRef) -> list[Shown]:
    """That about a candidate or, with an empty handle, about an area alone."""
    found = about_check(node, acting, target.check_id)
    what = (target.area, target.handle)
    return [one for one in found if (one.submission.area, one.submission.handle) == what]


def _theirs(node: Node, acting: Acting, found: list[Submission]) -> list[Submission]:
    """Those of the cases that they may open, none of them about somebody whom they must not know of."""
    digests = {one.id: bytes.fromhex(one.case_digest) for one in found}
    shown = shown_among(node, acting, set(digests.values()))
    return [one for one in found if digests[one.id] in shown]


def _shown(tx: Reading, submission: Submission) -> Shown:
    return Shown(submission, submission.state_at(tx.now))


def withdraw(node: Node, acting: Acting, number: str) -> None:
    """Take back what one put before a manager, or set aside what came of it. Safe to repeat.

    Raises NotFoundError where it is not theirs, ConflictError where it is signed.
    """
    with node.write() as tx:
        tx.hold_others_off()
        found = submission_of(tx, number)
        if found.account != acting.account.id:
            raise NotFoundError("There is no such submission.")
        if found.state is SubmissionState.withdrawn:
            return
        if found.state not in (SubmissionState.waiting, SubmissionState.sent_back, SubmissionState.refused):
            raise ConflictError("A manager has decided it.", kept="What they decided.", do="Ask them.")
        _step(tx, found, acting, SubmissionState.withdrawn)


def send_back(node: Node, acting: Acting, number: str, missing: str) -> bool:
    """Send one back to whoever put it, saying what is missing. Says whether it waited."""

    def change(tx: Transaction, found: Submission) -> None:
        _step(tx, found, acting, SubmissionState.sent_back, missing)

    return while_waiting(node, number, change)


def while_waiting(node: Node, number: str, change: Callable[[Transaction, Submission], None]) -> bool:
    """Do something about a submission that waits; says whether it did."""
    with node.write() as tx:
        tx.hold_others_off()
        found = submission_of(tx, number)
        if found.state_at(tx.now) is not SubmissionState.waiting:
            return False
        change(tx, found)
        return True


def step_of(tx: Reading, acting: Acting, state: SubmissionState, *words: str) -> Step:
    """What somebody does about a submission now."""
    return Step(state=state, by=acting.account.name, account=acting.account.id, at=tx.now, words=words)


def _step(tx: Transaction, found: Submission, acting: Acting, state: SubmissionState, *words: str) -> None:
    keep_step(tx, found, step_of(tx, acting, state, *words))


def keep_step(tx: Transaction, found: Submission, step: Step, **changes: object) -> Submission:
    """Keep what somebody did about a submission, with its event."""
    kept = found.model_copy(update={"steps": (*found.steps, step), **changes})
    keep_submission(tx, kept)
    _record(tx, Action.submission_decided, kept)
    return kept


def _record(tx: Transaction, action: Action, found: Submission) -> None:
    """The event of what somebody did last about a submission, and that it waits for whoever is to know of it."""
    last = found.steps[-1]
    asker = "" if last.state is SubmissionState.waiting else found.proposer.name
    matter = Matter(waits=Waits.submission, about=(found.id,), asker=asker)
    if last.state is not SubmissionState.withdrawn:
        notices.arises(tx, matter, tx.case_digest(found.case_ref))
    refs = Refs(check_id=found.check_id, peer=found.area, handle=found.handle or None)
    tx.record(action, by=tx.node.actor(last.by), about=refs, kind=last.state.value)

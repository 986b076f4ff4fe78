"""Words on pages about what is signed: how it stands, how much is asked, what she said, and whether anyone fled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.consent.form.form import SharingForm
from hub.records.submissions import Submission, SubmissionState
from hub.values import Level, Role
from hub.web.console.language import gettext, mark

ROLES: Final = {
    Role.victim: mark("victim"),
    Role.perpetrator: mark("alleged perpetrator"),
    Role.child: mark("child"),
    Role.other: mark("other"),
}
STATES: Final = {
    SubmissionState.waiting: mark("Waits for a manager"),
    SubmissionState.sent_back: mark("Sent back"),
    SubmissionState.withdrawn: mark("Withdrawn"),
    SubmissionState.lapsed: mark("Lapsed: no manager signed it in time"),
    SubmissionState.not_told: mark("The manager decided that they are not told"),
    SubmissionState.to_ring: mark("The manager decided to ring them; the call is not recorded yet"),
    SubmissionState.rung: mark("They were told by telephone; nothing went over the hub"),
    SubmissionState.refused: mark("Signed, and not permitted: nothing moved"),
    SubmissionState.signed: mark("Signed"),
}
LEVELS: Final = {
    Level.involvement: mark("Tell them and ask for involvement"),
    Level.summary: mark("Tell them and also ask for the plan and minutes"),
}
BY_TELEPHONE: Final = mark("Ring them, tell them about whom you ask, and ask for involvement")


QUESTIONS: Final = {
    Level.involvement: mark("Ask them, without giving the name, whether they know the person"),
    Level.summary: mark(
        "Ask them, without giving the name; what they tell later may be a summary of the risk"
    ),
}
_SAID: Final = {
    "given": mark("Agreed"),
    "refused": mark("Refused"),
    "not_asked": mark("Was not asked"),
    "cannot_ask": mark("Cannot be asked safely"),
}


def state_in_words(state: SubmissionState) -> str:
    """What has become of one."""
    return gettext(STATES[state])


def about_in_words(every: Sequence[Submission]) -> dict[str, str]:
    """About whom each is, by its id: by part in the case and, where several of a case have one, by name too."""
    alike = Counter((one.case_ref, _part(one)) for one in {_who(one): one for one in every}.values())
    return {
        one.id: _about(one, several=alike[one.case_ref, _part(one)] > 1)
        for one in every
        if _part(one) is not None
    }


def _about(one: Submission, *, several: bool) -> str:
    part = _part(one)
    words = gettext(ROLES[part]) if part else ""
    subject = one.question.subject if one.question else None
    name = f"{subject.given_names} {subject.surname}".strip() if subject and several else ""
    return f"{words}, {name}" if name else words


def _part(one: Submission) -> Role | None:
    if one.question is not None:
        return one.question.subject.role
    return one.form.subjects[0].role if one.form.subjects else None


def _who(one: Submission) -> tuple[str, str]:
    return one.case_ref, one.question.subject.model_dump_json(exclude={"ref"}) if one.question else one.id


def level_in_words(level: Level, *, alone: bool = False) -> str:
    """What is asked of an area. `alone`: there is no possible match, so that it is rung and nothing else."""
    return gettext(BY_TELEPHONE if alone else LEVELS[level])


def said_in_words(form: SharingForm) -> list[str]:
    """What was said about asking, of those who were to be asked."""
    return [gettext(_SAID[one.agreement.value]) for one in form.subjects if one.agreement is not None]


def fled_in_words(answer: tuple[str, ...] | None) -> str:
    """The answer whether anyone fled an area."""
    if answer is None:
        return gettext(mark("Not decided: nobody has answered it"))
    if areas := fled_areas(answer):
        return gettext(mark("Yes: %(areas)s"), areas=", ".join(areas))
    return gettext(mark("Not known")) if NOT_KNOWN in answer else gettext(mark("No, nobody has"))


def asked_in_words(submission: Submission) -> str:
    """What is asked by it: of an area that is told, or of areas that are asked without the name."""
    if submission.question is None:
        return level_in_words(submission.level, alone=not submission.handle)
    return gettext(QUESTIONS[submission.level])

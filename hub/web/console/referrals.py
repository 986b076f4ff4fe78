"""Referring somebody on pages: one for each block of the printed form, in its order.

What was typed on the other blocks travels with the page, so that nothing is kept before it is sent. Each block is
checked when it is left; what is missing as a whole, when it is sent. Decides nothing (`hub.cases.refer`).
"""

from __future__ import annotations

from typing import Final

from fastapi import Response

from hub.cases.corrections import Corrector
from hub.cases.criteria import established
from hub.cases.refer import for_account, thresholds_of
from hub.cases.referral import CRITERIA, MOST_ROWS, Problem, Referral, problems
from hub.cases.referral_sent import refer_or_propose
from hub.cases.repeat_decisions import note_found
from hub.cases.shown import opens
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.web.console.asked import Asked, Page, see
from hub.web.console.cases import REFERRED, areas_of
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.console.paper_words import CRITERIA as CRITERIA_IN_WORDS
from hub.web.typed.cases import fled_wrong
from hub.web.typed.referrals import ReferralTyped

BLOCKS: Final = {
    "referrer": (mark("Who refers"), ("referring_agency", "contact_names", "contact_tel_email", "date")),
    "victim": (
        mark("Victim"),
        (
            *(
                "victim_name",
                "victim_dob",
                "victim_address",
                "victim_postcode",
                "victim_aliases",
                "victim_tel",
            ),
            *("tel_safe_to_call", "contact_info", "diversity", "gender", "victim_nhs_number"),
        ),
    ),
    "perpetrators": (mark("Perpetrators"), ("perpetrators",)),
    "children": (mark("Children"), ("children",)),
    "reason": (
        mark("Reason for referral"),
        (
            *("reason", *(f"crit_{one}" for one in CRITERIA), "pj_rationale", "incidents_12_months"),
            "repeat_date_listed_case_no",
        ),
    ),
    "consent": (
        mark("Awareness and consent"),
        ("victim_aware", "not_aware_why", "consent_given"),
    ),
    "afraid": (
        mark("Who is safe to talk to"),
        (
            "afraid_of",
            "safe_to_talk_to",
            "not_safe_to_talk_to",
            "other_marac_before",
            "other_marac_where_when",
        ),
    ),
    "send": (
        mark("Before it is sent"),
        ("case_ref", "sealed", "fled", "fled_areas", "fled_other"),
    ),
}
"""The blocks of the form by their names, each with its heading and its fields."""

_DIVERSITY: Final = {"BME": mark("B&ME"), "disabled": mark("Disabled"), "LGBTQ_plus": mark("LGBTQ+")}
_NAMES: Final = tuple(BLOCKS)
_ASKED: Final = frozenset(one for _, fields in BLOCKS.values() for one in fields)
_ROWS: Final = {
    "perpetrators": ("perpetrators",),
    "children": ("children",),
    "afraid": ("afraid_of", "safe_to_talk_to", "not_safe_to_talk_to"),
}


def _new(asked: Asked) -> Response:
    before = typed_before(asked, ReferralTyped)
    return _block(asked, before or unsent(), _NAMES[0])


def _go(asked: Asked) -> Response:
    form = asked.form(ReferralTyped)
    if not {one.partition(".")[0] for one in form.typed} <= _ASKED:
        raise InputError(
            "The form has a field that this page does not have.",
            do="Load the page again and send it from there.",
        )
    act, _, block = form.button.partition(".")
    if block not in BLOCKS:
        act, block = "next", _NAMES[0]
    if act == "more":
        return _block(asked, Form(typed=form.typed), block, more=True)
    if act == "back":
        return _block(asked, Form(typed=form.typed), _beside(block, -1))
    here = tuple(one for one in form.errors if block_of(one.name) in (block, ""))
    if here:
        return _block(asked, Form(form.typed, None, here, form.choices), block, 422)
    if act == "send":
        return _send(asked, form)
    return _block(asked, Form(typed=form.typed), _beside(block, 1))


def _send(asked: Asked, form: Form[ReferralTyped]) -> Response:
    typed = form.value
    if typed is None:
        return _block(asked, form, block_of(form.errors[0].name) or _NAMES[0], 422)
    for name, text in _wrong(asked, typed):
        form = form.with_error(name, text)
    if form.value is None:
        return _block(asked, form, block_of(form.errors[0].name) or _NAMES[-1], 422)
    try:
        referral = for_account(asked.node, asked.acting, typed.referral(_own(asked)))
        done = refer_or_propose(asked.node, referral, Corrector.of(asked.acting), opens(asked.acting))
    except (InputError, ConflictError) as error:
        return _block(asked, form.with_error("", error.text), _NAMES[-1], 422)
    forget(asked)
    if done.proposal:
        return see(f"/cases/{done.handle}/people/{done.proposal}")
    note_found(asked.node, bytes.fromhex(done.handle))
    return see(f"/cases/{done.handle}?{REFERRED}")


def _wrong(asked: Asked, typed: ReferralTyped) -> list[tuple[str, str]]:
    """What is missing as a whole, by its field."""
    node = asked.node
    referral = typed.referral(_own(asked))
    found = [(one.field, gettext(one.text)) for one in _problems(node, referral)]
    if typed.sealed is None:
        found.append(("sealed", gettext(mark("Say whether anyone here is in hiding, a witness or staff"))))
    if typed.fled is None:
        found.append(("fled", gettext(mark("Say whether anyone here fled an area"))))
    elif wrong := fled_wrong(typed):  # type: ignore[arg-type]
        found.append(("fled", gettext(wrong)))
    return found


def _problems(node: Node, referral: Referral) -> tuple[Problem, ...]:
    on = referral.date or node.today()
    high = established(referral, thresholds_of(node), on)
    return problems(referral, node.today(), established=high)


def _block(
    asked: Asked, form: Form[ReferralTyped], block: str, status: int = 200, *, more: bool = False
) -> Response:
    heading, fields = BLOCKS[block]

    def rows(name: str) -> list[int]:
        there = len(form.rows(name, 0))
        return form.rows(name, min(there + 1 if more else max(there, 1), MOST_ROWS))

    return asked.page(
        "referral_new.html",
        status,
        form=form,
        block=block,
        heading=gettext(heading),
        number=_NAMES.index(block) + 1,
        blocks=len(_NAMES),
        first=block == _NAMES[0],
        last=block == _NAMES[-1],
        rows={name: rows(name) for name in _ROWS.get(block, ())},
        elsewhere=[
            (name, text)
            for name, texts in form.typed.items()
            if name.split(".")[0] not in fields
            for text in texts
        ],
        criteria=[(one, gettext(words)) for one, words in CRITERIA_IN_WORDS.items()],
        areas=areas_of(asked.node),
        diversity=[{"value": name, "text": gettext(words)} for name, words in _DIVERSITY.items()],
        own=_own(asked),
    )


def _own(asked: Asked) -> str:
    """In whose name alone they refer: a representative and an Idva service in that of their own organisation."""
    body = asked.acting.organisation
    alone = body.idva_service or asked.acting.account.role is AccountRole.representative
    return body.name if alone else ""


def block_of(name: str) -> str:
    """The block that a field stands on; none for what is wrong with the form as a whole."""
    top = name.split(".")[0]
    return next((block for block, (_, fields) in BLOCKS.items() if top in fields), "")


def _beside(block: str, step: int) -> str:
    return _NAMES[max(0, min(_NAMES.index(block) + step, len(_NAMES) - 1))]


PAGES: Final = (
    Page("GET", "/referrals/new", _new),
    Page("POST", "/referrals/new", _go),
)

"""The engine's answer to a named case, from what the case says in TOML."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from pydantic import TypeAdapter

from hub.consent import (
    ConflictOfInterest,
    Context,
    Decider,
    Decision,
    Exclusion,
    HeldRecord,
    NotTold,
    PeerRequest,
    PublicationCase,
    Publisher,
    Rules,
    SharingAgreement,
    Staff,
    VictimAgreement,
    decide,
    decide_answer,
    decide_publication,
    parse_form,
)
from hub.consent.areas import Area
from hub.consent.form.fled import FledFrom
from hub.consent.form.vocabulary import Jurisdiction
from hub.values import AgencyKind, Band, Kind, Level, Role
from tests.consent.stories import ON, form_of, shipped


def answer_to(case: dict[str, Any], rules: Rules) -> Decision:
    on = dt.date.fromisoformat(case.get("on", ON.isoformat()))
    if "publication" in case:
        return publication(case["publication"], rules, on)
    form = parse_form(json.dumps(form_of(case), default=str).encode())
    if "held" in case:
        return holder(case, form, rules, on)
    return decide(form, rules, on, context(case.get("context", {})))


AREAS = (
    Area("northmoor", ("Northmoor",)),
    Area("eastvale", ("Eastvale",)),
    Area("westhaven", ("Westhaven",)),
    Area("oldtown", ("Vale of Elsewhere",)),
)
"""What a node knows that decides, or is asked."""


def answer(written: Any) -> tuple[str, ...]:
    """The answer whether anyone fled an area, as forms and cases write it."""
    return TypeAdapter[tuple[str, ...]](FledFrom).validate_python(written)


def agreement(changes: dict[str, Any]) -> SharingAgreement:
    """The agreement of `forms.toml` with what a case says is different."""
    return SharingAgreement.model_validate({**shipped()["agreement"], **changes})


MANAGER = "Bea Manager"  # whom a node knows as one, where a case does not say otherwise


def context(given: dict[str, Any]) -> Context:
    values = dict(given)
    if "agreements" in values:
        values["agreements"] = tuple(agreement(one) for one in values["agreements"])
        values["area"] = "northmoor"
    if values.pop("node", False):
        values |= {"areas": AREAS, "managers": tuple(values.get("managers", [MANAGER]))}
    if "case_fled_from" in values:
        values["case_fled_from"] = answer(values["case_fled_from"])
    if "staff" in values:
        values["staff"] = Staff(**values["staff"])
    if "insider" in values:
        values["insider"] = frozenset(ConflictOfInterest(kind) for kind in values["insider"])
    if "not_safe_to_talk_to" in values:
        values["not_safe_to_talk_to"] = tuple(values["not_safe_to_talk_to"])
    if "signed_by" in values:
        values["signed_by"] = tuple(values["signed_by"])
    return Context(**values)


def holder(case: dict[str, Any], form: Any, rules: Rules, on: dt.date) -> Decision:
    held, asked = dict(case["held"]), dict(case.get("asked", {}))
    typed = {
        "kind": Kind,
        "role": Role,
        "band": Band,
        "decided_by": Decider,
    }
    values: dict[str, Any] = {
        "kind": "marac",
        "role": "victim",
        "band": "strong",
        "confirmed": True,
        "published": True,
        "sealed": False,
        "agency": "Eastvale Police",
        "agency_kind": "police",
        "area": "eastvale",
        **held,
    }
    values = {key: value for key, value in values.items() if key not in case.get("drop_held", ())}
    values = {key: typed[key](value) if key in typed else value for key, value in values.items()}
    values["against"] = tuple(NotTold(one) for one in values.get("against", ()))
    exclusions = tuple(Exclusion(**entry) for entry in asked.pop("exclusions", []))
    if "agreements" in asked:
        asked["agreements"] = tuple(agreement(one) for one in asked["agreements"])
    if "agency_kind" in values:
        values["agency_kind"] = AgencyKind(values["agency_kind"])
    asked["level"] = Level(asked.get("level", form.level))
    asked["role"] = Role(asked.get("role", "victim"))
    asked["staff"] = Staff(**asked.get("staff", {}))
    return decide_answer(PeerRequest(form=form, **asked), HeldRecord(**values), rules, on, exclusions)


def publication(given: dict[str, Any], rules: Rules, on: dt.date) -> Decision:
    values = dict(given)
    held = tuple(agreement(one) for one in values.pop("agreements", []))
    publisher = Publisher(Jurisdiction.england_wales, "northmoor", held)
    values["kind"] = Kind(values.get("kind", "marac"))
    values["supplier"] = values.get("supplier", "Northmoor Police")
    values["supplier_kind"] = AgencyKind(values.get("supplier_kind", "police"))
    values["agreement"] = VictimAgreement(values.get("agreement", "not_asked"))
    if "fled_from" in values:
        values["fled_from"] = answer(values["fled_from"])
    values["roles"] = frozenset(Role(role) for role in values.get("roles", ["victim"]))
    return decide_publication(PublicationCase(**values), publisher, rules, on)

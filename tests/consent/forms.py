"""Forms as people might send them, complete ones and bent ones."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from hub.cli.decide import read_rules
from hub.consent import (
    Context,
    GroundKey,
    SharingForm,
    parse_form,
)
from tests.consent.answers import AREAS
from tests.consent.stories import form_named, ground, remove, shipped

RULES = read_rules()
NODE = Context(areas=AREAS)
"""A node that decides on a form, in an act that tells."""
LAW = settings(max_examples=int(os.environ.get("CONSENT_EXAMPLES", "80")))
KINDS = [
    "police",
    "probation",
    "council",
    "nhs",
    "housing_association",
    "idva_charity",
    "refuge",
    "school",
    "court",
]
DATA = ["identity", "involvement", "risk", "health", "offences", "children", "contact"]
NAMES = ["refuge", "hospital", "police", "council", "idva", "routine", "publish", "transfer"]
LEAVES = [
    "jurisdiction",
    "purpose",
    "level",
    "requester",
    "requester.role",
    "requester.agency_kind",
    "recipient",
    "recipient.agency_kind",
    "subjects",
    "incident",
    "risk",
    "dash",
    "protocol",
    "protocol.date",
    "protocol.ref",
    "protocol.covers",
    "grounds",
    "balancing",
    "consultations",
    "client_notified",
    "necessity",
    "fled_from",
    "review",
    "review.date",
    "review.owner",
    "signatures",
    "emergency",
    "conflicts",
]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Forms as people might send them: complete ones, bent in many ways at once."""
    form = form_named(draw(st.sampled_from(NAMES)))
    form["requester"] = {**form["requester"], "agency_kind": draw(st.sampled_from(KINDS))}
    if "recipient" in form and draw(st.booleans()):
        form["recipient"] = {"node_id": "eastvale", "agency_kind": draw(st.sampled_from(KINDS))}
    form["level"] = draw(st.sampled_from(["involvement", "involvement", "summary", "transfer"]))
    people = ["perpetrator", "child", "neighbour"]
    for name in draw(st.lists(st.sampled_from(people), unique=True, max_size=2)):
        form["subjects"].append(copy.deepcopy(shipped()["person"][name]))
    for person in form["subjects"]:
        person["data"] = draw(st.lists(st.sampled_from(DATA), unique=True, min_size=1, max_size=4))
        person["capacity"] = draw(st.sampled_from(["has", "lacks", "not_assessed", "child"]))
        spoken = ["refused", "not_asked", "cannot_ask", *(["given"] if person["capacity"] != "lacks" else [])]
        person["agreement"] = draw(st.sampled_from(spoken))
        person["only_self_at_risk"] = draw(st.booleans())
    if form.get("grounds") or draw(st.booleans()):
        form["grounds"] = [
            ground(key) for key in draw(st.lists(st.sampled_from(list(GroundKey)), unique=True))
        ]
    if draw(st.integers(0, 3)) == 0:
        answers = [
            ["eastvale"],
            ["Westhaven Marac"],
            ["Blackmoor"],
            "not_known",
            ["eastvale", "not_known"],
            [],
        ]
        form["fled_from"] = draw(st.sampled_from(answers))
    if draw(st.integers(0, 5)) == 0:
        form["jurisdiction"] = "scotland"
    if draw(st.integers(0, 4)) == 0:
        form["emergency"] = {"imminent_threat": "he is at the door"}
    if draw(st.integers(0, 5)) == 0:
        form["conflicts"] = {"declared": True, "details": "he is my brother"}
    for path in draw(st.lists(st.sampled_from(LEAVES), unique=True, max_size=2)):
        without(form, path)
    return form


def without(form: dict[str, Any], path: str) -> bool:
    """Leave an answer out, if it is there."""
    try:
        remove(form, path)
    except (KeyError, StopIteration, AttributeError):
        return False
    return True


def read(document: dict[str, Any]) -> SharingForm:
    return parse_form(json.dumps(document, default=str).encode())

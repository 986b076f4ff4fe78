"""Northmoor asks two areas about a woman whom both publish and who fled one; who was told. Judges nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import TypeAdapter

from hub.cases.importing.assemble import CaseIntake
from hub.checks.disclose import disclose, disclose_at_once
from hub.consent.form.fled import FledFrom
from hub.errors import NotFoundError
from hub.records.check import CandidateRef, CheckResult
from hub.values import Level
from hub.wire.messages import DISCLOSURES_PATH
from tests.checks.pending import grounded
from tests.federation.nodes import Areas, case, check, events, question, stranger

HER = stranger(11)
OTHERS = ("eastvale", "southmere")
UNANSWERED: Any = None
KNOWN_AREAS = """
version = "test"
as_of = 2026-11-01

[[area]]
node_id = "northmoor"
area = "Northmoor"
contact = { phone = "01632 960101" }

[[area]]
node_id = "eastvale"
area = "Vale of Elsewhere"
contact = { phone = "01632 960102" }

[[area]]
node_id = "southmere"
area = "Southmere"
contact = { phone = "01632 960103" }
"""

MANAGER = '[[staff]]\ngiven_names = "M."\nsurname = "Manager"\nmanager = true\n'


def urgent() -> dict[str, Any]:
    """A form with what an emergency needs and nothing else."""
    full = grounded()
    keys = ("form_version", "jurisdiction", "requester", "subjects")
    return {key: full[key] for key in keys} | {
        "emergency": {"imminent_threat": "he has texted that he is ten minutes away with a knife"},
        "signatures": full["signatures"][:1],
    }


def routine() -> dict[str, Any]:
    form: dict[str, Any] = question(HER).sharing_form.model_dump(mode="json")
    return form


FORMS = {"routine": routine, "emergency": urgent}


def her_case(ref: str, answer: Any, **changes: Any) -> CaseIntake:
    """A case of hers, from a file that asks whether anyone fled an area."""
    said = None if answer is UNANSWERED else TypeAdapter[tuple[str, ...]](FledFrom).validate_python(answer)
    return case(ref, [HER], fled_asked=True, fled_from=said, **changes)


def asked(areas: Areas, form: dict[str, Any], how: str, **changes: Any) -> CheckResult:
    """Northmoor asks both others, and tells each of them at once or by hand, as far as it may."""
    northmoor = areas["northmoor"]

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            when = "at_once" if how == "at once" else "ask_first"
            request = question(HER, *OTHERS, sharing_form=form, disclose=when, **changes)
            result = await check(northmoor, client, request)
            if how == "at once":
                return await disclose_at_once(northmoor, client, request, result)
            for area in OTHERS if how == "by hand" else ():
                try:
                    await disclose(northmoor, client, CandidateRef(result.check_id, area), Level.involvement)
                except NotFoundError:  # It was not asked.
                    continue
            return result

    return asyncio.run(go())


def told(areas: Areas) -> set[str]:
    """The areas that were told about whom, by the wire and by the receiving nodes' own records alike."""
    on_the_wire = {host for host, path in areas.network.asked if path == DISCLOSURES_PATH}
    on_record = {area for area in OTHERS if events(areas[area], "disclosure_received")}
    assert on_the_wire == on_record
    return on_the_wire

"""She is not told on: an area that somebody fled learns nothing about whom is asked, whatever was typed where.

Three real nodes. Northmoor asks about a woman whom both others publish. She fled Eastvale, which Northmoor's list
of areas calls the Vale of Elsewhere. What reached each node is read from the wire and from its own database.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.checks.check import check
from hub.checks.disclose import disclose, disclose_at_once
from hub.errors import NotFoundError
from hub.federation.publish import publish
from hub.records.check import CandidateRef, CheckResult
from hub.values import Level
from hub.wire.messages import DISCLOSURES_PATH
from tests.checks.pending import grounded
from tests.federation.nodes import Areas, case, events, hold, question, stranger

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

EVERYBODY, ALL_BUT_EASTVALE, NOBODY = {"eastvale", "southmere"}, {"southmere"}, set[str]()
ANSWERS: dict[str, tuple[Any, set[str]]] = {
    "nobody answered": (UNANSWERED, NOBODY),
    "nobody fled": ([], EVERYBODY),
    "by its id": (["eastvale"], ALL_BUT_EASTVALE),
    "by its name": (["Vale of Elsewhere"], ALL_BUT_EASTVALE),
    "by the name it gives itself": (["Eastvale"], ALL_BUT_EASTVALE),
    "in capitals, as a Marac": (["VALE  of ELSEWHERE (MARAC)"], ALL_BUT_EASTVALE),
    "with hyphens": (["vale-of-elsewhere"], ALL_BUT_EASTVALE),
    "in wide letters": (["\uff25\uff21\uff33\uff34\uff36\uff21\uff2c\uff25"], ALL_BUT_EASTVALE),
    "by a name that no area has": (["Blackmoor"], NOBODY),
    "by its name and one that no area has": (["eastvale", "Blackmoor"], NOBODY),
    "in letters of another alphabet": (["E\u0430stvale"], NOBODY),
    "not known": ("not_known", NOBODY),
    "Eastvale, and others not known": (["eastvale", "not_known"], NOBODY),
}


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


@pytest.fixture
def three(areas: Areas) -> Areas:
    """The three areas: both others hold her, and Northmoor knows one of them by another name than it has itself."""
    config = areas["northmoor"].home / "config"
    config.mkdir()
    (config / "areas.toml").write_text(KNOWN_AREAS, encoding="utf-8")
    for area in OTHERS:
        hold(areas[area], case(f"{area}-her", [HER]))
        publish(areas[area])
    return areas


def asked(areas: Areas, form: dict[str, Any], how: str) -> CheckResult:
    """Northmoor asks both others, and tells each of them at once or by hand, as far as it may."""
    northmoor = areas["northmoor"]

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            disclose_ = "at_once" if how == "at once" else "ask_first"
            request = question(HER, *OTHERS, sharing_form=form, disclose=disclose_)
            result = await check(northmoor, client, request)
            if how == "at once":
                return await disclose_at_once(northmoor, client, request, result)
            for area in OTHERS:
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


@pytest.mark.parametrize("how", ["at once", "by hand"])
@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("name", ANSWERS)
def test_only_areas_that_nobody_fled_are_told(three: Areas, name: str, kind: str, how: str) -> None:
    answer, expected = ANSWERS[name]
    asked(three, FORMS[kind]() | {"fled_from": answer}, how)
    assert told(three) == expected

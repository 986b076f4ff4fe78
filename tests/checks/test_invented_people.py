"""A person whom a hostile area invented, whom nearly every woman meets: nobody is told for that.

Eastvale publishes, beside its own people, one label under each common forename with each day of the year, and says
in it that all else is absent. Whoever is asked about meets it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from typing import Any

import pytest

from hub.audit.log import FORMAT
from hub.cases.alerts import LOOK_INTO_AREA
from hub.cases.obligations import list_obligations
from hub.checks import ask_area
from hub.checks.disclose import NOT_AT_ONCE, disclose_at_once
from hub.errors import LogError, RowsError
from hub.federation import publish as publishing
from hub.federation.entries import Job, jobs_of
from hub.federation.sync import sync_all
from hub.matching import weigh
from hub.matching.forms import pieces
from hub.matching.names import person_names
from hub.matching.score import DAY, FORENAME, MONTH, SURNAME, YEAR
from hub.node import upgrade
from hub.node.node import bind_what_is_not
from hub.records.check import CheckResult, DisclosureStatus
from hub.store.tables import Peer
from hub.values import AgencyKind, Band, Person, Requester, RequesterRole
from hub.wire.tokens import Label
from tests.audit.acting import sql
from tests.checks.disclosing import disclosed
from tests.federation.nodes import Areas, case, check, events, hold, question, stranger

ASKED = [stranger(300 + at) for at in range(3)]
MANAGER = Requester(
    name="M. Manager", role=RequesterRole.manager, agency="Police", agency_kind=AgencyKind.police
)
LABEL = os.urandom(16), os.urandom(16)


def texts(person: Person, form: str) -> list[str]:
    return [piece.text for piece in pieces(person_names(person)[0]).get(form, ())]


def born(person: Person) -> dt.date:
    return dt.date.fromisoformat(person.date_of_birth)


def days_of_the_year() -> list[str]:
    return [f"{dt.date(2000, 1, 1) + dt.timedelta(days=at):--%m-%d}" for at in range(366)]


def forenames_by_day() -> list[Job]:
    label = Label(*LABEL, FORENAME | MONTH | DAY)
    names = sorted({text for one in ASKED for text in texts(one, "FX")})
    keys = (f"v1|FX.md|{name}|{day}" for name in names for day in days_of_the_year())
    return [Job(key.encode(), weak=True, holders=((None, label),)) for key in keys]


def both_names_by_day() -> list[Job]:
    label = Label(*LABEL, FORENAME | SURNAME | MONTH | DAY)
    keys = [
        f"v1|{form}.md|{text}|{born(one):--%m-%d}"
        for one in ASKED
        for form in ("FX", "SX")
        for text in texts(one, form)
    ]
    return [Job(key.encode(), weak=True, holders=((None, label),)) for key in dict.fromkeys(keys)]


def forenames_by_date() -> list[Job]:
    label = Label(*LABEL, FORENAME | YEAR | MONTH | DAY)
    keys = [f"v1|FX.ymd|{text}|{born(one)}" for one in ASKED for text in texts(one, "FX")]
    return [Job(key.encode(), weak=False, holders=((None, label),)) for key in dict.fromkeys(keys)]


INVENTED = {
    "a forename by each day of the year": (forenames_by_day, Band.possible),
    "forenames and surnames by the day": (both_names_by_day, Band.possible),
    "a forename by each date": (forenames_by_date, Band.probable),
}


def publish_with(areas: Areas, jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "jobs_of", lambda subjects, config: jobs_of(subjects, config) + jobs)
        hold(areas["eastvale"], case("new", [stranger(999)]))
        publishing.publish(areas["eastvale"])

    async def sync() -> None:
        async with areas.client("northmoor") as client:
            assert all(not one.error for one in await sync_all(areas["northmoor"], client))

    asyncio.run(sync())


def ask_at_once(areas: Areas, *people: Person) -> list[CheckResult]:
    async def go() -> list[CheckResult]:
        node, found = areas["northmoor"], []
        async with areas.client("northmoor") as client:
            for at, who in enumerate(people):
                request = question(who, "eastvale", case_ref=f"NM-{100 + at}", disclose="at_once")
                result = await check(node, client, request)
                found.append(await disclose_at_once(node, client, request, result))
        return found

    return asyncio.run(go())


@pytest.mark.parametrize("name", INVENTED)
def test_nobody_is_told_at_once_of_whoever_meets_an_invented_person(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    jobs, most = INVENTED[name]
    publish_with(areas, jobs(), monkeypatch)
    for result in ask_at_once(areas, *ASKED):
        (area,) = result.areas
        (met,) = area.candidates
        assert met.band is most
        assert met.disclosure.status is DisclosureStatus.not_asked
        assert (NOT_AT_ONCE in area.note) == (most is Band.probable)
    assert events(areas["eastvale"], "disclosure_received") == []


def test_who_has_her_names_and_her_whole_date_is_still_told_at_once(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(areas["eastvale"], case("hers", [ASKED[0]]))
    publish_with(areas, forenames_by_day(), monkeypatch)
    (result,) = ask_at_once(areas, ASKED[0])
    assert [one.disclosure.status for one in result.areas[0].candidates] == [
        DisclosureStatus.answered,
        DisclosureStatus.not_asked,
    ]
    assert NOT_AT_ONCE not in result.areas[0].note


def test_a_feed_is_taken_to_have_as_many_people_as_its_entries_need(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever says that two million entries are of one person would have every match a sure one."""
    sizes: list[int] = []

    def weighing(subject: Any, related: Any, size: int, config: Any) -> Any:
        sizes.append(size)
        return weigh(subject, related, size, config)

    monkeypatch.setattr(ask_area, "weigh", weighing)
    ask_at_once(areas, ASKED[0])
    with areas["northmoor"].write() as tx:
        tx.session.get_one(Peer, "eastvale").copy_entries = 1_900_000
    ask_at_once(areas, ASKED[1])
    assert sizes[0] < 500
    assert sizes[1] == 19_000


def looked_into(areas: Areas) -> list[str]:
    """What managers of Northmoor have to look into, in words."""
    node = areas["northmoor"]
    listed = list_obligations(node, MANAGER, node.today())
    return [one.text for one in listed if one.code == LOOK_INTO_AREA]


def test_a_manager_is_alarmed_when_one_record_was_told_of_different_people(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_with(areas, forenames_by_date(), monkeypatch)
    alarms = []
    for result in ask_at_once(areas, *ASKED):
        for _ in range(2):
            assert disclosed(areas, result.check_id)[1].permitted
        alarms.append(looked_into(areas))
    none, (text,), again = alarms
    assert again == [text]
    assert none == []
    assert "different people for one record" in text
    assert ASKED[0].surname not in text


@pytest.mark.parametrize("statement", ["DELETE FROM told_candidate", "UPDATE told_candidate SET checks = ''"])
def test_that_it_was_told_of_others_cannot_be_taken_out_of_the_database(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    publish_with(areas, forenames_by_date(), monkeypatch)
    first, second = ask_at_once(areas, *ASKED)[:2]
    disclosed(areas, first.check_id)
    sql(areas["northmoor"], statement)
    with pytest.raises(RowsError, match="told_candidate"):
        disclosed(areas, second.check_id)
    with pytest.raises(LogError, match="has stopped"):
        disclosed(areas, second.check_id)


def test_what_it_was_told_before_that_was_kept_by_candidate_counts(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home of an earlier version has it in its log alone; a row that somebody put there is none of it."""
    publish_with(areas, forenames_by_date(), monkeypatch)
    node = areas["northmoor"]
    monkeypatch.setattr(upgrade, "_TELLINGS", FORMAT + 1)
    first, second = ask_at_once(areas, *ASKED)[:2]
    disclosed(areas, first.check_id)
    sql(node, "UPDATE told_candidate SET checks = ''")
    bind_what_is_not(node)
    disclosed(areas, second.check_id)
    assert len(looked_into(areas)) == 1
    before = len(events(node, "tellings_anchored"))
    bind_what_is_not(node)
    assert len(events(node, "tellings_anchored")) == before == 1

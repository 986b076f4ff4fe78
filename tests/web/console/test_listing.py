"""A case that was referred is listed for a meeting: by a page, a program and a command, and what follows."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.records.accounts import AccountRole
from hub.values import Role
from tests.accounts.people import cheap_passwords
from tests.cases.hidden import held
from tests.cli.running import Ended, inside
from tests.federation.nodes import Areas, case, copied, hold, stranger
from tests.web.api.conftest import Programs
from tests.web.console.browser import apart
from tests.web.console.by_journey.referring import REFERRAL
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
DAY_S = 86_400
HER = stranger(261)
HIM = stranger(262).model_copy(update={"role": Role.perpetrator})


@pytest.fixture
def areas(tmp_path: Path, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture
def console(areas: Areas) -> Console:
    return Console.of(areas["northmoor"], "Police")


class Visitor:
    """Somebody of a role at the console."""

    def __init__(self, areas: Areas, console: Console, role: AccountRole = R.coordinator) -> None:
        areas.clock.advance(2 * STEP_S)
        self.console, self.token = console, apart(console.users[role].signed_in)

    def get(self, path: str) -> httpx2.Response:
        return apart(partial(self.console.send, "GET", path, self.token))

    def post(self, path: str, **fields: str) -> httpx2.Response:
        return apart(partial(self.console.send, "POST", path, self.token, fields))

    def fills(self, path: str, **fields: str) -> httpx2.Response:
        """Send the form of a page, which has these fields and buttons."""
        page = self.get(path).text
        for name in fields:
            assert f'name="{name}"' in page, f"{path} asks for no {name}"
        return self.post(path, **fields)

    def reads(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.status_code
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def listed_in(console: Console, ref: str = "NM-LIST", **changes: Any) -> str:
    """A case that was referred today; its address."""
    today = console.node.today()
    apart(lambda: hold(console.node, case(ref, (HER, HIM), referral_date=today, **changes)))
    return f"/cases/{held(console.node, ref).row.handle.hex()}"


def in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_a_case_that_is_referred_on_the_console_is_listed_is_on_that_days_agenda_and_is_flagged_after_it(
    areas: Areas, console: Console
) -> None:
    page = Visitor(areas, console)
    sent = page.post(
        "/referrals/new", **{name: str(text) for name, text in REFERRAL.items()}, button="send.send"
    )
    there = sent.headers["Location"].partition("?")[0]
    assert f'href="{there}/meeting"' in page.get(sent.headers["Location"]).text, "the next step"
    assert "not listed yet" in page.reads(there)
    assert f'href="{there}/meeting"' in page.get("/work").text
    day = console.node.today() + dt.timedelta(days=3)
    assert page.fills(f"{there}/meeting", day=in_words(day), button="list").status_code == 303
    number = re.search(r"Case (R-\S+)", page.reads(there))
    assert number is not None
    assert in_words(day) in page.reads(there)
    assert f'href="{there}/meeting"' not in page.get("/work").text
    assert f"/agenda/{day.isoformat()}" in page.get("/agenda").text
    assert number[1] in page.reads(f"/agenda/{day.isoformat()}")
    assert number[1] not in page.reads("/flags")
    areas.clock.advance(3 * DAY_S)
    page = Visitor(areas, console)
    assert number[1] in page.reads("/flags")


def test_s001_r12_a_repeat_that_is_decided_for_a_day_is_on_its_agenda_and_its_case_says_so(
    areas: Areas, console: Console
) -> None:
    ago = console.node.today() - dt.timedelta(days=90)
    hold(console.node, case("NM-OLD", (HER, HIM), referral_date=ago, meeting_date=ago))
    there, page = listed_in(console, meeting_date=None), Visitor(areas, console)
    other = held(console.node, "NM-OLD").row.handle.hex()
    day = console.node.today() + dt.timedelta(days=9)
    decide = partial(page.fills, f"{there}/here-already/{other}", decided="repeat", happened="contact")
    wrong = decide(meeting=in_words(day.replace(year=day.year + 3)))
    assert wrong.status_code == 422
    assert "more than a year ahead" in wrong.text
    assert decide(meeting=in_words(day)).status_code == 303
    assert in_words(day) in page.reads(there)
    assert "NM-LIST" in page.reads(f"/agenda/{day.isoformat()}")


def test_what_is_wrong_with_a_day_is_said_beside_it_and_nothing_is_changed(
    areas: Areas, console: Console
) -> None:
    there, page = listed_in(console, meeting_date=None), Visitor(areas, console)
    today = console.node.today()
    for fields, words in (
        ({"button": "list"}, "Write the day of the meeting"),
        ({"day": in_words(today - dt.timedelta(days=1))}, "before the day of its referral"),
        ({"day": in_words(today + dt.timedelta(days=500))}, "more than a year ahead"),
        ({"day": "31 February 2027"}, "day"),
        ({"day": in_words(today + dt.timedelta(days=1)), "heard": "yes"}, "has not come"),
        ({"button": "off"}, "listed for no meeting"),
    ):
        answer = page.post(f"{there}/meeting", **fields)
        assert answer.status_code == 422, fields
        assert words in answer.text
    assert held(console.node, "NM-LIST").details.meeting_date is None


def test_a_case_that_was_heard_is_listed_again_and_one_is_taken_off_with_a_reason(
    areas: Areas, console: Console
) -> None:
    there, page = listed_in(console, meeting_date=None), Visitor(areas, console)
    first = console.node.today()
    further = first + dt.timedelta(days=20)
    assert page.post(f"{there}/meeting", day=in_words(first)).status_code == 303
    assert page.post(f"{there}/meeting", day=in_words(further)).status_code == 422, "was it heard?"
    assert page.fills(f"{there}/meeting", day=in_words(further), before="heard").status_code == 303
    assert f"heard before: {in_words(first)}" in page.reads(there).replace("Monday ", "")
    assert page.post(f"{there}/meeting", button="off").status_code == 422
    assert page.fills(f"{there}/meeting", button="off", why_off="She withdrew.").status_code == 303
    assert held(console.node, "NM-LIST").details.meeting_date == first, "as it was before"
    shown = page.reads(f"{there}/meeting")
    assert "She withdrew." in shown
    assert NAMES[R.coordinator] in shown


def command(console: Console, token: str, folder: Path, **said: Any) -> Ended:
    (folder / "token").write_text(token)
    (folder / "token").chmod(0o600)
    (folder / "said.json").write_text(json.dumps({"case_ref": "NM-LIST", **said}))
    how = ("--token-file", folder / "token", "--json")
    return inside("case", "list-for", console.node.home, folder / "said.json", *how)


def test_a_program_and_a_command_list_it_too_and_an_idva_services_own_people_do_not(
    areas: Areas, console: Console, tmp_path: Path
) -> None:
    there = listed_in(console, meeting_date=None, idva_service="Haven")
    programs = Programs(areas, console)
    token = programs.token(R.coordinator)
    day = (console.node.today() + dt.timedelta(days=4)).isoformat()
    send = partial(programs.send, "POST", f"{there}/meeting")
    for said in ({}, {"day": "2020-01-01"}, {"day": day, "victim": "Somebody"}):
        assert apart(partial(send, token, said)).status_code == 422, said
    given = apart(partial(send, token, {"day": day}))
    assert (given.json()["meeting_date"], given.json()["heard"]) == (day, [])
    later = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=11)).isoformat()  # As a command has the day.
    done = command(console, token, tmp_path, day=later, before="not_heard", because="Put off.").json
    assert done == {"case_ref": "NM-LIST", "meeting_date": later, "heard": []}
    assert command(console, token, tmp_path, day=None).error["code"] == "invalid_input"
    assert command(console, token, tmp_path, day=None, because="So.").json["meeting_date"] is None
    theirs = programs.token(R.idva)
    assert apart(lambda: programs.send("GET", there, theirs)).status_code == 200, "it is a client of theirs"
    assert apart(lambda: send(theirs, {"day": day})).status_code == 404
    assert command(console, theirs, tmp_path, day=day).error["code"] == "not_found"
    assert held(console.node, "NM-LIST").details.meeting_date is None


def test_whoever_is_kept_out_of_a_case_cannot_list_it_nor_tell_it_from_none(
    areas: Areas, console: Console, tmp_path: Path
) -> None:
    there, nowhere = listed_in(console, meeting_date=None), f"/cases/{'ab' * 16}"
    programs = Programs(areas, console)
    token = programs.token(R.coordinator)
    (console.node.home / STAFF_FILE).write_text(
        f'[[exclusion]]\ncase_ref = "NM-LIST"\nperson = "{NAMES[R.coordinator]}"\n'
    )
    day = console.node.today() + dt.timedelta(days=4)
    said = {"day": day.isoformat()}
    kept, none = (command(console, token, tmp_path, case_ref=ref, **said) for ref in ("NM-LIST", "NM-NONE"))
    assert (kept.code, kept.out, kept.err) == (none.code, none.out, none.err)
    page = Visitor(areas, console)
    here, absent = f"{there}/meeting", f"{nowhere}/meeting"
    pages = (page.get(here), page.get(absent))
    posts = (page.post(here, day=in_words(day)), page.post(absent, day=in_words(day)))
    first, second = (apart(partial(programs.send, "POST", path, token, said)) for path in (here, absent))
    for one, other in (pages, posts, (first, second)):
        assert (one.status_code, normal(one.text)) == (404, normal(other.text))
        assert other.status_code == 404
    assert f"{there}/meeting" not in page.get("/work").text
    assert held(console.node, "NM-LIST").details.meeting_date is None
    others = Visitor(areas, console, R.manager)
    assert f"{there}/meeting" in others.get("/work").text

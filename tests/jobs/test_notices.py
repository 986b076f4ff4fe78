"""Who is told that something waits, and when: whose work it is and nobody else, and never of whom."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from hub.accounts.accounts import acting_as, disable
from hub.audit.events import NODE
from hub.cases.staff import STAFF_FILE
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.submissions import put_telling, send_back, withdraw
from hub.consent import Decider, Decision, Obligation, Outcome, parse_form
from hub.jobs import deliveries, listing, notices
from hub.jobs.carriers import SUBJECT
from hub.node.node import Node
from hub.node.settings import ConsoleSettings
from hub.records import notices as records
from hub.records import outbox, received, recording, restorations
from hub.records.accounts import AccountRole
from hub.records.check import CandidateRef
from hub.records.decisions import RecordedDecision
from hub.records.notices import Matter, Waits
from hub.records.outbox import Parcel
from hub.records.restorations import Reasons
from hub.store import notices as rows
from hub.store import outbox as outbox_rows
from hub.store.notices import NoticeRow
from hub.store.obligations import Activity
from hub.store.outbox import DeliveryState
from hub.values import Level
from tests.accounts.people import User, cheap_passwords, user
from tests.checks.pending import asked, grounded, told, waiting
from tests.checks.signing import CASEWORKER
from tests.federation.nodes import Areas, case, hold, log, stranger
from tests.jobs.carrying import Mailbox, by_mail, mail_server

R = AccountRole
LINK: Final = "https://console.example.org/work"
REF: Final = "ev-pending"
PEOPLE: Final = {
    "manager": "Mo Ashdown",
    "coordinator": "Ash Underhill",
    "representative": "Rey Penrose",
    "data_protection_officer": "Dee Peel",
    "operator": "Oz Lowther",
}


@dataclass
class Told:
    """An area that sends notices by a real mail server, and the people there."""

    areas: Areas
    node: Node
    box: Mailbox
    people: dict[str, User]

    def waits(self, **asks: Any) -> None:
        """Northmoor asks about somebody here, on a ground that a person here has to weigh."""
        told(self.areas, asked(self.areas, asks=asks))

    def work(self, seconds: int = 0) -> list[str]:
        """What the worker sends by then, looking each minute: to whom, in the order of their addresses."""
        before = len(self.box.got)
        for _ in range(seconds // 60 + 2):  # One look addresses, the next sends.
            for task in notices.due(self.node):
                notices.attempt(self.node, task.name.removeprefix(notices.PREFIX))
            self.areas.clock.advance(60)
        return sorted(one.to[0].partition("@")[0] for one in self.box.got[before:])

    @property
    def rows(self) -> list[NoticeRow]:
        with self.node.read() as tx:
            return rows.every(tx.session)


@contextmanager
def made(areas: Areas, folder: Path, area: str = "eastvale") -> Iterator[Told]:
    """With one person of each role, and an Idva service's manager."""
    with mail_server(folder) as box, cheap_passwords():
        node = areas[area]
        changed = node.settings.model_copy(
            update={
                "notices": by_mail(folder, box),
                "console": ConsoleSettings(url="https://console.example.org"),
            }
        )
        node = areas.nodes[area] = replace(node, settings=changed)
        people = {role: user(node, name, R(role)) for role, name in PEOPLE.items()}
        haven = {"organisation": "Haven", "idva_service": True}
        people["service"] = user(node, "Head Haven", R.manager, **haven)  # type: ignore[arg-type]
        yield Told(areas, node, box, people)


@pytest.fixture
def eastvale(areas: Areas, tmp_path: Path) -> Iterator[Told]:
    with made(areas, tmp_path) as told_there:
        yield told_there


@pytest.fixture
def stored(stored_areas: Areas, tmp_path: Path) -> Iterator[Told]:
    """On each kind of database."""
    with made(stored_areas, tmp_path) as told_there:
        yield told_there


BOTH: Final = ["ash.underhill", "mo.ashdown"]


def test_those_whose_work_it_is_are_sent_a_link_and_nothing_of_anybody(
    stored: Told, caplog: pytest.LogCaptureFixture
) -> None:
    stored.waits()
    length = len(log(stored.node))
    assert stored.work() == [], "nobody is told at the moment at which something happens"
    assert stored.work(notices.LATEST_S) == BOTH
    assert stored.rows == []
    assert len(log(stored.node)) == length, "peers are shown how long it is"
    her, words = stranger(1), {"surname", "ev-", "victim", "request", "northmoor", "eastvale", "police"}
    canaries = {her.surname, her.given_names, REF, *words, *PEOPLE.values()}
    for mail in stored.box.got:
        text = mail.content.decode("ascii").casefold()
        assert LINK in text
        assert SUBJECT.casefold() in text
        assert {word for word in canaries if word.casefold() in text} == set()
    said = caplog.text.casefold()
    assert {word for word in {her.surname, her.given_names, REF, "@"} if word.casefold() in said} == set()
    bodies = {mail.content.partition(b"\r\n\r\n")[2] for mail in stored.box.got}
    assert len(bodies) == 1


def test_whoever_is_restricted_from_the_case_or_may_do_nothing_is_sent_nothing(eastvale: Told) -> None:
    entry = f'[[exclusion]]\ncase_ref = "{REF}"\nperson = "{PEOPLE["coordinator"]}"\n'
    (eastvale.node.home / STAFF_FILE).write_text(entry, encoding="utf-8")
    eastvale.waits()
    assert eastvale.work(notices.LATEST_S) == ["mo.ashdown"]
    again = _matter(eastvale)
    (eastvale.node.home / STAFF_FILE).write_text("broken [", encoding="utf-8")
    with eastvale.node.write() as tx:
        records.arises(tx, again, tx.case_digest(REF))
    assert eastvale.work(notices.LATEST_S) == []
    assert [one.account for one in eastvale.rows] == [None], "what is broken is put off, and tells nobody"
    (eastvale.node.home / STAFF_FILE).unlink()
    second = user(eastvale.node, "Una Second", R.manager)
    with eastvale.node.write() as tx:
        disable(tx, eastvale.people["manager"].account, second.account)
    eastvale.areas.clock.advance(3_600)
    assert eastvale.work(notices.LATEST_S) == ["ash.underhill", "una.second"]


def _matter(eastvale: Told) -> Matter:
    with eastvale.node.read() as tx:
        (one,) = received.waiting(tx)
    key = one.key
    about = (key.peer, key.check_id, key.handle.hex(), key.level.value)
    return Matter(waits=Waits.request, about=about)


def test_what_changed_between_the_look_and_the_sending_counts(eastvale: Told) -> None:
    eastvale.waits()
    for task in notices.due(eastvale.node):
        notices.attempt(eastvale.node, task.name.removeprefix(notices.PREFIX))
    assert len(eastvale.rows) == 2
    entry = f'[[exclusion]]\ncase_ref = "{REF}"\nperson = "{PEOPLE["coordinator"]}"\n'
    (eastvale.node.home / STAFF_FILE).write_text(entry, encoding="utf-8")
    assert eastvale.work(notices.LATEST_S) == ["mo.ashdown"]
    (eastvale.node.home / STAFF_FILE).unlink()
    eastvale.areas.clock.advance(3_600)
    with eastvale.node.write() as tx:
        records.arises(tx, _matter(eastvale), tx.case_digest(REF))
    (waiting,) = waiting_requests(eastvale.node)
    record_holder_decision(
        eastvale.node, waiting.key, HolderDecision(Decider.coordinator, release=False, name="Mo Ashdown")
    )
    assert eastvale.work(notices.LATEST_S) == []
    assert eastvale.rows == [], "it waits for nobody any more"


def test_one_notice_stands_for_all_that_waits_but_an_emergency_is_told_at_once(stored: Told) -> None:
    stored.waits()
    with stored.node.write() as tx:
        for _ in range(5):
            records.arises(tx, _matter(stored), tx.case_digest(REF))
    assert stored.work(notices.LATEST_S) == BOTH
    with stored.node.write() as tx:
        records.arises(tx, _matter(stored), tx.case_digest(REF))
    assert stored.work(notices.LATEST_S) == [], "they were told a few minutes ago"
    urgent = _matter(stored).model_copy(update={"urgent": True})
    with stored.node.write() as tx:
        for _ in range(5):
            records.arises(tx, urgent, tx.case_digest(REF))
    assert stored.work() == BOTH
    assert stored.work(3_600) == [], "what it stood for is not told again"
    with stored.node.write() as tx:
        records.arises(tx, _matter(stored), tx.case_digest(REF))
    assert stored.work(notices.LATEST_S) == BOTH


def test_what_is_refused_is_tried_again_and_in_the_end_waits_for_a_person(
    eastvale: Told, caplog: pytest.LogCaptureFixture
) -> None:
    eastvale.waits()
    address = eastvale.people["manager"].sign_in
    eastvale.box.answers += [f"451 {address} later", f"550 {address} Danielle"] * 1_000
    schedules = eastvale.node.settings.schedules.model_copy(update={"give_up_after": 4})
    patient = eastvale.node.settings.model_copy(update={"schedules": schedules})
    eastvale.node = replace(eastvale.node, settings=patient)
    assert eastvale.work(3_600) == []
    assert {(one.state, one.tries) for one in eastvale.rows} == {(DeliveryState.failed, 4)}
    faults = " ".join(one.fault or "" for one in eastvale.rows) + caplog.text
    assert "refused the notice (550)" in faults
    assert not any(word in faults for word in (address, "Danielle", "@"))
    eastvale.box.answers.clear()
    assert eastvale.work(3_600) == []
    assert len(listing.waiting_notices(eastvale.node, None)) == 2
    listing.retry(eastvale.node, None, None, "operator")
    assert eastvale.work() == BOTH
    assert eastvale.rows == []


def test_a_row_that_somebody_changed_is_sent_to_nobody(eastvale: Told) -> None:
    eastvale.waits()
    notices.attempt(eastvale.node, notices.due(eastvale.node)[0].name.removeprefix(notices.PREFIX))
    other = eastvale.people["operator"].account.key
    with eastvale.node.write() as tx:
        connection = tx.session.connection()
        table = rows.NoticeRecord.__table__  # type: ignore[attr-defined]
        connection.execute(table.update().values(account=other, next_at=0))
    assert eastvale.work() == []
    assert eastvale.box.got == []


def test_nobody_is_told_while_nobody_knows_who_was_disabled_since(eastvale: Told) -> None:
    eastvale.waits()
    with eastvale.node.write() as tx:
        restorations.add(tx, backup_at=1, lost_size=None, reasons=Reasons(because="the disk failed"))
    assert eastvale.work(notices.LATEST_S) == []


def test_a_node_without_the_setting_keeps_none(areas: Areas) -> None:
    told(areas, asked(areas))
    with areas["eastvale"].read() as tx:
        assert rows.every(tx.session) == []
    assert notices.due(areas["eastvale"]) == []


def test_whoever_countersigns_and_whoever_completes_an_emergency_are_told(eastvale: Told) -> None:
    """The manager who is to sign what another asked; and of an emergency once more on the morning of its day."""
    node, day = eastvale.node, eastvale.node.today() + dt.timedelta(days=1)
    hold(node, case("ev-owed", [stranger(3)]))
    form = parse_form(grounded(requester={"name": PEOPLE["coordinator"], "role": "coordinator"}))
    owed = tuple(
        Obligation(code=code, text="Do it.", due=day)
        for code in ("countersign", "complete_emergency", "review")
    )
    decision = Decision(outcome=Outcome.permit, obligations=owed)
    with node.write() as tx:
        decided = RecordedDecision(form=form, decision=decision, case_ref="ev-owed")
        recording.record_decision(tx, Activity(tx.case_digest("ev-owed"), "a check"), decided)
    assert eastvale.work() == BOTH, "at once: it is an emergency"
    assert eastvale.work(6 * 3_600) == []
    assert eastvale.work(24 * 3_600) == BOTH
    assert eastvale.rows == []


def test_of_what_a_manager_asked_another_manager_is_told_who_signs(eastvale: Told) -> None:
    node = eastvale.node
    user(node, "Una Second", R.manager)
    hold(node, case("ev-owed", [stranger(3)]))
    form = parse_form(
        grounded(
            requester={"name": PEOPLE["manager"], "role": "manager"},
            signatures=[{"role": "caseworker", "name": PEOPLE["manager"], "date": "2026-11-01"}],
        )
    )
    owed = (Obligation(code="countersign", text="Sign it.", due=node.today()),)
    decision = Decision(outcome=Outcome.permit, obligations=owed)
    with node.write() as tx:
        decided = RecordedDecision(form=form, decision=decision, case_ref="ev-owed")
        recording.record_decision(tx, Activity(tx.case_digest("ev-owed"), "a check"), decided)
    assert eastvale.work(notices.LATEST_S) == ["una.second"]


@pytest.mark.parametrize("there", [True, False], ids=["who asked", "nobody of that name"])
def test_an_answer_that_came_by_itself_is_told_to_whoever_asked(
    areas: Areas, tmp_path: Path, there: bool
) -> None:
    with made(areas, tmp_path, "northmoor") as northmoor:
        if there:
            user(northmoor.node, "A. Coordinator")
        northmoor.waits(signatures=CASEWORKER)
        assert "ash.underhill" not in northmoor.work(notices.LATEST_S), "they have before them that it waits"
        decided = HolderDecision(Decider.coordinator, release=True, name="H. Older")
        record_holder_decision(areas["eastvale"], waiting(areas), decided)
        areas.clock.advance(3_600)
        worker = replace(northmoor.node, acts_as=NODE)
        (task,) = deliveries.due(worker)

        async def go() -> None:
            async with areas.client("northmoor") as client:
                await deliveries.attempt(worker, client, task.name)

        asyncio.run(go())
        assert northmoor.work(notices.LATEST_S) == (["a.coordinator"] if there else BOTH)


def test_a_delivery_that_is_given_up_is_told_to_those_whose_case_it_is(eastvale: Told) -> None:
    node = eastvale.node
    hold(node, case("ev-owed", [stranger(3)]))
    with node.write() as tx:
        digest = tx.case_digest("ev-owed")
        number = outbox.put(tx, Parcel("disclosure", "northmoor", "an act", b"words", digest))
        outbox.lapse(tx, number, "It would not be permitted today.")
    assert eastvale.work(notices.LATEST_S) == BOTH
    with node.write() as tx:
        other = outbox.put(tx, Parcel("disclosure", "northmoor", "another act", b"words", digest))
        outbox.lapse(tx, other, "It would not be permitted today.")
        row = outbox_rows.get(tx.session, other)
        assert row is not None
        outbox.cancel(tx, row, "operator")
    eastvale.areas.clock.advance(3_600)
    assert eastvale.work(notices.LATEST_S) == [], "somebody saw to it"


def test_managers_are_told_of_what_waits_for_a_signature_and_its_asker_of_what_they_decided(
    areas: Areas, tmp_path: Path
) -> None:
    with made(areas, tmp_path, "northmoor") as here:
        signed = [{"role": "caseworker", "name": PEOPLE["coordinator"], "date": "2026-11-01"}]
        found = asked(areas, asks={"signatures": signed})
        target = CandidateRef(found.check_id, "eastvale", found.areas[0].candidates[0].handle)
        with here.node.read() as tx:
            ash, mo = (acting_as(tx, here.people[role].account) for role in ("coordinator", "manager"))
        here.work(3_600)  # Whatever the question itself left.
        put = put_telling(here.node, ash, target, Level.summary, "The minutes are wanted.")
        assert here.work(3_600) == ["mo.ashdown"]
        assert send_back(here.node, mo, put.number, "Which minutes?")
        assert here.work(3_600) == ["ash.underhill"]
        again = put_telling(here.node, ash, target, Level.summary, "Those of May.")
        withdraw(here.node, ash, again.number)
        assert here.work(3_600) == []

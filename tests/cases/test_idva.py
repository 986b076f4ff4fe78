"""Who is referred to the Idva service, what it does about it, and what the Marac sees: yes or no, and hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cases import idva_inbox
from hub.cases.first_contact import FirstContact
from hub.cases.papers_shown import papers_shown
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.shown import case_shown, lines
from hub.cases.staff import STAFF_FILE
from hub.errors import ConflictError, NotFoundError
from hub.node.node import Node
from hub.records.idva import every_idva_referral
from hub.records.papers import PaperKind
from hub.store.verify import verify_database
from hub.transfers.accept import accept
from hub.values import Kind, day_in_words
from hub.web.console.idva_referrals import in_words
from hub.web.console.language import gettext, moment, short_day
from hub.web.typed.first_contacts import in_words as told_in_words
from hub.web.typed.first_contacts import told_of
from tests.accounts.people import cheap_passwords
from tests.cases.idvas import HAVEN, HOUR, add_service, coordinator, idva, referred
from tests.cases.referring import sample
from tests.federation.nodes import IMPORTER, Areas, case, events, hold, stranger
from tests.transfers.moving import THERE, heard, offered


@pytest.fixture
def node(stored_areas: Areas) -> Iterator[Node]:
    add_service(stored_areas["northmoor"])
    with cheap_passwords():
        yield stored_areas["northmoor"]


def counted(contact: FirstContact | None) -> tuple[bool, int]:
    assert contact is not None
    return contact.reached, contact.hours


def test_s003_r202_every_case_that_is_referred_goes_to_the_idva_service_with_consent_or_without(
    node: Node,
) -> None:
    for at, said in enumerate(("yes", "no", None)):
        name = {"given_names": "Ever", "surname": f"Quill{'abc'[at]}"}
        referred(node, consent_given=said, victim_name=name)
    hold(node, case("NM-csv", [stranger(60)], meeting_date=dt.date(2026, 11, 20)))
    own = idva_inbox.of_service(node, idva(node))
    assert len(own) == 4
    assert all(counted(one.contact) == (False, 0) or one.number == "NM-csv" for one in own)
    with node.read() as tx:
        assert verify_database(tx.session, "northmoor", node.log.files.read().found).holds


def test_what_was_heard_long_ago_or_is_a_services_own_goes_to_nobody(node: Node) -> None:
    hold(node, case("NM-old", [stranger(61)]))
    hold(node, case("NM-own", [stranger(62)], kind=Kind.idva, idva_service=HAVEN, meeting_date=None))
    assert not events(node, "idva_referred")


def test_the_same_referral_twice_is_one_and_a_later_one_of_the_case_begins_a_clock_anew(node: Node) -> None:
    done = referred(node)
    referred(node)
    who = idva(node)
    (one,) = idva_inbox.of_service(node, who)
    idva_inbox.tried(node, who, one.referral.id, reached=True)
    referred(node)
    assert len(events(node, "idva_referred")) == 1
    again = sample(case_ref=done.case_ref, date=node.today() + dt.timedelta(days=1))
    node.clock.advance(3 * 86_400)  # type: ignore[attr-defined]
    refer(node, Referral.model_validate(again), IMPORTER)
    (line,) = idva_inbox.of_service(node, who)
    assert not line.contact.reached
    assert line.referral.id != one.referral.id


def test_the_service_reads_what_the_referral_says_and_nothing_else_of_the_maracs(node: Node) -> None:
    done = referred(node)
    who, marac = idva(node), coordinator(node)
    (line,) = idva_inbox.of_service(node, who)
    found = idva_inbox.shown(node, who, line.referral.id)
    assert found is not None
    assert found.held is not None
    assert {one.paper.kind for one in found.papers} == {PaperKind.referral, PaperKind.dash}
    assert case_shown(node, who, done.handle) is None
    assert idva_inbox.shown(node, marac, line.referral.id) is None
    assert idva_inbox.of_service(node, marac) == []
    assert idva_inbox.of_service(node, idva(node, "Harbour")) == []
    assert idva_inbox.shown(node, idva(node, "Refuge"), line.referral.id) is None


def test_s003_r203_the_marac_sees_yes_or_no_and_hours_and_red_after_48(node: Node) -> None:
    done = referred(node)
    who, marac = idva(node), coordinator(node)
    (line,) = idva_inbox.of_service(node, who)
    node.clock.advance(47 * HOUR)  # type: ignore[attr-defined]
    idva_inbox.tried(node, who, line.referral.id, reached=False)
    (seen,) = idva_inbox.of_marac(node, marac)
    assert counted(seen.contact) == (False, 47)
    assert seen.contact is not None
    assert not seen.contact.late
    node.clock.advance(HOUR)  # type: ignore[attr-defined]
    (seen,) = idva_inbox.of_marac(node, marac)
    assert seen.contact is not None
    assert seen.contact.late
    assert counted(idva_inbox.tried(node, who, line.referral.id, reached=True)) == (True, 48)
    assert idva_inbox.of_marac(node, marac) == []
    of_case = idva_inbox.of_case(node, marac, done.handle)
    assert of_case is not None
    assert counted(of_case.contact) == (True, 48)
    assert idva_inbox.of_marac(node, who) == []
    assert idva_inbox.of_case(node, who, done.handle) is None


def test_of_a_referral_that_came_after_its_day_days_are_counted_from_that_day(node: Node) -> None:
    yesterday = node.today() - dt.timedelta(days=1)
    referred(node, date=yesterday, victim_name="Ever Quill")
    referred(node, date=node.today(), victim_name="Never Quill")
    late, now = (one.contact for one in idva_inbox.of_service(node, idva(node)))
    assert (late.day, late.days, now.day, now.hours) == (yesterday, 1, None, 0)
    assert now.since == node.now()
    day = in_words(late)
    assert day == gettext("Contacted: no, 1 day since the referral of %(day)s", day=short_day(yesterday))
    assert in_words(now) == f"Contacted: no, 0 hours since it came here at {moment(node.now())}"
    assert told_in_words(late) == f"not contacted, 1 day since the referral of {day_in_words(yesterday)}."
    assert told_of(late)["referred_on"] == yesterday


def test_the_same_said_twice_is_kept_once(node: Node) -> None:
    referred(node)
    who = idva(node)
    (line,) = idva_inbox.of_service(node, who)
    for _ in range(2):
        idva_inbox.tried(node, who, line.referral.id, reached=False)
    assert len(events(node, "idva_tried")) == 1


def test_whom_the_service_takes_on_is_its_own_client_whom_the_marac_does_not_see(node: Node) -> None:
    done = referred(node)
    who, marac = idva(node), coordinator(node)
    (line,) = idva_inbox.of_service(node, who)
    client = idva_inbox.take_on(node, who, line.referral.id)
    assert idva_inbox.take_on(node, who, line.referral.id) == client
    held = case_shown(node, who, client)
    assert held is not None
    assert (held.details.kind, held.details.idva_service) == (Kind.idva, HAVEN)
    theirs = case_shown(node, marac, done.handle)
    assert theirs is not None
    assert [one.details for one in held.people] == [one.details for one in theirs.people]
    assert held.details.not_safe_to_talk_to == theirs.details.not_safe_to_talk_to
    with node.read() as tx:
        (kept,) = every_idva_referral(tx)
        assert verify_database(tx.session, "northmoor", node.log.files.read().found).holds
    assert kept.client == client
    assert case_shown(node, marac, client) is None
    assert [one.number for one in lines(node, marac, 9, "Haven")] == []
    assert idva_inbox.shown(node, who, line.referral.id) is not None
    assert len(events(node, "idva_referred")) == 1
    copied = [one.paper.kind for one in papers_shown(node, who, held)]
    assert copied == [PaperKind.referral, PaperKind.dash]


def test_where_it_is_open_which_service_somebody_says_which(node: Node) -> None:
    add_service(node, "Harbour")
    done = referred(node)
    marac = coordinator(node)
    assert not events(node, "idva_referred")
    (seen,) = idva_inbox.of_marac(node, marac)
    assert (seen.case, seen.contact) == (done.handle, None)
    with pytest.raises(NotFoundError, match="no such Idva service"):
        idva_inbox.refer_to(node, marac, done.handle, "Northmoor Police")
    for _ in range(2):
        idva_inbox.refer_to(node, marac, done.handle, "harbour")
    assert len(idva_inbox.of_service(node, idva(node, "Harbour"))) == 1
    assert idva_inbox.of_service(node, idva(node)) == []
    with pytest.raises(NotFoundError):
        idva_inbox.refer_to(node, idva(node, "Other"), done.handle, HAVEN)


def test_a_service_that_she_named_as_not_safe_is_told_by_nobody(node: Node) -> None:
    done = referred(node, not_safe_to_talk_to="haven")
    assert not events(node, "idva_referred")
    with pytest.raises(ConflictError, match="not safe to talk to"):
        idva_inbox.refer_to(node, coordinator(node), done.handle, HAVEN)
    assert idva_inbox.of_service(node, idva(node)) == []


def test_an_idva_who_is_kept_out_of_the_case_finds_no_referral_of_it(node: Node) -> None:
    done = referred(node)
    who = idva(node)
    (line,) = idva_inbox.of_service(node, who)
    text = f'[[exclusion]]\ncase_ref = "{done.case_ref}"\nperson = "{who.account.name}"\n'
    Path(node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert idva_inbox.of_service(node, who) == []
    assert idva_inbox.shown(node, who, line.referral.id) is None
    for act in (idva_inbox.take_on, lambda *what: idva_inbox.tried(*what, reached=True)):
        with pytest.raises(NotFoundError, match="no such referral") as kept_out:
            act(node, who, line.referral.id)
        with pytest.raises(NotFoundError) as absent:
            act(node, who, "ab" * 16)
        assert str(kept_out.value) == str(absent.value)


def test_a_coordinator_who_is_kept_out_sees_nothing_of_its_first_contact(node: Node) -> None:
    done = referred(node)
    marac = coordinator(node)
    text = f'[[exclusion]]\ncase_ref = "{done.case_ref}"\nperson = "{marac.account.name}"\n'
    Path(node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert idva_inbox.of_marac(node, marac) == []
    assert idva_inbox.of_case(node, marac, done.handle) is None


def test_a_case_that_moves_here_begins_the_clock_when_it_is_accepted(areas: Areas) -> None:
    eastvale = areas["eastvale"]
    add_service(eastvale)
    heard(areas)
    made = offered(areas)
    areas.clock.advance(5 * HOUR)
    assert made.transfer is not None
    accept(eastvale, made.transfer.id, THERE)
    areas.clock.advance(3 * HOUR)
    with cheap_passwords():
        (line,) = idva_inbox.of_service(eastvale, idva(eastvale))
    assert (line.referral.why, counted(line.contact)) == ("transfer", (False, 3))
    assert line.contact.day is None

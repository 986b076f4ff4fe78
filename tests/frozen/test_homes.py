"""Homes that an earlier release made are opened, verified, read, published and asked by this one."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.audit.chain import Verified
from hub.audit.log import verify_log
from hub.cases.access import check_for
from hub.cases.case_file import case_paper
from hub.cases.disclosure_log import read_log
from hub.cases.obligations import list_obligations
from hub.cases.renewal import follow_agreements
from hub.cases.upgrade import bring_up_to_date
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.disclose import disclose
from hub.consent import Decider, Decision
from hub.federation.peers import take_over_pins
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.node.certificates import certify_keys
from hub.node.home import advance_audit_checkpoint
from hub.node.keys import load_root
from hub.node.node import open_node
from hub.node.pins import PINS
from hub.records.check import CandidateRef, CheckResult, DisclosureStatus
from hub.store.audit import DatabaseAudit
from hub.values import Kind, Level, Requester, Role
from tests.checks.pending import grounded
from tests.federation.hand import Hand
from tests.federation.nodes import START, Areas, Clock, agree, case, cases_of, check, hold, question, stranger
from tests.federation.problems import assert_problem

HERE: Final = Path(__file__).parent
RELEASES: Final = sorted(path.stem.removeprefix("results-") for path in HERE.glob("results-*.json"))
WHO: Final = Requester.model_validate(
    {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
)
TODAY: Final = dt.datetime.fromtimestamp(START, dt.UTC).date()


@pytest.fixture(params=RELEASES)
def shown(request: pytest.FixtureRequest) -> Any:
    """What the release showed to Northmoor when the homes were made."""
    document = json.loads((HERE / f"results-{request.param}.json").read_text())
    return {"release": request.param, **document}


@pytest.fixture
def left(shown: Any, tmp_path: Path) -> Iterator[Areas]:
    """The two homes, opened by this code at the time at which they were made, with a network between them."""
    nodes = {}
    clock = Clock()
    for area in ("northmoor", "eastvale"):
        with tarfile.open(HERE / f"{area}-{shown['release']}.tar.xz") as tar:
            tar.extractall(tmp_path, filter="data")
        (tmp_path / area).chmod(0o700)
        for key in (tmp_path / area / "keys").iterdir():
            key.chmod(0o600)
        _say_on_which_basis(tmp_path / area)
        nodes[area] = open_node(tmp_path / area, clock=clock)
        if not (tmp_path / area / PINS).exists():
            take_over_pins(nodes[area])
            certify_keys(nodes[area], load_root(tmp_path / area / "keys"))
        follow_agreements(nodes[area])
        advance_audit_checkpoint(nodes[area])
    areas = Areas(nodes, clock)
    for node in nodes.values():
        areas.network.serve(node)
    yield areas
    areas.close()


@pytest.fixture
def frozen(left: Areas) -> Areas:
    """The same, brought up to date."""
    for node in left.nodes.values():
        bring_up_to_date(node)
        advance_audit_checkpoint(node)
    return left


def _say_on_which_basis(home: Path) -> None:
    """What an operator adds to a home whose agreement stood in `node.toml`, without any basis or mode."""
    settings = home / "node.toml"
    said = 'mode = "trial"\nagency = "Police"\nagency_kind = "police"\n'
    settings.write_text(said + settings.read_text())
    agree(home)


def test_there_are_homes_of_a_release() -> None:
    assert RELEASES


def test_no_peer_is_answered_before_a_home_is_up_to_date(left: Areas) -> None:
    assert_problem(Hand(left).send("GET", "/federation/v1/feed"), 503, "upgrading", "local")
    bring_up_to_date(left["eastvale"])
    assert Hand(left).send("GET", "/federation/v1/feed").status_code == 200


def test_the_log_holds_up_to_its_checkpoint(frozen: Areas) -> None:
    for node in frozen.nodes.values():
        signed = node.log.files.read().newest()
        assert signed.size > 0
        with node.read() as tx:
            found = verify_log(DatabaseAudit(tx.session), node.node_id, [signed])
        assert isinstance(found, Verified)
        assert found.unwitnessed == 0


def test_what_was_sealed_reads_as_it_did(frozen: Areas, shown: Any) -> None:
    """A check with what was released, its obligations with their evidence, the disclosure log, the paper."""
    northmoor = frozen["northmoor"]
    recorded = check_for(northmoor, WHO, shown["released"]["check_id"])
    assert recorded.result == CheckResult.model_validate(shown["released"])
    closed = list_obligations(northmoor, WHO, TODAY, closed=True)
    (told,) = [one for one in closed if one.number in shown["closed"]]
    assert told.code == shown["code"]
    assert told.closing is not None
    assert told.closing.by == WHO
    assert [row.shared.sharing.told for row in read_log(northmoor, WHO, "NM-1")].count(True) == 2
    assert case_paper(northmoor, WHO, "NM-1").forms


def test_a_feed_goes_on_where_it_was(frozen: Areas) -> None:
    """Published again with somebody new, synced, and asked: old and new are matched."""
    northmoor, eastvale = frozen["northmoor"], frozen["eastvale"]
    assert publish(eastvale).added == 0
    hold(eastvale, case("EV-NEW", [stranger(9)]))
    assert publish(eastvale).added == 1

    async def ask() -> list[CheckResult]:
        async with frozen.client("northmoor") as client:
            assert not any(one.error for one in await sync_all(northmoor, client))
            asked = [stranger(9), cases_of("eastvale")[0][0]]
            return [await check(northmoor, client, question(one, "eastvale")) for one in asked]

    for result in asyncio.run(ask()):
        assert [one.band for one in result.areas[0].candidates][:1] == ["strong"]


def test_a_disclosure_that_waited_is_answered(frozen: Areas, shown: Any) -> None:
    (waiting,) = waiting_requests(frozen["eastvale"], WHO)
    decided = HolderDecision(Decider.idva_service, release=True)
    record_holder_decision(frozen["eastvale"], waiting.key, decided)

    async def ask_again() -> tuple[CheckResult, Decision]:
        async with frozen.client("northmoor") as client:
            target = CandidateRef(shown["waiting"]["check_id"], "eastvale")
            return await disclose(frozen["northmoor"], client, target, Level.involvement)

    # The form that it was asked on has no answer whether anyone fled an area; the case has it when it is given.
    assert asyncio.run(ask_again())[1].missing == ("fled_from",)
    her = cases_of("eastvale")[0][:1]
    hold(frozen["northmoor"], case("NM-1", her, publish=False, fled_asked=True, fled_from=()))
    area = asyncio.run(ask_again())[0].areas[0]
    (answered,) = [one.disclosure for one in (*area.candidates, *area.set_aside)]
    assert answered.status is DisclosureStatus.answered
    assert (answered.involvement, answered.role) == ((Kind.idva,), Role.victim)


def test_a_dismissed_candidate_stays_dismissed(frozen: Areas) -> None:
    async def ask() -> CheckResult:
        async with frozen.client("northmoor") as client:
            request = question(stranger(4), "eastvale", sharing_form=grounded())
            return await check(frozen["northmoor"], client, request)

    area = asyncio.run(ask()).areas[0]
    assert (area.candidates, len(area.set_aside)) == ((), 1)

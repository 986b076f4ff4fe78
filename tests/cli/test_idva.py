"""`hub idva` and `hub duty`: who is referred to a service, what it records, and whom other areas ring."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.accounts.accounts import acting_as
from hub.cases.idva_inbox import take_on
from hub.cases.plans import begin, change
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.shown import case_shown, lines
from hub.node.node import open_node
from tests.cases.planning import action, plan
from tests.cases.referring import sample
from tests.cli.accounts import Staffed
from tests.cli.running import Ended
from tests.federation.nodes import IMPORTER

REF = "NM-idva"


@pytest.fixture
def staffed(home: Path, tmp_path: Path) -> Staffed:
    """A node whose people have accounts, to whose Idva service somebody is referred."""
    made = Staffed.of(home, tmp_path / "tokens")
    node = open_node(home)
    refer(node, Referral.model_validate(sample(case_ref=REF, idva_service="Haven")), IMPORTER)
    node.database.close()
    return made


@pytest.fixture
def ida(staffed: Staffed) -> Callable[..., Ended]:
    """A command as the Idva runs it, with what it says in a file."""
    token = staffed.token("idva")

    def run(command: str, *arguments: object, **said: Any) -> Ended:
        file = staffed.folder.parent / "said.json"
        file.write_text(json.dumps(said), encoding="utf-8")
        given = [file] if said else []
        return staffed.hub(command, *arguments, *given, "--token-file", token)

    return run


def referral(ida: Callable[..., Ended]) -> dict[str, Any]:
    (line,) = ida("idva list", "--json").json["referrals"]
    return dict(line)


def test_s003_r202_r203_a_referral_is_listed_and_a_contact_recorded_that_the_marac_reads_as_hours(
    staffed: Staffed, ida: Callable[..., Ended]
) -> None:
    line = referral(ida)
    assert line["case_ref"] == REF
    marac = partial(staffed.hub, "idva list", "--token-file", staffed.token("coordinator"))
    assert REF in marac().out
    assert ida("idva contact", line["id"], "--not-reached").code == 0
    assert REF in marac().out
    assert ida("idva contact", line["id"], "--reached").code == 0
    assert REF not in marac().out


def test_s003_r206_card_r2_a_services_client_is_asked_and_the_word_on_the_plan_takes_a_person(
    staffed: Staffed, ida: Callable[..., Ended]
) -> None:
    number = referral(ida)["id"]
    node = open_node(staffed.home)
    with node.read() as tx:
        ash, her_idva = (acting_as(tx, staffed.account(tx, who)) for who in ("coordinator", "idva"))
    take_on(node, her_idva, number)
    client = next(one.number for one in lines(node, her_idva, 20) if one.number != REF)
    held = case_shown(node, ash, lines(node, ash, 1, REF)[0].handle)
    assert held is not None
    begin(node, held, ash.requester)
    change(node, held, ash.requester, lambda *_: plan(action(1), safety=None))
    node.database.close()
    told = ida("idva said", "--json", case_ref=client, said="yes", alone="yes").json
    assert (told["said"], told["agreement"]) == ("yes", "given")
    unsaid = ida("idva safe", number, safe=False, risk_it_makes="A letter comes home.")
    assert "/idva-referrals" in unsaid.err  # It takes a person, who signs in there.
    assert ida("idva handovers", number).code == 0


def test_s000_r9_who_is_on_duty_is_kept_and_shown(ida: Callable[..., Ended]) -> None:
    assert ida("duty keep", worker="Ida Fairweather", phone="01632 960 123").code == 0
    assert "01632 960 123" in ida("duty show").out

"""What one Idva service hands over to another stands nowhere that a Marac, at either node, reads."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from hub.cases.changes import find_case
from hub.cases.papers_shown import papers_shown
from hub.cases.shown import case_shown
from hub.node.node import Node
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.gists import every_gist
from hub.records.papers import Paper, PaperKind
from hub.transfers.handover import handovers
from tests.accounts.people import acting, cheap_passwords
from tests.cases.idvas import add_service, idva
from tests.federation.nodes import Areas
from tests.transfers.handing import BECAUSE, OTHERS, SERVICE, WORDS, handed_over, moved
from tests.transfers.moving import NEW, OLD, REF, heard
from tests.transfers.nothing_back import everything, listening

SAID = (WORDS, "Tarn Street", BECAUSE)


def test_s003_r209_nobody_but_the_two_services_finds_what_is_handed_over(
    areas: Areas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every row of both nodes opened with the node's own keys, files, backups, commands, and all that was sent."""
    caplog.set_level(logging.DEBUG)
    with (
        cheap_passwords(),
        listening(areas[OLD], areas.network.hosts) as at_old,
        listening(areas[NEW], areas.network.hosts) as at_new,
    ):
        one = moved(areas)
        assert handed_over(areas, one) == ""
    seen = handovers(areas[NEW], one.after, one.there)
    assert seen is not None
    assert seen.arrives is not None
    assert seen.arrives.words is not None
    assert (seen.arrives.words.words, seen.arrives.words.because) == (WORDS, BECAUSE), "the control"
    old = everything(areas[OLD], tmp_path / "old", at_old)
    new = everything(areas[NEW], tmp_path / "new", at_new)
    for held in (old, new):
        assert held.search(one.number), "the search sees the transfer"
        assert held.search(*SAID) == []
    assert "handover_came" in {json.loads(text).get("action") for text in _bodies(new.values)}
    assert not any(text in caplog.text for text in SAID)


def _bodies(values: list[tuple[str, bytes]]) -> list[bytes]:
    return [value for where, value in values if where == "audit_entry.body"]


def test_the_search_finds_what_the_service_can_open(areas: Areas, tmp_path: Path) -> None:
    """The control of the search: the same words in the open, as a paper of the Marac's, are found."""
    heard(areas)
    with areas[OLD].write() as tx:
        held = find_case(tx, REF)
        assert held is not None
        paper = Paper(kind=PaperKind.minutes, body={"text": WORDS}, by="P", at=1, supplier="P")
        papers.put(tx, held.row, paper)
    found = everything(areas[OLD], tmp_path / "old").search(*SAID)
    assert "case_paper.sealed" in {each.where for each in found}


@pytest.mark.parametrize("area", [OLD, NEW])
@pytest.mark.parametrize(
    "who", [AccountRole.coordinator, AccountRole.manager, "another service", "a manager of it"]
)
def test_nobody_of_the_marac_and_no_other_service_is_shown_any_of_it(
    areas: Areas, area: str, who: AccountRole | str
) -> None:
    with cheap_passwords():
        one = moved(areas)
        handed_over(areas, one)
        node, service = areas[area], SERVICE if area == OLD else OTHERS
        referral = one.referral if area == OLD else one.there
        if isinstance(who, AccountRole):
            somebody = acting(node, who, "Northmoor Police")
        elif who == "another service":
            add_service(node, "Beacon")
            somebody = idva(node, "Beacon")
        else:
            somebody = acting(node, AccountRole.manager, service, idva_service=True)
        seen = handovers(node, somebody, referral)
        assert (seen is not None) is (who == "a manager of it")
        for case in every_case(node):
            held = case_shown(node, somebody, case)
            shown = papers_shown(node, somebody, held) if held else []
            told = json.dumps([each.paper.model_dump(mode="json") for each in shown])
            own = area == OLD and who == "a manager of it" and held is not None
            assert (WORDS in told) is own
            assert ("idva_handover" in told) is own


def every_case(node: Node) -> list[str]:
    with node.read() as tx:
        return [one.row.handle.hex() for one in every_gist(tx)]

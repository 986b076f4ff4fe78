"""A node that met a row which is not as its log says has stopped, and goes on when somebody who looked says so."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from hub.cases.flight import correct_answer
from hub.cases.obligations import list_obligations
from hub.cases.seals import Said, seal_case
from hub.cases.staff import STAFF_FILE
from hub.cli.app import app
from hub.errors import LogError, RowsError, StorageError, UsageError
from hub.federation.publish import publish
from hub.jobs.schedule import Run, do, jobs_of
from hub.node.node import Node, open_node
from hub.node.stops import STOPS
from hub.store import feeds
from hub.store.checks import add_receipt
from hub.web.app import create_app
from hub.wire.messages import FEED_PATH, METADATA_PATH
from tests.audit.acting import HER, OTHER, keep, put_back, sealed_and_put_back, sql
from tests.cases.casework import FIRST, who
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, events, hold, in_feed, question


def resumed(node: Node, *more: str, because: str = "The auditor looked.") -> Result:
    return CliRunner().invoke(app, ["audit", "resume", str(node.home), "--because", because, *more])


def look(node: Node) -> None:
    """The worker's daily look."""
    do(jobs_of(node, [])["audit"], Run(node, lambda: None))


ALTERED = "UPDATE receipt SET check_id = check_id || 'x'"


def with_a_receipt(areas: Areas) -> Node:
    """A node that has a row which no act looks at."""
    node = areas["eastvale"]
    with node.write() as tx:
        add_receipt(tx.session, "c" * 32, "northmoor", "signed")
    return node


def test_a_look_that_finds_something_stops_the_node_until_somebody_lets_it_go_on(areas: Areas) -> None:
    node, hand = with_a_receipt(areas), Hand(areas)
    look(node)
    assert hand.evaluate().status_code == 200
    sql(node, ALTERED)
    assert hand.evaluate().status_code == 200, "no act rests on it"
    with pytest.raises(LogError):  # It cannot write down either that it failed.
        look(node)
    for path in ("/healthz", METADATA_PATH):
        assert TestClient(create_app(node), raise_server_exceptions=False).get(path).status_code == 503, path
    assert hand.send("GET", FEED_PATH).status_code == 503
    assert hand.evaluate().json()["type"].endswith("audit_log")
    sql(node, "UPDATE receipt SET check_id = substr(check_id, 1, 32)")
    assert hand.evaluate().status_code == 503, "what was put right lifts nothing"
    with pytest.raises(LogError, match="This node has stopped"):
        open_node(node.home)
    done = resumed(node)
    assert (done.exit_code, "The node goes on" in done.stdout) == (0, True), done.output
    assert hand.evaluate().status_code == 200
    open_node(node.home).database.close()
    [event] = events(node, "stop_ended")
    assert (event["actor"], event["detail"]["kind"]) == ("operator", "rows_hold")
    [stop] = node.log.stops.read().stops
    assert stop.found.startswith("The database is not as its log says. receipt")
    assert stop.because == "The auditor looked."


def test_rows_that_still_differ_let_it_go_on_only_where_somebody_answers_for_them(areas: Areas) -> None:
    node = with_a_receipt(areas)
    sql(node, ALTERED)
    with pytest.raises(LogError):
        look(node)
    refused = resumed(node, "--json")
    assert refused.exit_code == 1
    assert [one["table"] for one in json.loads(refused.stdout)["found"]] == ["receipt"]
    assert resumed(node, because=" ").exit_code == 2
    with pytest.raises(LogError):
        publish(node)
    accepted = resumed(node, "--accept", "--json")
    assert json.loads(accepted.stdout)["goes_on"] is True, accepted.output
    assert CliRunner().invoke(app, ["audit", "verify", str(node.home)]).exit_code == 0
    look(node)
    assert [one["detail"] for one in events(node, "stop_ended")] == [{"kind": "rows_accepted", "times": 1}]
    assert resumed(node).exit_code == 1, "it has not stopped"


def accepted(node: Node) -> dict[str, Any]:
    with pytest.raises(RowsError):
        publish(node)
    result = resumed(node, "--accept", "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def imported_anew(node: Node, *refs: str) -> None:
    """The next file has them as it ever had, with a word more."""
    hold(node, *(case(ref, [HER], sealed=False, criteria=("another word",)) for ref in refs))
    publish(node)


def test_a_case_that_was_put_back_counts_as_sealed_by_hand_until_a_manager_unseals_it(
    stored_areas: Areas,
) -> None:
    node = stored_areas["eastvale"]
    hold(node, case("other", [OTHER]))
    publish(node)
    sealed_and_put_back(node)
    told = accepted(node)
    assert (told["goes_on"], told["sealed"], told["new_feed"]) == (True, ["her"], False)
    publish(node)
    assert in_feed(node, OTHER)
    imported_anew(node, "her", "newer")
    assert not in_feed(node, HER)
    bea = who("Bea Manager", role="manager")
    with pytest.raises(UsageError, match="for a manager"):
        seal_case(node, "her", Said(bea, "It is over."), sealed=False)
    (node.home / STAFF_FILE).write_text(
        '[[staff]]\ngiven_names = "Bea"\nsurname = "Manager"\nmanager = true\n'
    )
    seal_case(node, "her", Said(bea, "It is over."), sealed=False)
    assert "review_unsealing" in {one.code for one in list_obligations(node, bea, FIRST)}
    publish(node)
    assert in_feed(node, HER)


def test_a_case_of_before_she_fled_shows_her_no_more_than_one_of_before_she_was_sealed(areas: Areas) -> None:
    node = areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    keep(node, "case_record")
    correct_answer(node, "her", ("Northmoor",), Said(who("Ada Worker"), "She said so."))
    put_back(node, "case_record")
    with pytest.raises(RowsError):
        publish(node)
    words = resumed(node, "--accept").stdout.replace("\n", " ")
    assert "1 case counts as sealed by hand until a manager unseals" in words
    assert "another person reviews: her." in words
    imported_anew(node, "her", "newer")
    assert not in_feed(node, HER)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person_record SET retired = true",
        "UPDATE person_record SET case_id = (SELECT max(id) FROM case_record)",
    ],
)
def test_who_was_taken_off_a_case_is_hidden_with_it(stored_areas: Areas, statement: str) -> None:
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER], sealed=True), case("other", [OTHER]))
    mine = "case_id = (SELECT max(id) - 1 FROM case_record)"
    sql(node, f"{statement} WHERE {mine}")
    assert "her" in accepted(node)["sealed"]
    hold(node, case("newer", [HER]))
    publish(node)
    assert not in_feed(node, HER)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM person_record WHERE case_id = (SELECT max(id) - 1 FROM case_record)",
        "UPDATE person_record SET case_id = 99 WHERE case_id = (SELECT max(id) - 1 FROM case_record)",
        "UPDATE person_record SET sealed = handle WHERE case_id = (SELECT max(id) - 1 FROM case_record)",
        "UPDATE case_record SET sealed = handle WHERE id = (SELECT max(id) - 1 FROM case_record)",
        "UPDATE case_record SET id = 99 WHERE id = (SELECT max(id) - 1 FROM case_record)",
    ],
)
def test_nobody_answers_for_cases_and_people_of_whom_it_is_not_known_who_they_were(
    areas: Areas, statement: str
) -> None:
    node = areas["eastvale"]
    hold(node, case("her", [HER], sealed=True), case("other", [OTHER]))
    with closing(
        sqlite3.connect(str(node.database.engine.url.database))
    ) as file:  # It enforces no reference.
        assert file.execute(statement).rowcount
        file.commit()
    with pytest.raises(RowsError):
        publish(node)
    refused = resumed(node, "--accept")
    assert refused.exit_code != 0
    assert "it is not known whom this node must not show" in refused.output.replace("\n", " ")
    with pytest.raises(LogError, match="This node has stopped"):
        publish(node)


def test_a_feed_that_was_put_back_is_made_anew(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    node = hand.holder
    hold(node, case("her", [HER]))
    publish(node)
    keep(node, "feed_state")
    hold(node, case("her", [HER], sealed=True))
    put_back(node, "feed_state")
    assert hand.evaluate().status_code == 503
    with node.database.read() as session:
        before = feeds.state(session)
    done = json.loads(resumed(node, "--accept", "--json").stdout)
    assert (done["goes_on"], done["new_feed"]) == (True, True)
    with node.read() as tx:
        after = feeds.state(tx.session)
        tx.require_lines_as_bound()
    assert before
    assert after
    assert after.epoch > before.epoch
    assert not in_feed(node, HER)


def test_a_stop_cannot_be_lifted_with_an_editor_nor_a_log_that_is_broken_resumed(areas: Areas) -> None:
    node = with_a_receipt(areas)
    sql(node, ALTERED)
    with pytest.raises(LogError):
        look(node)
    told = (node.home / STOPS).read_text()
    (node.home / STOPS).write_text(told.replace('"ended_at": null', '"ended_at": 1'))
    with pytest.raises(StorageError, match=r"stops\.json is not as"):
        publish(node)
    (node.home / STOPS).write_text(told)
    sql(node, "UPDATE audit_entry SET body = replace(body, 'operator', 'node') WHERE seq = 1")
    assert resumed(node, "--accept").exit_code == 2
    with pytest.raises(LogError, match="This node has stopped"):
        publish(node)


def asking(node: Node, file: Path, *more: str) -> tuple[Result, Result]:
    """A question and a disclosure, as somebody types them."""
    check = ["check", str(node.home), str(file), *more]
    disclose = ["disclose", str(node.home), "c" * 32, "--area", "eastvale", *more]
    return CliRunner().invoke(app, check), CliRunner().invoke(app, disclose)


def test_who_asks_of_a_node_that_has_stopped_is_told_whom_to_ring(areas: Areas, tmp_path: Path) -> None:
    node, file = areas["northmoor"], tmp_path / "question.json"
    file.write_text(question(HER, "eastvale", "southmere", "elsewhere").model_dump_json(), encoding="utf-8")
    lines = {one.node_id: f"{one.area}: {one.contact}" for one in node.areas.area}
    hold(node, case("NM-1", [HER]))
    (node.home / STAFF_FILE).write_text('[[exclusion]]\ncase_ref = "NM-2"\nperson = "A. Coordinator"\n')
    sql(node, "UPDATE case_record SET may_publish = 1 - may_publish")
    stops = CliRunner().invoke(app, ["check", str(node.home), str(file)])
    assert "The database is not as its log says" in stops.stderr, stops.output
    check, disclose = asking(node, file)
    for ended in (stops, check):
        assert lines["eastvale"] in ended.stderr.splitlines()
        assert lines["southmere"] in ended.stderr.splitlines()
        assert "elsewhere: no phone route recorded" in ended.stderr
        assert "fled one of these areas: ask your manager before you ring" in ended.stderr
    assert "This node has stopped" in check.stderr
    assert lines["eastvale"] in disclose.stderr.splitlines()
    assert lines["southmere"] not in disclose.stderr
    for ended in asking(node, file, "--json"):
        assert lines["eastvale"] in json.loads(ended.stdout)["error"]["do"].splitlines()
    file.write_text("no question", encoding="utf-8")
    assert lines["southmere"] in asking(node, file)[0].stderr.splitlines()
    assert areas.network.asked == []

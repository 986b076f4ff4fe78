"""Two areas through the command line, up to the answered disclosure; and questions that are refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.audit.events import Action
from hub.records.check import CheckResult
from hub.values import day_in_words
from tests.cli.conftest import PATIENCE_S, Pair
from tests.cli.running import actions, hub, inside

Write = Callable[[Any], Path]
CONTACTED = {Action.request_received, Action.answer_sent, Action.request_refused, Action.disclosure_received}


def contacts(home: Path) -> int:
    """How often peers reached a node, by its own log."""
    return sum(action in CONTACTED for action in actions(home))


def test_from_a_question_to_an_answered_disclosure(pair: Pair, asked: Write, day: dt.date) -> None:
    done = hub("check", pair.asking, asked(pair.question()), "--json")
    assert (done.code, done.err) == (0, "")
    result = CheckResult.model_validate(done.json)
    (area,) = result.areas
    assert (area.node_id, area.status) == ("eastvale", "answered")
    assert area.candidates[0].band == "probable"
    assert area.candidates[0].reasons
    assert {one.disclosure.status for one in area.candidates} == {"not_asked"}

    told = inside("disclose", pair.asking, result.check_id, "--area", "eastvale", "--json")
    assert told.code == 0
    answered = CheckResult.model_validate(told.json).areas[0].candidates[0].disclosure
    assert answered.status == "answered"
    assert answered.involvement
    assert answered.role == "victim"

    again = inside("disclose", pair.asking, result.check_id, "--area", "eastvale")
    assert again.code == 0
    assert f"This area was told before, on {day_in_words(day)} by" in again.out
    more = inside("disclose", pair.asking, result.check_id, "--area", "eastvale", "--level", "summary")
    assert more.code == 1
    line = f"hub disclose {pair.asking} {result.check_id} --area eastvale --level summary --form FORM.json"
    assert line in more.err
    for home in (pair.asking, pair.knowing):
        verified = inside("audit", "verify", home, "--json")
        assert (verified.code, verified.json["verified"]) == (0, True)


def test_people_read_areas_reasons_and_that_nothing_means_not_known(pair: Pair, asked: Write) -> None:
    done = hub("check", pair.asking, asked(pair.question(areas=["eastvale", "southmere"])))
    assert done.code == 0
    assert "Likely the same person" in done.out
    assert "Southmere is not connected" in done.out
    assert "01632 960103" in done.out
    assert 'never means "not known"' in done.out


def test_an_area_without_a_node_is_named_with_its_phone_route(pair: Pair, asked: Write) -> None:
    done = inside("check", pair.asking, asked(pair.question(areas="all")), "--json")
    assert done.code == 0
    status = {area["node_id"]: (area["status"], area["contact"]) for area in done.json["areas"]}
    assert status["eastvale"][0] == "answered"
    assert status["westhaven"][0] == "not_connected"
    assert "01632 960104" in status["westhaven"][1]


def test_a_node_without_neighbours_says_so_rather_than_ask_nobody_in_silence(
    pair: Pair, asked: Write
) -> None:
    (pair.asking / "config").mkdir(exist_ok=True)
    (pair.asking / "config" / "areas.toml").write_text('version = "1"\nas_of = 2026-01-01\n')
    done = inside("check", pair.asking, asked(pair.question(areas="neighbours")), "--json")
    assert done.code == 2
    assert "no area to ask" in done.error["text"]


def test_without_a_ground_the_check_ends_1_and_nothing_reaches_a_peer(pair: Pair, asked: Write) -> None:
    before = contacts(pair.knowing)
    done = inside("check", pair.asking, asked(pair.question("no_ground")), "--json")
    assert done.code == 1
    assert done.json["decision"]["outcome"] == "incomplete"
    assert "protocol or grounds" in done.json["decision"]["missing"]
    assert done.json["areas"] == []
    assert contacts(pair.knowing) == before
    assert Action.check_decided in actions(pair.asking)
    assert Action.request_sent not in actions(pair.asking)


def _without(question: dict[str, Any], *path: str) -> dict[str, Any]:
    *outer, last = path
    place = question
    for name in outer:
        place[name] = dict(place[name])
        place = place[name]
    del place[last]
    return question


def _with(question: dict[str, Any], value: object, *path: str) -> dict[str, Any]:
    *outer, last = path
    place = question
    for name in outer:
        place[name] = dict(place[name])
        place = place[name]
    place[last] = value
    return question


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an unknown field": (lambda q: q | {"priority": "high"}, "priority: not a field of a question"),
    "an unknown field of a person": (
        lambda q: _with(q, "Q", "subject", "maiden_name"),
        "subject.maiden_name: not a field of a question",
    ),
    "a name as a field": (lambda q: q | {"Winifred Oakapple": 1}, "(a field): not a field of a question"),
    "an unknown field of the form": (lambda q: _with(q, 1, "sharing_form", "stamp"), "stamp"),
    "a date that never was": (
        lambda q: _with(q, "1990-02-30", "subject", "date_of_birth"),
        "subject.date_of_birth",
    ),
    "a date in words": (
        lambda q: q | {"related": [{"given_names": "A", "date_of_birth": "May"}]},
        "related[0].date_of_birth",
    ),
    "a date of the form": (
        lambda q: _with(q, {"date": "soon", "owner": "x"}, "sharing_form", "review"),
        "review.date",
    ),
    "no form": (lambda q: _without(q, "sharing_form"), "no sharing_form"),
    "no subject": (lambda q: _without(q, "subject"), "subject"),
    "a subject without a name": (
        lambda q: q | {"subject": {"date_of_birth": "1990"}},
        "subject.date_of_birth",
    ),
    "a subject who is not on the case": (
        lambda q: q | {"subject": {"given_names": "Oakapple", "surname": "Oakapple"}},
        "subject.given_names, subject.surname",
    ),
    "another purpose than the form's": (
        lambda q: q | {"purpose": "marac_transfer"},
        "The form's purpose differs",
    ),
    "a purpose that is none": (lambda q: q | {"purpose": "curiosity"}, "purpose"),
    "an area nobody knows": (lambda q: q | {"areas": ["atlantis"]}, "areas name one that is neither"),
    "its own area": (lambda q: q | {"areas": ["northmoor"]}, "areas name this node itself"),
    "no areas": (lambda q: q | {"areas": []}, "areas"),
    "a list": (lambda q: [q], "is not a JSON object"),
    "half a letter": (lambda q: _with(q, "\ud800", "subject", "surname"), "subject.surname"),
}


@pytest.mark.parametrize(("change", "text"), BAD.values(), ids=BAD)
def test_a_question_that_cannot_be_is_refused_and_reaches_nobody(
    pair: Pair, tmp_path: Path, change: Callable[[dict[str, Any]], Any], text: str
) -> None:
    before = (contacts(pair.knowing), actions(pair.asking))
    path = tmp_path / "question.json"
    path.write_text(json.dumps(change(pair.question())))
    done = inside("check", pair.asking, path, "--json")
    assert done.code == 1
    assert text in done.error["text"]
    assert "Oakapple" not in done.out + done.err
    assert (contacts(pair.knowing), actions(pair.asking)) == before


FILES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"purpose: referred_elsewhere", "not JSON"),
    "not text": (b"\xff\xfe{}", "not UTF-8 text"),
    "empty": (b"", "not JSON"),
    "a field twice": (
        b'{"purpose": "referred_elsewhere", "purpose": "marac_transfer"}',
        "purpose is given twice",
    ),
    "a field of the form twice": (
        b'{"sharing_form": {"fled_from": ["eastvale"], "fled_from": []}}',
        "given twice",
    ),
    "no number": (b'{"level": NaN}', "NaN is not a number"),
    "a number without end": (b'{"level": 1e999}', "a number is too large"),
    "10 MB": (b'{"purpose": "' + b"x" * 10_000_000 + b'"}', "larger than 2,097,152 bytes"),
    "very deep": (b"[" * 200_000, "not JSON"),
}


@pytest.mark.parametrize(("content", "text"), FILES.values(), ids=FILES)
def test_a_file_that_holds_no_question_is_refused(
    pair: Pair, tmp_path: Path, content: bytes, text: str
) -> None:
    path = tmp_path / "question.json"
    path.write_bytes(content)
    done = inside("check", pair.asking, path, "--json")
    assert done.code == 1
    assert text in done.error["text"]


def test_a_missing_question_is_said(pair: Pair, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        done = inside("check", pair.asking, path, "--json")
        assert (done.code, "question" in done.error["text"]) == (2, True)


def test_a_peer_that_is_down_is_said_and_does_not_fail_the_check(
    pair: Pair, asked: Write, tmp_path: Path
) -> None:
    node_toml = pair.asking / "node.toml"
    node_toml.write_text(
        node_toml.read_text().replace(f"peer_timeout_s = {PATIENCE_S}", "peer_timeout_s = 2.0")
    )
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    question = asked(pair.question(areas=["eastvale", "westhaven"]))
    done = hub("check", pair.asking, question, "--json", env=nowhere)
    assert (done.code, done.err) == (0, "")
    eastvale, westhaven = done.json["areas"]
    assert (eastvale["status"], westhaven["status"]) == ("unreachable", "not_connected")
    assert "01632 960102" in eastvale["contact"]
    assert "does not mean that nobody is known" in eastvale["note"]
    synced = hub("sync", pair.asking, "--json", env=nowhere)
    assert synced.code == 2
    assert synced.json["peers"][0]["error"]


def test_a_disclosure_of_nothing_that_was_asked_is_refused(pair: Pair, asked: Write) -> None:
    before = contacts(pair.knowing)
    unknown = inside("disclose", pair.asking, "0" * 32, "--area", "eastvale", "--json")
    assert (unknown.code, unknown.error["text"]) == (1, "No such check on this node.")
    assert contacts(pair.knowing) == before
    nowhere = inside("check", pair.asking, asked(pair.question("known_nowhere")), "--json")
    assert nowhere.json["areas"][0]["candidates"] == []
    told = inside("disclose", pair.asking, nowhere.json["check_id"], "--area", "eastvale", "--json")
    assert (told.code, "has no possible match in Eastvale" in told.error["text"]) == (1, True)


def test_the_example_is_a_question_of_this_node_and_answers_nothing_for_anybody(
    pair: Pair, asked: Write
) -> None:
    """As it is printed it is read, and asks nobody; completed with what only a person can say, it asks."""
    printed = inside("check", pair.asking, "--example")
    assert printed.code == 0
    question = printed.json
    assert "eastvale" in question["areas"]
    assert f"hub check {pair.asking} REQUEST.json" in printed.err
    as_it_is = inside("check", pair.asking, asked(question), "--json")
    assert (as_it_is.code, as_it_is.json["areas"]) == (1, [])

    own = pair.question()
    question |= {"case_ref": own["case_ref"], "areas": ["eastvale"]}
    form = question["sharing_form"]
    lacking = inside("check", pair.asking, asked(question), "--json").json
    assert lacking["areas"] == []
    assert "necessity" in lacking["decision"]["missing"]
    for requester in (question["requester"], form["requester"]):
        requester["name"] = own["requester"]["name"]
    form |= {"necessity": "Listed for the next meeting.", "fled_from": []}
    form["subjects"][0] |= {"agreement": "given", "only_self_at_risk": False}
    form["conflicts"]["declared"] = False
    done = inside("check", pair.asking, asked(question), "--json")
    assert done.json["decision"]["outcome"] == "permit", done.json["decision"]
    assert [area["status"] for area in done.json["areas"]] == ["answered"]

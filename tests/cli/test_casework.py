"""Obligations and the disclosure log by command: listed, closed, escalated, restricted."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Update, update

from hub.audit.events import Action
from hub.node.node import open_node
from hub.sample.referrals import Row
from hub.store.guarded import table_of
from tests.checks.pending import grounded
from tests.cli.casework import ADA, ASH, evidence, listed, stub_of
from tests.cli.conftest import Pair, today
from tests.cli.running import WAIT_S, Ended, actions, count, hub, inside, started, until, write_csv

Write = Callable[..., Path]
EXCLUDED = '\n[[exclusion]]\ncase_ref = "{}"\nperson = "Ash Kept-Out"\n'


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Writes a document to a file."""

    def write(name: str, document: Any) -> Path:
        path = tmp_path / f"{name}.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return path

    return write


def change(home: Path, statement: Update) -> None:
    """By the node's own hand: as if so much time had passed."""
    node = open_node(home)
    with closing(node.database), node.write() as tx:
        tx.session.connection().execute(statement)


def test_from_a_question_to_what_it_left_closed_with_evidence(pair: Pair, asked: Any, file: Write) -> None:
    question = pair.question()
    result = inside("check", pair.asking, asked(question), "--json")
    assert result.code == 0
    assert listed(pair.asking) == []
    owed = {one["code"]: one for one in listed(pair.asking, "--all")}
    assert set(owed) == {"notify_client", "review"}
    assert {one["case_ref"] for one in owed.values()} == {question["case_ref"]}
    in_a_week = (today() + dt.timedelta(days=7)).isoformat()
    assert [one["code"] for one in listed(pair.asking, "--on", in_a_week)] == ["notify_client"]

    told = inside("disclose", pair.asking, result.json["check_id"], "--area", "eastvale", "--json")
    assert told.code == 0
    number = owed["notify_client"]["number"]
    refused = inside(
        "obligations", "close", pair.asking, file("evidence", evidence(text="tbc")), number, "--json"
    )
    assert (refused.code, refused.json["lacking"]) == (1, {number: ["text"]})
    in_words = inside("obligations", "close", pair.asking, file("evidence", evidence(text="tbc")), number)
    assert (in_words.code, in_words.out) == (1, "")
    assert in_words.err == f"{number} stays open. The evidence lacks: text\n"
    for _ in range(2):
        done = inside("obligations", "close", pair.asking, file("evidence", evidence()), number, "--json")
        assert (done.code, done.json["closed"]) == (0, [number])
    assert [one["code"] for one in listed(pair.asking, "--all")] == ["review"]
    closed = {one["code"]: one for one in listed(pair.asking, "--closed")}
    assert set(closed) == {"notify_client", "record_recipients"}
    words = inside("obligations", "list", pair.asking, "--closed").out
    assert "Closed by Ada Coordinator on" in words
    assert "Closed by the disclosure log." in words
    assert "To close" not in words
    assert closed["notify_client"]["closing"]["by"]["name"] == "Ada Coordinator"
    assert "closing" not in closed["record_recipients"]
    assert inside("audit", "verify", pair.asking).code == 0


def test_the_record_says_who_was_asked_told_and_telephoned(pair: Pair, asked: Any, file: Write) -> None:
    question = pair.question()
    check_id = inside("check", pair.asking, asked(question), "--json").json["check_id"]
    assert inside("disclose", pair.asking, check_id, "--area", "eastvale").code == 0
    row = {"date": today().isoformat(), "agency": "Westhaven Council", "person": "duty officer"}
    added = {"case_ref": question["case_ref"], "check_id": check_id, "by": ADA, "sharings": [row]}
    lacking = inside("disclosures", "add", pair.asking, file("told", added), "--json")
    assert (lacking.code, lacking.json["recorded"]) == (1, 0)
    assert lacking.json["lacking"] == [
        f"sharings[Westhaven Council].{part}" for part in ("method", "authority")
    ]
    added["sharings"] = [row | {"method": "telephone", "authority": "the agreed protocol"}]
    assert inside("disclosures", "add", pair.asking, file("told", added)).out == "Recorded.\n"
    done = inside("disclosures", "list", pair.asking, "--json", said=question["case_ref"] + "\n")
    assert [(one["agency"], one["told"], one["by"], one["response"]) for one in done.json["disclosures"]] == [
        ("Eastvale", False, "hub", ""),
        ("Eastvale", True, "hub", "answered: involvement"),
        ("Westhaven Council", True, "Ada Coordinator", ""),
    ]
    words = inside("disclosures", "list", pair.asking, said=question["case_ref"] + "\n")
    assert "Eastvale: asked without giving the name\n  Method: hub: asked without" in words.out
    assert "Response: answered: involvement" in words.out


def printed(home: Path, out: Path, case_ref: str) -> str:
    """The words of a case's paper."""
    done = inside("disclosures", "list", home, "--pdf", out, said=f"{case_ref}\n")
    assert done.code == 0, done.err
    reader = PdfReader(BytesIO(out.read_bytes()))
    root: Any = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert root["/MarkInfo"]["/Marked"]
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def _shown(person: dict[str, Any]) -> str:
    return f"{person['given_names']} {person['surname']} {person['date_of_birth']}"


def test_the_paper_of_a_case_has_form_decision_signatures_and_record(
    pair: Pair, asked: Any, file: Write, tmp_path: Path, day: dt.date
) -> None:
    """A question without a manager's signature, its disclosure, a telephone call, and what was closed since."""
    form, out = grounded(), tmp_path / "case.pdf"
    form["review"]["date"] = (today() + dt.timedelta(days=30)).isoformat()
    form["signatures"] = form["signatures"][:1]
    form["subjects"][0]["ref"], form["client_notified"] = "p1", {}
    form["requester"] = pair.question()["requester"]
    question = pair.question(sharing_form=form)
    question["subject"] = question["subject"] | {"ref": "p1"}
    check_id = inside("check", pair.asking, asked(question), "--json").json["check_id"]
    case_ref = question["case_ref"]
    in_days = (day + dt.timedelta(days=3)).isoformat()
    before = printed(pair.asking, out, case_ref)
    assert f"to countersign by {in_days}" in before
    assert "Eastvale, asked without giving the name" in before

    assert inside("disclose", pair.asking, check_id, "--area", "eastvale").code == 0
    told = {"date": today().isoformat(), "agency": "Westhaven Council", "person": "duty officer"}
    told |= {"method": "telephone", "authority": "crime prevention", "response": "visited the same day"}
    for about in (check_id, ""):
        row = told | ({} if about else {"agency": "Otherham Police"})
        added = {"case_ref": case_ref, "check_id": about, "by": ADA, "sharings": [row]}
        assert inside("disclosures", "add", pair.asking, file("told", added)).code == 0
    numbers = {one["code"]: one["number"] for one in listed(pair.asking, "--all")}
    manager = {**ADA, "name": "Mary Manager", "role": "manager"}
    signing = file("signing", evidence("") | {"by": manager})
    assert inside("obligations", "close", pair.asking, signing, numbers["countersign"]).code == 0
    assert (
        inside(
            "obligations", "close", pair.asking, file("evidence", evidence()), numbers["notify_client"]
        ).code
        == 0
    )

    text = printed(pair.asking, out, case_ref)
    subject = question["subject"]
    held = [row for row in pair.told.referrals["northmoor"] if row["case_ref"] == case_ref]
    her = next(f"{_shown(row)}" for row in held if row["role"] == "victim")
    assert text.count(f"Victim Name Date of birth {her}") == 3, "on both forms, and before the rows of none"
    for row in held:
        assert f"{row['role']}: {row['role']} {_shown(row)}" in text
    for words in (
        f"permit involvement {day}",
        f"p1: victim {_shown(subject)}",
        f"manager Mary Manager {day} countersigned",
        f"{day} Eastvale, asked without giving the name hub: asked without",
        "whoever answers for eastvale hub: name, aliases and date of birth",
        f"{day} Westhaven Council, duty officer telephone crime prevention visited the same day",
        f"done by Ada Coordinator on {day}: She was told in person by her Idva.",
        "Record of sharing outside of any form above",
        f"{day} Otherham Police, duty officer",
    ):
        assert words in text, words
    assert text.index("Westhaven Council") < text.index("Record of sharing outside") < text.index("Otherham")
    assert text.count("Information sharing without consent form") == 2, (
        "its publication's, and the question's"
    )
    assert check_id not in text


def test_a_case_has_a_form_for_each_matter_or_says_that_there_is_none(
    pair: Pair, asked: Any, home: Path, rows: list[Row], tmp_path: Path
) -> None:
    for _ in range(2):
        assert inside("check", pair.asking, asked(pair.question()), "--json").code == 0
    text = printed(pair.asking, tmp_path / "two.pdf", pair.question()["case_ref"])
    assert text.count("Information sharing without consent form") == 3, (
        "its publication's, and two questions'"
    )

    file = write_csv(tmp_path / "in.csv", [row | {"sealed": "yes", "case_ref": "NM-1"} for row in rows[:1]])
    assert inside("import", home, file).code == 0
    done = inside("disclosures", "list", home, "--pdf", tmp_path / "none.pdf", said="NM-1\n")
    assert (done.code, done.out) == (2, "")
    assert "There is nothing to print" in done.err
    unwritable = inside("disclosures", "list", pair.asking, "--pdf", "/nowhere/out.pdf", said="NM-1\n")
    assert unwritable.code != 0


def test_a_case_reference_is_read_from_standard_input_alone(home: Path) -> None:
    """The real command, piped to and with nothing to read."""
    done = hub("disclosures", "list", home, "--json", input="NM-0\n")
    assert (done.code, done.error["text"]) == (1, "There is no such case here.")
    nothing = hub("disclosures", "list", home, "--json", input="")
    assert (nothing.code, nothing.error["text"]) == (1, "No case reference was given.")


def test_a_hundred_publications_are_a_line_and_not_a_flood(
    home: Path, rows: list[Row], tmp_path: Path
) -> None:
    her = next(row for row in rows if row["role"] == "victim") | {"publish": ""}
    file = write_csv(tmp_path / "in.csv", [her | {"case_ref": f"NM-{one}"} for one in range(20)])
    assert inside("import", home, file).code == 0
    in_years = (today() + dt.timedelta(days=800)).isoformat()
    done = inside("obligations", "list", home, "--on", in_years)
    reviews = [line for line in done.out.splitlines() if "Review" in line]
    assert len(reviews) == 1
    assert "20 published cases" in reviews[0]
    every = inside("obligations", "list", home, "--on", in_years, "--json").json["due"]
    assert len([one for one in every if one["code"] == "review"]) == 20
    assert inside("obligations", "list", home).out == "Nothing is due. Not due yet: 40; --all lists them.\n"


def test_a_worker_escalates_what_is_overdue_when_it_starts_and_says_so_once(
    home: Path, rows: list[Row], tmp_path: Path
) -> None:
    assert inside("import", home, write_csv(tmp_path / "in.csv", rows)).code == 0
    owed = table_of("obligation_record")
    change(home, update(owed).where(owed.c.code == "review").values(due=dt.date(2026, 1, 1)))
    cases = count(home, "case_record WHERE may_publish")
    assert "(escalated)" not in inside("obligations", "list", home).out
    for _ in range(2):
        with started("worker", home) as worker:
            until(lambda: actions(home).count(Action.obligation_escalated) >= cases, worker)
            worker.terminate()
            worker.communicate(timeout=WAIT_S)
        assert actions(home).count(Action.obligation_escalated) == cases
    assert re.search(r"Overdue by \d+ days \(escalated\):", inside("obligations", "list", home).out)
    assert inside("audit", "verify", home).code == 0


# Who is kept out.


def same(*ended: Ended) -> bool:
    return len({(one.code, one.out, one.err) for one in ended}) == 1


def test_someone_kept_out_gets_byte_for_byte_what_no_such_case_gives(
    pair: Pair, asked: Any, file: Write
) -> None:
    """The same commands on a node that has the case and on one that never had it."""
    never = Path(pair.asking.parent / "never")
    shutil.copytree(pair.asking, never)
    question = pair.of_one_case("NM-HIDDEN")
    assert inside("case", "add", pair.asking, file("stub", stub_of(question))).code == 0
    check_id = inside("check", pair.asking, asked(question), "--json").json["check_id"]
    number = next(one["number"] for one in listed(pair.asking, "--all"))
    for home in (pair.asking, never):
        (home / "staff.toml").write_text(EXCLUDED.format("NM-HIDDEN"))
    ash = file("ash", ASH)
    row = {"date": today().isoformat(), "agency": "A", "person": "B", "method": "C", "authority": "D"}
    added = {"case_ref": "NM-HIDDEN", "check_id": check_id, "by": ASH, "sharings": [row]}
    by_ash = file("by_ash", evidence() | {"by": ASH})
    for command, said in (
        (("obligations", "list", "--all", "--as", ash), ""),
        (("obligations", "list", "--all", "--as", ash, "--json"), ""),
        (("obligations", "list", "--closed", "--as", ash, "--json"), ""),
        (("obligations", "list", "--all"), ""),
        (("disclosures", "list", "--as", ash), "NM-HIDDEN\n"),
        (("disclosures", "list", "--as", ash, "--json"), "NM-HIDDEN\n"),
        (("disclosures", "list"), "NM-HIDDEN\n"),
        (("disclosures", "add", file("told", added)), ""),
        (("disclosures", "add", file("told", added), "--json"), ""),
        (("obligations", "close", by_ash, number), ""),
        (("obligations", "close", by_ash, number, "--json"), ""),
    ):
        group, name, *rest = command
        homes = (pair.asking, never)
        assert same(*(inside(group, name, home, *rest, said=said).at(home) for home in homes)), command
    ada = file("ada", ADA)
    assert [one["code"] for one in listed(pair.asking, "--as", ada, "--all")] == ["notify_client", "review"]
    assert inside("disclosures", "list", pair.asking, "--as", ada, said="NM-HIDDEN\n").code == 0


def waiting_at_eastvale(pair: Pair, asked: Any, tmp_path: Path) -> tuple[Path, tuple[str, str]]:
    """A question on a ground alone waits for a person at Eastvale: a copy of its home, and which it is."""
    form = grounded() | {"requester": pair.question()["requester"]}
    form["review"]["date"] = (today() + dt.timedelta(days=30)).isoformat()
    check_id = inside("check", pair.asking, asked(pair.question(sharing_form=form)), "--json").json[
        "check_id"
    ]
    assert inside("disclose", pair.asking, check_id, "--area", "eastvale").code == 0
    home = Path(
        shutil.copytree(pair.knowing, tmp_path / "knowing", ignore=shutil.ignore_patterns("hub.sqlite3*"))
    )
    source, target = sqlite3.connect(pair.knowing / "hub.sqlite3"), sqlite3.connect(home / "hub.sqlite3")
    source.backup(target)
    source.close()
    target.close()
    every = inside("requests", "list", home, "--json").json["pending"]
    asker = open_node(pair.asking)
    known_as = asker.check_at("eastvale", check_id)
    asker.database.close()
    (waits,) = [one for one in every if one["check_id"] == known_as]
    return home, (waits["check_id"], waits["handle"])


def test_a_part_is_released_from_a_file_in_somebodys_name(
    pair: Pair, asked: Any, file: Write, tmp_path: Path
) -> None:
    home, place = waiting_at_eastvale(pair, asked, tmp_path)
    every = inside("requests", "list", home, "--json").json["pending"]
    (waits,) = [one for one in every if (one["check_id"], one["handle"]) == place]
    goes = [one["item"] for one in waits["items"] if not one["with_idva_service"]]
    assert {"role", "forename_compared"} <= set(goes)
    assert "role: role here, victim" in inside("requests", "list", home).out
    ada, words = file("ada", ADA), {"because": "The rest by telephone.", "basis": "Ours, by our record."}

    def answer(*how: object) -> Ended:
        return inside("requests", "answer", home, *place, *how, "--by", *waits["waits_for"])

    part = file("part", words | {"items": ["role", goes[0]]})
    assert answer().code == answer("--release", "--part", part, "--as", ada).code == 2
    assert "not said who decides" in answer("--part", part).err
    for items, why in (([], "items"), (["her_address"], "items"), (goes, "release it whole")):
        bad = answer("--part", file("bad", words | {"items": items}), "--as", ada)
        assert (bad.code in (1, 2), why in bad.err) == (True, True), items
    done = answer("--part", part, "--as", ada)
    assert done.code == 0
    assert "some of it was released, and that the rest was withheld" in done.out
    assert actions(home)[-1] == "disclosure_decided"
    assert "No such request is waiting" in answer("--part", part, "--as", ada).err


def test_what_waits_is_kept_from_who_is_kept_out_and_nobody_takes_their_word(
    pair: Pair, asked: Any, file: Write, tmp_path: Path
) -> None:
    """One of the people there must not know of it."""
    home, place = waiting_at_eastvale(pair, asked, tmp_path)
    (home / "staff.toml").write_text(EXCLUDED.format(""))
    ash, ada = file("ash", ASH), file("ada", ADA)
    assert (
        inside("requests", "list", home, "--as", ash).out
        == inside("requests", "list", home).out
        == "No requests are waiting.\n"
    )
    hidden = inside("requests", "answer", home, *place, "--release", "--as", ash)
    unknown = inside("requests", "answer", home, "0" * 32, "0" * 32, "--release", "--as", ash)
    assert hidden.code == 1
    assert same(hidden, unknown)
    unnamed = inside("requests", "answer", home, *place, "--release")
    assert same(unnamed, inside("requests", "answer", home, "0" * 32, "0" * 32, "--release"))
    assert "not shown without --as" in unnamed.err
    assert inside("requests", "answer", home, *place, "--release", "--as", ada).code == 0


# Bad input.

BAD: dict[str, tuple[Any, str]] = {
    "not JSON": ("{", "The evidence is not JSON"),
    "a list": ([], "is not a JSON object"),
    "an unknown field": (evidence(Winifred="Oakapple"), "not a field of the evidence"),
    "no name": ({"on": "2026-11-22"}, "by"),
    "a day that is none": (evidence() | {"on": "Oakapple"}, "on: "),
    "a form with an unknown ground": (evidence(form={"grounds": [{"key": "Oakapple"}]}), "grounds"),
    "a form of an edition to come": (evidence(form={"form_version": 9}), "form_version"),
    "3 MB": ('{"text": "' + "x" * 3_000_000 + '"}', "larger than 2,097,152 bytes"),
}


@pytest.mark.parametrize(("document", "text"), BAD.values(), ids=BAD)
def test_evidence_that_cannot_be_read_names_the_field_and_nothing_else(
    home: Path, file: Write, document: Any, text: str
) -> None:
    done = inside("obligations", "close", home, file("evidence", document), "0" * 16, "--json")
    assert done.code == 1
    assert text in done.error["text"]
    assert "Oakapple" not in done.out
    assert count(home, "obligation_record") == 0


def test_wrong_usage_is_said(home: Path, file: Write) -> None:
    assert inside("obligations", "list", home, "--on", "soon", "--json").code == 2
    unknown = inside("obligations", "close", home, file("evidence", evidence()), "0" * 16, "--json")
    assert (unknown.code, unknown.error["text"]) == (1, "No such obligation is open here.")
    assert inside("obligations", "list", home, "--as", file("who", {"name": "Ada"}), "--json").code == 1

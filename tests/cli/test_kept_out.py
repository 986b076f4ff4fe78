"""Every command, by somebody who is kept out of cases: on a node that has them, and on one that never did."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from hub.audit.events import Action
from hub.sample.referral import sample_referral
from hub.sample.story import story
from tests.cli.casework import ADA, ASH, evidence, listed, stub_of
from tests.cli.conftest import Pair, today
from tests.cli.running import Ended, actions, count, hub, inside, write_csv
from tests.docs.pages import commands

pytestmark = pytest.mark.first
THEIRS: Final = {"role": "victim", "given_names": "Orla", "surname": "Quennell", "date_of_birth": "1988"}
MEETING = "2026-12-03"
ASKED, SEALED, HELD, OWN = "NM-ASKED", "NM-SEALED", "NM-HELD", "NM-OWN"
# As a manager, who may do most.
KEPT_OUT: Final = '[[staff]]\ngiven_names = "Ash"\nsurname = "Kept-Out"\nmanager = true\n' + "".join(
    f'\n[[exclusion]]\ncase_ref = "{ref}"\nperson = "Ash Kept-Out"\n' for ref in (ASKED, SEALED, HELD)
)
OF_NO_CASE: Final = {
    "demo": "makes nodes of its own",
    "serve": "runs until it is stopped; peers' requests are answered by tests/checks/test_answer.py",
    "init": "makes a node; one that is there is refused whatever it holds",
    "doctor": "tells the operator what the node lacks; of an exclusion, that its case is not here",
    "decide": "touches no database",
    "channel list": "lists what the account that asks opened itself; here nobody has one",
    "channel read": "takes the data-protection officer's key, which is not on the node, and lists all to it",
    "policy explain": "touches no database",
    "audit reconcile": "names checks by random identifiers, of the whole node, about no case",
    "audit reads": "tells of who opened a case: of somebody kept out of it: tests/cli/test_reads.py",
    "audit unusual": "counts by day and area, of the whole node, about no case",
    "audit heads": "shows heads of other areas' logs, about no case",
    "audit resume": "lets a node go on that has stopped; names to its auditor the cases whose rows were altered",
    "audit request": "prints what a peer signed, blinded or sealed, about no case",
    "audit verify": "says whether all holds, of the whole node, and how much there is to an outsider alone",
    "worker": "runs until it is stopped, and speaks of areas and jobs; shown by tests/jobs",
    "certify": "renews a certificate: of the node's keys, about no case",
    "keys rotate": "makes new keys for the whole feed, about no case",
    "keys revoke": "takes back certificates of the node's keys, about no case",
    "keys replace-root": "makes a new root key, about no case",
    "duty show": "shows who is on duty for a body, about no case",
    "duty keep": "says who is on duty for a body, about no case",
    "idva list": "of accounts alone, which this node has none of; of somebody kept out: tests/cases/test_idva.py",
    "idva contact": "of accounts alone; of somebody kept out: tests/cases/test_idva.py",
    "idva take-on": "of accounts alone; of somebody kept out: tests/cases/test_idva.py",
    "idva refer": "of accounts alone; of somebody kept out: tests/cases/test_idva.py",
    "idva handovers": "of accounts alone; of somebody kept out: tests/transfers/test_handover.py",
    "idva hand-over": "of accounts alone; of somebody kept out: tests/transfers/test_handover.py",
    "idva safe": "of accounts alone; of somebody kept out: tests/cases/test_idva_plan.py",
    "idva said": "of accounts alone; of somebody kept out: tests/cases/test_clients_answer.py",
    "case disclosure-scheme": "of accounts alone; kept out: tests/web/console/test_disclosure_scheme.py",
    "requests still-here": "of accounts alone; of somebody kept out: tests/checks/test_still_here.py",
    "accounts invite": "makes an account of the console's, about no case",
    "accounts list": "lists accounts of the console's, about no case",
    "accounts disable": "disables an account of the console's, about no case",
    "accounts reset": "asks for a second factor of an account's, about no case",
    "console": "runs until it is stopped; what its pages tell whom: tests/web/console",
    "backup-key": "makes a key file, touches no node",
    "backup": "copies the whole node, encrypted; says how large it is",
    "restore": "makes a home of a backup",
    "restored": "ends what a restore began, for the whole node; cases it lists: tests/cli/test_restored.py",
}
Write = Callable[[str, Any], Path]


class Nodes:
    """The node that has the cases, and the one that never had them, with what the first knows of them."""

    def __init__(self, pair: Pair, write: Write) -> None:
        self.pair, self.write = pair, write
        self.has, self.never = pair.asking, pair.asking.parent / "never"
        # Of people whom the node does not hold: their other records would be sealed with them.
        rows = [dict(row) for row in story(6, cases=4).referrals["northmoor"]]
        refs = list(dict.fromkeys(row["case_ref"] for row in rows))
        for ref, like, sealed in ((SEALED, refs[0], "yes"), (HELD, refs[1], "no")):
            one_case = [row for row in rows if row["case_ref"] == like]
            changed = [
                row | {"case_ref": ref, "sealed": sealed, "publish": "", "meeting_date": MEETING}
                for row in one_case
            ]
            write_csv(self.file(ref), changed)
        shutil.copytree(self.has, self.never)

        self.asked = pair.of_one_case(ASKED)
        assert inside("case", "add", self.has, write("stub", stub_of(self.asked))).code == 0
        question = write("question", self.asked)
        result = inside("check", self.has, question, "--json").json
        self.check_id = result["check_id"]
        self.handle = result["areas"][0]["candidates"][0]["handle"]
        assert inside("disclose", self.has, self.check_id, "--area", "eastvale").code == 0
        place = (self.check_id, self.handle, "--area", "eastvale", "--because", "Another year of birth.")
        for one in (ADA, ADA | {"name": "Bo Second"}):
            who = write("who", one)
            assert inside("candidates", "dismiss", self.has, *place, "--as", who).code == 0
        assert inside("import", self.has, self.file(SEALED)).code == 0
        self.action = self._planned()
        offer: dict[str, Any] = {
            "case_ref": ASKED,
            "to": "eastvale",
            "reason": "She has moved there for good.",
        }
        offer["permission"] = {"by": "Marac Chair", "date": today().isoformat()}
        made = inside(
            "transfer", "offer", self.has, write("offer", offer), "--as", write("ada", ADA), "--json"
        )
        self.transfer = made.json["id"]
        assert self.transfer, made.json
        self.number = next(one["number"] for one in listed(self.has, "--all"))
        for home in (self.has, self.never):
            (home / "staff.toml").write_text(KEPT_OUT)

    def _planned(self) -> str:
        """An action of an accepted plan of the case that was asked about: its id."""
        action = {
            "what": "Mark the file",
            "agency": "Police",
            "volunteered_by": "B",
            "due": "3 December 2026",
        }
        action |= {"risk": "R", "achieves": "A", "addresses": "perpetrator", "approach": "manage"}
        plan = {"case_ref": ASKED, "by": ADA, "actions": [action], "tells_victim": "B"}
        said = self.write("plan", plan | {"safe": "yes", "safe_by": "B"})
        assert inside("plan", "save", self.has, said, "--begin").code == 0
        ada = self.write("ada", ADA)
        assert inside("plan", "accept", self.has, "--as", ada, said=f"{ASKED}\n").code == 0
        (line,) = inside("plan", "actions", self.has, "--as", ada, "--json").json["actions"]
        return str(line["id"])

    def file(self, ref: str) -> Path:
        """An import file of a case of that reference."""
        return self.pair.asking.parent / f"{ref}.csv"

    def same(self, command: str, *rest: object, said: str = "") -> Ended:
        """What both nodes say, byte for byte, and nothing that the first alone could know."""
        ended = [inside(*command.split(), home, *rest, said=said).at(home) for home in (self.has, self.never)]
        texts = [_without_new(f"{one.out}\0{one.err}") for one in ended]
        # Those of one day, or of one second, stand in the order of random numbers.
        if command in ("obligations list", "checks list"):
            texts = ["\n".join(sorted(re.split(r"(?m)^ *},?$|\n", text))) for text in texts]
        assert texts[0] == texts[1], command
        assert ended[0].code == ended[1].code, command
        return ended[0]


def _without_new(text: str) -> str:
    """What is new in every answer, whatever it is about: random numbers, and when and how long it took."""
    text = re.sub(r'"(took_ms|asked_at|at)": [^,\n]+', r'"\1"', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME", text)
    text = re.sub(r"Check [0-9a-f]{32}, [0-9.]+ s", "Check", text)
    return re.sub(r"\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b", "NUMBER", text)


@pytest.fixture
def nodes(pair: Pair, tmp_path: Path, day: dt.date) -> Nodes:
    """On one day: what they say would differ by the other."""

    def write(name: str, document: Any) -> Path:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return Nodes(pair, write)


def test_every_command_says_byte_for_byte_what_a_node_without_the_case_says(nodes: Nodes) -> None:
    """A command that is added has to be walked here, or to say why it is about no case."""
    write = nodes.write
    ash, nobody = write("ash", ASH), write("nobody", ASH | {"name": ""})
    as_ada, letter = ("--as", write("ada", ADA)), nodes.file(HELD).with_name("letter.txt")
    letter.write_text("A letter.")
    assert inside("import", nodes.has, nodes.file(HELD), *as_ada).code == 0
    assert inside("publish", nodes.has, *as_ada, "--json").json["added"] > 0
    row = {"date": today().isoformat(), "agency": "A", "person": "B", "method": "C", "authority": "D"}
    walked = set[str]()

    def walk(command: str, *rest: object, said: str = "") -> None:
        walked.add(command)
        for as_json in (
            ((), ("--json",))
            if command not in ("requests answer", "candidates dismiss", "peer add")
            else ((),)
        ):
            nodes.same(command, *rest, *as_json, said=said)

    walk("seals decide", "0" * 16, "--not-same", "--as", ash, "--because", "Curious.")
    for who in ((), ("--as", ash), ("--as", nobody)):
        walk("publish", *who)
        walk("seals list", *who)
        walk("seals list", "--all", *who)
        walk("repeats list", *who)
        walk("repeats figures", *who)
        walk("transfer list", *who)
        walk("case corrections", *who)
        walk("records list", *who)
        walk("records show", nodes.transfer, *who)
        walk("records withdraw", nodes.transfer, *who)
        walk("flags list", *who)
        walk("hearings list", *who)
        walk("agenda show", MEETING, *who)
        for how in ((), ("--all",), ("--closed",), ("--on", "2199-12-31")):
            walk("obligations list", *how, *who)
        for ref in (ASKED, SEALED, HELD):
            walk("disclosures list", *who, said=f"{ref}\n")
        walk("disclosures list", "--pdf", nodes.file("form").with_suffix(".pdf"), *who, said=f"{ASKED}\n")
        assert not nodes.file("form").with_suffix(".pdf").exists()
        walk("requests list", *who)
        walk("checks list", *who)
        walk("checks list", "--one-case", *who, said=f"{ASKED}\n")
        walk("checks show", nodes.check_id, *who)
        walk("requests answer", nodes.check_id, nodes.handle, "--release", *who)
        walk("disclose", nodes.check_id, "--area", "eastvale", *who)
        walk("disclose", nodes.check_id, "--area", "nowhere", "--level", "summary", *who)
        walk("disclose", nodes.check_id, "--area", "eastvale", "--handle", nodes.handle, *who)
        for undo in ((), ("--undo",)):
            walk("candidates dismiss", nodes.check_id, nodes.handle, "--area", "eastvale", *undo, *who)
    for ref in (ASKED, SEALED, HELD):
        question = nodes.pair.question(case_ref=ref, requester=ASH)
        walk("check", write("question", question))
        # What she enters under that reference is a case like any: it is kept apart from the one there is.
        question |= {"subject": {**THEIRS, "ref": "p1"}, "related": []}
        walk("case add", write("stub", stub_of(question, ASH)))
        walk("check", write("question", question))
        told = sample_referral() | {"case_ref": ref, "victim_name": "Ever New"}
        walk("referral add", write("referral", told), "--as", ash)
        walk("referral show", "--as", ash, said=f"{ref}\n")
        walk("referral attach", letter, "--as", ash, said=f"{ref}\n")
        walk("referral file", 1, letter, "--as", ash, said=f"{ref}\n")
        walk("plan show", "--as", ash, said=f"{ref}\n")
        confirmed = {"knows_nobody": True, "cases": [ref], "by": ASH}
        walk("agenda ask", MEETING, write("confirmed", confirmed))
        listed = {"case_ref": ref, "day": MEETING, "by": ASH}
        walk("case list-for", write("listed", listed))
        walk("case list-for", write("listed", listed | {"day": None, "because": "Curious."}))
        planned = {"case_ref": ref, "by": ASH, "tells_victim": "The Idva"}
        walk("plan save", write("plan", planned), "--begin")
        walk("plan accept", "--as", ash, said=f"{ref}\n")
        offer: dict[str, Any] = {"case_ref": ref, "to": "eastvale", "reason": "Curious."}
        offer["permission"] = {"by": "Marac Chair", "date": today().isoformat()}
        walk("transfer offer", write("offer", offer), "--as", ash)
        notice = {"case_ref": ref, "area": "eastvale", "stays": "not_known", "by": ASH["name"]}
        walk("transfer notice", write("notice", notice))
        walk("flags told", write("said", {"agency": "Housing", "case_refs": [ref]}), "--as", ash)
        longer = {"reason": "sex_offender", "because": "Curious.", "authority": "The chair"}
        said = write("said", longer | {"case_ref": ref, "until": "2039-01-01"})
        walk("flags extend", said, "--as", ash)
        seen = {"person": {"surname": THEIRS["surname"]}, "words": "Curious."}
        walk("flags seen", write("said", seen), "--as", ash)
        walk("repeats show", "--as", ash, said=f"{ref}\n")
        decided = {"case_ref": ref, "other_case_ref": ref, "decided": "not_same", "because": "Curious."}
        walk("repeats decide", write("decided", decided), "--as", ash)
        added = {"role": "child", "given_names": "Ever", "surname": "New"}
        correction = {"case_ref": ref, "by": ASH, "people": [added], "because": "Curious."}
        walk("case correct", write("correction", correction))
        walk("case corrections", "--case", "--as", ash, said=f"{ref}\n")
        walk("case decide", "ab" * 16, "approve", "--as", ash, said=f"{ref}\n")
        walk("case seal", "--as", ash, "--because", "Curious.", said=f"{ref}\n")
        walk("case fled", "--not-known", "--as", ash, "--because", "Curious.", said=f"{ref}\n")
        walk("case fled", "--nobody", "--as", ash, "--because", "Curious.", said=f"{ref}\n")
        walk("case safe", "--list", "--as", ash, said=f"{ref}\n")
        walk("case safe", "--as", ash, "--because", "Curious.", said=f"{ref}\nNorthmoor\n")
        walk("case unseal", "--as", ash, "--because", "Curious.", said=f"{ref}\n")
        for check_id in ("", nodes.check_id):
            walk(
                "disclosures add",
                write("told", {"case_ref": ref, "check_id": check_id, "by": ASH, "sharings": [row]}),
            )
    word = write("word", {"by": ASH["name"], "reason": "Curious.", "code": "duplicate"})
    for act in ("accept", "decline", "withdraw"):
        walk(f"transfer {act}", nodes.transfer, word, "--as", ash)
    walk("case corrections", "--as", ash)
    wanted = {"check_id": nodes.check_id, "area": "eastvale", "wanted": ["plan"], "why": "on_agenda"}
    walk("records ask", write("wanted", wanted | {"needed_by": today().isoformat()}), "--as", ash)
    word = write("word", {"answer": "withhold", "because": "Curious."})
    walk("records answer", nodes.transfer, word, "--as", ash)
    paper = {"paper": "0" * 32, "supplier": "Police", "to": "eastvale"}
    for ref in (ASKED, SEALED, HELD):
        walk("records supplier", write("supplier", {"case_ref": ref, "asked": paper}), "--as", ash)
    walk("plan actions", "--as", ash)
    walk("plan report", nodes.action, write("report", {"by": ASH, "outcome": "done", "worked": "no"}))
    walk("obligations close", write("by_ash", evidence() | {"by": ASH}), nodes.number)
    walk("peer list")
    walk("keys list")
    walk("jobs list")
    walk("jobs retry", "999999")
    walk("jobs cancel", "999999")
    walk("sync")
    nodes.same("peer remove", "nowhere")
    nodes.same("peer add", "http://127.0.0.1:1")
    walked |= {"peer remove", "peer add"}

    _imports(nodes, walk, as_ash=("--as", ash), as_ada=as_ada)
    assert set(commands()) == walked | set(OF_NO_CASE)
    assert not walked & set(OF_NO_CASE)


def _imports(
    nodes: Nodes, walk: Callable[..., None], *, as_ash: tuple[Any, ...], as_ada: tuple[Any, ...]
) -> None:
    """What somebody who is kept out imports, again and in the place of a stub, and what they then do with it."""
    # Files of a hidden case, as it is there and as it would have to go; that do not say whether it is sealed; that
    # have no row of it which can be read.
    held = nodes.file(HELD)
    gone, silent, broken = (held.with_name(f"{name}.csv") for name in ("gone", "silent", "broken"))
    gone.write_text(held.read_text().replace(",no,", ",yes,"))
    sealed = nodes.file(SEALED).read_text()
    silent.write_text(re.sub(r",yes,$", ",,", sealed, flags=re.MULTILINE))
    assert silent.read_text() != sealed
    broken.write_text(sealed.splitlines()[0] + f"\n{HELD},marac\n")
    # One of her own, under a new reference, of people whom she must not know of.
    own = held.with_name("own.csv")
    own.write_text(held.read_text().replace(HELD, OWN))
    for who in ((), as_ash):
        for file in (nodes.file(SEALED), held, own, gone, silent, broken):
            walk("import", file, "--dry-run", *who)
    for file in (silent, held, held, broken, gone, held, own, own):
        nodes.same("import", file, "--json", *as_ash)
        if file in (own, held, gone):
            nodes.same("publish", "--json", *as_ash)
    # What they entered so is theirs: they go on with it as on a node that never had the cases.
    with held.open(encoding="utf-8") as text:
        victim = next(row for row in csv.DictReader(text) if row["role"] == "victim")
    subject = {name: victim[name] for name in ("role", "given_names", "surname", "date_of_birth")}
    for ref in (OWN, HELD):
        # Of an area that neither node is connected to: of those, another that does not answer is told apart.
        question = nodes.pair.question(
            case_ref=ref, requester=ASH, subject=subject | {"ref": "p1"}, related=[], areas=["southmere"]
        )
        assert "not_connected" in nodes.same("check", nodes.write("question", question), "--json").out
        walk("disclosures list", *as_ash, said=f"{ref}\n")
        walk("checks list", "--one-case", *as_ash, said=f"{ref}\n")
    for how in ((), ("--all",), ("--on", "2199-12-31")):
        walk("obligations list", *how, *as_ash)
    walk("checks list", *as_ash)
    walk("seals list", "--all", *as_ash)

    # Somebody who may know of the case reads its figures: the file that sealed it says now that it is not.
    assert inside("import", nodes.has, held, *as_ada, "--json").json["imported"] > 0


def test_a_check_that_is_hidden_reads_like_one_that_is_not_there_and_nothing_is_done(nodes: Nodes) -> None:
    """On one node, the hidden check's id and one that nobody ever had; once by the real command."""
    ash, ada = nodes.write("ash", ASH), nodes.write("ada", ADA)
    before, kept = actions(nodes.has), count(nodes.has, "decision_record")
    for run, name, options in (
        (hub, "disclose", ("--area", "eastvale", "--as", ash, "--json")),
        (inside, "disclose", ("--area", "eastvale")),
        (inside, "checks show", ("--as", ash, "--json")),
        (inside, "checks show", ()),
        (inside, "candidates dismiss", (nodes.handle, "--area", "eastvale", "--as", ash)),
        (inside, "candidates dismiss", (nodes.handle, "--area", "eastvale", "--undo")),
    ):
        ended = [run(*name.split(), nodes.has, check_id, *options) for check_id in (nodes.check_id, "0" * 32)]
        assert ended[0] == ended[1]
        assert ended[0].code == 1
        assert "No such check on this node" in ended[0].out + ended[0].err
    assert actions(nodes.has) == before
    assert count(nodes.has, "decision_record") == kept

    # Who is not kept out acts in her own name.
    again = inside("disclose", nodes.has, nodes.check_id, "--area", "eastvale", "--as", ada, "--json")
    assert again.json["areas"][0]["candidates"][0]["disclosure"]["status"] == "answered"
    place = (nodes.check_id, nodes.handle, "--area", "eastvale")
    assert inside("candidates", "dismiss", nodes.has, *place, "--undo", "--as", ada).code == 0
    assert actions(nodes.has)[-1] is Action.pair_taken_back

"""Who acts at commands of a node whose people have accounts: each command of the program, walked.

The attack is somebody at the machine who types a manager's name. Whatever name is typed does nothing; whoever asks
or reads is the account of a token that holds; what takes a person is refused, and it is said where that is done.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from hub.accounts.accounts import disable
from hub.accounts.tokens import take_back
from hub.cli.acting import RULES, TOKEN_VARIABLE
from hub.demo.form import sharing_form
from hub.node.node import open_node
from hub.records.check import recorded_check
from hub.records.tokens import TokenScope, token_id
from hub.sample.referrals import Row
from hub.web.guards import PERSON
from tests.cli.accounts import CONSOLE, PEOPLE, Staffed
from tests.cli.conftest import TOLD, make, today
from tests.cli.least import least
from tests.cli.running import Ended, count, inside, query, write_csv
from tests.docs.pages import commands

MANAGER: Final = {
    "name": PEOPLE["manager"][0],
    "role": "manager",
    "agency": PEOPLE["manager"][2],
    "agency_kind": "police",
}
OURS: Final = [name for name, rule in RULES.items() if not rule.guard.open]
BY_TOKEN: Final = [name for name in OURS if RULES[name].guard.program != PERSON and not RULES[name].operators]
BY_PERSON: Final = [name for name in OURS if RULES[name].guard.program == PERSON]
NAMED: Final = [name for name, one in commands().items() if "--as" in {o for p in one.params for o in p.opts}]


@pytest.fixture(scope="session")
def _staffed(_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Staffed:
    folder = tmp_path_factory.mktemp("staffed")
    home = Path(shutil.copytree(_home, folder / "northmoor"))
    rows: list[Row] = [dict(row) for row in TOLD.referrals["northmoor"] if row["sealed"] != "yes"][:12]
    assert inside("import", home, write_csv(folder / "in.csv", rows)).code == 0
    return Staffed.of(home, folder / "tokens")


@pytest.fixture
def staffed(_staffed: Staffed, tmp_path: Path) -> Staffed:
    """A node with a few cases, whose people have accounts."""
    home = Path(shutil.copytree(_staffed.home, tmp_path / "northmoor"))
    return Staffed(home, Path(shutil.copytree(_staffed.folder, tmp_path / "tokens")))


@pytest.fixture
def who(tmp_path: Path) -> Path:
    """A file in which somebody typed the manager's name."""
    return written(tmp_path / "who.json", MANAGER)


@pytest.fixture
def ref(staffed: Staffed) -> str:
    """A case of the Marac's."""
    return TOLD.referrals["northmoor"][0]["case_ref"]


def written(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def run(name: str, home: Path, *more: object, said: str = "NM-1\nSomebody\n") -> Ended:
    return inside(*name.split(), *least(name, home), *more, said=said)


def state(home: Path) -> list[Any]:
    """What the node holds, as far as commands may change it."""
    tables = ("case_record", "decision_record", "obligation_record", "check_record", "not_same_pair")
    return [query(home, f"SELECT * FROM {one} ORDER BY 1") for one in tables] + [count(home, "audit_entry")]


def test_every_command_is_in_the_table() -> None:
    assert set(RULES) == set(commands())


@pytest.mark.parametrize("name", NAMED)
def test_a_typed_name_does_nothing(staffed: Staffed, who: Path, name: str) -> None:
    """A manager's, in the file that counted before there were accounts."""
    before = state(staffed.home)
    done = run(name, staffed.home, "--as", who)
    assert done.code == 2, done.out
    assert "a name that is typed is nobody's" in done.err
    rule = RULES[name]
    assert ("Leave the name out" if rule.guard.open else CONSOLE) in done.err
    assert state(staffed.home) == before


def test_what_somebody_signed_in_a_managers_typed_name_is_signed_no_more(
    staffed: Staffed, who: Path, ref: str
) -> None:
    """Sealed by the operator; unsealed in the name of a manager who is elsewhere."""
    assert staffed.hub("case seal", "--because", "He works there.", said=f"{ref}\n").code == 0
    done = staffed.hub("case unseal", "--as", who, "--because", "Mo said so.", said=f"{ref}\n")
    assert done.code == 2
    assert "already by the operator" in staffed.hub("case seal", "--because", "x", said=f"{ref}\n").out


def test_what_protects_the_operator_does_and_reads_nothing_of_the_case(staffed: Staffed, ref: str) -> None:
    def fled(*answer: str) -> Ended:
        return staffed.hub("case fled", *answer, "--because", "She told us.", said=f"{ref}\n")

    assert fled("--area", "southmere").code == 0
    more = fled("--area", "southmere", "--area", "eastvale")
    assert (more.code, "Before" in more.out) == (0, False)
    assert json.loads(fled("--area", "southmere", "--area", "eastvale", "--json").out)["before"] is None
    back = fled("--nobody")
    assert back.code == 2
    assert "a manager decides that" in back.err
    events = query(staffed.home, "SELECT body FROM audit_entry WHERE action = 'flight_answered'")
    assert {json.loads(body)["actor"] for (body,) in events} == {"operator"}


@pytest.mark.parametrize("name", BY_PERSON)
@pytest.mark.parametrize("token", [False, True], ids=["nobody", "a manager's token"])
def test_what_takes_a_person_is_refused_with_the_place_where_a_person_does_it(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch, name: str, token: bool
) -> None:
    if token:
        monkeypatch.setenv(TOKEN_VARIABLE, staffed.token("manager").read_text().strip())
    before = state(staffed.home)
    done = run(name, staffed.home)
    assert done.code == 1, done.err
    assert "This takes a person" in done.err
    assert f"{CONSOLE}{RULES[name].page}" in done.err
    assert state(staffed.home) == before


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token that holds on another node, for an account of the same name."""
    folder = tmp_path_factory.mktemp("elsewhere")
    return Staffed.of(make(folder / "eastvale", "eastvale"), folder / "tokens").token()


@pytest.mark.parametrize("name", BY_TOKEN)
def test_tokens_that_do_not_hold_are_refused_alike(
    staffed: Staffed, elsewhere: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken back, of a disabled account, of another node, of a role or for a thing that may not: one answer."""
    scope = TokenScope(RULES[name].guard.program)
    other = TokenScope.read if scope is TokenScope.ask else TokenScope.ask
    revoked, of_disabled = staffed.token(), staffed.token("idva")
    node = open_node(staffed.home)
    with node.write() as tx:
        take_back(tx, token_id(revoked.read_text().strip()).hex(), staffed.account(tx, "coordinator"))
        disable(tx, staffed.account(tx, "idva"), None)
    node.database.close()
    given = {
        "none": [],
        "made up": ["--token-file", staffed.file("marac-hub-" + "x" * 43)],
        "empty": ["--token-file", staffed.file("")],
        "taken back": ["--token-file", revoked],
        "of a disabled account": ["--token-file", of_disabled],
        "of another node": ["--token-file", elsewhere],
        "ended on its day": ["--token-file", staffed.token(days=1, ago_days=2)],
        "of a role that may not": ["--token-file", staffed.token("representative")],
        "for another thing": ["--token-file", staffed.token(scopes=(other,))],
    }
    before = state(staffed.home)
    answers = {what: run(name, staffed.home, *options) for what, options in given.items()}
    assert {one.code for one in answers.values()} == {1}
    assert len({one.err for one in answers.values()}) == 1, answers
    assert {one.out for one in answers.values()} == {""}
    assert "no token was shown that holds for this" in answers["none"].err
    assert f"{CONSOLE}/programs" in answers["none"].err
    assert state(staffed.home) == before
    # And one that holds gets past that, from the file or from the environment.
    good = staffed.token(_who_may(name), scopes=(scope,))
    assert "no token" not in run(name, staffed.home, "--token-file", good).err
    monkeypatch.setenv(TOKEN_VARIABLE, good.read_text())
    assert "no token" not in run(name, staffed.home).err


def _who_may(name: str) -> str:
    """Who of the node's people may run it."""
    return "coordinator" if RULES[name].guard.admits(PEOPLE["coordinator"][1]) else "officer"


def question(ref: str, **changes: Any) -> dict[str, Any]:
    """What somebody asks of another area about a case, without saying who they are."""
    example = {
        "purpose": "referred_elsewhere",
        "case_ref": ref,
        "subject": {"role": "victim"},
        "areas": ["eastvale"],
    }
    form = sharing_form({**example, "requester": None}, today(), grounded=True)
    return {**example, "sharing_form": {**form, "requester": None}, **changes}


@pytest.fixture
def ask(staffed: Staffed, tmp_path: Path) -> Callable[..., Ended]:
    """Asks a question by somebody's token."""

    def go(asked: object, who: str = "coordinator") -> Ended:
        file = written(tmp_path / "question.json", asked)
        return staffed.hub("check", file, "--json", "--token-file", staffed.token(who))

    return go


def test_who_asks_is_the_account_with_its_agency_and_kind(
    staffed: Staffed, ask: Callable[..., Ended], ref: str
) -> None:
    done = ask(question(ref))
    assert done.code == 0, done.out
    listed = staffed.hub("checks list", "--json", "--token-file", staffed.token("manager")).json["checks"]
    assert [(one["case_ref"], one["asked_by"]) for one in listed] == [(ref, PEOPLE["coordinator"][0])]
    node = open_node(staffed.home)
    with node.read() as tx:
        kept = recorded_check(tx, done.json["check_id"]).request
    node.database.close()
    assert (kept.requester.agency, kept.requester.agency_kind) == (PEOPLE["coordinator"][2], "police")
    assert kept.sharing_form.requester.name == PEOPLE["coordinator"][0]


def test_the_example_of_a_question_says_nothing_of_who_asks(staffed: Staffed) -> None:
    example = staffed.hub("check", "--example").json
    assert "requester" not in example
    assert "requester" not in example["sharing_form"]
    assert "by" not in staffed.hub("obligations close", "--example").json


TYPED: Final = {
    "who asks": {"requester": MANAGER},
    "nobody": {"requester": {}},
    "who asks, in the form": {"sharing_form": {"requester": MANAGER}},
    "the agency alone": {"sharing_form": {"requester": {"agency": "Eastvale Police"}}},
}


@pytest.mark.parametrize("changes", TYPED.values(), ids=list(TYPED))
def test_a_question_that_says_who_asks_is_not_asked(
    staffed: Staffed, ask: Callable[..., Ended], ref: str, changes: dict[str, Any]
) -> None:
    asked = question(ref)
    form = {**asked["sharing_form"], **changes.get("sharing_form", {})}
    before = state(staffed.home)
    done = ask({**asked, **changes, "sharing_form": form})
    assert (done.code, done.error["code"]) == (1, "invalid_input")
    assert "account of the token" in done.error["text"]
    assert done.error["do"] == "Take that field out of the file."
    assert state(staffed.home)[:-1] == before[:-1]


BY_NO_TOKEN: Final = {
    "signed": (
        {"signatures": [{"role": "manager", "name": PEOPLE["manager"][0], "date": "2026-11-29"}]},
        "/cases",
    ),
    "signed by who asks": (
        {"signatures": [{"role": "caseworker", "name": PEOPLE["coordinator"][0], "date": "2026-11-29"}]},
        "/cases",
    ),
    "an emergency": ({"emergency": {"imminent_threat": "He is at the door."}}, "/emergency"),
}


@pytest.mark.parametrize(("changes", "page"), BY_NO_TOKEN.values(), ids=list(BY_NO_TOKEN))
def test_a_token_signs_nothing(
    staffed: Staffed, ask: Callable[..., Ended], ref: str, changes: dict[str, Any], page: str
) -> None:
    asked = question(ref)
    done = ask({**asked, "sharing_form": {**asked["sharing_form"], **changes}})
    assert (done.code, done.error["code"]) == (1, "not_allowed")
    assert f"{CONSOLE}{page}." in done.error["do"]


def test_a_token_has_no_area_told(ask: Callable[..., Ended], ref: str) -> None:
    assert ask(question(ref, disclose="at_once")).error["code"] == "not_allowed"


def test_a_case_is_entered_by_the_account_and_of_its_own_organisation(
    staffed: Staffed, tmp_path: Path
) -> None:
    sample = inside("case", "add", "--example").json
    by = sample.pop("by")
    file = tmp_path / "stub.json"

    def add(who: str, **changes: Any) -> Ended:
        return staffed.hub(
            "case add", written(file, {**sample, **changes}), "--json", "--token-file", staffed.token(who)
        )

    assert add("coordinator", by=by).error["code"] == "invalid_input"
    assert add("coordinator", kind="idva").error["do"] == "Write kind `marac`."
    assert "Haven" in add("idva", kind="marac").error["do"]
    assert "Haven" in add("idva", kind="idva", idva_service="Refuge").error["do"]
    assert add("coordinator", case_ref="NM-OURS").code == 0
    assert add("idva", kind="idva", idva_service="haven", case_ref="NM-THEIRS").code == 0


THEIRS, RESTRICTED, ABSENT = "NM-THEIRS", "NM-RESTRICTED", "NM-ABSENT"


@pytest.fixture
def kept_from(staffed: Staffed, tmp_path: Path) -> Staffed:
    """A client of a service, a case from which the coordinator is excluded, and no other; both were asked about."""
    sample = inside("case", "add", "--example").json
    del sample["by"]
    for ref, who, kind in ((THEIRS, "idva", "idva"), (RESTRICTED, "manager", "marac")):
        stub = {**sample, "case_ref": ref, "kind": kind, "idva_service": "Haven" if kind == "idva" else ""}
        token = staffed.token(who)
        assert staffed.hub("case add", written(tmp_path / "stub.json", stub), "--token-file", token).code == 0
        asked = written(tmp_path / "question.json", question(ref))
        staffed.hub("check", asked, "--token-file", token)
    name = PEOPLE["coordinator"][0]
    exclusion = f'[[exclusion]]\ncase_ref = "{RESTRICTED}"\nperson = "{name}"\n'
    (staffed.home / "staff.toml").write_text(exclusion, encoding="utf-8")
    return staffed


def alike(answers: dict[str, str]) -> bool:
    """Whether they say the same, but for the reference that was given, ids and times."""
    return (
        len(
            {
                re.sub(rf"{re.escape(ref)}|\b[0-9a-f]{{32}}\b|[\d.]+ s\b|\d\d:\d\d:\d\dZ", "_", said)
                for ref, said in answers.items()
            }
        )
        == 1
    )


def test_what_an_account_may_not_open_reads_like_what_is_not_there(
    kept_from: Staffed, tmp_path: Path
) -> None:
    """Another organisation's, excluded and absent, at each command that is for asking or for reading."""
    token = kept_from.token()
    refs = (THEIRS, RESTRICTED, ABSENT)

    def said(command: str, *words: object, ref: str) -> str:
        done = kept_from.hub(command, *words, "--token-file", token, said=f"{ref}\n")
        return f"{done.code} {done.out} {done.err}"

    assert alike({ref: said("disclosures list", ref=ref) for ref in refs})
    assert alike({ref: said("checks list", "--one-case", ref=ref) for ref in refs})
    listed = kept_from.hub("checks list", "--json", "--token-file", kept_from.token("idva")).json["checks"]
    managers = kept_from.hub("checks list", "--json", "--token-file", kept_from.token("manager")).json[
        "checks"
    ]
    assert [one["case_ref"] for one in (*listed, *managers)] == [THEIRS, RESTRICTED]
    ids = {THEIRS: listed[0]["check_id"], RESTRICTED: managers[0]["check_id"], ABSENT: "ab" * 16}
    assert alike({ref: said("checks show", check, ref=ref) for ref, check in ids.items()})
    for command in ("checks list", "obligations list --all", "requests list", "seals list --all"):
        name, *words = command.split(" --")
        found = said(name, *(f"--{one}" for one in words), ref="")
        assert THEIRS not in found
        assert RESTRICTED not in found
    asked = {
        ref: said("check", written(tmp_path / "question.json", question(ref, subject=HER)), ref=ref)
        for ref in refs
    }
    assert alike(asked), asked
    assert alike({ref: said("checks list", "--one-case", ref=ref) for ref in refs})
    assert THEIRS in said("checks list", ref="")  # What they asked in vain, they read as such.


HER: Final = {
    "role": "victim",
    "given_names": "Zelda",
    "surname": "Quillfeather",
    "date_of_birth": "1988-02-03",
}

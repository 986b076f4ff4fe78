"""`hub audit reads`, and what each command that shows a case leaves for it."""

from __future__ import annotations

import json
import os
import pwd
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from hub.cases.stub import Stub, enter_case
from hub.checks.opened_cases import cases_of
from hub.cli.acting import RULES
from hub.node.node import open_node
from hub.records.gists import every_gist
from hub.records.reads import Came, read_since
from hub.sample.stub import sample_stub
from hub.web.guards import PERSON, Reads
from tests.cli.accounts import PEOPLE, Staffed
from tests.cli.conftest import TOLD
from tests.cli.least import least
from tests.cli.running import Ended, inside, write_csv

OFFICER: Final = PEOPLE["officer"][0]
ME: Final = pwd.getpwuid(os.getuid()).pw_name
LISTS: Final = [name for name, rule in RULES.items() if rule.guard.reads is Reads.list]
RUN_HERE: Final = [name for name in LISTS if RULES[name].guard.program != PERSON and name != "audit reads"]
"""But what is done in the console, and what is looked with."""
SHOWS: Final = [name for name, rule in RULES.items() if rule.guard.reads is Reads.named]


@pytest.fixture(scope="session")
def _read_home(_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reads")
    home = Path(shutil.copytree(_home, folder / "northmoor"))
    rows = [dict(row) for row in TOLD.referrals["northmoor"] if row["sealed"] != "yes"][:12]
    assert inside("import", home, write_csv(folder / "in.csv", rows)).code == 0
    return home


@pytest.fixture
def home(_read_home: Path, tmp_path: Path) -> Path:
    """A node with a few cases and no accounts."""
    return Path(shutil.copytree(_read_home, tmp_path / "northmoor"))


@pytest.fixture(scope="session")
def _read_staffed(_read_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Staffed:
    folder = tmp_path_factory.mktemp("staffed-reads")
    home = Path(shutil.copytree(_read_home, folder / "northmoor"))
    return Staffed.of(home, folder / "tokens")


@pytest.fixture
def staffed(_read_staffed: Staffed, tmp_path: Path) -> Staffed:
    """The same, whose people have accounts."""
    home = Path(shutil.copytree(_read_staffed.home, tmp_path / "northmoor"))
    return Staffed(home, Path(shutil.copytree(_read_staffed.folder, tmp_path / "tokens")))


@pytest.fixture
def ref() -> str:
    return str(TOLD.referrals["northmoor"][0]["case_ref"])


def reads(home: Path, *more: object, said: str = "") -> list[dict[str, Any]]:
    """What the command says but for its own event and earlier ones of its own."""
    done = inside("audit", "reads", home, "--json", *more, said=said)
    assert done.code == 0, done.err
    return [one for one in json.loads(done.out)["reads"] if one["place"] != "hub audit reads"]


def run(name: str, home: Path, ref: str, *more: object) -> Ended:
    return inside(*name.split(), *least(name, home), *more, said=f"{ref}\n")


def test_every_command_that_shows_a_case_is_known_here() -> None:
    """Whoever adds one says here what it names the case by."""
    assert set(SHOWS) == {*BY_REFERENCE, *BY_ID, "seals list", "check", "idva handovers"}


BY_REFERENCE: Final = ("plan show", "referral show", "referral file", "repeats show", "disclosures list")
BY_ID: Final = ("checks show", "records show", "disclose")


@pytest.mark.parametrize("name", BY_REFERENCE)
def test_a_command_that_shows_a_case_leaves_who_ran_it_and_of_which_case(
    home: Path, ref: str, name: str
) -> None:
    done = run(name, home, ref)
    (one,) = reads(home)
    came = "refused" if done.code else "shown"  # It has no such file.
    assert (one["who"], one["place"], one["came"]) == (ME, f"hub {name}", came)
    assert (one["cases"], one["role"]) == ([ref], None)


@pytest.mark.parametrize("name", BY_REFERENCE)
def test_of_a_case_that_is_not_there_it_leaves_that_it_was_tried(home: Path, name: str) -> None:
    assert run(name, home, "NM-none").code == 1
    (one,) = reads(home)
    assert (one["place"], one["came"], one["cases"]) == (f"hub {name}", "refused", [""])


@pytest.mark.parametrize("name", BY_ID)
def test_of_an_id_that_is_not_there_too(home: Path, ref: str, name: str) -> None:
    assert run(name, home, ref).code == 1
    (one,) = reads(home)
    assert (one["place"], one["came"], one["cases"]) == (f"hub {name}", "refused", [])


@pytest.mark.parametrize("name", [*RUN_HERE, "seals list"])
def test_a_command_that_lists_cases_leaves_who_ran_it(staffed: Staffed, ref: str, name: str) -> None:
    rule = RULES[name]
    token = () if rule.operators else ("--token-file", staffed.token())
    run(name, staffed.home, ref, *token)
    (one,) = reads(staffed.home, "--token-file", staffed.token("officer"))
    assert (one["place"], one["thing"]) == (f"hub {name}", "list")
    assert (one["who"], one["role"]) == (
        (ME, None) if rule.operators else (PEOPLE["coordinator"][0], "coordinator")
    )


def test_where_people_have_accounts_it_is_the_officers_alone(staffed: Staffed) -> None:
    assert inside("audit", "reads", staffed.home).code == 1
    for who in ("manager", "coordinator", "idva", "representative"):
        refused = inside("audit", "reads", staffed.home, "--token-file", staffed.token(who))
        assert (refused.code, refused.out) == (1, "")
    assert inside("audit", "reads", staffed.home, "--token-file", staffed.token("officer")).code == 0


def test_an_officer_who_is_kept_out_of_a_case_reads_nothing_of_it(staffed: Staffed, ref: str) -> None:
    run("referral show", staffed.home, ref, "--token-file", staffed.token())
    officer = staffed.token("officer")
    assert len(reads(staffed.home, "--token-file", officer)) == 1
    kept = f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{OFFICER}"\n'
    (staffed.home / "staff.toml").write_text(kept, encoding="utf-8")
    assert reads(staffed.home, "--token-file", officer) == []
    assert reads(staffed.home, "--token-file", officer, "--one-case", said=f"{ref}\n") == []


def test_a_case_that_is_kept_apart_for_somebody_is_not_the_one_that_they_are_kept_out_of(
    staffed: Staffed, ref: str
) -> None:
    who = PEOPLE["coordinator"][0]
    kept = f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{who}"\n'
    (staffed.home / "staff.toml").write_text(kept, encoding="utf-8")
    refused = run("repeats show", staffed.home, ref, "--token-file", staffed.token())
    node = open_node(staffed.home)
    stub = Stub.model_validate(sample_stub() | {"case_ref": ref})
    enter_case(node, stub.model_copy(update={"by": stub.by.model_copy(update={"name": who})}))
    shown = run("repeats show", staffed.home, ref, "--token-file", staffed.token())
    with node.read() as tx:
        digests = {one.apart: (one.row.ref_digest.hex(),) for one in every_gist(tx) if one.case_ref == ref}
        of_theirs = [one for one in read_since(tx, 0, cases_of).events if one.place == "hub repeats show"]
    node.database.close()
    assert (refused.code, shown.code) == (1, 0)
    assert [(one.came, one.cases) for one in of_theirs] == [
        (Came.refused, digests[False]),
        (Came.shown, digests[True]),
    ]


def test_for_her_it_says_bodies_roles_and_days_and_names_nobody(staffed: Staffed, ref: str) -> None:
    for _ in range(2):
        run("referral show", staffed.home, ref, "--token-file", staffed.token())
    run("referral show", staffed.home, "NM-none", "--token-file", staffed.token())
    officer = staffed.token("officer")
    said = inside("audit", "reads", staffed.home, "--for-her", "--token-file", officer, said=f"{ref}\n")
    assert "Northmoor Police, coordinator: paper (2 times)" in said.out
    assert PEOPLE["coordinator"][0] not in said.out
    assert len(said.out.strip().splitlines()) == 1


def test_where_it_cannot_be_written_down_a_command_shows_nothing(home: Path, ref: str) -> None:
    shutil.rmtree(home / "read-journal", ignore_errors=True)
    (home / "read-journal").write_text("a file in the place of the folder")
    for name in ("referral show", "flags list"):
        refused = run(name, home, ref)
        assert (refused.code, refused.out) == (2, "")
        assert "nothing is shown" in refused.err


def test_a_backup_has_what_was_opened_before_it(home: Path, ref: str, tmp_path: Path) -> None:
    from hub.crypto import age

    run("referral show", home, ref)
    _, recipient = age.new_identity()
    (tmp_path / "to").mkdir()
    assert inside("backup", home, tmp_path / "to", "--recipient", recipient).code == 0
    shutil.rmtree(home / "read-journal")
    assert [one["cases"] for one in reads(home)] == [[ref]]

"""A node that was brought back publishes nobody before what people did by hand since is done again, or waived."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.audit.events import Action
from hub.backup.lost_acts import ACTS
from hub.cases.changes import find_case
from hub.cli.restored import _IN_WORDS
from hub.crypto import age
from hub.node.at_work import stopped
from hub.node.node import THE_OPERATOR, open_node
from hub.sample.referrals import Row
from hub.store import feeds
from tests.cli.accounts import Staffed
from tests.cli.casework import ADA, stub_of
from tests.cli.conftest import TOLD, Pair
from tests.cli.running import (
    Ended,
    free_port,
    hub,
    inside,
    live_entries,
    query,
    serving,
    started,
    until,
    write_csv,
)

IDENTITY, RECIPIENT = age.new_identity()
WHY = "The disk failed."
MANAGER = '[[staff]]\ngiven_names = "Ada"\nsurname = "Coordinator"\nmanager = true\n'


@dataclass(frozen=True)
class Kept:
    """A node that has published, its backup, and the file that all of its cases are in."""

    home: Path
    folder: Path
    rows: list[Row]

    @property
    def who(self) -> Path:
        return self._file("who.json", ADA)

    @property
    def cases(self) -> list[str]:
        return list(dict.fromkeys(row["case_ref"] for row in self.rows))

    @property
    def alone(self) -> list[str]:
        """Those whose people are in no other."""
        surnames = [(row["case_ref"], row["surname"]) for row in self.rows]
        shared = {ref for ref, name in surnames if any(name == n and ref != r for r, n in surnames)}
        return [one for one in self.cases if one not in shared]

    def _file(self, name: str, content: Any) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def import_all(self) -> None:
        assert inside("import", self.home, write_csv(self.folder / "all.csv", self.rows)).code == 0

    def seal(self, case_ref: str, act: str = "seal") -> None:
        done = inside(
            "case", act, self.home, "--as", self.who, "--because", "She fled.", said=f"{case_ref}\n"
        )
        assert done.code == 0, done.err

    def restore(self, *options: object) -> Ended:
        done = self.bring_back(*options)
        assert done.code == 0, done.out
        return done

    def bring_back(self, *options: object) -> Ended:
        (backup,) = self.folder.glob("backups/*.home.age")
        (keys,) = self.folder.glob("safe/*.keys.age")
        identity = self.folder / "identity"
        identity.write_text(IDENTITY)
        how = ("--identity", identity, "--keys", keys, "--because", WHY, "--json")
        return inside("restore", self.home, backup, *how, *options)

    def restored(self, *options: object) -> Ended:
        return inside("restored", self.home, "--because", "All files are in.", *options)

    def listed(self) -> dict[str, Any]:
        found: dict[str, Any] = inside("restored", self.home, "--as", self.who, "--json").json
        return found

    def states(self) -> list[tuple[str, str]]:
        return [(one["action"], one["state"]) for one in self.listed()["acts"]]

    def shown(self, case_ref: str) -> int:
        """How many people of a case are in the feed."""
        node = open_node(self.home)
        with node.read() as tx:
            held = find_case(tx, case_ref)
            assert held is not None
            found = len(feeds.shown(tx.session, [held.row.id]))
        node.database.close()
        return found


def waivers(home: Path) -> list[dict[str, Any]]:
    found = query(home, f"SELECT body FROM audit_entry WHERE action = '{Action.lost_act_waived}'")
    return [json.loads(body) for (body,) in found]


@pytest.fixture
def kept(home: Path, rows: list[Row], tmp_path: Path) -> Kept:
    (home / "staff.toml").write_text(MANAGER)
    return backed_up(Kept(home, tmp_path, rows))


def backed_up(one: Kept) -> Kept:
    """The node, with all its cases published, and its backup."""
    one.import_all()
    assert inside("publish", one.home).code == 0
    for name in ("backups", "safe"):
        (one.folder / name).mkdir()
    how = ("--recipient", RECIPIENT, "--keys", one.folder / "safe")
    assert inside("backup", one.home, one.folder / "backups", *how).code == 0
    return one


def test_she_who_was_sealed_by_hand_is_not_in_the_feed_again(kept: Kept) -> None:
    her = kept.cases[0]
    assert kept.shown(her)
    kept.seal(her)
    kept.restore()
    kept.import_all()
    for how in ("--imported", "--waived"):
        for more in ((), ("--acts-not-known", "--as", kept.who)):
            refused = kept.restored(how, *more)
            assert refused.code == 1
            assert "neither done again nor waived: 2" in refused.err
    assert inside("publish", kept.home).code == 1
    act, also = kept.listed()["acts"]
    assert (act["action"], act["state"], act["about"]) == ("case_sealed", "to do", her)
    assert (also["action"], also["state"]) == ("publication_ended", "to do")  # Her other case.
    kept.seal(her)
    assert kept.states() == [("case_sealed", "done"), ("publication_ended", "done")]
    assert kept.restored("--imported").code == 0
    assert not kept.shown(her) + kept.shown(also["about"])
    assert live_entries(kept.home)


def test_a_seal_that_a_person_spoke_is_not_done_again_by_a_file(kept: Kept) -> None:
    her = kept.alone[0]
    kept.seal(her)
    kept.restore()
    hers = [row | {"sealed": "yes"} for row in kept.rows if row["case_ref"] == her]
    assert inside("import", kept.home, write_csv(kept.folder / "hers.csv", hers)).code == 0
    assert kept.states() == [("case_sealed", "to do")]
    kept.seal(her)
    assert kept.states() == [("case_sealed", "done")]


def test_the_doctor_calls_no_node_ready_that_was_brought_back_and_is_not_confirmed(kept: Kept) -> None:
    kept.restore()
    found = inside("doctor", kept.home, "--json").json["findings"]
    (told,) = [one for one in found if one["about"] == "restoration"]
    assert told["missing"]
    assert "hub restored" in told["do"]
    assert kept.restored("--imported").code == 0
    found = inside("doctor", kept.home, "--json").json["findings"]
    assert not [one for one in found if one["about"] == "restoration"]


def test_a_home_at_which_a_server_or_a_worker_is_at_work_is_not_brought_back(kept: Kept) -> None:
    before = {path.name for path in kept.folder.iterdir()}
    with (
        serving(kept.home, free_port(), kept.folder / "serve.log"),
        started("worker", kept.home) as worker,
    ):
        lock = kept.home / "worker.lock"
        until(lambda: lock.exists() and lock.read_text().strip(), worker)
        refused = kept.bring_back()
        assert refused.code == 1
        assert f"`hub worker` (process {worker.pid})" in refused.error["text"]
        assert "`hub serve` (process " in refused.error["text"]
        assert "Stop it" in refused.error["do"]
    assert {path.name for path in kept.folder.iterdir()} - before == {"serve.log", "identity"}
    with stopped(kept.home):
        refused = inside("serve", kept.home, "--port", free_port())
        assert refused.code == 1
        assert "being brought back" in refused.err
    kept.restore()


def test_where_nothing_is_left_of_the_old_log_somebody_answers_for_that(kept: Kept) -> None:
    kept.seal(kept.alone[0])
    shutil.rmtree(kept.home)
    assert kept.restore().json["all_acts_known"] is False
    kept.import_all()
    for how in ("--imported", "--waived"):
        refused = kept.restored(how)
        assert refused.code == 1
        assert "Acts by hand since " in refused.err
        assert inside("publish", kept.home).code == 1
    assert kept.restored("--imported", "--acts-not-known").code == 2  # Nobody is named.
    assert kept.restored("--imported", "--acts-not-known", "--as", kept.who).code == 0
    (waived,) = waivers(kept.home)
    assert waived["detail"]["kind"] == "not_known"
    assert waived["actor"].startswith("user:")


@pytest.mark.parametrize("lost", ["audit-checkpoint.txt", "hub.sqlite3", "staff.toml"])
def test_what_is_damaged_of_the_old_home_leaves_it_not_known(kept: Kept, lost: str) -> None:
    kept.seal(kept.alone[0])
    if lost == "audit-checkpoint.txt":
        (kept.home / "keys" / lost).unlink()
    (kept.home / lost).write_text("[")
    assert kept.restore().json["all_acts_known"] is False
    kept.import_all()
    if lost != "hub.sqlite3":
        kept.seal(kept.alone[0])
    assert "are not known" in kept.restored("--imported").err


def test_an_old_log_that_was_cut_is_not_all(kept: Kept) -> None:
    kept.seal(kept.alone[0])
    with closing(sqlite3.connect(kept.home / "hub.sqlite3")) as database:
        database.execute("DELETE FROM audit_entry WHERE action = 'case_sealed'")
        database.commit()
    done = kept.restore().json
    assert (done["acts"], done["all_acts_known"]) == (0, False)


def test_the_old_home_may_lie_elsewhere(kept: Kept) -> None:
    kept.seal(kept.alone[0])
    old = kept.home.rename(kept.folder / "salvaged")
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    assert kept.restore("--old", old).json["acts"] == 1
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before


def test_what_somebody_does_without_is_named_with_who_and_why(kept: Kept) -> None:
    kept.seal(kept.alone[0])
    kept.restore()
    assert kept.restored("--waive-act", 1).code == 2
    assert kept.restored("--waive-act", 2, "--as", kept.who).code == 1
    assert kept.states() == [("case_sealed", "to do")]
    assert inside("restored", kept.home, "--waive-act", 1, "--as", kept.who).code == 2  # without a reason
    assert kept.restored("--waive-act", 1, "--as", kept.who).code == 0
    (act,) = kept.listed()["acts"]
    assert (act["state"], act["waived_by"], act["waived_because"]) == (
        "waived",
        ADA["name"],
        "All files are in.",
    )
    (waived,) = waivers(kept.home)
    assert waived["detail"]["kind"] == "case_sealed"
    owed = inside("obligations", "list", kept.home, "--as", kept.who, "--all", "--json").json["due"]
    (review,) = [one for one in owed if one["code"] == "review_unsealing"]
    assert "after a restoration, in the name of Ada Coordinator" in review["text"]
    assert kept.restored("--imported").code == 0


def test_only_a_manager_does_without_what_people_did(kept: Kept) -> None:
    kept.seal(kept.alone[0])
    kept.restore()
    (kept.home / "staff.toml").write_text(MANAGER.replace("Ada", "Bea"))
    refused = kept.restored("--waive-act", 1, "--as", kept.who)
    assert refused.code == 2
    assert "for a manager" in refused.err
    assert kept.restored("--imported", "--acts-not-known", "--as", kept.who).code == 2
    assert (waivers(kept.home), kept.states()) == ([], [("case_sealed", "to do")])


def test_where_people_have_accounts_it_is_the_operators_and_managers_look_into_it(
    home: Path, rows: list[Row], tmp_path: Path
) -> None:
    """Nobody is signed in meanwhile, and no token holds: what the operator does again is the operator's."""
    staffed = Staffed.of(home, tmp_path / "tokens")
    kept = backed_up(Kept(home, tmp_path, rows))
    for ref in kept.alone[:2]:
        assert staffed.hub("case seal", "--because", "She fled.", said=f"{ref}\n").code == 0
    before = staffed.token()
    kept.restore()
    assert staffed.hub("checks list", "--token-file", before).code != 0
    assert "nobody's" in kept.restored("--waive-act", 2, "--as", kept.who).err
    assert staffed.hub("case seal", "--because", "She fled.", said=f"{kept.alone[0]}\n").code == 0
    assert kept.restored("--imported").code != 0
    assert kept.restored("--waive-act", 2).code == 0
    acts = inside("restored", home, "--json").json["acts"]
    assert [(one["state"], one["waived_by"]) for one in acts] == [("done", ""), ("waived", THE_OPERATOR)]
    assert [one["actor"] for one in waivers(home)] == ["operator"]
    assert kept.restored("--imported").code == 0
    owed = staffed.hub("obligations list", "--all", "--json", "--token-file", staffed.token("manager")).json[
        "due"
    ]
    texts = {one["code"]: one["text"] for one in owed}
    assert f"in the name of {THE_OPERATOR}" in texts["review_unsealing"]
    assert "the operator did without something" in texts["look_into_area"]
    assert kept.shown(kept.alone[0]) == 0


def test_every_kind_of_thing_that_a_person_said_is_listed_until_it_is_so_again(kept: Kept) -> None:
    sealed, unsealed = kept.alone[:2]
    kept.seal(sealed)
    kept.seal(unsealed)
    (kept.home / "staff.toml").write_text(MANAGER)
    kept.seal(unsealed, "unseal")
    stub = kept._file("stub.json", stub_of({**TOLD.questions["known_elsewhere"], "case_ref": "STUB-1"}))
    assert inside("case", "add", kept.home, stub).code == 0
    exclusion = '[[exclusion]]\nperson = "Ash Kept-Out"\ncase_ref = "STUB-1"\n'
    (kept.home / "staff.toml").write_text(exclusion)
    kept.restore()
    wanted = {"case_sealed", "case_unsealed", "case_entered", "exclusion"}
    assert {action for action, _ in kept.states()} == wanted
    assert [one for one in kept.states() if one[1] == "to do"] == [
        ("case_sealed", "to do"),
        ("case_entered", "to do"),
        ("exclusion", "to do"),
    ]
    kept.seal(sealed)
    assert inside("case", "add", kept.home, stub).code == 0
    (kept.home / "staff.toml").write_text(exclusion)
    assert {state for _, state in kept.states()} == {"done"}
    assert kept.restored("--imported").code == 0


def test_a_case_that_is_restricted_for_somebody_is_not_named_to_nobody(kept: Kept) -> None:
    her = kept.alone[0]
    kept.seal(her)
    (kept.home / "staff.toml").write_text(f'[[exclusion]]\nperson = "Ash Kept-Out"\ncase_ref = "{her}"\n')
    staff = (kept.home / "staff.toml").read_text()
    kept.restore()
    (kept.home / "staff.toml").write_text(staff)
    assert her not in inside("restored", kept.home).out
    assert her in inside("restored", kept.home, "--as", kept.who).out


BROUGHT_BACK_OTHERWISE = frozenset(
    """
    node_created node_started node_certified backup_made restored restoration_ended lost_act_waived peer_certified
    revocation_learned pins_taken_over case_imported sealed_person_found people_withdrawn epoch_published
    publication_refused keys_rotated feed_synced feed_pulled check_decided request_sent request_received
    request_refused quota_refused answer_sent answer_received check_recorded disclosure_sent disclosure_received
    disclosure_answered disclosure_recorded obligation_escalated acknowledgement_sent acknowledgement_received
    reconciled checkpoint_sent checkpoint_received checkpoint_refused peer_fault rows_anchored rows_kept
    deliveries_anchored tellings_anchored hidden_searched stop_ended organisation_added account_opened signed_in
    sign_in_refused authenticated_anew session_ended program_admitted program_ended transfer_ended
    envelopes_read
    file_given papers_opened papers_ended reads_kept reads_erased
    """.split()  # noqa: SIM905
)


def test_of_every_action_it_is_said_whether_a_restoration_loses_it() -> None:
    """Whoever adds one says here whether files, the node itself or reconciling bring it back, or a person must."""
    assert {one.value for one in ACTS} | BROUGHT_BACK_OTHERWISE == {one.value for one in Action}
    assert not {one.value for one in ACTS} & BROUGHT_BACK_OTHERWISE
    assert set(_IN_WORDS) >= ACTS


def test_while_an_area_cannot_be_asked_a_restoration_is_not_ended(pair: Pair, tmp_path: Path) -> None:
    for name in ("backups", "safe"):
        (tmp_path / name).mkdir()
    how = ("--recipient", RECIPIENT, "--keys", tmp_path / "safe")
    assert inside("backup", pair.asking, tmp_path / "backups", *how).code == 0
    Kept(pair.asking, tmp_path, []).restore()
    end = ("restored", pair.asking, "--imported", "--because", "All files are in.")
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    refused = hub(*end, env=nowhere)
    assert refused.code == 1
    assert "Eastvale could not be asked what they hold" in refused.err
    assert inside(*end).code == 0

"""`hub demo`: the contract's document, within the minute, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil
import pytest

from hub.cli.decide import read_rules
from hub.consent import agreement_from_text
from hub.crypto.one_time import code_at
from hub.demo.form import sharing_form
from hub.demo.run import LOCK, remove_what_was_left
from hub.files import locked
from hub.records.accounts import AccountRole
from hub.records.check import CheckResult
from hub.sample import AREAS
from hub.sample.agreement import agencies_of, agreement_text
from hub.values import Person
from tests.cli.conftest import TOLD, today
from tests.cli.running import HUB, environment, free_port
from tests.docs.pages import DOCS
from tests.web.homes import home_with

README = DOCS.parent.joinpath("README.md").read_text(encoding="utf-8")


def _demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    beside = folder.with_name("beside")  # As when the program is run from the folder that its clone is in.
    (beside / "hub").mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [HUB, "demo", *options],
        cwd=beside,
        env=environment(TMPDIR=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_three_nodes_and_three_answers_as_the_contract_has_them(tmp_path: Path) -> None:
    with _demo(tmp_path / "tmp", "--once", "--json") as process:
        out, err = process.communicate(timeout=1_800)
    assert (process.returncode, err) == (0, "")
    shown = json.loads(out)
    assert [node["node_id"] for node in shown["nodes"]] == ["northmoor", "eastvale", "southmere"]
    for check in shown["checks"]:
        Person.model_validate(check["subject"])
    elsewhere, nowhere, refused = (CheckResult.model_validate(check["result"]) for check in shown["checks"])

    assert elsewhere.decision.outcome == "permit"
    (cited,) = {answer.source for answer in elsewhere.decision.answers if answer.question == "art6"}
    assert cited.startswith(
        "UK GDPR Art 6(1)(e) with DPA 2018 s.8; Inter-area agreement 2026/1 (fiction) of "
    )
    by_area = {area.node_id: area for area in elsewhere.areas}
    assert by_area["eastvale"].candidates[0].band == "strong"
    every = [one.disclosure for one in by_area["eastvale"].candidates]
    told = [one for one in every if one.status == "answered"]
    assert {one.role for one in told} == {"victim"}
    assert all(one.involvement for one in told)
    assert {one.status for one in every} == {"answered", "pending"}, "an Idva service decides of its own"
    assert by_area["southmere"].candidates == ()
    assert by_area["westhaven"].status == "not_connected"

    assert nowhere.decision.outcome == "permit"
    assert all(area.candidates == () for area in nowhere.areas)
    assert {area.status for area in nowhere.areas} == {"answered", "not_connected"}

    assert refused.decision.outcome == "incomplete"
    assert refused.areas == ()
    assert "protocol or grounds" in refused.decision.missing
    assert list((tmp_path / "tmp").iterdir()) == [], "its homes are removed"


@pytest.mark.slow
def test_without_once_it_runs_until_ctrl_c_and_removes_everything(tmp_path: Path) -> None:
    with _demo(tmp_path / "tmp") as process:
        assert process.stdout is not None
        shown = ""
        for line in process.stdout:
            shown += line
            if "Press Ctrl-C" in line:
                break
        else:
            pytest.fail(process.communicate()[1])
        assert "keep running" in shown
        _require_as_in_the_readme(shown)
        assert "coordinator@eastvale.example" in shown
        assert "hub peer list" in shown
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert list((tmp_path / "tmp").iterdir()) == []


def _require_as_in_the_readme(shown: str) -> None:
    """All of its excerpt is printed, in its order; "..." leaves something out."""
    excerpt = README.partition("make demo\n```")[2].partition("```text\n")[2].partition("```")[0]
    printed, at = " ".join(shown.split()), 0
    for piece in " ".join(excerpt.split()).split("..."):
        assert piece.strip() in printed[at:], piece
        at = printed.index(piece.strip(), at)


SERVED = """
import sys
from pathlib import Path
from hub.demo.servers import serving, wait_until_up
from hub.node.node import open_node
if __name__ == "__main__":
    node = open_node(Path(sys.argv[1]))
    with serving(node) as server:
        wait_until_up(node, server)
        print("up", flush=True)
        sys.stdin.read()
"""


def test_a_server_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    home, program = home_with(tmp_path / "northmoor", free_port()), tmp_path / "served.py"
    program.write_text(SERVED)
    with subprocess.Popen(
        [sys.executable, program, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        servers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        _, alive = psutil.wait_procs(servers, timeout=60)
        for left in alive:
            left.kill()
    assert servers
    assert alive == []


@pytest.mark.slow
def test_its_servers_end_with_it_however_that_ends(tmp_path: Path) -> None:
    with _demo(tmp_path / "tmp") as process:
        assert process.stdout is not None
        assert any("Press Ctrl-C" in line for line in process.stdout)
        servers = psutil.Process(process.pid).children(recursive=True)
        assert len(servers) >= 3
        process.kill()
        _, alive = psutil.wait_procs(servers, timeout=60)
        for left in alive:
            left.kill()
        process.communicate()
    assert alive == []


def test_what_one_left_that_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folders = {name: tmp_path / f"hub-demo-{name}" for name in ("killed", "running", "another", "linked")}
    elsewhere = tmp_path / "elsewhere"
    for folder in (*list(folders.values())[:3], elsewhere):
        folder.mkdir()
        (folder / "northmoor").mkdir()
    folders["linked"].symlink_to(elsewhere)
    for folder in (folders["killed"], folders["running"], elsewhere):
        (folder / LOCK).touch()
    said: list[str] = []
    with locked(folders["running"] / LOCK):
        remove_what_was_left(said.append)
    assert {name for name, folder in folders.items() if folder.exists()} == {"running", "another", "linked"}
    assert (elsewhere / "northmoor").exists()
    assert len(said) == 1
    assert str(folders["killed"]) in said[0]


def test_the_agreement_and_form_hold_on_the_day_they_are_shown() -> None:
    on = today()
    agreed = agreement_from_text(agreement_text(agencies_of(AREAS), on), "sample.toml", read_rules().law)
    assert agreed.date < on < agreed.review
    assert agreed.areas == set(AREAS)
    form = sharing_form(TOLD.questions["known_elsewhere"], on, grounded=True)
    assert form["protocol"]["ref"] == agreed.ref
    assert sharing_form(TOLD.questions["no_ground"], on, grounded=False)["protocol"] is None


@pytest.mark.slow
def test_its_consoles_are_signed_in_to_with_what_it_says(tmp_path: Path) -> None:
    """Three of them at one address, of which none signs another's users out."""
    with _demo(tmp_path / "tmp", "--json") as process:
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if line == "}\n":
                break
        shown = json.loads(text)
        consoles = shown["console"]
        assert [one["node_id"] for one in consoles] == [node["node_id"] for node in shown["nodes"]]
        cookies: dict[str, str] = {}
        decides = ""
        for console in consoles[:2]:
            roles = {one["role"] for one in console["accounts"]}
            assert roles == {one.value for one in AccountRole}
            for one in console["accounts"]:
                mine = _signed_in(console["url"], one)
                cookies |= mine
                if (console["node_id"], one["role"]) == ("eastvale", "coordinator"):
                    decides = _page(console["url"] + "/work", mine)
        assert set(cookies) == {"__Host-northmoor", "__Host-eastvale"}
        assert "Northmoor asks about case" in decides, "something waits for a decision in Eastvale"
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=600)
    assert process.returncode == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def _page(url: str, cookies: dict[str, str]) -> str:
    """What somebody reads there."""
    [(name, value)] = cookies.items()
    sent = {"Cookie": f"{name}={value.split(';')[0]}"}
    return httpx2.get(url, headers=sent, trust_env=False, timeout=60).text


def _signed_in(url: str, account: dict[str, str]) -> dict[str, str]:
    """The cookie that somebody gets, who gives what was said of them."""
    form = {
        "sign_in": account["sign_in"],
        "password": account["password"],
        "code": code_at(account["totp_secret"], int(time.time())),
    }
    answer = httpx2.post(
        url + "/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"}, trust_env=False, timeout=60
    )
    assert answer.status_code == 303, answer.text
    name, _, value = answer.headers["set-cookie"].partition("=")
    page = httpx2.get(
        url + "/", headers={"Cookie": f"{name}={value.split(';')[0]}"}, trust_env=False, timeout=60
    )
    assert page.headers["location"] != "/sign-in"
    return {name: value}

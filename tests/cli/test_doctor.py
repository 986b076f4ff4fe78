"""`hub doctor`: what is missing before a first question, each with what to do, and nothing that is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from pathlib import Path

from hub.crypto import age
from hub.demo.form import write_agreement
from hub.jobs import schedule
from hub.jobs.warnings import backup_warning
from hub.node.node import open_node
from hub.records.accounts import AccountRole
from tests.accounts.people import cheap_passwords, user
from tests.accounts.provider import running
from tests.cli.conftest import Pair, make, today
from tests.cli.running import Ended, hub, inside, query


def doctor(home: Path) -> Ended:
    return inside("doctor", home, "--json")


def missing(done: Ended) -> set[str]:
    return {one["about"] for one in done.json["findings"] if one["missing"]}


def test_a_fresh_home_is_told_all_that_it_lacks(tmp_path: Path) -> None:
    home = tmp_path / "northmoor"
    options = {"--node-id": "northmoor", "--area": "Northmoor", "--url": "https://northmoor.example"}
    assert inside("init", home, *(part for pair in options.items() for part in pair)).code == 0
    done = doctor(home)
    assert done.code == 1
    assert done.json["ready"] is False
    assert missing(done) == {"agency", "agreements", "areas", "peers", "feed", "worker"}
    assert all(one["what"].endswith(".") and one["do"] for one in done.json["findings"])
    shown = hub("doctor", home)
    assert shown.code == 1
    for one in done.json["findings"]:
        assert one["what"] in shown.out
        assert one["do"] in shown.out
    assert f"hub peer add {home} URL" in shown.out
    assert f"hub serve {home}" in shown.out


def test_its_examples_fill_what_they_are_examples_of(tmp_path: Path) -> None:
    """They are of two areas that there are not, and stand beside what is read."""
    home = make(tmp_path / "northmoor", "northmoor", agreed=False)
    assert open_node(home).agreements.held == ()
    for example in ("agreements/agreement.toml", "config/areas.toml", "config/policy.toml"):
        shutil.copy(home / f"{example}.example", home / example)
    done = doctor(home)
    assert missing(done) == {"agency", "peers", "feed", "worker"}
    (agreed,) = done.json["agreements"]
    assert agreed["in_force"]
    assert agreed["ref"] == "Inter-area agreement 2026/1"
    assert agreed["digest"].startswith(agreed["said"].replace(" ", "")[:8])
    (agency,) = [one["what"] for one in done.json["findings"] if one["about"] == "agency" and one["missing"]]
    assert "telephone" in agency


def test_a_node_that_can_ask_and_answer_lacks_nothing(pair: Pair) -> None:
    home = pair.asking
    shutil.copy(home / "config" / "areas.toml.example", home / "config" / "areas.toml")
    settings = home / "node.toml"
    settings.write_text(settings.read_text().replace('phone = ""', 'phone = "01632 960101"'))
    assert missing(doctor(home)) == {"worker"}
    node = open_node(home)
    schedule.due(node, {})
    node.database.close()
    done = doctor(home)
    assert (done.code, done.json["ready"]) == (0, True)
    assert "Nothing is missing before a first question." in inside("doctor", home).out


def test_a_console_is_told_that_it_takes_two_managers(tmp_path: Path) -> None:
    home = make(tmp_path / "northmoor", "northmoor")

    def said() -> str:
        return " ".join(one["what"] for one in doctor(home).json["findings"] if one["about"] == "console")

    assert "[console] url" in said()
    assert "No manager has opened an account" in said()
    with cheap_passwords():
        node = open_node(home)
        first = user(node, "Mo Ashdown", AccountRole.manager)
        assert "One manager alone has an account" in said()
        user(node, "Ma Lowther", AccountRole.manager, by=first.account)
        node.database.close()
    assert "manager" not in said()


def test_whether_people_hear_of_what_waits_is_said_and_no_secret_with_it(tmp_path: Path) -> None:
    home = make(tmp_path / "northmoor", "northmoor")
    settings = home / "node.toml"
    plain = settings.read_text()

    def said(lines: str = "", console: str = '[console]\nurl = "http://127.0.0.1:9471"\n') -> str:
        settings.write_text(f"{plain}\n{console}{lines}")
        done = doctor(home)
        assert "hunter2" not in done.out + done.err
        about = ("home", "notices")
        return " ".join(one["what"] for one in done.json["findings"] if one["about"] in about)

    assert "hear of what waits for them only where they look" in said()
    mail = '[notices]\nkind = "smtp"\nsender = "hub@example.org"\nhost = "mail.example.org"\n'
    assert "has a `user` of the mail server, and no `password_file`" in said(f'{mail}user = "hub"\n')
    assert "needs `url` in [console]" in said(mail, console="")
    assert "sender" in said(mail.replace("hub@example.org", "hub@example.org\\r\\nBcc: him@example.net"))
    notify = '[notices]\nkind = "notify"\nkey_file = "notify-key"\ntemplate_id = "' + "1" * 8 + '"\n'
    assert "template_id" in said(notify)
    notify = notify.replace("1" * 8, "11111111-2222-4333-8444-555555555555")
    assert "notify-key is missing" in said(notify)
    (home / "notify-key").write_text("hunter2")
    (home / "notify-key").chmod(0o640)
    assert "can be read by others" in said(notify)
    (home / "notify-key").chmod(0o600)
    assert "holds none" in said(notify)
    with cheap_passwords():
        node = open_node(home)
        user(node, "Mo Ashdown", AccountRole.manager)
        node.database.close()
    assert said(mail) == ""


def test_a_provider_of_sign_in_is_asked_and_what_it_lacks_is_said(tmp_path: Path) -> None:
    home = make(tmp_path / "northmoor", "northmoor")
    settings = home / "node.toml"
    before = settings.read_text()

    def said(**changes: object) -> str:
        told = {
            "issuer": provider.issuer,
            "client_id": "hub",
            "organisations": ["Northmoor Council"],
        } | changes
        lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
        roles = ["[provider.roles]", 'manager = "hub"']
        text = "\n".join(["[provider]", 'name = "Northmoor sign-in"', *lines, *roles])
        settings.write_text(f'{before}\n[console]\nurl = "https://console.northmoor.example"\n{text}\n')
        done = doctor(home)
        assert "provider" not in missing(done), "questions are asked without it"
        return " ".join(one["what"] for one in done.json["findings"] if one["about"] == "provider")

    with running(time.time) as provider, cheap_passwords():
        assert "no account is of: Northmoor Council" in said()
        settings.write_text(before)
        node = open_node(home)
        user(node, "Mo Ashdown", AccountRole.manager, organisation="Northmoor Council")
        node.database.close()
        assert said() == "Accounts of its organisations that still have a password: 1."
        assert "is not https" in said(issuer="http://provider.example")
        assert "secret is missing" in said(secret_file="no.secret")  # pragma: allowlist secret
        provider.published = []
        assert "does not answer as OpenID Connect has it" in said()
        provider.discovered = {"issuer": "https://provider.example"}
        assert "is another than `issuer`" in said()
    assert "cannot be reached" in said()


def test_what_is_broken_is_named_with_its_file_and_the_rest_is_still_looked_at(home: Path) -> None:
    (home / "agreements" / "inter-area.toml").write_text("version = 1\n")
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "areas.toml").write_text("nonsense = 1\n")
    done = doctor(home)
    said = {one["what"] for one in done.json["findings"]}
    assert "agreements/inter-area.toml, line 1: ref: field required." in said
    assert any("areas.toml" in one and "version" in one for one in said)
    assert {"agreements", "areas", "peers", "feed", "worker"} <= missing(done)
    write_agreement(home, today())
    assert "agreements" not in missing(doctor(home)), "it is read again"


def test_a_broken_list_of_staff_is_missing_and_one_that_is_not_there_is_said(home: Path) -> None:
    (said,) = [one for one in doctor(home).json["findings"] if one["about"] == "staff"]
    assert not said["missing"]
    (home / "staff.toml").write_text("[[staff]\n")
    assert "staff" in missing(doctor(home))


def test_a_worker_is_gone_for_the_doctor_when_it_is_for_the_list_of_jobs(home: Path) -> None:
    node = open_node(home)
    schedule.due(node, {})
    node.database.close()
    for seen, gone in ((170, False), (200, True)):
        connection = sqlite3.connect(home / "hub.sqlite3")
        connection.execute(f"UPDATE scheduled_job SET ended_at = unixepoch() - {seen} WHERE name = 'worker'")
        connection.commit()
        connection.close()
        assert inside("jobs", "list", home, "--json").json["worker"]["running"] is not gone
        assert ("worker" in missing(doctor(home))) is gone


def test_that_no_backup_was_made_lately_is_said(home: Path, tmp_path: Path) -> None:
    def told() -> list[str]:
        return [one["what"] for one in doctor(home).json["findings"] if "backup of" in one["what"].lower()]

    assert "No backup of this node was ever made" in told()[0]
    assert inside("backup", home, tmp_path, "--recipient", age.new_identity()[1]).code == 0
    assert not told()
    node = open_node(home, clock=lambda: time.time() + 3 * 86_400)
    assert backup_warning(node).startswith("The last backup was made 3 days ago")
    node.database.close()


def test_a_database_that_is_gone_is_a_finding_too(home: Path) -> None:
    assert query(home, "SELECT 1") == [(1,)]
    (home / "hub.sqlite3").unlink()
    done = doctor(home)
    assert done.code == 1
    assert missing(done) == {"home"}
    assert done.json["agreements"] == []


def test_a_folder_that_is_no_home_is_wrong_usage(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert done.code == 2
    assert "hub init" in done.error["do"]

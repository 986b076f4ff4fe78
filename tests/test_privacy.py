"""No sample name, date, number or reference leaves its sealed place: not to a log, an address or an error."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import httpx2
import pytest

from hub.demo import sharing_form
from hub.sample.referrals import Row
from tests.commands.conftest import TOLD, Pair, make, today
from tests.commands.running import free_port, hub, inside, serving, write_csv
from tests.commands.test_peer import answering

IDENTIFYING = (
    "case_ref",
    "given_names",
    "surname",
    "aliases",
    "date_of_birth",
    "postcode",
    "address",
    "phone",
    "nhs_number",
)


def marks(rows: Iterable[Row]) -> set[str]:
    """What would identify somebody: every cell of these, and each word of a name that is no common word."""
    found: set[str] = set()
    for row in rows:
        for column in IDENTIFYING:
            found |= {part.strip() for part in row.get(column, "").split(";")}
    return {text for text in found if len(text) >= 5 and not re.fullmatch(r"\d{4}", text)}


ROWS = [row for rows in TOLD.referrals.values() for row in rows]
MARKS = marks(ROWS)


def shown(text: str) -> list[str]:
    return [mark for mark in MARKS if re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text)]


def test_the_marks_would_be_seen() -> None:
    assert len(MARKS) > 100
    assert shown(f"about {ROWS[0]['given_names']} {ROWS[0]['surname']}, {ROWS[0]['date_of_birth']}")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Two areas from the import to the disclosure, with everything that was said on the way but the results."""
    folder = tmp_path_factory.mktemp("private")
    ports = {"northmoor": free_port(), "eastvale": free_port()}
    homes = {area: make(folder / area, area, port) for area, port in ports.items()}
    said = ""
    for area, home in homes.items():
        rows = TOLD.referrals[area]
        bad = rows[0] | {"case_ref": rows[0]["case_ref"], "date_of_birth": f"{rows[0]['date_of_birth']}x"}
        file = write_csv(folder / f"{area}.csv", [*rows, bad])
        for command in (("import", home, file), ("import", home, file, "--json"), ("publish", home)):
            done = hub(*command)
            said += done.out + done.err
    logs = {area: folder / f"{area}.log" for area in homes}
    with (
        serving(homes["northmoor"], ports["northmoor"], logs["northmoor"]),
        serving(homes["eastvale"], ports["eastvale"], logs["eastvale"]),
    ):
        for area, other in (("northmoor", "eastvale"), ("eastvale", "northmoor")):
            said += inside("peer", "add", homes[area], f"http://127.0.0.1:{ports[other]}").out
        said += hub("sync", homes["northmoor"]).out
        for name in ("known_elsewhere", "no_ground"):
            told = TOLD.questions[name]
            form = sharing_form(told, today(), grounded=name != "no_ground")
            question = folder / "question.json"
            question.write_text(
                json.dumps({**told, "areas": ["eastvale"], "disclose": "ask_first", "sharing_form": form})
            )
            done = hub("check", homes["northmoor"], question, "--json")
            said += done.err
            if name == "known_elsewhere":
                check_id = done.json["check_id"]
                assert done.json["areas"][0]["candidates"]
        done = hub("disclose", homes["northmoor"], check_id, "--area", "eastvale", "--json")
        assert done.code == 0
        assert "answered" in done.out
        said += done.err
        question.write_text(question.read_text().replace('"subject": {', '"subject": {"Winifred": 1, '))
        refused = hub("check", homes["northmoor"], question, "--json")
        assert refused.code == 1
        said += refused.out + refused.err
    return folder, said + "".join(log.read_text() for log in logs.values())


def test_messages_errors_and_logs_name_nobody(story: tuple[Path, str]) -> None:
    assert shown(story[1]) == []
    assert "Winifred" not in story[1]
    assert "Traceback" not in story[1]


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("area", ["northmoor", "eastvale"])
def test_no_file_of_a_home_names_anybody_nor_its_backup(
    story: tuple[Path, str], tmp_path: Path, area: str
) -> None:
    """The database, what it has not yet folded in, the log, the checkpoint, and a backup taken while it is open."""
    home = story[0] / area
    backup = tmp_path / "backup.sqlite3"
    source, target = sqlite3.connect(home / "hub.sqlite3"), sqlite3.connect(backup)
    source.backup(target)
    source.close()
    target.close()
    for path in (*_files(home), backup):
        held = path.read_bytes()
        for mark in MARKS:
            for encoded in (mark.encode(), mark.encode("utf-16-le"), mark.casefold().encode()):
                if len(encoded) >= 6:
                    assert encoded not in held, path.name


@pytest.mark.parametrize("area", ["northmoor", "eastvale"])
def test_keys_stand_in_no_other_file_and_were_never_printed(story: tuple[Path, str], area: str) -> None:
    home = story[0] / area
    secrets = [
        *json.loads((home / "keys" / "node.key").read_text()).values(),
        (home / "keys" / "root.key").read_text(),
    ]
    for path in _files(home):
        if path.parent.name != "keys":
            held = path.read_bytes()
            assert not any(secret.encode() in held for secret in secrets), path.name
    assert not any(secret in story[1] for secret in secrets)


def test_problem_documents_name_nobody_whatever_is_sent(pair: Pair, tmp_path: Path) -> None:
    """A peer's server repeats nothing of a request: neither its path, its fields nor its body."""
    mark = "Winifred-Oakapple-1990-02-03"
    before = pair.log.read_text()
    for path in ("evaluations", "disclosures", f"feed?cursor={mark}", mark, f"../{mark}"):
        for body in (mark.encode(), json.dumps({mark: mark}).encode()):
            url = f"{pair.knowing_url}/federation/v1/{path}"
            headers = {"Authorization": f"Bearer {mark}", "Marac-Hub-Version": "1", "Idempotency-Key": mark}
            answer = httpx2.post(url, content=body, headers=headers, trust_env=False)
            assert answer.status_code >= 400
            assert "Oakapple" not in answer.text
    assert "Oakapple" not in pair.log.read_text()[len(before) :]


def test_a_peer_that_fails_is_told_of_without_its_words(pair: Pair, tmp_path: Path) -> None:
    """Whatever a peer says in an error is its text, and might repeat what we asked."""
    home = Path(shutil.copytree(pair.asking, tmp_path / "copy"))
    body = json.dumps(
        {"type": "Winifred Oakapple", "title": "Winifred Oakapple", "detail": "Winifred Oakapple"}
    )
    with answering(body.encode(), 500) as url:
        connection = sqlite3.connect(home / "hub.sqlite3")
        connection.execute("UPDATE peer SET url = ?", (url,))
        connection.commit()
        connection.close()
        done = inside("sync", home)
    assert done.code == 2
    assert "Oakapple" not in done.out + done.err

"""No sample name, date, number or reference leaves its sealed place: not to a log, an address or an error."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from hub.demo.form import sharing_form
from hub.sample.examples import examples
from hub.sample.referrals import Row
from hub.wire.messages import VERSION_HEADER
from tests.cli.conftest import TOLD, make, today
from tests.cli.running import answering, free_port, hub, inside, serving, write_csv

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
MARKS = marks(ROWS) | {str(one["requester"]["name"]) for one in TOLD.questions.values()}


def shown(text: str) -> list[str]:
    return [mark for mark in MARKS if re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text)]


def test_the_marks_would_be_seen() -> None:
    assert len(MARKS) > 100
    assert shown(f"about {ROWS[0]['given_names']} {ROWS[0]['surname']}, {ROWS[0]['date_of_birth']}")


@dataclass(frozen=True)
class Told:
    """Two areas, still served, after everything from the import to the disclosure, and what was said on the way."""

    folder: Path
    said: str
    url: str

    @property
    def log(self) -> str:
        """All that the servers wrote."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("private")
    ports = {"northmoor": free_port(), "eastvale": free_port()}
    homes = {area: make(folder / area, area, port) for area, port in ports.items()}
    urls = {area: f"http://127.0.0.1:{port}" for area, port in ports.items()}
    said = ""
    for area, home in homes.items():
        rows = TOLD.referrals[area]
        file = write_csv(
            folder / f"{area}.csv", [*rows, rows[0] | {"date_of_birth": f"{rows[0]['date_of_birth']}x"}]
        )
        for command in (("import", home, file), ("import", home, file, "--json"), ("publish", home)):
            done = inside(*command)
            said += done.out + done.err
    with (
        serving(homes["northmoor"], ports["northmoor"], folder / "northmoor.log"),
        serving(homes["eastvale"], ports["eastvale"], folder / "eastvale.log"),
    ):
        for area, other in (("northmoor", "eastvale"), ("eastvale", "northmoor")):
            said += inside("peer", "add", homes[area], urls[other]).out
        said += inside("sync", homes["northmoor"]).out
        yield Told(folder, said + _asked(folder, homes["northmoor"]), urls["eastvale"])


def _asked(folder: Path, home: Path) -> str:
    """Ask, be refused, disclose and ask wrongly; returns what was said besides the results."""
    said = ""
    question = folder / "question.json"
    for name in ("no_ground", "known_elsewhere"):
        told = TOLD.questions[name]
        form = sharing_form(told, today(), grounded=name != "no_ground")
        asked = {**told, "areas": ["eastvale"], "disclose": "ask_first", "sharing_form": form}
        question.write_text(json.dumps(asked))
        done = hub("check", home, question, "--json")
        said += done.err
    assert done.json["areas"][0]["candidates"]
    told_of = hub("disclose", home, done.json["check_id"], "--area", "eastvale", "--json")
    assert (told_of.code, "answered" in told_of.out) == (0, True)
    question.write_text(json.dumps({**asked, "subject": {**asked["subject"], "Winifred": 1}}))
    refused = inside("check", home, question, "--json")
    assert refused.code == 1
    return said + told_of.err + refused.out + refused.err


def test_messages_errors_and_logs_name_nobody(story: Told) -> None:
    said = story.said + story.log
    assert shown(said) == []
    assert "Winifred" not in said
    assert "Traceback" not in said


def _files(home: Path) -> list[Path]:
    """The files of a home but the samples that it was made with, which are as they were."""
    made = today()
    samples = {text for day in (made, made - dt.timedelta(days=1)) for text in examples(day).values()}
    given = set((home / "examples").iterdir())
    assert {path.read_text(encoding="utf-8") for path in given} <= samples
    return [path for path in home.rglob("*") if path.is_file() and path not in given]


@pytest.mark.parametrize("area", ["northmoor", "eastvale"])
def test_no_file_of_a_home_names_anybody_nor_its_backup(story: Told, tmp_path: Path, area: str) -> None:
    """The database, what it has not yet folded in, the log, the checkpoint, and a backup taken while it is open."""
    home = story.folder / area
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
def test_keys_stand_in_no_other_file_and_were_never_printed(story: Told, area: str) -> None:
    home = story.folder / area
    secrets = [
        *json.loads((home / "keys" / "node.key").read_text()).values(),
        (home / "keys" / "root.key").read_text(),
    ]
    for path in _files(home):
        if path.parent.name != "keys":
            held = path.read_bytes()
            assert not any(secret.encode() in held for secret in secrets), path.name
    assert not any(secret in story.said + story.log for secret in secrets)


def test_problem_documents_name_nobody_whatever_is_sent(story: Told) -> None:
    """A server repeats nothing of a request: neither its path, its fields nor its body."""
    mark = "Winifred-Oakapple-1990-02-03"
    for path in ("evaluations", "disclosures", f"feed?cursor={mark}", mark, f"../{mark}"):
        for body in (mark.encode(), json.dumps({mark: mark}).encode()):
            url = f"{story.url}/federation/v1/{path}"
            headers = {"Authorization": f"Bearer {mark}", VERSION_HEADER: "1", "Idempotency-Key": mark}
            answer = httpx2.post(url, content=body, headers=headers, trust_env=False)
            assert answer.status_code >= 400
            assert "Oakapple" not in answer.text
    assert "Oakapple" not in story.log


def test_a_peer_that_fails_is_told_of_without_its_words(story: Told, tmp_path: Path) -> None:
    """Whatever a peer says in an error is its text, and might repeat what we asked."""
    home = Path(shutil.copytree(story.folder / "northmoor", tmp_path / "copy"))
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

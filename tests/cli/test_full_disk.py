"""A disk that is really full: what was whole is kept, what was not is not there, and room completes it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cases.importing.run import BATCH
from tests.cli.bulk import CASES, SOME, tokens
from tests.cli.running import HUB, Ended, count, environment, hub, imported, inside, query
from tests.consent.stories import form_named


class SmallDisk:
    """A folder with little room: a file system of its own, or, where none may be mounted, a limit on its files.

    Both are refused by the system in the midst of writing. The limit is on each file, above its database's size.
    """

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self._ballast = folder / "ballast" if mounted else None
        self._limit = resource.RLIM_INFINITY

    def fill(self, *, leaving: int) -> None:
        """Leave this many bytes free."""
        if self._ballast is None:
            self._limit = leaving + max(
                (one.stat().st_size for one in self.folder.rglob("*.sqlite3")), default=0
            )
            return
        stat = os.statvfs(self.folder)
        self._ballast.write_bytes(b"x" * (stat.f_bavail * stat.f_bsize - leaving))

    def make_room(self) -> None:
        """It is full no longer."""
        self._limit = resource.RLIM_INFINITY
        if self._ballast is not None:
            self._ballast.unlink()

    def hub(self, *arguments: object) -> Ended:
        """The real command, with this room."""

        def limited() -> None:
            if self._limit != resource.RLIM_INFINITY:
                resource.setrlimit(resource.RLIMIT_FSIZE, (self._limit, self._limit))

        return hub(*arguments, preexec_fn=limited)

    @property
    def files(self) -> set[str]:
        """What is in it."""
        return {one.name for one in self.folder.iterdir() if one != self._ballast}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    may = shutil.which("mount") is not None
    mounted = may and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(folder, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def test_an_import_onto_a_full_disk_keeps_whole_batches(disk: SmallDisk, home: Path, many: Path) -> None:
    there = Path(shutil.copytree(home, disk.folder / "home"))
    disk.fill(leaving=1_500_000)
    done = disk.hub("import", there, many, "--json")
    assert done.code == 2
    assert "disk is full" in done.error["text"]
    assert "stored before" in done.error["kept"]
    disk.make_room()
    kept = count(there, "case_record")
    assert kept % BATCH == 0
    assert kept < CASES
    again = imported(there, many).json
    assert (again["unchanged"], again["imported"]) == (kept, CASES - kept)
    assert count(there, "case_record") == CASES
    assert inside("audit", "verify", there).code == 0


@pytest.mark.slow
def test_a_publish_onto_a_full_disk_publishes_nothing(disk: SmallDisk, filled: Path) -> None:
    there = Path(shutil.copytree(filled, disk.folder / "home"))
    disk.fill(leaving=1_500_000)
    done = disk.hub("publish", there, "--json")
    assert done.code == 2
    assert "disk is full" in done.error["text"]
    disk.make_room()
    assert count(there, "feed_entry") == count(there, "feed_state") == 0
    assert disk.hub("publish", there, "--json").json["people"] == SOME
    assert len(tokens(there)) == len(query(there, "SELECT 1 FROM feed_entry WHERE person_id IS NOT NULL"))
    assert inside("audit", "verify", there).code == 0


def test_a_home_cannot_be_made_on_a_full_disk(disk: SmallDisk) -> None:
    disk.fill(leaving=0)
    options = ("--node-id", "northmoor", "--area", "Northmoor", "--url", "https://hub.northmoor.example")
    done = disk.hub("init", disk.folder / "home", *options)
    assert done.code == 2
    assert "To do:" in done.err
    disk.make_room()
    assert inside("init", disk.folder / "home", *options).code == 0


def test_a_pdf_onto_a_full_disk_leaves_the_one_before(disk: SmallDisk, tmp_path: Path) -> None:
    form, out = tmp_path / "form.json", disk.folder / "form.pdf"
    form.write_text(json.dumps(form_named("refuge")), encoding="utf-8")
    assert inside("decide", form, "--at", "2026-11-22", "--pdf", out).code == 0
    before = out.read_bytes()
    disk.fill(leaving=8_192)
    done = disk.hub("decide", form, "--at", "2026-11-22", "--pdf", out, "--json")
    assert (done.code, done.error["code"]) == (2, "usage")
    assert done.error["text"] == "The PDF cannot be written: OSError."
    assert out.read_bytes() == before
    assert disk.files == {"form.pdf"}


@pytest.mark.slow
def test_a_limit_on_file_sizes_is_told_like_a_full_disk(home: Path, many: Path) -> None:
    """The system refuses every byte past the limit."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    done = hub("import", home, many, "--json", preexec_fn=limited)
    assert done.code == 2
    assert "disk is full" in done.error["text"]
    assert count(home, "case_record") % BATCH == 0
    assert hub("import", home, many, "--json").code == 0
    assert count(home, "case_record") == CASES


def test_output_that_cannot_be_written_is_a_fault(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [HUB, "audit", "verify", home, "--json"],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Standard output" in done.stderr

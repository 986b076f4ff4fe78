"""The journal of who opened what: kept at once, by threads and processes, through kills and on a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.node.read_journal import ReadJournal

KEY: Final = bytes(32)
WRITES: Final = """
import sys
from pathlib import Path
from hub.crypto.vault import Vault
from hub.node.read_journal import ReadJournal
journal = ReadJournal(Path(sys.argv[1]), lambda: Vault(bytes(32)))
print("begun", flush=True)
for number in range(int(sys.argv[2])):
    journal.append(f"{sys.argv[3]}-{number}".encode())
    print(number, flush=True)
"""


def journal(folder: Path) -> ReadJournal:
    return ReadJournal(folder, lambda: Vault(KEY))


def writer(folder: Path, count: int, name: str, to: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    words = (sys.executable, "-c", WRITES, str(folder), str(count), name)
    return subprocess.Popen(words, stdout=to, text=True)


def read(folder: Path) -> list[bytes]:
    found = list(journal(folder).every())
    assert [one.unread for one in found] == [0] * len(found)
    return [line for one in found for line in one.lines]


def test_what_is_written_is_read_in_its_order_and_names_nobody_in_the_clear(tmp_path: Path) -> None:
    one = journal(tmp_path / "j")
    for line in (b"Quillfeather", b"", b"x" * 5_000):
        one.append(line)
    assert read(tmp_path / "j") == [b"Quillfeather", b"", b"x" * 5_000]
    (file,) = (tmp_path / "j").iterdir()
    assert b"Quillfeather" not in file.read_bytes()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_threads_lose_nothing_while_files_are_set_aside(tmp_path: Path) -> None:
    one, aside = journal(tmp_path / "j"), set[Path]()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(one.append, f"{number}".encode()) for number in range(400)]
        for _ in range(20):
            aside |= set(one.set_aside())
        for each in waiting:
            each.result()
    assert sorted(read(tmp_path / "j"), key=int) == [f"{number}".encode() for number in range(400)]
    assert len(aside) == 20


def test_processes_lose_nothing_while_files_are_set_aside(tmp_path: Path) -> None:
    started = [writer(tmp_path / "j", 300, name) for name in ("a", "b")]
    one = journal(tmp_path / "j")
    while any(each.poll() is None for each in started):
        one.set_aside()
    expected = {f"{name}-{number}".encode() for name in ("a", "b") for number in range(300)}
    found = read(tmp_path / "j")
    assert (set(found), len(found)) == (expected, 600)


def test_what_was_answered_is_there_after_a_kill_and_the_next_line_follows(tmp_path: Path) -> None:
    for round_ in range(5):
        process = writer(tmp_path / "j", 1_000_000, f"{round_}", subprocess.PIPE)
        assert process.stdout is not None
        answered = -1
        for line in process.stdout:
            if line.strip().isdigit():
                answered = int(line)
            if answered >= 50 * (round_ + 1):
                process.send_signal(signal.SIGKILL)
                break
        for line in process.stdout:
            answered = max(answered, int(line)) if line.endswith("\n") else answered
        process.stdout.close()
        process.wait()
        found = [one for one in read(tmp_path / "j") if one.startswith(f"{round_}-".encode())]
        assert found == [f"{round_}-{number}".encode() for number in range(len(found))]
        assert len(found) in (answered + 1, answered + 2)


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_what_a_kill_left_of_a_line_is_cut_off_by_the_next(tmp_path: Path, cut: int) -> None:
    one = journal(tmp_path / "j")
    one.append(b"first")
    one.append(b"second")
    file = tmp_path / "j" / "current"
    os.truncate(file, file.stat().st_size - cut)
    assert read(tmp_path / "j") == [b"first"]
    journal(tmp_path / "j").append(b"third")
    assert read(tmp_path / "j") == [b"first", b"third"]


def test_what_a_kill_left_of_a_new_files_head_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "current").write_bytes(b"0123")
    journal(tmp_path).append(b"first")
    assert read(tmp_path) == [b"first"]


def test_a_full_disk_keeps_no_part_of_a_line_and_says_so(tmp_path: Path) -> None:
    """A limit on how long a file may get does as a full disk does: it takes the first part, and fails."""
    limited = """
import resource, sys
from pathlib import Path
from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.node.read_journal import ReadJournal
journal = ReadJournal(Path(sys.argv[1]), lambda: Vault(bytes(32)))
journal.append(b"first")
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
try:
    journal.append(b"x" * 300)
except StorageError as error:
    print(error.text)
"""
    done = subprocess.run(
        (sys.executable, "-c", limited, str(tmp_path / "j")), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "Who opens this cannot be written down, so nothing is shown."
    assert read(tmp_path / "j") == [b"first"]
    journal(tmp_path / "j").append(b"second")
    assert read(tmp_path / "j") == [b"first", b"second"]


def test_a_home_that_cannot_be_written_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"a file in the place of the folder")
    with pytest.raises(StorageError, match="nothing is shown"):
        journal(tmp_path / "j").append(b"first")


@pytest.mark.parametrize("which", ["altered", "moved", "taken out", "put in twice", "of another file"])
def test_lines_that_this_node_did_not_write_there_are_counted(tmp_path: Path, which: str) -> None:
    one = journal(tmp_path / "j")
    for line in (b"first", b"second", b"third"):
        one.append(line)
    file = tmp_path / "j" / "current"
    head, first, second, third, _ = file.read_bytes().split(b"\n")
    other = journal(tmp_path / "other")
    other.append(b"first")
    foreign = (tmp_path / "other" / "current").read_bytes().split(b"\n")[1]
    lines, unread, kept = {
        "altered": ([first, b"A" * len(second), third], 1, b"first third"),
        "moved": ([second, first, third], 2, b"first second third"),
        "taken out": ([first, third], 1, b"first third"),
        "put in twice": ([first, second, second, third], 2, b"first second third"),
        "of another file": ([foreign, second, third], 1, b"second third"),
    }[which]
    file.write_bytes(b"\n".join([head, *lines, b""]))
    (found,) = one.every()
    assert found.unread == unread
    assert sorted(found.lines) == kept.split()

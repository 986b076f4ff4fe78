"""A file is there whole, its owner's alone, or as it was before; links and devices are never written through."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from hub.cases.importing.rejected import rejected_path, write_rejected
from hub.cases.importing.rows import Rejected
from hub.cli.output import write_file
from hub.errors import UsageError
from hub.files import OccupiedError, replacing, write_atomically
from hub.node.certificates import CERTIFICATES
from hub.node.home import create_home
from hub.node.node import CHECKPOINT, NODE_TOML
from hub.node.pins import PINS
from hub.node.prf_keys import PRF_FOLDER
from hub.node.settings import Settings

OLD, NEW = b"as it was", b"as it shall be" * 1_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that others may read, alone in its folder."""
    there = tmp_path / "folder" / "file"
    there.parent.mkdir()
    there.write_bytes(OLD)
    there.chmod(0o644)
    return there


def handles() -> set[str]:
    return {one.name for one in Path("/proc/self/fd").iterdir()}


def alone(path: Path) -> bool:
    return list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("there", [True, False])
def test_a_file_is_its_owners_alone_and_nothing_else_is_left(path: Path, there: bool) -> None:
    if not there:
        path.unlink()
    before = os.umask(0)
    try:
        write_atomically(path, NEW)
    finally:
        os.umask(before)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert alone(path)


def test_nobody_else_may_read_it_while_it_is_written(path: Path) -> None:
    with replacing(path) as file:
        file.write(NEW)
        (fresh,) = (one for one in path.parent.iterdir() if one != path)
        assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
        assert path.name not in fresh.name, "a name may say whom it is about"
        assert path.read_bytes() == OLD


def test_content_then_name_then_folder_reach_the_disk_in_this_order(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, bytes]] = []
    sync, replace = os.fsync, os.replace

    def watched(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        if kind == "folder":
            assert os.path.samestat(os.fstat(handle), path.parent.stat())
        else:
            assert os.fstat(handle).st_size == len(NEW)
        done.append((kind, path.read_bytes()))
        sync(handle)

    def moved(source: str, target: str) -> None:
        done.append(("name", path.read_bytes()))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watched)
    monkeypatch.setattr(os, "replace", moved)
    write_atomically(path, NEW)
    assert done == [("file", OLD), ("name", OLD), ("folder", NEW)]


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_what_fails_between_leaves_everything_as_it_was(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fails)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, NEW)
    assert path.read_bytes() == OLD
    assert alone(path)


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_a_writer_that_gives_up_leaves_everything_as_it_was(path: Path, fault: type[BaseException]) -> None:
    def give_up() -> None:
        with replacing(path) as file:
            file.write(NEW)
            raise fault

    with pytest.raises(fault):
        give_up()
    assert path.read_bytes() == OLD
    assert alone(path)


@pytest.mark.parametrize(("number", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_kept_safe_is_told_but_for_shares_that_never_can(
    path: Path, number: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def on_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        sync(handle)

    monkeypatch.setattr(os, "fsync", on_files)
    if told:
        with pytest.raises(OSError, match=os.strerror(number)):
            write_atomically(path, NEW)
    else:
        write_atomically(path, NEW)
    assert path.read_bytes() == NEW
    assert alone(path)


def test_no_handle_is_left_open(path: Path) -> None:
    write_atomically(path, NEW)
    before = handles()
    write_atomically(path, NEW)
    with pytest.raises(OccupiedError):
        write_atomically(path.parent, NEW)
    assert handles() == before


@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_is_never_followed_and_refused_where_a_person_named_it(path: Path, dangling: bool) -> None:
    link, target = path.with_name("link"), path.with_name("nothing") if dangling else path
    link.symlink_to(target)
    with pytest.raises(OccupiedError):
        write_atomically(link, NEW, named=True)
    assert link.is_symlink()
    write_atomically(link, NEW)
    assert not link.is_symlink()
    assert link.read_bytes() == NEW
    assert path.read_bytes() == OLD
    assert not path.with_name("nothing").exists()


@pytest.mark.parametrize("named", [True, False])
def test_a_folder_or_a_device_is_never_replaced(path: Path, named: bool) -> None:
    pipe = path.with_name("pipe")
    os.mkfifo(pipe)
    for occupied in (path.parent, pipe):
        with pytest.raises(OccupiedError):
            write_atomically(occupied, NEW, named=named)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


# The PDF, at the place that a person named.


def test_a_pdf_is_its_owners_alone(path: Path) -> None:
    write_file(path, NEW)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_pdf_goes_through_no_link_and_what_it_leads_to_is_kept(path: Path) -> None:
    link = path.with_name("form.pdf")
    link.symlink_to(path)
    with pytest.raises(UsageError, match="a link, a folder or a device") as caught:
        write_file(link, NEW)
    assert (caught.value.kept, caught.value.do) == ("What is there.", "Give --pdf the name of a file.")
    assert path.read_bytes() == OLD


def test_a_pdf_that_cannot_be_made_whole_leaves_the_one_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(UsageError, match="The PDF cannot be written: OSError"):
        write_file(path, NEW)
    assert path.read_bytes() == OLD
    assert alone(path)


# Every file of a home.


def test_all_that_a_home_is_made_of_is_safe_on_the_disk_and_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: set[Path] = set()
    sync = os.fsync

    def watched(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            folders.add(Path(f"/proc/self/fd/{handle}").readlink())
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    home, settings = tmp_path / "home", {"node_id": "northmoor", "area": "Northmoor"}
    database = "sqlite:///hub.sqlite3"
    create_home(home, Settings(**settings, url="https://x", database=database)).database.close()
    examples = {home / "agreements", home / "config", home / "examples"}
    assert folders == {home, home / "keys", home / PRF_FOLDER} | examples
    written = [CERTIFICATES, CHECKPOINT, NODE_TOML, PINS, "keys/node.key", "keys/root.key"]
    written += [str(one.relative_to(home)) for folder in examples for one in folder.iterdir()]
    modes = {name: stat.S_IMODE((home / name).stat().st_mode) for name in written}
    assert modes == dict.fromkeys(written, 0o600)
    assert not list(home.rglob("*.new"))


def test_rejected_rows_are_safe_on_the_disk_and_take_the_place_of_a_link(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[bool] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        kinds.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    given = path.with_name("in.csv")
    given.write_text("case_ref,kind,role,surname\nC1,marac,cousin,Fern\n", encoding="utf-8")
    rejected_path(given).symlink_to(path)
    written = write_rejected(given, [Rejected(2, "role", "is not known")])
    assert written is not None
    assert not written.is_symlink()
    assert kinds == [False, True], "the file, then its folder"
    assert path.read_bytes() == OLD

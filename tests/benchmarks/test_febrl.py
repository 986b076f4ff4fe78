"""The FEBRL files are those that every published figure was measured on."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest

from benchmarks.febrl import DUPLICATES, FOLDER, ORIGINALS, links, records

README = FOLDER.joinpath("README.md").read_text(encoding="utf-8")
SUMS = dict(re.findall(r"^\| `(\S+\.gz)` \|.*\| `([0-9a-f]{64})` \|$", README, re.MULTILINE))


def test_every_file_has_a_checksum() -> None:
    assert {path.name for path in FOLDER.glob("*.gz")} == SUMS.keys()
    assert len(SUMS) == 5


@pytest.mark.parametrize(("name", "checksum"), SUMS.items(), ids=SUMS)
def test_a_file_is_as_it_came(name: str, checksum: str) -> None:
    assert hashlib.sha256(gzip.decompress(FOLDER.joinpath(name).read_bytes())).hexdigest() == checksum


def test_records_are_read_whole_and_without_the_padding() -> None:
    assert [len(records(name)) for name in ("1", "2", "3", "4a", "4b")] == [1_000, 5_000, 5_000, 5_000, 5_000]
    first = records("1")["rec-223-org"]
    assert (first["given_name"], first["surname"], first["date_of_birth"]) == ("", "waller", "19081209")


def test_every_pair_is_in_the_files() -> None:
    assert {one for one, _ in links()} == records(ORIGINALS).keys()
    assert {other for _, other in links()} == records(DUPLICATES).keys()

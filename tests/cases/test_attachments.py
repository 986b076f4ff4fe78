"""Files attached to a case: known by their bytes, and taken once a scanner says that they are harmless."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hub.cases.attachments import checked, read_file
from hub.cases.file_kinds import kind_of
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.errors import InputError, ScannerError
from hub.records import papers
from hub.records.papers import MAX_FILE, PaperKind
from hub.store import cases
from tests.cases.referring import sample
from tests.cases.scanning import HARM, PDF, scanned, scanner
from tests.federation.nodes import IMPORTER, Areas


def document(*parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        for name in parts:
            into.writestr(name, "<x/>")
    return made.getvalue()


KINDS: dict[str, tuple[bytes, str | None]] = {
    "pdf": (PDF, "PDF"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(20), "JPEG picture"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG picture"),
    "tiff": (b"II*\x00" + bytes(20), "TIFF scan"),
    "word": (document("[Content_Types].xml", "word/document.xml"), "Word document"),
    "text": ("caf\u00e9\n".encode(), "plain text"),
    "a program": (b"MZ" + bytes(60), None),
    "word with macros": (document("word/document.xml", "word/vbaProject.bin"), None),
    "any archive": (document("run.exe"), None),
    "half an archive": (b"PK\x03\x04" + bytes(20), None),
    "nothing": (b"", None),
    "text that turns": ("\u202efdp".encode(), None),
}


@pytest.mark.parametrize(("data", "kind"), KINDS.values(), ids=KINDS)
def test_a_file_is_known_by_its_bytes_and_no_other_kind_is_taken(data: bytes, kind: str | None) -> None:
    found = kind_of(data)
    assert (found.name if found else None) == kind


def test_a_file_is_taken_once_the_scanner_says_that_it_is_harmless(areas: Areas) -> None:
    with scanner() as address:
        node = scanned(areas["northmoor"], address)
        assert checked(node, "scan.pdf", PDF).said.scan == "clean"
        with pytest.raises(InputError, match="found something"):
            checked(node, "scan.pdf", HARM)


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"stream: OK ERROR\0"])
def test_a_scanner_that_says_neither_or_is_away_has_no_file_taken(areas: Areas, says: bytes) -> None:
    with scanner(says) as address, pytest.raises(ScannerError, match="no file is taken"):
        checked(scanned(areas["northmoor"], address), "scan.pdf", PDF)
    with pytest.raises(ScannerError):
        checked(scanned(areas["northmoor"], address), "scan.pdf", PDF)  # It is away now.


def test_without_a_scanner_a_file_is_kept_in_quarantine_with_its_referral(areas: Areas) -> None:
    node = areas["northmoor"]
    file = checked(node, "scan.pdf", PDF)
    assert file.said.quarantined
    done = refer(node, Referral.model_validate(sample()), IMPORTER, files=(file,))
    with node.read() as tx:
        row = cases.find(tx.session, node.case_digest(done.case_ref))
        assert row
        (kept,) = papers.of_case(tx, row, PaperKind.attachment)
        assert kept.paper.body["scan"] == "not_scanned"
        assert papers.file_of(tx, kept) == PDF


def test_a_file_that_is_not_what_its_name_says_or_is_too_large_is_not_read_in(
    areas: Areas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="it is a PDF"):
        checked(areas["northmoor"], "minutes.docx", PDF)
    with pytest.raises(InputError, match="no kind that is taken"):
        checked(areas["northmoor"], "minutes.pdf", b"MZ" + bytes(60))
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.write(PDF)
        file.truncate(100 * 1024 * 1024)  # A hole: no such disk is needed.
    read: list[int] = []
    opened = Path.open

    def counted(self: Path, *how: Any, **more: Any) -> Any:
        there = opened(self, *how, **more)
        whole = there.read

        class Counted:
            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: object) -> None:
                there.close()

            def read(self, most: int) -> bytes:
                data: bytes = whole(most)
                read.append(len(data))
                return data

        return Counted()

    monkeypatch.setattr(Path, "open", counted)
    with pytest.raises(InputError, match="more than 10 MB"):
        read_file(large)
    assert sum(read) == MAX_FILE + 1

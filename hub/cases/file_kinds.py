"""What kind of file some bytes are: by what they begin with and are made of, never by their name.

Pure. A list of the kinds that a Marac's papers come in; all else is none of them, whatever it is. What a name says
and its bytes are not is a file that is not what it says. Does not look for harm in a file (`virus_scanner`).
"""

from __future__ import annotations

import io
import zipfile
from typing import Final, NamedTuple

from hub.parsing import hidden_characters


class FileKind(NamedTuple):
    """A kind of file: what it is called, how it is sent, and the endings that names of it have."""

    name: str
    media_type: str
    endings: tuple[str, ...]


PDF: Final = FileKind("PDF", "application/pdf", ("pdf",))
JPEG: Final = FileKind("JPEG picture", "image/jpeg", ("jpg", "jpeg"))
PNG: Final = FileKind("PNG picture", "image/png", ("png",))
TIFF: Final = FileKind("TIFF scan", "image/tiff", ("tif", "tiff"))
WORD: Final = FileKind(
    "Word document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)
)
EXCEL: Final = FileKind(
    "Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)
)
TEXT: Final = FileKind("plain text", "text/plain", ("txt", "csv"))
KINDS: Final = (PDF, JPEG, PNG, TIFF, WORD, EXCEL, TEXT)

_BEGINS: Final = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_MAIN: Final = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}
_MACROS: Final = "vbaproject.bin"
_MOST_PARTS: Final = 5_000


def kind_of(data: bytes) -> FileKind | None:
    """The kind of a file by its bytes; None for what is none of these, and for a document that has macros."""
    for begins, kind in _BEGINS:
        if data.startswith(begins):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _document(data)
    return TEXT if _is_text(data) else None


def named_as(name: str, kind: FileKind) -> bool:
    """Whether a file's name has an ending of its kind."""
    return name.rpartition(".")[2].casefold() in kind.endings


def _document(data: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if len(names) > _MOST_PARTS or any(name.casefold().endswith(_MACROS) for name in names):
        return None
    return next((kind for main, kind in _MAIN.items() if main in names), None)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not hidden_characters(text, "prose")

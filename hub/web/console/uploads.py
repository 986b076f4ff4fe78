"""Reading a form that may bring a file, as browsers send it (multipart/form-data, RFC 7578).

The file is read into memory, never onto the disk, and no more of it than may be kept; of one that is too large the
rest is read and let go, since a browser shows no answer before it has sent everything. What the file is, is looked
at elsewhere (`hub.cases.attachments`); its name is in no error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from fastapi import Request
from multipart import MultipartError, PushMultipartParser, parse_options_header

from hub.errors import InputError
from hub.records.papers import MAX_FILE
from hub.web.console.forms import MOST_BYTES, read_pairs

MOST_FIELDS: Final = 20
MOST_DISCARDED: Final = 256 * 1024 * 1024
_NOT_A_FORM: Final = "This is not a form."
_NOT_OURS: Final = "Open the page again and send the form from there."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. `too_large`: it has more than may be kept, and nothing of it is here."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brought: its names and values in their order, and the file, where one was chosen."""

    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    file: Upload | None = None


class _Segment(Protocol):
    """A part of a form, as the parser says where it begins. `filename`: None where it is no file."""

    name: str
    filename: str | None


async def read_sent(request: Request) -> Sent:
    """Return what a form brought. Raises InputError where it is no form, or has too much beside its file."""
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data":
        return Sent(tuple(await read_pairs(request)))
    made, chunks = _Reading(), request.stream()
    try:
        parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_FIELDS, strict=True)
        async for chunk in chunks:
            if chunk:
                made.take(parser.parse(chunk))
            if made.too_large:
                await _discard(chunks)
                return made.sent()
        parser.close()
    except (MultipartError, UnicodeDecodeError):
        await _discard(chunks)
        raise InputError(_NOT_A_FORM, kept="Nothing.", do=_NOT_OURS) from None
    return made.sent()


async def discard(request: Request) -> None:
    """Let go of what a request brings, so that whoever sends it reads the answer."""
    await _discard(request.stream())


async def _discard(chunks: AsyncIterator[bytes]) -> None:
    read = 0
    async for chunk in chunks:
        read += len(chunk)
        if read > MOST_DISCARDED:
            return


class _Reading:
    """The parts of a form while they come."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.file: Upload | None = None
        self.too_large = False
        self._part: _Segment | None = None
        self._data = bytearray()

    def take(self, events: Iterator[object]) -> None:
        """Take what a piece of the request holds. Raises InputError, MultipartError, UnicodeDecodeError."""
        for event in events:
            if isinstance(event, bytes | bytearray):
                self._data += event
                self._require_few()
                if self.too_large:
                    return
            elif event is None:
                self._end()
            else:
                self._part, self._data = cast("_Segment", event), bytearray()

    def sent(self) -> Sent:
        """What there is."""
        return Sent(tuple(self.pairs), self.file)

    def _require_few(self) -> None:
        if self._part is not None and self._part.filename is not None:
            if len(self._data) > MAX_FILE:
                self._data, self.too_large = bytearray(), True
                self.file = Upload("", b"", too_large=True)
        elif len(self._data) > MOST_BYTES:
            raise MultipartError("A field is too long.")

    def _end(self) -> None:
        part, data = self._part, bytes(self._data)
        self._part, self._data = None, bytearray()
        if part is None:
            return
        if part.filename is None:
            self.pairs.append((part.name, data.decode()))
        elif part.filename or data:  # A browser sends an empty one where none was chosen.
            if self.file is not None:
                raise MultipartError("A second file.")
            self.file = Upload(part.filename, data)

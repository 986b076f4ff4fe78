"""Files attached to a case: what they are by their bytes, whether a scanner looked, and who is given them.

Where a scanner is configured a file is taken only once it says that there is nothing in it; where it does not
answer, none is. Where none is configured files are kept in quarantine: their paper says so, and nobody is given
them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

from hub.cases.file_kinds import KINDS, kind_of, named_as
from hub.cases.virus_scanner import harmless
from hub.errors import InputError, UsageError
from hub.node.node import Node
from hub.parsing import hidden_characters
from hub.records.papers import MAX_FILE, Paper, PaperKind, WithFile
from hub.values import ShortText, Value, Whole


class Attached(Value):
    """What a paper says of the file that it attaches. `scan`: "clean" as the scanner said, or nobody looked."""

    name: ShortText
    kind: ShortText
    media_type: ShortText
    size: Whole
    scan: Literal["clean", "not_scanned"]

    @property
    def quarantined(self) -> bool:
        """Whether nobody is given it."""
        return self.scan != "clean"


class File(NamedTuple):
    """A file that may be attached: what its paper says, and its bytes."""

    said: Attached
    data: bytes

    def paper(self, by: str, at: int, supplier: str) -> WithFile:
        """The paper that attaches it."""
        body, digest = self.said.model_dump(mode="json"), hashlib.sha256(self.data).hexdigest()
        paper = Paper(kind=PaperKind.attachment, body=body, by=by, at=at, supplier=supplier, file=digest)
        return WithFile(paper, self.data)


def read_file(path: Path) -> bytes:
    """The bytes of a file, no more of it read than may be attached. Raises InputError, UsageError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(
            f"The file cannot be read: {error.strerror}.", kept="Nothing.", do="Check it."
        ) from None
    if len(data) > MAX_FILE:
        raise InputError(
            f"The file has more than {MAX_FILE // 1024 // 1024} MB.",
            kept="Nothing of it.",
            do="Attach the pages that are needed, or scan them in black and white.",
        )
    return data


def checked(node: Node, name: str, data: bytes) -> File:
    """A file that may be attached. Raises InputError for one that may not, ScannerError."""
    if not name or hidden_characters(name, "shown") or len(name) > 200:
        raise InputError("The file's name cannot be kept.", kept="Nothing.", do="Give it a short plain name.")
    kind = kind_of(data)
    if kind is None:
        kinds = ", ".join(one.name for one in KINDS)
        raise InputError(
            "The file is of no kind that is taken, whatever its name says.",
            kept="Nothing of it.",
            do=f"Save it as one of these, without macros: {kinds}.",
        )
    if not named_as(name, kind):
        raise InputError(
            f"The file is not what its name says: it is a {kind.name}.",
            kept="Nothing of it.",
            do=f"Make sure that it is the right one; then name it .{kind.endings[0]}.",
        )
    clamd = node.settings.attachments.clamd
    if clamd and not harmless(clamd, data):
        raise InputError(
            "The virus scanner found something in the file.",
            kept="Nothing of it.",
            do="Do not open it. Tell whoever sent it, and your IT security.",
        )
    scan: Literal["clean", "not_scanned"] = "clean" if clamd else "not_scanned"
    return File(
        Attached(name=name, kind=kind.name, media_type=kind.media_type, size=len(data), scan=scan), data
    )

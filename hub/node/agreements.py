"""The agreements that a node holds: the files `agreements/*.toml` of its home, read again whenever they change.

A file that is no agreement, or one of two with the same reference, is none: nothing rests on it, and it is said.
What an agreement means is `hub.consent`'s.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub.consent.agreements import AgreementError, SharingAgreement, agreement_from_text
from hub.consent.areas import folded
from hub.consent.rules.rules import Law
from hub.errors import UsageError
from hub.node.settings import read_text

AGREEMENTS: Final = "agreements"
_Stat = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Agreements:
    """Those that can be read, in the order of their references, and what is wrong with the other files."""

    held: tuple[SharingAgreement, ...] = ()
    broken: tuple[UsageError, ...] = ()


@dataclass
class AgreementFolder:
    """The folder of a home; a file is parsed again when it has changed."""

    folder: Path
    law: Law
    _parsed: dict[str, tuple[_Stat, SharingAgreement | UsageError]] = field(default_factory=dict)

    def now(self) -> Agreements:
        """The agreements as their files are now. What cannot be read is among what is broken."""
        try:
            files = {path.name: path for path in sorted(self.folder.iterdir()) if path.suffix == ".toml"}
        except FileNotFoundError:
            return Agreements()
        except OSError as error:
            return Agreements(broken=(_unreadable(self.folder, error),))
        known, stats = self._parsed, {name: _stat(path) for name, path in files.items()}
        self._parsed = {
            name: known[name] if name in known and known[name][0] == stat else (stat, self._read(files[name]))
            for name, stat in stats.items()
        }
        return _agreements({name: found for name, (_, found) in self._parsed.items()})

    def _read(self, path: Path) -> SharingAgreement | UsageError:
        try:
            return agreement_from_text(read_text(path), f"{AGREEMENTS}/{path.name}", self.law)
        except UsageError as error:
            return error


def _stat(path: Path) -> _Stat:
    """By what a file is known to be the same. One that is gone is another each time it is looked at."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0, time.monotonic_ns()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _unreadable(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{folder} cannot be read: {error.strerror or type(error).__name__}.",
        kept="Nothing rests on an agreement until it can.",
        do="Check its owner and mode, and those of its files.",
    )


def _agreements(read: dict[str, SharingAgreement | UsageError]) -> Agreements:
    held: dict[str, SharingAgreement] = {}
    broken = [one for one in read.values() if isinstance(one, UsageError)]
    files: dict[str, list[str]] = {}
    for name, one in read.items():
        if isinstance(one, SharingAgreement):
            held[folded(one.ref)] = one
            files.setdefault(folded(one.ref), []).append(name)
    for key, names in files.items():
        if len(names) > 1:
            ref = held.pop(key).ref
            broken += [
                AgreementError(f"{AGREEMENTS}/{one}", f"{ref} stands in {', '.join(names)}") for one in names
            ]
    return Agreements(tuple(sorted(held.values(), key=lambda one: one.ref)), tuple(broken))

"""What must come of any input: a value, or an error of the hub's own family that repeats nothing of it.

Soon, and in bounded memory. Whatever else comes is a `Fault`. Knows no target and no fuzzer.
"""

from __future__ import annotations

import logging
import re
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from hub.errors import HubError

MARK: Final = "Quarrykiln"
"""A name that stands in the texts of what is sent: it may be found in no error and in no log."""
_REPEATED: Final = re.compile(rf"\b{MARK}", re.IGNORECASE)
"""Within a word that begins as a field's name does it may be one (`hub.parsing.plain_name`)."""
MOST_S: Final = 1.0
MOST_KIB: Final = 256 * 1024
MOST_LETTERS: Final = 1_500


class Fault(AssertionError):  # noqa: N818 - what is found, not what is raised by a program
    """What must not come of an input."""


class Outcome(StrEnum):
    """How far an input came: refused at the first check, refused behind it, or taken."""

    first_check = "first_check"
    refused = "refused"
    taken = "taken"


class Seen:
    """How far one input came: `past` is set by a target once its first check let it through.

    `refused`: it was refused by an answer, and not by an error.
    """

    def __init__(self) -> None:
        self.past = False
        self.refused = False


@dataclass(frozen=True)
class Target:
    """Something that reads what others send.

    `attempt` reads it as the program does, and raises Fault where what is read does not hold. `change` makes
    another input of one. `first_check`: what an input has to get past to count as past it, in words. `ready` sets
    up what has to be there, which counts for no input.
    """

    name: str
    first_check: str
    seeds: Callable[[], Iterable[bytes]]
    attempt: Callable[[bytes, Seen], None]
    change: Callable[[bytes, Random], bytes]
    longest: int = 8_192
    ready: Callable[[], object] = lambda: None


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter().format(record))


_HEARD: Final = _Heard()


@contextmanager
def listening() -> Iterator[None]:
    """Hear what is logged meanwhile, in place of printing it."""
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers[:] = [_HEARD]
    try:
        yield
    finally:
        root.handlers[:] = before


def judged(target: Target, data: bytes) -> Outcome:
    """What comes of an input. Raises Fault, or whatever escaped the program."""
    target.ready()
    seen = Seen()
    _HEARD.texts.clear()
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        target.attempt(data, seen)
        outcome = Outcome.taken if not seen.refused else Outcome.refused if seen.past else Outcome.first_check
    except HubError as error:
        require_plain(str(error))
        outcome = Outcome.refused if seen.past else Outcome.first_check
    took = time.process_time() - begun
    if took > MOST_S:
        raise Fault(f"It took {took:.1f} s of processor time.")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if grown > MOST_KIB:
        raise Fault(f"It took {grown // 1024} MiB of memory.")
    for text in _HEARD.texts:
        require_quiet(text)
    return outcome


def require_plain(text: str) -> None:
    """An error's text is a sentence of bounded length that can be printed, and repeats nothing that was sent."""
    require_quiet(text)
    if not text.isprintable():
        raise Fault("An error's text has characters that do not print.")
    if not text.endswith(".") or len(text) > MOST_LETTERS:
        raise Fault("An error's text is no sentence.")


def require_quiet(text: str) -> None:
    """A text repeats nothing that was sent."""
    if _REPEATED.search(text):
        raise Fault("What was sent is repeated.")


def require_same(before: object, after: object) -> None:
    """What was read is written and read again as the same."""
    if before != after:
        raise Fault("What was read reads otherwise once it was written.")

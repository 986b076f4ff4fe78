"""Calling native code that may panic: a panic becomes an exception of ours, and prints nothing.

Rust writes a panic to descriptor 2 by itself, with a page of addresses where RUST_BACKTRACE is set, before Python
hears of it: whoever makes it panic would fill the log. While a call runs, descriptor 2 is a file in memory; what
other threads wrote there meanwhile is passed on. Costs some 20 us a call. Does not know what is called.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")
_STDERR: Final = 2
_turn: Final = threading.Lock()


class PanicError(Exception):
    """The native code panicked. What it said is not kept."""


def quietly(call: Callable[[], T]) -> T:
    """What the call returns. Raises PanicError where it panics, and what else it raises."""
    with _turn:
        try:
            aside = os.dup(_STDERR)
        except OSError:  # There is no standard error to be kept quiet.
            return _called(call)
        caught = os.memfd_create("stderr")
        os.dup2(caught, _STDERR)
        panicked = False
        try:
            return _called(call)
        except PanicError:
            panicked = True
            raise
        finally:
            os.dup2(aside, _STDERR)
            _pass_on(caught, but_a_panic=panicked)
            os.close(aside)
            os.close(caught)


def _called(call: Callable[[], T]) -> T:
    try:
        return call()
    except BaseException as error:
        # PanicException derives from BaseException alone, and has no module to be imported from.
        if type(error).__name__ != "PanicException":
            raise
        raise PanicError from None


def _pass_on(caught: int, *, but_a_panic: bool) -> None:
    written = os.pread(caught, os.lseek(caught, 0, os.SEEK_END), 0)
    if but_a_panic:
        written = written.partition(b"\nthread '")[0]
    if written:
        os.write(_STDERR, written)

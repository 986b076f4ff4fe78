"""A peer whose proof does not hold makes the library panic: that is an error of ours, and nothing is printed."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hub.crypto.native import PanicError, quietly
from hub.crypto.prf import BlindedBatch, PrfKey
from hub.errors import PeerError

BAD_PROOF = """
import sys
from tests.crypto.test_native import lie
sys.stderr.write("before\\n"); sys.stderr.flush()
for _ in range(3):
    lie()
sys.stderr.write("after\\n")
"""


def lie() -> None:
    """A proof by another key than the one published."""
    batch = BlindedBatch([secrets.token_bytes(8) for _ in range(4)])
    published, used = PrfKey(bytes(32), PrfKey.STRONG), PrfKey(bytes([1]) * 32, PrfKey.STRONG)
    with pytest.raises(PeerError, match="published key"):
        batch.finalise(*used.evaluate(batch.elements), published.public_key)


@pytest.mark.parametrize("backtrace", ["0", "1", "full"])
def test_a_bad_proof_prints_nothing(backtrace: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BAD_PROOF],
        env={**os.environ, "RUST_BACKTRACE": backtrace},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "before\nafter\n")


def test_a_bad_proof_is_told_where_there_is_no_standard_error() -> None:
    command = f"import os; os.close(2)\n{BAD_PROOF.replace('sys.stderr', 'sys.stdout')}"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout == "before\nafter\n"


def test_what_other_threads_write_meanwhile_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    words: list[str] = []

    def writing() -> None:
        while not done.is_set():
            words.append(f"line {len(words)}")
            os.write(2, f"{words[-1]}\n".encode())

    other = threading.Thread(target=writing)
    other.start()
    for _ in range(200):
        quietly(lambda: done.wait(0.0001))
    done.set()
    other.join()
    assert sorted(capfd.readouterr().err.splitlines()) == sorted(words)


def test_other_errors_are_left_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError):
        quietly(lambda: 1 // 0)
    with pytest.raises(KeyboardInterrupt):
        quietly(_interrupted)
    assert quietly(lambda: 7) == 7
    with pytest.raises(PanicError):
        quietly(_panicking)


def _interrupted() -> None:
    raise KeyboardInterrupt


class PanicException(BaseException):
    """As the library's is: of no module that could be imported."""


def _panicking() -> None:
    raise PanicException

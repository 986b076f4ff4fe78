"""How commands speak: one document, errors without personal data, bars on a terminal alone."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
from pathlib import Path

import pytest
from rich.text import Text

from hub.cases.importing import run
from hub.cli.output import plain
from hub.errors import HubError
from hub.sample.referrals import Row
from tests.cli.running import HUB, environment, hub, inside, write_csv

UNKNOWN = "Winifred Oakapple, born 1990-02-03"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_fault_of_our_own_is_told_by_its_place_and_never_in_its_words(
    home: Path, tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(UNKNOWN)

    monkeypatch.setattr(run, "_stored", broken)
    options = ["--json"] if as_json else []
    done = inside("import", home, write_csv(tmp_path / "rows.csv", rows), *options)
    said = done.out + done.err
    assert done.code == 2
    assert "An unexpected fault: ValueError at " in said
    assert "Oakapple" not in said
    assert "1990" not in said
    if as_json:
        assert done.error["code"] == "fault"


def test_text_from_elsewhere_cannot_write_to_the_terminal() -> None:
    said = plain("[red]a[/] \x1b[2J\x9b1m\r\u202eb\nc")
    assert "\x1b" not in said
    assert not {"\x9b", "\r", "\u202e"} & set(said)
    assert Text.from_markup(said).plain.startswith("[red]a[/] ")
    assert said.endswith("b\nc")


def test_an_error_says_what_happened_what_was_kept_and_what_to_do() -> None:
    error = HubError("It broke.", kept="The rest.", do="Correct it.")
    assert str(error) == "It broke. Kept: The rest. To do: Correct it."


def test_nothing_but_the_document_is_on_standard_output_on_a_terminal_either(
    home: Path, tmp_path: Path, rows: list[Row]
) -> None:
    """Standard error is a terminal, so bars may be drawn there; with --json they are not."""
    file = write_csv(tmp_path / "rows.csv", rows)
    for options, expected in ((["--json"], False), ([], True)):
        outside, terminal = pty.openpty()
        with subprocess.Popen(
            [HUB, "import", home, file, *options],
            env=environment(TERM="xterm"),
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
        ) as process:
            out, _ = process.communicate(timeout=1_800)
        os.close(terminal)
        drawn = b""
        try:
            while piece := os.read(outside, 65_536):
                drawn += piece
        except OSError:
            pass  # The other end is closed.
        finally:
            os.close(outside)
        assert (b"Importing" in drawn) is expected
        assert out.startswith("{") is not expected
        assert "\x1b" not in out


def test_help_of_the_real_command(tmp_path: Path) -> None:
    done = hub("--help", cwd=tmp_path)
    assert done.code == 0
    for name in (
        "init",
        "serve",
        "peer",
        "import",
        "publish",
        "sync",
        "check",
        "disclose",
        "decide",
        "audit",
        "demo",
    ):
        assert name in done.out
    assert hub("frobnicate").code == 2


def test_a_port_that_is_taken_is_said(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = hub("serve", home, "--port", taken.getsockname()[1])
    assert done.code == 2
    assert "could not listen" in done.err

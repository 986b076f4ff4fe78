"""How commands speak: one JSON document for programs, words and tables for people, errors that say what to do.

Standard output has the result and nothing else; progress and messages go to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hub import __version__
from hub.errors import HubError, StorageError, UsageError, unforeseen
from hub.files import OccupiedError, write_atomically
from hub.parsing import hidden_characters

EXIT_DONE, EXIT_REFUSED, EXIT_FAULT = 0, 1, 2
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class OutputError(StorageError):
    """Standard output cannot be written."""


def print_json(document: Any) -> None:
    """Print one JSON document on standard output. Raises HubError where that cannot be written."""
    try:
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # Else Python fails once more at its end.
        raise OutputError(
            f"Standard output cannot be written: {error.strerror}.",
            kept="What the command did.",
            do="Make room, or send the output elsewhere.",
        ) from error


def fail(error: HubError, *, as_json: bool) -> NoReturn:
    """Say what went wrong and end with the error's exit status."""
    document = {"code": error.code, "text": error.text, "kept": error.kept, "do": error.do}
    with suppress(OutputError):
        if as_json:
            print_json({"error": document})
    if not as_json or isinstance(error, OutputError):
        err.print(f"[bold red]Error:[/] {plain(error.text)}")
        if error.kept:
            err.print(f"Kept: {plain(error.kept)}")
        if error.do:
            err.print(f"To do: {plain(error.do)}")
    raise typer.Exit(error.exit_code)


@contextmanager
def reporting(*, as_json: bool, interrupted: str | Callable[[], str] = "") -> Iterator[None]:
    """Turn failures, Ctrl-C and faults of our own in a command into a message and an exit status.

    `interrupted` says what is kept after Ctrl-C.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except HubError as error:
        fail(error, as_json=as_json)
    except KeyboardInterrupt:
        kept = interrupted() if callable(interrupted) else interrupted
        fail(
            HubError(
                "The command was interrupted.",
                kept=kept or "Nothing was changed.",
                do="Run the command again.",
            ),
            as_json=as_json,
        )
    except BrokenPipeError:
        raise typer.Exit(EXIT_FAULT) from None
    except Exception as error:  # noqa: BLE001 - the text of a foreign error may hold personal data
        fail(_fault(error), as_json=as_json)


def _fault(error: Exception) -> HubError:
    """A fault of our own, with what to do about it."""
    fault = unforeseen(error)
    fault.do = (
        f"Report this with the version ({__version__}); if a node was at work, run `hub audit verify` first."
    )
    return fault


def write_file(path: Path, data: bytes) -> None:
    """Write a PDF where --pdf says, for its owner alone to read. Raises UsageError."""
    try:
        write_atomically(path, data, named=True)
    except OccupiedError as error:
        raise UsageError(
            f"The PDF cannot be written: {error.strerror}.",
            kept="What is there.",
            do="Give --pdf the name of a file.",
        ) from None
    except OSError as error:
        raise UsageError(f"The PDF cannot be written: {type(error).__name__}.", do="Check --pdf.") from None


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; gives a function of (done, all)."""
    if not shown or not err.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, every: bar.update(task, completed=done, total=every or None)


def counted(count: int, words: str) -> str:
    """A count with its words, of one and of many: `counted(1, "case stays/cases stay")` is "1 case stays"."""
    one, many = words.split("/")
    return f"{count} {one if count == 1 else many}"


def plain(text: object) -> str:
    """Text from elsewhere, made safe to print: no markup, and no control characters for the terminal."""
    return escape(
        "".join(
            "\ufffd" if letter != "\n" and hidden_characters(letter, "shown") else letter
            for letter in str(text)
        )
    )

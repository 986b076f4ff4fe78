"""How commands speak: one JSON document for programs, words and tables for people, errors that say what to do.

Standard output has the result and nothing else; progress and messages go to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hub.errors import HubError

EXIT_DONE, EXIT_REFUSED, EXIT_FAULT = 0, 1, 2
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fail(error: HubError, *, as_json: bool) -> NoReturn:
    """Say what went wrong and end with the error's exit status."""
    if as_json:
        document = {"code": error.code, "text": error.text, "kept": error.kept, "do": error.do}
        print_json({"error": document})
    else:
        err.print(f"[bold red]Error:[/] {_plain(error.text)}")
        if error.kept:
            err.print(f"Kept: {_plain(error.kept)}")
        if error.do:
            err.print(f"To do: {_plain(error.do)}")
    raise typer.Exit(error.exit_code)


@contextmanager
def reporting(*, as_json: bool, interrupted: str = "") -> Iterator[None]:
    """Turn failures and Ctrl-C in a command into a message and an exit status."""
    try:
        yield
    except HubError as error:
        fail(error, as_json=as_json)
    except KeyboardInterrupt:
        text = "interrupted"
        fail(
            HubError(text, kept=interrupted or "nothing was changed", do="run the command again"),
            as_json=as_json,
        )
    except BrokenPipeError:
        raise typer.Exit(EXIT_FAULT) from None


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


def _plain(text: str) -> str:
    return text.replace("[", r"\[")

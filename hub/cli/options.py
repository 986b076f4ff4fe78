"""Options that several commands share, the home that they open, and who is asking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.output import OutputError, err, fail, plain, progress_bar, reporting
from hub.errors import HubError, InputError, LogError, StorageError
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node, open_node
from hub.node.upgrade import searched_for_hidden

Home = Annotated[Path, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

CheckId = Annotated[
    str,
    typer.Argument(
        metavar="CHECK_ID", help="The check's id, as `hub checks list` shows it.", show_default=False
    ),
]

Because = Annotated[
    str,
    typer.Option(metavar="TEXT", help="The reason, which stands on the record.", show_default=False),
]

By = Annotated[
    Path | None,
    typer.Option(
        "--as",
        metavar="WHO.json",
        help="Who decides: a requester, such as HOME/examples/who.json.",
        show_default=False,
    ),
]

Who = Annotated[
    Path | None,
    typer.Option(
        "--as",
        metavar="WHO.json",
        help="Who asks: a requester, such as HOME/examples/who.json. Without it, no case is shown that has"
        " exclusions.",
        show_default=False,
    ),
]


@contextmanager
def opened_to_read(
    home: Path, *, as_json: bool = False, interrupted: str | Callable[[], str] = ""
) -> Iterator[Node]:
    """The node of a home for one command: closed after it, and its failures reported as `reporting` does."""
    with reporting(as_json=as_json, interrupted=interrupted), _node_of(home) as node:
        yield node


@contextmanager
def _node_of(home: Path) -> Iterator[Node]:
    node = open_node(home)
    with closing(node.database):
        yield node


def up_to_date(node: Node, *, as_json: bool) -> Node:
    """The node, with what a home of an earlier version lacks done first. Raises HubError."""
    with node.read() as tx:
        if searched_for_hidden(tx):
            return node
    # Only the first command on such a home needs it.
    from hub.cases.upgrade import bring_up_to_date

    try:
        with progress_bar("Looking for hidden people", shown=not as_json) as progress:
            found = bring_up_to_date(node, progress)
    except KeyboardInterrupt:
        raise HubError(
            "The command was interrupted while it brought the home up to date.",
            kept="What was done of that; nobody is published before all of it is done.",
            do="Run the command again.",
        ) from None
    if found:
        err.print(
            "This home is of an earlier version. Whoever a case hides was looked for on every other case, and has "
            "left the feed there. What is likely waits for a person: see `hub seals list`."
        )
    return node


_MAY_HAVE_FLED: Final = (
    "The node cannot say now whether somebody in the case fled one of these areas: ask your manager before you"
    " ring."
)


@contextmanager
def _or_by_telephone(asked: Callable[[], list[str]]) -> Iterator[None]:
    """Where the node has stopped, or stops, say the telephones of those who were to be asked by it."""
    try:
        yield
    except LogError as error:
        with suppress(HubError):
            lines = asked()
            error.do = "\n".join((error.do, *lines, *((_MAY_HAVE_FLED,) if lines else ())))
        raise


@contextmanager
def opened(
    home: Path,
    *,
    as_json: bool = False,
    interrupted: str | Callable[[], str] = "",
    asked: Callable[[], list[str]] = list,
) -> Iterator[Node]:
    """As `opened_to_read`, for a command that writes: what it did is told, and then signed for.

    `asked`: the telephones of those whom it asks, for when the node has stopped, or stops at it.
    """
    with (
        reporting(as_json=as_json, interrupted=interrupted),
        _or_by_telephone(asked),
        _node_of(home) as node,
    ):
        up_to_date(node, as_json=as_json)
        try:
            yield node
        except (typer.Exit, OutputError, OSError):  # It was done, whether or not it could be told.
            _sign_for(node)
            raise
        _sign_for(node)


def _sign_for(node: Node) -> None:
    """Advance the audit checkpoint. The result stands already, so what fails is told on standard error alone.

    A disk that fails is a warning: the next command signs for this one too. A log that does not hold is a fault.
    """
    try:
        for mended in advance_audit_checkpoint(node):
            err.print(f"[bold]Warning:[/] {plain(mended)}")
    except LogError as error:
        fail(error, as_json=False)
    except StorageError as error:
        err.print(f"[bold]Warning:[/] {plain(error)}")


def read_case_ref() -> str:
    """A case's reference, a line of standard input; asked for at a terminal. Raises InputError."""
    return read_line("Case reference", "No case reference was given.")


def read_line(asked: str, missing: str) -> str:
    """The next line of standard input; asked for at a terminal. Raises InputError where there is none."""
    if sys.stdin.isatty():
        err.print(f"{asked}: ", end="")
    try:
        given = sys.stdin.readline().strip()
    except UnicodeDecodeError:
        given = ""
    if not given:
        raise InputError(missing, do="Write it to standard input.")
    return given

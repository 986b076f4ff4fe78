"""`hub demo`: three areas on this machine, one question, a flag."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import Json
from hub.cli.output import err, out, print_json, reporting
from hub.cli.show import show_decision, show_result
from hub.consent import Outcome
from hub.demo.run import Demo, running_demo

_TITLES = {
    "known_elsewhere": "Known elsewhere, under another name",
    "known_nowhere": "Known nowhere",
    "no_ground": "No agreement and no legal ground named",
}


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after showing the results.")] = False,
    as_json: Json = False,
) -> None:
    """Run three fictional areas on this machine, ask about three people, and show what is found."""

    def say(text: str) -> None:
        if not as_json:
            err.print(text, markup=False)

    with (
        reporting(as_json=as_json, interrupted="Nothing: the demonstration was removed."),
        running_demo(say, consoles=not once) as shown,
    ):
        if as_json:
            print_json(_document(shown))
        else:
            _show(shown)
        if not once:
            _wait(shown, quiet=as_json)


def _document(shown: Demo) -> dict[str, object]:
    return {
        "nodes": [
            {
                "node_id": node.node_id,
                "area": node.settings.area,
                "url": node.settings.url,
                "home": str(node.home),
            }
            for node in shown.nodes
        ],
        "checks": [
            {
                "question": name,
                "subject": request.subject.model_dump(mode="json"),
                "result": result.model_dump(mode="json"),
            }
            for name, request, result in shown.checks
        ],
        **({"console": [asdict(one) for one in shown.consoles]} if shown.consoles else {}),
    }


def _show(shown: Demo) -> None:
    out.print("Everything below is fiction: invented areas, people and telephone numbers.")
    home = next(node.home for node in shown.nodes if node.settings.area == shown.asking)
    for name, request, result in shown.checks:
        subject = request.subject
        out.print()
        out.print(f"[bold]{_TITLES[name]}[/]")
        out.print(
            f"{shown.asking} asks about {subject.given_names} {subject.surname}, "
            f"born {subject.date_of_birth or 'unknown'}, case {request.case_ref}.",
            markup=False,
        )
        show_decision(result.decision)
        show_result(result, home)
        if result.decision.outcome is not Outcome.permit:
            out.print("Nothing reached any other area.")


def _tell_codes(shown: Demo) -> None:
    """Say the codes that the apps show, each time that Enter is pressed: the terminal is everybody's app."""
    for _ in sys.stdin:
        _show_codes(shown)


def _show_codes(shown: Demo) -> None:
    now = int(time.time())
    for console in shown.consoles:
        for one in console.accounts:
            out.print(f"  {one.code(now)}  {one.sign_in}", markup=False)


def _wait(shown: Demo, *, quiet: bool) -> None:
    stop = threading.Event()  # Before anybody is told to press what sets it.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if not quiet:
        out.print()
        command = shlex.quote(str(Path(sys.argv[0]).resolve()))
        out.print("The three nodes keep running. Try, in another terminal:")
        for node in shown.nodes:
            out.print(f"  {node.settings.area}: {command} peer list {node.home}", markup=False)
        out.print()
        out.print("And in a browser, with a console of each area. Everybody here is invented:")
        for console in shown.consoles:
            out.print(f"  {console.url}   ({console.node_id})", markup=False)
            for one in console.accounts:
                words = one.role.replace("_", "-"), one.name, one.sign_in, one.password
                out.print("    {:24} {:28} {:46} {}".format(*words), markup=False)
        if sys.stdin.isatty():
            threading.Thread(target=_tell_codes, args=(shown,), daemon=True).start()
            out.print("Press Enter for everybody's codes of this half minute.")
        else:
            _show_codes(shown)
        out.print("Press Ctrl-C to stop them and remove everything.")
    stop.wait()

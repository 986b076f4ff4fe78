"""`hub demo`: three areas on this machine, one question, a flag."""

from __future__ import annotations

import signal
import threading
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
        running_demo(say) as shown,
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


def _wait(shown: Demo, *, quiet: bool) -> None:
    if not quiet:
        out.print()
        out.print("The three nodes keep running. Try, in another terminal:")
        for node in shown.nodes:
            out.print(
                f"  {node.settings.area}: {node.settings.url}   hub peer list {node.home}", markup=False
            )
        out.print(
            "There is no sign-in: these nodes serve the federation only, and the command works on their homes."
        )
        out.print("Press Ctrl-C to stop them and remove everything.")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    stop.wait()

"""What the worker has to do, as the engine knows it: a name and a lane, and nothing of what it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """A name under which there is something to do, and its lane: the tasks of one lane hold up no other's.

    `own`: asks no other node, and waits for no task that does.
    """

    name: str
    lane: str
    own: bool = False

"""The server's log: a JSON object a line on standard error, with a time, and without personal data.

Of an exception that is not ours only its kind and place are written: its text may hold anything. Does not write the
audit log (`hub.audit`).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback
from pathlib import Path
from typing import Any, Final

LOGGERS: Final = ("hub", "uvicorn", "uvicorn.error", "stamina")


class JsonLines(logging.Formatter):
    """One record as one line: when, how bad, who says so, what, and, of an exception, its kind and place."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": _text(record),
        }
        if record.exc_info and record.exc_info[1]:
            line |= place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def place_of(error: BaseException) -> dict[str, str]:
    """An exception's kind, and the place in the hub's code where it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "hub" in Path(frame.filename).parts] or list(frames)
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return {"kind": type(error).__name__, "at": place}


def _text(record: logging.LogRecord) -> str:
    """What is said: of a message that a library made of a traceback, its first line alone."""
    said = record.getMessage().strip().splitlines()
    if any(line.startswith("Traceback") for line in said):
        return "A library failed while the server started or stopped."
    return said[0] if said else ""


def log_config(level: str = "WARNING") -> dict[str, Any]:
    """The configuration of `logging` for a served node."""
    handlers = {
        "lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "hub.web.logs.JsonLines"}},
        "handlers": handlers,
        "loggers": {name: {"handlers": ["lines"], "level": level, "propagate": False} for name in LOGGERS},
    }

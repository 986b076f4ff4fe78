"""The server's log is for programs to read, and holds nothing that a person said or is called."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest

from hub.web.logs import JsonLines
from tests.federation.hand import Hand
from tests.federation.nodes import Areas

SECRET = "Quennell"  # pragma: allowlist secret


def logged(message: str, *arguments: object, error: Exception | None = None) -> dict[str, Any]:
    """One record, written and read again."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        logger.error(message, *arguments, exc_info=error)
    finally:
        logger.removeHandler(handler)
    (line,) = written.getvalue().splitlines()
    read: dict[str, Any] = json.loads(line)
    return read


def test_a_line_has_a_time_a_level_and_what_is_said() -> None:
    line = logged("work %s", "waits")
    assert (line["level"], line["text"]) == ("error", "work waits")
    assert line["time"].endswith("+00:00")


def test_of_a_foreign_exception_only_its_kind_and_place_are_told() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        line = logged("Exception in ASGI application\n", error=error)
    assert SECRET not in json.dumps(line)
    assert (line["kind"], line["at"].partition(":")[0]) == ("ValueError", "test_logs.py")


def test_a_traceback_that_a_library_made_a_message_of_is_not_repeated() -> None:
    told = f"Traceback (most recent call last):\n  File x\nValueError: {SECRET}"
    assert SECRET not in json.dumps(logged(told))


def test_a_failure_of_the_node_is_logged_once_and_a_refusal_not_at_all(
    areas: Areas, caplog: pytest.LogCaptureFixture
) -> None:
    hand = Hand(areas)
    caplog.set_level(logging.WARNING)
    assert hand.send("GET", "/federation/v1/feed", token="nobody's").status_code == 401
    assert not caplog.records
    with areas["eastvale"].database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE seen_message")
    answer = hand.send("GET", "/federation/v1/feed")
    assert answer.status_code == 500
    (record,) = caplog.records
    assert "The database" in record.getMessage()
    assert json.loads(JsonLines().format(record))["kind"] == "StorageError"

"""What was typed in a form and not sent: shown again once its writer has shown again who they are."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from hub.accounts import sessions
from hub.errors import InputError
from hub.web.console.asked import Asked, see
from hub.web.console.forms import Form, form_of, unsent


def typed_before(asked: Asked, model: type[BaseModel]) -> Form[Any] | None:
    """The form of this address as it was typed before and not sent, or None."""
    session = asked.session
    if session is None or not session.draft or session.draft_of != asked.request.url.path:
        return None
    pairs = [(str(name), str(value)) for name, value in json.loads(session.draft)]
    with suppress(InputError):  # Of a page that has changed since.
        return unsent(form_of(pairs, model).typed)
    return None


def forget(asked: Asked) -> None:
    """Forget what was typed at this address: it was sent."""
    if asked.session is not None and asked.session.draft_of == asked.request.url.path:
        sessions.keep_draft(asked.node, asked.session, "", "")


def ask_anew(asked: Asked) -> Response | None:
    """Where to show again who one is, with what was typed kept; None where that was a moment ago."""
    session = asked.session
    if session is None or session.fresh(asked.node.now()):
        return None
    sessions.keep_draft(asked.node, session, asked.request.url.path, json.dumps(asked.typed))
    return see("/confirm")

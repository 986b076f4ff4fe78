"""What browsers and programs send: every form of the console, urlencoded or with a file, and every body of the API.

First check of a form: it is one, and has no field that its page does not have; of a program's body: it is JSON as
that is read here.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Mapping
from random import Random
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from starlette.types import Message

from hub.parsing import JsonError, read_json
from hub.web.api.addresses import ADDRESSES
from hub.web.api.app import _typed
from hub.web.console.forms import form_of, unsent
from hub.web.console.uploads import read_sent
from tests.fuzz.changing import Json, Kinds, Pairs, bytes_changed, kind_of
from tests.fuzz.judge import MARK, Fault, Seen, Target, require_quiet, require_same
from tests.fuzz.made import made
from tests.fuzz.models import of_forms

T = TypeVar("T")
BOUNDARY: Final = "----x"
URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = f"multipart/form-data; boundary={BOUNDARY}"


def at_once(going: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives that waits for nothing."""
    try:
        going.send(None)
    except StopIteration as done:
        given: T = done.value
        return given
    raise Fault("It waits for what is there already.")


def _request(kind: str, body: bytes) -> Request:
    half = len(body) // 2
    chunks = [(body[:half], True), (body[half:], False)]

    async def receive() -> Message:
        if not chunks:
            return {"type": "http.disconnect"}
        piece, more = chunks.pop(0)
        return {"type": "http.request", "body": piece, "more_body": more}

    headers = [(b"content-type", kind.encode())]
    return Request(
        {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}, receive
    )


def _form(data: bytes, seen: Seen) -> None:
    name, body = kind_of(data)
    how, _, name = name.partition(" ")
    model = of_forms().get(name)
    if model is None:
        return
    sent = at_once(read_sent(_request(MULTIPART if how == "multipart" else URLENCODED, body)))
    form = form_of(sent.pairs, model)
    seen.past = True
    for problem in form.errors:
        require_quiet(problem.text)
        if not problem.text.isprintable():
            raise Fault("What is wrong with a field has characters that do not print.")
    if (form.value is None) != bool(form.errors):
        raise Fault("A form has both a value and errors, or neither.")
    if form.value is not None:
        again = [(field, text) for field, texts in unsent(form.value).typed.items() for text in texts]
        require_same(form.value, form_of(again, model).value)


def multipart(pairs: list[tuple[str, str]], *, file: bool) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in pairs
    ]
    if file:
        parts.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{MARK}.txt"\r\n'
            "Content-Type: text/plain\r\n\r\nMinutes.\r\n"
        )
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


def _forms() -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name, model in of_forms().items():
        typed = unsent(made(model) if model.model_fields else {}).typed
        pairs = [(field, text) for field, texts in typed.items() for text in texts]
        found[f"urlencoded {name}"] = [urlencode([*pairs, ("once", "ab" * 8), ("button", "next.x")]).encode()]
        if len(found) % 8 == 1:
            found[f"multipart {name}"] = [multipart(pairs, file=True)]
    return found


class _Change(Kinds):
    """Fields of forms by their names; a form with a file byte by byte."""

    def __init__(self, seeds: dict[str, list[bytes]]) -> None:
        names = sorted(
            {
                one.split("=")[0]
                for each in seeds.values()
                for body in each
                for one in body.decode().split("&")
            }
        )
        self.pairs = Pairs([one for one in names if len(one) < 80])
        super().__init__(seeds, self._changed)

    def _changed(self, body: bytes, chance: Random) -> bytes:
        return (bytes_changed if body.startswith(b"--") else self.pairs)(body, chance)


TAKES: Final[Mapping[str, Any]] = {
    f"{one.method} {one.path}": one for one in ADDRESSES if one.takes is not None
}


def _body(data: bytes, seen: Seen) -> None:
    name, body = kind_of(data)
    one = TAKES.get(name)
    if one is None:
        return
    try:
        read_json(body)
        seen.past = True
    except JsonError:
        pass
    value = _typed(one, body)
    require_same(value, one.takes.model_validate(json.loads(value.model_dump_json())))  # type: ignore[attr-defined]


def _targets() -> tuple[Target, ...]:
    forms = _Change(_forms())
    seeds = {
        name: [json.dumps(one.sent).encode(), json.dumps(made(one.takes)).encode()]
        for name, one in TAKES.items()
    }
    bodies = Kinds(
        seeds,
        Json(
            [one for each in seeds.values() for one in each], (one.takes for one in TAKES.values()), wild=25
        ),
    )
    return (
        Target("forms", "a form with fields of its page alone", forms.all, _form, forms),
        Target("programs", "JSON as it is read here", bodies.all, _body, bodies),
    )


TARGETS: Final = _targets()

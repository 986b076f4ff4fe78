"""A whole console: what browsers and programs send to every address, as people of every role.

It begins with the examples of the console's own tests, and is of their two areas. First check: the address is one,
and whoever asks may open it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest

from hub.accounts.accounts import acting_as
from hub.accounts.tokens import TokenWanted, make
from hub.records.accounts import AccountRole
from hub.records.tokens import TokenScope
from hub.web import ticks
from hub.web.api.addresses import ADDRESSES, ROOT
from tests.accounts.people import cheap_passwords
from tests.accounts.provider import running
from tests.fuzz.changing import TEXTS, Json, Pairs, text_changed
from tests.fuzz.judge import Fault, Seen, Target, require_quiet
from tests.fuzz.targets.asked import Renewed, said_in
from tests.fuzz.targets.forms import MULTIPART, URLENCODED, multipart
from tests.fuzz.targets.nodes import Answer, answered, fresh, loop, quick
from tests.web.console.examples import EXAMPLES, UNSIGNED, World
from tests.web.console.signed_in import BROWSERS
from tests.web.console.walk import Walk

RENEWED_EACH: Final = 6_000
MOST_PAGE: Final = 4_000_000
_HEADERS: Final = ("Cookie", "Content-Type", "Sec-Fetch-Site", "Accept-Language", "Authorization", "Host")
_PLACE: Final = re.compile(r"\{(\w+)\}")


async def _at_once(_: float) -> None:
    """Wait for nothing."""


class Consoles:
    """Both areas' consoles, and whoever goes through them."""

    def __init__(self) -> None:
        self.areas, self._folder = fresh()
        for name in ("northmoor", "eastvale"):
            quick(self.areas[name])
        self._ends = ExitStack()
        self._ends.enter_context(cheap_passwords())
        patch = self._ends.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(ticks, "sleep", _at_once)
        self.walk = Walk(World(self.areas, self._ends.enter_context(running(self.areas.clock))))
        self.tokens: dict[tuple[str, str], str] = {}
        for example in self.walk.examples():
            self.tokens[example.at, str(example.who)] = self.walk.token(example)
        console = self.walk.world.consoles["northmoor"]
        with console.node.write() as tx:
            acting = acting_as(tx, console.users[AccountRole.coordinator].account)
            wanted = TokenWanted(program="a program", scopes=(TokenScope.read, TokenScope.ask))
            self.program = make(tx, acting, wanted)

    def end(self) -> None:
        """Give everything back."""
        for console in self.walk.world.consoles.values():
            console.node.require_intact()
        self._ends.close()
        self.areas.close()
        shutil.rmtree(self._folder)

    def filled(self, text: str, places: Mapping[str, Any]) -> str:
        """A text with what stands in its places, as far as they are known."""
        known = self.walk.world.places
        return _PLACE.sub(lambda one: str(places.get(one[1]) or known.get(one[1], one[0])), text)

    def send(self, said: Mapping[str, Any]) -> Answer:
        """Send what an input says."""
        at = "eastvale" if said.get("at") == "eastvale" else "northmoor"
        own = said.get("places")
        places = (
            {name: self.filled(str(one), {}) for name, one in own.items()} if isinstance(own, dict) else {}
        )
        method, _, path = self.filled(str(said.get("route", "")), places).partition(" ")
        headers: dict[str, str] = dict(BROWSERS)
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self.program}"}
        elif token := self.tokens.get((at, str(said.get("who")))):
            headers["Cookie"] = f"__Host-{at}={token}"
        body = self._body(said, places, headers) if method == "POST" else b""
        more = said.get("headers")
        headers |= {str(name): str(one) for name, one in more.items()} if isinstance(more, dict) else {}
        app, address = (
            self.walk.world.consoles[at].app,
            quote(path, safe="/", errors="replace") + str(said.get("query", "")),
        )
        return loop().run_until_complete(answered(app, method or "GET", address, headers, body))

    def _body(self, said: Mapping[str, Any], places: Mapping[str, Any], headers: dict[str, str]) -> bytes:
        if "json" in said:
            return self.filled(json.dumps(said["json"]), places).encode()
        given = said.get("pairs")
        pairs = [
            (str(one[0]), self.filled(str(one[1]), places))
            for one in (given if isinstance(given, list) else [])
            if isinstance(one, list) and len(one) > 1
        ]
        headers["Content-Type"] = MULTIPART if said.get("file") else URLENCODED
        return (
            multipart(pairs, file=True) if said.get("file") else urlencode(pairs, errors="replace").encode()
        )


_HELD: Final = Renewed(Consoles, RENEWED_EACH)


def _attempt(data: bytes, seen: Seen) -> None:
    said = said_in(data)
    if said is None:
        seen.refused = True
        return
    answer = _HELD.now.send(said)
    seen.past = answer.status not in (401, 403, 404, 405) and answer.headers.get("location") != "/sign-in"
    seen.refused = answer.status >= 400
    if answer.status >= 500:
        raise Fault(f"A browser or program was answered {answer.status}.")
    if len(answer.body) > MOST_PAGE:
        raise Fault("A page is too long.")
    if answer.status >= 400 and answer.headers.get("content-type") == "application/problem+json":
        require_quiet(answer.body.decode())


class _Change:
    """An example's address, whoever opens it and what they type, each otherwise."""

    def __init__(self, seeds: list[bytes]) -> None:
        self.documents, self.seeds = Json(seeds), seeds
        names = {pair[0] for seed in seeds for pair in json.loads(seed).get("pairs", [])}
        self.names = sorted(names)
        self.whos = sorted({json.loads(seed).get("who", "") for seed in seeds})

    def __call__(self, data: bytes, chance: Random) -> bytes:
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):
            return chance.choice(self.seeds)
        how = chance.randrange(12)
        if not isinstance(said, dict) or how == 0:
            return chance.choice(self.seeds)
        if how == 1:
            said["who"] = chance.choice(self.whos)
        elif how == 2:
            said["query"] = "?" + text_changed("next=/cases&cursor=AAAA", chance)
        elif how == 3:
            said["places"] = {
                **(said.get("places") or {}),
                chance.choice(("case", "paper", "check")): chance.choice(TEXTS),
            }
        elif how == 4:
            name = chance.choice(
                ("Cookie", "Content-Type", "Sec-Fetch-Site", "Accept-Language", "Authorization", "Host")
            )
            said["headers"] = {name: text_changed(str(BROWSERS.get(name, "")), chance)}
        elif "json" in said:
            said["json"] = self._document(said["json"], chance)
        elif isinstance(said.get("pairs"), list):
            pairs = [
                (str(one[0]), str(one[1])) for one in said["pairs"] if isinstance(one, list) and len(one) > 1
            ]
            for _ in range(chance.choice((1, 1, 2))):
                Pairs(self.names).change(pairs, chance)
            said["pairs"] = [list(one) for one in pairs]
        return json.dumps(said).encode()

    def _document(self, said: Any, chance: Random) -> Any:
        text = self.documents(json.dumps(said).encode(), chance).decode("utf-8", "replace")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text


def _seeds() -> list[bytes]:
    found: dict[bytes, None] = {}
    for one in EXAMPLES:
        if not (isinstance(one.who, AccountRole) or one.who == UNSIGNED) or one.route == "POST /sign-out":
            continue
        pairs = [
            [name, text]
            for name, given in one.form.items()
            for text in ([given] if isinstance(given, str) else given)
        ]
        said = {
            "route": one.route,
            "at": one.at,
            "who": str(one.who),
            "pairs": pairs,
            "places": dict(one.places),
        }
        found[json.dumps(said).encode()] = None
    for address in ADDRESSES:
        body = {"json": address.sent} if address.sent is not None else {}
        found[
            json.dumps({"route": f"{address.method} {ROOT}{address.path}", "places": {}, **body}).encode()
        ] = None
    return list(found)


def _target() -> Target:
    seeds = _seeds()
    first = "the address is one, and whoever asks may open it"
    return Target("pages", first, lambda: seeds, _attempt, _Change(seeds), longest=20_000, ready=_HELD.ready)


TARGETS: Final = (_target(),)

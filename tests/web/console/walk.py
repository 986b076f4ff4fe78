"""Every page's example (`examples`) by the requests that browsers send, without one: for what attacks each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlencode

import anyio
import httpx2

from hub.records.accounts import AccountRole
from tests.web.console.examples import EXAMPLES, UNSIGNED, Example, World
from tests.web.console.signed_in import BROWSERS, FORM

Pairs = list[tuple[str, str]]


class Walk:
    """The two areas as people of every role go through them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.opened = set[str]()
        self._tokens: dict[tuple[str, str], str] = {}

    def examples(self) -> Iterator[Example]:
        """Every example in its turn: what whoever walks does with it, and then the example itself."""
        for example in EXAMPLES:
            signed_in = isinstance(example.who, AccountRole) or example.who == UNSIGNED
            if signed_in and example.route != "POST /sign-out":
                yield example
                self.opened |= {example.route} if self.send(example).status_code != 404 else set()

    def pairs(self, example: Example) -> Pairs:
        """What an example sends, field by field."""
        return [
            (name, self.world.filled(one))
            for name, given in example.form.items()
            for one in ((given,) if isinstance(given, str) else given)
        ]

    def send(
        self,
        example: Example,
        extra: Iterable[tuple[str, str]] = (),
        *,
        instead: Pairs | None = None,
        places: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = BROWSERS,
        query: str = "",
    ) -> httpx2.Response:
        """What comes of an example, or of what is sent in its place."""
        method, path = self.world.filled(example.route, {**example.places, **(places or {})}).split(" ")
        form = [*(self.pairs(example) if instead is None else instead), *extra]
        answer = self.get(method, path + query, self.token(example), form, headers, example.at)
        if answer.status_code == 303:
            learnt = self.get("GET", answer.headers["location"], self.token(example), [], headers, example.at)
            self.world.learn(learnt.text)
        elif answer.headers.get("content-type", "").startswith("text/html"):
            self.world.learn(answer.text)
        return answer

    def token(self, example: Example) -> str:
        """The cookie of whoever opens it."""
        who = example.at, str(example.who)
        if who not in self._tokens:
            somebody = self.world.somebody(example)
            assert somebody is not None
            self._tokens[who] = self.world.signed_in(somebody)
        return self._tokens[who]

    def get(
        self,
        method: str,
        path: str,
        token: str,
        form: Pairs,
        headers: Mapping[str, str] = BROWSERS,
        at: str = "northmoor",
    ) -> httpx2.Response:
        """What a browser with that cookie gets."""
        app = self.world.consoles[at].app
        cookie = {"Cookie": f"__Host-{at}={token}"} if token else {}
        sent = {**headers, **(FORM if method == "POST" else {}), **cookie}
        body = urlencode(form) if method == "POST" else None

        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
                return await client.request(method, path, content=body, headers=sent)

        return anyio.run(go)

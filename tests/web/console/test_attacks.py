"""What somebody tries at every page of the console, by name. The list is the examples': a new page is tried too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from hub.cases.staff import STAFF_FILE
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.gists import every_gist
from hub.store.audit import DatabaseAudit
from hub.web import ticks
from hub.web.console.app import REMEMBER_S
from hub.web.guards import ROUTES
from tests.accounts.people import PASSWORD, cheap_passwords
from tests.accounts.provider import running
from tests.federation.nodes import copied
from tests.web.console.examples import EXAMPLES, Example, World
from tests.web.console.routes import NOBODY
from tests.web.console.signed_in import BROWSERS, NAMES, normal
from tests.web.console.walk import Walk

pytestmark = pytest.mark.first
R = AccountRole
GIVEN: Final = [
    ("role", "manager"),
    ("account", "ab" * 16),
    ("organisation", "Police"),
    ("state", "open"),
    ("entered_by", "somebody"),
    ("kind", "idva"),
    ("requester.name", "Mo Ashdown"),
    ("decision.outcome", "permit"),
    ("__proto__.role", "manager"),
]
HOSTILE: Final = "=1+1\"'><x-evil x-evil=\"' x-evil>{{7*'7z'}}"
FREE: Final = re.compile(r"<(?:textarea|input(?=[^>]*type=\"(?:text|search|tel)\"))[^>]*\bname=\"([^\"]+)\"")
ELSEWHERE: Final = {
    **BROWSERS,
    "Referer": "https://evil.example/",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example",
}
FETCHED: Final = "?next=//evil.example&url=https://evil.example&to=//evil.example&back=/\\evil.example"
KINDS: Final = ("text/html", "application/pdf")  # Nothing is exported that a spreadsheet opens.
ITS_PLACES: Final = ("case", "check", "candidate", "number", "request", "submission")


@pytest.fixture
def walk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Walk]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords(), running(areas.clock) as provider:
        yield Walk(World(areas, provider))
    areas.close()


class _Evil(HTMLParser):
    """Whether anything that was typed is more than text."""

    found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= tag == "x-evil" or any(name == "x-evil" for name, _ in attrs)


def evil(text: str) -> bool:
    """Whether what was typed became markup, or was worked out."""
    parser = _Evil()
    parser.feed(text)
    return parser.found or "7z7z7z" in text


def test_mass_assignment_nothing_is_taken_that_the_form_does_not_ask_for(walk: Walk) -> None:
    tried, routes = 0, set[tuple[str, str]]()
    for example in walk.examples():
        if not example.route.startswith("POST") or example.status >= 400:
            continue
        if (alike := (example.at, example.route)) in routes:
            continue
        routes.add(alike)
        for extra in GIVEN:
            if extra[0] in example.form:
                continue
            before = _entries(walk.world.areas[example.at])
            answer = walk.send(example, [extra])
            assert 400 <= answer.status_code < 500, (example.route, extra)
            assert _entries(walk.world.areas[example.at]) == before, (example.route, extra)
            tried += 1
    assert tried > 100


def _entries(node: Node) -> int:
    """How long its audit log is: nothing is done that is not in it."""
    with node.database.read() as session:
        newest = DatabaseAudit(session).newest()
    return newest.seq if newest else 0


def test_html_and_formulas_in_every_field_stay_text_on_every_page(walk: Walk) -> None:
    tried = set[tuple[str, str]]()
    shown = set[str]()
    for example in walk.examples():
        method, path = example.route.split(" ")
        if method == "GET":
            answer = walk.send(example)
            kind = answer.headers.get("content-type", "").split(";")[0]
            assert answer.status_code == 303 or kind in ("text/html", "application/pdf"), (
                "nothing is exported that a spreadsheet opens"
            )
            assert not evil(answer.text), example.route
            shown |= {path} if "x-evil" in answer.text else set()
            continue
        form = walk.send(example, instead=[]) if ("GET", path) not in ROUTES else None
        page = form.text if form is not None else walk.get("GET", *_there(walk, example)).text
        fields = {name for name in FREE.findall(page) if name not in ("once", "password", "code")}
        for name in sorted(fields):
            if (example.route, name) in tried:
                continue
            pairs = [(one, text) for one, text in walk.pairs(example) if one != name]
            answer = walk.send(example, instead=[*pairs, (name, HOSTILE)])
            assert answer.status_code < 500, (example.route, name)
            assert not evil(answer.text), (example.route, name)
            tried.add((example.route, name))
    assert len(tried) > 30
    assert shown, "some of it was kept, and shown again"


def _there(walk: Walk, example: Example) -> tuple[str, str, list[tuple[str, str]]]:
    path = walk.world.filled(example.route, example.places).split(" ")[1]
    return path, walk.token(example), []


def test_open_redirect_nobody_is_sent_off_the_console(walk: Walk) -> None:
    sent = 0
    tried = set[tuple[str, str, int]]()
    for example in walk.examples():
        if (alike := (example.at, example.route, example.status)) in tried:
            continue
        tried.add(alike)
        for headers, query in ((ELSEWHERE, FETCHED), (BROWSERS, FETCHED)):
            answer = walk.send(example, headers=headers, query=query)
            to = answer.headers.get("location", "")
            assert "evil" not in to, example.route
            assert answer.status_code != 303 or re.match(r"/(?![/\\])", to), example.route
            sent += answer.status_code == 303
    assert sent > 20
    for path in ("//evil.example", "//evil.example/%2e%2e", "/%2f%2fevil.example"):
        answer = walk.get("GET", "http://console" + path, walk.token(EXAMPLES[-2]), [])
        assert answer.status_code == 404


def test_fixation_a_cookie_from_elsewhere_is_nobody_and_signing_in_makes_another(walk: Walk) -> None:
    console = walk.world.consoles["northmoor"]
    attacker = walk.world.signed_in(console.users[R.idva])
    victim = console.users[R.coordinator]
    for planted in (attacker, "x" * 43):
        form = {"sign_in": victim.sign_in, "password": PASSWORD, "code": victim.code()}
        walk.world.areas.clock.advance(60)
        answer = console.send("POST", "/sign-out", planted) if planted == attacker else None
        assert answer is None or answer.status_code == 303
        form["code"] = victim.code()
        answer = console.send("POST", "/sign-in", planted, form)
        assert answer.status_code == 303
        cookie = re.match(r"__Host-northmoor=([^;]+);", answer.headers["set-cookie"])
        assert cookie is not None
        assert cookie[1] != planted
        assert console.send("GET", "/work", planted).headers["location"] == "/sign-in"
        assert console.send("GET", "/work", cookie[1]).status_code == 200


def test_token_reuse_a_cookie_is_nothing_once_its_user_signed_out(walk: Walk) -> None:
    console = walk.world.consoles["northmoor"]
    token = walk.world.signed_in(console.users[R.coordinator])
    assert console.send("GET", "/work", token).status_code == 200
    assert console.send("POST", "/sign-out", token).status_code == 303
    for path in ("/work", "/confirm", "/cases"):
        assert console.send("GET", path, token).headers["location"] == "/sign-in"


def test_account_enumeration_every_wrong_sign_in_and_invitation_reads_alike(walk: Walk) -> None:
    console = walk.world.consoles["northmoor"]
    known, nobody = console.users[R.coordinator].sign_in, "nobody.at.all@example.org"
    tries = [
        {"sign_in": known, "password": PASSWORD.upper(), "code": "123456"},
        {"sign_in": known, "password": PASSWORD, "code": "123456"},
        {"sign_in": nobody, "password": PASSWORD, "code": "123456"},
        {"sign_in": walk.world.places["invited"], "password": PASSWORD, "code": "123456"},
    ]
    pages = [console.send("POST", "/sign-in", form=one) for one in tries]
    assert len({one.status_code for one in pages}) == 1
    assert len({_without(one.text, known, nobody, walk.world.places["invited"]) for one in pages}) == 1
    codes = [
        {"sign_in": one, "invitation": "abcd-efgh"} for one in (known, nobody, walk.world.places["invited"])
    ]
    opened = [console.send("POST", "/invitation", form=one) for one in codes]
    assert len({one.status_code for one in opened}) == 1
    assert len({_without(one.text, known, nobody, walk.world.places["invited"]) for one in opened}) == 1


def _without(text: str, *names: str) -> str:
    """A page but for its nonce and what was typed."""
    return re.sub("|".join(map(re.escape, names)), "", normal(text))


def test_restricted_equals_absent_at_every_address(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its normal form, without the nonce, and at a tick, however long it took to find out.

    Whoever asks is excluded from the case; what is absent is random.
    """
    assert list(walk.examples())  # All is there: checks, candidates, what is owed, what another area asks.
    theirs = [one for one in EXAMPLES if one.who in (R.coordinator, R.manager) and _of_a_case(one)]
    assert walk.opened >= {one.route for one in theirs if one.route.startswith("GET")}
    for node in (walk.world.areas[area] for area in walk.world.consoles):
        with node.read() as tx:
            refs = [one.case_ref for one in every_gist(tx)]
        excluded = "".join(
            f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{NAMES[role]}"\n'
            for role in (R.coordinator, R.manager)
            for ref in refs
        )
        (node.home / STAFF_FILE).write_text(excluded, encoding="utf-8")
        monkeypatch.setattr(node.remembered, "for_s", REMEMBER_S)  # As a console that is served has it.
    waited: list[float] = []

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(ticks, "sleep", noted)
    for example in theirs:
        waited.clear()
        absent = dict.fromkeys(_of_a_case(example), NOBODY)
        there, nowhere = walk.send(example), walk.send(example, places=absent)
        assert (there.status_code, normal(there.text)) == (404, normal(nowhere.text)), example
        assert nowhere.status_code == 404, example
        assert there.headers.keys() == nowhere.headers.keys()
        assert len(waited) == 2, example
        assert all(0 < one <= node.settings.server.tick_s for one in waited)
    assert len({one.route for one in theirs}) >= 13


def _of_a_case(example: Example) -> list[str]:
    """The places of its address by which a case is found."""
    return [one for one in ITS_PLACES if f"{{{one}}}" in example.route]

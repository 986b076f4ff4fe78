"""The page of claims: every promise in its page's own words, with tests that there are, and none left out."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.docs.naming import TEST, defined, named_tests
from tests.docs.pages import DOCS

ROOT: Final = DOCS.parent
PAGE: Final = DOCS.joinpath("claims.md").read_text(encoding="utf-8")
# The sections that promise: each sentence there, and each row of a table, has a claim.
PROMISING: Final = {
    "README.md": ("How it keeps people safe",),
    "SECURITY.md": (
        "Against whom, in order of harm",
        "Sign-in by an organisation's provider",
        "The audit log, and what it proves",
    ),
    "ARCHITECTURE.md": ("Where things are kept, and what protects them", "Transactions"),
}
TITLE: Final = re.compile(r"^(?:- |\d+\. )(?:\*\*[^*]+\*\*\s*)?")
# What such a section says without promising anything.
NO_PROMISE: Final = ("Not defended:", "| what | where |", "|---|")


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("**", ""))


def claims() -> list[tuple[str, str, str]]:
    found, page = [], ""
    for line in PAGE.splitlines():
        if heading := re.fullmatch(r"## (\S+\.md)", line):
            page = heading[1]
        elif line.startswith("| ") and not line.startswith("| claim"):
            _, claim, tests, _ = re.split(r"(?<!\\)\|", line)
            found.append((page, claim.strip(), tests))
    return found


CLAIMS: Final = claims()


def promises(page: str, section: str) -> list[str]:
    """The sentences and rows of a section, without what remains."""
    text = ROOT.joinpath(page).read_text(encoding="utf-8")
    body = re.split(r"^## ", text.split(f"\n## {section}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    parts = [one.strip() for one in re.split(r"\n(?=\n|- |\d+\. |\| )", body)]
    kept = [
        folded(TITLE.sub("", part)).split("*What remains:*")[0].strip()
        for part in parts
        if part and not part.startswith(NO_PROMISE)
    ]
    return [one for part in kept for one in ([part] if part[0] == "|" else re.split(r"(?<=\.)\s+", part))]


def test_there_are_claims_of_each_page() -> None:
    assert {page for page, _, _ in CLAIMS} == set(PROMISING)
    assert len(CLAIMS) > 60


@pytest.mark.parametrize(
    ("page", "claim", "tests"), CLAIMS, ids=[f"{p}-{n}" for n, (p, _, _) in enumerate(CLAIMS)]
)
def test_a_claim_stands_in_its_page_and_names_its_test(page: str, claim: str, tests: str) -> None:
    assert folded(claim) in folded(ROOT.joinpath(page).read_text(encoding="utf-8"))
    assert re.fullmatch(rf" {TEST}(, {TEST})* ", tests)


@pytest.mark.parametrize(
    ("page", "section"), [(page, one) for page, some in PROMISING.items() for one in some]
)
def test_no_promise_is_left_out(page: str, section: str) -> None:
    stated = [folded(claim) for at, claim, _ in CLAIMS if at == page]
    said = promises(page, section)
    assert len(said) > 2
    assert [one for one in said if not any(claim in one for claim in stated)] == []


@pytest.mark.parametrize("name", named_tests(PAGE))
def test_a_test_that_the_page_names_exists(name: str) -> None:
    assert defined(name)

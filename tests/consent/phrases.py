"""Every sentence that the engine says over all named cases, as one sorted list that a practitioner can read.

`python -m tests.consent.phrases` writes `phrases.txt` anew; `test_phrases` fails when the words drift from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hub.cli.decide import read_rules
from hub.consent import Rules
from tests.consent.answers import answer_to
from tests.consent.stories import all_cases

FILE = Path(__file__).with_name("phrases.txt")


def phrases(rules: Rules) -> list[str]:
    """Distinct "code | field | text | source" lines, obligations among them."""
    return sorted(set(_all(rules)))


def _all(rules: Rules) -> Iterator[str]:
    for case in all_cases():
        decision = answer_to(case, rules)
        for reason in decision.reasons:
            yield f"{reason.code} | {reason.field} | {reason.text} | {reason.source}"
        for owed in decision.obligations:
            yield f"to do: {owed.code} | {owed.text}"
        for answer in decision.answers:
            yield f"question: {answer.question} | {answer.answer} | {answer.source}"


if __name__ == "__main__":
    FILE.write_text("\n".join(phrases(read_rules())) + "\n", encoding="utf-8")

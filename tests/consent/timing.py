"""How long a decision and its paper take: `python -m tests.consent.timing`. A measurement, not a test."""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from hub.cli.decide import read_rules
from hub.consent import decide, parse_form
from hub.consent.evidence import DisclosureLogEntry
from hub.consent.form.vocabulary import Jurisdiction
from hub.consent.publication import PublicationCase, Publications, Publisher
from hub.pdf.sharing_form import CasePaper, Filed, case_pdf, form_pdf
from hub.values import AgencyKind, Kind
from tests.consent.answers import agreement
from tests.consent.stories import ON, all_cases, form_named, form_of


def milliseconds(work: Callable[[], Any], times: int) -> dict[str, float]:
    """p50 and p95 of one act, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return {"p50": round(statistics.median(taken), 3), "p95": round(statistics.quantiles(taken, n=20)[-1], 3)}


def main() -> None:
    """Measure, over every named case and on the ordinary form."""
    rules = read_rules()
    texts = [json.dumps(form_of(case), default=str).encode() for case in all_cases()]
    forms = [parse_form(text) for text in texts]
    ordinary = parse_form(form_named("refuge"))
    decision = decide(ordinary, rules, ON)
    bulk = Publications(Publisher(Jurisdiction.england_wales, "northmoor", (agreement({}),)), rules, ON)
    case = PublicationCase(Kind.marac, "Northmoor Police", AgencyKind.police)
    row = DisclosureLogEntry(
        date=ON, agency="Eastvale", person="duty officer", method="telephone", authority="protocol"
    )
    filed = Filed(ordinary, decision, ON, record=(row,) * 12)
    form, text = iter(forms * 20), iter(texts * 20)
    figures = {
        "on": dt.date.today().isoformat(),  # noqa: DTZ011
        "cases": len(forms),
        "decide_ms": milliseconds(lambda: decide(next(form), rules, ON), len(forms) * 20),
        "read_and_decide_ms": milliseconds(
            lambda: decide(parse_form(next(text)), rules, ON), len(texts) * 20
        ),
        "bulk_publication_ms": milliseconds(lambda: bulk.decide(case), 10_000),
        "pdf_ms": milliseconds(lambda: form_pdf(ordinary, decision, rules, ON), 40),
        "pdf_with_record_ms": milliseconds(lambda: case_pdf(CasePaper((filed,)), rules, ON), 40),
    }
    print(json.dumps(figures, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()

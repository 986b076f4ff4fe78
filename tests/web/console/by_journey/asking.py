"""Asking other areas, and what comes of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import UNSIGNED, Example, Fields, R

E = Example
ANSWERS: Final[Fields] = MappingProxyType(
    {
        "why": "risk_grew",
        "said": "given",
        "fled": "none",
        "knows": "false",
        "people": "{people}",
        "areas": "eastvale",
    }
)
FORM_PAGES: Final = (
    "asked",
    "fled",
    "others",
    "able",
    "level",
    "data",
    "receiver",
    "grounds",
    "ground-statutory-function",
    "ground-child-protection",
    "advice",
    "review",
)  # The rest are met in `test_form_journey`.
ON_AGENDA: Final = MappingProxyType({"day": "2026-12-03"})
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /agenda"),
    E("GET /agenda/{day}", places=ON_AGENDA),
    E("GET /agenda/{day}", places={"day": "nothing"}, status=404),
    E("POST /agenda/{day}", places=ON_AGENDA, status=422),
    E(
        "POST /agenda/{day}",
        form={"cases": "{case}", "knows": "nobody", "once": "2f" * 16},
        places=ON_AGENDA,
    ),
    E("GET /cases/{case}/ask", UNSIGNED, places={"case": "{unsigned_case}"}),
    E("GET /cases/{case}/ask"),
    E("POST /cases/{case}/ask", status=422),
    E("POST /cases/{case}/ask", form=ANSWERS),
    E("POST /cases/{case}/ask", form={**ANSWERS, "once": "0f" * 16, "button": "ask"}),
    E("GET /cases/{case}/form", UNSIGNED, places={"case": "{unsigned_case}"}),
    *(
        E("GET /cases/{case}/form/{question}", UNSIGNED, places={"case": "{unsigned_case}", "question": one})
        for one in FORM_PAGES
    ),
    E("GET /cases/{case}/form/{question}", places={"question": "nothing"}, status=404),
    E("POST /cases/{case}/form/{question}", places={"question": "necessity"}, status=422),
    E(
        "POST /cases/{case}/form/{question}",
        form={"necessity": "He found her at two addresses this month."},
        places={"question": "necessity"},
    ),
    E("GET /cases/{case}/form"),
    E("POST /cases/{case}/form", places={"case": "ab" * 16}, status=404),
    E("GET /emergency"),
    E("POST /emergency", status=422),
    E("GET /work"),
    E("GET /work", R.manager),
    E("GET /checks/{check}"),
    E("GET /checks/{check}/{area}/{candidate}/tell"),
    E("POST /checks/{check}/{area}/{candidate}/tell", status=422),
    E(
        "POST /checks/{check}/{area}/{candidate}/papers",
        form={"wanted": "plan", "why": "on_agenda", "needed_by": "6 November 2026"},
        status=409,
    ),
    E("POST /checks/{check}/{area}/{candidate}/dismiss", status=422),
    E("POST /checks/{check}/{area}/{candidate}/dismiss", form={"because": "Born another year."}),
    E("POST /checks/{check}/{area}/{candidate}/tell", form={"choice": "tell"}),
    E("GET /cases/{case}"),
    E("GET /unusual", R.data_protection_officer),
    E("GET /reads", R.data_protection_officer),
    E("POST /reads", R.data_protection_officer, form={"number": "{ref}"}),
    E("POST /reads", R.data_protection_officer, form={"since": "the 31st of nothing"}, status=422),
    E("GET /disclosures"),
    E("GET /disclosures", R.data_protection_officer),
    E("POST /disclosures", form={"number": "{ref}"}),
    E("POST /disclosures", form={"number": "x" * 3_000}, status=422),
)

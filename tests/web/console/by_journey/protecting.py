"""Who fled, who is safe to talk to, and seals."""

from __future__ import annotations

from typing import Final

from tests.web.console.by_journey.example import Example, R

E = Example

EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /cases/{case}/fled"),
    E("POST /cases/{case}/fled", status=422),
    E(
        "POST /cases/{case}/fled",
        form={"fled": "areas", "fled_areas": "southmere", "because": "She said so."},
    ),
    E("POST /cases/{case}/fled", form={"fled": "none", "because": "A slip."}, status=422),
    E("GET /cases/{case}/safe", R.manager),
    E("GET /cases/{case}/safe", R.manager, places={"case": "{not_safe}"}),
    E("POST /cases/{case}/safe", R.manager, places={"case": "{not_safe}"}, status=422),
    E(
        "POST /cases/{case}/safe",
        R.manager,
        form={"entry": "Jo Lowther", "because": "She asked us to."},
        places={"case": "{not_safe}"},
    ),
    E("GET /cases/{case}/unseal", R.manager),
    E("GET /cases/{case}/seal"),
    E("POST /cases/{case}/seal", status=422),
    E("POST /cases/{case}/seal", form={"because": "He works for an agency here."}),
    E("GET /seals"),
    E("GET /seals/{likeness}"),
    E("POST /seals/{likeness}", status=422),
    E("POST /seals/{likeness}", form={"same": "not_same", "because": "Born another year."}, status=422),
    E("POST /seals/{likeness}", R.manager, form={"same": "not_same", "because": "Born another year."}),
    E("GET /cases/{case}/unseal", R.manager),
    E("POST /cases/{case}/unseal", R.manager, status=422),
    E("POST /cases/{case}/unseal", R.manager, form={"because": "Ada is to be found again."}),
)

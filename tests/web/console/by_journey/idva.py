"""Who is on duty, and who is referred to the Idva service."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R
from tests.web.console.by_journey.planning import ACTION, PLANNED, WHOLE

E = Example
DUTY: Final[Fields] = MappingProxyType({"worker": "Ida Fairweather", "phone": "01632 960123"})
REFERRED: Final = MappingProxyType({"referral": "{idva_referral}"})
OF_PLAN: Final = MappingProxyType({"referral": "{planned_referral}"})
MOVED: Final = MappingProxyType({"referral": "{moved_referral}"})
CAME: Final = MappingProxyType({"referral": "{came_referral}"})
HANDOVER: Final[Fields] = MappingProxyType({"agreed": "not_asked", "words": "Reached at work."})
CLIENT: Final = MappingProxyType({"case": "{client}"})
AT_RISK: Final[Fields] = MappingProxyType({"said": "no", "alone": "yes"})
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /duty"),
    E("POST /duty", status=422),
    E("POST /duty", form=DUTY),
    E("GET /idva-referrals"),
    E("GET /idva-referrals", R.idva),
    E("GET /work", R.idva),
    E("GET /idva-referrals/{referral}", R.idva, places=REFERRED),
    E("GET /idva-referrals/{referral}", R.manager, places=REFERRED, status=404),
    E("POST /idva-referrals/{referral}", R.idva, places=REFERRED, status=422),
    E("POST /idva-referrals/{referral}", R.idva, {"act": "not_reached"}, places=REFERRED),
    E("POST /idva-referrals/{referral}", R.idva, {"act": "take_on"}, places=REFERRED),
    E("GET /idva-referrals/{referral}", R.idva, places=CAME),
    E("GET /idva-referrals/{referral}/handover", R.idva, places=CAME),
    E("GET /idva-referrals/{referral}/handover", R.idva, places=OF_PLAN, status=404),
    E("GET /idva-referrals/{referral}/handover", R.manager, places=CAME, status=404),
    E("GET /idva-referrals/{referral}/handover", R.idva, places=MOVED),
    E("POST /idva-referrals/{referral}/handover", R.idva, places=MOVED, status=422),
    E("POST /idva-referrals/{referral}/handover", R.idva, HANDOVER, 422, places=MOVED),
    E(
        "POST /idva-referrals/{referral}/handover",
        R.idva,
        {**HANDOVER, "because": "Not alone."},
        places=MOVED,
    ),
    E("GET /idva-referrals/{referral}/handover", R.idva, places=MOVED),
    E("GET /cases/{case}/prior-contact", R.idva, places=CLIENT),
    E("POST /cases/{case}/prior-contact", R.idva, places=CLIENT, status=422),
    E("POST /cases/{case}/prior-contact", R.idva, {"said": "only_this", "alone": "yes"}, 422, places=CLIENT),
    E("POST /cases/{case}/prior-contact", R.idva, {"said": "yes", "alone": "not_sure"}, places=CLIENT),
    E("POST /cases/{case}/prior-contact", R.idva, {"said": "not_now", "alone": "yes"}, places=CLIENT),
    E("POST /cases/{case}/prior-contact", R.idva, {"said": "no", "alone": "yes"}, places=CLIENT),
    E("GET /cases/{case}/prior-contact", R.idva, places=CLIENT),
    E("POST /cases/{case}/prior-contact", R.idva, {**AT_RISK, "others": "yes"}, places=CLIENT),
    E("POST /cases/{case}/prior-contact", R.idva, {"said": "yes", "alone": "yes"}, places=CLIENT),
    E("GET /idva-referrals/{referral}", R.idva, places=REFERRED),
    E("POST /idva-referrals/{referral}", R.idva, {"act": "reached"}, places=REFERRED),
    E("POST /cases/{case}/plan", places=PLANNED),
    E("POST /cases/{case}/plan/action", form=ACTION, places=PLANNED),
    E("GET /idva-referrals/{referral}/plan", R.idva, places=OF_PLAN, status=404),
    E("POST /idva-referrals/{referral}", R.idva, {"act": "take_on"}, places=OF_PLAN),
    E("GET /work", R.idva),
    E("GET /idva-referrals", R.idva),
    E("GET /idva-referrals/{referral}/plan", R.idva, places=OF_PLAN),
    E("POST /idva-referrals/{referral}/plan", R.idva, places=OF_PLAN, status=422),
    E("POST /idva-referrals/{referral}/plan", R.idva, {"safe": "no"}, 422, places=OF_PLAN),
    E("POST /idva-referrals/{referral}/plan", R.idva, {"safe": "yes"}, 409, places=OF_PLAN),
    E("POST /idva-referrals/{referral}/plan", R.idva, {"safe": "yes", "seen": "{seen}"}, places=OF_PLAN),
    E("POST /cases/{case}/plan/whole", form=WHOLE, places=PLANNED, status=422),
    E("GET /idva-referrals", R.idva),
    E("GET /cases/{case}/idva"),
    E("POST /cases/{case}/idva", status=422),
    E("POST /cases/{case}/idva", form={"service": "No such service"}, status=422),
    E("POST /cases/{case}/idva", form={"service": "Haven"}),
)

"""A referral, a risk checklist and research as they are typed or sent in the name of an account."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from hub.cases.referral import Referral
from hub.values import ShortText
from hub.web.typed.cases import fled_answer
from hub.web.typed.words import mark


class ReferralTyped(Referral):
    """A referral as its pages have it: whether anyone is sealed, or fled an area, has to be answered."""

    sealed: bool | None = Field(
        default=None, title=mark("whether anyone here is in hiding, a witness or staff")
    )
    fled: Literal["none", "areas", "not_known"] | None = Field(
        default=None, title=mark("whether anyone here fled an area")
    )
    fled_areas: tuple[ShortText, ...] = Field(default=(), max_length=20)
    fled_other: ShortText = ""

    def referral(self, agency: str = "") -> Referral:
        """The referral; `agency`: in whose name alone the account refers."""
        told: dict[str, Any] = {name: getattr(self, name) for name in Referral.model_fields}
        fled = fled_answer(self) if self.fled is not None else None  # type: ignore[arg-type]
        told |= {"fled_from": fled, "referring_agency": agency or self.referring_agency}
        return Referral.model_construct(**told)

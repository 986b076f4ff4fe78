"""What programs may say of a question that an agreement answered: whether the victim is still in our area."""

from __future__ import annotations

from hub.checks.still_here import say_still_here, told_of
from hub.web.api import models
from hub.web.api.acts import Call, absent


def still_here(call: Call) -> models.StillHereKept:
    """Say whether the victim of our case is still in our area."""
    sent: models.StillHereSent = call.body
    address = call.place("request")
    if told_of(call.node, call.acting, address) is None:
        raise absent()
    say_still_here(call.node, call.acting, address, sent.answer)
    return models.StillHereKept(answer=sent.answer)

"""Every cause not to answer a disclosure, ready to be asked of one holder: each about another woman of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from hub.cases.staff import STAFF_FILE
from hub.federation.handles import LabelHandles
from hub.federation.publish import publish
from hub.node.node import Node
from hub.store import feeds
from hub.values import Person
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, handle_of, hold, stranger

NOBODY: Final = stranger(31)
Told = Callable[["Asked"], bytes]


class Asked:
    """A woman on a case of her own, about whom Northmoor has asked; `now`: what became of the case since."""

    def __init__(self, areas: Areas, number: int, about: Person | None = None) -> None:
        self.areas, self.ref, self.her = areas, f"ev-asked-{number}", stranger(100 + number)
        self.hand = Hand(areas)
        hold(areas["eastvale"], case(self.ref, [self.her]))
        self.handle = handle_of(areas["eastvale"], self.her)
        self.subject = about or self.her
        self.check_id, self.salt = self.hand.ask_about(self.subject)

    def now(self, **changes: Any) -> None:
        hold(self.areas["eastvale"], case(self.ref, [self.her], **changes))

    def body(self, **changes: Any) -> bytes:
        """The disclosure, honest but for the changes."""
        asked: dict[str, Any] = {
            "check_id": self.check_id,
            "handle": self.handle,
            "subject": self.subject,
            "salt": self.salt,
        }
        return self.hand.disclosure(**asked | changes)


def unknown_handle(one: Asked) -> bytes:
    return one.body(handle=before(one.hand.holder, one.handle))


def another_subject(one: Asked) -> bytes:
    return one.body(subject=NOBODY)


def another_salt(one: Asked) -> bytes:
    return one.body(salt=secrets.token_bytes(32))


def no_such_check(one: Asked) -> bytes:
    return one.body(check_id=secrets.token_hex(16), handle=without_epoch(one.hand.holder, one.handle))


def anothers_check(one: Asked) -> bytes:
    check_id, salt = Hand(one.areas, sender="southmere").ask_about(one.her)
    return one.body(check_id=check_id, salt=salt, handle=without_epoch(one.hand.holder, one.handle))


def sealed(one: Asked) -> bytes:
    one.now(sealed=True)
    return one.body()


def fled(one: Asked) -> bytes:
    one.now(fled_asked=True, fled_from=("Northmoor",))
    return one.body()


def not_safe(one: Asked) -> bytes:
    one.now(not_safe_to_talk_to=("his brother at Northmoor Council",))
    return one.body()


def published_no_more(one: Asked) -> bytes:
    one.now(publish=False)
    return one.body()


def excluded(one: Asked) -> bytes:
    staff = f'[[exclusion]]\ncase_ref = "{one.ref}"\nperson = "A. Coordinator"\n'
    (one.hand.holder.home / STAFF_FILE).write_text(staff, encoding="utf-8")
    return one.body()


def form_that_does_not_stand(one: Asked) -> bytes:
    return one.body(protocol={})


def form_that_cannot_be_read(one: Asked) -> bytes:
    return one.body(form_version=99)


def below_threshold(one: Asked) -> bytes:
    return one.body()


CAUSES: Final[dict[str, Told]] = {
    "unknown handle": unknown_handle,
    "another subject than the check's": another_subject,
    "another salt": another_salt,
    "no such check": no_such_check,
    "another area's check": anothers_check,
    "below the threshold": below_threshold,
    "sealed since it was met": sealed,
    "fled from the area that asks": fled,
    "the area that asks is not safe to talk to": not_safe,
    "published no more": published_no_more,
    "whoever asks is excluded": excluded,
    "a form that does not stand here": form_that_does_not_stand,
    "a form that cannot be read": form_that_cannot_be_read,
}


def prepared(areas: Areas) -> dict[str, bytes]:
    """What is sent for each cause, all of them standing side by side in the one holder; and one to warm it up."""
    publish(areas["eastvale"])
    women = {
        cause: Asked(areas, number, NOBODY if cause == "below the threshold" else None)
        for number, cause in enumerate(CAUSES)
    }
    bodies = {cause: CAUSES[cause](one) for cause, one in women.items()}
    return bodies | {"": Asked(areas, len(CAUSES), NOBODY).body()}


def before(node: Node, handle: str) -> str:
    """A handle that stands for nobody, just before that one: the person after it stands in."""
    with node.read() as tx:
        names = LabelHandles(tx.vault, epoch(node))
    own = int.from_bytes(names.person_record(bytes.fromhex(handle))) - 1
    return names.person(own.to_bytes(16)).hex()


def without_epoch(node: Node, handle: str) -> str:
    """The handle under which that person stands in where there is no check."""
    with node.read() as tx:
        own = LabelHandles(tx.vault, epoch(node)).person_record(bytes.fromhex(handle))
        return LabelHandles(tx.vault, 0).person(own).hex()


def epoch(node: Node) -> int | None:
    with node.read() as tx:
        state = feeds.state(tx.session)
    assert state
    return state.layout.handle_epoch

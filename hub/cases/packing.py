"""What moves with her: the items that were chosen of a case's papers, each whole or as "held by": ask them.

An item follows where its supplier said that it may, at first or when they were asked for that area; else it stays,
and the new area reads whom to ask. What an Idva service keeps is that service's to hand over, to the service
there alone (`hub.transfers.handover`). Does not decide whether the case may move (`offer`), and sends nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from hub.consent.decision import Release
from hub.consent.form.vocabulary import DataClass
from hub.crypto.hpke import PACK_PAD_CLASSES
from hub.errors import InputError
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import SERVICES_OWN, KeptPaper, PaperKind
from hub.values import ShortText, Value
from hub.wire.transfers import PackedItem, PackedPerson, Permitted

ALL: Final = "all"
MOST_PACKED: Final = PACK_PAD_CLASSES[-1] - 4
CHRONOLOGY: Final = "chronology"
OF_THE_CASE: Final = ("case", "people")
"""They always move: what the case says, and who is in it."""
STAYS: Final = frozenset(
    {
        PaperKind.records_request,
        PaperKind.still_here,
        PaperKind.disclosure_scheme,
        PaperKind.idva_handover,
        PaperKind.listing,
    }
)
_CLASSES: Final = {
    PaperKind.child_referral: (DataClass.children,),
    PaperKind.research: (DataClass.health, DataClass.offences),
}


class OfferedItem(Value):
    """An item that is not among the papers of the case, as whoever offers it writes it down.

    `allowed`: who at the supplier allowed that it follows her, where that was asked.
    """

    kind: Annotated[ShortText, StringConstraints(min_length=1)]
    title: ShortText = ""
    supplier: Annotated[ShortText, StringConstraints(min_length=1)]
    may_follow: Literal["yes", "ask", "no"] = "ask"
    allowed: Permitted | None = None
    body: dict[str, Any] = Field(default_factory=dict)


class PaperChosen(Value):
    """A paper of the case by its handle (hex). What its supplier said is kept with the case, and not said here."""

    paper: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


ItemChosen = PaperChosen | OfferedItem | ShortText
"""A paper by its handle, those of a kind, "chronology", "all", or an item that is written down with the offer."""


def packed(
    tx: Reading,
    held: HeldCase,
    chosen: Iterable[ItemChosen],
    words: Mapping[str, Permitted] = MappingProxyType({}),
    *,
    files: bool = True,
) -> dict[str, PackedItem]:
    """The items, in the order chosen, each once: a paper of the case under its handle.

    `words`: by handle, the words of suppliers who let papers of the case go, as they are kept here.
    `files`: with the bytes of what is attached. Raises InputError for what names nothing, RowsError.
    """
    every = [one for one in papers.current(papers.of_case(tx, held.row)) if one.paper.kind not in STAYS]
    found: dict[str, PackedItem] = {}
    for one in chosen:
        for key, item in _of(tx, every, one, words, files=files):
            found.setdefault(key, item)
    return found


def people_of(held: HeldCase, releases: Iterable[Release]) -> tuple[PackedPerson, ...]:
    """The people of a case, as they move: with how to reach them only where that is released for everybody."""
    if all(DataClass.contact in one.data for one in releases):
        return tuple(
            PackedPerson(
                person=one.details.person, address=one.details.address, safe_to_call=one.details.safe_to_call
            )
            for one in held.people
        )
    nowhere = {"postcode": "", "phone": ""}
    return tuple(PackedPerson(person=one.details.person.model_copy(update=nowhere)) for one in held.people)


def fitting(items: Iterable[PackedItem], releases: Iterable[Release]) -> tuple[PackedItem, ...]:
    """The items; of a class of data that is released for nobody it is said who holds it."""
    released = {data for one in releases for data in one.data}
    return tuple(
        one
        if one.held_by or classes_of([one]) <= released
        else one.model_copy(update={"held_by": one.supplier, "body": {}, "file": ""})
        for one in items
    )


def classes_of(items: Iterable[PackedItem]) -> set[DataClass]:
    """Which classes of data about people the items are, beside who they are: of those that move."""
    return classes_of_kinds(item.kind for item in items if not item.held_by)


def classes_of_kinds(kinds: Iterable[str]) -> set[DataClass]:
    """Which classes of data about people papers of these kinds are, beside who they are."""
    known = {kind.value: classes for kind, classes in _CLASSES.items()}
    return {one for kind in kinds for one in known.get(kind, (DataClass.risk,))}


def require_sendable(data: bytes) -> None:
    """Raise InputError where what was packed is more than one message carries."""
    if len(data) > MOST_PACKED:
        raise InputError(
            f"The papers are {len(data) >> 20} MB together, and {MOST_PACKED >> 20} MB go at once.",
            kept="Nothing was sent.",
            do="Leave out an attached file, or attach the pages that are needed.",
        )


def _of(
    tx: Reading,
    every: list[KeptPaper],
    one: ItemChosen,
    words: Mapping[str, Permitted],
    *,
    files: bool,
) -> Iterator[tuple[str, PackedItem]]:
    if isinstance(one, OfferedItem):
        stays = _stays(one.may_follow, one.supplier, one.allowed)
        body = {} if stays else dict(one.body)
        yield (
            f"typed/{one.kind}/{one.title}",
            PackedItem(
                kind=one.kind,
                title=one.title,
                supplier=one.supplier,
                held_by=stays,
                may_follow=one.may_follow,
                body=body,
            ),
        )
        return
    if isinstance(one, PaperChosen):
        kept = next((each for each in every if each.handle == one.paper), None)
        if kept is None:
            raise InputError("The items name a paper that is not on this case.", kept="Nothing was offered.")
        yield kept.handle, _item(tx, kept, words.get(kept.handle), files=files)
        return
    if one == CHRONOLOGY:
        yield CHRONOLOGY, _chronology(tx, every)
    elif one not in OF_THE_CASE:
        for kept in _named(every, one):
            yield kept.handle, _item(tx, kept, words.get(kept.handle), files=files)
        if one == ALL:
            yield CHRONOLOGY, _chronology(tx, every)


def _named(every: list[KeptPaper], name: str) -> list[KeptPaper]:
    if name != ALL and name not in set(PaperKind):
        raise InputError(
            "The items name something that is no kind of paper.",
            kept="Nothing was offered.",
            do=f"Name kinds ({', '.join(PaperKind)}), {CHRONOLOGY} or {ALL}, or a paper by its handle.",
        )
    return [one for one in every if name in (ALL, one.paper.kind)]


def _item(tx: Reading, kept: KeptPaper, allowed: Permitted | None, *, files: bool) -> PackedItem:
    paper = kept.paper
    follows = "no" if paper.kind in SERVICES_OWN else paper.may_follow
    stays = _stays(follows, paper.supplier, None if paper.kind in SERVICES_OWN else allowed)
    on = dt.datetime.fromtimestamp(paper.at, dt.UTC).date()
    bare = PackedItem(
        kind=paper.kind,
        title=f"{paper.kind.replace('_', ' ')} of {on.isoformat()}",
        supplier=paper.supplier,
        held_by=stays,
        by=paper.by,
        at=paper.at,
        may_follow=paper.may_follow,
    )
    if stays:
        return bare
    data = papers.file_of(tx, kept) if files else None
    file = base64.b64encode(data).decode() if data is not None else ""
    return bare.model_copy(update={"body": paper.body, "file": file})


def _stays(may_follow: str, supplier: str, allowed: Permitted | None) -> str:
    """Who is to be asked for it, where it does not follow her; nothing where it does."""
    return "" if may_follow == "yes" or (may_follow == "ask" and allowed is not None) else supplier


def _chronology(tx: Reading, every: list[KeptPaper]) -> PackedItem:
    rows = [
        {"at": one.paper.at, "kind": one.paper.kind.value, "supplier": one.paper.supplier} for one in every
    ]
    return PackedItem(kind=CHRONOLOGY, supplier=tx.node.settings.agency, body={"papers": rows})

"""The certificate of a check: which areas were asked, when, against what they had published, and what they signed.

It says nobody's name but those of who asked and who prints it; its file has no name and no reference either. It is
there also where nobody was found, or nobody could be asked. Asks nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from fastapi import Response

from hub.cases.shown import check_shown
from hub.checks.submissions import Shown
from hub.crypto.signing import read_claims, unverified
from hub.pdf.certificate import Certificate, certificate_pdf
from hub.records.check import AreaStatus, RecordedCheck, asked_at, receipts_of
from hub.web.console.asked import Asked, Page
from hub.web.console.language import day, gettext, mark, moment
from hub.web.console.result import Match, ShownArea, ShownCheck, shown_check
from hub.wire.messages import AnswerClaims

FILE_NAME: Final = "certificate-of-a-check.pdf"
_STATUS: Final = {
    AreaStatus.answered: mark("Answered"),
    AreaStatus.error: mark("Did not answer"),
    AreaStatus.unreachable: mark("Could not be reached"),
    AreaStatus.not_connected: mark("Not connected"),
    AreaStatus.not_asked: mark("Not asked"),
}


def _certificate(asked: Asked) -> Response:
    found = check_shown(asked.node, asked.acting, asked.place("check"))
    if found is None:
        return asked.not_found()
    check_id = asked.place("check")
    shown = shown_check(asked, check_id, found.kept)
    with asked.node.read() as tx:
        at, signed = asked_at(tx, check_id), receipts_of(tx, check_id)
    acting = asked.acting
    paper = Certificate(
        title=gettext(mark("Certificate of a check")),
        facts=tuple(_facts(check_id, found.kept, shown, at)),
        areas=tuple(
            (one.area.area, tuple(_area(one, found.kept, signed))) for one in shown.areas or shown.waiting
        ),
        refused=tuple(shown.reasons),
        printed=gettext(
            mark("Printed by %(name)s, %(organisation)s, at %(moment)s."),
            name=acting.account.name,
            organisation=acting.organisation.name,
            moment=moment(asked.node.now()),
        ),
        words={
            "refused": gettext(mark("Nobody was asked")),
            "areas": gettext(mark("The areas")),
            "never": gettext(mark('None of this means "not known". In danger, call 999 first.')),
        },
    )
    return Response(
        certificate_pdf(paper, asked.node.today()),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


def _facts(check_id: str, kept: RecordedCheck, shown: ShownCheck, at: int) -> Iterator[tuple[str, str]]:
    by = kept.request.requester
    yield gettext(mark("Case")), kept.request.case_ref
    yield gettext(mark("Asked about")), shown.role
    yield gettext(mark("Asked")), moment(at)
    yield gettext(mark("Asked by")), ", ".join(filter(None, (by.name, by.agency)))
    yield gettext(mark("Check")), check_id
    if shown.waiting:
        yield (
            gettext(mark("Answers")),
            gettext(mark("No answer is kept. This does not mean that nobody is known.")),
        )


def _area(
    one: ShownArea, kept: RecordedCheck, signed: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    area = one.area
    state_of = mark("No answer is kept") if one.waits else _STATUS[area.status]
    yield gettext(mark("State")), gettext(state_of)
    if area.status is AreaStatus.answered:
        yield from _answer(one)
    if area.note:
        yield gettext(mark("Note")), area.note
    if one.later:
        yield gettext(mark("Note")), one.later
    for call in one.rung:  # Whom, and what was said, may name anybody, and stay on the page.
        told = gettext(mark("at %(moment)s, by %(name)s"), moment=moment(call.at), name=call.by)
        yield gettext(mark("Rung")), told
    if one.warning:
        yield gettext(mark("Told by a manager alone") if one.called else mark("Not told")), one.warning
    for put, became in one.put:
        yield gettext(mark("Put before a manager")), _put(put, became)
    state = kept.published.get(area.node_id)
    if state is not None:
        yield (
            gettext(mark("Looked in")),
            gettext(
                mark("what they had published: epoch %(epoch)s up to line %(line)s, verified at %(moment)s"),
                epoch=state.epoch,
                line=state.feed_at,
                moment=moment(state.verified_at),
            ),
        )
        yield gettext(mark("Digest of it (SHA-256)")), state.digest
    for number, token in enumerate((token for peer, token in signed if peer == area.node_id), 1):
        yield gettext(mark("Signed receipt %(number)s"), number=number), _receipt(token)


def _put(put: Shown, became: str) -> str:
    """What was put before a manager about telling an area, and what has become of it; nobody's words."""
    one = put.submission
    asked_at, done = moment(one.steps[0].at), moment(one.steps[-1].at)
    said = gettext(
        mark("by %(name)s at %(asked)s: %(became)s (%(done)s)"),
        name=one.proposer.name,
        asked=asked_at,
        became=became,
        done=done,
    )
    if one.call is None:
        return said
    return f"{said}. " + gettext(mark("Rung on %(day)s."), day=day(one.call.on))


def _answer(one: ShownArea) -> Iterator[tuple[str, str]]:
    if not one.matches and not one.dismissed:
        yield (
            gettext(mark("Answer")),
            gettext(mark('No possible match in what they share: not the same as "not known".')),
        )
    for match in (*one.matches, *one.dismissed):
        said = " ".join(_match(match, called=one.called))
        yield gettext(mark("Possible match %(number)s"), number=match.number), said


def _match(match: Match, *, called: bool) -> Iterator[str]:
    for title, texts in (
        (mark("Agrees: %(what)s."), match.agrees),
        (mark("Differs: %(what)s."), match.differs),
        (mark("Not recorded: %(what)s."), match.not_recorded),
    ):
        if texts:
            yield gettext(title, what="; ".join(texts))
    yield f"{match.likelihood}."
    if match.dismissed:
        yield gettext(mark("Dismissed as not the same person."))
    if match.told:
        yield gettext(mark("They were told about whom is asked."))
        yield match.answer  # What they wrote in their own words may name anybody, and stays on the page.
    elif called:
        yield gettext(mark("They were not told about whom is asked over the hub."))
    else:
        yield gettext(mark("They were not told about whom is asked."))


def _receipt(token: str) -> str:
    """What an area signed: digests of the question and of its answer, the head of its log, and by which key."""
    header, payload, _ = unverified(token)
    claims, said = read_claims(AnswerClaims, payload), _header(header)
    parts = [
        gettext(mark("signed at %(moment)s"), moment=moment(claims.iat)),
        gettext(mark("key thumbprint %(key)s"), key=said.get("kid", "")),
        gettext(mark("digest of the question %(digest)s"), digest=claims.request),
        gettext(mark("digest of the answer %(digest)s"), digest=claims.sha256),
    ]
    if claims.receipt is not None:
        parts.append(
            gettext(
                mark("their log of %(size)s entries ends with %(head)s"),
                size=claims.receipt.log_size,
                head=claims.receipt.log_head,
            )
        )
    return "; ".join(parts)


def _header(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


PAGES: Final = (Page("GET", "/checks/{check}/certificate", _certificate),)

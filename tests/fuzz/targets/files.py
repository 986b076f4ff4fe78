"""What people give a command or a page as a file: cases and referrals, documents, what is attached, a backup.

First check: an import has a header and a row, a document is JSON as it is read here, a backup opens.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from pydantic import BaseModel

from hub.backup.archive import CONTENTS, Contents, digest_of, read_archive
from hub.cases.file_kinds import kind_of as kind_of_file
from hub.cases.file_kinds import named_as
from hub.cases.importing.assemble import CaseIntake, Rejected, read_cases
from hub.cases.importing.rows import COLUMNS
from hub.cases.referral import Referral, problems
from hub.cases.referral_csv import read_referrals
from hub.checks.read import parse_check_request, read_document
from hub.consent.form.parse import parse_form
from hub.crypto import age
from hub.parsing import JsonError, read_json
from hub.records.check import CheckRequest
from tests.cases.importing.written import CHILD, VICTIM, csv_file, lines
from tests.federation.nodes import question, stranger
from tests.fuzz.changing import Json, Kinds, Rows, bytes_changed, kind_of
from tests.fuzz.judge import MARK, Fault, Seen, Target, require_quiet, require_same
from tests.fuzz.made import made
from tests.fuzz.models import of_documents

TODAY: Final = dt.date(2026, 11, 2)
HER: Final = VICTIM | {
    "surname": MARK, "referral_date": "2026-09-01", "meeting_date": "15/9/2026", "date_of_birth": "4 July 1991",
    "aliases": f"Ann {MARK}; Bea Fern", "postcode": "AB1 2CD", "address": f"1 {MARK} Lane\nTown",
    "phone": "+44 1632 960101", "safe_to_call": "no", "nhs_number": "943 476 5919", "agreement": "given",
    "victim_aware": "yes", "criteria": "professional judgement", "not_safe_to_talk_to": f"Jo {MARK}",
    "fled_from": "eastvale; not known",
    "sealed": "no", "publish": "yes", "sharing_agreement": "Agreement of the tests",
}  # fmt: skip


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="hub-fuzz-")


def _written(name: str, data: bytes) -> Path:
    path = Path(_folder().name) / name
    path.write_bytes(data)
    return path


def _import(name: str) -> Callable[[bytes, Seen], None]:
    def attempt(data: bytes, seen: Seen) -> None:
        found = []
        for one in read_cases(_written(name, data)):
            seen.past = True
            found.append(one)
        for one in found:
            if isinstance(one, Rejected):
                require_quiet(one.reason)
            elif (
                isinstance(one, CaseIntake) and sum(each.person.role == "victim" for each in one.people) != 1
            ):
                raise Fault("A case has another number of victims than one.")
        require_same(found, list(read_cases(_written(name, data))))

    return attempt


def _referrals(data: bytes, seen: Seen) -> None:
    for row in read_referrals(_written("referrals.csv", data)):
        seen.past = True
        require_quiet(row.reason)
        require_quiet(row.field)
        if row.referral is not None:
            _same_referral(row.referral)


def _same_referral(one: Referral) -> None:
    require_same(one, Referral.model_validate_json(one.model_dump_json()))
    for problem in problems(one, TODAY, established=False):
        require_quiet(problem.text)


def _document(data: bytes, seen: Seen) -> None:
    kind, body = kind_of(data)
    if kind not in _READ:
        return
    try:
        read_json(body)
        seen.past = True
    except JsonError:
        pass
    _READ[kind](body)


def _as(model: Any) -> Callable[[bytes], None]:
    def read(body: bytes) -> None:
        value = read_document(_written("document.json", body), model, "the document")
        require_same(value, model.model_validate_json(value.model_dump_json()))

    return read


def _form(body: bytes) -> None:
    form = parse_form(body)
    require_same(form, parse_form(form.model_dump_json().encode()))


def _question(body: bytes) -> None:
    request = parse_check_request(body)
    require_same(request, CheckRequest.model_validate_json(request.model_dump_json()))


_READ: Final[Mapping[str, Callable[[bytes], None]]] = {
    **{name: _as(model) for name, model in of_documents().items()},
    "sharing form": _form,
    "question": _question,
}


def _attached(data: bytes, seen: Seen) -> None:
    kind = kind_of_file(data)
    if kind is not None:
        seen.past = True
        named_as(f"{MARK}.{kind.endings[0]}", kind)


@cache
def _identity() -> tuple[str, str]:
    return age.new_identity()


def _backup(data: bytes, seen: Seen) -> None:
    identity, recipient = _identity()
    sealed = io.BytesIO()
    age.encrypt(io.BytesIO(data), sealed, [recipient])
    with tempfile.TemporaryDirectory(dir=_folder().name) as folder:
        opened = Path(folder)
        seen.past = True
        try:
            contents = read_archive(_written("backup.age", sealed.getvalue()), identity, opened)
        except OSError:
            return  # What a disk says of a name that it cannot have: whoever calls tells it.
        for name, digest in contents.files.items():
            require_same(digest, digest_of(opened / name))
            if not (opened / name).resolve().is_relative_to(opened.resolve()):
                raise Fault("A file stands outside the folder.")


def _tar(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _archive(data: bytes, chance: Random) -> bytes:
    """A backup's archive with other members: names, links and what the list says of them."""
    if chance.randrange(4) == 0:
        return bytes_changed(data, chance)
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            members = [(one, archive.extractfile(one)) for one in archive.getmembers()[:20]]
            read = [(one, file.read() if file else b"") for one, file in members]
    except (tarfile.TarError, OSError, ValueError, EOFError, KeyError, RecursionError):  # A link to itself.
        return bytes_changed(data, chance)
    names = (
        "../x",
        "/x",
        ".",
        "",
        "a/../../x",
        "a",
        "a/b",
        "archive.tar",
        CONTENTS,
        "x" * 300,
        "\u202e",
        "a\nb",
    )
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=chance.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT))
    ) as archive:
        for member, body in read:
            made = body
            if chance.randrange(3) == 0:
                made = _DOCUMENT(body, chance) if body[:1] == b"{" else bytes_changed(body, chance)
            if chance.randrange(6) == 0:
                member.name = chance.choice(names)
            if chance.randrange(12) == 0:
                member.type, member.linkname = (
                    chance.choice((b"1", b"2", b"5", b"3", b"6")),
                    chance.choice(names),
                )
            member.size = len(made)
            archive.addfile(member, io.BytesIO(made))
    return out.getvalue()


_DOCUMENT: Final = Json()


def _backup_seed() -> bytes:
    files = {"home/node.toml": b'node_id = "northmoor"\n', "home/hub.sqlite3": bytes(100)}
    digests = {name: digest_of(_written("member", data)) for name, data in files.items()}
    contents = Contents(
        kind="home",
        node_id="northmoor",
        made_at=1,
        made_by=MARK,
        log_size=1,
        log_hash="ab" * 32,
        files=digests,
    )
    return _tar({CONTENTS: contents.model_dump_json().encode(), **files})


def _documents() -> dict[str, list[bytes]]:
    found = {name: [json.dumps(made(model)).encode()] for name, model in of_documents().items()}
    asked = question(stranger(1)).model_dump_json().encode()
    return found | {
        "question": [asked],
        "sharing form": [json.dumps(json.loads(asked)["sharing_form"]).encode()],
    }


def _referral_rows() -> tuple[list[str], bytes]:
    row = {
        "referring_agency": "Police", "contact_names": MARK, "date": "2 November 2026",
        "victim_name.given_names": "Ada",
        "victim_name.surname": MARK, "victim_dob": "1991-04-09", "diversity": "BME;disabled", "gender": "f",
        "perpetrators.0.name": f"Bo {MARK}", "perpetrators.0.dob": "1980", "children.0.name.given_names": "Cy",
        "crit_professional_judgement": "yes", "pj_rationale": "Frightened.", "not_safe_to_talk_to": MARK,
        "incidents_12_months": "3", "sealed": "no", "fled_from": "none", "dash.injury": "yes",
        "dash.2.comment": MARK,
        "dash.total_yes": "14", "victim_tel": "+44 1632 960101",
    }  # fmt: skip
    return list(row), csv_file([row, row], list(row))


def _targets() -> tuple[Target, ...]:
    rows = csv_file([HER, CHILD | {"surname": MARK}, HER | {"case_ref": "C2", "role": "victim"}])
    people = lines(
        HER | {"aliases": [MARK], "sealed": False}, CHILD, {"case_ref": "C1", "role": "other", "surname": "X"}
    )
    columns, referrals = _referral_rows()
    documents = _documents()
    models: list[type[BaseModel]] = [*of_documents().values(), CheckRequest]
    change = Kinds(documents, Json([one for each in documents.values() for one in each], models, wild=25))
    readable = "a header, and a row that names a case or is refused for itself"

    def line(data: bytes, chance: Random) -> bytes:
        found = data.split(b"\n")
        at = chance.randrange(len(found))
        found[at] = _DOCUMENT(found[at], chance)
        if chance.randrange(10) == 0:
            found.insert(at, chance.choice(found))
        return b"\n".join(found)

    attached = [
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n" + MARK.encode(),
        b"Minutes.\n",
        _zipped("word/document.xml"),
    ]
    return (
        Target("import csv", readable, lambda: [rows], _import("in.csv"), Rows(COLUMNS)),
        Target("import jsonl", readable, lambda: [people], _import("in.jsonl"), line),
        Target(
            "referrals", "a header of known columns and a row", lambda: [referrals], _referrals, Rows(columns)
        ),
        Target("documents", "JSON as it is read here", change.all, _document, change),
        Target("attached", "a file of a kind that is taken", lambda: attached, _attached, bytes_changed),
        Target(
            "backup", "it opens with the key", lambda: [_backup_seed()], _backup, _archive, longest=40_000
        ),
    )


def _zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "<xml/>")
    return out.getvalue()


TARGETS: Final = _targets()

"""Handing a notice over: over TLS alone, to who proves itself, once; nothing of anybody is in it."""

from __future__ import annotations

import email
from dataclasses import replace
from pathlib import Path

import pytest

from hub.crypto.notify import NotifyKey
from hub.errors import NoticeError, UsageError
from hub.jobs.carriers import SUBJECT, Message, carry
from hub.node.node import Node
from hub.node.notice_settings import Notices, is_mail_address
from tests.certificates import HERE, certificate
from tests.federation.nodes import Areas
from tests.jobs.carrying import SECRET, SENDER, SERVICE, by_mail, by_notify, mail_server, notify_service

TO = "ash.underhill@example.org"
LINK = "https://console.example.org/work"
MESSAGE = Message(TO, LINK, "1f" * 16)


def sending(areas: Areas, notices: Notices) -> Node:
    node = areas["eastvale"]
    return replace(node, settings=node.settings.model_copy(update={"notices": notices}))


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "tls"])
def test_a_mail_has_a_link_and_the_same_words_for_everybody(
    areas: Areas, tmp_path: Path, at_once: bool
) -> None:
    with mail_server(tmp_path, at_once=at_once) as box:
        how = {"tls": "tls", "user": "", "password_file": ""} if at_once else {}
        node = sending(areas, by_mail(tmp_path, box, **how))
        carry(node, MESSAGE)
        carry(node, MESSAGE)
    first, second = (email.message_from_bytes(one.content) for one in box.got)
    assert [one.to for one in box.got] == [[TO], [TO]]
    assert (first["From"], first["To"], first["Subject"]) == (SENDER, TO, SUBJECT)
    assert first["Message-ID"] == second["Message-ID"] == f"<{'1f' * 16}@example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert set(first.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }
    assert str(first.get_payload()).split() == ["Something", "waits", "for", "you", "here:", LINK]


def test_a_mail_server_without_tls_or_of_somebody_else_is_given_nothing(areas: Areas, tmp_path: Path) -> None:
    with (
        mail_server(tmp_path, tls=False) as box,
        pytest.raises(NoticeError, match="does not offer what is needed"),
    ):
        carry(sending(areas, by_mail(tmp_path, box)), MESSAGE)
    assert box.got == []
    with (
        mail_server(tmp_path, own=certificate((-1, 1), list(HERE))) as box,
        pytest.raises(NoticeError, match="did not prove who it is"),
    ):
        carry(sending(areas, by_mail(tmp_path, box)), MESSAGE)
    assert box.got == []
    with pytest.raises(NoticeError, match="could not be reached"):
        carry(sending(areas, by_mail(tmp_path, box)), MESSAGE)


def test_what_a_mail_server_says_is_told_as_a_number(areas: Areas, tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        node = sending(areas, by_mail(tmp_path, box))
        box.answers.append(f"550 {TO} is nobody here")
        with pytest.raises(NoticeError, match=r"refused the notice \(550\)") as refused:
            carry(node, MESSAGE)
        assert TO not in str(refused.value)
        assert refused.value.__cause__ is None
        (tmp_path / "smtp-password").write_text("another word")
        with pytest.raises(NoticeError, match=r"\(535\)") as refused:
            carry(node, MESSAGE)
        assert "another word" not in str(refused.value)
        (tmp_path / "smtp-password").chmod(0o644)
        with pytest.raises(UsageError, match="can be read by others"):
            carry(node, MESSAGE)
    assert box.got == []


@pytest.mark.parametrize(
    "to",
    [
        "ash@example.org\r\nBcc: him@example.net",
        "ash@example.org\nSubject: Danielle",
        "ash@example.org, him@example.net",
        "Ash <ash@example.org>",
        "ash@example.org ",
        "@example.org",
        "ash",
        "ash@exam ple.org",
        "\u0430sh@example.org",
        "ash@example.org\u2028",
        'x"y@example.org',
        "a" * 250 + "@example.org",
        "<ash@example.org>",
        "-oX/tmp/x@[127.0.0.1]",
    ],
)
def test_an_address_that_is_more_than_one_is_sent_nothing(to: str) -> None:
    assert not is_mail_address(to)
    with pytest.raises(NoticeError, match="no address"):
        Message(to, LINK, "1f" * 16)


def test_notify_is_given_an_address_a_link_and_a_number_by_a_token_of_the_moment(
    areas: Areas, tmp_path: Path
) -> None:
    with notify_service(tmp_path, areas.clock.at) as notify:
        node = sending(areas, by_notify(tmp_path, notify))
        carry(node, MESSAGE)
        assert notify.got == [
            {
                "email_address": TO,
                "template_id": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
                "personalisation": {"link": LINK},
                "reference": "1f" * 16,
            }
        ]
        assert SECRET.encode() not in notify.seen
        notify.now += 3_600
        with pytest.raises(NoticeError, match=r"GOV.UK Notify refused the notice \(403\)"):
            carry(node, replace(MESSAGE, number="2f" * 16))
    assert len(notify.got) == 1


def test_notify_is_told_once_where_its_answer_was_lost(areas: Areas, tmp_path: Path) -> None:
    with notify_service(tmp_path, areas.clock.at) as notify:
        node = sending(areas, by_notify(tmp_path, notify))
        notify.lose = 1
        with pytest.raises(NoticeError, match="could not be reached") as lost:
            carry(node, MESSAGE)
        assert TO not in str(lost.value)
        carry(node, MESSAGE)
        notify.refuse.append(429)
        with pytest.raises(NoticeError, match=r"\(429\)"):
            carry(node, replace(MESSAGE, number="2f" * 16))
    assert [one["reference"] for one in notify.got] == ["1f" * 16]


def test_a_key_of_notify_is_never_shown() -> None:
    key = NotifyKey.parse(f"a-name-{SERVICE}-{SECRET}\n")
    assert (key.service, key.secret) == (SERVICE, SECRET)
    assert SECRET not in repr(key)
    with pytest.raises(UsageError, match="holds none") as wrong:
        NotifyKey.parse(SECRET)
    assert SECRET not in str(wrong.value)

"""A file that is named and is not there is wrong usage, status 2, whichever command it was named to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from hub.sample.referral import sample_referral
from hub.sample.stub import sample_stub
from tests.cli.casework import ADA
from tests.cli.running import inside
from tests.docs.pages import commands

ID: Final = "0" * 32
MISSING: Final = "{missing}"
# Which argument is the file: the rest is as it should be, or of no account before the file is read.
WALKED: Final[dict[tuple[str, str], str]] = {
    ("audit reads", "who"): "{home} --as {missing}",
    ("audit reads", "token"): "{home} --token-file {missing}",
    ("jobs list", "who"): "{home} --as {missing}",
    ("jobs retry", "who"): "{home} --all --as {missing}",
    ("jobs cancel", "who"): f"{{home}} {ID} --as {{missing}}",
    ("certify", "root"): "{home} --root {missing}",
    ("keys rotate", "root"): "{home} --signing --root {missing}",
    ("keys revoke", "root"): "{home} --root {missing} --because Lost",
    ("keys replace-root", "root"): "{home} --root {missing} --new {out} --because Lost",
    ("import", "file"): "{home} {missing}",
    ("import", "who"): "{home} {stub} --as {missing}",
    ("accounts invite", "invitation"): "{home} {missing}",
    ("duty keep", "file"): "{home} {missing}",
    ("idva said", "file"): "{home} {missing}",
    ("idva safe", "file"): f"{{home}} {ID} {{missing}}",
    ("idva hand-over", "file"): f"{{home}} {ID} {{missing}}",
    ("case add", "stub"): "{home} {missing}",
    ("referral add", "file"): "{home} {missing}",
    ("referral add", "who"): "{home} {stub} --as {missing}",
    ("referral show", "who"): "{home} --as {missing}",
    ("referral add", "attach"): "{home} {referral} --attach {missing}",
    ("referral attach", "file"): "{home} {missing}",
    ("referral attach", "who"): "{home} {stub} --as {missing}",
    ("referral file", "who"): "{home} 1 {out} --as {missing}",
    ("repeats list", "who"): "{home} --as {missing}",
    ("repeats show", "who"): "{home} --as {missing}",
    ("repeats figures", "who"): "{home} --as {missing}",
    ("repeats decide", "file"): "{home} {missing}",
    ("repeats decide", "who"): "{home} {form} --as {missing}",
    ("transfer notice", "document"): "{home} {missing}",
    ("flags list", "who"): "{home} --as {missing}",
    ("hearings list", "who"): "{home} --as {missing}",
    ("case disclosure-scheme", "file"): "{home} {missing}",
    ("case list-for", "file"): "{home} {missing}",
    **{
        (f"flags {act}", name): f"{{home}} {how}"
        for act in ("told", "extend", "seen")
        for name, how in (("file", "{missing}"), ("who", "{form} --as {missing}"))
    },
    ("records ask", "document"): "{home} {missing}",
    ("records ask", "who"): "{home} {form} --as {missing}",
    ("records list", "who"): "{home} --as {missing}",
    ("records show", "who"): f"{{home}} {ID} --as {{missing}}",
    ("records answer", "decision"): f"{{home}} {ID} {{missing}} --as {{who}}",
    ("records answer", "who"): f"{{home}} {ID} {{form}} --as {{missing}}",
    ("records withdraw", "who"): f"{{home}} {ID} --as {{missing}}",
    ("records supplier", "document"): "{home} {missing} --as {who}",
    ("records supplier", "who"): "{home} {form} --as {missing}",
    ("transfer list", "who"): "{home} --as {missing}",
    ("channel read", "reason"): "{home} {missing} --identity {identity}",
    ("channel read", "identity"): "{home} {form} --identity {missing}",
    ("transfer offer", "document"): "{home} {missing}",
    ("transfer offer", "who"): "{home} {form} --as {missing}",
    **{
        (f"transfer {act}", name): f"{{home}} {ID} {how}"
        for act in ("accept", "decline", "withdraw")
        for name, how in (("decision", "{missing}"), ("who", "{form} --as {missing}"))
    },
    ("agenda show", "who"): "{home} 2026-12-03 --as {missing}",
    ("agenda ask", "confirmation"): "{home} 2026-12-03 {missing}",
    ("plan show", "who"): "{home} --as {missing}",
    ("plan save", "plan"): "{home} {missing}",
    ("plan accept", "who"): "{home} --as {missing}",
    ("plan actions", "who"): "{home} --as {missing}",
    ("plan report", "said"): "{home} 0123456789abcdef {missing}",
    ("case fled", "who"): "{home} --as {missing} --nobody --because Asked",
    ("case safe", "who"): "{home} --as {missing} --because Asked",
    ("case correct", "document"): "{home} {missing}",
    ("case corrections", "who"): "{home} --as {missing}",
    ("case decide", "who"): f"{{home}} {ID} approve --as {{missing}}",
    ("case seal", "who"): "{home} --as {missing} --because Asked",
    ("case unseal", "who"): "{home} --as {missing} --because Asked",
    ("seals list", "who"): "{home} --as {missing}",
    ("seals decide", "who"): f"{{home}} {ID} --same --as {{missing}} --because Asked",
    ("check", "request"): "{home} {missing}",
    ("checks list", "who"): "{home} --as {missing}",
    ("checks show", "who"): f"{{home}} {ID} --as {{missing}}",
    ("disclose", "form"): f"{{home}} {ID} --area eastvale --form {{missing}}",
    ("disclose", "who"): f"{{home}} {ID} --area eastvale --as {{missing}}",
    ("requests list", "who"): "{home} --as {missing}",
    ("requests answer", "who"): f"{{home}} {ID} {ID} --withhold --as {{missing}}",
    ("requests answer", "part"): f"{{home}} {ID} {ID} --part {{missing}} --as {{who}}",
    ("obligations list", "who"): "{home} --as {missing}",
    ("obligations close", "evidence"): f"{{home}} {ID} {{missing}}",
    ("disclosures add", "rows"): "{home} {missing}",
    ("disclosures list", "who"): "{home} --as {missing}",
    ("candidates dismiss", "who"): f"{{home}} {ID} {ID} --area eastvale --as {{missing}}",
    ("decide", "form"): "{missing}",
    ("decide", "agreement"): "{form} --area northmoor --agreement {missing}",
    ("decide", "rules"): "{form} --rules {missing}",
    ("policy explain", "rules"): "--rules {missing}",
    ("backup", "folder"): "{home} {missing} --recipient {recipient}",
    ("backup", "keys"): "{home} {folder} --recipient {recipient} --keys {missing}",
    ("restore", "file"): "{home} {missing} --identity {identity} --because Lost",
    ("restore", "identity"): "{home} {stub} --identity {missing} --because Lost",
    ("publish", "who"): "{home} --as {missing}",
    ("restored", "who"): "{home} --as {missing}",
    (
        "audit verify",
        "checkpoint",
    ): "--database sqlite:///{home}/hub.sqlite3 --checkpoint {missing} --public-key {stub}",
    (
        "audit verify",
        "public_keys",
    ): "--database sqlite:///{home}/hub.sqlite3 --checkpoint {stub} --public-key {missing}",
}
WALKED.update(
    ((name, "token"), f"{words} --token-file {{missing}}")
    for name, words in {
        "jobs list": "{home}",
        "jobs retry": "{home} --all",
        "jobs cancel": f"{{home}} {ID}",
        "import": "{home} {stub}",
        "case add": "{home} {stub}",
        "referral add": "{home} {stub}",
        "referral show": "{home}",
        "referral attach": "{home} {stub}",
        "referral file": "{home} 1 {out}",
        "repeats list": "{home}",
        "repeats show": "{home}",
        "repeats figures": "{home}",
        "records ask": "{home} {form}",
        "records list": "{home}",
        "records show": f"{{home}} {ID}",
        "records withdraw": f"{{home}} {ID}",
        "transfer list": "{home}",
        "case correct": "{home} {form}",
        "case corrections": "{home}",
        "channel list": "{home}",
        "transfer notice": "{home} {form}",
        "flags list": "{home}",
        "hearings list": "{home}",
        "case disclosure-scheme": "{home} {form}",
        "case list-for": "{home} {form}",
        "duty show": "{home}",
        "duty keep": "{home} {form}",
        "idva list": "{home}",
        "idva contact": f"{{home}} {ID} --reached",
        "idva take-on": f"{{home}} {ID}",
        "idva refer": "{home} --service Haven",
        "idva said": "{home} {form}",
        "agenda show": "{home} 2026-12-03",
        "agenda ask": "{home} 2026-12-03 {form}",
        "idva safe": f"{{home}} {ID} {{form}}",
        "idva handovers": f"{{home}} {ID}",
        "idva hand-over": f"{{home}} {ID} {{form}}",
        "plan show": "{home}",
        "plan save": "{home} {form}",
        "plan actions": "{home}",
        "plan report": "{home} 0123456789abcdef {form}",
        "seals list": "{home}",
        "check": "{home} {form}",
        "checks list": "{home}",
        "checks show": f"{{home}} {ID}",
        "requests list": "{home}",
        "requests still-here": f"{{home}} {ID} moved",
        "obligations list": "{home}",
        "obligations close": f"{{home}} {{form}} {ID}",
        "disclosures list": "{home}",
        "publish": "{home}",
    }.items()
)
WRITTEN: Final = {
    ("keys replace-root", "new"),
    ("disclosures list", "pdf"),
    ("decide", "pdf"),
    ("backup-key", "file"),
    ("referral file", "to"),
    ("audit heads", "to"),
    # What is not there is not known, which restoring says: tests/cli/test_restored.py.
    ("restore", "old"),
    # Read after the backup, which has to open first: tests/backup/test_drill.py.
    ("restore", "keys"),
}


def _named_paths() -> set[tuple[str, str]]:
    return {
        (name, one.name)
        for name, command in commands().items()
        for one in command.params
        if Path in (one.type_descriptor.annotation, *get_args(one.type_descriptor.annotation))
    }


def test_every_file_that_a_command_is_named_is_walked_here() -> None:
    homes = {one for one in _named_paths() if one[1] == "home"}
    assert _named_paths() - homes == WALKED.keys() | WRITTEN
    assert not WALKED.keys() & WRITTEN


@pytest.fixture
def given(home: Path, tmp_path: Path) -> dict[str, Any]:
    files = {"who": ADA, "stub": sample_stub(), "form": {}, "referral": sample_referral()}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    paths = {name: tmp_path / name for name in (*files, "missing", "out", "identity")}
    (tmp_path / "identity").write_text("AGE-SECRET-KEY-1\n")
    return {**paths, "home": home, "folder": tmp_path, "recipient": "age1"}


@pytest.mark.parametrize(("command", "file"), WALKED)
def test_a_file_that_is_missing_is_wrong_usage(given: dict[str, Any], command: str, file: str) -> None:
    words = WALKED[command, file].format(**given).split()
    done = inside(*command.split(), *words, said="NM-1\n")
    assert done.code == 2, done.out + done.err
    assert "To do: " in done.err, done.err  # Of our own making, and no fault of the command line's parser.
    assert "unexpected" not in done.err

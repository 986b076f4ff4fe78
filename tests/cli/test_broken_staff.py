"""A list of staff that cannot be read stops what shows, asks and tells; it stops nothing that protects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.sample.referrals import Row
from tests.cli.casework import ADA
from tests.cli.running import inside, live_entries, write_csv

BROKEN = {
    "no TOML": ('[[exclusion]]\nperson = "Ash Kept-Out\n', 2),
    "an unknown field": (
        '[[staff]]\ngiven_names = "Robin"\nsurname = "Ash"\n\n[[exclusion]]\npersom = "A"\n',
        6,
    ),
    "a field that is missing": ('[[staff]]\ngiven_names = "Robin"\n', 1),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_case_is_sealed_whatever_stands_in_the_list_of_staff(
    home: Path, rows: list[Row], tmp_path: Path, how: str
) -> None:
    text, line = BROKEN[how]
    her = rows[0]["case_ref"]
    case = [row for row in rows if row["case_ref"] == her]
    assert inside("import", home, write_csv(tmp_path / "cases.csv", case)).code == 0
    assert inside("publish", home).code == 0
    assert live_entries(home)
    who = tmp_path / "who.json"
    who.write_text(json.dumps(ADA), encoding="utf-8")
    (home / "staff.toml").write_text(text)
    said = ("--as", who, "--because", "She fled.")

    for command in (("seals", "list", home), ("obligations", "list", home), ("case", "unseal", home, *said)):
        refused = inside(*command, "--json", said=f"{her}\n")
        assert refused.code == 2
        assert f"line {line}" in refused.error["text"]
        assert "Correct it" in refused.error["do"]
        assert "cases are sealed" in refused.error["kept"]
    stopped = inside("import", home, write_csv(tmp_path / "more.csv", case), "--as", who, "--json")
    assert stopped.code == 2
    assert f"line {line}" in stopped.error["text"]
    assert "Nothing was imported" in stopped.error["kept"]
    assert "`hub case seal`, which goes on without the list" in stopped.error["do"]
    done = inside("case", "seal", home, *said, said=f"{her}\n")
    assert done.code == 0, done.err
    assert "The case is sealed." in done.out
    assert f"line {line}" in done.err
    assert not live_entries(home)
    assert inside("case", "seal", home, *said, said="NM-NONE\n").code == 1
    (home / "staff.toml").unlink()
    again = inside("case", "seal", home, *said, "--json", said=f"{her}\n")
    assert again.json["sealed"]

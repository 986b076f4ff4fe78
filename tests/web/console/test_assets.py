"""What browsers get beside pages: borrowed as recorded, without GOV.UK's own marks, small, and kept for good."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from deploy import vendor_assets
from hub.web.console.assets import FOREVER, STATIC, address
from tests.web.console.small import small_console

VENDOR = STATIC / "vendor"
TABLE = tomllib.loads(VENDOR.joinpath("VENDORED.toml").read_text(encoding="utf-8"))["file"]
SERVED = sorted(
    path.relative_to(STATIC).as_posix()
    for path in STATIC.rglob("*")
    if path.suffix in (".css", ".js", ".svg")
)


def test_what_is_borrowed_is_in_the_table_with_its_checksum_and_the_other_way_about() -> None:
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    files.pop("VENDORED.toml")
    assert {row["name"]: row["sha256"] for row in TABLE} == files
    for row in TABLE:
        assert row["licence"] in ("MIT", "0BSD")
        assert row["version"]
    licensed = {row["package"] for row in TABLE if row["name"].startswith("LICENSE.")}
    assert licensed == {row["package"] for row in TABLE}


@pytest.mark.parametrize(
    "mark", ["GDS Transport", "Margaret Calvert", "url(", "crest", "crown", "@font-face"]
)
def test_the_style_sheet_has_nothing_of_gov_uks_alone_(mark: str) -> None:
    assert mark not in VENDOR.joinpath("govuk-frontend.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a{color:red}", "nothing like"),
        (
            VENDOR.joinpath("govuk-frontend.css").read_text(encoding="utf-8")
            + "/*! by Margaret Calvert */@font-face{font-family:GDS Transport;x}"
            ".govuk-footer__copyright-logo:before{x}.govuk-footer__crown{x}/*# sourceMappingURL=x */"
            ".new{background:url(x)}",
            "still has url(",
        ),
    ],
    ids=["another version", "a mark that is new"],
)
def test_a_style_sheet_that_nobody_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(SystemExit) as refused:
        vendor_assets.style_sheet(text)
    assert said in str(refused.value)


def test_an_archive_that_is_not_the_one_read_is_refused(tmp_path: Path) -> None:
    for package in vendor_assets.PACKAGES:
        tmp_path.joinpath(f"{package.name}-{package.version}.tgz").write_bytes(b"other")
    with pytest.raises(SystemExit, match="is not what was read"):
        vendor_assets.main([str(tmp_path), str(tmp_path / "out")])
    assert not tmp_path.joinpath("out").exists()


@pytest.mark.slow
def test_the_script_gives_the_same_bytes_again(tmp_path: Path) -> None:
    names = [f"{package.name}@{package.version}" for package in vendor_assets.PACKAGES]
    subprocess.run(["npm", "pack", *names, "--pack-destination", tmp_path], check=True, capture_output=True)
    target = tmp_path / "out"
    command = [sys.executable, "-m", "deploy.vendor_assets", str(tmp_path), str(target)]
    subprocess.run(command, check=True, cwd=Path(vendor_assets.__file__).parents[1])
    made = {path.name: path.read_bytes() for path in target.iterdir()}
    assert made == {path.name: path.read_bytes() for path in VENDOR.iterdir()}


@pytest.mark.parametrize("name", SERVED)
def test_a_file_is_kept_for_good_under_the_digest_of_all(name: str) -> None:
    client, at = TestClient(small_console()), address(name)
    plain = client.get(at, headers={"Accept-Encoding": "identity"})
    small = client.get(at, headers={"Accept-Encoding": "gzip, br"})
    assert plain.content == small.content == STATIC.joinpath(name).read_bytes()
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    for answer in (plain, small):
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert client.get(at.replace("/static/", "/static/0")).status_code == 404


@pytest.mark.parametrize("name", ["vendor/VENDORED.toml", "vendor/../../app.py", "", "vendor", "no.css"])
def test_nothing_else_is_served(name: str) -> None:
    folder = address("console.css").removesuffix("console.css")
    assert TestClient(small_console()).get(folder + name).status_code == 404


def test_a_file_that_is_not_there_has_no_address() -> None:
    with pytest.raises(KeyError):
        address("vendor/jquery.js")


def test_a_first_visit_is_small() -> None:
    """Everything that any page may ask for, htmx too."""
    assert sum(len(gzip.compress(STATIC.joinpath(name).read_bytes(), 9)) for name in SERVED) < 150_000

"""Make the console's borrowed style sheet and scripts from the packages that their makers publish.

    npm pack govuk-frontend@6.3.0 htmx.org@4.0.1 --pack-destination FOLDER
    python -m deploy.vendor_assets FOLDER [TARGET]

A package whose checksum is not the one below is refused. What only a service of GOV.UK may use is taken out: the
GDS Transport typeface and the royal arms. Run again it gives the same bytes. Not part of a node: what it writes is.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).resolve().parents[1] / "hub/web/console/static/vendor"
TABLE: Final = "VENDORED.toml"
FONTS: Final = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'
_NOT_OURS: Final = ("GDS Transport", "Margaret Calvert", "url(", "crest", "crown")
_TAKEN_OUT: Final = (
    r"/\*![^*]*Margaret Calvert[^*]*\*/",
    r"@font-face\{font-family:GDS Transport;[^}]*\}",
    r"\.govuk-footer__copyright-logo:before\{[^}]*\}",
    r"\.govuk-footer__crown\{[^}]*\}",
    r"\n*/\*# sourceMappingURL=[^*]*\*/\n*",
)
_MIT: Final = """The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def style_sheet(text: str) -> str:
    """Return the style sheet of govuk-frontend without what is GOV.UK's alone, in typefaces of the machine.

    Raises SystemExit where anything of it is left, or what is taken out is not there: it is another version.
    """
    for pattern in _TAKEN_OUT:
        text, count = re.subn(pattern, "", text)
        if not count:
            sys.exit(f"The style sheet has nothing like {pattern}: read it before you take this version.")
    text = text.replace("GDS Transport,arial,sans-serif", FONTS)
    if left := [word for word in _NOT_OURS if word in text]:
        sys.exit(f"The style sheet still has {', '.join(left)}: read it before you take this version.")
    return text.rstrip() + "\n"


def script(text: str) -> str:
    """Return a script without the address of a map that is not served."""
    return re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "", text).rstrip() + "\n"


def licence(text: str) -> str:
    """Return a licence text with its lines as they are, ended by one line feed."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


@dataclass(frozen=True, slots=True)
class Package:
    """A package as published: the checksum of its archive, and what is made of which of its files."""

    name: str
    version: str
    licence: str
    sha256: str
    files: Mapping[str, tuple[str, Callable[[str], str]]]
    texts: Mapping[str, str]


PACKAGES: Final = (
    Package(
        "govuk-frontend",
        "6.3.0",
        "MIT",
        # pragma: allowlist nextline secret
        "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048",
        {
            "govuk-frontend.css": ("dist/govuk/govuk-frontend.min.css", style_sheet),
            "govuk-frontend.js": ("dist/govuk/govuk-frontend.min.js", script),
        },
        {"LICENSE.govuk-frontend": _MIT},  # the package names its licence and does not bring the text
    ),
    Package(
        "htmx.org",
        "4.0.1",
        "0BSD",
        # pragma: allowlist nextline secret
        "5fba65616ca148a86d377e9771bcada7f35faee3558651feb929eea425e13b3c",
        {"htmx.js": ("dist/htmx.min.js", script), "LICENSE.htmx": ("LICENSE", licence)},
        {},
    ),
)


def contents(package: Package, archive: Path) -> dict[str, str]:
    """Return each file that is made of a package. Raises SystemExit where its archive is not the one we read."""
    data = archive.read_bytes()
    if (found := sha256(data).hexdigest()) != package.sha256:
        sys.exit(f"{archive.name} has the checksum {found}, not {package.sha256}: it is not what was read.")
    made = dict(package.texts)
    with tarfile.open(archive) as tar:
        for name, (source, rewrite) in package.files.items():
            member = tar.extractfile(f"package/{source}")
            if member is None:
                sys.exit(f"{archive.name} has no {source}.")
            made[name] = rewrite(member.read().decode("utf-8"))
    return made


def main(arguments: list[str]) -> None:
    """Write every file and the table that names them. The command line is in the module's docstring."""
    if len(arguments) not in (1, 2):
        sys.exit("usage: python -m deploy.vendor_assets FOLDER [TARGET]")
    folder, target = Path(arguments[0]), Path(arguments[1]) if arguments[1:] else TARGET
    made = [
        (package, contents(package, folder / f"{package.name}-{package.version}.tgz")) for package in PACKAGES
    ]
    target.mkdir(parents=True, exist_ok=True)
    rows = ["# Written by deploy/vendor_assets.py: what the console borrows, from whom, and its checksum.\n"]
    for package, files in made:
        for name, text in sorted(files.items()):
            target.joinpath(name).write_text(text, encoding="utf-8", newline="\n")
            rows.append(
                f'\n[[file]]\nname = "{name}"\npackage = "{package.name}"\nversion = "{package.version}"\n'
                f'licence = "{package.licence}"\nsha256 = "{sha256(text.encode()).hexdigest()}"\n'
            )
    target.joinpath(TABLE).write_text("".join(rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

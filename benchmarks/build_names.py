"""Rebuild hub/matching/data/population.csv.gz from the packages it comes from.

    python -m benchmarks.build_names FOLDER

FOLDER holds unpacked copies of `names` 0.3.0 (the 1990 United States census, public domain) and `Faker` 40.54
(MIT): `names/dist.*` and `faker/`. Only which names go together in a community is taken from Faker, from the
locales of communities that live in the United Kingdom; names common in the census belong to no one community.
"""

from __future__ import annotations

import gzip
import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.matching.text import tokens

_TARGET = Path(__file__).parent.parent / "hub" / "matching" / "data" / "population.csv.gz"
_RAREST_SURNAME = 0.00001
_COMMON = 0.0002
_LOCALES = {
    "arabic": ("fr_DZ",),
    "bangladeshi": ("bn_BD",),
    "chinese": ("zh_CN",),
    "ghanaian": ("tw_GH",),
    "indian": ("en_IN",),
    "nigerian": ("yo_NG", "ig_NG", "en_NG"),
    "pakistani": ("en_PK",),
    "polish": ("pl_PL",),
    "portuguese": ("pt_PT",),
    "romanian": ("ro_RO",),
    "turkish": ("tr_TR",),
    "ukrainian": ("uk_UA",),
}
_HEAD = """\
# G|S,name,share: given names and surnames of the 1990 United States census (Census Bureau, public domain; as
# packaged in names 0.3.0), surnames with a share of at least 0.00001 only.
# CG|CS,name,community: given names and surnames of one community (Faker 40.54 locales, MIT), without those whose
# share in the census is 0.0002 or more. Rebuilt by benchmarks/build_names.py.
"""


def shares(paths: Iterable[Path], scale: float) -> dict[str, float]:
    """Name to share of people; the files give percentages."""
    found: dict[str, float] = {}
    for path in paths:
        for line in path.read_text().splitlines():
            name, per_cent, *_ = line.split()
            found[name.lower()] = found.get(name.lower(), 0.0) + float(per_cent) / scale
    return found


def community_names(locale: str) -> Iterator[tuple[str, str]]:
    """Kind (CG or CS) and folded name of one Faker locale."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    for attribute in dir(provider):
        names = getattr(provider, attribute)
        kind = "CG" if "first" in attribute else "CS" if "last" in attribute else ""
        if kind and isinstance(names, list | tuple | dict):
            for name in names:
                for word in tokens(name):
                    if len(word) > 1:
                        yield kind, word


def main(folder: Path) -> None:
    """Write the file."""
    sys.path.insert(0, str(folder))
    given = shares([folder / "names" / f"dist.{sex}.first" for sex in ("female", "male")], 200)
    surname = {
        name: share
        for name, share in shares([folder / "names" / "dist.all.last"], 100).items()
        if share >= _RAREST_SURNAME
    }
    lines = [f"G,{name},{share:.7f}" for name, share in sorted(given.items())]
    lines += [f"S,{name},{share:.6f}" for name, share in sorted(surname.items())]
    census = {"CG": given, "CS": surname}
    of_communities = {
        (kind, name, community)
        for community, locales in _LOCALES.items()
        for locale in locales
        for kind, name in community_names(locale)
        if census[kind].get(name, 0.0) < _COMMON
    }
    lines += [",".join(row) for row in sorted(of_communities)]
    _TARGET.write_bytes(gzip.compress((_HEAD + "\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(f"{len(given)} given names, {len(surname)} surnames, {len(of_communities)} of communities")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

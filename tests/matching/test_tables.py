"""The tables of names are part of the protocol: two nodes that read them differently do not meet."""

from __future__ import annotations

import hashlib
from importlib import resources

import pytest

from hub.matching.data import sections

# Every section, its lines and SHA-256 over them. A change is a change of the protocol, with new vectors.
SECTIONS = {
    "diminutives/british": (198, "b4576ffc57e4bba955e799dae98704f77eb7119db7716ffb3ac3ed42a876a8f0"),
    "diminutives/irish": (50, "b402c3951042d70e8a8350a2554a87548d2f2f9e86c18d95872d441dd625d94b"),
    "diminutives/scottish": (30, "ffdcbb4bc0763a1d45aa1eacda2e88f7037d25715f915582a09d3ac5680514f8"),
    "diminutives/welsh": (20, "efd62dd5e6fede9f7c77fb1015c2f9e18593b981e1a13c8ef11ee7c64690f512"),
    "diminutives/polish": (82, "62393ba7d3434f9fee53015215d8bc4425ca675e669655c368c41b698d504ce6"),
    "diminutives/romanian": (58, "929c2c934d847cd360dcf37eb30dc535eb30fb7e14edc6137679bd7c1ac1569b"),
    "diminutives/ukrainian": (76, "fade819195ace13e9ef27e927d33cd62c416e9dab954e1da8d0a49da99df955d"),
    "diminutives/turkish": (35, "3a9504ca2151a4d9da843785857171605b9cd363ffeadbc5b42ff79e49afe26f"),
    "diminutives/south_asian": (84, "239d1c34eac38323cfb16567967cdf558d83f40cb6bd194745f11b38f739b33c"),
    "diminutives/arabic_and_somali": (55, "c05321d2b9d05563e5a65a30502f46ecaad973f1f6bb3e4a85066c31b86cbf11"),
    "diminutives/west_african": (94, "50d2a2f3358b5df25f8030791980ad3bf27e6d1e1f8c850a0aef547a42bc233b"),
    "diminutives/portuguese": (49, "d792e4640e49f54cb1b679bafea521326f63df2d2fe148189a3f65361ac4baf0"),
    "english/english": (739, "89ef96efd34a8f8e03bef12c050bbcc2b9e373ab103ec12b55e3647ef39cf93e"),
    "family_first/chinese": (139, "ef438313f4561623798065f2b48334fea126d27514a4d7d9e7900618b95c9370"),
    "spellings/somali": (38, "f885a4dc43db4c4f7199bda5b51c9ff6915b9e8e58ba973135c2f944ad5d66e0"),
    "spellings/arabic": (98, "09319f85199dfa2bd6622a62294fd1eccad186b13678bf579804e8fb7862a00b"),
}


def lines_of(section: str) -> list[str]:
    file, _, name = section.partition("/")
    return sections(f"{file}.txt")[name]


@pytest.mark.parametrize(("section", "lines", "checksum"), [(name, *held) for name, held in SECTIONS.items()])
def test_a_table_is_what_the_protocol_says(section: str, lines: int, checksum: str) -> None:
    found = lines_of(section)
    assert len(found) == lines
    assert hashlib.sha256("\n".join(found).encode()).hexdigest() == checksum


def test_every_table_is_held_and_names_its_source_and_licence() -> None:
    tables = [file for file in resources.files("hub.matching.data").iterdir() if file.name.endswith(".txt")]
    assert {f"{file.name[:-4]}/{name}" for file in tables for name in sections(file.name)} == SECTIONS.keys()
    for file in tables:
        head = file.read_text(encoding="utf-8").partition("[")[0]
        assert "licence" in head or "Apache-2.0" in head


def test_comments_and_empty_lines_are_no_names() -> None:
    assert not [line for section in SECTIONS for line in lines_of(section) if not line or line[0] in "#["]

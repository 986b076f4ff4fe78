"""Whether somebody is named in what was sent or shown."""

from __future__ import annotations

import re

from hub.values import Person


def named_in(person: Person, text: str) -> bool:
    """Whether a text has the surname as a word: within what is encoded its letters may stand by chance."""
    word = rf"(?<![\w+/=-]){re.escape(person.surname)}(?![\w+/=-])"
    return re.search(word, text, re.IGNORECASE) is not None

"""The federation's test people: fixed, invented, in every feed.

Each check asks for a few of their match-keys among its padding. A peer whose feed does not meet them is faulty:
its feed is cut, stale or made under another key, and its silence must not be taken for an answer.
"""

from __future__ import annotations

from typing import Final

from hub.values import Person

TEST_CASE_HANDLE: Final = b"federation-test\x00"
TEST_PEOPLE: Final = (
    Person(ref="test-1", given_names="Zyxana", surname="Qwortlethwaite", date_of_birth="1901-02-03"),
    Person(ref="test-2", given_names="Vuxmir", surname="Plindersnatch", date_of_birth="1902-03-04"),
    Person(ref="test-3", given_names="Thoqueline", surname="Urbzelnacker", date_of_birth="1903-04-05"),
)

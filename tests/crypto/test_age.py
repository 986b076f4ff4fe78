"""Backup keys: the half that opens is not taken for the one that anybody may have."""

from __future__ import annotations

import pytest

from hub.crypto.age import new_identity, require_recipient
from hub.errors import InputError


def test_the_key_that_opens_is_said_to_be_no_recipient() -> None:
    identity, recipient = new_identity()
    assert require_recipient(f" {recipient}\n") == recipient
    for secret in (identity, identity.lower()):
        with pytest.raises(InputError, match="That is the key that opens backups") as refused:
            require_recipient(secret)
        assert "Remove it from there" in refused.value.do
        assert secret not in str(refused.value)
    with pytest.raises(InputError, match="no recipient of age"):
        require_recipient("age1")

"""Bytes as text and back: base64url without padding, in its one canonical spelling."""

from __future__ import annotations

import base64

from hub.errors import AuthenticationError


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Undo `b64`. Raises AuthenticationError on anything that is not canonical base64url."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise AuthenticationError("Text is not base64url.") from error
    if b64(data) != text:
        raise AuthenticationError("Text is not canonical base64url.")
    return data

"""The certificate authorities that this process trusts over TLS: the system's, or those that the operator names.

Reading them takes some 50 ms of processor time, which every client would spend anew. It does not verify anything
itself, and says nothing of the keys by which peers sign.
"""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path

import httpx2

NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def trusted() -> ssl.SSLContext:
    """For a client's connections. Read again where what `SSL_CERT_FILE` or `SSL_CERT_DIR` names has changed."""
    return _read(tuple((os.environ.get(name), _changed_at(os.environ.get(name))) for name in NAMED))


@lru_cache(maxsize=1)
def _read(_: tuple[tuple[str | None, int], ...]) -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _changed_at(path: str | None) -> int:
    try:
        return Path(path).stat().st_mtime_ns if path else 0
    except OSError:
        return 0

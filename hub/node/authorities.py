"""The certificate authorities that this process trusts over TLS: the system's, or those that the operator names.

Reading them takes some 50 ms of processor time, which every client would spend anew. It does not verify anything
itself, and says nothing of the keys by which peers sign.
"""

from __future__ import annotations

import os
import ssl
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import httpx2

NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def trusted() -> ssl.SSLContext:
    """For connections of clients. Read again where files of the environment or the system have changed."""
    usual = ssl.get_default_verify_paths()
    named = (*map(os.environ.get, NAMED), usual.openssl_cafile, usual.openssl_capath)
    return _read(tuple((path, _changed_at(path)) for path in named))


@lru_cache(maxsize=1)
def _read(_: tuple[tuple[str | None, int], ...]) -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _changed_at(path: str | None) -> int:
    """When a file, or the newest of a folder's, was changed last, in ns; 0 where it is not there."""
    if not path:
        return 0
    try:
        with suppress(NotADirectoryError), os.scandir(path) as files:
            return max((one.stat().st_mtime_ns for one in files), default=0)
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0

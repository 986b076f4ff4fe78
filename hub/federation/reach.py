"""Why an area cannot be reached: from what the network and TLS say to a code for the record and words for people.

A coordinator reads that the area cannot be reached and what to do; whoever runs the node reads why. Repeats nothing
of what the other side says. Does not connect or retry (`hub.federation.client`).
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final, NamedTuple

import httpx2

from hub.errors import UnreachableError

PHONE: Final = "Use its phone route."


class Obstacle(NamedTuple):
    """Why an area cannot be reached: a code, what to add to that, and what its operator or ours has to do.

    `sent`: whether what was asked may have reached it all the same.
    """

    code: str
    why: str
    do: str = ""
    sent: bool = False


_RENEW: Final = "Tell its operator, who has to renew the certificate."
_ENDED: Final = Obstacle("tls_ended", "the TLS certificate at its address has ended", _RENEW)
_OTHER_NAME: Final = Obstacle(
    "tls_other_name", "the TLS certificate at its address is for another name", "Tell both operators."
)
_BY_CERTIFICATE: Final = {
    9: Obstacle(
        "tls_not_yet", "the TLS certificate at its address is not valid yet", "Compare both clocks, then it."
    ),
    10: _ENDED,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By OpenSSL's X509_V_ERR_*."""

_NOT_TRUSTED: Final = Obstacle(
    "tls_not_trusted",
    "the TLS certificate at its address is not trusted here",
    "Tell both operators: an authority of one's own is trusted through SSL_CERT_FILE.",
)
_NO_TLS: Final = Obstacle(
    "no_tls", "what answers at its address does not speak TLS as agreed", "Tell both operators."
)
_NO_NAME: Final = Obstacle(
    "name_not_known", "the name in its address is not known", "Tell both operators: look at the name service."
)
_NOBODY: Final = Obstacle(
    "nobody_listens", "nobody listens at its address", "Tell its operator, who has to start its server."
)
_NO_WAY: Final = Obstacle("no_way_there", "no network leads to its address", "Tell both operators.")
_LOST: Final = Obstacle("connection_lost", "the connection was lost", sent=True)
_LATE: Final = Obstacle("timed_out", "it did not answer in time", sent=True)
_NO_WAY_ERRORS: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


def unreachable(error: BaseException) -> UnreachableError:
    """The error that tells why an area cannot be reached."""
    reason = obstacle_of(error)
    return UnreachableError(
        f"The area cannot be reached: {reason.why}.",
        do=f"{PHONE} {reason.do}".strip(),
        why=reason.code,
        sent=reason.sent,
    )


def obstacle_of(error: BaseException) -> Obstacle:
    """Why a request did not come through."""
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return _LATE._replace(sent=not isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout))
    for cause in _causes(error):
        reason = _obstacle(cause)
        if reason:
            return reason
    return _LOST._replace(sent=not isinstance(error, httpx2.ConnectError))


def passing(error: BaseException) -> bool:
    """Whether it may come through when it is tried again at once."""
    return not any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _obstacle(cause: BaseException) -> Obstacle | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _BY_CERTIFICATE.get(cause.verify_code, _NOT_TRUSTED)
    if isinstance(cause, ssl.SSLError):
        return _NO_TLS
    if isinstance(cause, socket.gaierror):
        return _NO_NAME
    if isinstance(cause, ConnectionRefusedError):
        return _NOBODY
    return _NO_WAY if isinstance(cause, OSError) and cause.errno in _NO_WAY_ERRORS else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__

"""One HTTP request and the whole of its answer, within limits of time and size."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

WHOLE_ANSWER_SECONDS = 180.0
"""How long an answer may take from its first to its last byte."""
LARGEST_ANSWER = 64 * 2**20
"""Bytes of an answer; a longer one counts as none."""


class NotSentError(Exception):
    """The server was not reached: nothing was sent."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.is_untrusted = _is_untrusted(error)
        """Whether the server was reached, but could not prove who it is."""


class LostError(Exception):
    """The request may have arrived, but no whole answer came."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By their names in small letters."""
    content: bytes = field(repr=False)


def exchange(http: httpx.Client, sent: httpx.Request) -> RawAnswer:
    """Send a request and read its whole answer.

    Raises:
        NotSentError: nothing was sent.
        LostError: the request may have arrived.
    """
    import httpx

    try:
        response = http.send(sent, stream=True)
        try:
            content = whole_body(response)
        finally:
            response.close()
    except (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.LocalProtocolError,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
    ) as error:
        raise NotSentError(error) from None
    except (httpx.TransportError, httpx.DecodingError):
        raise LostError from None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return RawAnswer(response.status_code, headers, content)


def whole_body(response: httpx.Response, largest: int = LARGEST_ANSWER) -> bytes:
    """Return the body of an answer that is read as it comes; `largest` is in bytes.

    Each wait for bytes has its limit (`http_client`), and so has the whole.

    Raises:
        LostError: it is too large, or takes too long.
        httpx.HTTPError: it did not come whole.
    """
    ends = time.monotonic() + WHOLE_ANSWER_SECONDS
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > largest or time.monotonic() > ends:
            raise LostError
        parts.append(part)
    return b"".join(parts)


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False

"""The program's one HTTP client in the form that MSAL calls, and what it notices on the way."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.partnercenter.exchange import LostError, whole_body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    import httpx

LARGEST_ANSWER = 2**20
"""Bytes of an answer of the sign-in; the keys of an authority, the longest, are some 20 KB."""
_OF_TRANSPORT = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that say how a body came, not what it is; in small letters."""


class MsalHttp:
    """Sends what MSAL asks by httpx.

    httpx sends a field that is None as an empty one, which MSAL means to leave out
    (`reference/newer.md §2.4`).
    """

    def __init__(self, client: httpx.Client, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self.clock_ahead: timedelta | None = None
        """How far this computer's clock is ahead of the server's; None before an answer."""
        self.is_throttled = False
        """Whether the last answer was 429, whose body may say nothing."""
        self.retry_after = 0
        """How many seconds the last answer asked to wait; 0 if it asked for none."""

    def post(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | str | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """Send a form.

        Raises:
            httpx.HTTPError: there was no whole answer.
        """
        fields: Any = data if isinstance(data, str) or data is None else _given(data)
        sent = {"content": fields} if isinstance(fields, str) else {"data": fields}
        return self._sent("POST", url, params=_given(params), headers=_given(headers), **sent)

    def get(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """Ask for a document. Raises: as `post`."""
        return self._sent("GET", url, params=_given(params), headers=_given(headers))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _sent(self, method: str, url: str, **about: Any) -> httpx.Response:
        """Send a request, and read its answer up to `LARGEST_ANSWER`."""
        import httpx

        request = self._client.build_request(method, url, **about)
        answer = self._client.send(request, stream=True)
        try:
            content = whole_body(answer, LARGEST_ANSWER)
        except LostError:
            raise httpx.ReadError("The answer is too long.", request=request) from None
        finally:
            answer.close()
        kept = [field for field in answer.headers.multi_items() if field[0] not in _OF_TRANSPORT]
        whole = httpx.Response(answer.status_code, headers=kept, content=content, request=request)
        return self._noticed(whole)

    def _noticed(self, answer: httpx.Response) -> httpx.Response:
        self.is_throttled = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        wait = answer.headers.get("Retry-After", "")
        self.retry_after = int(wait) if wait.isdecimal() and len(wait) < 10 else 0
        try:
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
            self.clock_ahead = self._clock() - theirs
        except (TypeError, ValueError, OverflowError):  # no such header, or no moment
            pass
        return answer


def _given(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: value for name, value in fields.items() if value is not None}

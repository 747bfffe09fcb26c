"""Where the next page of a list is: by its links, its continuation token, or the number of rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from partnerdesk.models.core.errors import PartnerCenterError
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.operations import Paging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.partnercenter.request import Request

CONTINUATION = "MS-ContinuationToken"
"""The header that leads to the next page."""
LONGEST_TARGET = 16_000
"""The most characters of a path and query that are followed."""
_OWN_HEADERS = frozenset({"ms-requestid", "ms-correlationid", "ms-contract-version"})


class BrokenListError(Exception):
    """The list cannot go on from here; it is read from its beginning."""

    def __init__(self, error: PartnerCenterError) -> None:
        super().__init__(error)
        self.error = error


def next_request(request: Request, body: Any, count: int) -> Request | None:
    """Return the request of the page after this one; None at the end.

    Args:
        request: the request of this page.
        body: its answer.
        count: how many items the answer holds.

    Raises:
        BrokenListError: the link leads to another list.
    """
    if not isinstance(body, dict):
        return None
    links = body.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    if isinstance(link, dict) and isinstance(link.get("uri"), str):
        return _linked(request, link, body.get("continuationToken"))
    if request.operation.pages is Paging.OFFSET:
        return _offset(request, count)
    token = body.get("continuationToken")
    if not isinstance(links, dict) and isinstance(token, str) and token and count:
        target = _with(request.target, seekOperation="Next")
        return _later(request, target, {CONTINUATION: token})
    return None


def _linked(request: Request, link: Mapping[str, Any], token: object) -> Request:
    headers = {}
    named = link.get("headers")
    for header in named if isinstance(named, list) else ():
        if not isinstance(header, dict):
            continue
        name, value = (str(header.get(part) or "") for part in ("key", "value"))
        if name.lower().startswith("ms-") and name.lower() not in _OWN_HEADERS:
            headers[CONTINUATION if name.lower() == CONTINUATION.lower() else name] = value
    if CONTINUATION not in headers and isinstance(token, str) and token:
        headers[CONTINUATION] = token
    return _later(request, _target(request, link["uri"]), headers)


def _target(request: Request, uri: str) -> str:
    """Return path and query of a link: relative to `/v1`, with `/v1`, with it twice, or absolute.

    Only the path counts of an absolute address: the token goes to no other host.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:  # brackets that are no IPv6 address
        raise _led_astray() from None
    path = re.sub(r"/{2,}", "/", "/" + parts.path)
    path = "/v1" + re.sub(r"^(/v1)+(?=/|$)", "", path)
    expected = request.target.partition("?")[0]
    if path.rstrip("/").lower() != expected.rstrip("/").lower():
        raise _led_astray()
    target = f"{expected}?{parts.query}" if parts.query else expected
    if len(target) > LONGEST_TARGET or not (target.isascii() and target.isprintable()):
        raise _led_astray()
    return target


def _led_astray() -> BrokenListError:
    return BrokenListError(
        PartnerCenterError(
            _("The list leads to another one than was asked for."), _("Try again later.")
        )
    )


def _offset(request: Request, count: int) -> Request | None:
    size = page_size(request)
    if not size or count < size:
        return None
    offset = _number(request, "offset")
    return _later(request, _with(request.target, offset=str(offset + size)), {})


def resumed_request(request: Request, target: str, headers: Mapping[str, str]) -> Request:
    """Return the request of a page whose address and headers were kept.

    Raises:
        BrokenListError: the address is one of another list.
    """
    return _later(request, _target(request, target), headers)


def page_size(request: Request) -> int:
    """Return how many rows a page is asked for; 0 where the query does not say."""
    return _number(request, "size")


def _number(request: Request, name: str) -> int:
    """Return a number of the query; 0 without it."""
    text = dict(parse_qsl(request.target.partition("?")[2])).get(name, "")
    return int(text) if text.isdecimal() else 0


def _with(target: str, **query: str) -> str:
    path, _mark, text = target.partition("?")
    return f"{path}?{urlencode({**dict(parse_qsl(text)), **query})}"


def _later(request: Request, target: str, headers: Mapping[str, str]) -> Request:
    printable = {
        name: value
        for name, value in headers.items()
        if value.isascii() and value.isprintable() and name.isascii()
    }
    return replace(request, target=target, headers=printable, is_later_page=True)

"""A request to the API: its address, its headers, and how long each of its ids lives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from partnerdesk.partnercenter.connection import TokenKind
from partnerdesk.partnercenter.operations import TENANT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.partnercenter.connection import AccountConnection, Token
    from partnerdesk.partnercenter.operations import ApiOperation

APPLICATION = "partnerdesk"
"""The value of MS-PartnerCenter-Application."""
CONTRACT = "v1"
LOCALES = {"ru": "ru-RU"}
"""The value of X-Locale for each language of the program but English."""
DEFAULT_LOCALE = "en-US"


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an operation, whatever the number of its attempts."""

    operation: ApiOperation
    target: str
    """Path and query, from the slash on."""
    values: Mapping[str, str]
    """What the answer is compared with (`identity.foreign_field`)."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The headers of a link, such as MS-ContinuationToken."""
    content: bytes | None = field(default=None, repr=False)
    etag: str = ""
    request_id: str = ""
    """The MS-RequestId of the first attempt; empty for a new one."""
    is_later_page: bool = False
    keeps_id: bool = False
    """Whether all attempts have that id, even after an answer such as 429."""
    before_send: Callable[[str], None] | None = field(default=None, repr=False)
    """Called with the MS-RequestId before an attempt that uses another one."""

    @property
    def part(self) -> str:
        """The customer whose calls the service may count by themselves; empty for none."""
        return self.values.get("customer_id", "")


def new_request(
    operation: ApiOperation,
    connection: AccountConnection,
    path: Mapping[str, str],
    query: Mapping[str, object],
    body: object,
    etag: str,
) -> Request:
    """Return the request of an operation.

    Raises:
        KeyError: `path` lacks a name of the operation's path.
        ValueError: an etag that is needed is missing, or the query has an unknown name.
    """
    if operation.etag and not etag:
        raise ValueError(f"{operation.name} needs an etag")
    if unknown := set(query) - set(operation.query):
        raise ValueError(f"{operation.name} has no {sorted(unknown)}")
    texts = {name: _text(value) for name, value in query.items()}
    target = operation.address(path)
    if texts:
        target += "?" + urlencode(texts, quote_via=quote, safe="")
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    values = {**path, **texts, TENANT: connection.tenant_id}
    return Request(operation, target, values, content=content, etag=etag)


def _text(value: object) -> str:
    if isinstance(value, dict):  # a filter
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def headers_of(
    request: Request, token: Token, request_id: str, correlation_id: str, locale: str
) -> dict[str, str]:
    """Return the headers of one attempt (`reference/protocol.md §3`)."""
    headers = {
        **request.headers,
        "Authorization": f"Bearer {token.value}",
        "Accept": "application/json",
        "MS-RequestId": request_id,
        "MS-CorrelationId": correlation_id,
        "MS-Contract-Version": CONTRACT,
        "MS-PartnerCenter-Application": APPLICATION,
        "X-Locale": locale,
    }
    if token.kind is TokenKind.USER:
        headers["ValidateMfa"] = "true"
    if request.content is not None:
        headers["Content-Type"] = "application/json"
    if request.etag:
        headers["If-Match"] = quoted(request.etag)
    return headers


def quoted(etag: str) -> str:
    """Return an etag as `If-Match` holds it: in quotes, a weak one of Graph unchanged."""
    text = "".join(letter for letter in etag if " " <= letter <= "~")
    return text if text.startswith(('"', 'W/"')) else f'"{text}"'


def new_id() -> str:
    """Return a new GUID for MS-RequestId or MS-CorrelationId."""
    return str(uuid4())


def mfa_of(headers: Mapping[str, Any]) -> bool | None:
    """Return what an answer says of the token's MFA; None if it says nothing."""
    return {"true": True, "false": False}.get(str(headers.get("ismfacompliant", "")).lower())

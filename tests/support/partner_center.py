"""A small Partner Center in this process, with faults on demand, and a client of ours before it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
from partnerdesk.partnercenter.client import PartnerCenter
from partnerdesk.partnercenter.connection import AccountConnection, Token, TokenKind
from partnerdesk.partnercenter.limiter import Limiter
from tests.support.books import cloud_called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from partnerdesk.partnercenter.connection import Audience

TENANT = "11111111-1111-4111-8111-111111111111"
APPLICATION = "22222222-2222-4222-8222-222222222222"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@dataclass
class FakeTokens:
    """Gives `token-1`; after a refusal the next one."""

    refused: list[str] = field(default_factory=list)

    def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
        del audience
        if refused:
            self.refused.append(refused)
        return Token(f"token-{len(self.refused) + 1}", NOW + timedelta(hours=1), kind)


def connection(
    cloud_id: str = "global",
    *,
    way: SignInWay = SignInWay.DEVICE,
    kind: PartnerKind = PartnerKind.DIRECT_BILL,
) -> AccountConnection:
    """Return the connection of an account in a cloud."""
    return AccountConnection(1, cloud_called(cloud_id), TENANT, APPLICATION, way, kind)


@dataclass
class Desk:
    """A client of ours, with what it asked for and how long it waited."""

    client: PartnerCenter
    sent: list[httpx.Request]
    waits: list[float]
    tokens: FakeTokens


def desk(
    answer: Callable[[httpx.Request], httpx.Response],
    account: AccountConnection | None = None,
    **options: Any,
) -> Desk:
    """Return a client whose requests `answer` answers; it waits without time passing."""
    sent: list[httpx.Request] = []
    waits: list[float] = []
    tokens = FakeTokens()
    limiter = Limiter(limit=10**9, reserve=0, clock=lambda: sum(waits))

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer(request)

    client = PartnerCenter(
        account or connection(),
        tokens,
        httpx.Client(transport=httpx.MockTransport(handle)),
        limiter,
        lambda: NOW,
        wait=waits.append,
        **options,
    )
    return Desk(client, sent, waits, tokens)


def in_turn(*answers: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """Return what answers with each of these, one after the other."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        del request
        now = left.pop(0)
        if isinstance(now, Exception):
            raise now
        return now

    return answer


def error(status: int, code: object = "", words: str = "no", **headers: str) -> httpx.Response:
    """Return an error as the API writes it."""
    body = {"code": code, "description": words, "data": [], "source": "PartnerFD"}
    return httpx.Response(status, json=body, headers=headers)


def guid(number: int) -> str:
    """Return the id of the customer of this number."""
    return str(UUID(int=number + 2**100))


def customer(number: int) -> dict[str, Any]:
    """Return a customer as the API writes it."""
    id = guid(number)
    return {
        "id": id,
        "companyProfile": {
            "tenantId": id,
            "domain": f"c{number}.onmicrosoft.com",
            "companyName": f"Customer {number}",
        },
        "relationshipToPartner": "reseller",
        "links": {"self": {"uri": f"/customers/{id}", "method": "GET", "headers": []}},
        "attributes": {"objectType": "Customer"},
    }


FAULTS = (
    "429", "429-bare", "500", "502", "401", "cut", "timeout", "connect", "half-body", "404-page",
    "lost-page", "repeated-page", "wrong-tenant-page", "double-v1", "absolute", "bom",
    "wrong-order", "stale-token", "short-list", "wrong-customer", "html-200",
)  # fmt: skip


class FakeApi:
    """A list of customers in pages, and each of them by id.

    `faults` are what spoils the next calls; None spoils nothing. A fault that cannot hit a call is
    left out.
    """

    def __init__(self, count: int, size: int, faults: Iterable[str | None] = ()) -> None:
        self.count = count
        self.size = size
        self.faults = list(faults)
        self.ends_with_2000 = False
        self.hit: Counter[str] = Counter()
        self.dead: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fault = (self.faults.pop(0) if self.faults else None) or ""
        self.hit[fault] += 1
        token = request.headers["Authorization"]
        if fault == "401":
            self.dead.add(token)
        if token in self.dead:
            return error(401, "400")
        if (spoilt := _instead(fault, request)) is not None:
            return spoilt
        id = request.url.path.removeprefix("/v1/customers").strip("/")
        if id:
            return self._one(id, fault)
        return self._page(request, fault)

    def _one(self, id: str, fault: str) -> httpx.Response:
        number = UUID(id).int - 2**100
        if fault == "wrong-customer":
            return httpx.Response(200, json=customer(number + 1))
        if not 0 <= number < self.count:
            return error(404, 60003)
        return _sent(customer(number), fault)

    def _page(self, request: httpx.Request, fault: str) -> httpx.Response:
        token = request.headers.get("MS-ContinuationToken", "")
        begin = int(token.split(",")[1]) if token else 0
        if token and fault in ("404-page", "stale-token"):
            return error(*((404, 1000) if fault == "404-page" else (400, 3000)))
        if begin >= self.count and token:
            return error(400, "2000")
        shift = {"repeated-page": -self.size, "wrong-tenant-page": 10**6}.get(fault, 0)
        rows = range(begin, min(begin + self.size, self.count))
        if token and shift:
            rows = range(rows.start + shift, rows.stop + shift)
        items = [customer(number) for number in rows]
        if fault == "lost-page":
            items = []
        if fault == "wrong-order":
            items.reverse()
        end = begin + self.size
        links: dict[str, Any] = {"self": {"uri": "/customers", "method": "GET", "headers": []}}
        is_last = end > self.count if self.ends_with_2000 else end >= self.count
        if fault != "short-list" and not is_last:
            links["next"] = _link(request, fault, f"x/{fault[:1]},{end},==")
        body = {"totalCount": len(items), "items": items, "links": links}
        return _sent(body, fault)


def _link(request: httpx.Request, fault: str, token: str) -> dict[str, Any]:
    base = {
        "double-v1": "/v1//v1/customers",
        "absolute": "https://api.partnercenter.microsoft.com/v1/customers",
    }.get(fault, "/customers" if request.headers.get("MS-ContinuationToken") else "/v1/customers")
    size = request.url.params.get("size", "")
    header = {"key": "MS-ContinuationToken", "value": token}
    uri = f"{base}?size={size}&seekOperation=Next"
    return {"uri": uri, "method": "GET", "headers": [header]}


def _instead(fault: str, request: httpx.Request) -> httpx.Response | None:
    if fault == "429":
        return httpx.Response(
            429, json={"statusCode": 429, "message": "slow"}, headers={"Retry-After": "3"}
        )
    if fault == "cut":
        raise httpx.RemoteProtocolError("cut", request=request)
    if fault == "timeout":
        raise httpx.ReadTimeout("late", request=request)
    if fault == "connect":
        raise httpx.ConnectError("away", request=request)
    page = "<html><title>Bad Gateway</title></html>"
    return {
        "429-bare": httpx.Response(429),
        "500": error(500, 800003, "内部エラー"),
        "502": httpx.Response(502, html=page),
        "html-200": httpx.Response(200, html=page),
    }.get(fault)


def _sent(body: Any, fault: str) -> httpx.Response:
    content = json.dumps(body).encode()
    if fault == "half-body":
        content = content[: len(content) // 2]
    if fault == "bom":
        content = b"\xef\xbb\xbf" + content
    return httpx.Response(200, content=content)

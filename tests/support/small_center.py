"""A Partner Center in this process that takes changes: it keeps what was done, and its own log.

It knows nothing of the program's outbox: it answers requests as the documents say, and a fault can
hit any of them before or after the work was done.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import httpx

from partnerdesk.partnercenter.client import PartnerCenter
from partnerdesk.partnercenter.connection import AccountConnection, Token, TokenKind
from partnerdesk.partnercenter.limiter import Limiter
from tests.support.books import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.partnercenter.connection import Audience

TENANT = "1c0d5e0a-7a55-4a0b-9a5f-2f1f6a0b7c11"
LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    f"&partnerId={TENANT}&msppId=0&DAP=true#/BillingAccounts/partner-invitation"
)
PASSWORD = "PlantedFirstPassword"
TOKEN = "planted-access-token"
BEFORE = ("cut-before", "500-before", "502-before", "429", "connect", "401")
AFTER = ("cut-after", "500-after", "half-body")
FAULTS = (*BEFORE, *AFTER, "stale", "kill-before", "kill-after", "offline")


class Held(NamedTuple):
    """What the service holds of a customer."""

    domain: str
    city: str
    is_ended: bool


class KilledError(BaseException):
    """The process died here."""


@dataclass
class SmallCenter:
    """Customers, their profiles and subscriptions; `faults` spoil the next requests."""

    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    resellers: list[dict[str, Any]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    foreign_domains: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    is_offline: bool = False
    hides_new: int = 0
    """How many more reads do not show a new customer yet."""
    search_is_late: bool = False
    """Whether a search does not find new customers."""
    log: list[tuple[str, str, int]] = field(default_factory=list)
    """Method, path and status of each request that was worked on."""
    done: list[tuple[str, str]] = field(default_factory=list)
    """Each effect in its order: `created`, `changed` or `ended`, and the customer."""
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    """The answer of each changing request that took effect, by its MS-RequestId."""
    edits: int = 0
    late: dict[str, list[Any]] = field(default_factory=dict)
    """Changes that were answered with 202: how many reads do not show them yet, and the body."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "offline":
            self.is_offline = True
        if self.is_offline or fault == "connect":
            raise httpx.ConnectError("away", request=request)
        if fault == "kill-before":
            raise KilledError
        if fault in BEFORE:
            return _spoilt_before(fault, request)
        answer = self._worked(request, fault)
        if fault == "kill-after":
            raise KilledError
        return _spoilt_after(fault, request, answer)

    def _worked(self, request: httpx.Request, fault: str) -> httpx.Response:
        id = request.headers["MS-RequestId"]
        changes = request.method not in ("GET", "HEAD")
        answer = self.answers.get(id) if changes else None
        if answer is None:
            answer = self._answer(request, fault)
            if changes and answer.is_success:
                self.answers[id] = answer
        self.log.append((request.method, request.url.path, answer.status_code))
        return answer

    def _answer(self, request: httpx.Request, fault: str) -> httpx.Response:
        method, path = request.method, request.url.path.removeprefix("/v1/")
        body: Any = json.loads(request.content) if request.content else None
        parts = path.split("/")
        if parts[0] == "domains":
            return httpx.Response(200 if parts[1] in self.domains() else 404)
        if path == "validations/address":
            return self._address(body)
        if path == "relationships":
            return httpx.Response(200, json={"items": self.resellers, "totalCount": 0})
        if path == "customers/relationshiprequests":
            return httpx.Response(200, json={"url": LINK})
        if path == "customers":
            if method == "POST":
                return self._create(body)
            return self._search(json.loads(request.url.params["filter"])["Value"])
        return self._of_customer(method, parts[1], "/".join(parts[2:]), body, request, fault)

    def domains(self) -> set[str]:
        """Return the domains that are taken."""
        own = {one["companyProfile"]["domain"] for one in self.customers.values()}
        return own | self.foreign_domains

    def add(self, number: int, domain: str, name: str, **profile: Any) -> str:
        """Add a customer, as if another tool had; return its id."""
        id = str(UUID(int=number + 2**100))
        company = {"tenantId": id, "domain": domain, "companyName": name}
        self.customers[id] = {
            "id": id, "companyProfile": company, "relationshipToPartner": "reseller",
            "attributes": {"objectType": "Customer"},
        }  # fmt: skip
        self.profiles[id] = {"companyName": name, "unknownField": "kept", **profile}
        self._stamp(id)
        return id

    def edit(self, id: str, **address: str) -> None:
        """Change the address of a profile, as if a colleague had in the portal."""
        self.profiles[id].setdefault("defaultAddress", {}).update(address)
        self._stamp(id)

    def _stamp(self, id: str) -> None:
        self.edits += 1
        self.profiles[id]["attributes"] = {"etag": f"v{self.edits}"}

    def _create(self, body: dict[str, Any]) -> httpx.Response:
        domain = body["companyProfile"]["domain"]
        if domain in self.domains():
            return _refusal(409, "600005", "The domain is not available.")
        if body["billingProfile"]["defaultAddress"].get("city") == "Nowhere":
            return _refusal(400, "2007", "The address is not valid.")
        name = body["billingProfile"]["companyName"]
        id = self.add(len(self.customers) + 1, domain, name, **body["billingProfile"])
        self.done.append(("created", id))
        told = {"userName": "admin", "password": PASSWORD}
        return httpx.Response(201, json={**self.customers[id], "userCredentials": told})

    def _search(self, domain: str) -> httpx.Response:
        items = [
            one
            for one in self.customers.values()
            if one["companyProfile"]["domain"].startswith(domain) and one["id"] not in self.ended
        ]
        items = [] if self.search_is_late else items
        return httpx.Response(200, json={"items": items, "totalCount": len(items), "links": {}})

    def _of_customer(
        self, method: str, id: str, rest: str, body: Any, request: httpx.Request, fault: str
    ) -> httpx.Response:
        if id not in self.customers or id in self.ended:
            return _refusal(404, "60003", "Tenant not found.")
        if method == "GET" and not rest and self.hides_new:
            self.hides_new -= 1
            return _refusal(404, "1000", "Not found.")
        if rest == "subscriptions":
            return httpx.Response(200, json={"items": self.subscriptions.get(id, [])})
        if rest.startswith("subscriptions/"):
            return self._subscription(method, id, rest.partition("/")[2], body, request, fault)
        if rest == "profiles/billing":
            if method == "GET":
                return httpx.Response(200, json=self.profiles[id])
            return self._put(id, body, request.headers["If-Match"], fault)
        if method == "PATCH":
            return self._end(id)
        profile = self.profiles[id]
        return httpx.Response(200, json={**self.customers[id], "billingProfile": profile})

    def _put(self, id: str, body: Any, etag: str, fault: str) -> httpx.Response:
        if fault == "stale":
            self._stamp(id)
        if etag != f'"{self.profiles[id]["attributes"]["etag"]}"':
            return _refusal(412, "2055", "Somebody was faster.")
        self.profiles[id] = deepcopy(body)
        self._stamp(id)
        self.done.append(("changed", id))
        return httpx.Response(200, json=self.profiles[id])

    def _end(self, id: str) -> httpx.Response:
        if any(one["status"] == "active" for one in self.subscriptions.get(id, [])):
            return _refusal(400, "800002", "Cancel the reservations first.")
        self.ended.add(id)
        self.done.append(("ended", id))
        return httpx.Response(200, json={**self.customers[id], "relationshipToPartner": "none"})

    def _subscription(
        self, method: str, id: str, which: str, body: Any, request: httpx.Request, fault: str
    ) -> httpx.Response:
        held = self.subscriptions.get(id, [])
        place = next((place for place, one in enumerate(held) if one["id"] == which), None)
        if place is None:
            return _refusal(404, "20003", "Subscription not found.")
        if method == "GET":
            self._catch_up(held, place)
            return httpx.Response(200, json=held[place])
        if fault == "another-runs":
            return _refusal(409, "900278", "There is a pending operation on this subscription.")
        if fault == "stale":
            self.change_subscription(id, which)
        if request.headers["If-Match"] != f'"{held[place]["attributes"]["etag"]}"':
            return _refusal(412, "800036", "Pre-condition failed")
        if fault.startswith("refused-"):
            return _refusal(400, fault.partition("-")[2], "No.")
        self.done.append(("changed", which))
        if fault == "late":
            self.late[which] = [3, body]
            return httpx.Response(202, headers={"Location": request.url.path})
        held[place] = body
        self.change_subscription(id, which)
        return httpx.Response(200, json=held[place])

    def _catch_up(self, held: list[dict[str, Any]], place: int) -> None:
        """Let a change that was taken on be done after some reads."""
        waits = self.late.get(held[place]["id"])
        if waits is None:
            return
        waits[0] -= 1
        if not waits[0]:
            etag = held[place]["attributes"]["etag"]
            held[place] = {**waits[1], "attributes": {"etag": f"{etag}+"}}
            del self.late[held[place]["id"]]

    def change_subscription(self, id: str, which: str, **fields: Any) -> None:
        """Change a subscription, as if a colleague had in the portal."""
        self.edits += 1
        (one,) = [one for one in self.subscriptions[id] if one["id"] == which]
        one.update(fields, attributes={"etag": f"v{self.edits}"})

    @staticmethod
    def _address(body: dict[str, str]) -> httpx.Response:
        status = "None" if body.get("city") == "Nowhere" else "VerifiedShippable"
        suggested = [] if status == "None" else [{**body, "postalCode": "98052-1234"}]
        told = {"originalAddress": body, "suggestedAddresses": suggested, "status": status}
        return httpx.Response(200, json=told)


def _refusal(status: int, code: str, text: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "description": text, "data": []})


def _spoilt_before(fault: str, request: httpx.Request) -> httpx.Response:
    if fault == "cut-before":
        raise httpx.RemoteProtocolError("cut", request=request)
    if fault == "429":
        return httpx.Response(429, json={"statusCode": 429}, headers={"Retry-After": "3"})
    if fault == "401":
        return httpx.Response(401, json={"code": "400", "description": "Access denied."})
    status = int(fault.partition("-")[0])
    return httpx.Response(status, text="<html><title>Bad</title></html>")


def _spoilt_after(fault: str, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if fault == "cut-after":
        raise httpx.ReadError("cut", request=request)
    if fault == "500-after":
        return _refusal(500, "800003", "Unexpected.")
    if fault == "half-body":
        half = answer.content[: len(answer.content) // 2]
        return httpx.Response(answer.status_code, content=half)
    return answer


class SmallService:
    """The service of a run of sending (`tests.support.sending_runs.Service`), in this process."""

    def __init__(self) -> None:
        self.center = SmallCenter()
        self.tenant = TENANT
        self.secrets: tuple[str, ...] = (PASSWORD, TOKEN)

    def client(self, account: Account) -> PartnerCenter:
        """Return a client of the account."""
        return client_of(self.center, account)

    def trouble(self, random: Random) -> None:
        """Let the next requests meet faults, and new customers be found late."""
        center = self.center
        center.is_offline = False
        center.hides_new = random.choice((0, 0, 1, 2))
        center.search_is_late = random.random() < 0.3
        center.faults = [
            random.choice(FAULTS) if random.random() < 0.4 else "" for _number in range(60)
        ]

    def heal(self) -> None:
        """Take all trouble away."""
        center = self.center
        center.faults, center.is_offline, center.hides_new = [], False, 0
        center.search_is_late = False
        center.subscriptions.clear()

    def take_domain(self, domain: str) -> None:
        """Let another partner's tenant have a domain."""
        self.center.foreign_domains.add(domain)

    def let_buy(self, id: str) -> None:
        """Let a customer have an active subscription."""
        if id in self.center.customers:
            active = {"id": "1", "offerName": "M365", "status": "active"}
            self.center.subscriptions[id] = [active]

    def let_others_edit(self, random: Random, cities: Sequence[str]) -> None:
        """Let somebody change an address in the portal."""
        lasting = sorted(set(self.center.customers) - self.center.ended)
        if lasting:
            field = random.choice(("city", "postalCode"))
            value = random.choice(cities) if field == "city" else "98101"
            self.center.edit(random.choice(lasting), **{field: value})

    def customers(self) -> dict[str, Held]:
        """Return what the service holds, by id."""
        center = self.center
        return {
            id: Held(
                one["companyProfile"]["domain"],
                center.profiles[id]["defaultAddress"]["city"],
                id in center.ended,
            )
            for id, one in center.customers.items()
        }

    def effects(self) -> list[tuple[str, str]]:
        """Return each effect in its order, by the service's own log."""
        return self.center.done


class PlantedTokens:
    """Gives tokens whose text must be found nowhere."""

    def __init__(self) -> None:
        self.given = 0

    def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
        """Return the token; a refused one is followed by another."""
        del audience, kind, refused
        self.given += 1
        return Token(f"{TOKEN}-{self.given}", NOW.replace(year=2030), TokenKind.USER)


def client_of(
    center: Callable[[httpx.Request], httpx.Response], account: Account, tenant: str = TENANT
) -> PartnerCenter:
    """Return a client of the service that waits without time passing."""
    from partnerdesk.models.accounts.accounts import SignInWay

    connection = AccountConnection(
        account.id, account.cloud, tenant, "app", SignInWay.DEVICE, account.kind
    )
    return PartnerCenter(
        connection,
        PlantedTokens(),
        httpx.Client(transport=httpx.MockTransport(center)),
        Limiter(limit=10**9, reserve=0),
        lambda: NOW,
        wait=lambda _seconds: None,
    )


def connect_account(store: Store, account_id: int, tenant: str = TENANT) -> None:
    """Mark an account as connected."""
    from partnerdesk.models.accounts.entities import PartnerAccount

    with store.writing() as session:
        account = session.get_one(PartnerAccount, account_id)
        account.connected, account.tenant_id, account.name = True, tenant, "Partner GmbH"

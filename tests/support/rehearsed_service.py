"""The rehearsal as the service of a run of sending: a real process, over TLS, with its own log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.clock import now
from partnerdesk.models.settings.clouds import Addresses
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.client import PartnerCenter
from partnerdesk.partnercenter.connection import AccountConnection, Token, TokenKind
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.limiter import Limiter
from tests.support.small_center import Held, WaitedTime

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.partnercenter.connection import Audience
    from tests.support.rehearsal import RehearsalInfo

TROUBLES = (
    "429", "429-bare", "500", "500-after", "502", "502-after", "401", "cut-before", "cut-after",
    "half-body", "wrong-customer", "stale-etag", "stale-etag-2055", "bom", "error-language", "503",
)  # fmt: skip
EFFECTS = {
    "customer-create": "created",
    "billing-profile-update": "changed",
    "relationship-end": "ended",
}
"""Operations of the log that change something, and what they do."""


class RehearsedService:
    """A partner of its own in a rehearsal."""

    def __init__(self, info: RehearsalInfo) -> None:
        self._info = info
        self.tenant = info.partner(customers=0)["tenant"]
        self._http = http_client(TlsSettings(ca_file=info.ca_file), timeout=5)
        self._tokens: list[str] = []
        self._passwords: set[str] = set()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The tokens that were given out, and the first passwords of `effects`."""
        return (*self._tokens, *self._passwords)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
        """Return a token; a refused one is followed by another."""
        del audience, kind
        if refused or not self._tokens:
            self._tokens.append(self._info.token(self.tenant))
        return Token(self._tokens[-1], now() + timedelta(hours=1), TokenKind.USER)

    def client(self, account: Account) -> PartnerCenter:
        """Return a client of the account that waits by moving the rehearsal's clock."""
        info = self._info
        addresses = Addresses(info.authority, info.api, info.api, info.partner_api, info.graph)
        cloud = replace(account.cloud, addresses=addresses)
        connection = AccountConnection(
            account.id, cloud, self.tenant, "app", SignInWay.DEVICE, account.kind
        )
        time = WaitedTime()

        def wait(seconds: float) -> None:
            time.wait(seconds)
            self._info.later(seconds)

        limiter = Limiter(limit=10**9, reserve=0, clock=time)
        return PartnerCenter(connection, self, self._http, limiter, now, wait=wait)

    def trouble(self, random: Random) -> None:
        """Let some of the next calls meet faults."""
        some = random.sample(TROUBLES, 3)
        self._info.faults(*(f"{name}:1/{random.choice((3, 4, 5))}" for name in some))

    def heal(self) -> None:
        """Take all trouble away, and let what is late be seen."""
        self._info.faults()
        self._info.later(3600)

    def take_domain(self, domain: str) -> None:
        """Do nothing: domains are free in the rehearsal."""

    def let_buy(self, id: str) -> None:
        """Do nothing: a new customer has bought nothing."""

    def let_others_edit(self, random: Random, cities: Sequence[str]) -> tuple[str, str] | None:
        """Let somebody change an address in the portal."""
        lasting = sorted(row["id"] for row in self._rows() if not row["gone"])
        if not lasting:
            return None
        one, city = random.choice(lasting), random.choice(cities)
        before = self._edited(one)["defaultAddress"]["city"]
        self._edited(one, city=city)
        return one, str(before)

    def _edited(self, id: str, **address: str) -> dict[str, Any]:
        """Let somebody change an address; return the billing profile as it is then."""
        told = self._info.ask("edit", tenant=self.tenant, customer=id, address=address)
        profile: dict[str, Any] = told["customer"]["billingProfile"]
        return profile

    def customers(self) -> dict[str, Held]:
        """Return what stands in the rehearsal."""
        held = {}
        for row in self._rows():
            city = "" if row["gone"] else self._city(row["id"])
            held[row["id"]] = Held(row["domain"], city, row["gone"])
        return held

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._info.ask("customers", tenant=self.tenant)["customers"]
        return rows

    def _city(self, id: str) -> str:
        address = f"{self._info.api}/v1/customers/{id}/profiles/billing"
        token = self._info.token(self.tenant)
        answer = self._info.http.get(address, headers={"Authorization": f"Bearer {token}"})
        return str(answer.json()["defaultAddress"]["city"])

    def effects(self) -> list[tuple[str, str]]:
        """Return what was done, each effect once, by the rehearsal's own log."""
        return [
            (EFFECTS[call["operation"]], call["customer"] or self._created_by(call["request_id"]))
            for call in self._info.log()
            if call["done"] and call["tenant"] == self.tenant and call["operation"] in EFFECTS
        ]

    def _created_by(self, request_id: str) -> str:
        """Return the id of the customer that a call created, and learn its first password."""
        (answer,) = self._info.ask("answered", request_id=request_id)["answers"]
        self._passwords.add(answer["body"]["userCredentials"]["password"])
        return str(answer["body"]["id"])

"""What is needed to talk to Partner Center for one account, and who gives the tokens for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.accounts.accounts import PartnerKind, SignInWay
    from partnerdesk.models.settings.clouds import Addresses, Cloud


@dataclass(frozen=True, slots=True)
class AccountConnection:
    """An account that is connected: its cloud, its tenant, and how one signs in there."""

    account_id: int
    cloud: Cloud
    tenant_id: str
    """The GUID of the partner's tenant; it decides the cloud where clouds share an address."""
    client_id: str
    """The GUID of the app registration that signs in."""
    way: SignInWay
    kind: PartnerKind


class Audience(StrEnum):
    """The services that need a token of their own (`reference/newer.md §2.2`)."""

    PARTNER_CENTER = "partner_center"
    PARTNER_API = "partner_api"
    """Prices and referrals."""
    GRAPH = "graph"

    def resource(self, addresses: Addresses) -> str:
        """Return the resource to ask a token for; empty where the cloud has no such service."""
        return {
            Audience.PARTNER_CENTER: addresses.resource,
            Audience.PARTNER_API: addresses.partner_api,
            Audience.GRAPH: addresses.graph,
        }[self]

    def scope(self, addresses: Addresses) -> str:
        """Return the scope of all granted rights of the resource; empty without the service."""
        resource = self.resource(addresses)
        return f"{resource}/.default" if resource else ""

    def base(self, addresses: Addresses) -> str:
        """Return the address that calls of this audience start with, without a last slash."""
        return addresses.api if self is Audience.PARTNER_CENTER else self.resource(addresses)


class TokenKind(StrEnum):
    """For whom a token speaks."""

    USER = "user"
    """The app for a person who signed in with MFA (App+User)."""
    APP = "app"
    """The app alone."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; its text never shows in a `repr`."""

    value: str = field(repr=False)
    expires_at: datetime
    kind: TokenKind


class Tokens(Protocol):
    """Who gives the access tokens of one account; called from worker threads."""

    def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
        """Return a token for `audience`.

        `refused` is the text of a token that the service has just answered with 401: the answer is
        then another one.

        Raises:
            SignInNeededError: a person has to sign in first.
            OfflineError: the authority was not reached.
        """
        ...

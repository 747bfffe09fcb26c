"""The partner's accounts in the header and the selector; light to import, for the first frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import from_millis
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.settings.clouds import Cloud

ALL = "all"
"""Names all accounts of all clouds, in `--cloud` and in the remembered choice."""


class PartnerKind(StrEnum):
    """How the partner buys and sells (`reference/rules.md §8`)."""

    DIRECT_BILL = "direct_bill"
    INDIRECT_PROVIDER = "indirect_provider"
    INDIRECT_RESELLER = "indirect_reseller"


class SignInWay(StrEnum):
    """How a person or the program signs in to Partner Center (`reference/newer.md §2.3`)."""

    DEVICE = "device"
    """A code that the person types into a page on any machine."""
    BROWSER = "browser"
    """A browser on this machine, which comes back to a local address."""
    PASTE = "paste"
    """A browser anywhere; the person pastes the address where it ended."""
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - the name of a way, not a secret
    """A refresh token of the secure application model, for unattended use."""
    APP = "app"
    """The application alone, by its secret; for what allows or needs it."""


SIGN_IN_WAY_TITLES = {
    SignInWay.DEVICE: N_("code for a browser on any machine"),
    SignInWay.BROWSER: N_("browser on this machine"),
    SignInWay.PASTE: N_("browser, and pasting its last address"),
    SignInWay.REFRESH_TOKEN: N_("refresh token"),
    SignInWay.APP: N_("application alone"),
}
"""The name of each way to sign in on the screen."""

PARTNER_KIND_TITLES = {
    PartnerKind.DIRECT_BILL: N_("direct bill"),
    PartnerKind.INDIRECT_PROVIDER: N_("indirect provider"),
    PartnerKind.INDIRECT_RESELLER: N_("indirect reseller"),
}
"""The name of each kind of partner on the screen."""


@dataclass(frozen=True, slots=True)
class Account:
    """A partner account, as it is shown."""

    id: int
    cloud: Cloud
    name: str
    connected: bool
    synced_at: datetime | None
    customers: int
    """The number of customers, without ended customers."""
    kind: PartnerKind = PartnerKind.DIRECT_BILL
    market: str = ""
    """ISO 3166-1 alpha-2 code of the country the partner is enrolled in; empty while unknown."""
    signed_in_as: str = ""
    """Who is signed in, or the application; empty while nobody is."""
    signed_in_until: datetime | None = None
    """When the sign-in has to be renewed by a person; None if nobody is signed in or unknown."""
    mfa: bool | None = None
    """Whether the sign-in counts as multi-factor for Partner Center; None while not known yet."""

    @property
    def title(self) -> str:
        """The account's name, or that it is kept by hand."""
        return shown(self.name) or _("kept by hand")


@dataclass(frozen=True, slots=True)
class Scope:
    """The choice in the cloud selector: one account, or all accounts."""

    accounts: tuple[Account, ...]
    key: str
    """The remembered form of the choice: an account's id, or `all`."""

    @property
    def account(self) -> Account | None:
        """The chosen account; None for all clouds, where nothing can be changed."""
        return None if self.key == ALL else self.accounts[0]

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the accounts in the scope."""
        return tuple(account.id for account in self.accounts)

    @property
    def synced_at(self) -> datetime | None:
        """When the oldest customer list of the scope was received; None if one never was."""
        moments = [account.synced_at for account in self.accounts]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None


def read_accounts(connection: Connection, clouds: Sequence[Cloud]) -> list[Account]:
    """Return the accounts of `clouds`, in the order of the clouds, then by id."""
    order = {cloud.id: index for index, cloud in enumerate(clouds)}
    rows = connection.rows(
        "SELECT a.id, a.cloud, a.name, a.connected, a.synced_at, "
        "(SELECT count(*) FROM customers AS c WHERE c.account_id = a.id AND c.ended_at = 0), "
        "a.kind, a.market, a.signed_in_as, a.signed_in_until, a.mfa "
        "FROM partner_accounts AS a ORDER BY a.id"
    )
    accounts = [
        Account(
            id, clouds[order[cloud]], name, bool(connected),
            from_millis(synced) if synced else None, customers, PartnerKind(kind), market,
            signed_in_as, from_millis(until) if until else None, None if mfa is None else bool(mfa),
        )
        for (
            id, cloud, name, connected, synced, customers, kind, market, signed_in_as, until, mfa
        ) in rows
        if cloud in order
    ]  # fmt: skip
    return sorted(accounts, key=lambda account: order[account.cloud.id])


def choose(accounts: Sequence[Account], wanted: str) -> Scope:
    """Return the scope that `wanted` names: an account's id, a cloud's id, or `all`.

    Falls back to the first account if `wanted` names none of `accounts`.
    """
    if wanted == ALL:
        return Scope(tuple(accounts), ALL)
    for account in accounts:
        if wanted in (str(account.id), account.cloud.id):
            return Scope((account,), str(account.id))
    return Scope((accounts[0],), str(accounts[0].id))

"""The partner's accounts in the header and the selector; light to import, for the first frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from partnerdesk.models.accounts.own_sign_ins import SignInKey, own_sign_in
from partnerdesk.models.core import stored
from partnerdesk.models.core.clock import date_text
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerdesk.models.accounts.own_sign_ins import OwnSignIn
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

    @property
    def is_by_secret(self) -> bool:
        """Whether a secret signs in, and nobody does anything in a browser."""
        return self in (SignInWay.REFRESH_TOKEN, SignInWay.APP)


SIGN_IN_WAY_TITLES = Titles(
    {
        SignInWay.DEVICE: N_("code for a browser on any machine"),
        SignInWay.BROWSER: N_("browser on this machine"),
        SignInWay.PASTE: N_("browser, and pasting its last address"),
        SignInWay.REFRESH_TOKEN: N_("refresh token"),
        SignInWay.APP: N_("application alone"),
    }
)
"""The name of each way to sign in on the screen."""

PARTNER_KIND_TITLES = Titles(
    {
        PartnerKind.DIRECT_BILL: N_("direct bill"),
        PartnerKind.INDIRECT_PROVIDER: N_("indirect provider"),
        PartnerKind.INDIRECT_RESELLER: N_("indirect reseller"),
    }
)
"""The name of each kind of partner on the screen."""


class SignInState(StrEnum):
    """How an account stands to this person's sign-in on this computer."""

    BY_HAND = "by_hand"
    """The account is not connected."""
    NEVER = "never"
    """Nobody has signed in, or the person signed out."""
    HOLDS = "holds"
    ENDED = "ended"
    """It lapsed, or Microsoft ended it."""


_STATE_WORDS = {SignInState.NEVER: N_("signed out"), SignInState.ENDED: N_("sign-in ended")}


class NamedAccount(Protocol):
    """What tells an account apart, as it is shown or as the book holds it."""

    @property
    def name(self) -> str:
        """The name that the partner gave it; may be empty."""
        ...

    @property
    def client_id(self) -> str:
        """The GUID of the application that signs in; empty while the account is kept by hand."""
        ...

    @property
    def tenant_id(self) -> str:
        """The GUID of the partner's tenant."""
        ...

    @property
    def signed_in_as(self) -> str:
        """Who is signed in; empty while nobody is."""
        ...


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
    """Who signed in last, of all who work in this book; empty while nobody has."""
    own: OwnSignIn | None = None
    """The sign-in of this person on this computer; None for none."""
    tenant_id: str = ""
    """The GUID of the partner's tenant; empty while kept by hand."""
    client_id: str = ""
    """The GUID of the application that signs in; empty while the account is kept by hand."""
    way: SignInWay = SignInWay.DEVICE

    @property
    def title(self) -> str:
        """The account's name, else what tells a connected one apart, or that it is kept by hand."""
        return account_title(self)

    def signed_in(self, at: datetime) -> SignInState:
        """Return how the account stands to its sign-in."""
        if not self.client_id:
            return SignInState.BY_HAND
        if self.own is None:
            return SignInState.NEVER
        lapsed = self.own.until is not None and self.own.until <= at
        return SignInState.ENDED if lapsed else SignInState.HOLDS


@dataclass(frozen=True, slots=True)
class Scope:
    """The choice in the cloud selector: one account, or all accounts."""

    accounts: tuple[Account, ...]
    key: str
    """The remembered form of the choice: an account's id, a cloud with several, or `all`."""

    @property
    def account(self) -> Account | None:
        """The chosen account; None for several, where nothing can be changed."""
        return self.accounts[0] if len(self.accounts) == 1 and self.key != ALL else None

    @property
    def cloud(self) -> Cloud | None:
        """The cloud whose several accounts are chosen; None for one account, or all clouds."""
        return self.accounts[0].cloud if self.key == self.accounts[0].cloud.id else None

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
    """Return the accounts of `clouds`, in the order of the clouds, then by id.

    An account beside another one of its cloud is left out once it is disconnected and empty.
    """
    order = {cloud.id: index for index, cloud in enumerate(clouds)}
    rows = connection.rows(
        "SELECT a.id, a.cloud, a.name, a.connected, a.synced_at, "
        "(SELECT count(*) FROM customers AS c WHERE c.account_id = a.id AND c.ended_at = 0), "
        "a.kind, a.market, a.signed_in_as, a.tenant_id, a.client_id, a.sign_in_way "
        "FROM partner_accounts AS a WHERE a.connected "
        "OR a.id = (SELECT min(b.id) FROM partner_accounts AS b WHERE b.cloud = a.cloud) "
        "OR EXISTS (SELECT 1 FROM customers AS c WHERE c.account_id = a.id) "
        "OR EXISTS (SELECT 1 FROM invitations AS i WHERE i.account_id = a.id) ORDER BY a.id"
    )
    accounts = [
        Account(
            id, clouds[order[cloud]], name, bool(connected),
            stored.moment(synced), customers, stored.choice(PartnerKind, kind), market,
            signed_in_as,
            own_sign_in(SignInKey(cloud, tenant_id, client_id)) if client_id else None,
            tenant_id, client_id, stored.choice(SignInWay, way),
        )
        for (
            id, cloud, name, connected, synced, customers, kind, market, signed_in_as,
            tenant_id, client_id, way,
        ) in rows
        if cloud in order
    ]  # fmt: skip
    return sorted(accounts, key=lambda account: order[account.cloud.id])


def choose(accounts: Sequence[Account], wanted: str) -> Scope:
    """Return the scope that `wanted` names: an account's id, a cloud's id, or `all`.

    A cloud with several accounts is a scope of them all. Falls back to the first account if
    `wanted` names none of `accounts`.
    """
    if wanted == ALL:
        return Scope(tuple(accounts), ALL)
    named = [account for account in accounts if wanted in (str(account.id), account.cloud.id)]
    if len(named) > 1:
        return Scope(tuple(named), wanted)
    chosen = named[0] if named else accounts[0]
    return Scope((chosen,), str(chosen.id))


def sign_in_words(account: Account, at: datetime) -> list[str]:
    """Return how an account is signed in, in words: who, whether with MFA, until when.

    Nothing for an account kept by hand; where the sign-in does not hold, that alone.
    """
    state, own = account.signed_in(at), account.own
    if state is not SignInState.HOLDS or own is None:
        return [_(_STATE_WORDS[state])] if state in _STATE_WORDS else []
    if account.way is SignInWay.APP:
        return [_("signed in as an application")]
    mfa = {True: N_("MFA yes"), False: N_("MFA no"), None: N_("MFA not known yet")}[own.mfa]
    words = [shown(own.who), _(mfa)]
    if own.until is not None:
        words.append(_("until {date}").format(date=date_text(own.until)))
    return words


def account_title(account: NamedAccount) -> str:
    """Return the account's name, else what tells a connected one apart, or that it is by hand."""
    if account.name or not account.client_id:
        return shown(account.name) or _("kept by hand")
    return shown(domain_signed_in_to(account)) or account.tenant_id


def domain_signed_in_to(account: NamedAccount) -> str:
    """Return the domain of the person who is signed in; empty if that is nobody, or no person."""
    return account.signed_in_as.rpartition("@")[2] if "@" in account.signed_in_as else ""


def shown_titles(accounts: Sequence[Account]) -> dict[int, str]:
    """Return the title of each account by its id; same titles in one cloud get the account's id."""
    titles = [(account.cloud.id, account.title) for account in accounts]
    return {
        account.id: title if titles.count((cloud, title)) == 1 else f"{title} ({account.id})"
        for account, (cloud, title) in zip(accounts, titles, strict=True)
    }

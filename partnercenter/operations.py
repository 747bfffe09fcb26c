"""The operations of the Partner Center API as data, and why one cannot be called.

The client, the checks before a call and `docs/partner-center.md` come of `operations.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partnerdesk.models.accounts.accounts import PARTNER_KIND_TITLES, PartnerKind, SignInWay
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import N_, _
from partnerdesk.models.settings.clouds import Capability, Rule, Support
from partnerdesk.partnercenter.connection import Audience, TokenKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.settings.clouds import Cloud
    from partnerdesk.partnercenter.connection import AccountConnection

PAGES = "https://learn.microsoft.com/partner-center/"
"""Where the pages are that the table names."""
TENANT = "tenant"
"""The name of the partner's own tenant among the values that an answer is compared with."""


class Auth(StrEnum):
    """Which tokens an operation takes (`reference/protocol.md §2`)."""

    USER = "user"
    """App+User only."""
    APP = "app"
    """App only; a user's token is refused."""
    BOTH = "both"


class Paging(StrEnum):
    """How a list goes on (`reference/protocol.md §4`)."""

    NONE = "none"
    LINKS = "links"
    """`links.next`, with its headers and the continuation token."""
    OFFSET = "offset"
    """`size` and `offset`, until a page is short."""


class Repeat(StrEnum):
    """How a call without an answer may be repeated (`reference/protocol.md §7`)."""

    READ = "read"
    """At will: it changes nothing."""
    SAME_ID = "same_id"
    """With the same MS-RequestId: the service answers for the first call."""
    NEVER = "never"
    """Not before somebody has looked whether it took effect."""


ROLE_TITLES = {
    "global_admin": N_("global admin"),
    "user_management_admin": N_("user management admin"),
    "admin_agent": N_("admin agent"),
    "sales_agent": N_("sales agent"),
    "helpdesk_agent": N_("helpdesk agent"),
    "billing_admin": N_("billing admin"),
    "account_admin": N_("account admin"),
}
"""The name of each role inside a sentence (`reference/rules.md §1`)."""


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation of the API, as `operations.toml` explains its fields."""

    name: str
    title: str
    area: str
    method: str
    path: str
    auth: Auth
    capability: Capability
    source: str
    """The address of Microsoft's page."""
    source_day: str
    """The day of its text, ISO 8601."""
    repeat: Repeat
    pages: Paging = Paging.NONE
    query: tuple[str, ...] = ()
    clouds: Mapping[str, Support] = field(default_factory=dict)
    kinds: tuple[PartnerKind, ...] = (PartnerKind.DIRECT_BILL, PartnerKind.INDIRECT_PROVIDER)
    roles: tuple[str, ...] = ()
    etag: bool = False
    same: Mapping[str, str] = field(default_factory=dict)
    items_same: Mapping[str, str] = field(default_factory=dict)
    ended: str = ""
    open: str = ""
    answers: tuple[int, ...] = ()
    probe: str = ""
    alike: str = ""

    audience = Audience.PARTNER_CENTER
    """The service that has the operation."""

    @property
    def role_titles(self) -> str:
        """The roles that Microsoft's page names, in words; empty where it names none."""
        return ", ".join(_(ROLE_TITLES[role]) for role in self.roles)

    def address(self, values: Mapping[str, str]) -> str:
        """Return the path with `values` filled in, each of them escaped.

        Raises:
            KeyError: `values` lacks a name of the path.
        """
        return self.path.format_map({name: quote(text, safe="") for name, text in values.items()})

    def token_kind(self, way: SignInWay) -> TokenKind:
        """Return which token to ask for, where one is signed in in this way."""
        if self.auth is Auth.APP or (self.auth is Auth.BOTH and way is SignInWay.APP):
            return TokenKind.APP
        return TokenKind.USER

    def support(self, cloud: Cloud) -> Support:
        """Return how far a cloud has the operation."""
        rule = cloud.rules.get(self.capability, Rule(Support.UNSTATED))
        return self.clouds.get(cloud.id, rule.support)

    def refusal(self, connection: AccountConnection) -> Reason | None:
        """Return why the operation cannot be called for an account; None where it can."""
        code, text = self._refused(connection)
        return Reason(f"operation.{code}", text, source=self.source) if code else None

    def _refused(self, connection: AccountConnection) -> tuple[str, str]:
        title = _(self.title)
        if connection.kind is PartnerKind.INDIRECT_RESELLER:
            return "no-access", _("Microsoft gives indirect resellers no access to the API.")
        if self.support(connection.cloud) is Support.NO:
            return "not-in-cloud", self._not_in(connection.cloud)
        if connection.kind not in self.kinds:
            kinds = ", ".join(_(PARTNER_KIND_TITLES[kind]) for kind in self.kinds)
            text = _("Only partners of this kind can call “{operation}”: {kinds}.")
            return "wrong-kind", text.format(operation=title, kinds=kinds)
        if self.ended:
            text = _("Microsoft refuses “{operation}” since {day}.")
            return "ended", text.format(operation=title, day=self.ended)
        if self.open:
            text = _("The program cannot call “{operation}” yet.").format(operation=title)
            return "open", " ".join([text, _(self.open)])
        return self._wrong_sign_in(connection.way)

    def _not_in(self, cloud: Cloud) -> str:
        permission = cloud.allows(self.capability)
        if permission.support is Support.NO:
            return permission.reason
        return _("{cloud} does not offer: {capability}.").format(
            cloud=_(cloud.short_name), capability=_(self.title)
        )

    def _wrong_sign_in(self, way: SignInWay) -> tuple[str, str]:
        if self.auth is Auth.USER and way is SignInWay.APP:
            code, text = (
                "needs-user",
                _(
                    "“{operation}” needs a person who signs in with a second factor; this account "
                    "signs in as an application alone."
                ),
            )
        elif self.auth is Auth.APP and way not in (SignInWay.APP, SignInWay.REFRESH_TOKEN):
            code, text = (
                "needs-app",
                _("“{operation}” needs an application that signs in alone, by its secret."),
            )
        else:
            return "", ""
        return code, text.format(operation=_(self.title))


@cache
def operations() -> Mapping[str, ApiOperation]:
    """Return all operations by name, in the order of the table."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {name: _operation(name, row) for name, row in tomllib.loads(text).items()}
    )


def _operation(name: str, row: Mapping[str, Any]) -> ApiOperation:
    fields = dict(row)
    page, day = fields.pop("source")
    method = fields["method"]
    repeat = fields.pop("repeat", Repeat.READ if method in ("GET", "HEAD") else Repeat.NEVER)
    kinds = fields.pop("kinds", None)
    if kinds is not None:
        fields["kinds"] = tuple(map(PartnerKind, kinds))
    clouds = fields.pop("clouds", {})
    return ApiOperation(
        name,
        source=PAGES + page,
        source_day=day,
        repeat=Repeat(repeat),
        auth=Auth(fields.pop("auth")),
        capability=Capability(fields.pop("capability")),
        pages=Paging(fields.pop("pages", Paging.NONE)),
        query=tuple(fields.pop("query", ())),
        roles=tuple(fields.pop("roles", ())),
        answers=tuple(fields.pop("answers", ())),
        clouds={cloud: Support(cell) for cloud, cell in clouds.items()},
        **fields,
    )

"""The clouds a partner sells in, and what each of them can do: a table, never an `if`.

The table stands in `config.toml`, where a partner can correct it; it follows
`reference/rules.md §2`. This file gives it names and words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from partnerdesk.models.languages import N_, _


class Support(StrEnum):
    """How far a cloud offers something."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"
    """Only in part, or the sources disagree: allowed, with a word of warning."""
    UNSTATED = "unstated"
    """No source says: allowed, with a word of warning."""


class Capability(StrEnum):
    """What a cloud may be able to do; one row of the capability table each."""

    SEE_CUSTOMERS = "see_customers"
    CREATE_CUSTOMER = "create_customer"
    CREATE_CUSTOMER_FOR_RESELLER = "create_customer_for_reseller"
    NEW_CUSTOMERS = "new_customers"
    INVITATION_URL = "invitation_url"
    INVITE_EXISTING = "invite_existing"
    INVITE_WITHOUT_DELEGATED_ADMIN = "invite_without_delegated_admin"
    REMOVE_RELATIONSHIP = "remove_relationship"
    CUSTOMER_AGREEMENT = "customer_agreement"
    QUALIFICATION = "qualification"
    VALIDATION = "validation"
    INDIRECT_MODEL = "indirect_model"
    RESELLER_AGREEMENT_CHECK = "reseller_agreement_check"
    SUBSCRIPTIONS = "subscriptions"
    CREATE_ORDERS = "create_orders"
    MARKETPLACE_SUBSCRIPTIONS = "marketplace_subscriptions"
    CUSTOMER_USERS = "customer_users"
    USER_LICENCES = "user_licences"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    AZURE_SUBSCRIPTIONS = "azure_subscriptions"
    OFFICE_SUBSCRIPTIONS = "office_subscriptions"
    SERVICE_REQUESTS = "service_requests"
    SERVICE_HEALTH = "service_health"
    MANAGED_SERVICES = "managed_services"
    SUPPORT_CONTACT = "support_contact"
    USAGE = "usage"
    AUDIT_RECORDS = "audit_records"
    INVOICES = "invoices"
    DEVICES = "devices"
    PARTNER_PROFILES = "partner_profiles"
    REFERRALS = "referrals"
    LICENCE_ANALYTICS = "licence_analytics"
    ISV_REGISTRATION = "isv_registration"
    WEBHOOKS = "webhooks"


TITLES = {
    Capability.SEE_CUSTOMERS: N_("see and search customers"),
    Capability.CREATE_CUSTOMER: N_("add a customer through the API"),
    Capability.CREATE_CUSTOMER_FOR_RESELLER: N_("add a customer for an indirect reseller"),
    Capability.NEW_CUSTOMERS: N_("new customers"),
    Capability.INVITATION_URL: N_("an invitation link through the API"),
    Capability.INVITE_EXISTING: N_("invite existing customers"),
    Capability.INVITE_WITHOUT_DELEGATED_ADMIN: N_("invite without delegated admin"),
    Capability.REMOVE_RELATIONSHIP: N_("end a relationship through the API"),
    Capability.CUSTOMER_AGREEMENT: N_("customer agreements through the API"),
    Capability.QUALIFICATION: N_("qualification of customers"),
    Capability.VALIDATION: N_("domain, address and country checks"),
    Capability.INDIRECT_MODEL: N_("indirect providers and resellers"),
    Capability.RESELLER_AGREEMENT_CHECK: N_("check of a reseller's partner agreement"),
    Capability.SUBSCRIPTIONS: N_("subscriptions: list, suspend, change quantity"),
    Capability.CREATE_ORDERS: N_("orders"),
    Capability.MARKETPLACE_SUBSCRIPTIONS: N_("marketplace subscriptions"),
    Capability.CUSTOMER_USERS: N_("users of a customer"),
    Capability.USER_LICENCES: N_("licences of users"),
    Capability.PASSWORD_RESET: N_("password reset"),
    Capability.AZURE_SUBSCRIPTIONS: N_("Azure subscriptions"),
    Capability.OFFICE_SUBSCRIPTIONS: N_("Office 365, EMS and Dynamics"),
    Capability.SERVICE_REQUESTS: N_("service requests"),
    Capability.SERVICE_HEALTH: N_("service health"),
    Capability.MANAGED_SERVICES: N_("managed services with admin links"),
    Capability.SUPPORT_CONTACT: N_("support contacts"),
    Capability.USAGE: N_("usage and spending budgets"),
    Capability.AUDIT_RECORDS: N_("audit records"),
    Capability.INVOICES: N_("invoices"),
    Capability.DEVICES: N_("devices and their policies"),
    Capability.PARTNER_PROFILES: N_("partner profiles"),
    Capability.REFERRALS: N_("business profiles and referrals"),
    Capability.LICENCE_ANALYTICS: N_("licence analytics"),
    Capability.ISV_REGISTRATION: N_("ISV registration"),
    Capability.WEBHOOKS: N_("webhooks"),
}
"""What each capability is called in a sentence."""

_GLOBAL_ONLY = N_(
    "The API ends relationships in the global cloud only. End it in the portal and record it here."
)
_REASONS = {
    (Capability.NEW_CUSTOMERS, "germany"): N_(
        "Microsoft Cloud Germany takes no new customers since 2018 and closed on 29 October 2021."
    ),
    (Capability.CREATE_CUSTOMER, "germany"): N_(
        "Microsoft Cloud Germany takes no new customers since 2018, and its API cannot add one."
    ),
    (Capability.INVITATION_URL, "us-gov"): N_(
        "US Government has no invitation call. "
        "Make the invitation in the portal and record it here."
    ),
    (Capability.INVITE_EXISTING, "us-gov"): N_(
        "Sources disagree on whether US Government customers can be invited; "
        "where they can, it is in the portal only."
    ),
    (Capability.REMOVE_RELATIONSHIP, "us-gov"): _GLOBAL_ONLY,
    (Capability.REMOVE_RELATIONSHIP, "germany"): _GLOBAL_ONLY,
    (Capability.REMOVE_RELATIONSHIP, "china"): _GLOBAL_ONLY,
    (Capability.OFFICE_SUBSCRIPTIONS, "us-gov"): N_("Offered since 2021; before, it was not."),
    (Capability.INDIRECT_MODEL, "china"): N_(
        "In this cloud indirect resellers use their provider's invitation."
    ),
}
"""Where the reference says more than yes or no (`reference/rules.md §2, §7, §9, §16`)."""


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer of `Cloud.allows`: whether, and if not or not wholly, why."""

    support: Support
    reason: str
    """Why not, or what to mind; empty for a plain yes. Translated."""
    source: str
    """The document that says so."""

    @property
    def allowed(self) -> bool:
        """Whether the action may be tried at all."""
        return self.support is not Support.NO

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell of the capability table."""

    support: Support
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A national cloud with its own Partner Center."""

    id: str
    """`global`, `us-gov`, `germany`, `china`: what `--cloud` takes."""
    name: str
    """The full name, as Microsoft writes it; never translated."""
    short_name: str
    """The name for narrow places; translated where it is shown."""
    domain_suffix: str
    """What follows the prefix of a customer's first domain, without a leading dot."""
    color: str
    """`blue`, `red`, `yellow`, `magenta`, `cyan` or `green`; each theme has its own shade."""
    enabled: bool = True
    rules: dict[Capability, Rule] = field(default_factory=dict, hash=False)

    def allows(self, capability: Capability) -> Permission:
        """Say whether this cloud can do something, why not, and which source says so.

        What the table does not hold is unstated: it may be tried, with a warning.
        """
        rule = self.rules.get(capability, Rule(Support.UNSTATED))
        return Permission(rule.support, self._reason(capability, rule.support), rule.source)

    def _reason(self, capability: Capability, support: Support) -> str:
        if support is Support.YES:
            return ""
        if own := _REASONS.get((capability, self.id)):
            return _(own)
        sentence = {
            Support.NO: _("{cloud} does not offer: {capability}."),
            Support.PARTLY: _("{cloud} offers this only in part: {capability}."),
            Support.UNSTATED: _("No source says whether {cloud} offers: {capability}."),
        }[support]
        return sentence.format(cloud=_(self.short_name), capability=_(TITLES[capability]))


SHORT_NAMES = (N_("Global"), N_("US Gov"), N_("Germany"), N_("21Vianet"))
"""The short names that `config.toml` ships, marked here for translation."""


CLOUDS = {
    "global": N_("Global"),
    "us-gov": N_("US Gov"),
    "germany": N_("Germany"),
    "china": N_("21Vianet"),
}
"""Short names by cloud id."""

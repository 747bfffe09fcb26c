"""The clouds a partner sells in, and what each of them can do: a table, never an `if`.

The clouds and their table are in `config.toml`, where a partner can correct them and add clouds;
they follow `reference/rules.md §2`. This module names the capabilities and writes the reasons.
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
    """Only in part, or the sources disagree: allowed with a warning."""
    UNSTATED = "unstated"
    """No source states an answer: allowed with a warning."""


class Capability(StrEnum):
    """What a cloud may be able to do; each member is one row of the capability table."""

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
"""The name of each capability inside a sentence."""


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer of `Cloud.allows`: how far the action is allowed, and why not wholly."""

    support: Support
    reason: str
    """Why the action is refused or limited; empty for a plain yes. Translated."""
    source: str
    """The document that states the rule."""

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
    text: str = ""
    """The reason that the settings give beyond the cell; translated if the catalogue has it."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a cloud is reached (`reference/newer.md §2.1`); no address ends with a slash."""

    authority: str = ""
    """Where a person signs in; empty: nobody can sign in to the cloud."""
    api: str = ""
    """The Partner Center API; Global, US Government and Germany share one address."""
    resource: str = ""
    """The audience of tokens for the Partner Center API."""
    partner_api: str = ""
    """The API for prices and referrals; empty: the cloud has none."""
    graph: str = ""
    """Microsoft Graph; empty: the cloud has none."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A national cloud with its own Partner Center."""

    id: str
    """`global`, `us-gov`, `germany`, `china` or one that a partner added; a value of `--cloud`."""
    name: str
    """The full name, as Microsoft writes it; never translated."""
    short_name: str
    """The name for narrow places; translated where it is shown."""
    domain_suffix: str
    """The part after the prefix of a customer's first domain, without a leading dot."""
    color: str
    """`blue`, `red`, `yellow`, `magenta`, `cyan` or `green`; each theme has its own shade."""
    enabled: bool = True
    link_hosts: tuple[str, ...] = ()
    """The registered domains on which the customers of this cloud accept invitations."""
    countries: frozenset[str] = frozenset()
    """The countries that customers may be in; empty: those of the partner's own region."""
    outside_text: str = ""
    """The message about a customer in another `{country}`; translated if the catalogue has it."""
    outside_code: str = ""
    """The code of the reason with that message."""
    outside_by_hand: bool = False
    """Whether an account kept by hand may hold customers in other countries, with a warning."""
    rules: dict[Capability, Rule] = field(default_factory=dict, hash=False)
    other_suffixes: tuple[str, ...] = ()
    """The domain suffixes of the other clouds."""
    other_link_hosts: tuple[str, ...] = ()
    """The domains of other clouds, on which customers of this cloud accept no invitations."""
    addresses: Addresses = field(default_factory=Addresses)

    @property
    def only_country(self) -> str:
        """The only country that the cloud sells to; empty if it has several or none of its own."""
        return next(iter(self.countries)) if len(self.countries) == 1 else ""

    def allows(self, capability: Capability) -> Permission:
        """Return whether this cloud offers a capability, why not, and which source says so.

        A capability that the table does not hold is unstated: allowed with a warning.
        """
        rule = self.rules.get(capability, Rule(Support.UNSTATED))
        return Permission(rule.support, self._reason(capability, rule), rule.source)

    def outside(self, country: str) -> str:
        """Return the sentence that this cloud has no customers in the country of that name."""
        text = self.outside_text or N_("{cloud} is not for customers in {country}.")
        return _(text).format(cloud=_(self.short_name), country=country)

    def _reason(self, capability: Capability, rule: Rule) -> str:
        if rule.support is Support.YES:
            return ""
        if rule.text:
            return _(rule.text)
        sentence = {
            Support.NO: _("{cloud} does not offer: {capability}."),
            Support.PARTLY: _("{cloud} offers this only in part: {capability}."),
            Support.UNSTATED: _("No source says whether {cloud} offers: {capability}."),
        }[rule.support]
        return sentence.format(cloud=_(self.short_name), capability=_(TITLES[capability]))

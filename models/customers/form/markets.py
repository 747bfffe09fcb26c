"""Rules on the customer's country: cloud and CSP region (`reference/rules.md §2, §3`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.reasons import SECTION_2, SECTION_3, refusal, warning
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.values.countries import country_name
from partnerdesk.models.values.regions import in_other_region

if TYPE_CHECKING:
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.customers.form.fields import FormContext


def own_country(at: FormContext) -> str:
    """Return the most likely country of a customer: the cloud's only one, else the partner's."""
    return at.cloud.only_country or at.market


def market_reasons(country: str, at: FormContext) -> list[Reason]:
    """Return the reasons against a new customer in a country, given by its code."""
    if at.editing:
        return []
    cloud = at.cloud
    if not cloud.countries:
        return _other_region(country, at)
    if country in cloud.countries:
        return []
    message = cloud.outside(country_name(country))
    make_reason = warning if cloud.outside_by_hand and not at.connected else refusal
    offer = cloud.only_country
    return [make_reason(FormField.COUNTRY, cloud.outside_code, message, SECTION_2, offer)]


def cloud_reasons(at: FormContext) -> list[Reason]:
    """Return the reasons against any new customer in the cloud, whatever the form says."""
    permission = at.cloud.allows(Capability.NEW_CUSTOMERS)
    if at.editing or permission.allowed:
        return []
    make_reason = refusal if at.connected else warning
    why, source = permission.reason, permission.source
    return [make_reason(FormField.COUNTRY, "no-new-customers", why, source)]


def _other_region(country: str, at: FormContext) -> list[Reason]:
    if not in_other_region(country, at.market):
        return []
    sentence = _(
        "{country} is outside your CSP region: an account enrolled in {market} sells in its own "
        "region only (error 2030)."
    )
    message = sentence.format(country=country_name(country), market=country_name(at.market))
    make_reason = refusal if at.connected else warning
    return [make_reason(FormField.COUNTRY, "other-region", message, SECTION_3)]

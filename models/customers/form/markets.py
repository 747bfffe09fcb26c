"""Where a cloud's customers may be, and the partner's own region (`reference/rules.md §2, §3`)."""

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
    """Return the country that a customer most likely is in; empty where nothing tells."""
    return at.cloud.only_country or at.market


def market_reasons(country: str, at: FormContext) -> list[Reason]:
    """Return what stands against a customer in a country, given by its code."""
    if at.editing:
        return []
    cloud = at.cloud
    if not cloud.countries:
        return _other_region(country, at)
    if country in cloud.countries:
        return []
    said = cloud.outside(country_name(country))
    judge = warning if cloud.outside_by_hand and not at.connected else refusal
    return [judge(FormField.COUNTRY, cloud.outside_code, said, SECTION_2, cloud.only_country)]


def cloud_reasons(at: FormContext) -> list[Reason]:
    """Return what stands against any new customer in this cloud, whatever is typed."""
    permission = at.cloud.allows(Capability.NEW_CUSTOMERS)
    if at.editing or permission.allowed:
        return []
    judge = refusal if at.connected else warning
    return [judge(FormField.COUNTRY, "no-new-customers", permission.reason, permission.source)]


def _other_region(country: str, at: FormContext) -> list[Reason]:
    if not in_other_region(country, at.market):
        return []
    sentence = _(
        "{country} is outside your CSP region: an account enrolled in {market} sells in its own "
        "region only (error 2030)."
    )
    said = sentence.format(country=country_name(country), market=country_name(at.market))
    judge = refusal if at.connected else warning
    return [judge(FormField.COUNTRY, "other-region", said, SECTION_3)]

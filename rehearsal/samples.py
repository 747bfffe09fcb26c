"""Values that the rehearsal accepts as it stands: its description shows them as examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.agreements import TEMPLATES
from partnerdesk.rehearsal.areas.customers.rows import billing_profile, customer_by_id
from partnerdesk.rehearsal.areas.invoices import invoices_of
from partnerdesk.rehearsal.areas.subscriptions import subscriptions_of
from partnerdesk.rehearsal.tenants import SUFFIXES, derived_id

if TYPE_CHECKING:
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World


@dataclass(slots=True)
class Samples:
    """Values of paths by the name of the variable part; all others by the name of the operation."""

    paths: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, dict[str, str]] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)


def samples(world: World, tenant: Tenant) -> Samples:
    """Return values that a partner may use: of its first customer with an active subscription."""
    found = Samples(
        paths={
            "country": tenant.country,
            "domain": tenant.domain,
            "program": "csp",
            "template_id": next(iter(TEMPLATES.values())),
            "invoice_id": invoices_of(world, tenant)[0]["id"],
        }
    )
    request = "SELECT id FROM service_requests WHERE tenant = ? ORDER BY id"
    if (request_id := world.state.value(request, tenant.id)) is not None:
        found.paths["service_request_id"] = request_id
    reseller = "SELECT mpn FROM partners WHERE tenant = ? AND signed ORDER BY mpn"
    if (mpn_id := world.state.value(reseller, tenant.id)) is not None:
        found.parameters["partner-agreement-status"] = {"mpnId": mpn_id}
    found.bodies["qualification-ask"] = {"Qualification": "Education", "EducationSegment": "K12"}
    _add_customer(found, world, tenant)
    return found


def _add_customer(found: Samples, world: World, tenant: Tenant) -> None:
    ids = "SELECT id FROM customers WHERE tenant = ? AND gone IS NULL ORDER BY number LIMIT 100"
    for row in world.state.rows(ids, tenant.id):
        bought = subscriptions_of(world, tenant, row["id"])
        active = [one for one in bought if one["status"] == "active"]
        one = customer_by_id(world, tenant, row["id"])
        if active and one is not None:
            subscription = active[0]
            break
    else:
        return
    found.paths |= {"customer_id": one.id, "subscription_id": subscription["id"]}
    found.bodies["subscription-change"] = subscription
    profile = billing_profile(one)
    found.bodies["billing-profile-update"] = profile
    found.parameters["billing-profile-update"] = {"If-Match": _quoted(profile)}
    number = derived_id(world.seed, "sample", tenant.id)
    found.bodies["customer-create"] = {
        "companyProfile": {
            "domain": f"sample{number[:8]}.{SUFFIXES[tenant.cloud]}",
            "organizationRegistrationNumber": one.registration,
        },
        "billingProfile": {
            name: profile[name]
            for name in ("email", "culture", "language", "companyName", "defaultAddress")
        },
    }


def _quoted(resource: dict[str, Any]) -> str:
    return f'"{resource["attributes"]["etag"]}"'

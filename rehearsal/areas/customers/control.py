"""What tests may ask of the customers by the control address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.customers.invited import accepted, invite
from partnerdesk.rehearsal.areas.customers.profiles import write_billing
from partnerdesk.rehearsal.areas.customers.relationship import leave
from partnerdesk.rehearsal.areas.customers.rows import Customer, customer_by_id, customer_json
from partnerdesk.rehearsal.tenants import Tenant, all_tenants, tenant_by_id

if TYPE_CHECKING:
    from partnerdesk.rehearsal.world import World

SOMEBODY = "FulfillmentService"
"""Who acts when somebody outside of the partner does."""


def tenant_of(world: World, about: dict[str, Any]) -> Tenant:
    """Return the partner that a control call names; the first one without a name.

    Raises:
        LookupError: there is none.
    """
    if "tenant" not in about:
        return all_tenants(world.state)[0]
    tenant = tenant_by_id(world.state, str(about["tenant"]))
    if tenant is None:
        raise LookupError(about["tenant"])
    return tenant


def _customer(world: World, tenant: Tenant, about: dict[str, Any]) -> Customer:
    one = customer_by_id(world, tenant, str(about.get("customer", "")).lower())
    if one is None:
        raise LookupError(about.get("customer", "customer"))
    return one


def listed(world: World, about: dict[str, Any]) -> Any:
    """Return what stands: id, name, domain, relationship and whether it is gone, of each."""
    rows = world.state.rows(
        "SELECT id, name, domain, relationship, reseller, gone IS NOT NULL AS gone FROM customers"
        " WHERE tenant = ? ORDER BY number",
        tenant_of(world, about).id,
    )
    return {"customers": [{**dict(row), "gone": bool(row["gone"])} for row in rows]}


def join(world: World, about: dict[str, Any]) -> Any:
    """Let a customer accept the invitation now: `name` and `domain` may be given."""
    tenant = tenant_of(world, about)
    accepted(world, tenant, about)
    newest = "SELECT id FROM customers WHERE tenant = ? ORDER BY number DESC LIMIT 1"
    return {"customer": world.state.value(newest, tenant.id)}


def invited(world: World, about: dict[str, Any]) -> Any:
    """Note who is invited: `customers` holds name and domain of each; they accept after a while."""
    tenant = tenant_of(world, about)
    for one in about["customers"]:
        invite(world, tenant, str(one["name"]), str(one["domain"]))
    return {}


def go(world: World, about: dict[str, Any]) -> Any:
    """Let a customer end the relationship itself."""
    tenant = tenant_of(world, about)
    leave(world, tenant, _customer(world, tenant, about), by=SOMEBODY)
    return {}


def edit(world: World, about: dict[str, Any]) -> Any:
    """Let somebody else change the billing profile: `billing` holds fields, `address` too."""
    tenant = tenant_of(world, about)
    one = _customer(world, tenant, about)
    new = {**one.billing, **about.get("billing", {})}
    new["defaultAddress"] = {**one.billing["defaultAddress"], **about.get("address", {})}
    write_billing(world, tenant, one, new, by=SOMEBODY)
    return {"customer": customer_json(_customer(world, tenant, about))}


CONTROL = {"customers": listed, "join": join, "invited": invited, "leave": go, "edit": edit}

"""The profiles of a customer: billing (read and replaced as a whole), company (read)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.audit import note
from partnerdesk.rehearsal.areas.customers.create import checked_address
from partnerdesk.rehearsal.areas.customers.rows import (
    Customer,
    billing_profile,
    company_profile,
    customer,
    etag,
    list_row,
)
from partnerdesk.rehearsal.call import invalid
from partnerdesk.rehearsal.operation import ANY_AGENT, Auth, Operation, Parameter
from partnerdesk.rehearsal.shapes import BILLING_PROFILE, COMPANY_PROFILE
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

_FIELDS = ("firstName", "lastName", "email", "culture", "language", "companyName")
_REQUIRED = ("email", "culture", "language", "companyName")


def get_billing(call: Call) -> Answer:
    """Answer the billing profile with its etag."""
    return Answer(billing_profile(customer(call)))


def get_company(call: Call) -> Answer:
    """Answer the company profile."""
    one = customer(call)
    return Answer(company_profile(replace(one, name=one.tenant_name or one.name)))


def put_billing(call: Call) -> Answer:
    """Replace the billing profile: what is left out is gone afterwards."""
    one = customer(call)
    call.check_etag(etag(one))
    body = call.body()
    for name in _REQUIRED:
        if not isinstance(body.get(name), str) or not body[name]:
            raise invalid(f"{name} is required.")
    address = body.get("defaultAddress")
    if not isinstance(address, dict):
        raise invalid("defaultAddress is required.")
    new: dict[str, Any] = {name: body[name] for name in _FIELDS if body.get(name)}
    new["defaultAddress"] = checked_address(address)
    write_billing(
        call.world,
        call.tenant,
        one,
        new,
        by=call.by,
        correlation=call.headers.get("ms-correlationid", ""),
    )
    return Answer(billing_profile(customer(call)))


def somebody_edits(call: Call) -> None:
    """Let somebody else change the second line of the address."""
    one = customer(call)
    address = {**one.billing["defaultAddress"], "addressLine2": f"Floor {one.version + 1}"}
    new = {**one.billing, "defaultAddress": address}
    write_billing(call.world, call.tenant, one, new, by=f"agent@{call.tenant.domain}")


def write_billing(
    world: World,
    tenant: Tenant,
    one: Customer,
    new: dict[str, Any],
    *,
    by: str,
    correlation: str = "",
) -> None:
    """Write a billing profile, and the record of it.

    A new company name is the one of the list from then on; the tenant keeps its own
    (*See your customer list*).
    """
    if (name := str(new["companyName"])) != one.billing["companyName"]:
        world.state.run(
            "UPDATE customers SET name = ?, name_key = ?, row = ?, tenant_name = ?"
            " WHERE tenant = ? AND id = ?",
            name,
            name.casefold(),
            list_row(one.id, name, one.domain, one.relationship),
            one.tenant_name or one.name,
            tenant.id,
            one.id,
        )
    world.state.run(
        "UPDATE customers SET billing = ?, version = version + 1 WHERE tenant = ? AND id = ?",
        json.dumps(new, ensure_ascii=False, separators=(",", ":")),
        tenant.id,
        one.id,
    )
    note(
        world,
        tenant,
        "update_customer_billing_profile",
        "customer",
        (one.id, one.name),
        by=by,
        new=new,
        old=one.billing,
        correlation=correlation,
    )


OPERATIONS = (
    Operation(
        name="billing-profile-get",
        method="GET",
        path="/v1/customers/{customer_id}/profiles/billing",
        handler=get_billing,
        auth=Auth.USER,
        roles=ANY_AGENT,
        source="get-all-of-a-customer-s-billing-profiles",
        answers={200: BILLING_PROFILE},
    ),
    Operation(
        name="billing-profile-update",
        method="PUT",
        path="/v1/customers/{customer_id}/profiles/billing",
        handler=put_billing,
        auth=Auth.USER,
        roles=ANY_AGENT,
        source="update-a-customer-s-billing-profile",
        answers={200: BILLING_PROFILE},
        somebody_else=somebody_edits,
        parameters=(Parameter("If-Match", required=True, header=True),),
        request={
            "type": "object",
            "required": [*_REQUIRED, "defaultAddress"],
            "properties": {
                **{name: {"type": "string"} for name in _FIELDS},
                "defaultAddress": {"type": "object"},
            },
        },
    ),
    Operation(
        name="company-profile-get",
        method="GET",
        path="/v1/customers/{customer_id}/profiles/company",
        handler=get_company,
        auth=Auth.USER,
        roles=ANY_AGENT,
        source="get-a-customer-s-company-profile",
        answers={200: COMPANY_PROFILE},
    ),
)

"""The relationship with a customer: the invitation, its acceptance, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.audit import note
from partnerdesk.rehearsal.areas.customers.invited import ACCEPTED, accepted, expect
from partnerdesk.rehearsal.areas.customers.rows import Customer, customer
from partnerdesk.rehearsal.call import invalid
from partnerdesk.rehearsal.operation import GLOBAL_ONLY, Auth, Operation, Parameter
from partnerdesk.rehearsal.shapes import CHANGED_CUSTOMER, INVITATION, PARTNERS
from partnerdesk.rehearsal.tenants import CHINA, GERMANY, GLOBAL, INDIRECT_PROVIDER
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

_HOSTS = {
    GLOBAL: "admin.microsoft.com",
    GERMANY: "portal.office.de",
    CHINA: "portal.partner.microsoftonline.cn",
}
"""Where each cloud's customers accept; only the global address stands in a document."""


def invitation(call: Call) -> Answer:
    """Answer the invitation link: the same for all customers, without delegated admin since 2023.

    Some time after it was fetched a customer accepts; nothing says so, it stands in the list.
    """
    if {"indirectCloudSolutionProviderId", "indirectResellerId"} & call.query.keys():
        raise OpenQuestionError("how the combined invitation of a reseller and its provider looks.")
    expect(call.world, call.tenant)
    url = (
        f"https://{_HOSTS[call.tenant.cloud]}/Adminportal/Home?invType=ResellerRelationship"
        f"&partnerId={call.tenant.id}&msppId=0&DAP=false#/BillingAccounts/partner-invitation"
    )
    return Answer({"url": url, "attributes": {"objectType": "RelationshipRequest"}})


def change(call: Call) -> Answer:
    """End the relationship, or take delegated admin away: nothing else can be changed here."""
    body = call.body()
    wanted = {name for name, value in body.items() if value is not None} - {"attributes", "links"}
    if wanted == {"relationshipToPartner"} and body["relationshipToPartner"] == "none":
        _end(call, customer(call))
    elif wanted == {"allowDelegatedAccess"} and body["allowDelegatedAccess"] is False:
        _take_delegated(call, customer(call))
    else:
        raise invalid("Only relationshipToPartner none, or allowDelegatedAccess false.")
    shown = dict.fromkeys(
        (
            "Id",
            "CommerceId",
            "CompanyProfile",
            "BillingProfile",
            "RelationshipToPartner",
            "AllowDelegatedAccess",
            "UserCredentials",
            "CustomDomains",
            "AssociatedPartnerId",
        )
    )
    changed = {name[:1].upper() + name[1:]: body[name] for name in wanted}
    return Answer({**shown, **changed, "Attributes": {"ObjectType": "Customer"}})


def _end(call: Call, one: Customer) -> None:
    for held in call.world.holds:
        refusal = held(call.world, call.tenant, one.id)
        if refusal is not None:
            raise refusal
    leave(
        call.world,
        call.tenant,
        one,
        by=call.by,
        correlation=call.headers.get("ms-correlationid", ""),
    )


def leave(world: World, tenant: Tenant, one: Customer, *, by: str, correlation: str = "") -> None:
    """End a relationship: the customer is gone from the list, its tenant keeps its domain."""
    world.state.run(
        "UPDATE customers SET gone = ? WHERE tenant = ? AND id = ?",
        world.clock.seconds(),
        tenant.id,
        one.id,
    )
    note(
        world,
        tenant,
        "remove_partner_customer_relationship",
        "customer",
        (one.id, one.name),
        by=by,
        more={"PrimaryDomainName": one.domain},
        correlation=correlation,
    )
    for tell in world.left:
        tell(world, tenant, one.id)


def _take_delegated(call: Call, one: Customer) -> None:
    call.world.state.run(
        "UPDATE customers SET delegated = 0 WHERE tenant = ? AND id = ?", call.tenant.id, one.id
    )
    note(
        call.world,
        call.tenant,
        "dap_admin_relationship_terminated",
        "partner_customer_dap",
        (one.id, one.name),
        by=call.by,
        correlation=call.headers.get("ms-correlationid", ""),
    )


def partners(call: Call) -> Answer:
    """Answer the resellers of a provider; each other direction is empty here."""
    kind = call.query.get("relationship_type", "").casefold()
    if kind not in ("isindirectcloudsolutionproviderof", "isindirectresellerof"):
        raise invalid("relationship_type is required.")
    provider = kind == "isindirectcloudsolutionproviderof"
    items = _partners(call, "") if provider and call.tenant.kind == INDIRECT_PROVIDER else []
    return _collection(items)


def partners_of_customer(call: Call) -> Answer:
    """Answer the resellers of a customer: without state and location, as in the sample."""
    one = customer(call)
    items = _partners(call, one.reseller) if one.reseller else []
    for item in items:
        del item["state"], item["location"]
    return _collection(items)


def _partners(call: Call, only: str) -> list[dict[str, Any]]:
    rows = call.world.state.rows(
        "SELECT * FROM partners WHERE tenant = ?1 AND (?2 = '' OR id = ?2) ORDER BY name",
        call.tenant.id,
        only,
    )
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "relationshipType": "is_indirect_cloud_solution_provider_of",
            "state": "Active",
            "mpnId": row["mpn"],
            "location": row["location"],
            "attributes": {"objectType": "PartnerRelationship"},
        }
        for row in rows
    ]


def _collection(items: list[dict[str, Any]]) -> Answer:
    return Answer(
        {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}}
    )


EVENTS = {ACCEPTED: accepted}
OPERATIONS = (
    Operation(
        name="invitation-get",
        method="GET",
        path="/v1/customers/relationshiprequests",
        handler=invitation,
        auth=Auth.USER,
        clouds=frozenset({GLOBAL, GERMANY, CHINA}),
        roles=frozenset({"global_admin", "admin_agent", "sales_agent"}),
        source="request-reseller-relationship",
        answers={200: INVITATION},
    ),
    Operation(
        name="relationship-end",
        method="PATCH",
        path="/v1/customers/{customer_id}",
        handler=change,
        auth=Auth.USER,
        clouds=GLOBAL_ONLY,
        roles=frozenset({"global_admin", "admin_agent"}),
        source="remove-a-reseller-relationship-with-a-customer",
        answers={200: CHANGED_CUSTOMER},
        request={
            "type": "object",
            "properties": {
                "relationshipToPartner": {"type": "string", "enum": ["none"]},
                "attributes": {"type": "object"},
            },
        },
    ),
    Operation(
        name="partner-list",
        method="GET",
        path="/v1/relationships",
        handler=partners,
        auth=Auth.USER,
        clouds=GLOBAL_ONLY,
        source="retrieve-a-list-of-indirect-resellers",
        answers={200: PARTNERS},
        parameters=(
            Parameter(
                "relationship_type",
                {"enum": ["IsIndirectCloudSolutionProviderOf", "IsIndirectResellerOf"]},
                required=True,
            ),
        ),
    ),
    Operation(
        name="customer-partner-list",
        method="GET",
        path="/v1/customers/{customer_id}/relationships",
        handler=partners_of_customer,
        auth=Auth.USER,
        clouds=GLOBAL_ONLY,
        source="get-indirect-resellers-of-a-customer",
        answers={200: PARTNERS},
    ),
)

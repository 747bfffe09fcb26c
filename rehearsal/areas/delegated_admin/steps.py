"""What is asked of a delegated admin relationship, and the states that follow by themselves."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.delegated_admin.rows import (
    BASE,
    DAY,
    Relationship,
    bad,
    days,
    end_later,
    from_row,
    relationship,
    write,
)
from partnerdesk.rehearsal.clock import written_seconds
from partnerdesk.rehearsal.operation import ADMINS, NOT_CHINA, Host, Operation
from partnerdesk.rehearsal.tenants import derived_id
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

STEP = "delegated-admin-step"
STEP_SECONDS = 20
EXTENSION_DAYS = 180
_NEXT = {
    "approvalPending": "approved",
    "approved": "activating",
    "activating": "active",
    "terminationRequested": "terminating",
    "terminating": "terminated",
    "expiring": "expired",
}
"""The states that follow by themselves, one step after the other."""


def ask(call: Call) -> Answer:
    """Lock one for approval, or end it; the states follow step by step."""
    one = relationship(call)
    action = str(call.body().get("action", ""))
    states = {
        "lockForApproval": ("created", "approvalPending"),
        "terminate": ("active", "terminationRequested"),
    }
    if action not in states:
        raise bad("action is lockForApproval or terminate.")
    needed, status = states[action]
    if one.status != needed:
        raise bad(f"{action} needs the state {needed}.", HTTPStatus.CONFLICT, "conflict")
    _set(call.world, call.tenant, one, status)
    options = call.world.options
    wait = options.accept_seconds if status == "approvalPending" else STEP_SECONDS
    if wait:
        call.world.later(wait, call.tenant, STEP, {"id": one.id, "from": status})
    request = {
        "id": call.world.new_id("request"),
        "relationship": one.id,
        "action": action,
        "status": "created",
        "created": call.world.clock.seconds(),
    }
    call.world.state.insert("delegated_admin_requests", request)
    return Answer(_request(request), HTTPStatus.CREATED)


def requests(call: Call) -> Answer:
    """Answer what was asked of a relationship."""
    rows = call.world.state.rows(
        "SELECT * FROM delegated_admin_requests WHERE relationship = ? ORDER BY created",
        relationship(call).id,
    )
    return Answer({"value": [_request(dict(row)) for row in rows]})


def _request(row: Mapping[str, Any]) -> dict[str, Any]:
    made = written_seconds(row["created"])
    return {
        "id": row["id"],
        "action": row["action"],
        "status": row["status"],
        "createdDateTime": made,
        "lastModifiedDateTime": made,
    }


def _set(world: World, tenant: Tenant, one: Relationship, status: str) -> Relationship:
    now = world.clock.seconds()
    activated = now if status == "active" else one.activated
    ends = now + days(one.duration) * DAY if status == "active" else one.ends
    new = replace(
        one,
        status=status,
        activated=activated,
        ends=ends,
        modified=now,
        version=one.version + 1,
    )
    write(world, tenant, new)
    if status == "active":
        end_later(world, tenant, new)
    return new


def step(world: World, tenant: Tenant, about: dict[str, Any]) -> None:
    """Take the next step by itself; one that was changed meanwhile stays."""
    row = world.state.row(
        "SELECT * FROM delegated_admin WHERE tenant = ? AND id = ?", tenant.id, about["id"]
    )
    if row is None or row["status"] != about["from"]:
        return
    one = _set(world, tenant, from_row(row), _NEXT[row["status"]])
    if one.status == "approved":
        world.state.run(
            "UPDATE delegated_admin_requests SET status = 'succeeded' WHERE relationship = ?",
            one.id,
        )
    if one.status in _NEXT:
        world.later(STEP_SECONDS, tenant, STEP, {"id": one.id, "from": one.status})


def end(world: World, tenant: Tenant, about: dict[str, Any]) -> None:
    """End an active relationship whose time is over, unless it extends itself by 180 days."""
    row = world.state.row(
        "SELECT * FROM delegated_admin WHERE tenant = ? AND id = ?", tenant.id, about["id"]
    )
    if row is None or row["status"] != "active":
        return
    one = from_row(row)
    if one.extend == "P180D":
        longer = replace(
            one, ends=(one.ends or 0.0) + EXTENSION_DAYS * DAY, version=one.version + 1
        )
        write(world, tenant, longer)
        end_later(world, tenant, longer)
        return
    _set(world, tenant, one, "expiring")
    world.later(STEP_SECONDS, tenant, STEP, {"id": one.id, "from": "expiring"})


def customers(call: Call) -> Answer:
    """Answer the customers with an active relationship."""
    rows = call.world.state.rows(
        "SELECT DISTINCT customer, customer_name FROM delegated_admin"
        " WHERE tenant = ? AND status = 'active' ORDER BY customer",
        call.tenant.id,
    )
    value = [
        {
            "id": derived_id(row["customer"], "delegated admin customer"),
            "tenantId": row["customer"],
            "displayName": row["customer_name"],
        }
        for row in rows
    ]
    return Answer({"value": value})


_SOURCE = "Graph v1.0: delegatedAdminRelationshipRequest"
_ONE = BASE + "/{relationship_id}"
OPERATIONS = (
    Operation(
        name="delegated-admin-ask",
        method="POST",
        path=_ONE + "/requests",
        handler=ask,
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        roles=ADMINS,
        source=_SOURCE,
        request={"type": "object", "required": ["action"]},
        answers={201: None},
    ),
    Operation(
        name="delegated-admin-requests",
        method="GET",
        path=_ONE + "/requests",
        handler=requests,
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        source=_SOURCE,
    ),
    Operation(
        name="delegated-admin-customers",
        method="GET",
        path="/v1.0/tenantRelationships/delegatedAdminCustomers",
        handler=customers,
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        source="Graph v1.0: delegatedAdminCustomer",
    ),
)

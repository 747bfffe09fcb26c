"""Which group of the partner has which roles of a relationship; changes run as operations."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.delegated_admin.relationships import check_weak_etag
from partnerdesk.rehearsal.areas.delegated_admin.rows import (
    BASE,
    bad,
    checked_roles,
    relationship,
)
from partnerdesk.rehearsal.call import GUID
from partnerdesk.rehearsal.clock import written_seconds
from partnerdesk.rehearsal.operation import ADMINS, NOT_CHINA, Host, Operation, Parameter
from partnerdesk.rehearsal.tenants import derived_id
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    import sqlite3

    from partnerdesk.rehearsal.areas.delegated_admin.rows import Relationship
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

SETTLED = "delegated-admin-assignment"
SECONDS = 15
"""How long an assignment is pending, and an operation runs."""
RETRY_AFTER = 5


def assignments(call: Call) -> Answer:
    """Answer the assignments of a relationship."""
    rows = call.world.state.rows(
        "SELECT * FROM delegated_admin_assignments WHERE relationship = ? AND status <> 'deleted'"
        " ORDER BY created, id",
        relationship(call).id,
    )
    return Answer({"value": [_shown(row) for row in rows]})


def assign(call: Call) -> Answer:
    """Give a group roles: `pending` at first, `active` some time later."""
    one = relationship(call)
    if one.status != "active":
        raise bad("The relationship is not active.", HTTPStatus.CONFLICT, "conflict")
    body = call.body()
    container = body.get("accessContainer") or {}
    group = str(container.get("accessContainerId", "")).lower()
    if not GUID.fullmatch(group) or container.get("accessContainerType") != "securityGroup":
        raise bad("accessContainer names a securityGroup by its id.")
    assignment = {
        "id": call.world.new_id("assignment"),
        "relationship": one.id,
        "grp": group,
        "roles": json.dumps(_roles(one, body.get("accessDetails"))),
        "status": "pending",
        "created": call.world.clock.seconds(),
        "version": 1,
    }
    call.world.state.insert("delegated_admin_assignments", assignment)
    about = {"assignment": assignment["id"], "status": "active"}
    call.world.later(SECONDS, call.tenant, SETTLED, about)
    return Answer(_shown(_assignment(call, str(assignment["id"]))), HTTPStatus.CREATED)


def _roles(one: Relationship, details: Any) -> list[str]:
    roles = checked_roles(details)
    if not set(roles) <= set(one.roles):
        raise bad("The roles are not among those of the relationship.")
    return list(roles)


def reassign(call: Call) -> Answer:
    """Replace the roles: 202 and an operation to ask for; 200 where nothing changes."""
    one = relationship(call)
    row = _assignment(call, call.path["assignment_id"])
    check_weak_etag(call, _etag(row))
    roles = _roles(one, call.body().get("accessDetails"))
    if sorted(roles) == sorted(json.loads(row["roles"])):
        return Answer(_shown(row))
    call.world.state.run(
        "UPDATE delegated_admin_assignments SET roles = ?, status = 'pending',"
        " version = version + 1 WHERE id = ?",
        json.dumps(roles),
        row["id"],
    )
    return _operation(call, one, row["id"], "active")


def take(call: Call) -> Answer:
    """Take an assignment away."""
    one = relationship(call)
    row = _assignment(call, call.path["assignment_id"])
    check_weak_etag(call, _etag(row))
    call.world.state.run(
        "UPDATE delegated_admin_assignments SET status = 'deleting', version = version + 1"
        " WHERE id = ?",
        row["id"],
    )
    _operation(call, one, row["id"], "deleted")
    return Answer(status=HTTPStatus.NO_CONTENT)


def _operation(call: Call, one: Relationship, assignment: str, status: str) -> Answer:
    operation = {
        "id": call.world.new_id("operation"),
        "relationship": one.id,
        "status": "running",
        "created": call.world.clock.seconds(),
    }
    call.world.state.insert("delegated_admin_operations", operation)
    about = {"assignment": assignment, "status": status, "operation": operation["id"]}
    call.world.later(SECONDS, call.tenant, SETTLED, about)
    place = f"{call.address}{BASE}/{one.id}/operations/{operation['id']}"
    headers = {"Location": place, "Retry-After": str(RETRY_AFTER)}
    return Answer(None, HTTPStatus.ACCEPTED, headers)


def settled(world: World, _tenant: Tenant, about: dict[str, Any]) -> None:
    """Let an assignment reach its state, and its operation end."""
    world.state.run(
        "UPDATE delegated_admin_assignments SET status = ?, version = version + 1 WHERE id = ?",
        about["status"],
        about["assignment"],
    )
    world.state.run(
        "UPDATE delegated_admin_operations SET status = 'succeeded' WHERE id = ?",
        about.get("operation", ""),
    )


def operations(call: Call) -> Answer:
    """Answer what runs, or ran, on a relationship."""
    rows = call.world.state.rows(
        "SELECT * FROM delegated_admin_operations WHERE relationship = ? ORDER BY created, id",
        relationship(call).id,
    )
    return Answer({"value": [_ran(row) for row in rows]})


def operation(call: Call) -> Answer:
    """Answer one operation."""
    row = call.world.state.row(
        "SELECT * FROM delegated_admin_operations WHERE relationship = ? AND id = ?",
        relationship(call).id,
        call.path["operation_id"],
    )
    if row is None:
        raise bad("The operation was not found.", HTTPStatus.NOT_FOUND, "notFound")
    return Answer(_ran(row))


def _ran(row: sqlite3.Row) -> dict[str, Any]:
    made = written_seconds(row["created"])
    return {
        "id": row["id"],
        "operationType": "delegatedAdminAccessAssignmentUpdate",
        "status": row["status"],
        "createdDateTime": made,
        "lastModifiedDateTime": made,
        "data": None,
    }


def _assignment(call: Call, assignment_id: str) -> sqlite3.Row:
    row = call.world.state.row(
        "SELECT * FROM delegated_admin_assignments WHERE relationship = ? AND id = ?",
        relationship(call).id,
        assignment_id,
    )
    if row is None:
        raise bad("The assignment was not found.", HTTPStatus.NOT_FOUND, "notFound")
    return row


def _etag(row: sqlite3.Row) -> str:
    return f'W/"{derived_id(row["id"], row["version"])}"'


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    made = written_seconds(row["created"])
    return {
        "@odata.etag": _etag(row),
        "id": row["id"],
        "status": row["status"],
        "createdDateTime": made,
        "lastModifiedDateTime": made,
        "accessContainer": {
            "accessContainerId": row["grp"],
            "accessContainerType": "securityGroup",
        },
        "accessDetails": {
            "unifiedRoles": [{"roleDefinitionId": role} for role in json.loads(row["roles"])]
        },
    }


_LIST = BASE + "/{relationship_id}/accessAssignments"
_ONE = _LIST + "/{assignment_id}"
_RAN = BASE + "/{relationship_id}/operations"
_SOURCE = "Graph v1.0: delegatedAdminAccessAssignment"
_MATCH = (Parameter("If-Match", required=True, header=True),)
_WISH = {"type": "object", "properties": {"accessDetails": {"type": "object"}}}


def _graph(name: str, method: str, path: str, handler: Any, **more: Any) -> Operation:
    roles = frozenset() if method == "GET" else ADMINS
    return Operation(
        name=name,
        method=method,
        path=path,
        handler=handler,
        source=more.pop("source", _SOURCE),
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        roles=roles,
        **more,
    )


OPERATIONS = (
    _graph("delegated-admin-assignments", "GET", _LIST, assignments),
    _graph("delegated-admin-assign", "POST", _LIST, assign, request=_WISH, answers={201: None}),
    _graph(
        "delegated-admin-reassign",
        "PATCH",
        _ONE,
        reassign,
        request=_WISH,
        parameters=_MATCH,
        answers={200: None, 202: None},
    ),
    _graph("delegated-admin-take", "DELETE", _ONE, take, parameters=_MATCH, answers={204: None}),
    _graph("delegated-admin-operations", "GET", _RAN, operations),
    _graph("delegated-admin-operation", "GET", _RAN + "/{operation_id}", operation),
)

"""Delegated admin relationships: list, get, create, change, delete."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partnerdesk.rehearsal.areas.delegated_admin.rows import (
    BASE,
    EXTENDS,
    GLOBAL_ADMIN,
    LONGEST_NAME,
    Relationship,
    bad,
    checked_roles,
    days,
    from_row,
    relationship,
    write,
)
from partnerdesk.rehearsal.operation import ADMINS, NOT_CHINA, Host, Operation, Parameter
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call

LARGEST_PAGE, USUAL_PAGE = 300, 100
_FILTER = re.compile(r"(status|customer/tenantId)\s+eq\s+'([^']*)'")


def list_relationships(call: Call) -> Answer:
    """Answer a page; the next one by `@odata.nextLink`, with a `$skipToken`."""
    top = call.query.get("$top", str(USUAL_PAGE))
    if not top.isdigit() or not 0 < int(top) <= LARGEST_PAGE:
        raise bad(f"$top is between 1 and {LARGEST_PAGE}.")
    field, value = _filter(call.query.get("$filter", ""))
    token = call.query.get("$skipToken") or call.query.get("$skiptoken") or "0"
    if not token.isdigit():
        raise bad("The skip token is not valid.")
    rows = call.world.state.rows(
        "SELECT * FROM delegated_admin WHERE tenant = ?1 AND number > ?2 AND shown_at <= ?3"
        " AND (?4 = '' OR (?4 = 'status' AND status = ?5) OR (?4 <> 'status' AND customer = ?5))"
        " ORDER BY number LIMIT ?6",
        call.tenant.id,
        int(token),
        call.world.clock.seconds(),
        field,
        value,
        int(top) + 1,
    )
    shown = rows[: int(top)]
    body: dict[str, Any] = {
        "@odata.context": f"{call.address}/v1.0/$metadata#tenantRelationships/"
        "delegatedAdminRelationships",
        "value": [from_row(row).as_json(call.address) for row in shown],
    }
    if call.query.get("$count") == "true":
        body["@odata.count"] = len(rows)
    if len(rows) > len(shown):
        more = f"$top={top}&$skipToken={shown[-1]['number']}"
        if field:
            more += f"&$filter={quote(call.query['$filter'])}"
        body["@odata.nextLink"] = f"{call.address}{BASE}?{more}"
    return Answer(body)


def _filter(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    match = _FILTER.fullmatch(text.strip())
    if match is None:
        raise OpenQuestionError(f"what the filter {text[:80]} answers; only `eq` is rehearsed.")
    return match[1], match[2]


def get_relationship(call: Call) -> Answer:
    """Answer one."""
    return Answer(relationship(call).as_json(call.address))


def create(call: Call) -> Answer:
    """Create one: it is `created`, and a read right after does not find it yet."""
    body = call.body()
    now = call.world.clock.seconds()
    wanted = body.get("customer") or {}
    known = call.world.state.row(
        "SELECT id, name FROM customers WHERE tenant = ? AND id = ? AND gone IS NULL",
        call.tenant.id,
        str(wanted.get("tenantId", "")).lower(),
    )
    one_id = f"{call.world.new_id('gdap')}-{call.world.new_id('gdap')}"
    one = Relationship(
        id=one_id,
        name="",
        customer=str(wanted.get("tenantId") or "").lower(),
        customer_name=str(wanted.get("displayName") or (known["name"] if known else "")),
        duration="",
        extend="PT0S",
        roles=(),
        status="created",
        created=now,
        modified=now,
        activated=None,
        ends=None,
        version=1,
        shown_at=now + call.world.options.gdap_late_seconds,
        provider="",
    )
    for name in ("displayName", "duration", "accessDetails"):
        if name not in body:
            raise bad(f"{name} is required.")
    one = _changed(call, one, body)
    write(call.world, call.tenant, one)
    place = f"{call.address}{BASE}/{one.id}"
    return Answer(one.as_json(call.address), HTTPStatus.CREATED, {"Location": place})


def _changed(call: Call, one: Relationship, body: dict[str, Any]) -> Relationship:
    """Return a relationship with the fields of `body` in place.

    Raises:
        RefusedCallError: a field is wrong, or they do not fit together.
    """
    name = str(body.get("displayName", one.name))
    duration = str(body.get("duration", one.duration))
    extend = str(body.get("autoExtendDuration", one.extend) or "PT0S")
    roles = checked_roles(body["accessDetails"]) if "accessDetails" in body else one.roles
    days(duration)
    taken = call.world.state.row(
        "SELECT 1 FROM delegated_admin WHERE tenant = ? AND name = ? AND id <> ?",
        call.tenant.id,
        name,
        one.id,
    )
    if not 0 < len(name) <= LONGEST_NAME or taken is not None:
        raise bad(f"displayName is unique, with {LONGEST_NAME} characters at most.")
    if extend not in EXTENDS:
        raise bad("autoExtendDuration is P0D, PT0S or P180D.")
    if extend == "P180D" and GLOBAL_ADMIN in roles:
        raise bad("A relationship with Global Administrator cannot extend itself.")
    return replace(one, name=name, duration=duration, extend=extend, roles=roles)


def change(call: Call) -> Answer:
    """Change one: everything while it is `created`, `autoExtendDuration` while it is `active`."""
    one = relationship(call)
    check_weak_etag(call, one.etag)
    body = call.body()
    fields = {name for name in body if not name.startswith("@")}
    if one.status != "created" and not (
        one.status == "active" and fields <= {"autoExtendDuration"}
    ):
        raise bad(
            f"In the state {one.status} this cannot be changed.", HTTPStatus.CONFLICT, "conflict"
        )
    one = _changed(call, one, body)
    one = replace(one, version=one.version + 1, modified=call.world.clock.seconds())
    write(call.world, call.tenant, one)
    return Answer(one.as_json(call.address))


def check_weak_etag(call: Call, current: str) -> None:
    """Compare `If-Match` with the weak etag, which is sent as it was given.

    Raises:
        RefusedCallError: it is missing (428) or stale (412).
    """
    sent = call.headers.get("if-match", "")
    if not sent:
        raise bad("If-Match is required.", HTTPStatus.PRECONDITION_REQUIRED, "preconditionRequired")
    if sent != current:
        raise bad("The resource was changed.", HTTPStatus.PRECONDITION_FAILED, "preconditionFailed")


def somebody_changes(call: Call) -> None:
    """Let somebody else turn the automatic extension round."""
    one = relationship(call)
    extend = "PT0S" if one.extend == "P180D" or GLOBAL_ADMIN in one.roles else "P180D"
    write(call.world, call.tenant, replace(one, extend=extend, version=one.version + 1))


def delete(call: Call) -> Answer:
    """Delete one that was never sent out."""
    one = relationship(call)
    check_weak_etag(call, one.etag)
    if one.status != "created":
        raise bad("Only a created one can be deleted.", HTTPStatus.CONFLICT, "conflict")
    call.world.state.run(
        "DELETE FROM delegated_admin WHERE tenant = ? AND id = ?", call.tenant.id, one.id
    )
    return Answer(status=HTTPStatus.NO_CONTENT)


_SOURCE = "Graph v1.0: delegatedAdminRelationship"
_ONE = BASE + "/{relationship_id}"
_MATCH = (Parameter("If-Match", required=True, header=True),)
_WISH: dict[str, Any] = {
    "type": "object",
    "properties": {
        "displayName": {"type": "string", "maxLength": LONGEST_NAME},
        "duration": {"type": "string"},
        "autoExtendDuration": {"type": "string", "enum": list(EXTENDS)},
        "accessDetails": {"type": "object"},
        "customer": {"type": "object"},
    },
}
OPERATIONS = (
    Operation(
        name="delegated-admin-list",
        method="GET",
        path=BASE,
        handler=list_relationships,
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        paged=True,
        source=_SOURCE,
        parameters=(
            Parameter("$top", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}),
            Parameter("$filter"),
            Parameter("$count"),
            Parameter("$skipToken"),
        ),
    ),
    Operation(
        name="delegated-admin-create",
        method="POST",
        path=BASE,
        handler=create,
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        roles=ADMINS,
        source=_SOURCE,
        request={**_WISH, "required": ["displayName", "duration", "accessDetails"]},
        answers={201: None},
    ),
    Operation(
        name="delegated-admin-get",
        method="GET",
        path=_ONE,
        handler=get_relationship,
        host=Host.GRAPH,
        source=_SOURCE,
    ),
    Operation(
        name="delegated-admin-change",
        method="PATCH",
        path=_ONE,
        handler=change,
        host=Host.GRAPH,
        roles=ADMINS,
        source=_SOURCE,
        somebody_else=somebody_changes,
        parameters=_MATCH,
        request=_WISH,
    ),
    Operation(
        name="delegated-admin-delete",
        method="DELETE",
        path=_ONE,
        handler=delete,
        host=Host.GRAPH,
        clouds=NOT_CHINA,
        roles=ADMINS,
        source=_SOURCE,
        parameters=_MATCH,
        answers={204: None},
    ),
)

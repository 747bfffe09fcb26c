"""The activity log of the partner: what was done to which customer, by day."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partnerdesk.rehearsal.call import invalid, small_names
from partnerdesk.rehearsal.clock import written_seconds
from partnerdesk.rehearsal.operation import NOT_CHINA, Area, Operation, Parameter
from partnerdesk.rehearsal.shapes import AUDIT_RECORDS
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

OLDEST_DAYS, USUAL_DAYS = 90, 30
"""How far back one may ask, and how far back one asks without a start date."""
DAY = 86_400
_TABLES = """
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, at REAL NOT NULL, customer TEXT NOT NULL,
  name TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_at ON audit (tenant, at);
"""
_FILTERS = {"CompanyName": "substring", "CustomerId": "equals", "ResourceType": "equals"}


def note(
    world: World,
    tenant: Tenant,
    operation: str,
    kind: str,
    customer: tuple[str, str],
    *,
    by: str,
    at: float | None = None,
    new: Any = None,
    old: Any = None,
    more: dict[str, str] | None = None,
    correlation: str = "",
) -> None:
    """Write a record of something that was done.

    Args:
        world: The world.
        tenant: The partner.
        operation: Its `operationType`, such as add_customer.
        kind: Its `resourceType`, such as customer.
        customer: The customer's id and name.
        by: The user principal name, or the id of an app.
        at: When, in seconds since 1970; now without it.
        new: What stands now.
        old: What stood before.
        more: The pairs of `customizedData`.
        correlation: The MS-CorrelationId of the call.
    """
    moment = world.clock.seconds() if at is None else at
    who = {"userPrincipalName": by} if "@" in by else {"applicationId": by}
    record = {
        "partnerId": tenant.id,
        "customerId": customer[0],
        "customerName": customer[1],
        **who,
        "resourceType": kind,
        "resourceOldValue": None if old is None else json.dumps(old, ensure_ascii=False),
        "resourceNewValue": None if new is None else json.dumps(new, ensure_ascii=False),
        "operationType": operation,
        "operationDate": written_seconds(moment),
        "operationStatus": "succeeded",
        "originalCorrelationId": correlation or None,
        "customizedData": [{"key": key, "value": value} for key, value in (more or {}).items()],
        "attributes": {"objectType": "AuditRecord"},
    }
    world.state.run(
        "INSERT INTO audit (tenant, at, customer, name, kind, record) VALUES (?, ?, ?, ?, ?, ?)",
        tenant.id,
        moment,
        customer[0],
        customer[1].casefold(),
        kind,
        json.dumps(record, ensure_ascii=False),
    )


def records(call: Call) -> Answer:
    """Answer the records of some days, oldest first; the end date is the last day."""
    now = call.world.clock.now()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = _day(call, "startDate") or today - timedelta(days=USUAL_DAYS)
    end = _day(call, "endDate") or today
    if start < today - timedelta(days=OLDEST_DAYS):
        raise invalid(f"startDate may be {OLDEST_DAYS} days back at most.")
    if not re.fullmatch("[0-9]{0,9}", call.query.get("size", "")):
        raise invalid("size is a whole number.")
    field, value = _filter(call.query.get("filter", ""))
    rows = call.world.state.rows(
        "SELECT record FROM audit WHERE tenant = ?1 AND at >= ?2 AND at < ?3"
        " AND (?4 <> 'CompanyName' OR instr(name, ?5)) AND (?4 <> 'CustomerId' OR customer = ?5)"
        " AND (?4 <> 'ResourceType' OR replace(kind, '_', '') = replace(?5, '_', ''))"
        " ORDER BY at, number",
        call.tenant.id,
        start.timestamp(),
        end.timestamp() + DAY,
        field,
        value,
    )
    uri = f"/auditrecords?startDate={start:%Y-%m-%d}&size=500"
    if field:
        uri += f"&filter={quote(call.query['filter'], safe='')}"
    text = (
        f'{{"totalCount":{len(rows)},"items":[{",".join(row[0] for row in rows)}],'
        f'"links":{{"self":{{"uri":{json.dumps(uri)},"method":"GET","headers":[]}}}},'
        '"attributes":{"objectType":"Collection"}}'
    )
    return Answer(text.encode())


def _day(call: Call, name: str) -> datetime | None:
    text = call.query.get(name, "")
    if not text:
        return None
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p"):  # an example has the last one
        try:
            moment = datetime.strptime(text[:22], form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return moment.replace(hour=0, minute=0, second=0)
    raise invalid(f"{name} is a date: yyyy-mm-dd.")


def _filter(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    try:
        asked = small_names(json.loads(text))
        field, value, operator = asked["field"], str(asked["value"]), asked["operator"]
    except (ValueError, KeyError, TypeError) as error:
        raise invalid("filter is JSON with Field, Value and Operator.") from error
    if _FILTERS.get(field) != operator:
        raise invalid(f"filter: {field} {operator} is not supported.", 3000)
    return field, value.casefold()


AREA = Area(
    name="audit",
    tables=_TABLES,
    operations=(
        Operation(
            name="audit-list",
            method="GET",
            path="/v1/auditrecords",
            handler=records,
            clouds=NOT_CHINA,
            source="get-a-record-of-partner-center-activity-by-user",
            answers={200: AUDIT_RECORDS},
            parameters=(
                Parameter("startDate"),
                Parameter("endDate"),
                Parameter("filter"),
                Parameter("size", {"type": "integer"}),
            ),
        ),
    ),
)

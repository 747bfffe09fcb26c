"""The service requests of customers (not in the cloud of 21Vianet)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.customers.rows import customer
from partnerdesk.rehearsal.areas.newcomers import begun
from partnerdesk.rehearsal.call import not_found
from partnerdesk.rehearsal.operation import NOT_CHINA, Area, Auth, Operation
from partnerdesk.rehearsal.schemas import (
    CONTACT,
    TEXT,
    TIME,
    WHOLE,
    attributes,
    listed,
    page,
    thing,
)
from partnerdesk.rehearsal.tenants import CHINA
from partnerdesk.rehearsal.wire import Answer, collection

if TYPE_CHECKING:
    import random
    import sqlite3
    from datetime import datetime

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS service_requests (
  tenant TEXT NOT NULL, id TEXT NOT NULL, customer TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX IF NOT EXISTS service_requests_customer ON service_requests (tenant, customer);
"""
NOT_FOUND = 1000
MOST = 200
"""How many requests a partner has at most."""
SEVERITIES = ("unknown", "critical", "moderate", "minimal")
STATUSES = ("none", "open", "closed", "attention_needed")
_TOPICS = (
    ("32444671", "Cannot manage my profile", "15960"),
    ("32444672", "Cannot sign in", "15960"),
    ("32444720", "Mail does not arrive", "14358"),
    ("32444731", "Question about an invoice", "15571"),
    ("32444755", "Licence is not assigned", "14358"),
)
_NEVER = "0001-01-01T00:00:00"


def _time(moment: datetime) -> str:
    """Return a time as the samples of this resource show it: with three digits."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _seed(world: World, tenant: Tenant, customers: int) -> None:
    """Give about every third customer a request, the first ones first."""
    if tenant.cloud == CHINA:
        return
    dice = world.dice(tenant.seed, "service requests")
    rows = world.state.rows(
        "SELECT id, name, domain FROM customers WHERE tenant = ? AND number % 3 = 1"
        " ORDER BY number LIMIT ?",
        tenant.id,
        min(MOST, customers),
    )
    for number, row in enumerate(rows):
        request = _made(world, dice, number, row)
        world.state.run(
            "INSERT INTO service_requests VALUES (?, ?, ?, ?)",
            tenant.id,
            request["id"],
            row["id"],
            json.dumps(request, ensure_ascii=False),
        )


def _made(world: World, dice: random.Random, number: int, row: sqlite3.Row) -> dict[str, Any]:
    created = begun(world) - timedelta(hours=dice.randrange(24, 4_000))
    changed = created + timedelta(hours=dice.randrange(1, 20))
    topic, title, product = dice.choice(_TOPICS)
    status = dice.choice(STATUSES[1:])
    contact = {
        "contactId": str(700_000 + number),
        "lastName": "Doe",
        "firstName": "Ada",
        "email": f"admin@{row['domain']}",
        "phoneNumber": "4255550100",
    }
    note = {"createdByName": "Account", "createdDate": _time(changed), "text": "We look into it."}
    return {
        "title": title,
        "description": f"{title}, since this morning.",
        "severity": dice.choice(SEVERITIES[1:]),
        "supportTopicId": topic,
        "supportTopicName": title,
        "id": f"6161222{number:08d}",
        "status": status,
        "organization": {"id": row["id"], "name": row["name"], "phoneNumber": "4255550100"},
        "primaryContact": contact,
        "lastUpdatedBy": contact,
        "productName": "Microsoft 365",
        "productId": product,
        "createdDate": _time(created),
        "lastModifiedDate": _time(changed),
        "lastClosedDate": _time(changed) if status == "closed" else _NEVER,
        "fileLinks": [],
        "notes": [note],
        "countryCode": "US",
        "attributes": {"objectType": "ServiceRequest"},
    }


def _list(call: Call) -> Answer:
    """Answer the requests of a customer; as in the sample, severity and status are numbers."""
    rows = call.world.state.rows(
        "SELECT body FROM service_requests WHERE tenant = ? AND customer = ? ORDER BY id",
        call.tenant.id,
        customer(call).id,
    )
    items = []
    for row in rows:
        item = json.loads(row["body"])
        item["severity"] = SEVERITIES.index(item["severity"])
        item["status"] = STATUSES.index(item["status"])
        del item["notes"]
        items.append(item)
    return Answer(collection(items))


def _get(call: Call) -> Answer:
    asked = call.path["service_request_id"]
    body = call.world.state.value(
        "SELECT body FROM service_requests WHERE tenant = ? AND id = ?", call.tenant.id, asked
    )
    if body is None:
        raise not_found(NOT_FOUND, f"Service request {asked[:40]} was not found.")
    return Answer(json.loads(body))


def _name_or_number(*names: str) -> dict[str, Any]:
    """Return the schema of a value that is written by name or by number."""
    number = WHOLE | {"minimum": 0, "maximum": len(names) - 1}
    return {"anyOf": [{"type": "string", "enum": list(names)}, number]}


SERVICE_REQUEST = thing(
    {
        "title": TEXT,
        "description": TEXT,
        "severity": _name_or_number(*SEVERITIES),
        "supportTopicId": TEXT,
        "supportTopicName": TEXT,
        "id": TEXT,
        "status": _name_or_number(*STATUSES),
        "organization": thing({"id": TEXT, "name": TEXT, "phoneNumber": TEXT}, "id", "name"),
        "primaryContact": CONTACT,
        "lastUpdatedBy": CONTACT,
        "productName": TEXT,
        "productId": TEXT,
        "createdDate": TIME,
        "lastModifiedDate": TIME,
        "lastClosedDate": TIME,
        "notes": listed(thing({"createdByName": TEXT, "createdDate": TIME, "text": TEXT}, "text")),
        "countryCode": TEXT,
        "attributes": attributes("ServiceRequest"),
    },
    *("title", "severity", "id", "status", "createdDate", "lastModifiedDate"),
)

AREA = Area(
    name="service requests",
    tables=TABLES,
    seed=_seed,
    operations=(
        Operation(
            name="service-request-list",
            method="GET",
            path="/v1/customers/{customer_id}/servicerequests",
            handler=_list,
            source="get-all-service-requests-for-a-customer",
            auth=Auth.USER,
            clouds=NOT_CHINA,
            answers={200: page(SERVICE_REQUEST)},
        ),
        Operation(
            name="service-request-get",
            method="GET",
            path="/v1/servicerequests/{service_request_id}",
            handler=_get,
            source="get-service-request-details-by-id",
            auth=Auth.USER,
            clouds=NOT_CHINA,
            answers={200: SERVICE_REQUEST},
        ),
    ),
)

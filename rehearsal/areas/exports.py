"""Lines of invoices as exports at Graph: asked for, waited for, fetched as files.

No document at hand lists the columns of the lines: they hold ids, names and amounts only.
"""

from __future__ import annotations

import gzip
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal import blobs
from partnerdesk.rehearsal.areas.invoices import invoices_of
from partnerdesk.rehearsal.areas.profiles import currency
from partnerdesk.rehearsal.clock import written_seconds
from partnerdesk.rehearsal.operation import GLOBAL_ONLY, Area, Host, Operation
from partnerdesk.rehearsal.tenants import derived_id
from partnerdesk.rehearsal.wire import Answer, RefusedCallError

if TYPE_CHECKING:
    import sqlite3

    from partnerdesk.rehearsal.call import Call

BASE = "/v1.0/reports/partners/billing"
WAITING_SECONDS, DONE_SECONDS = 5, 15
"""When an export begins to run, and when it is done."""
SIGNED_SECONDS = 3_600
RETRY_AFTER = 10
ROWS_IN_FILE, MOST_ROWS = 100, 250
_ROLES = frozenset({"global_admin", "admin_agent", "billing_admin"})
_TABLES = """
CREATE TABLE IF NOT EXISTS exports (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, invoice TEXT NOT NULL, created REAL NOT NULL,
  manifest TEXT NOT NULL
);
"""


def _bad(message: str, status: int = HTTPStatus.BAD_REQUEST, code: str = "badRequest") -> Any:
    return RefusedCallError(status, code, message)


def billed(call: Call) -> Answer:
    """Ask for the lines of an invoice."""
    invoice = str(call.body().get("invoiceId", ""))
    if invoice not in {one["id"] for one in invoices_of(call.world, call.tenant)}:
        raise _bad("The invoice was not found.", HTTPStatus.NOT_FOUND, "notFound")
    return _asked(call, invoice)


def unbilled(call: Call) -> Answer:
    """Ask for the lines that no invoice has yet: of this period, or of the last."""
    body = call.body()
    if not re.fullmatch("[A-Z]{3}", str(body.get("currencyCode", ""))):
        raise _bad("currencyCode is required.")
    if body.get("billingPeriod") not in ("current", "last"):
        raise _bad("billingPeriod is current or last.")
    return _asked(call, "")


def _asked(call: Call, invoice: str) -> Answer:
    if call.body().get("attributeSet", "full") not in ("full", "basic"):
        raise _bad("attributeSet is full or basic.")
    export = {
        "id": call.world.new_id("export"),
        "tenant": call.tenant.id,
        "invoice": invoice,
        "created": call.world.clock.seconds(),
        "manifest": "",
    }
    call.world.state.insert("exports", export)
    place = f"{call.address}{BASE}/operations/{export['id']}"
    headers = {"Location": place, "Retry-After": str(RETRY_AFTER)}
    return Answer(None, HTTPStatus.ACCEPTED, headers)


def operation(call: Call) -> Answer:
    """Answer how far an export is; once it is done, the manifest of its files."""
    row = call.world.state.row(
        "SELECT * FROM exports WHERE id = ? AND tenant = ?",
        call.path["operation_id"].lower(),
        call.tenant.id,
    )
    if row is None:
        raise _bad("The operation was not found.", HTTPStatus.NOT_FOUND, "notFound")
    age = call.world.clock.seconds() - row["created"]
    status = "completed" if age >= DONE_SECONDS else "running"
    if age < WAITING_SECONDS:
        status = "notStarted"
    shown = {
        "@odata.type": "#microsoft.graph.partners.billing."
        + ("exportSuccessOperation" if status == "completed" else "runningOperation"),
        "id": row["id"],
        "status": status,
        "createdDateTime": written_seconds(row["created"]),
        "lastActionDateTime": written_seconds(row["created"] + min(age, DONE_SECONDS)),
    }
    if status != "completed":
        return Answer(shown, headers={"Retry-After": str(RETRY_AFTER)})
    return Answer({**shown, "resourceLocation": _manifest(call, row)})


def _manifest(call: Call, row: sqlite3.Row) -> Any:
    if row["manifest"]:
        return json.loads(row["manifest"])
    folder, files = f"/exports/{row['id']}", _files(call, row["invoice"])
    manifest = {
        "id": derived_id(row["id"], "manifest"),
        "schemaVersion": "2",
        "dataFormat": "compressedJSONLines",
        "createdDateTime": written_seconds(call.world.clock.seconds()),
        "partnerTenantId": call.tenant.id,
        "rootDirectory": call.world.addresses[Host.BLOBS] + folder,
        "sasToken": blobs.put(call.world, folder, files, SIGNED_SECONDS),
        "eTag": derived_id(row["id"], "etag"),
        "partitionType": "default",
        "blobCount": len(files),
        "blobs": [{"name": name, "partitionValue": "default"} for name in files],
    }
    call.world.state.run(
        "UPDATE exports SET manifest = ? WHERE id = ?", json.dumps(manifest), row["id"]
    )
    return manifest


def _files(call: Call, invoice: str) -> dict[str, bytes]:
    rows = call.world.state.rows(
        "SELECT id, name FROM customers WHERE tenant = ? ORDER BY number LIMIT ?",
        call.tenant.id,
        MOST_ROWS,
    )
    dice = call.world.dice(call.tenant.seed, "lines", invoice)
    lines = [
        json.dumps(
            {
                "PartnerId": call.tenant.id,
                "CustomerId": row["id"],
                "CustomerName": row["name"],
                "InvoiceNumber": invoice,
                "Total": round(dice.uniform(1, 900), 2),
                "Currency": currency(call.tenant),
            },
            ensure_ascii=False,
        )
        for row in rows
    ]
    parts = [lines[at : at + ROWS_IN_FILE] for at in range(0, len(lines), ROWS_IN_FILE)]
    return {
        f"part-{number:05}.json.gz": gzip.compress("\n".join(part).encode(), mtime=0)
        for number, part in enumerate(parts)
    }


def _ask(kind: str, what: str) -> Operation:
    of_invoice = what == "billed"
    required = ["invoiceId"] if of_invoice else ["currencyCode", "billingPeriod"]
    return Operation(
        name=f"export-{kind}-{what}",
        method="POST",
        path=f"{BASE}/{kind}/{what}/export",
        handler=billed if of_invoice else unbilled,
        host=Host.GRAPH,
        clouds=GLOBAL_ONLY,
        roles=_ROLES,
        source=f"Graph v1.0: partners-billing {kind} {what} export",
        request={"type": "object", "required": required},
        answers={202: None},
    )


AREA = Area(
    name="exports",
    tables=_TABLES + blobs.TABLES,
    operations=(
        _ask("reconciliation", "billed"),
        _ask("reconciliation", "unbilled"),
        _ask("usage", "billed"),
        _ask("usage", "unbilled"),
        Operation(
            name="export-operation",
            method="GET",
            path=f"{BASE}/operations/{{operation_id}}",
            handler=operation,
            host=Host.GRAPH,
            clouds=GLOBAL_ONLY,
            roles=_ROLES,
            source="Graph v1.0: partners-billing operation",
        ),
    ),
)

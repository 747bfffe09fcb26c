"""Lines of invoices at the rehearsal's Graph: 202, running, completed, and files that go stale."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.rehearsal import RehearsalInfo

BASE = "/v1.0/reports/partners/billing"
UNBILLED = {"currencyCode": "USD", "billingPeriod": "current", "attributeSet": "basic"}


def ask(info: RehearsalInfo, method: str, path: str, **options: Any) -> httpx.Response:
    token = info.token(options.pop("tenant", info.tenant), audience="graph")
    address = path if path.startswith("https://") else info.graph + path
    headers = {"Authorization": f"Bearer {token}"}
    return info.http.request(method, address, headers=headers, **options)


@pytest.mark.parametrize("kind", ["reconciliation", "usage"])
def test_an_export_runs_completes_and_its_files_go_stale(
    rehearsed: RehearsalInfo, kind: str
) -> None:
    tenant = rehearsed.partner(customers=120)["tenant"]
    asked = ask(rehearsed, "POST", f"{BASE}/{kind}/unbilled/export", json=UNBILLED, tenant=tenant)
    assert (asked.status_code, asked.content) == (202, b"")
    place = asked.headers["location"]
    states = []
    for seconds in (0, 6, 10):
        rehearsed.later(seconds)
        operation = ask(rehearsed, "GET", place, tenant=tenant).json()
        states.append(operation["status"])
    assert states == ["notStarted", "running", "completed"]
    manifest = operation["resourceLocation"]
    assert manifest["blobCount"] == len(manifest["blobs"]) == 2
    assert manifest["dataFormat"] == "compressedJSONLines"
    lines: list[dict[str, Any]] = []
    for blob in manifest["blobs"]:
        address = f"{manifest['rootDirectory']}/{blob['name']}"
        assert rehearsed.http.get(address).status_code == 403, "an address has to be signed"
        content = rehearsed.http.get(f"{address}?{manifest['sasToken']}").content
        lines += [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert len({line["CustomerId"] for line in lines}) == 120
    rehearsed.later(3_601)
    stale = rehearsed.http.get(f"{address}?{manifest['sasToken']}")
    assert stale.status_code == 403
    assert "AuthenticationFailed" in stale.text
    assert manifest["sasToken"].rpartition("=")[2] not in json.dumps(rehearsed.log())


def test_an_invoice_has_to_be_one_of_the_partner(rehearsed: RehearsalInfo) -> None:
    token = rehearsed.token()
    listed = rehearsed.http.get(
        f"{rehearsed.api}/v1/invoices", headers={"Authorization": f"Bearer {token}"}
    ).json()["items"]
    path = f"{BASE}/reconciliation/billed/export"
    assert ask(rehearsed, "POST", path, json={"invoiceId": listed[0]["id"]}).status_code == 202
    assert ask(rehearsed, "POST", path, json={"invoiceId": "G000000"}).status_code == 404
    wrong = ask(rehearsed, "POST", f"{BASE}/usage/unbilled/export", json={"currencyCode": "USD"})
    assert wrong.json()["error"]["code"] == "badRequest"


def test_exports_are_global_only(rehearsed: RehearsalInfo) -> None:
    path = f"{BASE}/usage/unbilled/export"
    gov = ask(rehearsed, "POST", path, json=UNBILLED, tenant=rehearsed.tenants["us-gov"])
    assert gov.status_code == 400

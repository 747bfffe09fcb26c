"""Answers as Microsoft's pages show them are read by the program's wire models, with nothing lost.

`documented.json` holds the shapes of the pages' examples with values of our own: numbers where a
word is documented, times without a zone or with seven digits, lists inside `value`, missing parts.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

WIRE = "partnerdesk.partnercenter.wire"
EXAMPLES = json.loads((Path(__file__).parent / "documented.json").read_text(encoding="utf-8"))
KEPT_ONLY = {
    *("entitlementId", "offer", "parentSubscription"),  # of subscriptions
    *("lastClosedDate", "productId", "supportTopicId"),  # of service requests
    *("amendments", "currencySymbol", "invoiceDetails", "pdfDownloadLink", "taxReceipts"),
    *("companyApproverEmail", "purchaseOrderNumber"),  # of the partner's profiles
    *("isTaxIdSupported", "isVatIdSupported"),  # of country rules
}
"""Documented fields that the program keeps, but reads nowhere."""
EMPTY: tuple[Any, ...] = (None, "", [], {})


@pytest.mark.parametrize("example", EXAMPLES, ids=[one["document"] for one in EXAMPLES])
def test_a_documented_answer_is_read_whole(example: dict[str, Any]) -> None:
    room, _, name = example["model"].partition(".")
    model = getattr(import_module(f"{WIRE}.{room}"), name)
    body = example["body"]
    resources = body["items"] if example.get("list") else [body]

    for resource in resources:
        parsed = model.model_validate(resource)
        assert lost(parsed, resource) == []
        assert unknown(parsed) <= KEPT_ONLY
    if example.get("list"):
        page = import_module(f"{WIRE}.base").Collection.model_validate(body)
        assert lost(page, body) == []
        assert page.total_count == len(resources)


def unknown(parsed: BaseModel) -> set[str]:
    """Return the fields that were sent and that the model does not know, from inner ones, too."""
    names = set(parsed.model_extra or {})
    for name in type(parsed).model_fields:
        value = getattr(parsed, name)
        for part in value if isinstance(value, list) else [value]:
            names |= unknown(part) if isinstance(part, BaseModel) else set()
    return names


def lost(parsed: BaseModel, sent: dict[str, Any], at: str = "") -> list[str]:
    """Return the fields that the model knows and that were sent, but came out empty."""
    found = []
    for name, info in type(parsed).model_fields.items():
        alias: Any = info.validation_alias or info.alias
        names = getattr(alias, "choices", [alias])
        given: Any = next((sent[one] for one in names if sent.get(one) not in EMPTY), None)
        if isinstance(given, dict) and set(given) == {"value"}:
            given = given["value"]
        value = getattr(parsed, name)
        if given in EMPTY:
            continue
        if value in EMPTY:
            found.append(at + name)
        elif isinstance(value, BaseModel):
            found += lost(value, given, f"{at}{name}.")
        elif isinstance(value, list):
            found += [] if len(value) == len(given) else [at + name]
            parts = zip(value, given, strict=False)
            for part, one in parts:
                found += lost(part, one, f"{at}{name}.") if isinstance(part, BaseModel) else []
    return found

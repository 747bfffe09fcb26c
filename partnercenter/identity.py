"""Whether an answer is about what was asked for: the id of the customer, and the partner's tenant.

In December 2022 the service answered with customers of other companies under load
(`reference/newer.md §3`), so every answer is compared, also each page of a list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from partnerdesk.partnercenter.operations import ApiOperation

CUSTOMER = "customer_id"
_IN_LINK = re.compile(
    r"/customers/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=[/?]|$)", re.IGNORECASE
)


def foreign_field(operation: ApiOperation, body: Any, values: Mapping[str, str]) -> str:
    """Return the first field that shows that the answer is about something else; empty if none.

    Args:
        operation: what was asked.
        body: the answer; fields that it lacks prove nothing.
        values: the names of the path and the query with their values, and the partner's tenant.
    """
    if isinstance(body, dict):
        for field, name in operation.same.items():
            if _differs(_at(body, field), values.get(name)):
                return field
        if _differs(_customer_in_link(body), values.get(CUSTOMER)):
            return "links.self"
    for item in items_of(body):
        for field, name in operation.items_same.items():
            if _differs(_at(item, field), values.get(name)):
                return f"items.{field}"
        if CUSTOMER in values and _differs(_customer_in_link(item), values[CUSTOMER]):
            return "items.links.self"
    return ""


def items_of(body: Any) -> list[Any]:
    """Return the items of a collection, or those of a bare array; none of anything else."""
    items = body.get("items") if isinstance(body, dict) else body
    return items if isinstance(items, list) else []


def total_of(body: Any) -> int:
    """Return how many items a collection says that it has; 0 if it does not say.

    Some lists count only the page (`reference/resources.md`).
    """
    total = body.get("totalCount") if isinstance(body, dict) else None
    return total if isinstance(total, int) else 0


def values_at(items: list[Any], field: str) -> set[str]:
    """Return the texts that stand in a field of the items."""
    return {text.lower() for item in items if isinstance(text := _at(item, field), str) and text}


def _at(value: Any, field: str) -> Any:
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _differs(answered: Any, asked: str | None) -> bool:
    if not asked or not isinstance(answered, (str, int)) or answered == "":
        return False
    return str(answered).strip().lower() != asked.strip().lower()


def _customer_in_link(value: Any) -> str | None:
    uri = _at(value, "links.self.uri")
    found = _IN_LINK.search(uri) if isinstance(uri, str) else None
    return found.group(1) if found else None


def ids(items: list[Any]) -> Iterator[str]:
    """Yield what identifies each item of a page: its id, else all that it says."""
    import json

    for item in items:
        id = item.get("id") if isinstance(item, dict) else None
        yield str(id).lower() if id else json.dumps(item, sort_keys=True)

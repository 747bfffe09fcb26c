"""Customers: list in pages, search by a beginning, get one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.areas.customers.rows import customer, customer_json
from partnerdesk.rehearsal.call import invalid, small_names
from partnerdesk.rehearsal.operation import ANY_AGENT, Operation, Parameter
from partnerdesk.rehearsal.paging import page, place
from partnerdesk.rehearsal.shapes import CUSTOMER, CUSTOMERS
from partnerdesk.rehearsal.tenants import GLOBAL
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError, RefusedCallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.rehearsal.call import Call

_ALL = (
    "SELECT number, row FROM customers INDEXED BY customers_list"
    " WHERE tenant = ?1 AND number > ?2 AND gone IS NULL ORDER BY number LIMIT ?3"
)
_BY_NAME = (
    "SELECT number, row FROM customers WHERE tenant = ?1 AND name_key >= ?4 AND name_key < ?5"
    " AND number > ?2 AND gone IS NULL ORDER BY number LIMIT ?3"
)
_BY_DOMAIN = (
    "SELECT number, row FROM customers WHERE tenant = ?1 AND domain_key >= ?4 AND domain_key < ?5"
    " AND number > ?2 AND gone IS NULL ORDER BY number LIMIT ?3"
)
_BY_RESELLER = (
    "SELECT number, row FROM customers WHERE tenant = ?1 AND reseller >= ?4 AND reseller < ?5"
    " AND number > ?2 AND gone IS NULL ORDER BY number LIMIT ?3"
)
_FIELDS = {
    "companyname": _BY_NAME,
    "domain": _BY_DOMAIN,
    "indirectreseller": _BY_RESELLER,
    "0": _BY_NAME,
    "1": _BY_DOMAIN,
    "2": _BY_RESELLER,
}
"""The fields of a search, by their name or by their number in the enumeration."""
_LAST = "\U0010ffff"


def list_customers(call: Call) -> Answer:
    """Answer a page of customers in the order in which they came, all or those of a filter."""
    statement, value = _filter(call)
    at = place(call)

    def fetch(after: int, most: int) -> Sequence[tuple[int, bytes]]:
        values: tuple[str | int, ...] = (call.tenant.id, after, most)
        if statement is not None:
            values = (call.tenant.id, after, most, value, value + _LAST)
        rows = call.world.state.rows(statement or _ALL, *values)
        return [(row[0], row[1]) for row in rows]

    return page(call, at, "customers", fetch)


def _filter(call: Call) -> tuple[str | None, str]:
    text = call.query.get("filter", "")
    if not text:
        return None, ""
    try:
        asked = small_names(json.loads(text))
        field, value = str(asked["field"]).casefold(), str(asked["value"]).casefold()
        operator = asked["operator"]
    except (ValueError, KeyError, TypeError) as error:
        raise invalid("filter is JSON with Field, Value and Operator.") from error
    if operator != "starts_with":
        raise invalid("filter: only starts_with is supported.", 3000)
    if field in ("indirectcloudsolutionprovider", "3"):
        raise OpenQuestionError("what a reseller without API access gets for its provider.")
    if field not in _FIELDS:
        raise invalid(f"filter: the field {field[:60]} is not supported.", 3000)
    if _FIELDS[field] is _BY_RESELLER and call.tenant.cloud != GLOBAL:
        raise RefusedCallError(400, 900127, "This operation is not supported in this environment")
    return _FIELDS[field], value


def get_customer(call: Call) -> Answer:
    """Answer a customer with its profiles."""
    return Answer(customer_json(customer(call)))


OPERATIONS = (
    Operation(
        name="customer-list",
        method="GET",
        path="/v1/customers",
        handler=list_customers,
        roles=ANY_AGENT,
        paged=True,
        source="get-a-list-of-customers",
        answers={200: CUSTOMERS},
        parameters=(
            Parameter("size", {"type": "integer", "minimum": 0}),
            Parameter("filter"),
            Parameter("seekOperation", {"type": "string", "enum": ["Next"]}),
            Parameter("MS-ContinuationToken", header=True),
        ),
    ),
    Operation(
        name="customer-get",
        method="GET",
        path="/v1/customers/{customer_id}",
        handler=get_customer,
        roles=ANY_AGENT,
        source="get-a-customer-by-id",
        answers={200: CUSTOMER},
    ),
)

"""The invoices of a partner, and what is still to be paid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.newcomers import begun
from partnerdesk.rehearsal.areas.profiles import currency
from partnerdesk.rehearsal.call import invalid, not_found
from partnerdesk.rehearsal.operation import Area, Auth, Operation, Parameter
from partnerdesk.rehearsal.schemas import (
    LINKS,
    NUMBER,
    REFUSAL,
    TEXT,
    TIME,
    Schema,
    attributes,
    listed,
    one_of,
    page,
    thing,
)
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError, collection, link

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

Invoice = dict[str, Any]

NOT_FOUND = 1000
KINDS = ("OneTime", "Recurring")
_MONTHS = 14
_LARGEST = 999_999
"""The largest size or offset that is taken: no document gives one."""
_SYMBOLS = {"USD": "$", "EUR": "€", "CNY": "¥"}
_NEVER = "0001-01-01T00:00:00"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT00:00:00Z")


def _month_before(day: datetime, months: int) -> datetime:
    """Return the first day of the month so many months before the one of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def invoices_of(world: World, tenant: Tenant) -> list[Invoice]:
    """Return the invoices of a partner, the newest first: two a month."""
    begin = begun(world)
    made: list[Invoice] = []
    for months in range(1, _MONTHS + 1):
        first = _month_before(begin, months)
        last = _month_before(begin, months - 1) - timedelta(days=1)
        paid = months > 1
        made += [_made(world, tenant, kind, first, last, paid=paid) for kind in KINDS]
    return made


def _made(
    world: World, tenant: Tenant, kind: str, first: datetime, last: datetime, *, paid: bool
) -> Invoice:
    dice = world.dice(tenant.seed, "invoice", kind, first.isoformat())
    letter = "G" if kind == "OneTime" else "D"
    own_id = f"{letter}{first:%y%m}{dice.randrange(100_000):05d}"
    total = round(dice.uniform(200, 90_000), 2)
    code = currency(tenant)
    provider = "one_time" if kind == "OneTime" else "office"
    detail = {
        "invoiceLineItemType": "billing_line_items",
        "billingProvider": provider,
        "links": {"self": link(f"/invoices/{kind}-{own_id}/lineitems/{kind}/BillingLineItems")},
        "attributes": {"objectType": "InvoiceDetail"},
    }
    return {
        "id": own_id,
        "invoiceDate": _day(last + timedelta(days=8)),
        "billingPeriodStartDate": _day(first),
        "billingPeriodEndDate": _day(last),
        "totalCharges": total,
        "paidAmount": -total if paid else 0,
        "currencyCode": code,
        "currencySymbol": _SYMBOLS[code],
        "invoiceDetails": [detail],
        "documentType": "invoice",
        "invoiceType": kind,
        "links": {"self": link(f"/invoices/{kind}-{own_id}")},
        "attributes": {"objectType": "Invoice"},
    }


def _number(call: Call, name: str, otherwise: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_LARGEST)):
        raise invalid(f"{name} is a whole number.")
    return int(text)


def _list(call: Call) -> Answer:
    if "filter" in call.query:
        raise OpenQuestionError("which fields and operators the filter of invoices takes.")
    every = invoices_of(call.world, call.tenant)
    offset = _number(call, "offset", 0)
    size = _number(call, "size", len(every)) or len(every)
    answer = collection(every[offset : offset + size], f"/invoices?size={size}&offset={offset}")
    if offset + size < len(every):
        answer["links"]["next"] = link(f"/invoices?size={size}&offset={offset + size}")
    return Answer(answer)


def _get(call: Call) -> Answer:
    asked = call.path["invoice_id"].rpartition("-")[2].upper()  # links write its type before it
    for invoice in invoices_of(call.world, call.tenant):
        if invoice["id"] == asked:
            document = {"pdfDownloadLink": f"/invoices/{asked}/documents/statement"}
            return Answer(invoice | document)
    raise not_found(NOT_FOUND, f"Invoice {asked[:40]} was not found.")


def _summary(invoices: list[Invoice]) -> dict[str, Any]:
    """Return what is to be paid of invoices in one currency, the newest first."""
    newest, oldest = invoices[0], invoices[-1]
    paid = [invoice for invoice in invoices if invoice["paidAmount"]]
    balance = sum(invoice["totalCharges"] + invoice["paidAmount"] for invoice in invoices)
    return {
        "balanceAmount": round(balance, 2),
        "currencyCode": newest["currencyCode"],
        "currencySymbol": newest["currencySymbol"],
        "accountingDate": newest["invoiceDate"],
        "firstInvoiceCreationDate": oldest["invoiceDate"],
        "lastPaymentDate": paid[0]["invoiceDate"] if paid else _NEVER,
        "lastPaymentAmount": paid[0]["totalCharges"] if paid else 0,
        "latestInvoiceDate": newest["invoiceDate"],
        "attributes": {"objectType": "InvoiceSummary"},
    }


def _whole_summary(call: Call) -> dict[str, Any]:
    every = invoices_of(call.world, call.tenant)
    details = [
        {"invoiceType": kind, "summary": _summary([item for item in every if _is(item, kind)])}
        for kind in KINDS
    ]
    return _summary(every) | {
        "details": details,
        "links": {"self": link("/invoices/summary")},
    }


def _is(invoice: Invoice, kind: str) -> bool:
    return bool(invoice["invoiceType"] == kind)


def _get_summary(call: Call) -> Answer:
    return Answer(_whole_summary(call))


def _get_summaries(call: Call) -> Answer:
    return Answer(collection([_whole_summary(call)], "/invoices/summaries"))


def _no_unbilled_lines(call: Call) -> Answer:
    """Refuse the lines of the old form where they have ended (reference/newer.md §1)."""
    raise OpenQuestionError(
        "with which code the unbilled lines are refused that were withdrawn on 15 March 2026."
        if call.tenant.cloud == "global"
        else "which columns the unbilled lines of the national clouds have."
    )


_KINDS = one_of(*KINDS)
_DETAIL = thing(
    {
        "invoiceLineItemType": one_of("none", "usage_line_items", "billing_line_items"),
        "billingProvider": one_of("none", "office", "azure", "azure_data_market", "one_time"),
        "links": LINKS,
        "attributes": attributes("InvoiceDetail"),
    },
    "invoiceLineItemType",
    "billingProvider",
)
INVOICE = thing(
    {
        "id": TEXT,
        "invoiceDate": TIME,
        "billingPeriodStartDate": TIME,
        "billingPeriodEndDate": TIME,
        "totalCharges": NUMBER,
        "paidAmount": NUMBER,
        "currencyCode": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "currencySymbol": TEXT,
        "pdfDownloadLink": TEXT,
        "invoiceDetails": listed(_DETAIL),
        "documentType": one_of("invoice", "void_note", "adjustment_note"),
        "invoiceType": _KINDS,
        "links": LINKS,
        "attributes": attributes("Invoice"),
    },
    *("id", "invoiceDate", "totalCharges", "paidAmount", "currencyCode", "invoiceType"),
)
_AMOUNTS: dict[str, Schema] = {
    "balanceAmount": NUMBER,
    "currencyCode": TEXT,
    "currencySymbol": TEXT,
    "accountingDate": TIME,
    "firstInvoiceCreationDate": TIME,
    "lastPaymentDate": TIME,
    "lastPaymentAmount": NUMBER,
    "latestInvoiceDate": TIME,
    "attributes": attributes("InvoiceSummary"),
}
_PART = thing(
    {"invoiceType": _KINDS, "summary": thing(_AMOUNTS, *_AMOUNTS)}, "invoiceType", "summary"
)
SUMMARY = thing({**_AMOUNTS, "details": listed(_PART), "links": LINKS}, *_AMOUNTS, "details")
_FROM = {"type": "integer", "minimum": 0, "maximum": _LARGEST}

AREA = Area(
    name="invoices",
    operations=(
        Operation(
            name="invoice-list",
            method="GET",
            path="/v1/invoices",
            handler=_list,
            source="get-a-collection-of-invoices",
            paged=True,
            parameters=(Parameter("size", _FROM), Parameter("offset", _FROM)),
            answers={200: page(INVOICE)},
        ),
        Operation(
            name="invoice-summary",
            method="GET",
            path="/v1/invoices/summary",
            handler=_get_summary,
            source="get-the-reseller-s-current-account-balance",
            answers={200: SUMMARY},
        ),
        Operation(
            name="invoice-summaries",
            method="GET",
            path="/v1/invoices/summaries",
            handler=_get_summaries,
            source="get-invoice-summaries",
            auth=Auth.USER,
            answers={200: page(SUMMARY)},
        ),
        Operation(
            name="invoice-unbilled-lines",
            method="GET",
            path="/v1/invoices/unbilled/lineitems",
            handler=_no_unbilled_lines,
            source="get-invoice-unbilled-recon-lineitems",
            answers={501: REFUSAL},
        ),
        Operation(
            name="invoice-get",
            method="GET",
            path="/v1/invoices/{invoice_id}",
            handler=_get,
            source="get-invoice-by-id",
            answers={200: INVOICE},
        ),
    ),
)

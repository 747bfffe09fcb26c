"""Create a customer: what is asked, what is refused, and the password that is shown once."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.audit import note
from partnerdesk.rehearsal.areas.customers.rows import (
    add,
    customer_by_id,
    customer_json,
    domain_taken,
)
from partnerdesk.rehearsal.call import GUID, invalid
from partnerdesk.rehearsal.markets import market
from partnerdesk.rehearsal.names import Company
from partnerdesk.rehearsal.operation import NOT_GERMANY, SELLERS, Operation, Parameter
from partnerdesk.rehearsal.shapes import NEW_CUSTOMER
from partnerdesk.rehearsal.tenants import GLOBAL, INDIRECT_PROVIDER, MARKETS, SUFFIXES
from partnerdesk.rehearsal.wire import Answer, RefusedCallError

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call

NUMBER_MISSING, NUMBER_WRONG, PHONE_MISSING = 600049, 600050, 600051
INVALID_PROPERTY, OTHER_COUNTRY, OTHER_CLOUD, APP_ALONE = 3000, 2030, 900127, 900329
LONGEST_PREFIX = 27
_LONGEST = {
    "addressLine1": 200,
    "addressLine2": 200,
    "firstName": 50,
    "middleName": 50,
    "lastName": 50,
}
_ADDRESS = (
    "addressLine1",
    "addressLine2",
    "addressLine3",
    "city",
    "state",
    "postalCode",
    "country",
    "region",
    "district",
    "firstName",
    "middleName",
    "lastName",
    "phoneNumber",
)
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789;=.!"


def create_customer(call: Call) -> Answer:
    """Create a customer: tenant, relationship and first admin.

    The checks follow reference/rules.md §3 to §5. No document gives the code of a taken domain:
    it is refused as an invalid property, and the description says why.
    """
    for name in ("ms-requestid", "ms-correlationid"):
        if not GUID.fullmatch(call.headers.get(name, "")):
            raise invalid(f"{name}: a GUID is required.")
    body = call.body()
    if "passwordProfile" in body or body.get("userCredentials"):
        raise invalid("A password is not accepted: the service makes it.")
    company, billing = _part(body, "companyProfile"), _part(body, "billingProfile")
    domain = _domain(call, company)
    checked = _billing(billing)
    registration = _registration(call, company, checked["defaultAddress"])
    reseller = _reseller(call, body)
    one = Company(str(checked["companyName"]), "", checked, registration)
    customer_id = add(
        call.world,
        call.tenant,
        one,
        domain=domain,
        reseller=reseller,
        delegated=body.get("enableGDAPByDefault") is not True,
    )
    return _created(call, customer_id, domain, reseller)


def _created(call: Call, customer_id: str, domain: str, reseller: str) -> Answer:
    stands = customer_by_id(call.world, call.tenant, customer_id)
    if stands is None:
        raise LookupError(customer_id)
    note(
        call.world,
        call.tenant,
        "add_customer",
        "customer",
        (customer_id, stands.name),
        by=call.by,
        more={"PrimaryDomainName": domain, "Relationship": "Reseller"},
        correlation=call.headers["ms-correlationid"],
    )
    dice = call.world.dice("password", customer_id)
    password = "".join(dice.choice(_ALPHABET) for _ in range(12))
    shown = customer_json(stands)
    # The sample of a direct customer says none although the relationship stands.
    shown["relationshipToPartner"] = "reseller" if reseller else "none"
    shown["userCredentials"] = {"userName": "admin", "password": password}
    return Answer(shown, HTTPStatus.CREATED)


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise invalid(f"{name} is required.")
    return part


def _domain(call: Call, company: dict[str, Any]) -> str:
    domain = company.get("domain")
    if not isinstance(domain, str) or not domain:
        raise invalid("companyProfile.domain is required.")
    prefix, _, suffix = domain.partition(".")
    wanted = SUFFIXES[call.tenant.cloud]
    if suffix.casefold() != wanted or not re.fullmatch("[A-Za-z0-9]{1,27}", prefix):
        raise invalid(
            f"companyProfile.domain: up to {LONGEST_PREFIX} letters and digits before .{wanted}.",
            INVALID_PROPERTY,
        )
    if domain_taken(call.world, domain):
        raise invalid(f"companyProfile.domain: {domain} is not available.", INVALID_PROPERTY)
    return domain


def _billing(billing: dict[str, Any]) -> dict[str, Any]:
    """Return a billing profile with its known fields only; the address does the same.

    Raises:
        RefusedCallError: something is missing or too long.
    """
    kept: dict[str, Any] = {}
    for name in ("firstName", "lastName", "email", "culture", "language", "companyName"):
        value = billing.get(name)
        if value not in (None, "") and not isinstance(value, str):
            raise invalid(f"billingProfile.{name} is a text.")
        if value:
            kept[name] = value
        elif name not in ("firstName", "lastName"):
            raise invalid(f"billingProfile.{name} is required.")
    kept["defaultAddress"] = checked_address(_part(billing, "defaultAddress"))
    return kept


def checked_address(given: dict[str, Any]) -> dict[str, str]:
    """Return an address with its known fields only.

    Raises:
        RefusedCallError: a field that its country requires is missing, or one is too long.
    """
    address: dict[str, str] = {}
    for name in _ADDRESS:
        value = given.get(name)
        if value in (None, ""):
            continue
        if not isinstance(value, str) or len(value) > _LONGEST.get(name, 256):
            raise invalid(f"defaultAddress.{name} is too long, or no text.", INVALID_PROPERTY)
        address[name] = value
    rules = market(address.get("country", "").upper())
    if rules is None:
        raise invalid("defaultAddress.country is a code of two letters.", INVALID_PROPERTY)
    required = ["addressLine1"]
    required += ["city"] if rules.city_required else []
    required += ["state"] if rules.state_required else []
    required += ["postalCode"] if rules.postal_required else []
    for name in required:
        if name not in address:
            raise invalid(f"defaultAddress.{name} is required.")
    address["country"] = address["country"].upper()
    return address


def _registration(call: Call, company: dict[str, Any], address: dict[str, str]) -> str:
    only = MARKETS[call.tenant.cloud]
    if only and address["country"] != only:
        raise RefusedCallError(
            HTTPStatus.FORBIDDEN, OTHER_COUNTRY, "Partner is not onboarded to sell in country"
        )
    rules = market(address["country"])
    number = company.get("organizationRegistrationNumber") or ""
    if rules is None or not rules.registration_required:
        return str(number)  # optional elsewhere since 25 March 2021
    if not number:
        raise invalid("Organization registration id information is missing", NUMBER_MISSING)
    if not re.fullmatch(rules.registration_pattern, str(number)):
        raise invalid(
            "Organization registration id information is invalid and should be of the format "
            + rules.registration_pattern,
            NUMBER_WRONG,
        )
    if not address.get("phoneNumber"):
        raise invalid("Customer phone number is missing", PHONE_MISSING)
    return str(number)


def _reseller(call: Call, body: dict[str, Any]) -> str:
    reseller = body.get("associatedPartnerId") or ""
    if not reseller:
        return ""
    if call.tenant.cloud != GLOBAL:
        raise invalid("This operation is not supported in this environment", OTHER_CLOUD)
    if call.person is None:
        raise RefusedCallError(
            HTTPStatus.UNAUTHORIZED, APP_ALONE, "An app-only token is not supported here."
        )
    known = call.world.state.row(
        "SELECT 1 FROM partners WHERE tenant = ? AND id = ?", call.tenant.id, str(reseller).lower()
    )
    if call.tenant.kind != INDIRECT_PROVIDER or known is None:
        raise invalid("associatedPartnerId is no indirect reseller of yours.", INVALID_PROPERTY)
    return str(reseller).lower()


_TEXT = {"type": "string"}
_REQUEST: dict[str, Any] = {
    "type": "object",
    "required": ["companyProfile", "billingProfile"],
    "properties": {
        "companyProfile": {
            "type": "object",
            "required": ["domain"],
            "properties": {"domain": _TEXT, "organizationRegistrationNumber": _TEXT},
        },
        "billingProfile": {
            "type": "object",
            "required": ["email", "culture", "language", "companyName", "defaultAddress"],
            "properties": {
                "email": _TEXT,
                "culture": _TEXT,
                "language": _TEXT,
                "companyName": _TEXT,
                "defaultAddress": {"type": "object", "required": ["addressLine1", "country"]},
            },
        },
        "associatedPartnerId": _TEXT,
        "enableGDAPByDefault": {"type": "boolean"},
    },
}
OPERATIONS = (
    Operation(
        name="customer-create",
        method="POST",
        path="/v1/customers",
        handler=create_customer,
        clouds=NOT_GERMANY,
        roles=SELLERS | {"user_management_admin"},
        source="create-a-customer",
        parameters=(
            Parameter("MS-RequestId", {"type": "string", "format": "uuid"}, True, header=True),
            Parameter("MS-CorrelationId", {"type": "string", "format": "uuid"}, True, header=True),
        ),
        request=_REQUEST,
        answers={201: NEW_CUSTOMER},
    ),
)

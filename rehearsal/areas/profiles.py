"""The partner's own profiles: organization, legal business, billing, network, support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.partner_agreements import partner_name
from partnerdesk.rehearsal.call import invalid, not_found
from partnerdesk.rehearsal.operation import NOT_CHINA, Area, Auth, Operation, Parameter
from partnerdesk.rehearsal.schemas import (
    ADDRESS,
    CONTACT,
    GUID,
    LINKS,
    TEXT,
    Schema,
    attributes,
    one_of,
    thing,
)
from partnerdesk.rehearsal.tenants import CHINA, GERMANY, GLOBAL, US_GOV
from partnerdesk.rehearsal.wire import Answer, link

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant

UNKNOWN_MPN = 3000
VETTING_VERSIONS = ("Current", "LastFinalized", "None")
_ADDRESSES = {
    GLOBAL: ("One Example Way", "Redmond", "WA", "98052", "4255550100"),
    US_GOV: ("100 Capitol Plaza", "Arlington", "VA", "22202", "7035550100"),
    GERMANY: ("Musterstraße 1", "Berlin", "", "10115", "030230100"),
    CHINA: ("1 Shiyan Road", "Shanghai", "", "200000", "02155550100"),
}
_CURRENCIES = {GLOBAL: "USD", US_GOV: "USD", GERMANY: "EUR", CHINA: "CNY"}
_LANGUAGES = {GLOBAL: "en", US_GOV: "en", GERMANY: "de", CHINA: "zh"}


def currency(tenant: Tenant) -> str:
    """Return the currency in which a partner is billed."""
    return _CURRENCIES[tenant.cloud]


def _address(tenant: Tenant) -> dict[str, Any]:
    street, city, state, postal_code, phone = _ADDRESSES[tenant.cloud]
    return {
        "country": tenant.country,
        "city": city,
        "state": state,
        "addressLine1": street,
        "addressLine2": "",
        "postalCode": postal_code,
        "firstName": "Alex",
        "lastName": "Doe",
        "phoneNumber": phone,
    }


def _contact(tenant: Tenant) -> dict[str, Any]:
    return {
        "firstName": "Alex",
        "lastName": "Doe",
        "email": f"admin@{tenant.domain}",
        "phoneNumber": _ADDRESSES[tenant.cloud][-1],
    }


def _organization(tenant: Tenant) -> dict[str, Any]:
    language = _LANGUAGES[tenant.cloud]
    return {
        "id": tenant.id,
        "companyName": tenant.name,
        "defaultAddress": _address(tenant),
        "tenantId": tenant.id,
        "domain": tenant.domain,
        "email": f"admin@{tenant.domain}",
        "language": language,
        "culture": f"{language}-{tenant.country}",
    }


def _legal_business(tenant: Tenant) -> dict[str, Any]:
    return {
        "companyName": tenant.name,
        "address": _address(tenant),
        "primaryContact": _contact(tenant),
        "companyApproverAddress": _address(tenant),
        "companyApproverEmail": f"admin@{tenant.domain}",
        "vettingStatus": "authorized",
        "vettingSubStatus": "none",
    }


def _billing(tenant: Tenant) -> dict[str, Any]:
    return {
        "companyName": tenant.name,
        "address": _address(tenant),
        "primaryContact": _contact(tenant),
        "purchaseOrderNumber": "PO-4711",
        "taxId": "",
        "billingCurrency": currency(tenant),
    }


def _get_organization(call: Call) -> Answer:
    return _shown(_organization(call.tenant), "organization", "OrganizationProfile", call.tenant)


def _get_legal_business(call: Call) -> Answer:
    version = call.query.get("vettingVersion", VETTING_VERSIONS[0])
    if version.casefold() not in {known.casefold() for known in VETTING_VERSIONS}:
        raise invalid("vettingVersion is none of its values.")
    return _shown(_legal_business(call.tenant), "legalbusiness", "LegalBusinessProfile")


def _get_billing(call: Call) -> Answer:
    return _shown(_billing(call.tenant), "billing", "BillingProfile", call.tenant)


def _shown(
    profile: dict[str, Any], name: str, kind: str, with_etag: Tenant | None = None
) -> Answer:
    """Return a profile with what the service adds; the one of the legal business has no etag."""
    etag = {} if with_etag is None else {"etag": f"{with_etag.id[:8]}-{name}-1"}
    added = {
        "profileType": kind,
        "links": {"self": link(f"/profiles/{name}")},
        "attributes": {**etag, "objectType": kind},
    }
    return Answer(profile | added)


def _get_network(call: Call) -> Answer:
    """Answer the own network profile, or that of another partner by its id."""
    number = call.query.get("mpnId", call.query.get("mpnid", call.tenant.mpn))
    name = call.tenant.name if number == call.tenant.mpn else partner_name(call.world.state, number)
    if name is None:
        text = f"Partner Organization with partner_id {number[:40]} could not be found"
        raise not_found(UNKNOWN_MPN, text)
    return Answer(
        {
            "partnerName": name,
            "mpnId": number,
            "profileType": "MpnProfile",
            "links": {"self": link("/profiles/mpn")},
            "attributes": {"objectType": "MpnProfile"},
        }
    )


def _get_support(call: Call) -> Answer:
    return Answer(
        {
            "email": f"support@{call.tenant.domain}",
            "telephone": _ADDRESSES[call.tenant.cloud][-1],
            "website": f"www.{call.tenant.domain}",
            "profileType": "support_profile",
            "links": {"self": link("/v1/profiles/support")},
            "attributes": {"objectType": "PartnerSupportProfile"},
        }
    )


def _schema(kind: str, properties: dict[str, Schema], object_type: str = "") -> Schema:
    """Return the schema of a profile: all of `properties`, and what every profile has."""
    every = {
        "profileType": {"const": kind},
        "links": LINKS,
        "attributes": attributes(object_type or kind),
    }
    return thing(properties | every, *properties, *every)


_SCHEMAS = {
    "organization": _schema(
        "OrganizationProfile",
        {
            "id": GUID,
            "companyName": TEXT,
            "defaultAddress": ADDRESS,
            "tenantId": GUID,
            "domain": TEXT,
            "email": TEXT,
            "language": TEXT,
            "culture": TEXT,
        },
    ),
    "legalbusiness": _schema(
        "LegalBusinessProfile",
        {
            "companyName": TEXT,
            "address": ADDRESS,
            "primaryContact": CONTACT,
            "companyApproverAddress": ADDRESS,
            "companyApproverEmail": TEXT,
            "vettingStatus": one_of("none", "pending", "authorized", "rejected"),
            "vettingSubStatus": TEXT,
        },
    ),
    "billing": _schema(
        "BillingProfile",
        {
            "companyName": TEXT,
            "address": ADDRESS,
            "primaryContact": CONTACT,
            "purchaseOrderNumber": TEXT,
            "taxId": TEXT,
            "billingCurrency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
    ),
    "mpn": _schema("MpnProfile", {"partnerName": TEXT, "mpnId": TEXT}),
    "support": _schema(
        "support_profile",
        {"email": TEXT, "telephone": TEXT, "website": TEXT},
        "PartnerSupportProfile",
    ),
}

AREA = Area(
    name="profiles",
    operations=(
        Operation(
            name="profile-organization",
            method="GET",
            path="/v1/profiles/organization",
            handler=_get_organization,
            source="get-an-organization-profile",
            auth=Auth.USER,
            answers={200: _SCHEMAS["organization"]},
        ),
        Operation(
            name="profile-legal-business",
            method="GET",
            path="/v1/profiles/legalbusiness",
            handler=_get_legal_business,
            source="get-legal-business-profile",
            parameters=(Parameter("vettingVersion", one_of(*VETTING_VERSIONS)),),
            answers={200: _SCHEMAS["legalbusiness"]},
        ),
        Operation(
            name="profile-billing",
            method="GET",
            path="/v1/profiles/billing",
            handler=_get_billing,
            source="get-partner-billing-profile",
            auth=Auth.USER,
            answers={200: _SCHEMAS["billing"]},
        ),
        Operation(
            name="profile-network",
            method="GET",
            path="/v1/profiles/mpn",
            handler=_get_network,
            source="get-partner-network-profile, get-partner-by-mpn-id",
            auth=Auth.USER,
            parameters=(Parameter("mpnId"),),
            answers={200: _SCHEMAS["mpn"]},
        ),
        Operation(
            name="profile-support",
            method="GET",
            path="/v1/profiles/support",
            handler=_get_support,
            source="get-support-profile",
            auth=Auth.USER,
            clouds=NOT_CHINA,
            answers={200: _SCHEMAS["support"]},
        ),
    ),
)

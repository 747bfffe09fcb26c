"""The shapes of customers, of what is asked before one is created, and of the activity log."""

from __future__ import annotations

from partnerdesk.rehearsal.schemas import (
    ADDRESS,
    COUNTRY,
    FLAG,
    GUID,
    LINKS,
    TEXT,
    TEXTS,
    TIME,
    attributes,
    listed,
    maybe,
    one_of,
    page,
    thing,
)

COMPANY_PROFILE = thing(
    {
        "tenantId": GUID,
        "domain": TEXT,
        "companyName": TEXT,
        "organizationRegistrationNumber": TEXT,
        "links": LINKS,
        "attributes": attributes("CustomerCompanyProfile"),
    },
    *("tenantId", "domain", "companyName", "attributes"),
)
BILLING_PROFILE = thing(
    {
        "id": TEXT,
        "firstName": TEXT,
        "lastName": TEXT,
        "email": TEXT,
        "culture": TEXT,
        "language": TEXT,
        "companyName": TEXT,
        "defaultAddress": ADDRESS,
        "links": LINKS,
        "attributes": attributes("CustomerBillingProfile", etag=True),
    },
    *("id", "email", "culture", "language", "companyName", "defaultAddress", "attributes"),
)
_RELATIONSHIP = one_of("none", "reseller", "advisor", "syndication", "microsoft_support")
_ROW = {
    "id": GUID,
    "companyProfile": COMPANY_PROFILE,
    "relationshipToPartner": _RELATIONSHIP,
    "links": LINKS,
    "attributes": attributes("Customer"),
}
CUSTOMERS = page(thing(_ROW, "id", "companyProfile", "relationshipToPartner", "attributes"))
_CUSTOMER = _ROW | {
    "commerceId": TEXT,
    "billingProfile": BILLING_PROFILE,
    "allowDelegatedAccess": FLAG,
    "associatedPartnerId": maybe(GUID),
    "customDomains": maybe(TEXTS),
}
_ALWAYS = ("id", "companyProfile", "billingProfile", "relationshipToPartner", "attributes")
CUSTOMER = thing(_CUSTOMER, *_ALWAYS)
_CREDENTIALS = thing({"userName": TEXT, "password": TEXT}, "userName", "password")
NEW_CUSTOMER = thing(_CUSTOMER | {"userCredentials": _CREDENTIALS}, *_ALWAYS, "userCredentials")
CHANGED_CUSTOMER = thing({"Attributes": thing({"ObjectType": {"const": "Customer"}})}, "Attributes")
"""The sample of this answer alone begins its names with a capital letter."""
INVITATION = thing({"url": TEXT, "attributes": thing({"objectType": TEXT})}, "url")
_KINDS = one_of("none", "is_indirect_reseller_of", "is_indirect_cloud_solution_provider_of")
PARTNERS = page(
    thing(
        {
            "id": GUID,
            "name": TEXT,
            "mpnId": TEXT,
            "location": COUNTRY,
            "relationshipType": _KINDS,
            "state": TEXT,
            "attributes": attributes("PartnerRelationship"),
        },
        *("id", "name", "mpnId", "relationshipType"),
    )
)
ADDRESS_VERDICT = thing(
    {
        "originalAddress": {"type": "object"},
        "suggestedAddresses": listed({"type": "object"}, maxItems=3),
        "status": one_of(
            *("VerifiedShippable", "Verified", "InteractionRequired", "StreetPartial"),
            *("PremisesPartial", "Multiple", "None", "NotValidated"),
        ),
        "validationMessage": TEXT,
    },
    *("originalAddress", "status", "validationMessage"),
)
COUNTRY_RULES = thing(
    {
        "iso2Code": COUNTRY,
        "defaultCulture": TEXT,
        "isStateRequired": FLAG,
        "isPostalCodeRequired": FLAG,
        "postalCodeRegex": TEXT,
        "isCityRequired": FLAG,
        "phoneNumberRegex": TEXT,
        "customerOrganizationRegistrationNumberRegex": TEXT,
        "customerOrganizationRegistrationNumberRequired": FLAG,
    },
    *("iso2Code", "defaultCulture", "isStateRequired", "isPostalCodeRequired", "isCityRequired"),
)
_RECORD = {
    "partnerId": GUID,
    "customerId": GUID,
    "customerName": TEXT,
    "userPrincipalName": TEXT,
    "applicationId": TEXT,
    "resourceType": TEXT,
    "resourceOldValue": maybe(TEXT),
    "resourceNewValue": maybe(TEXT),
    "operationType": TEXT,
    "operationDate": TIME,
    "operationStatus": one_of("succeeded", "failed", "progress", "decline"),
    "originalCorrelationId": maybe(TEXT),
    "customizedData": listed(thing({"key": TEXT, "value": maybe(TEXT)}, "key")),
    "attributes": attributes("AuditRecord"),
}
AUDIT_RECORDS = page(
    thing(
        _RECORD,
        *("partnerId", "customerId", "resourceType", "operationType", "operationDate"),
        *("operationStatus", "attributes"),
    )
)

"""What customers have agreed to: records, their own acceptance, templates (global cloud only).

The old attestation has ended, and of the enhanced one neither all fields nor the answer are known
(reference/newer.md §3.3, §7.2, §7.4): both name the open question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from partnerdesk.rehearsal.areas.customers.control import tenant_of
from partnerdesk.rehearsal.areas.customers.rows import customer
from partnerdesk.rehearsal.areas.newcomers import begun, is_new
from partnerdesk.rehearsal.call import invalid, not_found
from partnerdesk.rehearsal.clock import written
from partnerdesk.rehearsal.markets import market
from partnerdesk.rehearsal.operation import GLOBAL_ONLY, Area, Auth, Operation, Parameter
from partnerdesk.rehearsal.schemas import (
    CONTACT,
    FLAG,
    GUID,
    REFUSAL,
    TEXT,
    TIME,
    WHOLE,
    one_of,
    page,
    thing,
)
from partnerdesk.rehearsal.tenants import derived_id
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError, collection

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS signed_agreements (
  tenant TEXT NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (tenant, customer)
);
"""
CUSTOMER_AGREEMENT, CLOUD_AGREEMENT = "MicrosoftCustomerAgreement", "MicrosoftCloudAgreement"
TYPES = (CUSTOMER_AGREEMENT, CLOUD_AGREEMENT)
_LINKS = {
    CUSTOMER_AGREEMENT: "https://aka.ms/customeragreement",
    CLOUD_AGREEMENT: "https://aka.ms/mscloudagreement",
}
TEMPLATES = {name: derived_id("agreement template", name) for name in TYPES}
NO_TEMPLATE = 1000
_SIGNED = "agreement-signed"
_CONTACTS = (("Tania", "Carr"), ("Amos", "Brand"), ("Lena", "Ekström"), ("Ravi", "Mehta"))


def _asked_types(call: Call) -> tuple[str, ...]:
    """Return the types that are asked for: without a word, the dead cloud agreement."""
    asked = call.query.get("agreementType", CLOUD_AGREEMENT)
    if asked == "*":
        return TYPES
    if asked not in TYPES:
        raise invalid("agreementType is none of the supported values.")
    return (asked,)


def _records(call: Call, owner: str) -> list[dict[str, Any]]:
    """Return the acceptances that the partner recorded of a customer in former years."""
    world, tenant = call.world, call.tenant
    dice = world.dice(tenant.seed, owner, "agreement")
    kind = dice.choice((CUSTOMER_AGREEMENT, CUSTOMER_AGREEMENT, CLOUD_AGREEMENT, ""))
    if is_new(world, tenant, owner) or not kind:
        return []
    first_name, last_name = dice.choice(_CONTACTS)
    years = 2 if kind == CUSTOMER_AGREEMENT else 8
    agreed = begun(world).replace(year=begun(world).year - years, month=dice.randint(1, 12))
    contact = {
        "firstName": first_name,
        "lastName": last_name,
        "email": f"{first_name}.{last_name}@example.com".lower().replace("ö", "o"),
        "phoneNumber": "4255550100",
    }
    return [
        {
            "userId": derived_id(tenant.id, "person", "agent"),
            "primaryContact": contact,
            "templateId": TEMPLATES[kind],
            "dateAgreed": written(agreed),
            "type": kind,
            "agreementLink": _LINKS[kind],
        }
    ]


def _list(call: Call) -> Answer:
    owner = customer(call).id
    types = _asked_types(call)
    found = [record for record in _records(call, owner) if record["type"] in types]
    return Answer(collection(found))


def _direct_status(call: Call) -> Answer:
    owner = customer(call).id
    world, tenant = call.world, call.tenant
    noted = world.state.value(
        "SELECT 1 FROM signed_agreements WHERE tenant = ? AND customer = ?", tenant.id, owner
    )
    by_seed = not is_new(world, tenant, owner) and (
        world.dice(tenant.seed, owner, "signed").random() < 1 / 4
    )
    return Answer({"isSigned": noted is not None or by_seed})


def _metadata(call: Call) -> Answer:
    items = [
        {
            "templateId": TEMPLATES[name],
            "agreementType": name,
            "agreementLink": _LINKS[name],
            "versionRank": 0,
        }
        for name in _asked_types(call)
    ]
    return Answer(collection(items))


def _document(call: Call) -> Answer:
    """Answer the links to a template; they are others each time."""
    name = {value: name for name, value in TEMPLATES.items()}.get(call.path["template_id"])
    if name is None:
        raise not_found(NO_TEMPLATE, "The agreement template was not found.")
    country = call.query.get("country", "US")
    if market(country) is None:  # its case matters
        raise invalid("The country is not supported.")
    language = call.query.get("language", "en-US")
    number = derived_id(call.world.clock.seconds(), call.path["template_id"])
    return Answer(
        {
            "displayUri": f"{_LINKS[name]}?preview={number}",
            "downloadUri": f"{_LINKS[name]}?file={number}",
            "language": language,
            "country": country,
        }
    )


def _record(call: Call) -> NoReturn:
    customer(call)
    if call.person is not None:
        raise OpenQuestionError(
            "with which code the attestation is refused that ended on 5 January 2026."
        )
    raise OpenQuestionError("in which field an agreement names its attestation.")


def _attest(_call: Call) -> NoReturn:
    raise OpenQuestionError("which fields the enhanced attestation needs, and what it answers.")


def _sign(world: World, tenant: Tenant, about: dict[str, Any]) -> None:
    world.state.run(
        "INSERT OR IGNORE INTO signed_agreements VALUES (?, ?)", tenant.id, about["customer"]
    )


def _sign_now(world: World, about: dict[str, Any]) -> dict[str, Any]:
    """Let a customer accept the agreement itself, now."""
    _sign(world, tenant_of(world, about), {"customer": str(about["customer"]).lower()})
    return {}


def _joined(world: World, tenant: Tenant, owner: str) -> None:
    """Let a new customer accept the agreement in its own admin center, after a while."""
    if world.options.accept_seconds > 0:
        world.later(world.options.accept_seconds, tenant, _SIGNED, {"customer": owner})


_CONTACT = CONTACT | {"required": ["firstName", "lastName", "email"]}
AGREEMENT = thing(
    {
        "userId": GUID,
        "primaryContact": _CONTACT,
        "dateAgreed": TIME,
        "templateId": GUID,
        "type": one_of(*TYPES),
        "agreementLink": TEXT,
    },
    *("primaryContact", "dateAgreed", "templateId", "type"),
)
_METADATA = thing(
    {
        "templateId": GUID,
        "agreementType": one_of(*TYPES),
        "agreementLink": TEXT,
        "versionRank": WHOLE,
    },
    "templateId",
    "agreementType",
)
_DOCUMENT = thing(
    {"displayUri": TEXT, "downloadUri": TEXT, "language": TEXT, "country": TEXT},
    "displayUri",
    "downloadUri",
)
_TYPE = Parameter("agreementType", one_of(*TYPES, "*"))
_OF_CUSTOMER = "/v1/customers/{customer_id}"

AREA = Area(
    name="agreements",
    tables=TABLES,
    joined=_joined,
    events={_SIGNED: _sign},
    control={"sign-agreement": _sign_now},
    operations=(
        Operation(
            name="agreement-list",
            method="GET",
            path=f"{_OF_CUSTOMER}/agreements",
            handler=_list,
            source="get-confirmation-of-customer-agreement",
            auth=Auth.USER,
            clouds=GLOBAL_ONLY,
            parameters=(_TYPE,),
            answers={200: page(AGREEMENT)},
        ),
        Operation(
            name="agreement-direct-status",
            method="GET",
            path=f"{_OF_CUSTOMER}/directSignedMicrosoftCustomerAgreementStatus",
            handler=_direct_status,
            source="get-direct-sign-status-of-customer-agreement",
            auth=Auth.USER,
            clouds=GLOBAL_ONLY,
            answers={200: thing({"isSigned": FLAG}, "isSigned")},
        ),
        Operation(
            name="agreement-metadata",
            method="GET",
            path="/v1/agreements",
            handler=_metadata,
            source="get-customer-agreement-metadata",
            auth=Auth.USER,
            clouds=GLOBAL_ONLY,
            parameters=(_TYPE,),
            answers={200: page(_METADATA)},
        ),
        Operation(
            name="agreement-document",
            method="GET",
            path="/v1/agreementtemplates/{template_id}/document",
            handler=_document,
            source="download-customer-agreement-template",
            auth=Auth.USER,
            clouds=GLOBAL_ONLY,
            parameters=(Parameter("language"), Parameter("country")),
            answers={200: _DOCUMENT},
        ),
        Operation(
            name="agreement-record",
            method="POST",
            path=f"{_OF_CUSTOMER}/agreements",
            handler=_record,
            source="confirm-customer-consent-customer-agreement",
            clouds=GLOBAL_ONLY,
            answers={501: REFUSAL},
        ),
        Operation(
            name="attestation-enhanced",
            method="POST",
            path="/v1/attestations/enhanced",
            handler=_attest,
            source="customers/integrate-sandbox-confirm-customer-accept (April 2025)",
            auth=Auth.APP,
            clouds=GLOBAL_ONLY,
            answers={501: REFUSAL},
        ),
    ),
)

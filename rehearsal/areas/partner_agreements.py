"""Whether an indirect reseller has signed the partner agreement; asked by its provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.rehearsal.call import GUID, invalid
from partnerdesk.rehearsal.operation import Area, Auth, Operation, Parameter
from partnerdesk.rehearsal.schemas import GUID as GUID_SCHEMA
from partnerdesk.rehearsal.schemas import thing
from partnerdesk.rehearsal.tenants import GLOBAL, US_GOV
from partnerdesk.rehearsal.wire import Answer, RefusedCallError

if TYPE_CHECKING:
    import sqlite3

    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.state import State

WRONG, MISSING = 2000, 2001
BAD_MPN, NOT_SIGNED_MPN, BAD_TENANT, NOT_SIGNED_TENANT = 2200, 2203, 2205, 2206
_HELP = "https://docs.microsoft.com/partner-center/mpa-indirect-provider-faq"


def partner_name(state: State, mpn_id: str) -> str | None:
    """Return the name of a partner by its network id, None if there is none."""
    name: str | None = state.value(
        "SELECT name FROM partners WHERE mpn = ?1"
        " UNION ALL SELECT name FROM tenants WHERE mpn = ?1",
        mpn_id,
    )
    return name


def _refused(code: int, description: str, source: str, *links: str) -> RefusedCallError:
    refusal = invalid(description, code)
    refusal.body = {
        "code": code,
        "description": description,
        "data": list(links),
        "source": source,
    }
    return refusal


def _status(call: Call) -> Answer:
    """Answer that a reseller has signed; that it has not is a refusal, not a false."""
    query = {name.casefold(): value for name, value in call.query.items()}
    mpn_id, tenant_id = query.get("mpnid", ""), query.get("tenantid", "")
    if mpn_id and tenant_id:
        text = "Both MPN Id and Tenant Id should not be passed."
        raise _refused(WRONG, text, "ComplianceController")
    if not mpn_id and not tenant_id:
        text = "Both MPN Id and Tenant Id cannot be empty."
        raise _refused(MISSING, text, "ComplianceController")
    if mpn_id:
        _check_mpn_id(call, mpn_id)
    else:
        _check_tenant_id(call, tenant_id)
    return Answer({"isAgreementSigned": True})


def _check_mpn_id(call: Call, mpn_id: str) -> None:
    if not mpn_id.isascii() or not mpn_id.isdigit():
        raise _refused(WRONG, "MPN Id must be numeric.", "PartnerApiServiceControllers")
    reseller = _reseller(call, "mpn", mpn_id)
    if reseller is None:
        text = f"MPN Id {mpn_id[:40]} is either invalid or not yet migrated to Partner Center."
        raise _refused(BAD_MPN, text, "PartnerFD")
    if not reseller["signed"]:
        text = f"MPN Id {mpn_id} has not signed Microsoft Partner Agreement (MPA)."
        raise _refused(NOT_SIGNED_MPN, text, "PartnerFD", _HELP)


def _check_tenant_id(call: Call, tenant_id: str) -> None:
    if not GUID.fullmatch(tenant_id):
        raise _refused(WRONG, "Tenant Id must be a GUID.", "PartnerApiServiceControllers")
    reseller = _reseller(call, "id", tenant_id.lower())
    if reseller is None:
        text = f"Partner Center doesn't find any account associated to the Tenant ID {tenant_id}"
        raise _refused(BAD_TENANT, text, "PartnerFD")
    if not reseller["signed"]:
        text = f"The account of Tenant Id {tenant_id} hasn't signed the agreement"
        raise _refused(NOT_SIGNED_TENANT, text, "PartnerFD", _HELP)


def _reseller(call: Call, column: str, value: str) -> sqlite3.Row | None:
    return call.world.state.row(
        "SELECT signed FROM partners WHERE tenant = ?1"
        " AND ((?2 = 'mpn' AND mpn = ?3) OR (?2 = 'id' AND id = ?3))",
        call.tenant.id,
        column,
        value,
    )


AREA = Area(
    name="partner agreements",
    operations=(
        Operation(
            name="partner-agreement-status",
            method="GET",
            path="/v1/compliance/{program}/agreementstatus",
            handler=_status,
            source="verify-indirect-reseller-mpa-status",
            auth=Auth.USER,
            clouds=frozenset({GLOBAL, US_GOV}),
            parameters=(
                Parameter("mpnId", {"type": "string", "pattern": "^[0-9]{1,10}$"}),
                Parameter("tenantId", GUID_SCHEMA),
            ),
            answers={200: thing({"isAgreementSigned": {"const": True}}, "isAgreementSigned")},
        ),
    ),
)

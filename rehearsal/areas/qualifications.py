"""What customers qualify for: education, government (global cloud only)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.areas.customers.rows import customer
from partnerdesk.rehearsal.areas.newcomers import begun, is_new
from partnerdesk.rehearsal.call import invalid
from partnerdesk.rehearsal.clock import written, written_seconds
from partnerdesk.rehearsal.operation import GLOBAL_ONLY, Area, Auth, Operation, Parameter
from partnerdesk.rehearsal.schemas import GUID, TEXT, TIME, WHOLE, listed, one_of, thing
from partnerdesk.rehearsal.wire import Answer, OpenQuestionError

if TYPE_CHECKING:
    from partnerdesk.rehearsal.call import Call
    from partnerdesk.rehearsal.tenants import Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS qualifications (
  tenant TEXT NOT NULL, customer TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  created REAL NOT NULL, PRIMARY KEY (tenant, customer, name)
);
CREATE TABLE IF NOT EXISTS validation_codes (
  tenant TEXT NOT NULL, code INTEGER NOT NULL, name TEXT NOT NULL, most INTEGER NOT NULL,
  used INTEGER NOT NULL, PRIMARY KEY (tenant, code)
);
"""
EDUCATION, GOVERNMENT, STATE_OWNED = "Education", "GovernmentCommunityCloud", "StateOwnedEntity"
NAMES = ("None", EDUCATION, "Nonprofit", GOVERNMENT, STATE_OWNED)
SEGMENTS = ("K12", "HigherEducation")
APPROVED, IN_REVIEW = "Approved", "InReview"
_CODES = ((12345, "Contoso, Inc.", 5), (987654, "Contoso, Inc. Finance Department", 5))
_VETTED = "education-vetted"
_VETTING_SECONDS = 86_400.0


def _seed(world: World, tenant: Tenant, _customers: int) -> None:
    for code, name, most in _CODES:
        world.state.run(
            "INSERT OR IGNORE INTO validation_codes VALUES (?, ?, ?, ?, ?)",
            tenant.id,
            code,
            name,
            most,
            0,
        )


def _of_customer(call: Call, owner: str) -> list[dict[str, Any]]:
    world, tenant = call.world, call.tenant
    rows = world.state.rows(
        "SELECT * FROM qualifications WHERE tenant = ? AND customer = ? ORDER BY name",
        tenant.id,
        owner,
    )
    found = {row["name"]: _shown(row["name"], row["status"], row["created"]) for row in rows}
    dice = world.dice(tenant.seed, owner, "qualification")
    if dice.random() < 1 / 15 and not is_new(world, tenant, owner):
        created = begun(world).replace(day=1).timestamp() - dice.randrange(30, 600) * 86_400
        found.setdefault(EDUCATION, _shown(EDUCATION, APPROVED, created))
    return list(found.values())


def _shown(name: str, status: str, created: float) -> dict[str, Any]:
    """Return a qualification as GET spells it; its day is told until it is approved."""
    shown = {"qualification": name, "vettingStatus": status}
    if status != APPROVED:
        shown["vettingCreatedDate"] = written_seconds(created)
    return shown


def _list(call: Call) -> Answer:
    return Answer(_of_customer(call, customer(call).id))


def _ask(call: Call) -> Answer:
    owner = customer(call).id
    body = call.body()
    name = body.get("qualification")
    if name == EDUCATION:
        _check_school(body)
        status = IN_REVIEW
        about = {"customer": owner}
        call.world.later(_VETTING_SECONDS, call.tenant, _VETTED, about)
    elif name == GOVERNMENT:
        _use_code(call)
        status = APPROVED
    elif name == STATE_OWNED:
        raise OpenQuestionError("how a state-owned entity is vetted.")
    else:
        raise invalid("The qualification cannot be set.")
    now = call.world.clock.now()
    call.world.state.run(
        "INSERT OR REPLACE INTO qualifications VALUES (?, ?, ?, ?, ?)",
        call.tenant.id,
        owner,
        name,
        status,
        now.timestamp(),
    )
    created = {"vettingCreateDate": written(now)}  # this answer spells it without the d
    return Answer({"qualification": name, "vettingStatus": status, **created}, HTTPStatus.CREATED)


def _check_school(body: dict[str, Any]) -> None:
    if body.get("educationSegment") not in SEGMENTS:
        raise invalid("educationSegment is K12 or HigherEducation.")
    if not isinstance(body.get("website", ""), str):
        raise invalid("website is a text.")


def _use_code(call: Call) -> None:
    code = call.query.get("code", "")
    used = 0
    if code.isascii() and code.isdigit() and len(code) < len("1" * 19):
        used = call.world.state.run(
            "UPDATE validation_codes SET used = used + 1"
            " WHERE tenant = ? AND code = ? AND used < most",
            call.tenant.id,
            int(code),
        )
    if not used:
        raise invalid("The validation code is not valid, or is used up.")


def _vetted(world: World, tenant: Tenant, about: dict[str, Any]) -> None:
    world.state.run(
        "UPDATE qualifications SET status = ? WHERE tenant = ? AND customer = ? AND name = ?",
        APPROVED,
        tenant.id,
        about["customer"],
        EDUCATION,
    )


def _codes(call: Call) -> Answer:
    rows = call.world.state.rows(
        "SELECT * FROM validation_codes WHERE tenant = ? ORDER BY code", call.tenant.id
    )
    return Answer(
        [
            {
                "partnerId": call.tenant.id,
                "organizationName": row["name"],
                "validationId": str(row["code"]),  # the sample writes it as text
                "maxCreates": row["most"],
                "remainingCreates": row["most"] - row["used"],
                "eTag": f'W/"{row["code"]}-{row["used"]}"',
            }
            for row in rows
        ]
    )


_STATUS = one_of(APPROVED, "Denied", IN_REVIEW)
_QUALIFICATION = thing(
    {
        "qualification": one_of(*NAMES),
        "vettingStatus": _STATUS,
        "vettingReason": TEXT,
        "vettingCreatedDate": TIME,
    },
    "qualification",
    "vettingStatus",
)
_CREATED = thing(
    {"qualification": one_of(*NAMES), "vettingStatus": _STATUS, "vettingCreateDate": TIME},
    *("qualification", "vettingStatus", "vettingCreateDate"),
)
_ASKED = thing(
    {
        "Qualification": one_of(EDUCATION),
        "EducationSegment": one_of(*SEGMENTS),
        "Website": TEXT,
    },
    "Qualification",
    "EducationSegment",
)
"""What is asked for most; the government's way needs a code, too, in the query."""
_CODE = thing(
    {
        "partnerId": GUID,
        "organizationName": TEXT,
        "validationId": TEXT,
        "maxCreates": WHOLE,
        "remainingCreates": {"type": "integer", "minimum": 0},
        "eTag": TEXT,
    },
    *("partnerId", "organizationName", "validationId", "maxCreates", "remainingCreates"),
)
_PATH = "/v1/customers/{customer_id}/qualifications"

AREA = Area(
    name="qualifications",
    tables=TABLES,
    seed=_seed,
    events={_VETTED: _vetted},
    operations=(
        Operation(
            name="qualification-list",
            method="GET",
            path=_PATH,
            handler=_list,
            source="get-customer-qualification-asynchronous",
            clouds=GLOBAL_ONLY,
            answers={200: listed(_QUALIFICATION)},
        ),
        Operation(
            name="qualification-ask",
            method="POST",
            path=_PATH,
            handler=_ask,
            source="update-customer-qualification-asynchronous",
            auth=Auth.USER,
            clouds=GLOBAL_ONLY,
            parameters=(Parameter("code"),),
            request=_ASKED,
            answers={201: _CREATED},
        ),
        Operation(
            name="validation-codes",
            method="GET",
            path="/v1/customers/all/validations",
            handler=_codes,
            source="get-a-partner-s-validation-codes",
            clouds=GLOBAL_ONLY,
            answers={200: listed(_CODE)},
        ),
    ),
)

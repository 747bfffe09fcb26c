"""Plans to add, edit, approve, extend and terminate delegated-admin relationships (GDAP).

Rules: `reference/rules.md §10`; fields: `reference/resources.md`, *GDAP relationship*. Changes of
state follow `models.relationships.lifecycles.DELEGATED_ADMIN`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step, Target
from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import N_, _
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship
from partnerdesk.models.relationships.lifecycles import (
    DELEGATED_ADMIN,
    DELEGATED_ADMIN_TITLES,
    DelegatedAdminEvent,
    DelegatedAdminState,
)
from partnerdesk.models.relationships.lists import GLOBAL_ADMINISTRATOR
from partnerdesk.models.values.days import typed_day
from partnerdesk.models.values.durations import Duration, parse_duration
from partnerdesk.models.values.fields import day_field, kept, text_field, yes_no

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store

SOURCE = "rules.md §10"
FIELDS_SOURCE = "resources.md, GDAP relationship"
_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LONGEST_NAME = 50
"""Maximum characters of a name."""
LONGEST_ROLES = 4_000
"""Maximum characters of all roles together."""
LONGEST_TERM = timedelta(days=730)
"""The maximum term: two years."""
AUTO_EXTEND = "P180D"
"""The only duration by which Partner Center extends a relationship by itself (ISO 8601)."""
FIELDS = ("name", "roles", "status", "start", "end", "auto_extend", "microsoft_id")
"""The fields of a form about a relationship, in order."""
EVENTS = {
    "request": DelegatedAdminEvent.REQUEST,
    "approve": DelegatedAdminEvent.APPROVE,
    "terminate": DelegatedAdminEvent.TERMINATE,
}
"""The events that a person can record, by the command's word for each."""
EVENT_TITLES = {
    DelegatedAdminEvent.REQUEST: N_("The customer was asked to approve it"),
    DelegatedAdminEvent.APPROVE: N_("The customer approved it"),
    DelegatedAdminEvent.TERMINATE: N_("It was terminated"),
}
"""The title of each event."""


@dataclass(frozen=True, slots=True)
class Extension:
    """The duration by which, or the day until which, a relationship is extended; one of the two."""

    by: Duration | None = None
    until: date | None = None
    text: str = ""
    """The duration or day in ISO 8601: `P180D`, `2027-06-30`."""


def parse_extension(text: str) -> Extension | None:
    """Return the extension that a typed duration or day means; None if it is neither."""
    if duration := parse_duration(text):
        return Extension(by=duration, text=text.strip().upper())
    day = typed_day(text)
    return None if day is None else Extension(until=day, text=day.isoformat())


@dataclass(frozen=True)
class Delegation:
    """A delegated-admin relationship with its customer and account, detached from the store."""

    relationship: DelegatedAdminRelationship
    customer: Customer
    account: PartnerAccount


def read_delegation(store: Store, id: int) -> Delegation:
    """Read one relationship with its customer and account.

    Raises:
        NotFoundError: the book has no relationship with this id.
    """
    with store.reading() as session:
        return delegation_of(session, id)


def delegation_of(session: Session, id: int) -> Delegation:
    """Read one relationship in an open session; raises as `read_delegation` does."""
    is_storable = 0 < id < 2**31
    relationship = session.get(DelegatedAdminRelationship, id) if is_storable else None
    if relationship is None:
        raise NotFoundError(
            _("There is no delegated-admin relationship {id}.").format(id=id),
            _("Look for it with: partnerdesk relationships list --tab delegated-admin"),
        )
    return Delegation(
        relationship,
        session.get_one(Customer, relationship.customer_id),
        session.get_one(PartnerAccount, relationship.account_id),
    )


def name_is_taken(store: Store, account_id: int, name: str, except_id: int | None = None) -> bool:
    """Say whether a relationship of the account, other than `except_id`, has this name."""
    with store.reading() as session:
        same = select(DelegatedAdminRelationship.id).where(
            DelegatedAdminRelationship.account_id == account_id,
            DelegatedAdminRelationship.name_sort == fold(name)[:200],
            col(DelegatedAdminRelationship.id) != (except_id or 0),
        )
        return session.exec(same.limit(1)).first() is not None


def plan_add_delegation(
    account: PartnerAccount,
    customer: Customer | None,
    texts: Mapping[str, str],
    by: PlanContext,
    *,
    taken: bool,
) -> Plan:
    """Plan to record a relationship that exists in Partner Center. Pure.

    Args:
        account: the partner's account.
        customer: the customer of the relationship; None if none was named, which is refused.
        texts: typed texts by `FIELDS`; roles separated by commas or lines, days as `2027-06-30`.
        by: who plans, when, under which id.
        taken: whether another relationship of the account has the name.
    """
    fields, reasons = _checked(texts, by.at, taken=taken)
    if customer is None:
        text = _("Whose? Write the domain or Microsoft ID of a customer in the book.")
        reasons.insert(0, Reason("delegated-admin.no-customer", text, "customer"))
    name, customer_id = (customer.company_name, customer.id) if customer else ("", None)
    own = {"account_id": account.id, "customer_id": customer_id, "requested_at": None}
    steps = (Step(records.DELEGATED_ADMIN, {"id": None}, None, {**own, **fields}),)
    target = Target(account.id or 0, account.cloud, name, customer_id)
    return Plan.of(ChangeKind.DELEGATED_ADMIN, by, target, steps, reasons)


def plan_edit_delegation(
    delegation: Delegation, texts: Mapping[str, str], by: PlanContext, *, taken: bool
) -> Plan:
    """Plan to change the record of a relationship; the plan contains only the changed fields."""
    relationship = delegation.relationship
    fields, reasons = _checked(texts, by.at, taken=taken)
    before = fields_of(relationship, fields)
    changed = {name: value for name, value in fields.items() if value != before[name]}
    state = DelegatedAdminState(relationship.status)
    if "status" in changed and not DELEGATED_ADMIN.events(state):
        sentence = _("It is over: {state}. That stays; a new one has a record of its own.")
        message = sentence.format(state=_(DELEGATED_ADMIN_TITLES[state]))
        reasons.append(Reason("delegated-admin.state", message, "status", SOURCE))
    old = {name: before[name] for name in changed}
    step = Step(records.DELEGATED_ADMIN, {"id": relationship.id}, old, changed)
    return _plan(delegation, by, (step,) if changed else (), reasons)


def plan_event(delegation: Delegation, event: DelegatedAdminEvent, by: PlanContext) -> Plan:
    """Plan to record that a relationship was requested, approved or terminated."""
    relationship = delegation.relationship
    reasons = _state_reasons(relationship, event, by.at)
    after: Fields = {}
    if not reasons:
        now = iso(by.at)
        state = DELEGATED_ADMIN.after(relationship.status_at(by.at), event)
        after["status"] = state.value if state else ""
        if event is DelegatedAdminEvent.REQUEST:
            after["requested_at"] = now
        elif event is DelegatedAdminEvent.TERMINATE:
            after["end_date_time"] = now
        elif relationship.activated_date_time is None:
            after["activated_date_time"] = now
            duration = parse_duration(relationship.duration)
            if relationship.end_date_time is None and duration:
                after["end_date_time"] = iso(duration.after(by.at))
    return _plan(delegation, by, (_step(relationship, after),) if after else (), reasons)


def plan_extend(delegation: Delegation, extension: Extension, by: PlanContext) -> Plan:
    """Plan to extend an active relationship: the plan changes only its end. Pure.

    A relationship with the Global Administrator role is never extended; it needs a successor.
    """
    relationship = delegation.relationship
    reasons = _state_reasons(relationship, DelegatedAdminEvent.EXTEND, by.at)
    if relationship.has_global_administrator:
        text = _("It holds Global Administrator, which cannot be extended: make a new one.")
        reasons.append(Reason("delegated-admin.global-administrator", text, source=SOURCE))
    end = relationship.end_date_time
    later = _extended(end, extension)
    if end is None:
        text = _("Its end is not known: write it down first.")
        reasons.append(Reason("delegated-admin.no-end", text))
    elif later is None or (extension.until is not None and later <= end):
        text = _("It ends on {date} already: the new day is no later one.")
        reasons.append(Reason("delegated-admin.not-later", text.format(date=date_text(end))))
    elif later > by.at + LONGEST_TERM:
        text = _("It would end more than two years from now, which is the longest term.")
        reasons.append(Reason("delegated-admin.too-long", text, source=SOURCE, refuses=False))
    if extension.by is not None and extension.text != AUTO_EXTEND:
        text = _("Partner Center itself extends by P180D only; look that it ends as you say.")
        reasons.append(
            Reason("delegated-admin.other-duration", text, source=FIELDS_SOURCE, refuses=False)
        )
    steps = () if later is None else (_step(relationship, {"end_date_time": iso(later)}),)
    return _plan(delegation, by, steps, reasons)


def _extended(end: datetime | None, extension: Extension) -> datetime | None:
    """Return the new end; None if the old end is unknown or the new one cannot be expressed."""
    if end is None:
        return None
    if extension.until is not None:
        day = extension.until
        return end.replace(year=day.year, month=day.month, day=day.day)
    try:
        return extension.by.after(end) if extension.by else None
    except OverflowError:
        return None


def _state_reasons(
    relationship: DelegatedAdminRelationship, event: DelegatedAdminEvent, at: datetime
) -> list[Reason]:
    """Return a refusal if the event cannot happen to the relationship in its state."""
    state = relationship.status_at(at)
    if DELEGATED_ADMIN.after(state, event) is not None:
        return []
    sentence = _("This cannot be done with a relationship in this state: {state}.")
    message = sentence.format(state=_(DELEGATED_ADMIN_TITLES[state]))
    return [Reason("delegated-admin.state", message, source=SOURCE)]


def _step(relationship: DelegatedAdminRelationship, after: Fields) -> Step:
    before = fields_of(relationship, after)
    return Step(records.DELEGATED_ADMIN, {"id": relationship.id}, before, after)


def _plan(
    delegation: Delegation, by: PlanContext, steps: tuple[Step, ...], reasons: list[Reason]
) -> Plan:
    customer, account = delegation.customer, delegation.account
    target = Target(account.id or 0, account.cloud, customer.company_name, customer.id)
    return Plan.of(ChangeKind.DELEGATED_ADMIN, by, target, steps, reasons)


def parse_roles(text: str) -> list[str]:
    """Return the roles in a text, separated by commas, semicolons or lines; each role once."""
    parts = text.replace(";", "\n").replace(",", "\n").split("\n")
    roles: dict[str, str] = {}
    for part in parts:
        role = " ".join(part.split())
        if role:
            roles.setdefault(fold(role), role)
    return list(roles.values())


def parse_status(text: str) -> DelegatedAdminState | None:
    """Return the status that a text names, by Graph's word or title; None if there is none.

    Titles are understood in English and in the program's language; case does not matter.
    """
    wanted = fold(text).replace(" ", "").replace("_", "")
    for state in DelegatedAdminState:
        titles = (state.value, DELEGATED_ADMIN_TITLES[state], _(DELEGATED_ADMIN_TITLES[state]))
        if wanted in {fold(title).replace(" ", "") for title in titles}:
            return state
    return None


def _checked(texts: Mapping[str, str], at: datetime, *, taken: bool) -> tuple[Fields, list[Reason]]:
    """Return the fields to store, and the reasons against the typed texts."""
    reasons = _name_reasons(texts, taken=taken)
    roles = "\n".join(parse_roles(texts.get("roles", "")))
    kept(
        text_field(roles.replace("\n", ","), "delegated-admin.roles", "roles", LONGEST_ROLES),
        reasons,
        "",
    )
    state = parse_status(texts.get("status", "") or "active")
    if state is None:
        sentence = _("{text} is no state; write one of: {states}.")
        states = ", ".join(DelegatedAdminState)
        message = sentence.format(text=shown(texts["status"][:40]), states=states)
        reasons.append(Reason("delegated-admin.status", message, "status", FIELDS_SOURCE))
    auto = texts.get("auto_extend", "").strip().lower()
    if auto and auto not in ("p0d", "pt0s", "p180d") and yes_no(auto) is None:
        text = _("Write yes (P180D) or no.")
        reasons.append(Reason("delegated-admin.auto-extend", text, "auto_extend", FIELDS_SOURCE))
    extends = auto == "p180d" or yes_no(auto) is True
    holds = any(fold(role) in GLOBAL_ADMINISTRATOR for role in roles.split("\n"))
    if extends and holds:
        text = _("One with Global Administrator cannot extend itself.")
        reasons.append(Reason("delegated-admin.global-administrator", text, "auto_extend", SOURCE))
    start, end, term_reasons = _term(texts, state or DelegatedAdminState.ACTIVE, at)
    fields: Fields = {
        "display_name": " ".join(texts.get("name", "").split()),
        "roles": roles,
        "status": (state or DelegatedAdminState.ACTIVE).value,
        "duration": f"P{(end - start).days}D" if start and end and end > start else "",
        "auto_extend_duration": AUTO_EXTEND if extends else "P0D",
        "activated_date_time": iso(start) if start else None,
        "end_date_time": iso(end) if end else None,
        "microsoft_id": texts.get("microsoft_id", "").strip().lower(),
    }
    if not re.fullmatch(rf"({_GUID}-{_GUID})?", str(fields["microsoft_id"])):
        text = _("The Microsoft ID of a relationship is two GUIDs joined by a hyphen.")
        reasons.append(Reason("delegated-admin.microsoft-id", text, "microsoft_id", FIELDS_SOURCE))
    return fields, [*reasons, *term_reasons]


def _name_reasons(texts: Mapping[str, str], *, taken: bool) -> list[Reason]:
    name = " ".join(texts.get("name", "").split())
    if not name:
        text = _("Write the relationship's name, as Partner Center has it.")
        return [Reason("delegated-admin.no-name", text, "name")]
    parsed = text_field(name, "delegated-admin.name", "name", LONGEST_NAME, SOURCE)
    if isinstance(parsed, Reason):
        return [parsed]
    if taken:
        text = _("Another relationship has this name; each has its own.")
        return [Reason("delegated-admin.name-taken", text, "name", SOURCE)]
    return []


def _term(
    texts: Mapping[str, str], state: DelegatedAdminState, at: datetime
) -> tuple[datetime | None, datetime | None, list[Reason]]:
    """Return start and end of a relationship, None if not given, and the reasons against them."""
    reasons: list[Reason] = []
    start, end = (
        kept(day_field(texts.get(name, "").strip(), f"delegated-admin.{name}", name), reasons, None)
        for name in ("start", "end")
    )
    lasting = (DelegatedAdminState.ACTIVE, DelegatedAdminState.EXPIRING)
    if state in lasting and end is None and not reasons:
        text = _("When does it end? Without the day nobody is warned.")
        reasons.append(Reason("delegated-admin.no-end", text, "end"))
    if start and end and not reasons:
        if end <= start:
            text = _("It ends before it begins.")
            reasons.append(Reason("delegated-admin.term", text, "end"))
        elif end - start > LONGEST_TERM + timedelta(days=1):
            text = _("The longest term is two years; an extended one may be longer.")
            reasons.append(Reason("delegated-admin.term", text, "end", SOURCE, refuses=False))
    if state in lasting and end and end <= at:
        text = _("It has ended by then, and counts as expired.")
        reasons.append(Reason("delegated-admin.over", text, "end", refuses=False))
    return start, end, reasons

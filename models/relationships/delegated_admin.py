"""Delegated-admin relationships (GDAP) that are kept: added, approved, extended, ended.

Rules: `reference/rules.md §10`; fields: `reference/resources.md`, *GDAP relationship*. Every step
follows `models.relationships.lifecycles.DELEGATED_ADMIN`.
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
LONGEST_ROLES = 4_000
LONGEST_TERM = timedelta(days=730)
"""The longest term: two years."""
AUTO_EXTEND = "P180D"
"""By how much Partner Center extends, and only by that."""
FIELDS = ("name", "roles", "status", "start", "end", "auto_extend", "microsoft_id")
"""What a person says of a relationship, in the order of the form."""
EVENTS = {
    "request": DelegatedAdminEvent.REQUEST,
    "approve": DelegatedAdminEvent.APPROVE,
    "terminate": DelegatedAdminEvent.TERMINATE,
}
"""What a person can say happened, by the word for it."""
EVENT_TITLES = {
    DelegatedAdminEvent.REQUEST: N_("The customer was asked to approve it"),
    DelegatedAdminEvent.APPROVE: N_("The customer approved it"),
    DelegatedAdminEvent.TERMINATE: N_("It was terminated"),
}


@dataclass(frozen=True, slots=True)
class Extension:
    """By how long, or until which day, relationships are extended; one of the two."""

    by: Duration | None = None
    until: date | None = None
    text: str = ""
    """As it was said: `P180D`, `2027-06-30`."""


def parse_extension(text: str) -> Extension | None:
    """Return what `P180D` or `2027-06-30` means; None where it is neither."""
    if duration := parse_duration(text):
        return Extension(by=duration, text=text.strip().upper())
    day = typed_day(text)
    return None if day is None else Extension(until=day, text=day.isoformat())


@dataclass(frozen=True)
class Delegation:
    """A delegated-admin relationship with whom it is about, detached from the store."""

    relationship: DelegatedAdminRelationship
    customer: Customer
    account: PartnerAccount


def read_delegation(store: Store, id: int) -> Delegation:
    """Read one relationship.

    Raises:
        NotFoundError: there is no such one.
    """
    with store.reading() as session:
        return delegation_of(session, id)


def delegation_of(session: Session, id: int) -> Delegation:
    """Read one in a session that is open already."""
    known = 0 < id < 2**31
    relationship = session.get(DelegatedAdminRelationship, id) if known else None
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


def name_is_taken(store: Store, account_id: int, name: str, but: int | None = None) -> bool:
    """Say whether another relationship of the account has this name."""
    with store.reading() as session:
        same = select(DelegatedAdminRelationship.id).where(
            DelegatedAdminRelationship.account_id == account_id,
            DelegatedAdminRelationship.name_sort == fold(name)[:200],
            col(DelegatedAdminRelationship.id) != (but or 0),
        )
        return session.exec(same.limit(1)).first() is not None


def plan_add_delegation(
    account: PartnerAccount, customer: Customer | None, said: Mapping[str, str], by: PlanContext,
    *, taken: bool,
) -> Plan:  # fmt: skip
    """Plan to keep a relationship that there is in Partner Center. Pure.

    Args:
        account: the partner's account.
        customer: with whom; None where nobody is named.
        said: texts by `FIELDS`; roles separated by commas or lines, days as `2027-06-30`.
        by: who plans.
        taken: whether another relationship of the account has the name.
    """
    fields, reasons = _checked(said, by.at, taken=taken)
    if customer is None:
        text = _("Whose? Write the domain or Microsoft ID of a customer in the book.")
        reasons.insert(0, Reason("delegated-admin.no-customer", text, "customer"))
    name, customer_id = (customer.company_name, customer.id) if customer else ("", None)
    own = {"account_id": account.id, "customer_id": customer_id, "requested_at": None}
    steps = (Step(records.DELEGATED_ADMIN, {"id": None}, None, {**own, **fields}),)
    target = Target(account.id or 0, account.cloud, name, customer_id)
    return Plan.of(ChangeKind.DELEGATED_ADMIN, by, target, steps, reasons)


def plan_edit_delegation(
    delegation: Delegation, said: Mapping[str, str], by: PlanContext, *, taken: bool
) -> Plan:
    """Plan to change what is kept of a relationship; only fields that change are touched."""
    now = delegation.relationship
    fields, reasons = _checked(said, by.at, taken=taken)
    before = fields_of(now, fields)
    changed = {name: value for name, value in fields.items() if value != before[name]}
    if "status" in changed and not DELEGATED_ADMIN.events(DelegatedAdminState(now.status)):
        text = _("It is over: {state}. That stays; a new one has a record of its own.")
        said_so = text.format(state=_(DELEGATED_ADMIN_TITLES[now.status]))
        reasons.append(Reason("delegated-admin.state", said_so, "status", SOURCE))
    was = {name: before[name] for name in changed}
    steps = (Step(records.DELEGATED_ADMIN, {"id": now.id}, was, changed),) if changed else ()
    return _plan(delegation, by, steps, reasons)


def plan_event(delegation: Delegation, event: DelegatedAdminEvent, by: PlanContext) -> Plan:
    """Plan to record what happened to a relationship: asked for, approved, terminated."""
    kept = delegation.relationship
    reasons = _against(kept, event, by.at)
    after: Fields = {}
    if not reasons:
        now = iso(by.at)
        state = DELEGATED_ADMIN.after(kept.status_at(by.at), event)
        after["status"] = state.value if state else ""
        if event is DelegatedAdminEvent.REQUEST:
            after["requested_at"] = now
        elif event is DelegatedAdminEvent.TERMINATE:
            after["end_date_time"] = now
        elif kept.activated_date_time is None:
            after["activated_date_time"] = now
            duration = parse_duration(kept.duration)
            if kept.end_date_time is None and duration:
                after["end_date_time"] = iso(duration.after(by.at))
    return _plan(delegation, by, (_step(kept, after),) if after else (), reasons)


def plan_extend(delegation: Delegation, extension: Extension, by: PlanContext) -> Plan:
    """Plan to extend a relationship that is active: its end moves, the rest stays. Pure.

    One with the Global Administrator role is never extended; it needs a new relationship.
    """
    kept = delegation.relationship
    reasons = _against(kept, DelegatedAdminEvent.EXTEND, by.at)
    if kept.has_global_administrator:
        text = _("It holds Global Administrator, which cannot be extended: make a new one.")
        reasons.append(Reason("delegated-admin.global-administrator", text, source=SOURCE))
    end = kept.end_date_time
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
    steps = () if later is None else (_step(kept, {"end_date_time": iso(later)}),)
    return _plan(delegation, by, steps, reasons)


def _extended(end: datetime | None, extension: Extension) -> datetime | None:
    if end is None:
        return None
    if extension.until is not None:
        day = extension.until
        return end.replace(year=day.year, month=day.month, day=day.day)
    try:
        return extension.by.after(end) if extension.by else None
    except OverflowError:
        return None


def _against(
    kept: DelegatedAdminRelationship, event: DelegatedAdminEvent, at: datetime
) -> list[Reason]:
    state = kept.status_at(at)
    if DELEGATED_ADMIN.after(state, event) is not None:
        return []
    text = _("This cannot be done with a relationship in this state: {state}.")
    said = text.format(state=_(DELEGATED_ADMIN_TITLES[state]))
    return [Reason("delegated-admin.state", said, source=SOURCE)]


def _step(kept: DelegatedAdminRelationship, after: Fields) -> Step:
    return Step(records.DELEGATED_ADMIN, {"id": kept.id}, fields_of(kept, after), after)


def _plan(
    delegation: Delegation, by: PlanContext, steps: tuple[Step, ...], reasons: list[Reason]
) -> Plan:  # fmt: skip
    customer, account = delegation.customer, delegation.account
    target = Target(account.id or 0, account.cloud, customer.company_name, customer.id)
    return Plan.of(ChangeKind.DELEGATED_ADMIN, by, target, steps, reasons)


def parse_roles(text: str) -> list[str]:
    """Return the roles in a text, separated by commas, semicolons or lines; none twice."""
    parts = text.replace(";", "\n").replace(",", "\n").split("\n")
    roles: dict[str, str] = {}
    for part in parts:
        role = " ".join(part.split())
        if role:
            roles.setdefault(fold(role), role)
    return list(roles.values())


def parse_status(text: str) -> DelegatedAdminState | None:
    """Return the status that a text means, by Graph's word or ours, in any case."""
    wanted = fold(text).replace(" ", "").replace("_", "")
    for state in DelegatedAdminState:
        titles = (state.value, DELEGATED_ADMIN_TITLES[state], _(DELEGATED_ADMIN_TITLES[state]))
        if wanted in {fold(title).replace(" ", "") for title in titles}:
            return state
    return None


def _checked(said: Mapping[str, str], at: datetime, *, taken: bool) -> tuple[Fields, list[Reason]]:
    """Return a relationship's fields as they are stored, and what is wrong with what was said."""
    reasons = _name_reasons(said, taken=taken)
    roles = "\n".join(parse_roles(said.get("roles", "")))
    seen = roles.replace("\n", ",")
    kept(text_field(seen, "delegated-admin.roles", "roles", LONGEST_ROLES), reasons, "")
    state = parse_status(said.get("status", "") or "active")
    if state is None:
        text = _("{text} is no state; write one of: {states}.")
        states = ", ".join(DelegatedAdminState)
        reasons.append(
            Reason("delegated-admin.status",
                   text.format(text=shown(said["status"][:40]), states=states), "status",
                   FIELDS_SOURCE)
        )  # fmt: skip
    auto = said.get("auto_extend", "").strip().lower()
    if auto and auto not in ("p0d", "pt0s", "p180d") and yes_no(auto) is None:
        text = _("Write yes (P180D) or no.")
        reasons.append(Reason("delegated-admin.auto-extend", text, "auto_extend", FIELDS_SOURCE))
    extends = auto == "p180d" or yes_no(auto) is True
    holds = any(fold(role) in GLOBAL_ADMINISTRATOR for role in roles.split("\n"))
    if extends and holds:
        text = _("One with Global Administrator cannot extend itself.")
        reasons.append(Reason("delegated-admin.global-administrator", text, "auto_extend", SOURCE))
    start, end, wrong = _term(said, state or DelegatedAdminState.ACTIVE, at)
    fields: Fields = {
        "display_name": " ".join(said.get("name", "").split()),
        "roles": roles,
        "status": (state or DelegatedAdminState.ACTIVE).value,
        "duration": f"P{(end - start).days}D" if start and end and end > start else "",
        "auto_extend_duration": AUTO_EXTEND if extends else "P0D",
        "activated_date_time": iso(start) if start else None,
        "end_date_time": iso(end) if end else None,
        "microsoft_id": said.get("microsoft_id", "").strip().lower(),
    }
    if not re.fullmatch(rf"({_GUID}-{_GUID})?", str(fields["microsoft_id"])):
        text = _("The Microsoft ID of a relationship is two GUIDs joined by a hyphen.")
        reasons.append(Reason("delegated-admin.microsoft-id", text, "microsoft_id", FIELDS_SOURCE))
    return fields, [*reasons, *wrong]


def _name_reasons(said: Mapping[str, str], *, taken: bool) -> list[Reason]:
    name = " ".join(said.get("name", "").split())
    if not name:
        text = _("Write the relationship's name, as Partner Center has it.")
        return [Reason("delegated-admin.no-name", text, "name")]
    found = text_field(name, "delegated-admin.name", "name", LONGEST_NAME, SOURCE)
    if isinstance(found, Reason):
        return [found]
    if taken:
        text = _("Another relationship has this name; each has its own.")
        return [Reason("delegated-admin.name-taken", text, "name", SOURCE)]
    return []


def _term(
    said: Mapping[str, str], state: DelegatedAdminState, at: datetime
) -> tuple[datetime | None, datetime | None, list[Reason]]:
    reasons: list[Reason] = []
    start, end = (
        kept(day_field(said.get(name, "").strip(), f"delegated-admin.{name}", name), reasons, None)
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

"""Plans to end the relationship with a customer, with a checklist in the safe order.

Rules: `reference/rules.md §9`, *Remove a relationship*. In a connected account the plan has the
call that ends the relationship; otherwise it records what a person did in Partner Center.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import (
    ChecklistItem,
    CheckState,
    Fields,
    Plan,
    PlanContext,
    Step,
    TakeBack,
    Target,
    can_be_undone,
)
from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import BillingProfile, Customer, Relationship
from partnerdesk.models.customers.page import customer_of
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.languages import N_, _
from partnerdesk.models.letters.letter import (
    Letter,
    LetterKind,
    LetterLanguage,
    Parties,
    check_letter,
    compose,
    language_for,
)
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    ResellerRelationship,
    SentBy,
)
from partnerdesk.models.relationships.invitation_details import letter_day
from partnerdesk.models.relationships.invitation_events import cannot_be_unsent, letter_call
from partnerdesk.models.relationships.lifecycles import (
    RELATIONSHIP,
    RelationshipEvent,
    RelationshipState,
)
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.values.days import typed_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store

SOURCE = "rules.md §9"
LONGEST_REASON = 2_000
"""Maximum characters of the reason for an ending."""


class Obstacle(StrEnum):
    """What a person must cancel or suspend before the ending, in safe order (`rules.md §9`)."""

    RESERVATIONS = "reservations"
    SOFTWARE = "software"
    SUBSCRIPTIONS = "subscriptions"


OBSTACLE_TITLES = {
    Obstacle.RESERVATIONS: N_("1 Cancel Azure reservations"),
    Obstacle.SOFTWARE: N_("2 Cancel software purchases"),
    Obstacle.SUBSCRIPTIONS: N_("3 Suspend active subscriptions"),
}
"""The checklist item of each obstacle."""
NONE_LEFT, SOME_LEFT = "none", "active"
"""What a person can find of an obstacle: nothing is left, or something is active. The third answer
is the day until which something is active (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class EndingRequest:
    """What a person typed about the ending."""

    reason: str = ""
    """Why the relationship ends; the plan is refused without it."""
    findings: Mapping[Obstacle, str] = field(default_factory=dict)
    """What the person found of each obstacle; empty or missing if the person has not looked."""


@dataclass(frozen=True)
class Ending:
    """The customer whose relationship ends, with the records that the plan needs."""

    customer: Customer
    account: PartnerAccount
    billing: BillingProfile | None
    relationship: ResellerRelationship | None
    """The active relationship; None if the book has no record of its beginning."""
    has_ended_relationship: bool
    """Whether the book has an ended relationship, as when an import restored the customer."""
    delegated: list[DelegatedAdminRelationship]
    """All delegated-admin relationships of the customer, in any state."""


def read_ending(store: Store, customer_id: int) -> Ending:
    """Read a customer with the records that a plan to end the relationship needs.

    Raises:
        NotFoundError: the book has no customer with this id.
    """
    with store.reading() as session:
        return ending_of(session, customer_of(session, customer_id))


def ending_of(session: Session, customer: Customer) -> Ending:
    """Read the records of a customer in an open session, as `read_ending` does."""
    active = select(ResellerRelationship).where(
        ResellerRelationship.customer_id == customer.id,
        unset(ResellerRelationship.ended_at),
    )
    ended = select(ResellerRelationship.id).where(
        ResellerRelationship.customer_id == customer.id, ~unset(ResellerRelationship.ended_at)
    )
    delegated = select(DelegatedAdminRelationship).where(
        DelegatedAdminRelationship.customer_id == customer.id
    )
    return Ending(
        customer=customer,
        account=session.get_one(PartnerAccount, customer.account_id),
        billing=session.get(BillingProfile, customer.id),
        relationship=session.exec(active.order_by(col(ResellerRelationship.id).desc())).first(),
        has_ended_relationship=session.exec(ended.limit(1)).first() is not None,
        delegated=list(session.exec(delegated)),
    )


def relationship_state(customer: Customer) -> RelationshipState:
    """Return the state of the relationship between a customer and the partner."""
    if customer.ended_at is not None:
        return RelationshipState.ENDED
    if customer.relationship_to_partner == Relationship.NONE:
        return RelationshipState.NONE
    return RelationshipState.ACTIVE


def plan_end(account: Account, ending: Ending, request: EndingRequest, by: PlanContext) -> Plan:
    """Plan to end the relationship with a customer. Pure: reads only its arguments.

    The plan is refused if an obstacle is known to be active.
    """
    customer = ending.customer
    items = tuple(_checklist_item(obstacle, request, by.at) for obstacle in Obstacle)
    reasons = [
        *_request_reasons(request),
        *_state_reasons(customer),
        *_account_reasons(account, customer),
        *_obstacle_reasons(items, request, by.at),
        *_delegated_reasons(ending, by.at),
    ]
    return Plan.of(
        kind=ChangeKind.ENDED,
        by=by,
        target=Target(account.id, account.cloud.id, customer.company_name, customer.id),
        steps=lambda: _steps(ending, request, by),
        reasons=reasons,
        take_back=_take_back(account),
        calls=(_remove_call(customer, by),) if account.connected else (),
        version=customer.version,
        why=request.reason.strip(),
        confirm=customer.primary_domain or customer.company_name,
        checklist=(*items, _last_item()),
        losses=tuple(_losses()),
    )


def _checklist_item(obstacle: Obstacle, request: EndingRequest, at: datetime) -> ChecklistItem:
    finding = request.findings.get(obstacle, "")
    title = _(OBSTACLE_TITLES[obstacle])
    until = typed_day(finding)
    if finding == NONE_LEFT or (until is not None and until <= at.date()):
        return ChecklistItem(obstacle, title, CheckState.SETTLED, _("nothing is left"))
    if finding:
        text = _("there is some left")
        if until is not None:
            text = _("there is some left, until {date}").format(date=f"{until:%Y-%m-%d}")
        return ChecklistItem(obstacle, title, CheckState.IN_THE_WAY, text)
    text = _("not known: the book holds none; look in Partner Center")
    return ChecklistItem(obstacle, title, CheckState.UNKNOWN, text)


def _last_item() -> ChecklistItem:
    text = _(
        "by a global admin of a direct bill partner or indirect provider; nobody tells the "
        "customer, so send the notice letter"
    )
    return ChecklistItem("relationship", _("4 End the relationship"), CheckState.UNKNOWN, text)


def _request_reasons(request: EndingRequest) -> list[Reason]:
    reasons = []
    reason = request.reason.strip()
    if not reason:
        reasons.append(
            Reason("end.no-reason", _("Write why: it stays on record with the ending."), "reason")
        )
    elif len(reason) > LONGEST_REASON:
        text = _("At most {count} characters.").format(count=LONGEST_REASON)
        reasons.append(Reason("end.long-reason", text, "reason"))
    for obstacle, finding in request.findings.items():
        if finding not in ("", NONE_LEFT, SOME_LEFT) and typed_day(finding) is None:
            text = _("{text} is neither none, active nor a day such as 2027-03-31.")
            message = text.format(text=shown(finding[:40]))
            reasons.append(Reason("end.unclear", message, obstacle.value))
    return reasons


def _state_reasons(customer: Customer) -> list[Reason]:
    state = relationship_state(customer)
    if RELATIONSHIP.after(state, RelationshipEvent.END) is None:
        text = _("The relationship ended already, on {date}.")
        return [Reason("end.ended", text.format(date=date_text(customer.ended_at)))]
    if state is RelationshipState.NONE:
        text = _("The book knows of no relationship: the customer is only taken off the list.")
        return [Reason("end.none", text, refuses=False)]
    return []


def _account_reasons(account: Account, customer: Customer) -> list[Reason]:
    """Return the reasons of cloud, connection and kind of partner (`rules.md §2, §9`)."""
    reasons = []
    removing = account.cloud.allows(Capability.REMOVE_RELATIONSHIP)
    if removing.reason:
        refuses, source = account.connected and not removing.allowed, removing.source
        reasons.append(Reason("end.no-call", removing.reason, source=source, refuses=refuses))
    elif not account.connected:
        text = _("This account is kept by hand: end it in Partner Center too; here it is recorded.")
        reasons.append(Reason("end.by-hand", text, source=SOURCE, refuses=False))
    elif not customer.microsoft_id:
        text = _("The call needs the customer's Microsoft ID, which the book does not know.")
        reasons.append(Reason("end.no-id", text, source="resources.md, Customer"))
    if account.kind == "indirect_reseller":
        text = _("Only a direct bill partner or an indirect provider ends it: ask your provider.")
        reasons.append(Reason("end.kind", text, source=SOURCE, refuses=account.connected))
    return reasons


def _obstacle_reasons(
    items: tuple[ChecklistItem, ...], request: EndingRequest, at: datetime
) -> list[Reason]:
    states = [item.known for item in items]
    if CheckState.IN_THE_WAY in states:
        days = [day for text in request.findings.values() if (day := typed_day(text)) is not None]
        ahead = [day for day in days if day > at.date()]
        text = _("Something is still active; the checklist says what. Nothing is touched.")
        if ahead:
            earliest = f"{max(ahead):%Y-%m-%d}"
            text += " " + _("The earliest day is {date}.").format(date=earliest)
        return [Reason("end.in-the-way", text, source=SOURCE)]
    if CheckState.UNKNOWN in states:
        text = _(
            "The book does not know of reservations, software or subscriptions: look in Partner "
            "Center. While anything is active it does not let you end the relationship."
        )
        return [Reason("end.not-looked", text, source=SOURCE, refuses=False)]
    return []


def _delegated_reasons(ending: Ending, at: datetime) -> list[Reason]:
    final = ("expired", "terminated")
    remaining = [one.display_name for one in ending.delegated if one.status_at(at) not in final]
    if not remaining:
        return []
    text = _("Delegated admin is a relationship of its own; look whether it ends too: {names}.")
    names = ", ".join(shown(name) for name in remaining[:5])
    message = text.format(names=names)
    return [Reason("end.delegated-admin", message, source="rules.md §10", refuses=False)]


def _losses() -> list[str]:
    """Return what the partner loses, as sentences (`reference/rules.md §9`, *Consequence*)."""
    return [
        _("The customer leaves your list (here it stays on record, under Ended)."),
        _("You are no longer its support contact."),
        _("Delegated admin (DAP) is lost."),
        _("It can buy nothing through you any more. Its tenant stays its own."),
    ]


def _take_back(account: Account) -> TakeBack:
    if account.connected:
        return TakeBack(
            possible=False,
            text=_("Once it is sent it cannot be undone; the customer can be invited again (i)."),
        )
    return TakeBack(
        possible=True,
        text=can_be_undone().text
        + " "
        + _("In Partner Center only a new invitation brings it back."),
    )


def _steps(ending: Ending, request: EndingRequest, by: PlanContext) -> tuple[Step, ...]:
    customer, now = ending.customer, iso(by.at)
    after: Fields = {"relationship_to_partner": Relationship.NONE.value, "ended_at": now}
    if customer.allow_delegated_access:
        after["allow_delegated_access"] = False
    reason = request.reason.strip()
    end: Fields = {"ended_at": now, "ended_by": by.actor.name, "reason": reason}
    if (active := ending.relationship) is not None:
        ended = Step(records.RELATIONSHIP, {"id": active.id}, fields_of(active, end), end)
    else:
        since = None if ending.has_ended_relationship else customer.added_at
        beginning: Fields = {
            "customer_id": customer.id,
            "began_at": iso(since) if since else None,
            "relationship_to_partner": str(Relationship(customer.relationship_to_partner)),
        }
        ended = Step(records.RELATIONSHIP, {"id": None}, None, beginning | end)
    return (Step(CUSTOMER, {"id": customer.id}, fields_of(customer, after), after), ended)


def _remove_call(customer: Customer, by: PlanContext) -> Call:
    """Return the call that removes the relationship (`resources.md`, *Customer*, *Behaviour*)."""
    arguments = {"microsoft_id": customer.microsoft_id}
    return Call(Operation.REMOVE_RESELLER_RELATIONSHIP, arguments, by.plan_id)


def plan_notice(ending: Ending, letter: Letter, by: PlanContext, how: SentBy = SentBy.SMTP) -> Plan:
    """Plan to record in the history that the notice letter goes out; it changes no record.

    By SMTP, the letter becomes a call in the outbox, which is sent after the plan is carried out.
    """
    customer, account = ending.customer, ending.account
    text = {"subject": letter.subject, "body": letter.body}
    return Plan.of(
        ChangeKind.ENDED,
        by,
        Target(account.id or 0, account.cloud, customer.company_name, customer.id),
        (),
        check_letter(letter),
        cannot_be_unsent(),
        calls=(letter_call(letter, by),) if how is SentBy.SMTP else (),
        summary=({}, {"notice": letter.email, "how": how.value, **text}),
        only_summary=True,
    )


def notice_letter(ending: Ending, at: datetime, language: LetterLanguage | None = None) -> Letter:
    """Return the letter that informs the customer, by default in the customer's language."""
    billing, customer = ending.billing, ending.customer
    own = language_for((billing.culture or billing.language) if billing else "")
    language = language or own
    person = f"{billing.first_name} {billing.last_name}".strip() if billing else ""
    parties = Parties(
        company=customer.company_name,
        contact=person,
        email=billing.email if billing else "",
        partner=ending.account.name,
        link="",
        delegated_admin=False,
        provider="",
        ended_on=letter_day(at, language),
    )
    return compose(LetterKind.NOTICE, language, parties)

"""Ends the relationship with a customer: a checklist in the safe order, and what is lost.

Rules: `reference/rules.md §9`, *Remove a relationship*. In an account kept by hand it records what
was done in the portal; a connected one gets the call that does it.
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
from partnerdesk.models.relationships.invitation_events import letter_call, letter_stays_out
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


class Obstacle(StrEnum):
    """What has to be gone before a relationship is ended, in the safe order (`rules.md §9`)."""

    RESERVATIONS = "reservations"
    SOFTWARE = "software"
    SUBSCRIPTIONS = "subscriptions"


OBSTACLE_TITLES = {
    Obstacle.RESERVATIONS: N_("1 Cancel Azure reservations"),
    Obstacle.SOFTWARE: N_("2 Cancel software purchases"),
    Obstacle.SUBSCRIPTIONS: N_("3 Suspend active subscriptions"),
}
NONE_LEFT, SOME_LEFT = "none", "active"
"""What a person can say of an obstacle: nothing of it is left; there is some; or until which day
(ISO 8601) there is."""


@dataclass(frozen=True, slots=True)
class EndingRequest:
    """What a person says of the ending."""

    reason: str = ""
    looked: Mapping[Obstacle, str] = field(default_factory=dict)
    """What was found of each obstacle; what is missing was not looked for."""


@dataclass(frozen=True)
class Ending:
    """The customer whose relationship is to end, with all that hangs on it."""

    customer: Customer
    account: PartnerAccount
    billing: BillingProfile | None
    life: ResellerRelationship | None
    """The life that lasts now; None where nothing is kept of its beginning."""
    lived_before: bool
    """Whether there is a record of a life that is over, as of one who came back by an import."""
    delegated: list[DelegatedAdminRelationship]
    """Delegated-admin relationships that are not over."""


def read_ending(store: Store, customer_id: int) -> Ending:
    """Read what hangs on the relationship with a customer.

    Raises:
        NotFoundError: there is no such customer.
    """
    with store.reading() as session:
        return ending_of(session, customer_of(session, customer_id))


def ending_of(session: Session, customer: Customer) -> Ending:
    """Read the same in a session that is open already."""
    lives = select(ResellerRelationship).where(
        ResellerRelationship.customer_id == customer.id,
        unset(ResellerRelationship.ended_at),
    )
    over = select(ResellerRelationship.id).where(
        ResellerRelationship.customer_id == customer.id, ~unset(ResellerRelationship.ended_at)
    )
    delegated = select(DelegatedAdminRelationship).where(
        DelegatedAdminRelationship.customer_id == customer.id
    )
    return Ending(
        customer=customer,
        account=session.get_one(PartnerAccount, customer.account_id),
        billing=session.get(BillingProfile, customer.id),
        life=session.exec(lives.order_by(col(ResellerRelationship.id).desc())).first(),
        lived_before=session.exec(over.limit(1)).first() is not None,
        delegated=list(session.exec(delegated)),
    )


def relationship_state(customer: Customer) -> RelationshipState:
    """Return how a customer and the partner stand to each other."""
    if customer.ended_at is not None:
        return RelationshipState.ENDED
    if customer.relationship_to_partner == Relationship.NONE:
        return RelationshipState.NONE
    return RelationshipState.ACTIVE


def plan_end(account: Account, ending: Ending, wish: EndingRequest, by: PlanContext) -> Plan:
    """Plan to end the relationship with a customer. Pure: reads nothing but its arguments.

    Refused, and then it touches nothing, while anything is known to stand in the way.
    """
    customer = ending.customer
    points = tuple(_point(obstacle, wish, by.at) for obstacle in Obstacle)
    reasons = [
        *_wish_reasons(wish),
        *_state_reasons(customer),
        *_account_reasons(account, customer),
        *_obstacle_reasons(points, wish, by.at),
        *_delegated_reasons(ending, by.at),
    ]
    return Plan.of(
        kind=ChangeKind.ENDED,
        by=by,
        target=Target(account.id, account.cloud.id, customer.company_name, customer.id),
        steps=lambda: _steps(ending, wish, by),
        reasons=reasons,
        take_back=_take_back(account),
        calls=(_remove_call(customer, by),) if account.connected else (),
        version=customer.version,
        why=wish.reason.strip(),
        confirm=customer.primary_domain or customer.company_name,
        checklist=(*points, _last_point()),
        losses=tuple(_losses()),
    )


def _point(obstacle: Obstacle, wish: EndingRequest, at: datetime) -> ChecklistItem:
    said = wish.looked.get(obstacle, "")
    title = _(OBSTACLE_TITLES[obstacle])
    until = typed_day(said)
    if said == NONE_LEFT or (until is not None and until <= at.date()):
        return ChecklistItem(obstacle, title, CheckState.SETTLED, _("nothing is left"))
    if said:
        text = _("there is some left")
        if until is not None:
            text = _("there is some left, until {date}").format(date=f"{until:%Y-%m-%d}")
        return ChecklistItem(obstacle, title, CheckState.IN_THE_WAY, text)
    text = _("not known: the book holds none; look in Partner Center")
    return ChecklistItem(obstacle, title, CheckState.UNKNOWN, text)


def _last_point() -> ChecklistItem:
    text = _("by a global admin of a direct bill partner or indirect provider; nobody tells the "
             "customer, so send the notice letter")  # fmt: skip
    return ChecklistItem("relationship", _("4 End the relationship"), CheckState.UNKNOWN, text)


def _wish_reasons(wish: EndingRequest) -> list[Reason]:
    reasons = []
    reason = wish.reason.strip()
    if not reason:
        reasons.append(
            Reason("end.no-reason", _("Write why: it stays on record with the ending."), "reason")
        )
    elif len(reason) > LONGEST_REASON:
        text = _("At most {count} characters.").format(count=LONGEST_REASON)
        reasons.append(Reason("end.long-reason", text, "reason"))
    for obstacle, said in wish.looked.items():
        if said not in ("", NONE_LEFT, SOME_LEFT) and typed_day(said) is None:
            text = _("{text} is neither none, active nor a day such as 2027-03-31.")
            reasons.append(
                Reason("end.unclear", text.format(text=shown(said[:40])), obstacle.value)
            )
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
    """Return what cloud and kind of partner say: who ends it, and where (`rules.md §2, §9`)."""
    reasons = []
    removing = account.cloud.allows(Capability.REMOVE_RELATIONSHIP)
    if removing.reason:
        reasons.append(
            Reason("end.no-call", removing.reason, source=removing.source,
                   refuses=account.connected and not removing.allowed)
        )  # fmt: skip
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
    points: tuple[ChecklistItem, ...], wish: EndingRequest, at: datetime
) -> list[Reason]:
    known = [point.known for point in points]
    if CheckState.IN_THE_WAY in known:
        days = [day for said in wish.looked.values() if (day := typed_day(said)) is not None]
        ahead = [day for day in days if day > at.date()]
        text = _("Something is still active; the checklist says what. Nothing is touched.")
        if ahead:
            earliest = f"{max(ahead):%Y-%m-%d}"
            text += " " + _("The earliest day is {date}.").format(date=earliest)
        return [Reason("end.in-the-way", text, source=SOURCE)]
    if CheckState.UNKNOWN in known:
        text = _(
            "The book does not know of reservations, software or subscriptions: look in Partner "
            "Center. While anything is active it does not let you end the relationship."
        )
        return [Reason("end.not-looked", text, source=SOURCE, refuses=False)]
    return []


def _delegated_reasons(ending: Ending, at: datetime) -> list[Reason]:
    over = ("expired", "terminated")
    lasting = [one.display_name for one in ending.delegated if one.status_at(at) not in over]
    if not lasting:
        return []
    text = _("Delegated admin is a relationship of its own; look whether it ends too: {names}.")
    names = ", ".join(shown(name) for name in lasting[:5])
    return [
        Reason("end.delegated-admin", text.format(names=names), source="rules.md §10",
               refuses=False)
    ]  # fmt: skip


def _losses() -> list[str]:
    """Return what is lost (`reference/rules.md §9`, *Consequence*)."""
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
            text=_("It cannot be undone; the customer can be invited again (i)."),
        )
    kept = can_be_undone()
    return TakeBack(
        possible=True,
        text=kept.text + " " + _("In Partner Center only a new invitation brings it back."),
    )


def _steps(ending: Ending, wish: EndingRequest, by: PlanContext) -> tuple[Step, ...]:
    customer, now = ending.customer, iso(by.at)
    after: Fields = {
        "relationship_to_partner": Relationship.NONE.value, "ended_at": now,
    }  # fmt: skip
    if customer.allow_delegated_access:
        after["allow_delegated_access"] = False
    over: Fields = {"ended_at": now, "ended_by": by.actor.name, "reason": wish.reason.strip()}
    life = ending.life
    if life is not None:
        ended = Step(records.LIFE, {"id": life.id}, fields_of(life, over), over)
    else:
        since = None if ending.lived_before else customer.added_at
        began = iso(since) if since else None
        whole = {
            "customer_id": customer.id, "began_at": began,
            "relationship_to_partner": str(Relationship(customer.relationship_to_partner)),
        }  # fmt: skip
        ended = Step(records.LIFE, {"id": None}, None, {**whole, **over})
    return (
        Step(CUSTOMER, {"id": customer.id}, fields_of(customer, after), after), ended,
    )  # fmt: skip


def _remove_call(customer: Customer, by: PlanContext) -> Call:
    """Return the call that removes the relationship (`resources.md`, *Customer*, *Behaviour*)."""
    arguments = {"microsoft_id": customer.microsoft_id}
    return Call(Operation.REMOVE_RESELLER_RELATIONSHIP, arguments, by.plan_id)


def plan_notice(ending: Ending, letter: Letter, by: PlanContext, how: SentBy = SentBy.SMTP) -> Plan:
    """Plan to record that the notice letter goes out: in the history, and in no other record.

    By SMTP it becomes a call in the outbox, which is sent when the plan is carried out.
    """
    customer, account = ending.customer, ending.account
    told: Fields = {
        "notice": letter.email, "how": how.value, "subject": letter.subject, "body": letter.body,
    }  # fmt: skip
    return Plan.of(
        ChangeKind.ENDED, by,
        Target(account.id or 0, account.cloud, customer.company_name, customer.id), (),
        check_letter(letter), letter_stays_out(),
        calls=(letter_call(letter, by),) if how is SentBy.SMTP else (),
        summary=({}, told), only_summary=True,
    )  # fmt: skip


def notice_letter(ending: Ending, at: datetime, language: LetterLanguage | None = None) -> Letter:
    """Return the letter that tells the customer, by default in its own language."""
    billing, customer = ending.billing, ending.customer
    own = language_for((billing.culture or billing.language) if billing else "")
    language = language or own
    person = f"{billing.first_name} {billing.last_name}".strip() if billing else ""
    parties = Parties(
        company=customer.company_name, contact=person, email=billing.email if billing else "",
        partner=ending.account.name, link="", delegated_admin=False, provider="",
        ended_on=letter_day(at, language),
    )  # fmt: skip
    return compose(LetterKind.NOTICE, language, parties)

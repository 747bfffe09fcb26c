"""What becomes of an invitation: its letter goes out, reminds, is answered or withdrawn.

Every step follows `models.relationships.lifecycles.INVITATION`; what cannot be is refused in words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import (
    Fields,
    Plan,
    PlanContext,
    Step,
    TakeBack,
    Target,
)
from partnerdesk.models.core.clock import NEVER, iso
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.customers.page import of_another_account
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.languages import LANGUAGES, _
from partnerdesk.models.letters.letter import (
    Letter,
    LetterKind,
    LetterLanguage,
    Parties,
    Template,
    check_letter,
    compose,
    language_for,
)
from partnerdesk.models.letters.letter import check_template as template_reasons
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.candidates import likely_customers, those_with_a_life
from partnerdesk.models.relationships.entities import (
    Invitation,
    InvitationKind,
    LetterTemplate,
    SentBy,
)
from partnerdesk.models.relationships.invite import (
    RELATED,
    letter_kind,
    reminder_due,
)
from partnerdesk.models.relationships.lifecycles import (
    INVITATION,
    INVITATION_TITLES,
    InvitationEvent,
    InvitationState,
)
from partnerdesk.models.relationships.sent_letters import just_out, letters_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store

_WAYS = {
    InvitationEvent.SEND: InvitationState.SENT,
    InvitationEvent.REMIND: InvitationState.REMINDED,
}


class InvitationDetails:
    """An invitation with what belongs to it, detached from the store."""

    def __init__(self, session: Session, invitation: Invitation, named: int | None = None) -> None:
        self.invitation = invitation
        self.account = session.get_one(PartnerAccount, invitation.account_id)
        self.customer = (
            session.get(Customer, invitation.customer_id) if invitation.customer_id else None
        )
        self.likely = [] if self.customer else likely_customers(session, invitation)
        """Customers of the book who may be the one; the first surely is, if `certain`."""
        ids = [named, invitation.customer_id, *(customer.id for customer, _sure in self.likely)]
        self.lasting = those_with_a_life(session, ids)
        """The ids of those whose relationship is on record and lasts."""
        own = select(LetterTemplate).where(LetterTemplate.account_id == invitation.account_id)
        self.templates = {
            (LetterKind(kept.kind), LetterLanguage(kept.language)): kept
            for kept in session.exec(own)
        }
        """The partner's own texts."""
        self.sent_letters = letters_of(session, invitation)
        """The letters that went out, the first one first."""

    def kind(self, at: datetime) -> LetterKind:
        """Return the kind of the letter that goes out next."""
        reminder = self.invitation.state_at(at) is not InvitationState.DRAFT
        return letter_kind(InvitationKind(self.invitation.kind), reminder=reminder)

    def letter(self, at: datetime) -> Letter:
        """Return the letter that goes out next: the first one as it is written, or a reminder."""
        if self.invitation.body and self.invitation.state_at(at) is InvitationState.DRAFT:
            return letter_as_written(self.invitation)
        return self.new_letter(at, LetterLanguage(self.invitation.language))

    def new_letter(self, at: datetime, language: LetterLanguage) -> Letter:
        """Return that letter anew in a language, from the partner's own text or the built-in."""
        kept = self.templates.get((self.kind(at), language))
        template = Template(kept.subject, kept.body) if kept is not None else None
        parties = parties_of(self)
        if sent := self.invitation.sent_at:
            parties = replace(parties, sent_on=letter_day(sent, language))
        letter = compose(self.kind(at), language, parties, template)
        return replace(letter, name=self.invitation.contact)  # the company's is no person's name


def parties_of(case: InvitationDetails) -> Parties:
    """Return who writes to whom in an invitation's letters."""
    invitation = case.invitation
    return Parties(
        company=invitation.company_name, contact=invitation.contact, email=invitation.email,
        partner=case.account.name, link=invitation.link,
        delegated_admin=invitation.delegated_admin, provider=invitation.provider,
    )  # fmt: skip


def letter_day(day: datetime, language: LetterLanguage) -> str:
    """Return a day as a letter in a language writes it."""
    return f"{day:{LANGUAGES[language_for(language)].day}}"


def letter_as_written(invitation: Invitation) -> Letter:
    """Return an invitation's letter as it is written, or went out last."""
    kind = letter_kind(InvitationKind(invitation.kind), reminder=invitation.reminders > 0)
    return Letter(
        kind, LetterLanguage(invitation.language), invitation.contact, invitation.email,
        invitation.subject, invitation.body, invitation.link,
    )  # fmt: skip


def read_case(
    store: Store, invitation_id: int, customer_id: int | None = None
) -> InvitationDetails:
    """Read an invitation with what belongs to it.

    Args:
        store: the book.
        invitation_id: which one.
        customer_id: who accepted it, where a person names another one than was invited.

    Raises:
        NotFoundError: there is no such invitation.
    """
    with store.reading() as session:
        return case_of(session, invitation_id, customer_id)


def case_of(
    session: Session, invitation_id: int, customer_id: int | None = None
) -> InvitationDetails:
    """Read the same in a session that is open already."""
    known = 0 < invitation_id < 2**31
    invitation = session.get(Invitation, invitation_id) if known else None
    if invitation is None:
        raise NotFoundError(
            _("There is no invitation {id}.").format(id=invitation_id),
            _("Look for it with: partnerdesk relationships list --tab invitations"),
        )
    return InvitationDetails(session, invitation, customer_id)


def plan_letter_out(case: InvitationDetails, letter: Letter, how: SentBy, by: PlanContext) -> Plan:
    """Plan to record that an invitation's letter, or a reminder, goes out. Pure.

    One that goes out soon after another is warned of: it is easily the same one, recorded twice.
    By SMTP it becomes a call in the outbox, which is sent when the plan is carried out.
    """
    invitation = case.invitation
    event = next_event(invitation, by.at)
    reasons = [*_against(invitation, event, by), *_no_letter(invitation, letter)]
    if how is SentBy.NONE:
        raise ValueError("A letter goes out by some way.")
    if not is_refused(reasons):
        reasons += just_out(invitation, by.at)
    now = iso(by.at)
    after: Fields = {
        "state": _WAYS[event].value, "how": how.value, "subject": letter.subject,
        "body": letter.body, "next_at": iso(by.at + reminder_due()),
        "language": letter.language,
    }  # fmt: skip
    if event is InvitationEvent.SEND:
        after |= {"sent_at": now, "sent_by": by.actor.name, "contact": letter.name,
                  "email": letter.email}  # fmt: skip
    else:
        after |= {"reminded_at": now, "reminders": invitation.reminders + 1}
    steps = (_step(invitation, after),)
    if how is not SentBy.SMTP:
        return _plan(case, by, reasons, steps)
    return _plan(case, by, reasons, steps, (letter_call(letter, by),), letter_stays_out())


def letter_stays_out() -> TakeBack:
    """Return that a change cannot be taken back because a letter went out with it."""
    text = _("A letter that was sent cannot be called back.")
    return TakeBack(possible=False, text=text)


def next_event(invitation: Invitation, at: datetime) -> InvitationEvent:
    """Return what it is when a letter goes out now: the first one is sent, the next ones remind."""
    draft = invitation.state_at(at) is InvitationState.DRAFT
    return InvitationEvent.SEND if draft else InvitationEvent.REMIND


def _no_letter(invitation: Invitation, letter: Letter) -> tuple[Reason, ...]:
    """Return why there is no letter that could go out."""
    if invitation.how is SentBy.PORTAL:
        text = _("It was made in the portal: remind the customer there.")
        return (Reason("invitation.portal", text, source="rules.md §2"),)
    return check_letter(letter)


def letter_call(letter: Letter, by: PlanContext) -> Call:
    """Return a letter as the outbox keeps it until the mail server has it."""
    arguments: Fields = {
        "kind": letter.kind.value, "language": letter.language, "name": letter.name,
        "email": letter.email, "subject": letter.subject, "body": letter.body,
        "link": letter.link,
    }  # fmt: skip
    return Call(Operation.SEND_LETTER, arguments, by.plan_id)


def plan_rewrite(case: InvitationDetails, letter: Letter, by: PlanContext) -> Plan:
    """Plan to keep an edited letter of an invitation that is still a draft."""
    reasons = list(check_letter(letter))
    if case.invitation.state_at(by.at) is not InvitationState.DRAFT:
        reasons.append(Reason("invitation.state", _("Its letter has gone out already.")))
    after: Fields = {
        "subject": letter.subject, "body": letter.body, "contact": letter.name,
        "email": letter.email, "language": letter.language,
    }  # fmt: skip
    changed = {name: text for name, text in after.items()
               if text != getattr(case.invitation, name)}  # fmt: skip
    steps = (_step(case.invitation, changed),) if changed else ()
    return _plan(case, by, reasons, steps)


def plan_decline(case: InvitationDetails, by: PlanContext) -> Plan:
    """Plan to record that the customer said no."""
    return _closing(case, InvitationEvent.DECLINE, InvitationState.DECLINED, by)


def plan_withdraw(case: InvitationDetails, by: PlanContext) -> Plan:
    """Plan to give an invitation up. The link stays valid: Partner Center knows no withdrawing."""
    plan = _closing(case, InvitationEvent.WITHDRAW, InvitationState.WITHDRAWN, by)
    if not plan.steps or case.invitation.state_at(by.at) is InvitationState.DRAFT:
        return plan
    text = _("The link itself stays valid: the customer could still accept it.")
    reason = Reason("invitation.link-stays", text, source="rules.md §7", refuses=False)
    return _plan(case, by, [*plan.reasons, reason], plan.steps)


def plan_accept(case: InvitationDetails, by: PlanContext, customer: Customer | None = None) -> Plan:
    """Plan to record that the customer accepted: it comes, or comes back, into the book.

    Args:
        case: the invitation.
        by: who says so.
        customer: who it is, whom the case was read with where it is none of its own; None for the
            one that was invited or that it surely or alone may be.
    """
    invitation = case.invitation
    reasons = _against(invitation, InvitationEvent.ACCEPT, by)
    chosen = customer or case.customer
    if chosen is None and len(case.likely) == 1:
        chosen = case.likely[0][0]
    if chosen is None and len(case.likely) > 1:
        names = ", ".join(f"{one.primary_domain} ({one.id})" for one, _certain in case.likely)
        text = _("Several customers may be the one: {names}. Say which.").format(names=names)
        reasons.append(Reason("invitation.several", text, "customer"))
    if chosen is None and not case.likely:
        text = _("Nobody in the book is that company yet: add or import it, and it is linked.")
        again = _waits(invitation)  # that it was accepted is recorded already
        reasons.append(Reason("invitation.not-there", text, source="rules.md §7", refuses=again))
    reasons += of_another_account(
        chosen, invitation.account_id, "invitation.other-account", "customer"
    )
    if is_refused(reasons):
        return _plan(case, by, reasons)
    after = {} if _waits(invitation) else _closed(InvitationState.ACCEPTED, by)
    if chosen is not None and chosen.id != invitation.customer_id:
        after["customer_id"] = chosen.id
    steps = [_step(invitation, after)] if after else []
    if chosen is not None:
        steps += _establish(case, chosen, by)
    plan = _plan(case, by, reasons, tuple(steps))
    return replace(plan, target=replace(plan.target, customer_id=chosen.id if chosen else None))


def _establish(case: InvitationDetails, customer: Customer, by: PlanContext) -> list[Step]:
    """Return the steps that begin a customer's new life with the partner, where none lasts.

    The delegated admin that an invitation asks for comes with it (`reference/rules.md §10`).
    """
    invitation = case.invitation
    related = customer.ended_at is None and customer.relationship_to_partner in RELATED
    relationship = customer.relationship_to_partner
    after: Fields = {}
    if customer.ended_at is not None:
        after["ended_at"] = None
    if relationship not in RELATED:
        after["relationship_to_partner"] = relationship = Relationship.RESELLER
    if invitation.delegated_admin and not customer.allow_delegated_access:
        after["allow_delegated_access"] = True
    steps = []
    if after:
        steps.append(Step(CUSTOMER, {"id": customer.id}, fields_of(customer, after), _plain(after)))
    if customer.id in case.lasting or (invitation.related_before and related):
        return steps
    began = invitation.closed_at if _waits(invitation) else None
    life: Fields = {
        "customer_id": customer.id, "invitation_id": invitation.id,
        "relationship_to_partner": str(relationship), "began_at": iso(began or by.at),
        "ended_at": None,
    }  # fmt: skip
    return [*steps, Step(records.LIFE, {"id": None}, None, life)]


def _waits(invitation: Invitation) -> bool:
    """Say whether it was accepted by somebody who is not in the book yet."""
    return invitation.state == InvitationState.ACCEPTED and invitation.customer_id is None


def plan_template(
    account: PartnerAccount, kept: LetterTemplate | None, letter: tuple[LetterKind, LetterLanguage],
    template: Template, by: PlanContext,
) -> Plan:  # fmt: skip
    """Plan to keep an own text for a kind of letter; the built-in one again where it is empty."""
    kind, language = letter
    key: Fields = {"account_id": account.id, "kind": kind.value, "language": language}
    after: Fields | None = {"subject": template.subject, "body": template.body}
    reasons = template_reasons(template, kind) if template.body else ()
    if not template.body:
        after = None
    before = {"subject": kept.subject, "body": kept.body} if kept else None
    steps = () if before == after else (Step(records.TEMPLATE, key, before, after),)
    target = Target(account.id or 0, account.cloud, f"{kind.value} ({language})")
    return Plan.of(ChangeKind.TEMPLATE, by, target, steps, reasons)


def _closing(
    case: InvitationDetails, event: InvitationEvent, state: InvitationState, by: PlanContext
) -> Plan:
    reasons = _against(case.invitation, event, by)
    return _plan(case, by, reasons, (_step(case.invitation, _closed(state, by)),))


def _closed(state: InvitationState, by: PlanContext) -> Fields:
    return {"state": state.value, "closed_at": iso(by.at), "next_at": iso(NEVER)}


def _against(invitation: Invitation, event: InvitationEvent, by: PlanContext) -> list[Reason]:
    """Return that an event cannot happen to an invitation now."""
    state = invitation.state_at(by.at)
    linked = event is InvitationEvent.ACCEPT and _waits(invitation)
    if INVITATION.after(state, event) or linked:
        return []
    text = _("This cannot be done with an invitation in this state: {state}.")
    return [Reason("invitation.state", text.format(state=_(INVITATION_TITLES[state])))]


def _step(invitation: Invitation, after: Fields) -> Step:
    before = fields_of(invitation, after)
    changed = [name for name in after if after[name] != before[name]]
    return Step(
        records.INVITATION,
        {"id": invitation.id},
        {name: before[name] for name in changed},
        {name: after[name] for name in changed},
    )


def _plain(fields: Fields) -> Fields:
    return {name: str(value) if isinstance(value, str) else value
            for name, value in fields.items()}  # fmt: skip


def _plan(
    case: InvitationDetails,
    by: PlanContext,
    reasons: list[Reason],
    steps: tuple[Step, ...] = (),
    calls: tuple[Call, ...] = (),
    take_back: TakeBack | None = None,
) -> Plan:
    invitation = case.invitation
    target = Target(
        invitation.account_id, case.account.cloud, invitation.company_name, invitation.customer_id
    )
    return Plan.of(ChangeKind.INVITATION, by, target, steps, reasons, take_back, calls)

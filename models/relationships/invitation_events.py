"""Plans for the events of an invitation: letter sent, reminded, accepted, declined, withdrawn.

Plans follow `models.relationships.lifecycles.INVITATION`; they refuse impossible events.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.customers.page import of_another_account
from partnerdesk.models.customers.records import CUSTOMER
from partnerdesk.models.languages import _
from partnerdesk.models.letters.letter import (
    Letter,
    LetterKind,
    LetterLanguage,
    Template,
    check_letter,
)
from partnerdesk.models.letters.letter import check_template as template_reasons
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import (
    Invitation,
    LetterTemplate,
    SentBy,
)
from partnerdesk.models.relationships.invite import RELATED, reminder_due
from partnerdesk.models.relationships.lifecycles import (
    INVITATION,
    INVITATION_TITLES,
    InvitationEvent,
    InvitationState,
)
from partnerdesk.models.relationships.sent_letters import recent_letter

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.relationships.invitation_details import InvitationDetails


_STATES_AFTER = {
    InvitationEvent.SEND: InvitationState.SENT,
    InvitationEvent.REMIND: InvitationState.REMINDED,
}
"""The state of an invitation after its letter went out, by event."""


def plan_letter_out(
    details: InvitationDetails, letter: Letter, how: SentBy, by: PlanContext
) -> Plan:
    """Plan to record that an invitation's letter, or a reminder, goes out. Pure.

    The plan warns if another letter went out shortly before: a person may record one letter twice.
    By SMTP, the letter becomes a call in the outbox, which is sent after the plan is carried out.

    Raises:
        ValueError: `how` is NONE.
    """
    invitation = details.invitation
    event = next_event(invitation, by.at)
    reasons = [*_state_reasons(invitation, event, by), *_letter_reasons(invitation, letter)]
    if how is SentBy.NONE:
        raise ValueError("A letter goes out by some way.")
    if not is_refused(reasons):
        reasons += recent_letter(invitation, by.at)
    now = iso(by.at)
    after: Fields = {
        "state": _STATES_AFTER[event].value,
        "how": how.value,
        "subject": letter.subject,
        "body": letter.body,
        "next_at": iso(by.at + reminder_due()),
        "language": letter.language,
    }
    if event is InvitationEvent.SEND:
        after |= {"sent_at": now, "sent_by": by.actor.name}
        after |= {"contact": letter.name, "email": letter.email}
    else:
        after |= {"reminded_at": now, "reminders": invitation.reminders + 1}
    steps = (_step(invitation, after),)
    if how is not SentBy.SMTP:
        return _plan(details, by, reasons, steps)
    return _plan(details, by, reasons, steps, (letter_call(letter, by),), cannot_be_unsent())


def cannot_be_unsent() -> TakeBack:
    """Return that a change cannot be undone because it sends a letter."""
    text = _("A letter that was sent cannot be called back.")
    return TakeBack(possible=False, text=text)


def next_event(invitation: Invitation, at: datetime) -> InvitationEvent:
    """Return the event of a letter that goes out now: SEND for a draft, else REMIND."""
    is_draft = invitation.state_at(at) is InvitationState.DRAFT
    return InvitationEvent.SEND if is_draft else InvitationEvent.REMIND


def _letter_reasons(invitation: Invitation, letter: Letter) -> tuple[Reason, ...]:
    """Return the reasons against the letter; the portal's invitations have no letter here."""
    if invitation.how is SentBy.PORTAL:
        text = _("It was made in the portal: remind the customer there.")
        return (Reason("invitation.portal", text, source="rules.md §2"),)
    return check_letter(letter)


def letter_call(letter: Letter, by: PlanContext) -> Call:
    """Return the call that sends a letter; the outbox stores the whole letter with it."""
    arguments: Fields = {
        "kind": letter.kind.value,
        "language": letter.language,
        "name": letter.name,
        "email": letter.email,
        "subject": letter.subject,
        "body": letter.body,
        "link": letter.link,
    }
    return Call(Operation.SEND_LETTER, arguments, by.plan_id)


def plan_rewrite(details: InvitationDetails, letter: Letter, by: PlanContext) -> Plan:
    """Plan to store an edited letter of an invitation that is still a draft."""
    invitation = details.invitation
    reasons = list(check_letter(letter))
    if invitation.state_at(by.at) is not InvitationState.DRAFT:
        reasons.append(Reason("invitation.state", _("Its letter has gone out already.")))
    after: Fields = {
        "subject": letter.subject,
        "body": letter.body,
        "contact": letter.name,
        "email": letter.email,
        "language": letter.language,
    }
    changed = {name: text for name, text in after.items() if text != getattr(invitation, name)}
    steps = (_step(invitation, changed),) if changed else ()
    return _plan(details, by, reasons, steps)


def plan_decline(details: InvitationDetails, by: PlanContext) -> Plan:
    """Plan to record that the customer declined."""
    return _closing(details, InvitationEvent.DECLINE, InvitationState.DECLINED, by)


def plan_withdraw(details: InvitationDetails, by: PlanContext) -> Plan:
    """Plan to withdraw an invitation; its link stays valid, as Partner Center cannot revoke it."""
    plan = _closing(details, InvitationEvent.WITHDRAW, InvitationState.WITHDRAWN, by)
    if not plan.steps or details.invitation.state_at(by.at) is InvitationState.DRAFT:
        return plan
    text = _("The link itself stays valid: the customer could still accept it.")
    reason = Reason("invitation.link-stays", text, source="rules.md §7", refuses=False)
    return _plan(details, by, [*plan.reasons, reason], plan.steps)


def plan_accept(
    details: InvitationDetails, by: PlanContext, customer: Customer | None = None
) -> Plan:
    """Plan to record that the customer accepted: the plan begins or restores its relationship.

    The plan is refused if several customers may be the company, or if the book has no such customer
    and the acceptance is already recorded.

    Args:
        details: the invitation.
        by: who plans, when, under which id.
        customer: the customer who accepted, with whose id `details` were read; None for the invited
            customer or the only likely one.
    """
    invitation = details.invitation
    reasons = _state_reasons(invitation, InvitationEvent.ACCEPT, by)
    chosen = customer or details.customer
    if chosen is None and len(details.likely) == 1:
        chosen = details.likely[0][0]
    if chosen is None and len(details.likely) > 1:
        names = ", ".join(f"{one.primary_domain} ({one.id})" for one, _certain in details.likely)
        text = _("Several customers may be the one: {names}. Say which.").format(names=names)
        reasons.append(Reason("invitation.several", text, "customer"))
    if chosen is None and not details.likely:
        text = _("Nobody in the book is that company yet: add or import it, and it is linked.")
        refuses = _lacks_customer(invitation)  # the acceptance is already recorded
        reasons.append(Reason("invitation.not-there", text, source="rules.md §7", refuses=refuses))
    reasons += of_another_account(
        chosen, invitation.account_id, "invitation.other-account", "customer"
    )
    if is_refused(reasons):
        return _plan(details, by, reasons)
    after = {} if _lacks_customer(invitation) else _closed(InvitationState.ACCEPTED, by)
    if chosen is not None and chosen.id != invitation.customer_id:
        after["customer_id"] = chosen.id
    steps = [_step(invitation, after)] if after else []
    if chosen is not None:
        steps += _establish(details, chosen, by)
    plan = _plan(details, by, reasons, tuple(steps))
    return replace(plan, target=replace(plan.target, customer_id=chosen.id if chosen else None))


def _establish(details: InvitationDetails, customer: Customer, by: PlanContext) -> list[Step]:
    """Return the steps that begin the customer's relationship, if none is active.

    An invitation that asks for delegated admin also grants it (`reference/rules.md §10`).
    """
    invitation = details.invitation
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
        steps.append(
            Step(CUSTOMER, {"id": customer.id}, fields_of(customer, after), _plain_texts(after))
        )
    if customer.id in details.active_ids or (invitation.related_before and related):
        return steps
    accepted_at = invitation.closed_at if _lacks_customer(invitation) else None
    new: Fields = {
        "customer_id": customer.id,
        "invitation_id": invitation.id,
        "relationship_to_partner": str(relationship),
        "began_at": iso(accepted_at or by.at),
        "ended_at": None,
    }
    return [*steps, Step(records.RELATIONSHIP, {"id": None}, None, new)]


def _lacks_customer(invitation: Invitation) -> bool:
    """Say whether the invitation is accepted, but not linked to a customer of the book yet."""
    return invitation.state == InvitationState.ACCEPTED and invitation.customer_id is None


def plan_template(
    account: PartnerAccount,
    stored: LetterTemplate | None,
    letter: tuple[LetterKind, LetterLanguage],
    template: Template,
    by: PlanContext,
) -> Plan:
    """Plan to store the partner's own text for a kind of letter; an empty text deletes it.

    Args:
        account: the partner's account.
        stored: the stored text that the plan replaces; None if there is none.
        letter: kind and language of the letter.
        template: the new text.
        by: who plans, when, under which id.
    """
    kind, language = letter
    key: Fields = {"account_id": account.id, "kind": kind.value, "language": language}
    after: Fields | None = {"subject": template.subject, "body": template.body}
    reasons = template_reasons(template, kind) if template.body else ()
    if not template.body:
        after = None
    before = {"subject": stored.subject, "body": stored.body} if stored else None
    steps = () if before == after else (Step(records.TEMPLATE, key, before, after),)
    target = Target(account.id or 0, account.cloud, f"{kind.value} ({language})")
    return Plan.of(ChangeKind.TEMPLATE, by, target, steps, reasons)


def _closing(
    details: InvitationDetails, event: InvitationEvent, state: InvitationState, by: PlanContext
) -> Plan:
    reasons = _state_reasons(details.invitation, event, by)
    return _plan(details, by, reasons, (_step(details.invitation, _closed(state, by)),))


def _closed(state: InvitationState, by: PlanContext) -> Fields:
    return {"state": state.value, "closed_at": iso(by.at), "next_at": iso(NEVER)}


def _state_reasons(invitation: Invitation, event: InvitationEvent, by: PlanContext) -> list[Reason]:
    """Return a refusal if the event cannot happen to the invitation in its state."""
    state = invitation.state_at(by.at)
    can_be_linked = event is InvitationEvent.ACCEPT and _lacks_customer(invitation)
    if INVITATION.after(state, event) or can_be_linked:
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


def _plain_texts(fields: Fields) -> Fields:
    """Return the fields with enum members as plain strings, as steps hold them."""
    return {key: str(value) if isinstance(value, str) else value for key, value in fields.items()}


def _plan(
    details: InvitationDetails,
    by: PlanContext,
    reasons: list[Reason],
    steps: tuple[Step, ...] = (),
    calls: tuple[Call, ...] = (),
    take_back: TakeBack | None = None,
) -> Plan:
    invitation = details.invitation
    target = Target(
        invitation.account_id,
        details.account.cloud,
        invitation.company_name,
        invitation.customer_id,
    )
    return Plan.of(ChangeKind.INVITATION, by, target, steps, reasons, take_back, calls)

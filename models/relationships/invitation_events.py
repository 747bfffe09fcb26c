"""What becomes of an invitation: its letter goes out, reminds, is answered or withdrawn.

Every step follows `models.relationships.lifecycles.INVITATION`; what cannot be is refused in words.
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
from partnerdesk.models.relationships.invite import (
    RELATED,
    reminder_due,
)
from partnerdesk.models.relationships.lifecycles import (
    INVITATION,
    INVITATION_TITLES,
    InvitationEvent,
    InvitationState,
)
from partnerdesk.models.relationships.sent_letters import just_out

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.relationships.invitation_details import InvitationDetails


_WAYS = {
    InvitationEvent.SEND: InvitationState.SENT,
    InvitationEvent.REMIND: InvitationState.REMINDED,
}


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

"""Plans to invite a company to a relationship with the partner.

    context = read_invitation_context(store, account.id, request)
    plan = plan_invite(account, request, context, by)   # pure

The plan sends nothing: the letter is a draft until it goes out
(`models.relationships.invitation_events`). Rules: `reference/rules.md §2, §7, §8`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.records import ACCOUNT
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Fields, Plan, PlanContext, Step, Target
from partnerdesk.models.core.clock import NEVER, date_text, iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.entities import BillingProfile, Customer
from partnerdesk.models.customers.page import of_another_account
from partnerdesk.models.languages import _
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
from partnerdesk.models.letters.links import (
    asks_delegated_admin,
    check_link,
    link_with_delegated_admin,
)
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import (
    Invitation,
    InvitationKind,
    LetterTemplate,
    PartnerLink,
    PartnerRelation,
    PartnerState,
    SentBy,
)
from partnerdesk.models.relationships.lifecycles import OPEN_INVITATIONS, InvitationState
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.fields import guid_field, kept, text_field
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.clouds import Cloud, Permission

RELATED = ("reseller", "advisor", "syndication")
"""The kinds of relationship that make a company the partner's customer."""


@dataclass(frozen=True, slots=True)
class InvitationRequest:
    """What a person typed about an invitation; the book fills in empty texts."""

    company: str = ""
    contact: str = ""
    email: str = ""
    kind: InvitationKind = InvitationKind.RESELLER
    delegated_admin: bool | None = None
    """Whether to ask for delegated admin; None: as the link does, or else yes."""
    language: LetterLanguage | None = None
    """The language of the letter; None: that of the customer's billing profile, else English."""
    link: str = ""
    """The partner's link; empty for the link stored with the account."""
    microsoft_id: str = ""
    domain: str = ""
    customer_id: int | None = None
    provider: str = ""
    in_portal: bool = False
    """Whether the invitation was made in the portal and is only recorded."""
    sent_at: str = ""
    """When it was made in the portal, ISO 8601; empty for now."""
    closed_at: str = ""
    """When it was answered or withdrawn, ISO 8601; empty for the value of `sent_at`."""
    state: InvitationState | None = None
    """The state of an invitation made in the portal; None: it waits for an answer."""


@dataclass(frozen=True)
class InvitationContext:
    """The records of the book that a plan to invite needs."""

    account: PartnerAccount
    customer: Customer | None
    """The invited customer; None for a company that the book does not have."""
    billing: BillingProfile | None
    language: LetterLanguage
    """The language of the letter."""
    waiting: list[Invitation]
    """Invitations of the same company that wait for an answer."""
    template: Template | None
    """The partner's own text for the letter; None for the built-in text."""
    provider: str
    """The name of the partner's indirect provider; empty unless there is exactly one."""


def read_invitation_context(
    store: Store, account_id: int, request: InvitationRequest
) -> InvitationContext:
    """Read the records that a plan to invite a company needs."""
    with store.reading() as session:
        return invitation_context(session, account_id, request)


def invitation_context(
    session: Session, account_id: int, request: InvitationRequest
) -> InvitationContext:
    """Read these records in an open session."""
    account = session.get_one(PartnerAccount, account_id)
    customer = _customer(session, account_id, request)
    waiting = select(Invitation).where(
        Invitation.account_id == account_id, col(Invitation.state).in_(OPEN_INVITATIONS)
    )
    if customer is not None:
        waiting = waiting.where(Invitation.customer_id == customer.id)
    else:
        waiting = waiting.where(Invitation.name_sort == fold(request.company)[:200])
    providers = session.exec(
        select(PartnerLink.name).where(
            PartnerLink.account_id == account_id,
            PartnerLink.state == PartnerState.ACTIVE,
            PartnerLink.relationship_type == PartnerRelation.IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF,
        )
    ).all()
    kind = letter_kind(request.kind, reminder=False)
    billing = session.get(BillingProfile, customer.id) if customer else None
    own = language_for((billing.culture or billing.language) if billing else "")
    language = request.language or own
    return InvitationContext(
        account=account,
        customer=customer,
        billing=billing,
        language=language,
        waiting=list(session.exec(waiting)),
        template=own_template(session, account_id, kind, language),
        provider=providers[0] if len(providers) == 1 else "",
    )


def _customer(session: Session, account_id: int, request: InvitationRequest) -> Customer | None:
    """Return the customer with the given id, tenant id or domain; None if there is none."""
    if request.customer_id is not None:
        return session.get(Customer, request.customer_id)
    for column, text in (
        (Customer.microsoft_id, guid(request.microsoft_id.strip()) or ""),
        (Customer.primary_domain, domain_name(request.domain.strip()) or ""),
    ):
        if text:
            same = select(Customer).where(Customer.account_id == account_id, column == text)
            if customer := session.exec(same.limit(1)).first():
                return customer
    return None


def own_template(
    session: Session, account_id: int, kind: LetterKind, language: LetterLanguage
) -> Template | None:
    """Return the partner's own text for a kind of letter; None for the built-in text."""
    own = session.get(LetterTemplate, (account_id, kind.value, language))
    return Template(own.subject, own.body) if own is not None else None


def letter_kind(kind: InvitationKind, *, reminder: bool) -> LetterKind:
    """Return the kind of letter for a kind of invitation."""
    if kind is InvitationKind.COMBINED:
        return LetterKind.COMBINED_REMINDER if reminder else LetterKind.COMBINED
    return LetterKind.REMINDER if reminder else LetterKind.INVITATION


def plan_invite(
    account: Account, request: InvitationRequest, context: InvitationContext, by: PlanContext
) -> Plan:
    """Plan to write an invitation, or to record one that was made in the portal. Pure."""
    invitation = _NewInvitation(account, request, context, by)
    customer_id = context.customer.id if context.customer else None
    target = Target(account.id, account.cloud.id, invitation.company, customer_id)
    return Plan.of(ChangeKind.INVITED, by, target, invitation.steps, invitation.reasons())


class _NewInvitation:
    """The invitation of a plan: the request, with empty texts filled in from the book."""

    def __init__(
        self,
        account: Account,
        request: InvitationRequest,
        context: InvitationContext,
        by: PlanContext,
    ) -> None:
        self.account, self.request, self.context, self.by = account, request, context, by
        customer, billing = context.customer, context.billing
        self.company = " ".join(request.company.split()) or (
            customer.company_name if customer else ""
        )
        person = f"{billing.first_name} {billing.last_name}".strip() if billing else ""
        self.contact = " ".join(request.contact.split()) or person
        self.email = request.email.strip() or (billing.email if billing else "")
        self.combined = request.kind is InvitationKind.COMBINED
        stored = context.account
        self.stored_link = (
            stored.combined_invitation_link if self.combined else stored.invitation_link
        )
        own_link = request.link.strip() or self.stored_link
        answers = (request.delegated_admin, asks_delegated_admin(own_link), True)
        self.delegated_admin = next(answer for answer in answers if answer is not None)
        self.own_link = own_link
        self.link = link_with_delegated_admin(own_link, self.delegated_admin) if own_link else ""
        self.provider = request.provider.strip() or context.provider

    @property
    def cloud(self) -> Cloud:
        return self.account.cloud

    def reasons(self) -> list[Reason]:
        reasons = [*self._company_reasons(), *self._cloud_reasons(), *self._kind_reasons()]
        if not self.request.in_portal and self.cloud.allows(Capability.INVITATION_URL):
            reasons += self._letter_reasons()
        return [*reasons, *self._book_reasons()]

    def _company_reasons(self) -> list[Reason]:
        customer, account_id = self.context.customer, self.account.id
        reasons = of_another_account(customer, account_id, "invitation.other-account", "customer")
        if not self.company:
            reasons.append(
                Reason("invitation.no-company", _("Whom? Write the company."), "company")
            )
        texts = {"company": self.company, "contact": self.contact}
        if self.request.in_portal:  # `check_letter` checks the address of a letter
            texts["email"] = self.email
        texts |= {"domain": self.request.domain, "provider": self.provider}
        for field, text in texts.items():
            kept(text_field(text, f"invitation.{field}", field), reasons, "")
        if self.request.domain and domain_name(self.request.domain.strip()) is None:
            text = _("{domain} is no domain such as contoso.onmicrosoft.com.")
            message = text.format(domain=shown(self.request.domain[:60]))
            reasons.append(Reason("invitation.domain", message, "domain"))
        tenant = self.request.microsoft_id.strip()
        kept(guid_field(tenant, "invitation.microsoft-id", "microsoft_id"), reasons, "")
        return reasons

    def _cloud_reasons(self) -> list[Reason]:
        """Return the reasons that follow from the cloud's capabilities (`rules.md §2`)."""
        reasons = []
        existing = self.cloud.allows(Capability.INVITE_EXISTING)
        if existing.reason:
            reasons.append(_permission_reason("invitation.cloud", existing))
        call = self.cloud.allows(Capability.INVITATION_URL)
        if not call.allowed and not self.request.in_portal:
            reasons.append(Reason("invitation.no-link", call.reason, "made", call.source))
        if not self.delegated_admin:
            without = self.cloud.allows(Capability.INVITE_WITHOUT_DELEGATED_ADMIN)
            if without.reason:
                reasons.append(
                    _permission_reason("invitation.delegated-admin", without, "delegated_admin")
                )
        return reasons

    def _kind_reasons(self) -> list[Reason]:
        """Return the reasons against a combined invitation (`rules.md §8`)."""
        if not self.combined:
            return []
        model = self.cloud.allows(Capability.INDIRECT_MODEL)
        if model.reason:
            return [_permission_reason("invitation.combined", model, "kind")]
        if self.account.kind == "direct_bill":
            text = _(
                "This account is direct bill; a combined invitation is for indirect providers and "
                "resellers. Say who you are: partnerdesk accounts edit --kind KIND"
            )
            return [Reason("invitation.combined", text, "kind", "rules.md §8", refuses=False)]
        return []

    def _letter_reasons(self) -> list[Reason]:
        if not self.own_link:
            text = _(
                "The letter needs your invitation link. Copy it in Partner Center (Customers, "
                "Request a reseller relationship) and give it once; the account keeps it."
            )
            return [Reason("link.missing", text, "link", "rules.md §7")]
        reasons = [*check_link(self.own_link, self.cloud, self.context.account.tenant_id)]
        if is_refused(reasons):
            return reasons
        if asks_delegated_admin(self.own_link) is None and not self.delegated_admin:
            text = _("This link does not say whether it asks for delegated admin: look at it.")
            reasons.append(Reason("link.delegated-admin", text, "link", refuses=False))
        return [*reasons, *check_letter(self.letter())]

    def _book_reasons(self) -> list[Reason]:
        reasons = []
        for other in self.context.waiting[:1]:
            text = _("It was invited on {date} by {who} and has not answered: better remind it.")
            message = text.format(date=date_text(other.sent_at), who=other.sent_by)
            reasons.append(Reason("invitation.waiting", message, refuses=False))
        if self._has_relationship():
            text = _(
                "This customer has a relationship already: an invitation only serves to get "
                "delegated admin back."
            )
            reasons.append(Reason("invitation.related", text, source="rules.md §7", refuses=False))
        return reasons

    def _has_relationship(self) -> bool:
        customer = self.context.customer
        if customer is None or customer.ended_at is not None:
            return False
        return customer.relationship_to_partner in RELATED

    def letter(self) -> Letter:
        parties = Parties(
            company=self.company,
            contact=self.contact,
            email=self.email,
            partner=self.context.account.name,
            link=self.link,
            delegated_admin=self.delegated_admin,
            provider=self.provider,
        )
        kind = letter_kind(self.request.kind, reminder=False)
        return compose(kind, self.context.language, parties, self.context.template)

    def steps(self) -> tuple[Step, ...]:
        steps = [Step(records.INVITATION, {"id": None}, None, self._fields())]
        if self.own_link != self.stored_link and not self.request.in_portal:
            name = "combined_invitation_link" if self.combined else "invitation_link"
            before, after = {name: self.stored_link}, {name: self.own_link}
            steps.append(Step(ACCOUNT, {"id": self.account.id}, before, after))
        return tuple(steps)

    def _fields(self) -> Fields:
        customer, request, now = self.context.customer, self.request, iso(self.by.at)
        fields: Fields = {
            "account_id": self.account.id,
            "customer_id": customer.id if customer else None,
            "company_name": self.company,
            "contact": self.contact,
            "email": self.email,
            "microsoft_id": guid(request.microsoft_id.strip())
            or (customer.microsoft_id if customer else None),
            "primary_domain": (domain_name(request.domain.strip()) or "")
            or (customer.primary_domain if customer else ""),
            "kind": request.kind.value,
            "delegated_admin": self.delegated_admin,
            "provider": self.provider if self.combined else "",
            "language": self.context.language,
            "created_at": now,
            "created_by": self.by.actor.name,
        }
        if self._has_relationship():
            fields["related_before"] = True
        if not request.in_portal:
            letter = self.letter()
            text = {"link": self.link, "subject": letter.subject, "body": letter.body}
            return fields | text | {"state": InvitationState.DRAFT.value, "next_at": now}
        sent = request.sent_at or now
        due = iso(datetime.fromisoformat(sent) + reminder_due())
        made = {"how": SentBy.PORTAL.value, "sent_at": sent, "sent_by": self.by.actor.name}
        # The portal has no drafts, and a lapsed invitation is one that still waits for an answer.
        waiting = (None, InvitationState.DRAFT, InvitationState.LAPSED, *OPEN_INVITATIONS)
        if request.state in waiting:
            return fields | made | {"state": InvitationState.SENT.value, "next_at": due}
        closed = {"closed_at": request.closed_at or sent, "next_at": iso(NEVER)}
        return fields | made | {"state": str(request.state), **closed}


def _permission_reason(code: str, permission: Permission, field: str = "") -> Reason:
    """Return the reason of a limited permission: it refuses unless the action may be tried."""
    source, refuses = permission.source, not permission.allowed
    return Reason(code, permission.reason, field, source, refuses=refuses)


def reminder_due() -> timedelta:
    """Return the time from a letter until a reminder is due."""
    from partnerdesk.models.relationships.lists import REMIND_AFTER_DAYS

    return timedelta(days=REMIND_AFTER_DAYS)

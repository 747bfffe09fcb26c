"""Invites a company to link with the partner: the plan, made from a wish and from the book.

    around = read_around(store, account.id, wish)
    plan = plan_invite(account, wish, around, by)       # pure: decides and says why

Nothing is sent by it: the letter is a draft until it goes out (`models/invitation_letters.py`).
Rules: `reference/rules.md §2, §7, §8`.
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
    from partnerdesk.models.settings.clouds import Cloud

RELATED = ("reseller", "advisor", "syndication")
"""The relationships in which somebody is the partner's customer."""


@dataclass(frozen=True, slots=True)
class InvitationRequest:
    """What a person says of an invitation; empty texts are filled in from the book."""

    company: str = ""
    contact: str = ""
    email: str = ""
    kind: InvitationKind = InvitationKind.RESELLER
    delegated_admin: bool | None = None
    """None: as the link says, else with it."""
    language: LetterLanguage | None = None
    """The letter's; None: the customer's own, as far as the book knows it, else English."""
    link: str = ""
    """The partner's link; empty for the one that is kept with the account."""
    microsoft_id: str = ""
    domain: str = ""
    customer_id: int | None = None
    provider: str = ""
    in_portal: bool = False
    """Whether it was made in the portal and is only to be recorded."""
    sent_at: str = ""
    """When that was, ISO 8601; empty for now."""
    closed_at: str = ""
    """When it was answered or withdrawn; empty where nobody knows."""
    state: InvitationState | None = None
    """What has become of it since; None: it waits for its answer."""


@dataclass(frozen=True)
class InvitationContext:
    """What the book has that matters to an invitation."""

    account: PartnerAccount
    customer: Customer | None
    """The customer who is invited; None for a company that is not in the book."""
    billing: BillingProfile | None
    language: LetterLanguage
    """The letter's."""
    waiting: list[Invitation]
    """Invitations of the same company that have no answer yet."""
    template: Template | None
    """The partner's own text; None for the built-in one."""
    provider: str
    """The partner's own provider, where it has just one."""


def read_around(store: Store, account_id: int, wish: InvitationRequest) -> InvitationContext:
    """Read what the book has of the company that is to be invited."""
    with store.reading() as session:
        return around_of(session, account_id, wish)


def around_of(session: Session, account_id: int, wish: InvitationRequest) -> InvitationContext:
    """Read the same in a session that is open already."""
    account = session.get_one(PartnerAccount, account_id)
    customer = _customer(session, account_id, wish)
    waiting = select(Invitation).where(
        Invitation.account_id == account_id, col(Invitation.state).in_(OPEN_INVITATIONS)
    )
    if customer is not None:
        waiting = waiting.where(Invitation.customer_id == customer.id)
    else:
        waiting = waiting.where(Invitation.name_sort == fold(wish.company)[:200])
    providers = session.exec(
        select(PartnerLink.name).where(
            PartnerLink.account_id == account_id,
            PartnerLink.state == PartnerState.ACTIVE,
            PartnerLink.relationship_type == PartnerRelation.IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF,
        )
    ).all()
    kind = letter_kind(wish.kind, reminder=False)
    billing = session.get(BillingProfile, customer.id) if customer else None
    own = language_for((billing.culture or billing.language) if billing else "")
    language = wish.language or own
    return InvitationContext(
        account=account,
        customer=customer,
        billing=billing,
        language=language,
        waiting=list(session.exec(waiting)),
        template=own_template(session, account_id, kind, language),
        provider=providers[0] if len(providers) == 1 else "",
    )


def _customer(session: Session, account_id: int, wish: InvitationRequest) -> Customer | None:
    """Return the customer that is named, or surely the same by tenant or domain."""
    if wish.customer_id is not None:
        return session.get(Customer, wish.customer_id)
    for column, text in (
        (Customer.microsoft_id, guid(wish.microsoft_id.strip()) or ""),
        (Customer.primary_domain, domain_name(wish.domain.strip()) or ""),
    ):
        if text:
            found = select(Customer).where(Customer.account_id == account_id, column == text)
            if customer := session.exec(found.limit(1)).first():
                return customer
    return None


def own_template(
    session: Session, account_id: int, kind: LetterKind, language: LetterLanguage
) -> Template | None:
    """Return the partner's own text for a kind of letter; None where there is none."""
    kept = session.get(LetterTemplate, (account_id, kind.value, language))
    return Template(kept.subject, kept.body) if kept is not None else None


def letter_kind(kind: InvitationKind, *, reminder: bool) -> LetterKind:
    """Return which letter an invitation of a kind is written in."""
    if kind is InvitationKind.COMBINED:
        return LetterKind.COMBINED_REMINDER if reminder else LetterKind.COMBINED
    return LetterKind.REMINDER if reminder else LetterKind.INVITATION


def plan_invite(
    account: Account, wish: InvitationRequest, around: InvitationContext, by: PlanContext
) -> Plan:
    """Plan to write an invitation, or to record one that was made in the portal. Pure."""
    inviting = _Inviting(account, wish, around, by)
    customer_id = around.customer.id if around.customer else None
    target = Target(account.id, account.cloud.id, inviting.company, customer_id)
    return Plan.of(ChangeKind.INVITED, by, target, inviting.steps, inviting.reasons())


class _Inviting:
    """One invitation that is being planned: the wish, with what the book fills in."""

    def __init__(
        self, account: Account, wish: InvitationRequest, around: InvitationContext, by: PlanContext
    ) -> None:
        self.account, self.wish, self.around, self.by = account, wish, around, by
        customer, billing = around.customer, around.billing
        self.company = " ".join(wish.company.split()) or (customer.company_name if customer else "")
        person = f"{billing.first_name} {billing.last_name}".strip() if billing else ""
        self.contact = " ".join(wish.contact.split()) or person
        self.email = wish.email.strip() or (billing.email if billing else "")
        self.combined = wish.kind is InvitationKind.COMBINED
        kept = around.account.combined_invitation_link if self.combined else ""
        self.kept_link = kept if self.combined else around.account.invitation_link
        own_link = wish.link.strip() or self.kept_link
        says = asks_delegated_admin(own_link)
        self.delegated_admin = next(
            (said for said in (wish.delegated_admin, says) if said is not None), True
        )
        self.own_link = own_link
        self.link = link_with_delegated_admin(own_link, self.delegated_admin) if own_link else ""
        self.provider = wish.provider.strip() or around.provider

    @property
    def cloud(self) -> Cloud:
        return self.account.cloud

    def reasons(self) -> list[Reason]:
        found = [*self._company_reasons(), *self._cloud_reasons(), *self._kind_reasons()]
        if not self.wish.in_portal and self.cloud.allows(Capability.INVITATION_URL):
            found += self._letter_reasons()
        return [*found, *self._book_reasons()]

    def _company_reasons(self) -> list[Reason]:
        customer, account_id = self.around.customer, self.account.id
        reasons = of_another_account(customer, account_id, "invitation.other-account", "customer")
        if not self.company:
            reasons.append(
                Reason("invitation.no-company", _("Whom? Write the company."), "company")
            )
        email = self.email if self.wish.in_portal else ""  # a letter's is looked at with it
        for field, text in (("company", self.company), ("contact", self.contact),
                            ("email", email), ("domain", self.wish.domain),
                            ("provider", self.provider)):  # fmt: skip
            kept(text_field(text, f"invitation.{field}", field), reasons, "")
        if self.wish.domain and domain_name(self.wish.domain.strip()) is None:
            text = _("{domain} is no domain such as contoso.onmicrosoft.com.")
            said = text.format(domain=shown(self.wish.domain[:60]))
            reasons.append(Reason("invitation.domain", said, "domain"))
        tenant = self.wish.microsoft_id.strip()
        kept(guid_field(tenant, "invitation.microsoft-id", "microsoft_id"), reasons, "")
        return reasons

    def _cloud_reasons(self) -> list[Reason]:
        """Return what the cloud's table says (`rules.md §2`)."""
        reasons = []
        existing = self.cloud.allows(Capability.INVITE_EXISTING)
        if existing.reason:
            reasons.append(
                Reason("invitation.cloud", existing.reason, source=existing.source,
                       refuses=not existing.allowed)
            )  # fmt: skip
        call = self.cloud.allows(Capability.INVITATION_URL)
        if not call.allowed and not self.wish.in_portal:
            reasons.append(Reason("invitation.no-link", call.reason, "made", call.source))
        if not self.delegated_admin:
            without = self.cloud.allows(Capability.INVITE_WITHOUT_DELEGATED_ADMIN)
            if without.reason:
                reasons.append(
                    Reason("invitation.delegated-admin", without.reason, "delegated_admin",
                           without.source, refuses=not without.allowed)
                )  # fmt: skip
        return reasons

    def _kind_reasons(self) -> list[Reason]:
        """Return what stands against a combined invitation (`rules.md §8`)."""
        if not self.combined:
            return []
        model = self.cloud.allows(Capability.INDIRECT_MODEL)
        if model.reason:
            return [
                Reason("invitation.combined", model.reason, "kind", model.source,
                       refuses=not model.allowed)
            ]  # fmt: skip
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
        reasons = [*check_link(self.own_link, self.cloud, self.around.account.tenant_id)]
        if is_refused(reasons):
            return reasons
        if asks_delegated_admin(self.own_link) is None and not self.delegated_admin:
            text = _("This link does not say whether it asks for delegated admin: look at it.")
            reasons.append(Reason("link.delegated-admin", text, "link", refuses=False))
        return [*reasons, *check_letter(self.letter())]

    def _book_reasons(self) -> list[Reason]:
        reasons = []
        for other in self.around.waiting[:1]:
            text = _("It was invited on {date} by {who} and has not answered: better remind it.")
            said = text.format(date=date_text(other.sent_at), who=other.sent_by)
            reasons.append(Reason("invitation.waiting", said, refuses=False))
        if self._related():
            text = _(
                "This customer has a relationship already: an invitation only serves to get "
                "delegated admin back."
            )
            reasons.append(Reason("invitation.related", text, source="rules.md §7", refuses=False))
        return reasons

    def _related(self) -> bool:
        customer = self.around.customer
        if customer is None or customer.ended_at is not None:
            return False
        return customer.relationship_to_partner in RELATED

    def letter(self) -> Letter:
        parties = Parties(
            company=self.company, contact=self.contact, email=self.email,
            partner=self.around.account.name, link=self.link,
            delegated_admin=self.delegated_admin, provider=self.provider,
        )  # fmt: skip
        kind = letter_kind(self.wish.kind, reminder=False)
        return compose(kind, self.around.language, parties, self.around.template)

    def steps(self) -> tuple[Step, ...]:
        steps = [Step(records.INVITATION, {"id": None}, None, self._fields())]
        if self.own_link != self.kept_link and not self.wish.in_portal:
            name = "combined_invitation_link" if self.combined else "invitation_link"
            steps.append(
                Step(ACCOUNT, {"id": self.account.id}, {name: self.kept_link},
                     {name: self.own_link})
            )  # fmt: skip
        return tuple(steps)

    def _fields(self) -> Fields:
        customer, wish, now = self.around.customer, self.wish, iso(self.by.at)
        fields: Fields = {
            "account_id": self.account.id,
            "customer_id": customer.id if customer else None,
            "company_name": self.company,
            "contact": self.contact,
            "email": self.email,
            "microsoft_id": guid(wish.microsoft_id.strip())
            or (customer.microsoft_id if customer else None),
            "primary_domain": (domain_name(wish.domain.strip()) or "")
            or (customer.primary_domain if customer else ""),
            "kind": wish.kind.value,
            "delegated_admin": self.delegated_admin,
            "provider": self.provider if self.combined else "",
            "language": self.around.language,
            "created_at": now,
            "created_by": self.by.actor.name,
        }
        if self._related():
            fields["related_before"] = True
        if not wish.in_portal:
            letter = self.letter()
            return fields | {
                "link": self.link, "subject": letter.subject, "body": letter.body,
                "state": InvitationState.DRAFT.value, "next_at": now,
            }  # fmt: skip
        sent = wish.sent_at or now
        due = iso(datetime.fromisoformat(sent) + reminder_due())
        made = {"how": SentBy.PORTAL.value, "sent_at": sent, "sent_by": self.by.actor.name}
        # A draft was not made in the portal; one that lapsed is one that waits for long.
        waits = (None, InvitationState.DRAFT, InvitationState.LAPSED, *OPEN_INVITATIONS)
        if wish.state in waits:
            return fields | made | {"state": InvitationState.SENT.value, "next_at": due}
        return fields | made | {
            "state": str(wish.state), "closed_at": wish.closed_at or sent, "next_at": iso(NEVER),
        }  # fmt: skip


def reminder_due() -> timedelta:
    """Return how long after a letter a reminder is due."""
    from partnerdesk.models.relationships.lists import REMIND_AFTER_DAYS

    return timedelta(days=REMIND_AFTER_DAYS)

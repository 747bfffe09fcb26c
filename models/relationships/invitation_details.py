"""An invitation with what belongs to it: who was meant, whose letters, what went out already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import LANGUAGES, _
from partnerdesk.models.letters.letter import (
    Letter,
    LetterKind,
    LetterLanguage,
    Parties,
    Template,
    compose,
    language_for,
)
from partnerdesk.models.relationships.candidates import likely_customers, those_with_a_life
from partnerdesk.models.relationships.entities import (
    Invitation,
    InvitationKind,
    LetterTemplate,
)
from partnerdesk.models.relationships.invite import (
    letter_kind,
)
from partnerdesk.models.relationships.lifecycles import (
    InvitationState,
)
from partnerdesk.models.relationships.sent_letters import letters_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store


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

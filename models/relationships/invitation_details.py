"""Reads an invitation with the records that its screens and plans need, and its letters."""

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
from partnerdesk.models.relationships.candidates import likely_customers, with_active_relationship
from partnerdesk.models.relationships.entities import (
    Invitation,
    InvitationKind,
    LetterTemplate,
)
from partnerdesk.models.relationships.invite import letter_kind
from partnerdesk.models.relationships.lifecycles import InvitationState
from partnerdesk.models.relationships.sent_letters import letters_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store


class InvitationDetails:
    """An invitation with its account, customer and letters, detached from the store.

    `customer_id`: the customer whom a person names as the one who accepted; None for nobody.
    """

    def __init__(
        self, session: Session, invitation: Invitation, customer_id: int | None = None
    ) -> None:
        self.invitation = invitation
        self.account = session.get_one(PartnerAccount, invitation.account_id)
        self.customer = (
            session.get(Customer, invitation.customer_id) if invitation.customer_id else None
        )
        self.likely = [] if self.customer else likely_customers(session, invitation)
        """If `customer` is None: the customers who may be the company, each with whether the match
        is certain."""
        likely_ids = [customer.id for customer, _certain in self.likely]
        ids = [customer_id, invitation.customer_id, *likely_ids]
        self.active_ids = with_active_relationship(session, ids)
        """The ids of these customers that have an active relationship in the book."""
        own = select(LetterTemplate).where(LetterTemplate.account_id == invitation.account_id)
        self.templates = {
            (LetterKind(row.kind), LetterLanguage(row.language)): row for row in session.exec(own)
        }
        """The partner's own texts, by kind and language."""
        self.sent_letters = letters_of(session, invitation)
        """The letters that went out, the oldest first."""

    def kind(self, at: datetime) -> LetterKind:
        """Return the kind of the letter that goes out next."""
        reminder = self.invitation.state_at(at) is not InvitationState.DRAFT
        return letter_kind(InvitationKind(self.invitation.kind), reminder=reminder)

    def letter(self, at: datetime) -> Letter:
        """Return the letter that goes out next: the draft as it is stored, or a new letter."""
        if self.invitation.body and self.invitation.state_at(at) is InvitationState.DRAFT:
            return stored_letter(self.invitation)
        return self.new_letter(at, LetterLanguage(self.invitation.language))

    def new_letter(self, at: datetime, language: LetterLanguage) -> Letter:
        """Compose the letter anew in a language, from the partner's own or the built-in text."""
        own = self.templates.get((self.kind(at), language))
        template = Template(own.subject, own.body) if own is not None else None
        parties = parties_of(self)
        if sent := self.invitation.sent_at:
            parties = replace(parties, sent_on=letter_day(sent, language))
        letter = compose(self.kind(at), language, parties, template)
        return replace(letter, name=self.invitation.contact)  # not the company's name


def parties_of(details: InvitationDetails) -> Parties:
    """Return the sender, recipient and facts of an invitation's letters."""
    invitation = details.invitation
    return Parties(
        company=invitation.company_name,
        contact=invitation.contact,
        email=invitation.email,
        partner=details.account.name,
        link=invitation.link,
        delegated_admin=invitation.delegated_admin,
        provider=invitation.provider,
    )


def letter_day(day: datetime, language: LetterLanguage) -> str:
    """Return a day in the format of letters in a language."""
    return f"{day:{LANGUAGES[language_for(language)].day}}"


def stored_letter(invitation: Invitation) -> Letter:
    """Return the stored letter of an invitation: the draft, or the last one that went out."""
    return Letter(
        letter_kind(InvitationKind(invitation.kind), reminder=invitation.reminders > 0),
        LetterLanguage(invitation.language),
        invitation.contact,
        invitation.email,
        invitation.subject,
        invitation.body,
        invitation.link,
    )


def read_invitation(
    store: Store, invitation_id: int, customer_id: int | None = None
) -> InvitationDetails:
    """Read an invitation with its account, customer and letters.

    Args:
        store: the book.
        invitation_id: the id of the invitation.
        customer_id: the customer whom a person names as the one who accepted; None for nobody.

    Raises:
        NotFoundError: the book has no invitation with this id.
    """
    with store.reading() as session:
        return details_of(session, invitation_id, customer_id)


def details_of(
    session: Session, invitation_id: int, customer_id: int | None = None
) -> InvitationDetails:
    """Read an invitation in an open session, as `read_invitation` does."""
    is_storable = 0 < invitation_id < 2**31
    invitation = session.get(Invitation, invitation_id) if is_storable else None
    if invitation is None:
        raise NotFoundError(
            _("There is no invitation {id}.").format(id=invitation_id),
            _("Look for it with: partnerdesk relationships list --tab invitations"),
        )
    return InvitationDetails(session, invitation, customer_id)

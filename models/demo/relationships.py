"""Adds relationships to the demo book: partners, delegated admin, invitations, ended relationships.

They have a random generator of their own, so that they do not affect the generated customers.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlmodel import col

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.clock import DAY, NEVER
from partnerdesk.models.customers.entities import BillingProfile, Customer, Relationship
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.database.derived import derived
from partnerdesk.models.demo import names
from partnerdesk.models.letters.letter import LetterKind, Parties, compose, language_for
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
    InvitationKind,
    PartnerLink,
    PartnerRelation,
    PartnerState,
    ResellerRelationship,
    SentBy,
)
from partnerdesk.models.relationships.invitation_details import letter_day
from partnerdesk.models.relationships.invite import reminder_due
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState, InvitationState
from partnerdesk.models.settings.clouds import Capability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from partnerdesk.models.settings.clouds import Cloud

_Row = dict[str, Any]

MOST = 20_000
"""The greatest number of delegated-admin relationships in a book."""
_NAMES_OF_NUMBERS = ("Harbour IT", "Lakeside Cloud")
"""The names of the resellers that customers identify only by an MPN ID."""
_ROLES = (
    "Helpdesk Administrator", "User Administrator", "License Administrator",
    "Service Support Administrator", "Directory Readers", "Global Reader",
    "Exchange Administrator", "Intune Administrator", "Privileged Authentication Administrator",
)  # fmt: skip
_REASONS = (
    "Moved to another provider", "Sold to a competitor", "Closed down",
    "Merged with another customer", "Did not pay", "Asked to leave",
)  # fmt: skip
_STATES = (
    *(DelegatedAdminState.ACTIVE,) * 86,
    *(DelegatedAdminState.APPROVAL_PENDING,) * 5,
    *(DelegatedAdminState.TERMINATED,) * 5,
    *(DelegatedAdminState.CREATED,) * 2,
    *(DelegatedAdminState.EXPIRED,) * 2,
)
"""The states of one hundred delegated-admin relationships."""


def fill_relationships(
    connection: Connection,
    clouds: Sequence[Cloud],
    accounts: Mapping[str, int | None],
    seed: int,
    as_of: datetime,
) -> None:
    """Add the relationships of the customers, who are already written in the same transaction."""
    drawing = _Drawing(connection, accounts, seed, as_of)
    drawing.links(clouds)
    drawing.partners()
    drawing.ended_relationships()
    drawing.delegations()
    drawing.invitations()


_INVITED: tuple[Any, ...] = (
    Customer.id, Customer.company_name, Customer.primary_domain, Customer.microsoft_id,
    BillingProfile.email, BillingProfile.first_name, BillingProfile.last_name,
    BillingProfile.culture,
)  # fmt: skip
"""The columns from which an invitation is made."""


class _Drawing:
    def __init__(
        self,
        connection: Connection,
        accounts: Mapping[str, int | None],
        seed: int,
        as_of: datetime,
    ) -> None:
        self._connection, self._accounts, self._as_of = connection, accounts, as_of
        self._rng = random.Random(f"{seed}/relationships")  # noqa: S311 - nothing secret is drawn
        self._home = "global" if "global" in accounts else next(iter(accounts))

    def _ago(self, days: float) -> datetime:
        return self._as_of - timedelta(seconds=int(days * DAY))

    def _guid(self) -> str:
        bits = f"{self._rng.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def links(self, clouds: Sequence[Cloud]) -> None:
        """Store the invitation link of each account whose cloud has invitation links."""
        for cloud in clouds:
            if not cloud.allows(Capability.INVITATION_URL):
                continue
            account = self._account(cloud.id)
            link = (
                "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
                f"&partnerId={account.tenant_id}&msppId=0&DAP=true"
                "#/BillingAccounts/partner-invitation"
            )
            own = update(PartnerAccount).where(col(PartnerAccount.id) == account.id)
            self._connection.execute(own.values(invitation_link=link))

    def _account(self, cloud: str) -> Any:
        found = select(PartnerAccount.__table__).where(  # type: ignore[attr-defined]
            col(PartnerAccount.id) == self._accounts.get(cloud)
        )
        return self._connection.execute(found).first()

    def partners(self) -> None:
        """Add links with the resellers that customers of the home cloud name; one has ended."""
        rng, rows = self._rng, []
        for place, name in enumerate(names.RESELLERS):
            ended = place == 3
            is_mpn_id = name.isdigit()
            rows.append(
                {
                    "account_id": self._accounts[self._home],
                    "microsoft_id": self._guid(),
                    "name": _NAMES_OF_NUMBERS[place % 2] if is_mpn_id else name,
                    "mpn_id": name if is_mpn_id else f"{rng.randrange(4_000_000, 6_999_999)}",
                    "location": "GB",
                    "relationship_type": PartnerRelation.IS_INDIRECT_RESELLER_OF,
                    "state": PartnerState.ENDED if ended else PartnerState.ACTIVE,
                    "agreement_signed": None if is_mpn_id else rng.random() < 0.8,
                    "since": self._ago(200 + rng.random() * 1500),
                    "ended_at": self._ago(rng.random() * 100) if ended else None,
                }
            )
        self._write(PartnerLink, rows)

    def ended_relationships(self) -> None:
        """Add the relationship of each ended customer, with who ended it and why."""
        ended = select(col(Customer.id), col(Customer.added_at), col(Customer.ended_at)).where(
            ~unset(Customer.ended_at)
        )
        rows = [
            {
                "customer_id": id, "invitation_id": None, "began_at": added, "ended_at": over,
                "relationship_to_partner": Relationship.RESELLER.value,
                "ended_by": names.pick(self._rng, names.STAFF),
                "reason": names.pick(self._rng, _REASONS),
            }
            for id, added, over in self._connection.execute(ended.order_by(col(Customer.id)))
        ]  # fmt: skip
        self._write(ResellerRelationship, rows)

    def delegations(self) -> None:
        """Add a delegated-admin relationship of every third reseller customer of the home cloud.

        The customers are chosen at random; there are at most `MOST` relationships.
        """
        rows: list[_Row] = []
        for id, company in self._customers(MOST * 3):
            if self._rng.random() < 0.35 and len(rows) < MOST:
                rows.append(self._delegation(id, company, len(rows) + 1))
        self._write(DelegatedAdminRelationship, rows)

    def _customers(self, limit: int) -> Sequence[Any]:
        found = (
            select(col(Customer.id), col(Customer.company_name))
            .where(
                col(Customer.account_id) == self._accounts[self._home],
                unset(Customer.ended_at),
                col(Customer.relationship_to_partner) == Relationship.RESELLER,
            )
            .order_by(col(Customer.id))
            .limit(limit)
        )
        return self._connection.execute(found).all()

    def _delegation(self, customer_id: int, company: str, number: int) -> _Row:
        rng = self._rng
        state = names.pick(rng, _STATES)
        roles = rng.sample(_ROLES, rng.randint(1, 4))
        holds_global = rng.random() < 0.07
        if holds_global:
            roles.append("Global Administrator")
        ends = timedelta(days=rng.randint(1, 700), hours=rng.randint(0, 23))
        if state is DelegatedAdminState.EXPIRED:
            ends = -ends
        if state is DelegatedAdminState.TERMINATED:
            ends = -timedelta(days=rng.randint(1, 300))
        term = names.pick(rng, (365, 730))
        waiting = state in (DelegatedAdminState.CREATED, DelegatedAdminState.APPROVAL_PENDING)
        asked = self._ago(rng.randint(1, 60)) if state is not DelegatedAdminState.CREATED else None
        end = None if waiting else self._as_of + ends
        return {
            "account_id": self._accounts[self._home],
            "customer_id": customer_id,
            "microsoft_id": f"{self._guid()}-{self._guid()}",
            "display_name": f"{' '.join(company.split())[:40].strip()} {number}",
            "roles": "\n".join(roles),
            "status": state,
            "duration": f"P{term}D",
            "auto_extend_duration": "P180D" if rng.random() < 0.2 and not holds_global else "P0D",
            "requested_at": asked,
            "activated_date_time": None if end is None else end - timedelta(days=term),
            "end_date_time": end,
        }

    def invitations(self) -> None:
        """Add invitations of the first 14 customers without a relationship in the home cloud."""
        account = self._account(self._home)
        unrelated = (
            select(*map(col, _INVITED))
            .join(BillingProfile, col(BillingProfile.customer_id) == col(Customer.id))
            .where(
                col(Customer.account_id) == self._accounts[self._home],
                col(Customer.relationship_to_partner) == Relationship.NONE,
                unset(Customer.ended_at),
            )
            .order_by(col(Customer.id))
            .limit(40)
        )
        found = self._connection.execute(unrelated).all()
        rows = [self._invitation(account, customer) for customer in found[:14]]
        self._write(Invitation, rows)

    def _invitation(self, account: Any, customer: Any) -> _Row:
        rng = self._rng
        state = names.pick(
            rng,
            (InvitationState.SENT, InvitationState.SENT, InvitationState.REMINDED,
             InvitationState.DRAFT, InvitationState.DECLINED, InvitationState.WITHDRAWN),
        )  # fmt: skip
        sent = rng.random() * 110
        reminded = sent * rng.random()
        language = language_for(customer.culture)
        who = names.pick(rng, names.STAFF)
        link = account.invitation_link
        draft, again = state is InvitationState.DRAFT, state is InvitationState.REMINDED
        letter = compose(
            LetterKind.REMINDER if again else LetterKind.INVITATION, language,
            Parties(customer.company_name, f"{customer.first_name} {customer.last_name}",
                    customer.email, account.name, link, delegated_admin=True, provider="",
                    sent_on=letter_day(self._ago(sent), language)),
        )  # fmt: skip
        closed = state in (InvitationState.DECLINED, InvitationState.WITHDRAWN)
        last = reminded if again else sent
        return {
            "account_id": account.id,
            "customer_id": customer.id,
            "company_name": customer.company_name,
            "contact": letter.name,
            "email": customer.email,
            "microsoft_id": customer.microsoft_id,
            "primary_domain": customer.primary_domain,
            "kind": InvitationKind.RESELLER,
            "delegated_admin": True,
            "language": language,
            "link": link,
            "subject": letter.subject,
            "body": letter.body,
            "state": state,
            "how": SentBy.NONE if draft else names.pick(rng, (SentBy.CLIPBOARD, SentBy.EML)),
            "created_at": self._ago(sent),
            "created_by": who,
            "sent_at": None if draft else self._ago(sent),
            "sent_by": "" if draft else who,
            "reminders": 1 if again else 0,
            "reminded_at": self._ago(reminded) if again else None,
            "next_at": NEVER
            if closed
            else self._ago(last) + (timedelta() if draft else reminder_due()),
            "closed_at": self._ago(sent * rng.random()) if closed else None,
        }

    def _write(self, entity: Any, rows: list[_Row]) -> None:
        if not rows:
            return
        bare = entity(**rows[0]).model_dump(exclude={"id"})
        full = [row | derived(entity, bare | row) for row in rows]
        self._connection.execute(insert(entity), full)

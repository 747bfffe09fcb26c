"""Functions that fill a book with relationships: accounts, imported customers, invitations."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.importing.customers import carry_out_import, plan_import
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.entities import Invitation, ResellerRelationship, SentBy
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import plan_accept, plan_letter_out
from partnerdesk.models.relationships.invite import (
    InvitationRequest,
    plan_invite,
    read_invitation_context,
)
from partnerdesk.models.sheets import read_sheet
from tests.support.books import NOW, TESTER, cloud_called
from tests.support.edits import by
from tests.support.forms import account_in

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.database.store import Store

TENANT = "11111111-2222-4333-8444-555555555555"
LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    f"&partnerId={TENANT}&msppId=0&DAP=true#/BillingAccounts/partner-invitation"
)
"""A link in the form of Partner Center (`reference/resources.md`, *Relationship request*)."""
WITHOUT = LINK.replace("DAP=true", "DAP=false")
PORTAL = "Microsoft ID,Company name,Primary domain name,Relationship"
WHO = {"company": "Neue Firma", "email": "ulla@neue.example"}


def days(number: float) -> datetime:
    """Return the moment `number` days after `NOW`."""
    return NOW + timedelta(days=number)


def account_of(store: Store, cloud: str = "global") -> PartnerAccount:
    """Return the stored account of a cloud."""
    with store.reading() as session:
        return session.exec(select(PartnerAccount).where(PartnerAccount.cloud == cloud)).one()


def name_accounts(store: Store, **fields: object) -> None:
    """Set the partner's name and ids in all clouds, and further fields of the accounts."""
    known = {"name": "Northlight", "tenant_id": TENANT, "mpn_id": "4242", **fields}
    with store.writing() as session:
        for account in session.exec(select(PartnerAccount)):
            for name, value in known.items():
                setattr(account, name, value)


def provider(store: Store, market: str = "DE") -> None:
    """Make the partner an indirect provider in all clouds."""
    name_accounts(store, kind=PartnerKind.INDIRECT_PROVIDER, market=market)


def add_customer(store: Store, name: str, prefix: str, cloud: str = "global", **fields: Any) -> int:
    """Add a customer to the book as an import would; return the customer's id."""
    own = {"relationship_to_partner": Relationship.RESELLER, "added_at": NOW, **fields}
    domain = f"{prefix}.{cloud_called(cloud).domain_suffix}" if "." not in prefix else prefix
    customer = Customer(
        account_id=account_in(store, cloud).id,
        company_name=name,
        primary_domain=domain,
        **own,
    )
    with store.writing() as session:
        session.add(customer)
    assert customer.id is not None
    return customer.id


def invite_plan(store: Store, cloud: str = "global", /, at: datetime = NOW, **wish: Any) -> Plan:
    """Return a plan to invite a company; without `customer_id`, a company not in the book."""
    if "customer_id" not in wish:
        wish = WHO | wish
    request = InvitationRequest(**wish)
    account = account_in(store, cloud)
    return plan_invite(
        account, request, read_invitation_context(store, account.id, request), by(TESTER, at)
    )


def invite(store: Store, cloud: str = "global", /, at: datetime = NOW, **wish: Any) -> int:
    """Create an invitation; return its id."""
    plan = invite_plan(store, cloud, at, **({"link": LINK} | wish))
    assert plan.verdict is not Verdict.REFUSED, codes(plan)
    return carry_out(store, plan).record_id or 0


def send(
    store: Store, invitation: int, how: SentBy = SentBy.CLIPBOARD, at: datetime = NOW
) -> Outcome:
    """Record that an invitation's letter was sent, or a reminder if it was sent before."""
    case = read_invitation(store, invitation)
    return carry_out(store, plan_letter_out(case, case.letter(at), how, by(TESTER, at)))


def invited(store: Store, at: datetime = NOW, **wish: Any) -> int:
    """Create an invitation and record that its letter was sent; return the invitation's id."""
    id = invite(store, at=at, **wish)
    send(store, id, at=at)
    return id


def accept(
    store: Store, invitation: int, customer: int | None = None, at: datetime = NOW
) -> Outcome:
    """Record that an invitation was accepted."""
    who = customer_of(store, customer) if customer else None
    return carry_out(store, plan_accept(read_invitation(store, invitation), by(TESTER, at), who))


def take_file(store: Store, folder: Path, *lines: str, at: datetime = NOW) -> int:
    """Import lines as a portal export of the global cloud; return the accepted invitations."""
    file = folder / "customers.csv"
    file.write_text("\n".join((PORTAL, *lines)), "utf-8")
    plan = plan_import(store, account_in(store).id, read_sheet(file))
    return carry_out_import(store, plan, TESTER, at).accepted


def customer_of(store: Store, id: int) -> Customer:
    """Return a customer."""
    with store.reading() as session:
        return session.get_one(Customer, id)


def invitation_of(store: Store, id: int) -> Invitation:
    """Return an invitation."""
    with store.reading() as session:
        return session.get_one(Invitation, id)


def lives_of(store: Store, customer: int) -> list[ResellerRelationship]:
    """Return the relationship records of a customer, the oldest first."""
    with store.reading() as session:
        query = select(ResellerRelationship).where(ResellerRelationship.customer_id == customer)
        return list(session.exec(query.order_by(col(ResellerRelationship.id))))


def codes(plan: Plan, *, refusing: bool = False) -> list[str]:
    """Return the codes of a plan's reasons; with `refusing`, of the refusing reasons only."""
    return [reason.code for reason in plan.reasons if reason.refuses or not refusing]


def findings(store: Store) -> list[str]:
    """Return the findings of the verification of the history."""
    with closing(store.connect()) as book:
        return [finding.text for finding in verify(book).findings]

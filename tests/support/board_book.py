"""A book with one of everything that waits for a person, each at a known moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert
from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import Channel, Operation
from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.customers.agreements import Agreement
from partnerdesk.models.customers.drafts import begin_draft, save_draft
from partnerdesk.models.customers.entities import Customer, Relationship
from partnerdesk.models.customers.form.fields import AgreementWay, FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
    PartnerLink,
    PartnerRelation,
)
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState, InvitationState
from tests.support.books import NOW, TESTER
from tests.support.edits import by, set_tags
from tests.support.forms import account_in
from tests.support.relations import add_customer
from tests.support.subscribed import NEW, subscribe

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def delegated(store: Store, customer_id: int, ends: datetime, **fields: Any) -> int:
    """Keep a delegated-admin relationship that ends at a moment; return its id."""
    own = {
        "display_name": f"Admin of {customer_id}", "status": DelegatedAdminState.ACTIVE,
        "roles": "Helpdesk Administrator",
    }  # fmt: skip
    return _add(store, DelegatedAdminRelationship(
        account_id=account_in(store).id, customer_id=customer_id, end_date_time=ends,
        **(own | fields),
    ))  # fmt: skip


def renewing(store: Store, customer_id: int, ends: datetime, **fields: Any) -> int:
    """Keep a subscription whose term ends at a moment, and which does not renew itself."""
    own = {"commitment_end_date": ends, "auto_renew_enabled": False, "offer_id": NEW}
    return subscribe(store, customer_id, **(own | fields)).subscription.id or 0


def unsigned(store: Store, customer_id: int) -> None:
    """Keep that a customer will accept the agreement itself."""
    _add(store, Agreement(customer_id=customer_id, way=AgreementWay.BY_CUSTOMER))


def invited(store: Store, due: datetime, name: str = "Tailspin") -> int:
    """Keep an invitation that was sent, and whose reminder is due at a moment."""
    return _add(store, Invitation(
        account_id=account_in(store).id, company_name=name, email="a@tailspin.example",
        state=InvitationState.SENT, sent_at=due - 7 * DAY, next_at=due, link="https://x.example",
    ))  # fmt: skip


def called(store: Store, customer_id: int, state: CallState, at: datetime, **fields: Any) -> int:
    """Keep a call of a change; return the id of its change."""
    outcome = set_tags(store, customer_id, [f"{state} {at}"], version=_version(store, customer_id),
                       actor=TESTER, at=NOW)  # fmt: skip
    _add(store, OutboxCall(
        change_id=outcome.change_id or 0, account_id=account_in(store).id,
        customer_id=customer_id, channel=Channel.PARTNER_CENTER,
        operation=Operation.UPDATE_BILLING_PROFILE, state=state, changed_at=at,
        request_id=f"{state}-{at}-{customer_id}", **fields,
    ))  # fmt: skip
    return outcome.change_id or 0


def one_of_each(store: Store) -> dict[str, datetime]:
    """Fill a book with one item of each rule; return the deadline of each, by its kind."""
    due = {
        "delegated_admin": NOW + 12 * DAY,
        "renewal": NOW + 20 * DAY,
        "window": NOW + 3 * DAY,
        "agreement": NOW - 9 * DAY,
        "partner_agreement": NOW - 30 * DAY,
        "invitation": NOW - 2 * DAY,
        "refused_edit": NOW - 5 * HOUR,
        "failed_call": NOW - 4 * HOUR,
        "conflict": NOW - 3 * HOUR,
        "unclear_call": NOW - 2 * HOUR,
        "sign_in": NOW + 5 * DAY,
        "sync": NOW - 1 * DAY,
        "draft": NOW - 6 * DAY,
    }
    contoso = add_customer(store, "Contoso", "contoso", added_at=due["agreement"])
    delegated(store, contoso, due["delegated_admin"])
    renewing(store, contoso, due["renewal"], friendly_name="Ends", offer_id="an-old-one")
    subscribe(store, contoso, friendly_name="Just bought", refundable_until=due["window"],
              commitment_end_date=NOW + 300 * DAY)  # fmt: skip
    unsigned(store, contoso)
    _add(store, PartnerLink(
        account_id=account_in(store).id, name="Nova", agreement_signed=False,
        relationship_type=PartnerRelation.IS_INDIRECT_RESELLER_OF, since=due["partner_agreement"],
    ))  # fmt: skip
    invited(store, due["invitation"])
    called(store, contoso, CallState.FAILED, due["refused_edit"], http_status=400, answer="No.")
    called(store, contoso, CallState.FAILED, due["failed_call"], http_status=503)
    called(store, contoso, CallState.CONFLICT, due["conflict"])
    called(store, contoso, CallState.SENT, due["unclear_call"])
    draft = begin_draft(account_in(store).id, by(TESTER, due["draft"]))
    save_draft(store, draft, {FormField.COMPANY_NAME: "Begun"}, "", due["draft"])
    with store.writing() as session:
        for account in session.exec(select(PartnerAccount)):
            account.connected = account.cloud == "global"
            account.signed_in_as, account.signed_in_until = "anna@nl.example", due["sign_in"]
            account.synced_at = due["sync"] - DAY
    return due


def morning(store: Store, customers: int = 2_000, at: datetime = NOW) -> None:
    """Fill a book as job 1 has it: 27 items of many customers, without leads."""
    account_id = account_in(store).id
    bare = Customer(account_id=account_id, company_name="x").model_dump(exclude={"id"})
    rows = []
    for number in range(1, customers + 1):
        row = bare | {
            "id": number, "company_name": f"Company {number:06d}", "added_at": at - 400 * DAY,
            "primary_domain": f"company{number}.onmicrosoft.com", "tags": [],
            "relationship_to_partner": Relationship.RESELLER,
        }  # fmt: skip
        row |= Customer.derive(row)
        del row["tags"]
        rows.append(row)
    with store.writing() as session:
        session.connection().execute(insert(Customer), rows)
    for number in range(1, 13):
        delegated(store, number, at + number * 2 * DAY)
        delegated(store, number + 20, at + (30 + number) * DAY)  # later
        delegated(store, number + 40, at + DAY, auto_extend_duration="P180D")  # by itself
    for number in range(1, 8):
        renewing(store, 100 + number, at + number * 4 * DAY)
        subscribe(store, 200 + number, commitment_end_date=at + 90 * DAY)
    for number in range(1, 4):
        subscribe(store, 300 + number, refundable_until=at + number * DAY,
                  commitment_end_date=at + 300 * DAY)  # fmt: skip
    for number in range(1, 6):
        unsigned(store, 400 + number)


def at_zone(hours: int) -> datetime:
    """Return `NOW` as a clock says it that is some hours east of UTC."""
    return NOW.astimezone(timezone(timedelta(hours=hours)))


def _version(store: Store, customer_id: int) -> int:
    return read_customer(store, customer_id).customer.version


def _add(store: Store, row: Any) -> int:
    with store.writing() as session:
        session.add(row)
        session.flush()
        return getattr(row, "id", None) or 0


LEAP = datetime(2028, 2, 29, 12, tzinfo=UTC)
"""A moment on a leap day."""

"""Reads one customer with its own records, and finds a customer by id or domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, or_, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.waiting_calls import is_correctable, open_calls_of
from partnerdesk.models.core.errors import NotFoundError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.agreements import Agreement
from partnerdesk.models.customers.entities import (
    BillingProfile,
    CompanyProfile,
    Customer,
    Note,
    Tag,
)
from partnerdesk.models.languages import _
from partnerdesk.models.values.domains import domain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store

HISTORY_SHOWN = 200
"""Maximum number of history entries read with a customer, the newest first."""


@dataclass(frozen=True)
class CustomerPage:
    """A customer with its own records, detached from the store."""

    customer: Customer
    account: PartnerAccount
    company: CompanyProfile
    """An unsaved empty row if the book has no company profile."""
    billing: BillingProfile
    """An unsaved empty row if the book has no billing profile."""
    agreement: Agreement | None
    """The customer agreement; None if the book has no record of it."""
    tags: list[str]
    """Sorted."""
    notes: list[Note]
    """Oldest first."""
    changes: list[Change]
    """Newest first."""
    synced: frozenset[int | None]
    """The ids of those `changes` that are parts of a sync with Partner Center."""
    is_addition_open: bool
    """Whether the call that adds it to Partner Center can still be corrected, domain included."""


def read_customer(store: Store, customer_id: int) -> CustomerPage:
    """Read a customer with its own records.

    Raises:
        NotFoundError: the book has no customer with this id.
    """
    with store.reading() as session:
        return page_of(session, customer_id)


def page_of(session: Session, customer_id: int, history_shown: int = HISTORY_SHOWN) -> CustomerPage:
    """Read a customer in an open session; raises as `read_customer` does."""
    customer = customer_of(session, customer_id)
    account = session.get_one(PartnerAccount, customer.account_id)
    mine = [col(Change.customer_id) == customer_id]
    if customer.added_by_change is not None:
        mine.append(col(Change.id) == customer.added_by_change)
    history = select(Change).where(or_(*mine)).order_by(col(Change.id).desc())
    changes = list(session.exec(history.limit(history_shown))) if history_shown else []
    notes = select(Note).where(Note.customer_id == customer_id).order_by(col(Note.id))
    return CustomerPage(
        customer=customer,
        account=account,
        company=session.get(CompanyProfile, customer_id) or CompanyProfile(customer_id=customer_id),
        billing=session.get(BillingProfile, customer_id) or BillingProfile(customer_id=customer_id),
        agreement=session.get(Agreement, customer_id),
        tags=tags_of(session, customer_id),
        notes=list(session.exec(notes)),
        changes=changes,
        synced=_parts_of_syncs(session, changes),
        is_addition_open=customer.microsoft_id is None
        and any(is_correctable(call) for call in open_calls_of(session, customer_id)),
    )


def _parts_of_syncs(session: Session, changes: Iterable[Change]) -> frozenset[int | None]:
    whole = {change.part_of for change in changes if change.part_of}
    if not whole:
        return frozenset()
    is_sync = (col(Change.id).in_(whole), Change.kind == ChangeKind.SYNCED)
    syncs = set(session.exec(select(Change.id).where(*is_sync)))
    return frozenset(change.id for change in changes if change.part_of in syncs)


def find_customer(store: Store, text: str, accounts: Iterable[int]) -> int:
    """Return the id of the customer whose Microsoft ID, primary domain or id is `text`.

    The id is the customer's key in the book, as `--json` prints it.

    Raises:
        NotFoundError: no customer of `accounts` matches.
        UsageError: several customers match.
    """
    with store.reading() as session:
        return int(customer_named(session, text, accounts).id or 0)


def customer_named(session: Session, text: str, accounts: Iterable[int]) -> Customer:
    """Return the customer that `find_customer` finds, by one query; raises as it does."""
    wanted = text.strip().lower()
    domain = domain_name(wanted) or wanted  # the stored form of `xn--…` and other forms
    matches: Sequence[Customer] = ()
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
    if wanted and wanted.isprintable():  # a database takes no NUL and no surrogate
        matches = session.exec(
            select(Customer).where(
                col(Customer.account_id).in_(list(accounts)),
                or_(
                    Customer.microsoft_id == wanted,
                    Customer.primary_domain == domain,
                    Customer.id == number,
                ),
            )
        ).all()
    if not matches:
        raise NotFoundError(
            _("No customer has the Microsoft ID or primary domain {text}.").format(
                text=shown(text)
            ),
            _("Look for it with: partnerdesk customers list --filter TEXT"),
        )
    if len(matches) > 1:
        raise UsageError(
            _("Several customers have the primary domain {text}.").format(text=shown(text)),
            _("Name the Microsoft ID, or one cloud with --cloud."),
        )
    return matches[0]


def customer_of(session: Session, customer_id: int) -> Customer:
    """Return a customer by id.

    Raises:
        NotFoundError: the book has no customer with this id.
    """
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is not in the book any more."))
    return customer


def of_another_account(
    customer: Customer | None, account_id: int, code: str, field: str = ""
) -> list[Reason]:
    """Return a refusal if a customer belongs to another account than the plan; else nothing."""
    if customer is None or customer.account_id == account_id:
        return []
    return [Reason(code, _("This customer belongs to another partner account."), field)]


def tags_of(session: Session, customer_id: int) -> list[str]:
    """Return a customer's tags, sorted."""
    return list(
        session.exec(select(Tag.name).where(Tag.customer_id == customer_id).order_by(Tag.name))
    )

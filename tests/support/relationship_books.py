"""Books for tests of `relationships`: copies of the small book, and queries of their content."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.customers.entities import BillingProfile, Customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.commands import run, small_book
from tests.support.statements import rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.support.commands import Result

TENANT = "11111111-2222-4333-8444-555555555555"


@cache
def _small_book_file() -> Path:
    return small_book(Path(mkdtemp(prefix="partnerdesk-tests-")) / "book.db")


def book_of(folder: Path) -> Path:
    """Return a copy of the small book with the partner's name set in all clouds."""
    file = folder / "book.db"
    shutil.copyfile(_small_book_file(), file)
    store = Store(SqliteFile(file))
    with store.writing() as session:
        for account in session.exec(select(PartnerAccount)):
            account.name, account.tenant_id = "Northlight", TENANT
        for customer in session.exec(select(Customer).where(Customer.country == "DE")):
            session.add(
                BillingProfile(
                    customer_id=customer.id or 0, first_name="Ulla", last_name="Ärzte",
                    email="ulla@aerzte.example", culture="de-DE", language="de",
                )
            )  # fmt: skip
    store.engine.dispose()
    return file


def relationships(book: Path, *words: str | Path) -> Result:
    """Run a command of `relationships` in this process."""
    return run("relationships", *words, "--database", book)


def read(book: Path, query: str) -> list[Any]:
    """Return the rows of a query; single values if the query selects one column."""
    result = rows(Store(SqliteFile(book)), query)
    return [row[0] if len(row) == 1 else row for row in result]


def changes(book: Path) -> list[Any]:
    """Return the kinds of the book's changes, the oldest first."""
    return read(book, "SELECT kind FROM changes ORDER BY id")


def whole(book: Path) -> bool:
    """Return whether the history verifies."""
    return run("changes", "verify", "--database", book).code == 0


def delegated(
    book: Path,
    names: Sequence[str],
    ends: datetime,
    *,
    domain: str = "aerzte.onmicrosoft.com",
    roles: str = "Helpdesk Administrator",
) -> None:
    """Add active delegated-admin relationships of one customer to a book."""
    with Store(SqliteFile(book)).writing() as session:
        customer = session.exec(select(Customer).where(Customer.primary_domain == domain)).one()
        session.add_all(
            DelegatedAdminRelationship(
                account_id=customer.account_id, customer_id=customer.id or 0, display_name=name,
                roles=roles, status=DelegatedAdminState.ACTIVE, end_date_time=ends,
            )
            for name in names
        )  # fmt: skip

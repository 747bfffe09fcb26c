"""The texts that tests/unit/test_recipes_records.py puts into a copy of the tree."""

NOTES_COLUMN = """
        Column(
            "notes", N_("Notes"),
            "(SELECT count(*) FROM notes AS n WHERE n.customer_id = c.id)", 6, Kind.NUMBER,
            wide_only=True, rank=11, attribute="notes",
        ),
"""
SEGMENT = """
    segment: str = Field(
        default="", sa_type=SortedText, sa_column_kwargs={"server_default": text("''")}
    )
"""
SEGMENT_ADDED = """
    default = sa.text("''")
    op.add_column(
        "customers", sa.Column("segment", SortedText(), nullable=False, server_default=default)
    )
    columns = ["account_id", "segment", "id", "ended_at", "country", "relationship_to_partner"]
    op.create_index("customers_by_segment", "customers", columns)
"""
SEGMENT_COLUMN = """
        Column(
            "segment", N_("Segment"), "c.segment", 10, sort="c.segment", wide_only=True, rank=11
        ),
"""
ENTITY = '''
"""The entity of orders."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from partnerdesk.models.core.clock import NEVER
from partnerdesk.models.core.text import fold
from partnerdesk.models.customers import entities as customers  # noqa: F401 - foreign keys
from partnerdesk.models.database.column_types import (
    SortedText,
    moment_column,
    version_column,
    versioned,
)
from partnerdesk.models.database.derived import kept_up

if TYPE_CHECKING:
    from collections.abc import Mapping


@kept_up
@versioned
class Order(SQLModel, table=True):
    """A number of licences of an offer."""

    DERIVED: ClassVar[tuple[str, ...]] = ("name_sort", "search_text")
    __tablename__ = "orders"
    __table_args__ = (Index("orders_by_name", "account_id", "name_sort", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="partner_accounts.id")
    customer_id: int = Field(foreign_key="customers.id", index=True)
    offer: str
    quantity: int = 1
    bought_at: datetime | None = Field(default=None, sa_column=moment_column())
    name_sort: str = Field(default="", sa_type=SortedText)
    search_text: str = Field(default="", sa_column=Column(Text, nullable=False))
    version: int = Field(default=1, sa_column=version_column())

    @staticmethod
    def derive(row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns in `DERIVED`."""
        return {"name_sort": fold(row["offer"]), "search_text": fold(row["offer"])}
'''
KIND = '''
"""The records of this room that steps change, and their words; without SQLModel."""

from partnerdesk.models.changes.record_kind import OfCustomer, RecordKind
from partnerdesk.models.languages import N_

ORDER = RecordKind(
    "orders", "orders.entities:Order", N_("Order"),
    fields={"offer": N_("Offer"), "quantity": N_("Seats"), "bought_at": N_("Bought")},
    of_customer=OfCustomer.HOLDS,
)
RECORDS = (ORDER,)
'''
LIST = '''
"""The list of orders."""

from partnerdesk.models.languages import N_
from partnerdesk.models.lists.spec import Column, Kind, ListSpec, Sort

ORDERS = ListSpec(
    name="orders", table="orders AS s", key="s.id", scope="s.account_id",
    always="1 = 1", words="s.search_text",
    columns=(
        Column("offer", N_("Offer"), "s.offer", 20, sort="s.name_sort", folded="s.name_sort"),
        Column("quantity", N_("Seats"), "s.quantity", 8, Kind.NUMBER),
        Column("bought", N_("Bought"), "s.bought_at", 11, Kind.DATE),
    ),
    default_sort=Sort("offer"),
)
'''
PLAN = '''
"""Plan to store an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, PlanContext, Step, Target
from partnerdesk.models.core.clock import iso
from partnerdesk.models.orders.records import ORDER

if TYPE_CHECKING:
    from partnerdesk.models.customers.entities import Customer


def plan_order(customer: Customer, offer: str, quantity: int, by: PlanContext) -> Plan:
    """Return a plan to store an order. Pure."""
    fields = {
        "account_id": customer.account_id, "customer_id": customer.id,
        "offer": offer, "quantity": quantity, "bought_at": iso(by.at),
    }
    target = Target(customer.account_id, "global", customer.company_name, customer.id)
    steps = (Step(ORDER, {"id": None}, None, fields),)
    return Plan.of(ChangeKind.ORDERED, by, target, steps)
'''
TITLES = """
    ChangeKind.ORDERED: (N_("Ordered"), N_("Keep an order")),
"""
JOINED = """
from partnerdesk.models.orders.list import ORDERS
from partnerdesk.models.orders.records import RECORDS as OF_ORDERS
"""
TABLE = """
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("offer", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("bought_at", Moment(), server_default="0", nullable=False),
        sa.Column("name_sort", SortedText(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["partner_accounts.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("orders_by_name", "orders", ["account_id", "name_sort", "id"])
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"])
"""
LIVED = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from partnerdesk.models.changes.history import Actor
from partnerdesk.models.changes.plan import PlanContext
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.describe_fields import change_lines
from partnerdesk.models.operations.describe_plan import plan_text
from partnerdesk.models.operations.registry import LISTS
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.orders.add import plan_order

at = datetime(2026, 11, 29, tzinfo=UTC)
store = Store(SqliteFile(Path(sys.argv[1])))
store.open(["global"])
with store.writing() as session:
    customer = Customer(account_id=1, company_name="Fabrikam")
    session.add(customer)


def by(id: str) -> PlanContext:
    return PlanContext(Actor("olga", "desk"), at, id)


def offers() -> list[object]:
    spec = LISTS["orders"]
    connection = store.connect()
    query = Query(spec, (1,), parse("offer:premium quantity>5", spec, at), spec.default_sort)
    return [row.values[:2] for row in query.walk(connection)]


plan = plan_order(customer, "Business Premium", 12, by("one"))
print(plan_text(plan, {}))
done = carry_out(store, plan)
print(offers())
with store.reading() as session:
    print(change_lines(entry_of(session, done.change_id)))
carry_out(store, plan_undo(store, done.change_id, by("two")))
print(offers())
"""

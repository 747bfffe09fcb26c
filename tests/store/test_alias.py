"""The partner's own name for a customer: found, kept through syncs, undone, never sent."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select

from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.alias import differing_names, plan_alias
from partnerdesk.models.customers.entities import BillingProfile, Customer
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import add_customer, codes, findings, name_accounts
from tests.support.subscribed import subscribe
from tests.support.syncing import Syncing, told

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import ListSpec


def name(store: Store, id: int, text: str) -> int | None:
    plan = plan_alias(read_customer(store, id), text, by(TESTER, NOW))
    return carry_out(store, plan).change_id if plan.steps else None


def found(store: Store, text: str, spec: ListSpec = CUSTOMERS) -> list[int]:
    accounts = (account_in(store).id,)
    with closing(store.connect()) as connection:
        query = Query(spec, accounts, parse(text, spec, NOW), spec.default_sort)
        return sorted(query.all_keys(connection))


def alias(store: Store, id: int) -> str:
    return read_customer(store, id).customer.alias


def test_an_own_name_is_found_and_taken_back(store: Store) -> None:
    id = add_customer(store, "Fabrikam", "fabrikam")
    add_customer(store, "Contoso", "contoso")
    subscription = subscribe(store, id).subscription.id
    change = name(store, id, "  Die   Bäckerei ")
    assert alias(store, id) == "Die Bäckerei"
    for text in ("backerei", "own_name:BÄCK", "alias:die", "fabrikam backerei"):
        assert found(store, text) == [id], text
    assert found(store, "backerei", SUBSCRIPTIONS) == [subscription]
    assert found(store, "alias:fabrikam") == []
    assert name(store, id, "Die Bäckerei") is None, "it is the same"
    carry_out(store, plan_undo(store, change or 0, by(TESTER, NOW)))
    assert (alias(store, id), found(store, "backerei")) == ("", [])
    assert findings(store) == []


@pytest.mark.parametrize("text", ["x" * 101, "\u200b"])
def test_what_is_no_name_is_refused(store: Store, text: str) -> None:
    id = add_customer(store, "Fabrikam", "fabrikam")
    plan = plan_alias(read_customer(store, id), text, by(TESTER, NOW))
    assert plan.verdict is Verdict.REFUSED
    assert codes(plan) == ["customer.alias"]


def test_an_own_name_is_no_tag(store: Store) -> None:
    id = add_customer(store, "Fabrikam", "fabrikam")
    name(store, id, "#vip")
    assert alias(store, id) == "vip"
    assert found(store, "tag:vip") == []


def test_a_sync_keeps_the_own_name_and_finds_it(store: Store) -> None:
    sync = Syncing(store)
    sync.whole([told(1), told(2)])
    with store.reading() as session:
        id = session.exec(select(Customer.id).order_by(col(Customer.id))).first() or 0
    name(store, id, "The bakery")
    Syncing(store).whole([told(1, name="Renamed"), told(2)])
    customer = read_customer(store, id).customer
    assert (customer.company_name, customer.alias) == ("Renamed", "The bakery")
    assert found(store, "renamed bakery") == [id]


def test_an_own_name_is_never_sent(store: Store) -> None:
    id = add_customer(store, "Fabrikam", "fabrikam", microsoft_id=told(1).microsoft_id)
    name_accounts(store, connected=True)
    change = name(store, id, "The bakery")
    carry_out(store, plan_undo(store, change or 0, by(TESTER, NOW)))
    with store.reading() as session:
        assert not session.exec(select(OutboxCall)).all()


def test_names_that_differ_are_told(store: Store) -> None:
    id = add_customer(store, "Fabrikam GmbH", "fabrikam")
    with store.writing() as session:
        session.add(BillingProfile(customer_id=id, company_name="FABRIKAM  gmbh"))
    assert differing_names(read_customer(store, id)) == []
    with store.writing() as session:
        session.get_one(BillingProfile, id).company_name = "Fabrikam AG"
    name(store, id, "The bakery")
    assert differing_names(read_customer(store, id)) == [
        ("bill_to", "Fabrikam AG"),
        ("alias", "The bakery"),
    ]

"""The column with the partner account of a row: as the header names it, and found by a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.accounts.accounts import SignInWay, shown_titles
from partnerdesk.models.accounts.connect import ConnectRequest, plan_connect_account
from partnerdesk.models.accounts.sign_ins import keep_signed_in
from partnerdesk.models.accounts.signing_in import SignedIn
from partnerdesk.models.accounts.stored import stored_accounts
from partnerdesk.models.board.list import BOARD
from partnerdesk.models.changes.list import CHANGES
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.known_values import known_values
from partnerdesk.models.lists.query import Query
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.lists import DELEGATED_ADMIN, ENDED, INVITATIONS, PARTNERS
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from tests.store.test_connecting import listed as accounts_of
from tests.support.books import NOW, TESTER, cloud_called
from tests.support.edits import by
from tests.support.signing_in import CLIENT

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import ListSpec

TENANTS = [f"{number}{number}{number}7e5c0-98af-457e-9960-deb46d84e6bd" for number in range(1, 6)]
NAMES = ["Contoso", "", "", "Contoso", ""]
WHO = {2: "anna@fabrikam.com", 3: "app-without-a-domain"}
LISTS = [CUSTOMERS, INVITATIONS, PARTNERS, DELEGATED_ADMIN, ENDED, CHANGES, SUBSCRIPTIONS, BOARD]


def connect(store: Store) -> list[int]:
    """Connect five accounts of one cloud, each with a customer; return their ids."""
    ids = []
    for place, (tenant, name) in enumerate(zip(TENANTS, NAMES, strict=True), 1):
        plan = plan_connect_account(
            stored_accounts(store),
            cloud_called("global"),
            ConnectRequest(tenant, CLIENT, name=name),
            by(TESTER, NOW),
        )
        id = carry_out(store, plan).record_id or 0
        if who := WHO.get(place):
            keep_signed_in(store, id, SignInWay.DEVICE, SignedIn(who, None))
        with store.writing() as session:
            session.add(Customer(account_id=id, company_name=f"Of {place}", primary_domain=""))
        ids.append(id)
    return ids


def rows(store: Store, spec: ListSpec, ids: list[int], text: str = "") -> list[dict[str, object]]:
    query = Query(spec, tuple(ids), parse(text, spec, NOW), spec.default_sort)
    connection = store.connect()
    try:
        names = [column.name for column in spec.columns]
        found = query.rows_from(connection, None, length=100)
        return [dict(zip(names, row.values, strict=True)) for row in found]
    finally:
        connection.close()


def test_a_row_names_its_account_as_the_header_does(store: Store) -> None:
    ids = connect(store)
    titles = shown_titles(accounts_of(store))
    found = rows(store, CUSTOMERS, ids)
    assert [row["account"] for row in found] == [titles[id] for id in ids]
    assert found[0]["account"] == f"Contoso ({ids[0]})"
    assert found[1]["account"] == "fabrikam.com"
    assert found[2]["account"] == TENANTS[2]


def test_a_filter_finds_the_rows_of_an_account(store: Store) -> None:
    ids = connect(store)

    def companies(text: str) -> list[object]:
        return [row["company"] for row in rows(store, CUSTOMERS, ids, text)]

    assert companies("account:FABRIKAM") == ["Of 2"]
    assert companies("account:contoso") == ["Of 1", "Of 4"]
    assert companies(f'account:"({ids[3]})"') == ["Of 4"]
    assert companies("-account:contoso") == ["Of 2", "Of 3", "Of 5"]
    assert companies('account:""') == []
    assert rows(store, CHANGES, ids, "account:fabrikam") != []


@pytest.mark.parametrize("spec", LISTS, ids=lambda spec: spec.name)
def test_every_list_has_it_and_knows_its_values(store: Store, spec: ListSpec) -> None:
    ids = connect(store)
    connection = store.connect()
    try:
        values = known_values(connection, spec, spec.column("account"), ids)
    finally:
        connection.close()
    assert "fabrikam.com" in values
    assert f"Contoso ({ids[3]})" in values
    rows(store, spec, ids, "account:contoso")

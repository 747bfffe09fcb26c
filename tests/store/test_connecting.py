"""An account is connected and disconnected: taken over with its customers, or added."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select

from partnerdesk.models.accounts.accounts import (
    PartnerKind,
    SignInState,
    SignInWay,
    choose,
    read_accounts,
    shown_titles,
    sign_in_words,
)
from partnerdesk.models.accounts.connect import (
    ConnectRequest,
    plan_connect_account,
    plan_disconnect_account,
)
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.sign_ins import (
    keep_mfa,
    keep_renewed,
    keep_sign_in_ended,
    keep_signed_in,
    keep_signed_out,
)
from partnerdesk.models.accounts.signing_in import SignedIn
from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.verify import verify
from partnerdesk.models.core.errors import NotFoundError, SignInNeededError
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.settings import load as settings
from partnerdesk.partnercenter.sign_in.accounts import account_connection
from tests.support.books import NOW, TESTER, cloud_called
from tests.support.edits import by

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.database.store import Store

TENANT = "3b7ae2f5-7a52-4f0f-9c0e-1c1f0a6d6f10"
OTHER = "58880e09-98af-457e-9960-deb46d84e6bd"
CLIENT = "9c1d3f6e-2b44-4a67-8b1c-55a0f3c0d7aa"


def rows(store: Store) -> list[PartnerAccount]:
    with store.reading() as session:
        return list(session.exec(select(PartnerAccount).order_by(col(PartnerAccount.id))))


def listed(store: Store) -> list[Account]:
    with closing(store.connect()) as connection:
        return read_accounts(connection, settings.load().enabled_clouds())


def plan_for(
    store: Store,
    tenant: str = TENANT,
    way: SignInWay = SignInWay.DEVICE,
    kind: PartnerKind | None = None,
    name: str = "",
) -> Plan:
    wanted = ConnectRequest(tenant, CLIENT, way, kind, name)
    return plan_connect_account(rows(store), cloud_called("global"), wanted, by(TESTER, NOW))


def connected(
    store: Store, tenant: str = TENANT, way: SignInWay = SignInWay.DEVICE, name: str = ""
) -> Outcome:
    return carry_out(store, plan_for(store, tenant, way, name=name))


def customer_of(store: Store, account_id: int, domain: str = "a.onmicrosoft.com") -> None:
    with store.writing() as session:
        session.add(
            Customer(account_id=account_id, company_name="A", primary_domain=domain, added_at=NOW)
        )


def test_an_account_kept_by_hand_is_taken_over_with_its_customers(store: Store) -> None:
    first = rows(store)[0]
    customer_of(store, first.id or 0)
    outcome = connected(store, way=SignInWay.APP, name="Contoso")
    assert outcome.record_id == first.id
    after = rows(store)
    assert len(after) == 3
    account = after[0]
    assert (account.connected, account.tenant_id, account.client_id) == (True, TENANT, CLIENT)
    assert (account.sign_in_way, account.name) == (SignInWay.APP, "Contoso")
    assert listed(store)[0].customers == 1
    with store.reading() as session:
        entry = session.exec(select(Change)).one()
    assert entry.account_id == first.id
    assert "Contoso" in entry.after
    undo = plan_undo(store, entry.id or 0, by(TESTER, NOW))
    assert "accounts remove" in undo.reasons[0].text
    found = account_connection(store, settings.load(), first.id or 0)
    assert (found.tenant_id, found.client_id, found.way) == (TENANT, CLIENT, SignInWay.APP)


def test_a_second_account_of_a_cloud_is_added_beside_the_first(store: Store) -> None:
    connected(store)
    outcome = connected(store, OTHER)
    assert outcome.record_id == 4
    with store.reading() as session:
        entries = session.exec(select(Change).order_by(col(Change.id))).all()
    assert [entry.account_id for entry in entries] == [1, 4]
    with closing(store.connect()) as connection:
        assert not verify(connection).findings
    in_global = [account for account in listed(store) if account.cloud.id == "global"]
    assert [account.tenant_id for account in in_global] == [TENANT, OTHER]
    assert shown_titles(in_global) == {1: TENANT, 4: OTHER}

    both = choose(listed(store), "global")
    assert (both.ids, both.account, both.cloud) == ((1, 4), None, in_global[0].cloud)
    assert choose(listed(store), "4").ids == (4,)
    assert choose(listed(store), "germany").account is not None


def test_two_accounts_of_one_name_are_told_apart(store: Store) -> None:
    connected(store, name="Contoso")
    connected(store, OTHER, name="Contoso")
    titles = shown_titles(listed(store))
    assert (titles[1], titles[4]) == ("Contoso (1)", "Contoso (4)")


@pytest.mark.parametrize(
    ("tenant", "kind", "name", "code"),
    [
        ("nonsense", None, "", "connect.tenant"),
        ("", None, "", "connect.missing"),
        (TENANT, PartnerKind.INDIRECT_RESELLER, "", "connect.reseller"),
        (TENANT, None, "a\x1b", "account.name"),
    ],
)
def test_what_cannot_be_connected_says_why(
    store: Store, tenant: str, kind: PartnerKind | None, name: str, code: str
) -> None:
    plan = plan_for(store, tenant, kind=kind, name=name)
    assert code in [reason.code for reason in plan.reasons if reason.refuses]
    assert not plan.steps


def test_a_tenant_is_connected_once(store: Store) -> None:
    connected(store)
    assert [reason.code for reason in plan_for(store).reasons] == ["connect.twice"]


def test_another_tenant_than_the_one_noted_by_hand_is_warned_of(store: Store) -> None:
    with store.writing() as session:
        session.get_one(PartnerAccount, 1).tenant_id = OTHER
    plan = plan_for(store)
    assert [reason.code for reason in plan.reasons] == ["connect.other-tenant"]
    assert plan.steps[0].key == {"id": 1}


def test_a_disconnected_account_keeps_everything_and_comes_back(store: Store) -> None:
    connected(store)
    customer_of(store, 1)
    keep_signed_in(store, 1, SignInWay.DEVICE, SignedIn("anna@contoso.com", NOW))
    plan = plan_disconnect_account(rows(store)[0], 2, by(TESTER, NOW))
    assert plan.losses
    assert "2 calls" in plan.reasons[0].text
    carry_out(store, plan)
    keep_signed_out(store, 1)
    account = rows(store)[0]
    assert (account.connected, account.client_id, account.signed_in_as) == (False, "", "")
    assert account.tenant_id == TENANT
    assert listed(store)[0].customers == 1
    with pytest.raises(SignInNeededError):
        account_connection(store, settings.load(), 1)
    again = plan_disconnect_account(account, 0, by(TESTER, NOW))
    assert [reason.code for reason in again.reasons] == ["connect.by-hand"]
    assert connected(store).record_id == 1


def test_an_empty_account_beside_others_leaves_the_lists_when_it_is_disconnected(
    store: Store,
) -> None:
    connected(store)
    connected(store, OTHER)
    carry_out(store, plan_disconnect_account(rows(store)[3], 0, by(TESTER, NOW)))
    assert [account.id for account in listed(store)] == [1, 2, 3]
    customer_of(store, 4)
    assert 4 in [account.id for account in listed(store)]
    assert connected(store, OTHER).record_id == 4, "it is taken over again"


def test_the_book_keeps_who_is_signed_in_and_no_change(store: Store) -> None:
    connected(store)
    later = NOW.replace(year=2027)

    def words(at: datetime = NOW) -> list[str]:
        return sign_in_words(listed(store)[0], at)

    assert words() == ["signed out"]
    keep_signed_in(store, 1, SignInWay.DEVICE, SignedIn("anna@contoso.com", later))
    assert words() == ["anna@contoso.com", "MFA not known yet", "until 2027-11-22"]
    keep_mfa(store, 1, True)
    keep_mfa(store, 1, None)
    assert words()[1] == "MFA yes"
    keep_mfa(store, 1, False)
    assert words()[1] == "MFA no"
    assert words(later) == ["sign-in ended"]
    keep_sign_in_ended(store, 1, NOW)
    assert words() == ["sign-in ended"]
    keep_renewed(store, 1, later)
    assert listed(store)[0].signed_in(NOW) is SignInState.HOLDS
    assert listed(store)[0].title == "contoso.com"
    keep_signed_in(store, 1, SignInWay.APP, SignedIn(CLIENT, None))
    assert words() == ["signed in as an application"]
    with store.reading() as session:
        assert len(session.exec(select(Change)).all()) == 1
    with pytest.raises(NotFoundError):
        keep_signed_out(store, 99)

"""Each cloud allows the relationship actions of its capability table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.database.store import Store
from partnerdesk.models.relationships.end import EndingRequest, plan_end, read_ending
from partnerdesk.models.relationships.entities import InvitationKind
from partnerdesk.models.relationships.invite import (
    InvitationRequest,
    plan_invite,
    read_invitation_context,
)
from partnerdesk.models.relationships.partners import plan_add_partner, plan_name_reseller
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.clouds import Capability, Cloud, Rule, Support
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import ALL_CLOUDS, NOW, TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_book
from tests.support.forms import account_in
from tests.support.relations import LINK, WHO, add_customer, codes, customer_of, name_accounts

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan

CLOUDS = ALL_CLOUDS


@pytest.fixture
def book(tmp_path: Path) -> Store:
    store = Store(empty_book(SqliteFile(tmp_path / "book.db")))
    store.open(list(CLOUDS))
    name_accounts(store, kind=PartnerKind.INDIRECT_PROVIDER)
    return store


def support(cloud: str, capability: Capability) -> Support:
    """Return a cell of the built-in capability table."""
    return settings.load().all_clouds()[cloud].allows(capability).support


def invitation(store: Store, account: Account, **wish: object) -> Plan:
    said = InvitationRequest(**(WHO | {"link": LINK} | wish))  # type: ignore[arg-type]
    return plan_invite(
        account, said, read_invitation_context(store, account.id, said), by(TESTER, NOW)
    )


def corrected(account: Account, capability: Capability, cell: Support) -> Account:
    """Return the account with one cell of its cloud's capability table replaced."""
    rules = {**account.cloud.rules, capability: Rule(cell, "mine.md")}
    return replace(account, cloud=replace(account.cloud, rules=rules))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_letter_needs_the_invitation_link_of_the_cloud(book: Store, cloud: str) -> None:
    account = account_in(book, cloud)
    cell = support(cloud, Capability.INVITATION_URL)
    plan = invitation(book, account)
    assert ("invitation.no-link" in codes(plan, refusing=True)) == (cell is Support.NO)
    recorded = invitation(book, account, in_portal=True, link="")
    assert "invitation.no-link" not in codes(recorded)
    existing = support(cloud, Capability.INVITE_EXISTING)
    assert (recorded.verdict is Verdict.REFUSED) == (existing is Support.NO)
    assert ("invitation.cloud" in codes(recorded)) == (existing is not Support.YES)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_without_delegated_admin_only_where_the_cloud_gives_the_choice(
    book: Store, cloud: str
) -> None:
    account = account_in(book, cloud)
    cell = support(cloud, Capability.INVITE_WITHOUT_DELEGATED_ADMIN)
    plan = invitation(book, account, delegated_admin=False, in_portal=True)
    said = codes(plan, refusing=cell is Support.NO)
    assert ("invitation.delegated-admin" in said) == (cell is not Support.YES)
    with_it = invitation(book, account, delegated_admin=True, in_portal=True)
    assert "invitation.delegated-admin" not in codes(with_it)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_indirect_model_only_where_the_cloud_has_it(book: Store, cloud: str) -> None:
    account = account_in(book, cloud)
    cell = support(cloud, Capability.INDIRECT_MODEL)
    refused = cell is Support.NO
    combined = invitation(book, account, kind=InvitationKind.COMBINED, in_portal=True)
    assert ("invitation.combined" in codes(combined, refusing=True)) == refused
    partner = plan_add_partner(account, {"name": "Nimbus"}, (), by(TESTER, NOW))
    assert (partner.verdict is Verdict.REFUSED) == refused
    assert ("partner.cloud" in codes(partner)) == (cell is not Support.YES)
    customer = customer_of(book, add_customer(book, "Contoso", "contoso", cloud))
    named = plan_name_reseller(account, customer, "", (), by(TESTER, NOW))
    assert (named.verdict is Verdict.REFUSED) == refused


@pytest.mark.parametrize("kind", PartnerKind)
@pytest.mark.parametrize("connected", [False, True], ids=["by-hand", "connected"])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_ending_is_recorded_anywhere_and_called_only_where_there_is_the_call(
    book: Store, cloud: str, connected: bool, kind: PartnerKind
) -> None:
    id = add_customer(book, "Contoso", "contoso", cloud, microsoft_id=f"{1:08d}-0000-4000-a000-0")
    account = replace(account_in(book, cloud), connected=connected, kind=kind)
    plan = plan_end(account, read_ending(book, id), EndingRequest("sold"), by(TESTER, NOW))
    missing = support(cloud, Capability.REMOVE_RELATIONSHIP) is Support.NO
    may = kind is not PartnerKind.INDIRECT_RESELLER
    refused = connected and (missing or not may)
    assert (plan.verdict is Verdict.REFUSED) == refused
    assert ("end.no-call" in codes(plan)) == missing
    assert bool(plan.steps) == (not refused)
    calls = [(call.operation, call.arguments) for call in plan.calls]
    whom = {"microsoft_id": customer_of(book, id).microsoft_id}
    wanted = [(Operation.REMOVE_RESELLER_RELATIONSHIP, whom)]
    assert calls == (wanted if connected and not refused else [])
    assert plan.take_back.possible == (not connected)


@pytest.mark.parametrize("cell", Support)
def test_a_cell_that_the_partner_corrects_decides(book: Store, cell: Support) -> None:
    account = corrected(account_in(book, "us-gov"), Capability.INVITATION_URL, cell)
    plan = invitation(book, account)
    assert ("invitation.no-link" in codes(plan)) == (cell is Support.NO)
    home = corrected(account_in(book), Capability.INDIRECT_MODEL, cell)
    partner = plan_add_partner(home, {"name": "Nimbus"}, (), by(TESTER, NOW))
    assert (partner.verdict is Verdict.REFUSED) == (cell is Support.NO)
    assert ("mine.md" in {reason.source for reason in partner.reasons}) == (cell is not Support.YES)


def test_every_cloud_says_why_in_words() -> None:
    for cloud in settings.load().all_clouds().values():
        assert isinstance(cloud, Cloud)
        for capability in (Capability.INVITATION_URL, Capability.INDIRECT_MODEL,
                           Capability.REMOVE_RELATIONSHIP):  # fmt: skip
            permission = cloud.allows(capability)
            assert bool(permission.reason) == (permission.support is not Support.YES)

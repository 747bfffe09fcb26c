"""What the header and the cloud selector say of accounts that are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.connect import ConnectRequest, plan_connect_account
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.accounts.sign_ins import keep_mfa, keep_signed_in
from partnerdesk.models.accounts.signing_in import SignedIn
from partnerdesk.models.core import paths
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.tui.widgets.header import DeskHeader
from tests.support.books import NOW, TESTER, cloud_called
from tests.support.console import Console, running
from tests.support.desks import desk_over
from tests.support.edits import by
from tests.support.empty_book import empty_store
from tests.support.signing_in import CLIENT, TENANT

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.database.store import Store

OTHER = "58880e09-98af-457e-9960-deb46d84e6bd"
LATER = NOW.replace(year=2027)


def book(folder: Path, *tenants: str, name: str = "Contoso") -> Store:
    """Return a book whose accounts of the global cloud are connected."""
    store = empty_store(folder / "book.db")
    for tenant in tenants:
        with store.reading() as session:
            accounts = [session.get(PartnerAccount, id) for id in (1, 2, 3, 4)]
        known = [account for account in accounts if account is not None]
        wanted = ConnectRequest(tenant, CLIENT, name=name)
        plan = plan_connect_account(known, cloud_called("global"), wanted, by(TESTER, NOW))
        carry_out(store, plan)
    return store


def header(console: Console) -> str:
    return str(console.screen.query_one(DeskHeader).render().plain)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (160, "Partner Center · Contoso · anna@contoso.com · MFA yes · until 2027-11-22"),
        (110, " anna@contoso.com · MFA yes · until 2027-11-22"),
        (80, " anna@contoso.com · MFA yes "),
        (70, "Contoso · MFA yes"),
        (60, " Contoso "),
    ],
)
async def test_the_header_says_who_is_signed_in_as_far_as_there_is_room(
    tmp_path: Path, columns: int, said: str
) -> None:
    store = book(tmp_path, TENANT)
    keep_signed_in(store, 1, SignInWay.DEVICE, SignedIn("anna@contoso.com", LATER))
    keep_mfa(store, 1, True)
    async with running(desk_over(store), size=(columns, 24)) as console:
        assert said in header(console), header(console)
        assert "signed out" not in header(console)


async def test_in_a_shared_book_the_header_says_who_is_signed_in_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = book(tmp_path, TENANT)
    keep_signed_in(store, 1, SignInWay.DEVICE, SignedIn("anna@contoso.com", LATER))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(paths, "tokens_folder", lambda: tmp_path / "tokens-of-boris")
        async with running(desk_over(store), size=(120, 24)) as console:
            assert "anna" not in header(console)
            assert "signed out" in header(console)
            keep_signed_in(store, 1, SignInWay.DEVICE, SignedIn("boris@contoso.com", LATER))
            await console.app.book_changed()
            assert "boris@contoso.com" in header(console)
    async with running(desk_over(store), size=(120, 24)) as console:
        assert "anna@contoso.com" in header(console)


async def test_a_missing_sign_in_is_two_words(tmp_path: Path) -> None:
    store = book(tmp_path, TENANT)
    async with running(desk_over(store), size=(80, 24)) as console:
        assert "signed out" in header(console)
    async with running(desk_over(store, cloud="germany"), size=(80, 24)) as console:
        assert "signed out" not in header(console), "that account is kept by hand"
        await console.press("f9")
        assert "kept by hand" in console.said


async def test_two_accounts_of_a_cloud_are_chosen_apart(tmp_path: Path) -> None:
    store = book(tmp_path, TENANT, OTHER)
    async with running(desk_over(store), size=(120, 30)) as console:
        assert "2 accounts" in header(console)
        await console.press("g", "c", "n")
        assert "Several accounts of one cloud" in console.said
        await console.press("c")
        await console.type("(4)")
        await console.press("enter")
        assert "Contoso (4)" in header(console)


async def test_read_only_signs_nobody_in(tmp_path: Path) -> None:
    store = book(tmp_path, TENANT)
    async with running(desk_over(store, read_only=True), size=(80, 24)) as console:
        await console.press("f9")
        assert "Read-only" in console.said

"""What waits for Partner Center is sent beside the screens; a first password is shown once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.waiting_calls import open_calls, read_call
from partnerdesk.models.customers.drafts import begin_draft, save_draft
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.fetch_link import stored_link
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.partnercenter.sending.sender import send_waiting
from partnerdesk.screens.relationships.end import EndRelationshipScreen
from partnerdesk.screens.shared.first_admin_dialog import FirstAdminDialog
from partnerdesk.tui.widgets.form_page import FormPage
from tests.support.books import NOW, TESTER
from tests.support.console import running
from tests.support.edits import by, set_tags
from tests.support.empty_book import empty_store
from tests.support.forms import AMERICA, account_in, add, form
from tests.support.small_center import LINK, PASSWORD, SmallCenter, client_of, connect_account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from partnerdesk.models.database.store import Store
    from tests.support.console import Console


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty book whose global account is connected."""
    store = empty_store(tmp_path / "book.db")
    connect_account(store, account_in(store).id)
    return store


@pytest.fixture
def center(monkeypatch: pytest.MonkeyPatch) -> SmallCenter:
    """Return a service that the console reaches instead of Microsoft's."""
    center = SmallCenter()

    @contextmanager
    def reached(store: Store, *_given: Any, **_named: Any) -> Iterator[Any]:
        yield client_of(center, account_in(store))

    monkeypatch.setattr("partnerdesk.partnercenter.account_client.account_client", reached)
    return center


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def desk_over(store: Store, clock: Clock) -> AppSession:
    return AppSession(settings.load(), store, clock=clock, wanted_cloud="global")


def loses(console: Console) -> bool:
    """Return whether leaving the console would lose something."""
    return console.app.would_be_lost is not None


def is_kept(secret: str, folder: Path) -> bool:
    """Return whether a file below a folder holds a text."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return any(secret.encode() in file.read_bytes() for file in files)


async def test_a_new_customer_is_sent_and_its_password_shown_until_dismissed(
    store: Store, center: SmallCenter, tmp_path: Path
) -> None:
    assert not center.customers
    add(store, **AMERICA)
    async with running(desk_over(store, Clock())) as console:
        await console.wait_until(lambda: isinstance(console.app.screen, FirstAdminDialog))
        dialog = console.app.screen
        text = "\n".join(str(part.render()) for part in dialog.query("Static"))
        assert PASSWORD in text
        await console.press("y")
        assert console.app.clipboard == PASSWORD
        await console.press("Y")
        assert console.app.clipboard == "admin@oliveira.onmicrosoft.com"
        await console.press("j", "enter", "escape")
        assert console.app.screen is dialog
        assert loses(console)
        await console.press("escape")
        assert console.app.screen is not dialog
        assert not loses(console)
    assert read_call(store, 1).state is CallState.CONFIRMED
    assert not is_kept(PASSWORD, tmp_path)


async def test_offline_it_waits_and_is_sent_when_the_network_is_back(
    store: Store, center: SmallCenter
) -> None:
    center.is_offline = True
    clock = Clock()
    add(store, **AMERICA)
    async with running(desk_over(store, clock)) as console:
        await console.wait_until(lambda: read_call(store, 1).attempts == 1)
        await console.app.look()
        await console.settle()
        assert "sent later" in console.said
        assert not center.customers
        center.is_offline = False
        await console.app.look()
        await console.settle()
        assert [call.state for call in open_calls(store, [account_in(store).id])] == ["waiting"]
        clock.now += timedelta(seconds=16)
        await console.app.look()
        await console.wait_until(lambda: read_call(store, 1).state is CallState.CONFIRMED)
    assert len(center.customers) == 1


async def test_a_taken_domain_is_told_while_the_form_is_filled(
    store: Store, center: SmallCenter
) -> None:
    center.foreign_domains.add("oliveira.onmicrosoft.com")
    account = account_in(store)
    draft = begin_draft(account.id, by(TESTER, NOW))
    save_draft(store, draft, form(AMERICA), "domain_prefix", NOW)
    async with running(desk_over(store, Clock())) as console:
        await console.wait_until(lambda: bool(console.app.desk.accounts))
        await console.app.show("add-customer", draft)

        def seen() -> str:
            lines = console.screen.query_one(FormPage).lines
            return "\n".join(lines.render_line(y).text for y in range(lines.size.height))

        await console.wait_until(lambda: "is taken" in seen())
        asked = [path for method, path, _status in center.log if method == "HEAD"]
        assert asked == ["/v1/domains/oliveira.onmicrosoft.com"]
        addresses = [path for _method, path, _status in center.log if "validations" in path]
        assert len(addresses) == 1


async def test_a_conflict_is_settled_on_the_page_of_the_change(
    store: Store, center: SmallCenter
) -> None:
    id = add(store, **AMERICA)
    send_waiting(store, client_of(center, account_in(store)), TESTER, lambda: NOW)
    (tenant,) = center.customers
    page = read_customer(store, id)
    values = form_values(page) | {FormField.CITY: "Seattle"}
    plan = plan_edit_customer(page, account_in(store), values, by(TESTER, NOW))
    change = carry_out(store, plan).change_id or 0
    center.edit(tenant, city="Tacoma")
    async with running(desk_over(store, Clock())) as console:
        await console.wait_until(lambda: read_call(store, 2).state is CallState.CONFLICT)
        await console.app.show("change", change)
        text = "\n".join(console.lines())
        assert "ours Seattle, theirs Tacoma, before Redmond" in text
        await console.press("s", "o")
        await console.wait_until(lambda: read_call(store, 2).state is CallState.CONFIRMED)
    assert center.profiles[tenant]["defaultAddress"]["city"] == "Seattle"


async def test_the_checklist_of_an_ending_is_read_live(store: Store, center: SmallCenter) -> None:
    id = add(store, **AMERICA)
    send_waiting(store, client_of(center, account_in(store)), TESTER, lambda: NOW)
    (tenant,) = center.customers
    center.subscriptions[tenant] = [{"id": "1", "offerName": "M365", "status": "active"}]
    async with running(desk_over(store, Clock())) as console:
        await console.wait_until(lambda: bool(console.app.desk.accounts))
        await console.app.show("end-relationship", id)
        screen = console.screen
        assert isinstance(screen, EndRelationshipScreen)
        await console.wait_until(lambda: screen.typed.get("subscriptions") == "active")
        assert not screen.typed.get("reservations")


async def test_the_form_fetches_the_link_of_the_account(store: Store, center: SmallCenter) -> None:
    assert not center.log
    async with running(desk_over(store, Clock())) as console:
        await console.wait_until(lambda: bool(console.app.desk.accounts))
        await console.app.show("invite")
        await console.wait_until(lambda: stored_link(store, account_in(store).id) == LINK)
        await console.press("escape", "g", "h")
        kinds = "\n".join(console.lines())
        assert "Invitation link" in kinds
        assert "Account changed" not in kinds
    assert [path for _method, path, _status in center.log] == [
        "/v1/customers/relationshiprequests"
    ]  # fmt: skip


async def test_the_keys_of_a_change_are_those_that_do_something(
    store: Store, center: SmallCenter
) -> None:
    def offered() -> str:
        return str(console.screen.key_bar.render())

    id = add(store, **AMERICA)
    center.is_offline = True
    async with running(desk_over(store, Clock())) as console:
        await console.wait_until(lambda: read_call(store, 1).attempts == 1)
        await console.app.show("change", 1)
        assert "Send again" in offered()
        assert "Customer" in offered()
        assert "Row" not in offered()
        await console.press("escape")
        version = read_customer(store, id).customer.version
        tagged = set_tags(store, id, ["gold"], version=version, actor=TESTER, at=NOW)
        await console.app.show("change", tagged.change_id)
        assert "Send again" not in offered()
        assert "Copy" in offered()

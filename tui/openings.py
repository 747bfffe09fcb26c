"""How the app opens its further screens: what each one needs is read first, beside the loop."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _
from partnerdesk.tui.steady_app import SteadyApp
from partnerdesk.tui.themes import ANSI

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
    from pathlib import Path

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.customers.drafts import CustomerDraft
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.lists.saved_views import Chosen
    from partnerdesk.models.lists.spec import ListSpec, RowKey
    from partnerdesk.models.operations.bulk import RunWish
    from partnerdesk.models.relationships.end import Ending
    from partnerdesk.models.relationships.sent_letters import SentLetter
    from partnerdesk.models.resources import Resource
    from partnerdesk.models.session import Desk, DeskState
    from partnerdesk.tui.widgets.desk_screen import DeskScreen

TAB_SCREENS = {
    "invitations": ("partnerdesk.screens.relationships.invitations.list", "InvitationsScreen"),
    "partners": ("partnerdesk.screens.relationships.partners.list", "PartnersScreen"),
    "delegated-admin": (
        "partnerdesk.screens.relationships.delegated_admin.list",
        "DelegatedAdminScreen",
    ),
    "ended": ("partnerdesk.screens.relationships.ended", "EndedScreen"),
}
"""The tabs of the relationship manager, each a screen of its own."""


class Openings(SteadyApp):
    """The part of the app that opens screens for others, as `tui/widgets/shell.py` says."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.clock, terminal_palette=desk.settings.theme == ANSI.name)
        self.desk = desk
        self.imported = asyncio.Event()
        """Whether what the pages of customers need is imported: two threads that import parts of
        one library at once can each get it half-made."""

    async def _open(self, screen: DeskScreen, seen: DeskState | None = None) -> None:
        """Show a screen above what is open; `seen` is the state of the book that it shows."""
        if seen is not None:
            screen.shown_state = seen
        await self.push_screen(screen)
        await self.settled()
        self.give_back(screen)

    async def open_customer(self, key: RowKey) -> None:
        """Show one customer."""
        await self.imported.wait()
        from partnerdesk.models.pages.customer import read_whole_customer
        from partnerdesk.screens.customers.page import CustomerScreen

        store, seen = self.desk.store, self.desk.state
        page = await self.desk.reader.aside(lambda: read_whole_customer(store, key))
        await self._open(CustomerScreen(self.desk, page), seen)

    async def open_change(self, key: RowKey) -> None:
        """Show one entry of the history."""
        await self.imported.wait()
        from partnerdesk.models.pages.change import read_change
        from partnerdesk.screens.changes.page import ChangeScreen

        store, seen = self.desk.store, self.desk.state
        page = await self.desk.reader.aside(lambda: read_change(store, key))
        await self._open(ChangeScreen(self.desk, page), seen)

    async def review(
        self,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]],
        conflict: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Show a plan; `done` is called when it was carried out, `conflict` where it could not."""
        from partnerdesk.screens.changes.plan import PlanScreen

        await self._open(PlanScreen(self.desk, plan, done, conflict))

    async def edit_customer(self, page: CustomerPage, field: str = "") -> None:
        """Show the form with what the book has of a customer, the cursor in `field`."""
        await self.imported.wait()
        from partnerdesk.screens.customers.edit import EditCustomerScreen

        account = self._account(page.customer.account_id)
        await self._open(EditCustomerScreen(self.desk, account, page, field))

    def _account(self, id: int) -> Account:
        for account in self.desk.accounts:
            if account.id == id:
                return account
        raise NotFoundError(
            _("The cloud of this customer is not turned on."),
            _("Turn it on in your settings; `partnerdesk info` names the file."),
        )

    async def open_guide(self, resource: Resource) -> None:
        """Show a guide."""
        from partnerdesk.screens.resources.guide import GuideScreen

        await self._open(GuideScreen(self.desk, resource))

    async def add_customer(self) -> None:
        """Offer the drafts there are, or an empty form for a new customer."""
        await self.imported.wait()
        from partnerdesk.models.customers.drafts import read_drafts
        from partnerdesk.screens.customers.drafts import DraftsScreen

        store, accounts = self.desk.store, [account.id for account in self.desk.accounts]
        drafts = await self.desk.reader.aside(lambda: read_drafts(store, accounts))
        if drafts:
            await self._open(DraftsScreen(self.desk, drafts))
        else:
            await self.fill_in(None)

    async def fill_in(self, draft: CustomerDraft | None) -> None:
        """Show the form with a draft, or an empty one in the chosen account."""
        await self.imported.wait()
        from partnerdesk.models.customers.drafts import begin_draft
        from partnerdesk.screens.customers.add import AddCustomerScreen

        if draft is None:
            account = self.desk.scope.account if self.desk.scope else None
            if account is None:
                return
            draft = begin_draft(account.id, self.desk.by())
        account = self._account(draft.account_id)
        await self._open(AddCustomerScreen(self.desk, account, draft))

    async def open_import(self, path: Path) -> None:
        """Show what a file would change."""
        await self.imported.wait()
        from partnerdesk.screens.files.import_ import ImportScreen

        scope = self.desk.scope
        if scope is not None and scope.account is not None:
            await self._open(ImportScreen(self.desk, scope.account, path))

    async def choose_columns(
        self,
        spec: ListSpec,
        chosen: Chosen,
        widths: Mapping[str, int],
        hidden: Container[str],
        done: Callable[[Chosen | None], Awaitable[None]],
    ) -> None:
        """Show all columns of a list to choose from."""
        from partnerdesk.screens.shared.columns_dialog import ColumnsDialog

        await self.ask_dialog(ColumnsDialog(spec, chosen, widths, hidden), done)

    # The relationship manager

    async def open_tab(self, name: str) -> None:
        """Show another tab of the relationship manager in the place of this one."""
        module, screen = TAB_SCREENS[name]
        if not isinstance(self.screen, getattr(import_module(module), screen)):
            await self.switch_screen(getattr(import_module(module), screen)(self.desk))
            await self.settled()

    async def open_customers(self, filter_text: str) -> None:
        """Show the customers that a filter finds, above what is open."""
        from partnerdesk.models.lists.list_state import View
        from partnerdesk.screens.customers.list import CustomersScreen

        scope = self.desk.scope
        if scope is not None:
            self.desk.remembered.keep_view(scope.key, "customers", View(filter=filter_text))
            await self._open(CustomersScreen(self.desk))

    async def invite(self, customer_id: RowKey | None = None) -> None:
        """Show the form that invites a customer, or a company that is not in the book."""
        await self.imported.wait()
        from partnerdesk.models.customers.page import read_customer
        from partnerdesk.screens.relationships.invitations.invite import InviteScreen

        page, store = None, self.desk.store
        if customer_id is not None:
            id = customer_id
            page = await self.desk.reader.aside(lambda: read_customer(store, id))
            account = self._account(page.customer.account_id)
        else:
            account = self._own_account()
        await self._open(InviteScreen(self.desk, account, page))

    async def open_letter(self, invitation_id: RowKey) -> None:
        """Show an invitation's letter: the one to send, or the reminder."""
        await self.imported.wait()
        from partnerdesk.models.relationships.invitation import read_case
        from partnerdesk.screens.relationships.invitations.page import InvitationScreen

        store, seen = self.desk.store, self.desk.state
        case = await self.desk.reader.aside(lambda: read_case(store, invitation_id))
        await self._open(InvitationScreen(self.desk, case), seen)

    async def open_sent_letter(self, company: str, sent: SentLetter) -> None:
        """Show a letter that went out, one whose text is kept."""
        from partnerdesk.screens.relationships.letters.sent_letter import SentLetterScreen

        if sent.letter is not None:
            await self.push_screen(SentLetterScreen(self.desk, company, sent, sent.letter))

    async def open_notice(self, ending: Ending) -> None:
        """Show the letter that tells a customer of the end."""
        from partnerdesk.screens.relationships.letters.notice import NoticeScreen

        await self._open(NoticeScreen(self.desk, ending))

    async def invite_many(self, keys: Sequence[RowKey], account_id: int, hidden: str) -> None:
        """Ask what is the same for the invitations of several customers, and plan them.

        `hidden` says in words how many of them the list does not show.
        """
        await self.imported.wait()
        from partnerdesk.models.customers.page import read_customer
        from partnerdesk.screens.relationships.invitations.invite import InviteManyScreen

        store, account = self.desk.store, self._account(account_id)
        first = await self.desk.reader.aside(lambda: read_customer(store, keys[0]))
        await self._open(InviteManyScreen(self.desk, account, first, keys, hidden))

    async def end_relationship(self, customer_id: RowKey) -> None:
        """Show what has to be settled before the relationship with a customer is ended."""
        await self.imported.wait()
        from partnerdesk.models.relationships.end import read_ending
        from partnerdesk.screens.relationships.end import EndRelationshipScreen

        store = self.desk.store
        ending = await self.desk.reader.aside(lambda: read_ending(store, customer_id))
        account = self._account(ending.customer.account_id)
        await self._open(EndRelationshipScreen(self.desk, account, ending))

    async def open_partner_form(self, partner_id: RowKey | None = None) -> None:
        """Show the form for an indirect provider or reseller: a new one, or one that is kept."""
        await self.imported.wait()
        from partnerdesk.models.relationships.partners import read_partner
        from partnerdesk.screens.relationships.partners.form import PartnerFormScreen

        if partner_id is None:
            await self._open(PartnerFormScreen(self.desk, self._own_account(), None))
            return
        store, id = self.desk.store, partner_id
        partner, account = await self.desk.reader.aside(lambda: read_partner(store, id))
        own = self._account(account.id or 0)
        await self._open(PartnerFormScreen(self.desk, own, partner))

    async def open_delegation_form(
        self, delegation_id: RowKey | None = None, customer_id: RowKey | None = None
    ) -> None:
        """Show the form for a delegated-admin relationship: a new one, or one that is kept."""
        await self.imported.wait()
        from partnerdesk.models.customers.page import read_customer
        from partnerdesk.models.relationships.delegated_admin import read_delegation
        from partnerdesk.screens.relationships.delegated_admin.form import DelegationFormScreen

        store, kept, account, domain = self.desk.store, None, None, ""
        if delegation_id is not None:
            id = delegation_id
            kept = await self.desk.reader.aside(lambda: read_delegation(store, id))
            account = self._account(kept.relationship.account_id)
        elif customer_id is not None:
            of = customer_id
            page = await self.desk.reader.aside(lambda: read_customer(store, of))
            account = self._account(page.customer.account_id)
            domain = page.customer.primary_domain or page.customer.microsoft_id or ""
        account = account or self._own_account()
        await self._open(DelegationFormScreen(self.desk, account, kept, domain))

    async def open_run(self, wish: RunWish, keys: Sequence[RowKey], account_id: int) -> None:
        """Plan the same change to many records, and show what it will do to each."""
        await self.imported.wait()
        from partnerdesk.models.operations.bulk import plan_run
        from partnerdesk.screens.changes.run import RunScreen

        desk, account = self.desk, self._account(account_id)
        planned = await desk.reader.aside(
            lambda: plan_run(desk.store, account, wish, keys, desk.by())
        )
        await self._open(RunScreen(desk, account, planned))

    async def resume_run(self, run_id: int) -> None:
        """Show a run that was cut off, to go on with it."""
        await self.imported.wait()
        from partnerdesk.models.operations.bulk import read_run
        from partnerdesk.screens.changes.run import RunScreen

        store = self.desk.store
        view = await self.desk.reader.aside(lambda: read_run(store, run_id))
        await self._open(RunScreen(self.desk, self._account(view.account_id), view))

    async def send_letters(self, change_id: int | None = None) -> str:
        """Hand the letters that wait to the mail server; return what came of it, in words."""
        from partnerdesk.mailing.outbox import send_waiting

        desk = self.desk
        sent = await asyncio.to_thread(
            send_waiting, desk.store, desk.settings.mail, desk.clock, change_id
        )
        return sent.text

    def _own_account(self) -> Account:
        """Return the account that is worked in.

        Raises:
            NotFoundError: all clouds are shown.
        """
        account = self.desk.scope.account if self.desk.scope else None
        if account is None:
            raise NotFoundError(self.desk.why_no_change())
        return account

"""What the app does with Partner Center beside its screens: sync, sending, sign-in, questions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.languages import _
from partnerdesk.models.settings.themes import ANSI
from partnerdesk.tui.base_app import BaseApp
from partnerdesk.tui.checking import FormChecks
from partnerdesk.tui.demo_rehearsal import DemoRehearsal
from partnerdesk.tui.sending import BackgroundSending
from partnerdesk.tui.syncing import BackgroundSync
from partnerdesk.tui.widgets.app_screen import AppScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.accounts.signing_in import WatchedSignIn
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.jobs import Job


class PartnerCenterApp(BaseApp):
    """An app over an open book that reaches Partner Center beside its screens."""

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk.clock, terminal_palette=desk.settings.theme == ANSI)
        self.desk = desk
        self.rehearsal = DemoRehearsal(self, desk, self.ready, self.look)
        self.sending = BackgroundSending(self, desk, self.reachable, self.look)
        self.syncing = BackgroundSync(self, desk, self.reachable, self.look)
        self._checks = FormChecks(desk)

    # Implemented by subclasses

    async def ready(self) -> None:
        """Wait until the modules that plans and pages need are imported."""
        raise NotImplementedError

    async def look(self) -> None:
        """Check whether the book was changed."""
        raise NotImplementedError

    async def show(self, name: str, *given: Any, **named: Any) -> None:
        """Push the screen called `name`; its `load` takes the further arguments."""
        raise NotImplementedError

    # Beside the screens

    async def reachable(self) -> None:
        """Wait until calls can be made: those of the demo book go to a rehearsal that starts."""
        await self.ready()
        await self.rehearsal.settled.wait()

    def keep_up(self) -> None:
        """Do what a change of the book calls for."""
        self.sending.wake()
        self.rehearsal.wake()
        self._note_open_customers()

    def stop_calls(self) -> None:
        """Stop what goes on, without waiting: the console is being left."""
        self.sending.leave()
        self.syncing.leave()
        self.rehearsal.leave()

    @property
    def would_be_lost(self) -> Job | None:
        """A job that leaving would cut off, or a password that only this console knows."""
        return super().would_be_lost or self.sending.would_be_lost

    def _note_open_customers(self) -> None:
        """Let a sync that goes on know which customers are open on the screen on top."""
        if self.syncing.is_running:
            top = self.screen_stack[-1]
            self.syncing.show(top.open_customers() if isinstance(top, AppScreen) else ())

    # Sync

    def sync(self) -> str:
        """Begin to sync the chosen account, or all connected ones; return what is to be said."""
        accounts = self.desk.scope.accounts if self.desk.scope else ()
        connected = [account for account in accounts if account.connected]
        rehearses = self.rehearsal.is_for(accounts)
        if not connected and not rehearses:
            return ""
        if self.desk.settings.read_only:
            return _("Read again. In read-only mode nothing is read from Partner Center.")
        if rehearses and not self.rehearsal.settled.is_set():
            self.rehearsal.when_served(self.sync)
            return _("Read again; the rehearsal is still starting, and the sync follows.")
        if not connected:
            return _("Read again. There is no rehearsal to read customers from.")
        self.sending.try_again()
        if self.syncing.is_running:
            return self._sync_goes_on(connected)
        self.syncing.begin(connected)
        self._note_open_customers()
        return _("Read again; the sync with Partner Center has begun.")

    def _sync_goes_on(self, accounts: Sequence[Account]) -> str:
        troubles = (self.desk.trouble_words(account.id) for account in accounts)
        trouble = next(filter(None, troubles), "")
        if trouble:
            return _("Read again; the sync tries on: {trouble}.").format(trouble=trouble)
        return _("Read again; the sync with Partner Center goes on.")

    # Sign-in

    async def sign_in(self, account_id: int = 0) -> None:
        """Open the sign-in of an account; 0 for the chosen one."""
        account = self.desk.account_of(account_id) if account_id else self.desk.own_account()
        await self.show("sign-in", account)

    async def begin_sign_in(self, account_id: int, way: SignInWay) -> WatchedSignIn:
        """Begin to sign in to an account."""
        from partnerdesk.tui.connection import begin_sign_in

        await self.reachable()
        attempt = await begin_sign_in(self.desk, account_id, way)
        if way is SignInWay.DEVICE and self.rehearsal.is_for([self.desk.account_of(account_id)]):
            self.start(partial(self.rehearsal.approve, attempt), goes_on=True)
        return attempt

    # Questions of a form

    async def check_online(
        self, account_id: int, domain: str, address: Mapping[str, str]
    ) -> tuple[Reason, ...]:
        """Return what Partner Center says of the domain and address of a form."""
        await self.ready()
        return await self._checks.check(account_id, domain, address)

    async def read_obstacles(self, account_id: int, microsoft_id: str) -> Mapping[str, str]:
        """Return what Partner Center knows of the checklist of an ending, by its points."""
        await self.ready()
        return await self._checks.obstacles(account_id, microsoft_id)

    async def fetch_link(self, account_id: int) -> str:
        """Return the invitation link of an account, fetched now if it has none."""
        await self.ready()
        return await self._checks.link(self.desk.account_of(account_id))

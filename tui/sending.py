"""Sends what waits for Partner Center beside the screens, in a thread of its own.

Sending begins when something in the book changed, and again after a while where Partner Center was
not reached. It ends with the console; a call that is cut off is looked up by whoever sends next.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError, ExitCode
from partnerdesk.models.database.reader import Reader
from partnerdesk.models.languages import _
from partnerdesk.tui.jobs import Job
from partnerdesk.tui.widgets.app_screen import AppScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.session import AppSession
    from partnerdesk.partnercenter.access import Heard
    from partnerdesk.partnercenter.sending.results import FirstAdmin, Sending
    from partnerdesk.tui.base_app import BaseApp

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=5)
"""How long to wait after Partner Center was not reached; it doubles each time."""
PATIENCE = 10.0
"""Seconds that a call may spend between its attempts: what takes longer is tried again later."""


class BackgroundSending:
    """The sending of this console, one account after the other."""

    def __init__(
        self,
        app: BaseApp,
        desk: AppSession,
        ready: Callable[[], Awaitable[None]],
        look: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what sending needs of the console.

        Args:
            app: works beside the screens, and says what became of the calls.
            desk: the open book.
            ready: waits until imports no longer stand in the way.
            look: shows what was written.
        """
        self._app = app
        self._desk = desk
        self._ready = ready
        self._look = look
        self._is_running = False
        self._is_leaving = False
        self._sent_pulse: tuple[int, ...] = ()
        """The state of the book for which sending was begun last."""
        self._again_at: datetime | None = None
        """When to try again without a change of the book; None if nothing waits for that."""
        self._wait = FIRST_WAIT
        self._last_trouble = ""
        """The last trouble that was said, so that it is not said again each time."""
        self._said_trouble = ""
        """That trouble in all its words, which are taken back once a call gets through."""
        self._admins: list[FirstAdmin] = []
        """Credentials that the person has not dismissed yet; kept nowhere else."""
        self._leaving_loss: Job | None = None

    def wake(self) -> None:
        """Begin to send if something changed or it is time; called at each look at the book."""
        self._show_admins()
        desk = self._desk
        if self._is_running or self._is_leaving or desk.settings.read_only:
            return
        is_time = self._again_at is not None and desk.clock() >= self._again_at
        if desk.pulse == self._sent_pulse and not is_time:
            return
        self._sent_pulse, self._again_at = desk.pulse, None
        accounts = [account.id for account in desk.accounts if account.connected]
        if accounts:
            self._is_running = True
            self._app.start(partial(self._send_waiting, accounts))

    def try_again(self) -> None:
        """Send what waits for its time now: a person wants to know whether it can be sent."""
        if self._again_at is not None:
            self._again_at = self._desk.clock()
            self._wait = FIRST_WAIT
        self.wake()

    def leave(self) -> None:
        """Stop before the next call, without waiting: the console is being left."""
        self._is_leaving = True

    @property
    def would_be_lost(self) -> Job | None:
        """The credentials that the person has not dismissed yet; None if there are none."""
        if not self._admins:
            return None
        if self._leaving_loss is None:
            self._leaving_loss = Job(
                keeps=_("A first password is not dismissed yet. ctrl+q again loses it.")
            )
        return self._leaving_loss

    async def _send_waiting(self, accounts: list[int]) -> None:
        reader = Reader(self._desk.store)
        try:
            await self._ready()
            while await self._send_once(reader, accounts):
                pass
        finally:
            reader.stop()
            self._is_running = False
        self._show_admins()

    async def _send_once(self, reader: Reader, accounts: list[int]) -> bool:
        """Send what waits; return whether something did, so that more may wait by now."""
        has_sent = False
        for account_id in accounts:
            if await reader.aside(partial(_waits, self._desk, account_id)):
                await self._send(reader, account_id)
                has_sent = True
        if has_sent:
            await self._look()
            # What sending itself wrote is no reason to send again.
            self._sent_pulse = self._desk.pulse
        return has_sent and self._again_at is None and not self._is_leaving

    async def _send(self, reader: Reader, account_id: int) -> None:
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.partnercenter.sending.account import send_account

        desk = self._desk
        work = partial(
            send_account,
            desk.store,
            desk.settings,
            account_id,
            Actor.present(),
            desk.clock,
            may_go_on=lambda: not self._is_leaving,
            patience=PATIENCE,
            heard=partial(self._heard, account_id),
        )
        busy = _("Something is being sent to Partner Center; a first password would be lost.")
        with self._app.busy(busy):
            try:
                sending = await reader.aside(work)
            except AppError as error:
                if error.exit_code is not ExitCode.OFFLINE:
                    raise
                self._later(account_id, error)
                return
        self._take(account_id, sending)

    def _heard(self, account_id: int, heard: Heard) -> None:
        """Note in the header's words whether Partner Center answers; runs in the sending thread."""
        from partnerdesk.partnercenter.troubles import trouble_of_attempt

        self._desk.note_sending(account_id, trouble_of_attempt(heard))

    def _take(self, account_id: int, sending: Sending) -> None:
        self._admins += sending.first_admins
        error = sending.error
        if error is not None and error.exit_code in (ExitCode.OFFLINE, ExitCode.BUSY):
            self._later(account_id, error)
            return
        self._app.unsay(self._said_trouble)
        self._wait, self._last_trouble, self._said_trouble = FIRST_WAIT, "", ""
        if sending.is_busy or any(sent.state == "sent" for sent in sending.calls):
            self._again_at = self._desk.clock() + FIRST_WAIT * 2
        if sending.calls:
            self._app.say(sending.text, error=error is not None)

    def _later(self, account_id: int, error: AppError) -> None:
        """Wait for a while, longer each time; say the same trouble once."""
        from partnerdesk.partnercenter.troubles import trouble_of

        self._desk.note_sending(account_id, trouble_of(error))
        self._again_at = self._desk.clock() + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)
        if error.message != self._last_trouble:
            self._last_trouble = error.message
            text = _("It waits in the outbox and is sent later. {reason}")
            self._said_trouble = text.format(reason=error)
            self._app.say(self._said_trouble, error=True)

    def _show_admins(self) -> None:
        """Show the first administrator of a new tenant, when no question is open."""
        screen = self._app.screen if self._app.screen_stack else None
        if not self._admins or not isinstance(screen, AppScreen) or screen.awaits_key:
            return
        if screen.prompt.is_open or self._is_leaving:
            return
        self._app.begin(screen, self._show_next_admin)

    async def _show_next_admin(self) -> None:
        from partnerdesk.screens.shared.first_admin_dialog import FirstAdminDialog

        if self._admins:
            admin = self._admins[0]
            dialog = FirstAdminDialog(admin.company, admin.user_name, admin.password)
            await self._app.ask_dialog(dialog, self._admin_shown)

    def _admin_shown(self, _answer: bool | None) -> None:
        del self._admins[0]
        self._show_admins()


def _waits(desk: AppSession, account_id: int) -> bool:
    from partnerdesk.models.changes.waiting_calls import next_call

    store: Store = desk.store
    return next_call(store, account_id, desk.clock()) is not None

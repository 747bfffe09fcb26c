"""The sign-in of an account: the code to type, the address to open, and the time left for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.accounts.accounts import SIGN_IN_WAY_TITLES, SignInWay
from partnerdesk.models.accounts.signing_in import SignInPhase
from partnerdesk.models.core.clock import date_text
from partnerdesk.models.core.errors import AppError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import BACK, SIGN_IN, Action
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.accounts.signing_in import SignInProgress, WatchedSignIn
    from partnerdesk.models.session import AppSession

WAYS = (("d", SignInWay.DEVICE), ("b", SignInWay.BROWSER), ("p", SignInWay.PASTE))
"""The ways in which a person signs in here, each with its key in the question."""
WHAT_TO_DO = {
    SignInWay.DEVICE: N_("Open this page in a browser on any machine, and type the code into it:"),
    SignInWay.BROWSER: N_("Sign in in the browser that has opened, or open this address in it:"),
    SignInWay.PASTE: N_(
        "Open this address in any browser and sign in. The browser ends on a page that cannot be "
        "shown, whose address begins with http://localhost: copy it, and paste it here with Enter."
    ),
}


class SignInScreen(PageScreen):
    """Shows a sign-in that goes on; leaving the screen cancels it."""

    NAME = "sign-in"
    CSS_PATH = "sign_in.tcss"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "sign-in.copy", "y", N_("Copy"), N_("Copy the code, the address or the command"), "y"
        ),
        Action(BACK.id, BACK.keys, N_("Cancel"), N_("Cancel the sign-in and go back"), "Esc"),
        Action(
            "sign-in.copy-address", "Y", N_("Copy address"), N_("Copy the address"), "Y", bar=False
        ),
        Action(
            "sign-in.paste",
            "enter,p",
            N_("Paste address"),
            N_("Paste the address at which the browser ended"),
            "Enter",
        ),
        Action(
            "sign-in.way",
            "w",
            N_("Other way"),
            N_("Sign in by a code, by the browser here, or by pasting an address"),
            "w",
        ),
        Action(
            SIGN_IN.id, SIGN_IN.keys, N_("Again"), N_("Begin the sign-in again"), "F9", changes=True
        ),
    )

    text = query_one(TextView)

    def __init__(self, desk: AppSession, account: Account) -> None:
        super().__init__(desk)
        self._account = account
        self._attempt: WatchedSignIn | None = None
        # Nobody knows the secret of the demo's rehearsal, which types a code by itself.
        is_rehearsed = desk.demo and account.way.is_by_secret
        self._way = SignInWay.DEVICE if is_rehearsed else account.way
        self._shown: SignInProgress | None = None
        """The progress that is shown, but for the time left."""

    @classmethod
    async def load(cls, desk: AppSession, *given: Any, **named: Any) -> Self:
        """Return the screen for an account.

        Raises:
            RefusedError: the account is kept by hand, or the console only looks.
        """
        account: Account = given[0]
        if reason := desk.why_no_change(own_account=True):
            raise RefusedError(reason)
        if not account.client_id:
            text = _("This account is kept by hand, so nobody signs in to it.")
            how = desk.command(f"accounts add --cloud {account.cloud.id} --tenant … --client-id …")
            raise RefusedError(text, _("Connect it first: {command}").format(command=how))
        return cls(desk, account, **named)

    def body(self) -> ComposeResult:
        """Build the texts."""
        with TextView():
            yield Static(self._title(), markup=False)
            yield Static(markup=False, id="what")
            yield Static(markup=False, id="address")
            yield Static(markup=False, id="code")
            yield Static(markup=False, id="left")
            yield Static(markup=False, id="remark")

    def _title(self) -> Content:
        cloud = self._account.cloud
        return Content.assemble(
            (_("Sign in to {cloud}").format(cloud=_(cloud.short_name)), "bold"),
            f" · {self._account.title}\n",
        )

    def on_mount(self) -> None:
        """Give the keys to the text, and begin."""
        self.focus_body()
        self.begin(SIGN_IN.id)

    def on_unmount(self) -> None:
        """Cancel the sign-in: nobody is there to see its end."""
        if self._attempt is not None:
            self._attempt.cancel()

    def focus_body(self) -> None:
        """Give the keys back to the text."""
        self.set_focus(self.text)

    # What goes on

    async def _begin(self, way: SignInWay) -> None:
        if self._attempt is not None:
            self._attempt.cancel()
        self._way, self._attempt, self._shown = way, None, None
        is_pasted = way in (SignInWay.BROWSER, SignInWay.PASTE)
        means = {"sign-in.paste": is_pasted, SIGN_IN.id: not way.is_by_secret}
        self.key_bar.leave_out(*(id for id, is_meant in means.items() if not is_meant))
        if way.is_by_secret:
            self._tell_by_secret()
            return
        self._text("what", _("Asking Microsoft's sign-in …"))
        for part in ("address", "code", "left", "remark"):
            self._text(part, "")
        self._attempt = await self.shell.begin_sign_in(self._account.id, way)
        self._follow(self._attempt)

    def _tell_by_secret(self) -> None:
        text = _("This account signs in by: {way}. Its secret is asked for by the command")
        self._text("what", text.format(way=_(SIGN_IN_WAY_TITLES[self._way])))
        self._text("address", self._command)
        for part in ("code", "left"):
            self._text(part, "")
        self._text("remark", _("y copies the command, w signs in as a person instead."))

    @property
    def _command(self) -> str:
        return self.desk.command(f"accounts sign-in --account {self._account.id}")

    def _follow(self, attempt: WatchedSignIn) -> None:
        """Wait for the next change, or second, beside the keys."""
        show, failed = partial(self._show, attempt), partial(self._show, attempt, attempt.progress)
        self.read(
            attempt.next_progress, show, lambda _error: failed(), group="sign-in", beside=True
        )

    def _show(self, attempt: WatchedSignIn, progress: SignInProgress) -> None:
        if attempt is not self._attempt:
            return
        if progress is not self._shown:
            self._shown = progress
            self._show_progress(progress)
        if progress.phase is SignInPhase.WAITING:
            self._text("left", self._time_left(progress.ends_at))
        if not progress.is_over:
            self._follow(attempt)

    def _show_progress(self, progress: SignInProgress) -> None:
        if progress.phase is SignInPhase.CONTACTING:
            self._text("what", _("Asking Microsoft's sign-in …"))
        elif progress.phase is SignInPhase.WAITING:
            self._text("what", _(WHAT_TO_DO[self._way]))
            address = progress.address
            linked = Content.styled(address, f"underline link='{address}'")
            self._text("address", linked if _is_plain(address) else shown(address))
            self._text("code", progress.code)
            self._text("remark", progress.remark or self._rehearsed)
        elif progress.phase is SignInPhase.DONE:
            self.shell.begin(self, partial(self._done, progress))
        elif progress.phase is SignInPhase.FAILED:
            self._failed(progress.failure)

    @property
    def _rehearsed(self) -> str:
        """What happens in the demo without a person."""
        if not self.desk.demo or self._way is not SignInWay.DEVICE:
            return ""
        return _("In the demo the rehearsal types the code, in a few seconds.")

    def _failed(self, error: Exception | None) -> None:
        for part in ("address", "code", "left"):
            self._text(part, "")
        if not isinstance(error, AppError):
            raise error or AssertionError
        self._text("what", _("The sign-in failed."))
        self._text("remark", f"{error.message}\n{error.remedy}".strip())
        self.status.say(_("F9 begins again, w chooses another way."))

    async def _done(self, progress: SignInProgress) -> None:
        await self.shell.go_back()
        signed_in = progress.signed_in
        if signed_in is None:
            return
        text = _("Signed in as {who}.").format(who=shown(signed_in.who))
        if signed_in.until is not None:
            text += " " + _("Until {moment}.").format(moment=date_text(signed_in.until))
        self.shell.say(f"{text} {signed_in.remark}".strip())
        await self.shell.book_changed()

    def _time_left(self, ends_at: datetime | None) -> str:
        if ends_at is None:
            return ""
        seconds = max(round((ends_at - self.desk.clock()).total_seconds()), 0)
        return _("Time left: {time}").format(time=f"{seconds // 60}:{seconds % 60:02}")

    def _text(self, id: str, text: str | Content) -> None:
        part = self.query_one(f"#{id}", Static)
        part.display = bool(text)
        part.update(Content(text) if isinstance(text, str) else text)

    # Actions

    async def do_sign_in(self) -> None:
        """Begin again, in the way tried last."""
        await self._begin(self._way)

    def do_copy(self) -> None:
        """Copy the code, else the address; or the command that asks for the secret."""
        if self._way.is_by_secret:
            self.copy(self._command)
            return
        progress = self._shown
        self.copy((progress.code or progress.address) if progress else "")

    def do_copy_address(self) -> None:
        """Copy the address."""
        self.copy(self._shown.address if self._shown else "")

    def do_paste(self) -> None:
        """Ask for the address at which the browser ended."""
        if self._way not in (SignInWay.BROWSER, SignInWay.PASTE) or self._attempt is None:
            self.status.say(_("Nothing is to be pasted in this way."))
            return
        self.ask(_("Address where the browser ended:"), "", self._paste)

    def _paste(self, text: str | None) -> None:
        if text and self._attempt is not None:
            self._attempt.paste(text)

    def do_way(self) -> None:
        """Ask for another way to sign in."""
        choices = [
            Choice(key, _(SIGN_IN_WAY_TITLES[way]), partial(self._begin, way))
            for key, way in WAYS
            if way is not self._way
        ]
        self.choose(_("Sign in by:"), choices)

    async def do_refresh(self) -> None:
        """Say what goes on by itself."""
        self.status.say(_("It goes on by itself; F9 begins again."))


def _is_plain(address: str) -> bool:
    """Say whether an address can stand in a link without ending it."""
    return address.startswith("https://") and not any(mark in address for mark in "'\"[]\\ ")

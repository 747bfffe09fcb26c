"""Signs in to an account at a terminal: shows the code or the address, and asks for the answer."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from threading import Event
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import tell
from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.signing_in import SignInPhase
from partnerdesk.models.core.clock import moment_text
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.accounts.signing_in import SignedIn
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sign_in.attempt import Attempt, Secrets


def sign_in(
    store: Store, settings: Settings, id: int, way: SignInWay, secrets: Secrets | None
) -> None:
    """Sign in to an account, and say as whom and until when.

    Raises:
        UsageError: it was cancelled.
        AppError: it failed.
    """
    from partnerdesk.partnercenter.sign_in.accounts import attempt_to_sign_in

    attempt = attempt_to_sign_in(store, settings, id, way, secrets=secrets)
    signed_in = _by_paste(attempt) if way is SignInWay.PASTE else _by_itself(attempt)
    text = _("Signed in as {who}.").format(who=shown(signed_in.who))
    if signed_in.until is not None:
        text += " " + _("Until {moment}.").format(moment=moment_text(signed_in.until))
    tell(text)
    if signed_in.remark:
        tell(signed_in.remark)


def _by_itself(attempt: Attempt) -> SignedIn:
    """Sign in in this thread, so that Ctrl-C stops it."""
    attempt.listen(lambda: _tell_progress(attempt))
    attempt.run()
    return _ended(attempt)


def _by_paste(attempt: Attempt) -> SignedIn:
    changed = Event()
    attempt.listen(changed.set)
    attempt.start()
    while not attempt.progress.is_over:
        changed.wait()
        changed.clear()
        if attempt.progress.phase is SignInPhase.WAITING:
            _tell_progress(attempt)
            _ask_address(attempt)
    return _ended(attempt)


def _ask_address(attempt: Attempt) -> None:
    """Ask for the address at which the browser ended, again where it is none."""
    terminal = sys.stdin.isatty()
    if terminal:
        with suppress(ImportError):  # it lets `input` take lines longer than a terminal's 4096
            import_module("readline")
    while True:
        try:
            attempt.paste(input(_("Address: ") if terminal else ""))
        except EOFError:
            attempt.cancel()
        except UsageError as error:
            if not terminal:
                raise
            tell(str(error))
            continue
        return


def _tell_progress(attempt: Attempt) -> None:
    progress = attempt.progress
    if progress.phase is not SignInPhase.WAITING:
        return
    if progress.remark:
        tell(progress.remark)
    if progress.code and not progress.remark:
        text = _("Open {address} in a browser on any machine and type the code {code}")
        tell(text.format(address=progress.address, code=progress.code))
    elif progress.address and not progress.code:
        tell(_("Open this address in a browser:"))
        tell(progress.address)
        if attempt.way is SignInWay.PASTE:
            tell(
                _(
                    "The browser ends on a page that cannot be shown. Copy its address, which "
                    "begins with http://localhost, and paste it here."
                )
            )


def _ended(attempt: Attempt) -> SignedIn:
    progress = attempt.progress
    if progress.failure is not None:
        raise progress.failure
    if progress.signed_in is None:
        raise UsageError(_("The sign-in was cancelled."))
    return progress.signed_in

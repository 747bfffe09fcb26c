"""One try to sign in: the five ways, in a thread of its own or in the caller's."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.signing_in import SignedIn, SignInPhase, SignInProgress
from partnerdesk.models.core.errors import OfflineError, SignInNeededError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.connection import Audience
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.sign_in.application import Application, scope_of
from partnerdesk.partnercenter.sign_in.browser import open_page
from partnerdesk.partnercenter.sign_in.errors import (
    ErrorKind,
    clock_remark,
    explained,
    known,
    refusal,
)
from partnerdesk.partnercenter.sign_in.lifetimes import lasts_until
from partnerdesk.partnercenter.sign_in.loopback import Loopback
from partnerdesk.partnercenter.sign_in.pasted import answer_in
from partnerdesk.partnercenter.sign_in.token_store import Credential, TokenStore
from partnerdesk.partnercenter.sign_in.wire import MsalHttp

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.settings.model import TlsSettings
    from partnerdesk.partnercenter.connection import AccountConnection

PERSON_SECONDS = 900
"""How long a browser is waited for; as long as Microsoft's codes last."""
SLOWER_SECONDS = 5
"""How much longer to wait after each answer that did not come (RFC 8628 §3.5)."""
ANSWER_SECONDS = 30.0
_REDIRECT = "http://localhost"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the person or a script gave for a way without a browser; shown nowhere."""

    credential: Credential = field(default_factory=Credential)
    refresh_token: str = field(default="", repr=False)


class CancelledAttemptError(Exception):
    """The person cancelled the sign-in."""


class Attempt:
    """A try to sign in to an account.

    `run` does it in the caller's thread, `start` in its own. The tokens are kept only at the end:
    a cancelled or failed sign-in leaves the one before as it is.
    """

    def __init__(
        self,
        connection: AccountConnection,
        tls: TlsSettings,
        clock: Callable[[], datetime],
        secrets: Secrets | None = None,
        store: TokenStore | None = None,
        *,
        keep: Callable[[SignedIn], None] = lambda _signed_in: None,
    ) -> None:
        """Take what is needed; nobody is asked yet.

        Args:
            connection: the account, and the way to sign in.
            tls: the settings of certificates.
            clock: tells the present moment.
            secrets: what was given for a way without a browser.
            store: where the tokens are kept, if not below the data folder.
            keep: called with the result once the tokens are kept, in the thread of the sign-in.
        """
        self._connection = connection
        self._tls = tls
        self._clock = clock
        self._secrets = secrets or Secrets()
        self._store = store or TokenStore(connection)
        self._keep = keep
        self._cancelled = Event()
        self._pasted: SimpleQueue[dict[str, str]] = SimpleQueue()
        self._state = ""
        """What an answer of the browser has to carry; empty before one is waited for."""
        self._progress = SignInProgress(SignInPhase.CONTACTING)
        self._changed: Callable[[], None] = lambda: None

    @property
    def way(self) -> SignInWay:
        """How it is tried."""
        return self._connection.way

    @property
    def progress(self) -> SignInProgress:
        """Where it stands now."""
        return self._progress

    def listen(self, changed: Callable[[], None]) -> None:
        """Have `changed` called after each change of `progress`, in the thread of the sign-in."""
        self._changed = changed

    def start(self) -> None:
        """Begin in a thread that ends with the process."""
        Thread(target=self.run, name="sign-in", daemon=True).start()

    def run(self) -> SignInProgress:
        """Sign in, and return how it ended; no error leaves it."""
        try:
            signed_in = self._sign_in()
        except CancelledAttemptError:
            return self._tell(SignInProgress(SignInPhase.CANCELLED))
        except Exception as error:  # noqa: BLE001 - whoever shows the progress raises it again
            return self._tell(SignInProgress(SignInPhase.FAILED, failure=error))
        return self._tell(SignInProgress(SignInPhase.DONE, signed_in=signed_in))

    def paste(self, text: str) -> None:
        """Go on with the address at which the person's browser ended.

        Raises:
            UsageError: it is no such address, or one of another sign-in.
        """
        if not self._state:
            raise UsageError(_("No address is waited for."))
        self._pasted.put(answer_in(text, self._state))

    def cancel(self) -> None:
        """Stop at once; nothing of the sign-in is kept."""
        self._cancelled.set()
        self._tell(SignInProgress(SignInPhase.CANCELLED))

    # What all ways have in common

    def _tell(self, progress: SignInProgress) -> SignInProgress:
        if not self._progress.is_over:
            self._progress = progress
            self._changed()
        return self._progress

    def _sign_in(self) -> SignedIn:
        from partnerdesk.partnercenter.sign_in.library import msal

        ways: dict[SignInWay, Callable[[Application, str], dict[str, Any]]] = {
            SignInWay.DEVICE: self._by_device,
            SignInWay.BROWSER: self._by_browser,
            SignInWay.PASTE: self._by_paste,
            SignInWay.REFRESH_TOKEN: self._by_refresh_token,
            SignInWay.APP: self._by_app,
        }
        scope = scope_of(self._connection, Audience.PARTNER_CENTER)
        with closing(http_client(self._tls, timeout=ANSWER_SECONDS)) as client:
            http = MsalHttp(client, self._clock)
            cache = msal().SerializableTokenCache()
            app = Application(self._connection, self._secrets.credential, cache, http)
            answer = ways[self.way](app, scope)
        if "access_token" not in answer:
            raise refusal(answer, app.at(self.way))
        who = self._who(answer)
        if self._cancelled.is_set():
            raise CancelledAttemptError
        self._store.replace(cache.serialize(), self._secrets.credential)
        until = lasts_until(self.way, answer, self._clock())
        signed_in = SignedIn(who, until, clock_remark(http.clock_ahead))
        self._keep(signed_in)
        return signed_in

    def _who(self, answer: dict[str, Any]) -> str:
        """Return who signed in; refuse a person of another tenant.

        Raises:
            SignInNeededError: the person signed in to another tenant.
        """
        if self.way is SignInWay.APP:
            return self._connection.client_id
        claims = answer.get("id_token_claims") or {}
        tenant = str(claims.get("tid", self._connection.tenant_id)).lower()
        if tenant != self._connection.tenant_id:
            raise SignInNeededError(
                _("The sign-in is one to another tenant: {tenant}.").format(tenant=shown(tenant)),
                _("Sign in as a user of the partner's own tenant."),
            )
        named = str(claims.get("preferred_username") or claims.get("upn") or "")
        return shown(named)[:256] or _("a person without a name")

    def _wait(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise CancelledAttemptError

    # The ways

    def _by_device(self, app: Application, scope: str) -> dict[str, Any]:
        with explained(app.at(self.way)):
            flow: dict[str, Any] = app.msal.initiate_device_flow([scope])
        if "user_code" not in flow:
            return flow
        ends_at = self._clock() + timedelta(seconds=flow["expires_in"])
        waiting = self._tell(
            SignInProgress(
                SignInPhase.WAITING,
                shown(str(flow["user_code"]))[:40],
                shown(str(flow.get("verification_uri", "")))[:300],
                ends_at,
            )
        )
        slower = 0
        while self._clock() < ends_at:
            self._wait(flow["interval"] + slower)
            try:
                answer = self._poll(app, flow)
            except OfflineError as error:  # RFC 8628 §3.5: go on, but slower
                slower = max(slower + SLOWER_SECONDS, app.http.retry_after)
                app.forget_errors()
                self._tell(replace(waiting, remark=error.message))
                continue
            if answer is not None:
                return answer
            slower = 0
            if self._progress.remark:
                self._tell(waiting)
        return {"error": "expired_token"}

    def _poll(self, app: Application, flow: dict[str, Any]) -> dict[str, Any] | None:
        """Ask once for the tokens; return None while the person has not finished.

        Raises:
            OfflineError: there was no answer, or one that says to wait.
        """
        with explained(app.at(self.way)):
            # Once, and back: MSAL's own loop would sleep, deaf to the person.
            answer: dict[str, Any] = app.msal.acquire_token_by_device_flow(
                flow, exit_condition=lambda _flow: True
            )
        if "access_token" not in answer and app.http.is_throttled:
            raise refusal(answer, app.at(self.way))
        line = known(answer) if "error" in answer else None
        return None if line is not None and line.kind is ErrorKind.WAIT else answer

    def _by_browser(self, app: Application, scope: str) -> dict[str, Any]:
        from secrets import token_urlsafe

        with Loopback(state := token_urlsafe(16)) as loopback:
            flow = self._flow(app, scope, loopback.address, state, "form_post")
            opened = open_page(flow["auth_uri"])
            remark = "" if opened else _("No browser opens from here: open the address yourself.")
            ends_at = self._await_person(flow, remark)
            while (answer := loopback.poll() or self._pasted_answer()) is None:
                self._wait(0)
                self._refuse_late(ends_at)
        return self._redeem(app, flow, answer)

    def _by_paste(self, app: Application, scope: str) -> dict[str, Any]:
        from secrets import token_urlsafe

        flow = self._flow(app, scope, _REDIRECT, token_urlsafe(16), "query")
        ends_at = self._await_person(flow, "")
        while (answer := self._pasted_answer()) is None:
            self._wait(0.1)
            self._refuse_late(ends_at)
        return self._redeem(app, flow, answer)

    def _by_refresh_token(self, app: Application, scope: str) -> dict[str, Any]:
        with explained(app.at(self.way)):
            answer: dict[str, Any] = app.msal.acquire_token_by_refresh_token(
                self._secrets.refresh_token, [scope]
            )
        return answer

    def _by_app(self, app: Application, scope: str) -> dict[str, Any]:
        with explained(app.at(self.way)):
            answer: dict[str, Any] = app.msal.acquire_token_for_client([scope])
        return answer

    # By a browser

    def _flow(
        self, app: Application, scope: str, redirect: str, state: str, mode: str
    ) -> dict[str, Any]:
        with explained(app.at(self.way)):
            flow: dict[str, Any] = app.msal.initiate_auth_code_flow(
                [scope],
                redirect_uri=redirect,
                state=state,
                response_mode=mode,
                prompt="select_account",
            )
        self._state = state
        return flow

    def _await_person(self, flow: dict[str, Any], remark: str) -> datetime:
        ends_at = self._clock() + timedelta(seconds=PERSON_SECONDS)
        address = flow["auth_uri"]
        self._tell(SignInProgress(SignInPhase.WAITING, "", address, ends_at, remark))
        return ends_at

    def _pasted_answer(self) -> dict[str, str] | None:
        try:
            return self._pasted.get_nowait()
        except Empty:
            return None

    def _refuse_late(self, ends_at: datetime) -> None:
        if self._clock() >= ends_at:
            raise SignInNeededError(_("Nobody finished the sign-in in the browser."))

    def _redeem(
        self, app: Application, flow: dict[str, Any], answer: dict[str, str]
    ) -> dict[str, Any]:
        self._tell(SignInProgress(SignInPhase.CONTACTING))
        with explained(app.at(self.way)):
            tokens: dict[str, Any] = app.msal.acquire_token_by_auth_code_flow(flow, answer)
        return tokens

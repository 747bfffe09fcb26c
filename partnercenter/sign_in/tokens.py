"""The access tokens of a signed-in account: out of the cache, renewed before they lapse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.core.errors import OfflineError, SignInNeededError
from partnerdesk.models.languages import _, ngettext
from partnerdesk.partnercenter.connection import Audience, Token, TokenKind
from partnerdesk.partnercenter.sign_in.application import Application, scope_of
from partnerdesk.partnercenter.sign_in.errors import ErrorKind, explained, known, refusal
from partnerdesk.partnercenter.sign_in.library import msal
from partnerdesk.partnercenter.sign_in.lifetimes import lasts_until
from partnerdesk.partnercenter.sign_in.token_store import Credential, TokenStore
from partnerdesk.partnercenter.sign_in.wire import MsalHttp

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from partnerdesk.partnercenter.connection import AccountConnection

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed; a short-lived one, in the last fifth of its life."""
PAUSE_SECONDS = 5
"""How long the sign-in is left alone after it failed, where it asked for no other time."""


class SignedInTokens:
    """The tokens of one account; every process of this person shares them.

    A token that is still good is given without asking anybody, so it works offline. Of several
    threads or processes that need a new one, one renews and the others take what it got.
    """

    def __init__(
        self,
        connection: AccountConnection,
        http: httpx.Client,
        clock: Callable[[], datetime],
        *,
        renewed: Callable[[datetime | None], None] = lambda _until: None,
        ended: Callable[[datetime], None] = lambda _at: None,
        store: TokenStore | None = None,
    ) -> None:
        """Take the account; nobody is asked yet.

        Args:
            connection: the account.
            http: the program's HTTP client, which the caller closes.
            clock: tells the present moment.
            renewed: called after a renewal, with the moment until which the sign-in lasts then.
            ended: called with the moment at which Microsoft refused to renew the sign-in.
            store: where the tokens are kept, if not below the data folder.
        """
        self._connection = connection
        self._http = MsalHttp(http, clock)
        self._clock = clock
        self._renewed, self._ended = renewed, ended
        self._store = store or TokenStore(connection)
        self._lock = Lock()
        self._cache: Any = None
        self._application: tuple[Credential, Application] | None = None
        self._paused_until = 0.0
        """The moment of `time.monotonic` before which a failed sign-in is not asked again."""

    def token(self, audience: Audience, kind: TokenKind, *, refused: str = "") -> Token:
        """Return a token for `audience`.

        `refused` is the text of a token that the service has just answered with 401: the answer is
        then another one.

        Raises:
            SignInNeededError: a person has to sign in first.
            OfflineError: the authority was not reached.
            RefusedError: the cloud has no such service.
            BusyError: another process has been renewing for too long.
        """
        scope = scope_of(self._connection, audience)
        with self._lock:
            if not self._store.has_tokens:
                raise _nobody()
            try:
                return self._kept(scope, kind, refused) or self._new(scope, kind, refused)
            except OSError as error:
                text = _("The kept sign-in cannot be read: {reason}.")
                raise SignInNeededError(text.format(reason=error.strerror or error)) from None

    def _new(self, scope: str, kind: TokenKind, refused: str) -> Token:
        with self._store.renewing():
            if refused:
                self._drop(refused)
            # Another process may have renewed it while this one waited.
            found = self._kept(scope, kind, refused)
            try:
                found = found or self._renew(scope, kind)
            except OfflineError:  # an aging token is good to its end
                found = self._kept(scope, kind, refused, timedelta())
                if found is None:
                    raise
        if found.value == refused:
            raise SignInNeededError(
                _("Partner Center refuses the sign-in, and renewing it changed nothing."),
                _("Sign in again: partnerdesk accounts sign-in"),
            )
        return found

    # What is kept

    def _entries(self) -> list[dict[str, Any]]:
        """Return the access tokens in the cache, as MSAL keeps them."""
        if self._cache is None:
            self._cache = self._store.cache()
        kind = msal().TokenCache.CredentialType.ACCESS_TOKEN
        return list(self._cache.search(kind, query={"client_id": self._connection.client_id}))

    def _kept(
        self, scope: str, kind: TokenKind, refused: str, early: timedelta = EARLY
    ) -> Token | None:
        """Return a token out of the cache that is good for a while; None if there is none."""
        resource = scope.removesuffix(".default").lower()
        for entry in self._entries():
            of_app = not entry.get("home_account_id")
            scopes = str(entry.get("target", "")).lower().split()
            ends = _moment(entry["expires_on"])
            life = ends - _moment(entry["cached_at"])
            if (
                of_app is (kind is TokenKind.APP)
                and entry["secret"] != refused
                and any(name.startswith(resource) for name in scopes)
                and ends - self._clock() > min(early, life / 5)
            ):
                return Token(entry["secret"], ends, kind)
        return None

    def _drop(self, refused: str) -> None:
        for entry in self._entries():
            if entry["secret"] == refused:
                self._cache.remove_at(entry)

    # What is new

    def _renew(self, scope: str, kind: TokenKind) -> Token:
        if (left := self._paused_until - monotonic()) > 0:
            raise OfflineError(
                _("Microsoft's sign-in does not work at the moment."),
                ngettext(
                    "It is asked again in {count} second.",
                    "It is asked again in {count} seconds.",
                    round(left) or 1,
                ),
            )
        try:
            answer = self._asked(scope, kind)
        except OfflineError:
            self._paused_until = monotonic() + (self._http.retry_after or PAUSE_SECONDS)
            raise
        self._renewed(lasts_until(self._connection.way, answer, self._clock()))
        if found := self._kept(scope, kind, ""):
            return found
        ends = self._clock() + timedelta(seconds=int(answer.get("expires_in", 0)))
        return Token(str(answer["access_token"]), ends, kind)

    def _asked(self, scope: str, kind: TokenKind) -> dict[str, Any]:
        app = self._built()
        app.forget_errors()
        at = app.at(self._connection.way)
        with explained(at):
            of_app = kind is TokenKind.APP
            answer = self._of_app(app, scope) if of_app else self._of_person(app, scope)
        if answer is None:
            raise _nobody()
        if "access_token" not in answer:
            line = known(answer)
            if line is not None and line.kind is ErrorKind.ENDED:
                self._ended(self._clock())
            raise refusal(answer, app.at(self._connection.way))
        return answer

    def _of_app(self, app: Application, scope: str) -> dict[str, Any]:
        if not self._store.credential():
            raise SignInNeededError(
                _("This call needs the application's own secret or certificate."),
                _("Sign in with it: partnerdesk accounts sign-in --auth app"),
            )
        answer: dict[str, Any] = app.msal.acquire_token_for_client([scope])
        return answer

    def _of_person(self, app: Application, scope: str) -> dict[str, Any] | None:
        if self._connection.way is SignInWay.APP:
            raise SignInNeededError(
                _("This call needs a person; the account signs in as an application."),
                _("Sign in as a person: partnerdesk accounts sign-in --auth device"),
            )
        people = app.msal.get_accounts()
        if not people:
            return None
        # What is kept was looked at already, by this program's clock.
        answer: dict[str, Any] | None = app.msal.acquire_token_silent_with_error(
            [scope], people[0], force_refresh=True
        )
        return answer

    def _built(self) -> Application:
        """Return MSAL's application; build it anew where another process signed in otherwise."""
        credential = self._store.credential()
        if self._application is None or self._application[0] != credential:
            app = Application(self._connection, credential, self._cache, self._http)
            self._application = credential, app
        return self._application[1]


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _nobody() -> SignInNeededError:
    return SignInNeededError(
        _("Nobody is signed in to this account on this computer."),
        _("Sign in: partnerdesk accounts sign-in, or :sign-in in the console."),
    )

"""The errors of the sign-in by their numbers (reference/newer.md §2.6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from datetime import datetime

_GRANT, _CLIENT, _REQUEST = "invalid_grant", "invalid_client", "invalid_request"
_TEXTS = {
    50011: (_REQUEST, "The redirect URI does not match the ones configured for the application."),
    50020: (_GRANT, "The user account does not exist in the tenant."),
    50034: (_GRANT, "The user account does not exist in the directory."),
    50076: (_GRANT, "You must use multi-factor authentication to access the resource."),
    50078: (_GRANT, "Presented multi-factor authentication has expired; sign in again."),
    50079: (_GRANT, "You must enroll in multi-factor authentication to access the resource."),
    50173: (_GRANT, "The provided grant has expired due to it being revoked."),
    53000: (_GRANT, "The device is not in the required state: Conditional Access."),
    53003: (_GRANT, "Access has been blocked by Conditional Access policies."),
    65001: (_GRANT, "The user or administrator has not consented to use the application."),
    65004: ("access_denied", "The user declined to consent to access the app."),
    70008: (_GRANT, "The provided authorization code or refresh token has expired."),
    70011: ("invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
    70016: ("authorization_pending", "The authorization is still pending. Continue polling."),
    70018: ("bad_verification_code", "The device code is not known."),
    70019: ("expired_token", "The device code has expired; start the sign-in again."),
    90002: (_REQUEST, "The tenant was not found; check it, and the cloud you sign in to."),
    90014: (_REQUEST, "A required field of the request is missing."),
    90023: (_REQUEST, "The request is not valid."),
    500011: ("invalid_resource", "The resource principal was not found in the tenant."),
    501461: ("invalid_grant", "The code verifier does not match the code challenge."),
    700016: ("unauthorized_client", "The application was not found in the directory."),
    700082: (_GRANT, "The refresh token has expired due to inactivity."),
    7000215: (_CLIENT, "Invalid client secret provided."),
    7000218: (
        _CLIENT,
        "The request body must contain the parameter 'client_assertion' or 'client_secret'.",
    ),
}
_SUBERRORS = {
    50076: "basic_action",
    50079: "basic_action",
    53003: "message_only",
    65001: "consent_required",
    70008: "token_expired",
    700082: "token_expired",
    50173: "bad_token",
}
DECLINED = "authorization_declined"
SLOW_DOWN = "slow_down"


class SignInError(Exception):
    """The sign-in says no: a number of Entra, and the error of OAuth that goes with it."""

    def __init__(self, number: int, *, error: str = "", text: str = "") -> None:
        known, words = _TEXTS.get(number, (_GRANT, "The sign-in was refused."))
        super().__init__(text or words)
        self.number = number
        self.error = error or known
        self.text = text or words

    @property
    def status(self) -> int:
        """Return the HTTP status: 401 for a wrong client, else 400."""
        return HTTPStatus.UNAUTHORIZED if self.error == _CLIENT else HTTPStatus.BAD_REQUEST

    def answer(self, now: datetime, trace: str, correlation: str) -> Answer:
        """Return the error as Entra writes it."""
        stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
        body: dict[str, object] = {
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {self.text} Trace ID: {trace}"
            f" Correlation ID: {correlation} Timestamp: {stamp}",
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
        }
        if self.number in _SUBERRORS:
            body["suberror"] = _SUBERRORS[self.number]
        return Answer(body, self.status)

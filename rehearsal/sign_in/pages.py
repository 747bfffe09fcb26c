"""What the person sees and does: the device page, its approval, and the authorize page."""

from __future__ import annotations

import html
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from partnerdesk.rehearsal.sign_in.directory import somebody
from partnerdesk.rehearsal.sign_in.errors import SignInError
from partnerdesk.rehearsal.sign_in.grants import CODE_SECONDS
from partnerdesk.rehearsal.tenants import tenant_by_id
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from partnerdesk.rehearsal.sign_in.directory import App
    from partnerdesk.rehearsal.tenants import Person, Tenant
    from partnerdesk.rehearsal.world import World

HTML = "text/html; charset=utf-8"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_NATIVE = "/common/oauth2/nativeclient"


def approve(world: World, form: dict[str, str]) -> Answer:
    """Do what a person at the sign-in page would: approve a device code, decline, or be refused.

    Fields: `user_code`; `user` (admin without it); `mfa` (0 or 1, else as the person has it);
    `decline=1`; `error`, the number of an Entra error that the device gets.
    """
    code = form.get("user_code", "").strip().upper().replace("-", "")
    row = world.state.row("SELECT * FROM device_codes WHERE user_code = ?", code)
    if row is None or row["expires"] <= world.clock.seconds():
        return Answer({"approved": False, "reason": "no such code"}, HTTPStatus.NOT_FOUND)
    refused = "declined" if form.get("decline", "") in ("1", "true") else form.get("error", "")
    if refused and refused != "declined" and not refused.isdigit():
        return Answer({"approved": False, "reason": "error is a number"}, HTTPStatus.BAD_REQUEST)
    person_id, mfa = "", False
    tenant = tenant_by_id(world.state, row["tenant"])
    if not refused and tenant is not None:
        try:
            who = somebody(world, tenant, form.get("user", ""))
        except SignInError as error:
            refused = str(error.number)
        else:
            person_id, mfa = who.id, _mfa(form, default=who.mfa)
    world.state.run(
        "UPDATE device_codes SET person = ?, mfa = ?, refused = ? WHERE user_code = ?",
        person_id,
        mfa,
        refused,
        code,
    )
    return Answer({"approved": not refused})


def _mfa(form: dict[str, str], *, default: bool) -> bool:
    given = form.get("mfa", "")
    return given in ("1", "true") if given else default


def device_page(world: World, form: dict[str, str]) -> Answer:
    """Return the page on which a person enters the code; a code that was entered is approved."""
    if not form.get("user_code"):
        return _page(
            "Enter the code",
            '<form method="post"><input name="user_code" autofocus>'
            '<button>Approve</button> <button name="decline" value="1">Decline</button></form>',
        )
    answer = approve(world, form)
    approved = isinstance(answer.body, dict) and answer.body.get("approved")
    text = "You have signed in. You may close this page." if approved else "The code was refused."
    return _page(text, "")


def authorize(world: World, app: App, tenant: Tenant, query: dict[str, str]) -> Answer:
    """Sign the person in and send the browser back with a code.

    The person is `login_hint`, else the admin. A redirect that is not registered is shown as a
    page, never followed: `http://localhost` with any port, and the native client address are.
    """
    redirect = query.get("redirect_uri", "")
    parts = urlsplit(redirect)
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not local and not (parts.scheme == "https" and parts.path == _NATIVE):
        return _page("AADSTS50011: the redirect URI is not registered.", "", 400)
    back = {"state": query["state"]} if "state" in query else {}
    try:
        who = _signs_in(world, app, tenant, query)
    except SignInError as error:
        text = f"AADSTS{error.number}: {error.text}"
        return _back(redirect, query, {"error": error.error, "error_description": text, **back})
    code = "0.A" + secrets.token_urlsafe(300)
    world.state.run(
        "INSERT INTO auth_codes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        code,
        tenant.id,
        app.client_id,
        redirect,
        query.get("code_challenge", ""),
        query.get("nonce", ""),
        who.id,
        who.mfa,
        world.clock.seconds() + CODE_SECONDS,
    )
    return _back(redirect, query, {"code": code, **back, "session_state": secrets.token_hex(8)})


def _signs_in(world: World, app: App, tenant: Tenant, query: dict[str, str]) -> Person:
    if query.get("client_id", "").lower() != app.client_id:
        raise SignInError(700016)
    if query.get("response_type", "code") != "code":
        raise SignInError(90023, error="unsupported_response_type")
    return somebody(world, tenant, query.get("login_hint", ""))


def _back(redirect: str, query: dict[str, str], fields: dict[str, str]) -> Answer:
    if query.get("response_mode") == "form_post":
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in fields.items()
        )
        return _page(
            "Signing in ...",
            f'<form method="post" action="{html.escape(redirect)}">{inputs}'
            "<noscript><button>Continue</button></noscript></form>"
            "<script>document.forms[0].submit()</script>",
        )
    mark = "&" if urlsplit(redirect).query else "?"
    return Answer(None, HTTPStatus.FOUND, {"Location": f"{redirect}{mark}{urlencode(fields)}"})


def _page(title: str, body: str, status: int = HTTPStatus.OK) -> Answer:
    text = (
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Rehearsal sign-in</title>"
        f"<h1>{html.escape(title)}</h1><p>This is a rehearsal: nothing is sent to Microsoft.</p>"
        f"{body}</html>"
    )
    return Answer(text.encode(), status, content_type=HTML)

"""The token address: five kinds of grants, and what each one answers."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.sign_in import tokens
from partnerdesk.rehearsal.sign_in.directory import audience_of
from partnerdesk.rehearsal.sign_in.errors import DECLINED, SignInError
from partnerdesk.rehearsal.tenants import person

if TYPE_CHECKING:
    from partnerdesk.rehearsal.sign_in.directory import App
    from partnerdesk.rehearsal.tenants import Person, Tenant
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS device_codes (
  device_code TEXT PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL,
  client TEXT NOT NULL, scope TEXT NOT NULL, expires REAL NOT NULL, person TEXT NOT NULL,
  mfa INTEGER NOT NULL, refused TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS auth_codes (
  code TEXT PRIMARY KEY, tenant TEXT NOT NULL, client TEXT NOT NULL, redirect TEXT NOT NULL,
  challenge TEXT NOT NULL, nonce TEXT NOT NULL, person TEXT NOT NULL, mfa INTEGER NOT NULL,
  expires REAL NOT NULL, used INTEGER NOT NULL
);
"""
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CODE_SECONDS = 600
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked of the token address."""

    world: World
    app: App
    tenant: Tenant
    form: dict[str, str]
    address: str

    def field(self, name: str) -> str:
        """Return a field of the form.

        Raises:
            SignInError: it is missing.
        """
        value = self.form.get(name, "")
        if not value:
            raise SignInError(90014, text=f"The required field '{name}' is missing.")
        return value


def check_client(ask: Ask, *, secret_needed: bool = False) -> None:
    """Look whether the app is registered and knows its secret.

    A signed assertion counts when it names the app: no certificate is registered here.

    Raises:
        SignInError: 700016, 7000215 or 7000218.
    """
    if ask.field("client_id").lower() != ask.app.client_id:
        raise SignInError(700016)
    given = ask.form.get("client_secret")
    if given is not None:
        if given != ask.app.client_secret:
            raise SignInError(7000215)
    elif "client_assertion" in ask.form:
        if _unread(ask.form["client_assertion"]).get("iss", "").lower() != ask.app.client_id:
            raise SignInError(7000215, text="The client assertion names another application.")
    elif secret_needed:
        raise SignInError(7000218)


def token_answer(ask: Ask) -> dict[str, Any]:
    """Return what the token address answers.

    Raises:
        SignInError: it says no.
    """
    kind = ask.field("grant_type")
    check_client(ask, secret_needed=kind == "client_credentials")
    if kind == "client_credentials":
        return _app_alone(ask)
    if kind in (DEVICE, "device_code"):
        return _by_device(ask)
    if kind == "authorization_code":
        return _by_code(ask)
    if kind == "refresh_token":
        return _by_refresh(ask)
    raise SignInError(90023, error="unsupported_grant_type", text=f"'{kind[:60]}' is not allowed.")


def device_answer(ask: Ask) -> dict[str, Any]:
    """Start a sign-in by device code; return what the device shows."""
    check_client(ask)
    audience_of(ask.world, ask.tenant, ask.form)
    user_code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(9))
    device_code = secrets.token_urlsafe(120)
    options = ask.world.options
    ask.world.state.run(
        "INSERT INTO device_codes VALUES (?, ?, ?, ?, ?, ?, '', 0, '')",
        device_code,
        user_code,
        ask.tenant.id,
        ask.app.client_id,
        ask.form.get("scope", ""),
        ask.world.clock.seconds() + options.device_seconds,
    )
    page = f"{ask.address}/devicelogin"
    return {
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": options.device_seconds,
        "interval": options.device_interval,
        "message": f"To sign in, use a web browser to open the page {page} and enter the code "
        f"{user_code} to authenticate.",
    }


def _app_alone(ask: Ask) -> dict[str, Any]:
    audience, _ = audience_of(ask.world, ask.tenant, ask.form)
    grant = tokens.Grant(ask.tenant.id, "", ask.app.client_id, audience, mfa=False)
    return {
        "token_type": "Bearer",
        "expires_in": ask.world.options.token_seconds,
        "ext_expires_in": ask.world.options.token_seconds,
        "access_token": tokens.give_access(ask.world, grant),
    }


def _by_device(ask: Ask) -> dict[str, Any]:
    code = ask.form.get("device_code") or ask.form.get("code", "")
    row = ask.world.state.row("SELECT * FROM device_codes WHERE device_code = ?", code)
    if row is None or row["tenant"] != ask.tenant.id:
        raise SignInError(70018)
    if row["expires"] <= ask.world.clock.seconds():
        raise SignInError(70019)
    if row["refused"] == "declined":
        raise SignInError(65004, error=DECLINED)
    if row["refused"]:
        raise SignInError(int(row["refused"]))
    if not row["person"]:
        raise SignInError(70016)
    ask.world.state.run("DELETE FROM device_codes WHERE device_code = ?", code)
    return _person_answer(ask, row["person"], mfa=bool(row["mfa"]), scope=row["scope"])


def _by_code(ask: Ask) -> dict[str, Any]:
    row = ask.world.state.row("SELECT * FROM auth_codes WHERE code = ?", ask.field("code"))
    now = ask.world.clock.seconds()
    if row is None or row["used"] or row["expires"] <= now or row["client"] != ask.app.client_id:
        raise SignInError(70008)
    if row["redirect"] != ask.form.get("redirect_uri", ""):
        raise SignInError(50011)
    if row["challenge"]:
        digest = hashlib.sha256(ask.form.get("code_verifier", "").encode()).digest()
        if _base64(digest) != row["challenge"]:
            raise SignInError(501461)
    ask.world.state.run("UPDATE auth_codes SET used = 1 WHERE code = ?", row["code"])
    return _person_answer(ask, row["person"], mfa=bool(row["mfa"]), nonce=row["nonce"])


def _by_refresh(ask: Ask) -> dict[str, Any]:
    value = ask.field("refresh_token")
    grant = tokens.find_refresh(ask.world, value)
    if grant is None or grant.client != ask.app.client_id:
        raise SignInError(70008)
    if grant.dead:
        raise SignInError(50173)
    if grant.tenant != ask.tenant.id:
        raise SignInError(50020)
    answer = _person_answer(ask, grant.person, mfa=grant.mfa)
    if ask.world.options.strict_rotation:
        tokens.kill_refresh(ask.world, value)
    return answer


def _person_answer(
    ask: Ask, person_id: str, *, mfa: bool, scope: str = "", nonce: str = ""
) -> dict[str, Any]:
    form = ask.form if ask.form.get("scope") or ask.form.get("resource") else {"scope": scope}
    audience, granted = audience_of(ask.world, ask.tenant, form)
    who = person(ask.world.state, ask.tenant.id, person_id)
    if who is None:
        raise SignInError(50034)
    grant = tokens.Grant(ask.tenant.id, who.id, ask.app.client_id, audience, mfa)
    seconds = ask.world.options.token_seconds
    return {
        "token_type": "Bearer",
        "scope": granted,
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": tokens.give_access(ask.world, grant),
        "refresh_token": tokens.give_refresh(ask.world, grant),
        "id_token": _id_token(ask, who, nonce),
        "client_info": _base64(json.dumps({"uid": who.id, "utid": ask.tenant.id}).encode()),
    }


def _id_token(ask: Ask, who: Person, nonce: str) -> str:
    now = int(ask.world.clock.seconds())
    claims = {
        "aud": ask.app.client_id,
        "iss": f"{ask.address}/{ask.tenant.id}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + ask.world.options.token_seconds,
        "name": who.name,
        "oid": who.id,
        "preferred_username": who.upn,
        "sub": who.id.replace("-", ""),
        "tid": ask.tenant.id,
        "ver": "2.0",
    }
    if nonce:
        claims["nonce"] = nonce
    head = _base64(json.dumps({"typ": "JWT", "alg": "RS256", "kid": "rehearsal"}).encode())
    body = _base64(json.dumps(claims).encode())
    mark = _base64(hashlib.sha256(f"{head}.{body}".encode()).digest())
    return f"{head}.{body}.{mark}"


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _unread(token: str) -> dict[str, Any]:
    """Return the claims of a JWT without looking at its signature."""
    part = [*token.split("."), "", ""][1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}

"""Tenants, apps and people as the sign-in sees them; and discovery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerdesk.rehearsal.sign_in import tokens
from partnerdesk.rehearsal.sign_in.errors import SignInError
from partnerdesk.rehearsal.tenants import (
    CHINA,
    GERMANY,
    GLOBAL,
    US_GOV,
    Tenant,
    all_tenants,
    person,
    tenant_by_id,
)

if TYPE_CHECKING:
    from partnerdesk.rehearsal.tenants import Person
    from partnerdesk.rehearsal.world import World

ANY_TENANT = ("common", "organizations")
_CLOUDS = {
    "login.microsoftonline.com": {GLOBAL},
    "login.windows.net": {GLOBAL},
    "login.microsoft.com": {GLOBAL},
    "sts.windows.net": {GLOBAL},
    "login.microsoftonline.us": {US_GOV},
    "login-us.microsoftonline.com": {US_GOV},
    "login.microsoftonline.de": {GERMANY},
    "login.partner.microsoftonline.cn": {CHINA},
    "login.chinacloudapi.cn": {CHINA},
}
"""The sign-in hosts of Microsoft; each knows the tenants of its cloud only. This server's own
address knows all."""
_ALIASES = (
    (
        "login.microsoftonline.com",
        "login.windows.net",
        [
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ],
    ),
    (
        "login.partner.microsoftonline.cn",
        "login.partner.microsoftonline.cn",
        ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    ),
    ("login.microsoftonline.de", "login.microsoftonline.de", ["login.microsoftonline.de"]),
    (
        "login.microsoftonline.us",
        "login.microsoftonline.us",
        ["login.microsoftonline.us", "login.usgovcloudapi.net"],
    ),
    (
        "login-us.microsoftonline.com",
        "login-us.microsoftonline.com",
        ["login-us.microsoftonline.com"],
    ),
)
_CHINA_RESOURCE = "partnercenterapi.microsoftonline.cn"
_GLOBAL_RESOURCE = "api.partnercenter.microsoft.com"
_PLAIN = ("openid", "profile", "offline_access", "email")


@dataclass(frozen=True, slots=True)
class App:
    """The registered application."""

    client_id: str
    client_secret: str


def tenant_at(world: World, address: str, name: str) -> Tenant:
    """Return the tenant that an address names; `common` is the first one that it knows.

    Raises:
        SignInError: 90002: it is not known here, maybe in another cloud.
    """
    host = address.rsplit("//", maxsplit=1)[-1].partition(":")[0].casefold()
    clouds = _CLOUDS.get(host)
    if name.casefold() in ANY_TENANT:
        known = [one for one in all_tenants(world.state) if not clouds or one.cloud in clouds]
        tenant = known[0] if known else None
    else:
        tenant = tenant_by_id(world.state, name)
    if tenant is None or (clouds and tenant.cloud not in clouds):
        raise SignInError(
            90002, text=f"Tenant '{name}' not found. Check that you sign in to the correct cloud."
        )
    return tenant


def configuration(address: str, name: str, tenant: Tenant) -> dict[str, Any]:
    """Return the OpenID configuration of a tenant."""
    issued = name if name in ANY_TENANT else tenant.id
    base = f"{address}/{issued}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{address}/{tenant.id}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
    }


def instances(address: str) -> dict[str, Any]:
    """Return which hosts are known, and which are the same."""
    metadata = [
        {"preferred_network": network, "preferred_cache": cache, "aliases": aliases}
        for network, cache, aliases in _ALIASES
    ]
    found = f"{address}/common/v2.0/.well-known/openid-configuration"
    return {"tenant_discovery_endpoint": found, "api-version": "1.1", "metadata": metadata}


def audience_of(world: World, tenant: Tenant, form: dict[str, str]) -> tuple[str, str]:
    """Return the address that a token is asked for, and the scope that is answered.

    Raises:
        SignInError: 500011 or 70011.
    """
    resource = form.get("resource", "")
    wanted = [word for word in form.get("scope", "").split() if word not in _PLAIN]
    if not resource and not wanted:
        return "graph", form.get("scope", "openid profile")
    if not resource:
        resources = {word.rpartition("/")[0] for word in wanted}
        if len(resources) != 1:
            raise SignInError(70011, text="One token is for one resource only.")
        resource = resources.pop()
    found = tokens.audience(world, resource)
    foreign = _GLOBAL_RESOURCE if tenant.cloud == CHINA else _CHINA_RESOURCE
    if found is None or foreign in resource:
        raise SignInError(
            500011,
            text=f"The resource principal named {resource[:200]} was not found in the tenant.",
        )
    names = {*wanted, f"{resource}/user_impersonation", f"{resource}/.default"}
    return found, " ".join(sorted(names))


def somebody(world: World, tenant: Tenant, user: str) -> Person:
    """Return a person of a tenant by name; without a name, its admin.

    Raises:
        SignInError: 50020: somebody of another tenant; 50034: nobody.
    """
    who = person(world.state, tenant.id, user or "admin")
    if who is not None:
        return who
    elsewhere = any(person(world.state, one.id, user) for one in all_tenants(world.state))
    raise SignInError(50020 if elsewhere else 50034)

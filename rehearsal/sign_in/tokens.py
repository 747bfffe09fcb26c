"""The tokens that were given out, and what each is good for. Nobody can read one by its text."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.rehearsal.operation import Host

if TYPE_CHECKING:
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS tokens (
  value TEXT PRIMARY KEY, tenant TEXT NOT NULL, person TEXT NOT NULL, client TEXT NOT NULL,
  audience TEXT NOT NULL, mfa INTEGER NOT NULL, expires REAL NOT NULL, dead INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refresh_tokens (
  value TEXT PRIMARY KEY, tenant TEXT NOT NULL, person TEXT NOT NULL, client TEXT NOT NULL,
  mfa INTEGER NOT NULL, dead INTEGER NOT NULL, expires REAL NOT NULL
);
"""
OLD_GRAPH = "old_graph"
"""The audience of the retired directory graph: given out, and refused by Partner Center."""
REFRESH_SECONDS = 90 * 86_400
_AUDIENCES = {
    "https://api.partnercenter.microsoft.com": Host.API,
    "https://partner.partnercenterapi.microsoftonline.cn": Host.API,
    "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd": Host.API,
    "https://api.partner.microsoft.com": Host.PARTNER_API,
    "4990cffe-04e8-4e8b-808a-1175604b879f": Host.PARTNER_API,
    "https://graph.microsoft.com": Host.GRAPH,
    "https://graph.microsoft.us": Host.GRAPH,
    "https://dod-graph.microsoft.us": Host.GRAPH,
    "https://microsoftgraph.chinacloudapi.cn": Host.GRAPH,
    "https://graph.windows.net": OLD_GRAPH,
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is good for."""

    tenant: str
    person: str
    """The id of the person; empty for an app alone."""
    client: str
    audience: str
    mfa: bool
    expires: float = 0.0
    dead: bool = False


def audience(world: World, resource: str) -> str | None:
    """Return which address a resource means, by Microsoft's name or by this server's."""
    name = resource.rstrip("/")
    own = {
        world.addresses[host]: host
        for host in (Host.API, Host.PARTNER_API, Host.GRAPH)
        if host in world.addresses
    }
    return own.get(name) or _AUDIENCES.get(name)


def give_access(world: World, grant: Grant) -> str:
    """Give out an access token; it lives as long as the options say."""
    value = "eyJ0." + secrets.token_urlsafe(900)  # as long as real ones
    world.state.run(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        value,
        grant.tenant,
        grant.person,
        grant.client,
        grant.audience,
        grant.mfa,
        world.clock.seconds() + world.options.token_seconds,
    )
    return value


def find_access(world: World, value: str) -> Grant | None:
    """Return what an access token is good for, None if it was never given out."""
    row = world.state.row("SELECT * FROM tokens WHERE value = ?", value)
    if row is None:
        return None
    return Grant(
        row["tenant"],
        row["person"],
        row["client"],
        row["audience"],
        bool(row["mfa"]),
        row["expires"],
        bool(row["dead"]),
    )


def kill_access(world: World, value: str) -> None:
    """Let an access token be refused from now on."""
    world.state.run("UPDATE tokens SET dead = 1 WHERE value = ?", value)


def give_refresh(world: World, grant: Grant, value: str = "") -> str:
    """Give out a refresh token, a new one unless its text is given."""
    value = value or "1.A" + secrets.token_urlsafe(700)
    world.state.run(
        "INSERT OR REPLACE INTO refresh_tokens VALUES (?, ?, ?, ?, ?, 0, ?)",
        value,
        grant.tenant,
        grant.person,
        grant.client,
        grant.mfa,
        world.clock.seconds() + REFRESH_SECONDS,
    )
    return value


def find_refresh(world: World, value: str) -> Grant | None:
    """Return what a refresh token is good for, None if it was never given out."""
    row = world.state.row("SELECT * FROM refresh_tokens WHERE value = ?", value)
    if row is None:
        return None
    dead = bool(row["dead"]) or row["expires"] <= world.clock.seconds()
    return Grant(
        row["tenant"], row["person"], row["client"], "", bool(row["mfa"]), row["expires"], dead
    )


def kill_refresh(world: World, value: str = "", tenant: str = "") -> None:
    """Let a refresh token, or all of a tenant, be refused from now on."""
    world.state.run(
        "UPDATE refresh_tokens SET dead = 1 WHERE value = ? OR tenant = ?", value, tenant
    )

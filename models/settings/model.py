"""The settings in use: flag > environment > the person's file > the project's `config.toml`.

This module is light to import, because the first frame waits for it: settings that were read and
validated once (by `models.settings.sources`, with pydantic-settings) are cached as JSON. The cache
is used as long as neither file has changed and no environment variable is set.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Addresses, Capability, Cloud, Rule, Support
from partnerdesk.models.values.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

ENVIRONMENT_PREFIX = "PARTNERDESK_"
TEST_PREFIX = "PARTNERDESK_TEST_"

Mouse = Literal["auto", "on", "off"]
Drawing = Literal["changes", "whole"]
Start = Literal["last", "resources"]
Security = Literal["starttls", "tls", "none"]
Color = Literal["blue", "red", "yellow", "magenta", "cyan", "green"]
CapabilityRow = dict[str, str]
"""One row of the capability table: the cells by cloud id, and their document under `source`."""


@dataclass(frozen=True)
class CloudSettings:
    """The settings of one cloud; `Cloud` explains each field."""

    name: str
    short_name: str
    domain_suffix: str
    color: Color
    enabled: bool = True
    link_hosts: tuple[str, ...] = ()
    links_serve_all: bool = False
    """Whether customers of every cloud accept invitations on its hosts."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes and names of regions."""
    outside_text: str = ""
    outside_code: str = "outside-cloud"
    outside_by_hand: bool = False
    authority: str = ""
    api: str = ""
    resource: str = ""
    partner_api: str = ""
    graph: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    """Reasons why a capability is refused or limited, by capability."""


@dataclass(frozen=True)
class MailSettings:
    """The settings of the server that sends letters (`[mail]`). No setting holds the password."""

    host: str
    """Empty if there is no server."""
    port: int
    security: Security
    user: str
    password_file: str
    ca_file: str
    sender: str
    """An address, or `Name <address>`; empty: the user is the sender."""


@dataclass(frozen=True)
class TlsSettings:
    """How the servers of Microsoft prove who they are (`[tls]`); they are always verified."""

    ca_file: str
    """A file of certificate authorities (PEM); empty: `SSL_CERT_FILE`, else the system's."""


@dataclass(frozen=True)
class SyncSettings:
    """How customers are read from Partner Center (`[sync]`)."""

    details: int
    """Of how many customers at most a sync reads the details that were read longest ago."""
    subscriptions: int
    """Of how many customers at most a sync reads the subscriptions that were read longest ago."""
    minutes: int
    """The time between two syncs of `partnerdesk sync --watch`."""


@dataclass(frozen=True)
class Settings:
    """Every setting, validated. `config.toml` explains each of them."""

    database: str
    language: str
    """A language with a catalogue; empty: the language of the locale."""
    theme: str
    """A name of `models.settings.themes.names()`."""
    read_only: bool
    restricted: bool
    """Whether the person has the console and one folder for files alone."""
    files_folder: str
    """The folder that files a person names are below; empty: anywhere, or the one of restricted
    mode."""
    mouse: Mouse
    drawing: Drawing
    start: Start
    first_picture: bool
    keys: dict[str, str]
    mail: MailSettings
    tls: TlsSettings
    sync: SyncSettings
    clouds: dict[str, CloudSettings]
    capabilities: dict[str, CapabilityRow]
    origins: dict[str, str] = field(default_factory=dict)
    """The origin of each setting: dotted name to file, variable or flag."""

    def all_clouds(self) -> dict[str, Cloud]:
        """Return all clouds by id, disabled ones too, with their capability rules."""
        return {id: self._cloud(id, settings) for id, settings in self.clouds.items()}

    def _cloud(self, id: str, settings: CloudSettings) -> Cloud:
        others = [cloud for other, cloud in self.clouds.items() if other != id]
        return Cloud(
            id, settings.name, settings.short_name, settings.domain_suffix, settings.color,
            settings.enabled,
            link_hosts=_hosts([settings, *(cloud for cloud in others if cloud.links_serve_all)]),
            countries=frozenset().union(
                *(REGIONS.get(name, {name}) for name in settings.countries)
            ),
            outside_text=settings.outside_text,
            outside_code=settings.outside_code,
            outside_by_hand=settings.outside_by_hand,
            rules={
                capability: Rule(
                    Support(row.get(id, Support.UNSTATED)),
                    row.get("source", ""),
                    settings.texts.get(capability, ""),
                )
                for capability in Capability
                for row in [self.capabilities.get(capability, {})]
            },
            other_suffixes=tuple(cloud.domain_suffix.lower() for cloud in others),
            other_link_hosts=_hosts(cloud for cloud in others if not cloud.links_serve_all),
            addresses=Addresses(
                settings.authority, settings.api, settings.resource or settings.api,
                settings.partner_api, settings.graph,
            ),
        )  # fmt: skip

    def enabled_clouds(self) -> list[Cloud]:
        """Return the enabled clouds, in the order of the settings."""
        return [cloud for cloud in self.all_clouds().values() if cloud.enabled]

    def checked_cloud(self, id: str) -> str:
        """Return `id` if it is an enabled cloud, or `all`.

        Raises:
            UsageError: `id` is neither.
        """
        known = [cloud.id for cloud in self.enabled_clouds()]
        if id in (*known, "all"):
            return id
        if id in self.clouds:
            raise UsageError(
                _("The cloud {cloud} is turned off.").format(cloud=id),
                _("Turn it on in {file}: [clouds.{cloud}] enabled = true").format(
                    file=paths.user_settings(), cloud=id
                ),
            )
        raise UsageError(
            _("There is no cloud called {cloud}.").format(cloud=repr(id)),
            _("Known clouds: {clouds}, all.").format(clouds=", ".join(known)),
        )

    def with_flags(self, **flags: object) -> Self:
        """Return these settings overridden by flags; a flag that is None overrides nothing."""
        given = {name: value for name, value in flags.items() if value is not None}
        flags_of = {"language": "--lang", "read_only": "--read-only"}
        origins = self.origins | {name: flags_of.get(name, f"--{name}") for name in given}
        return dataclasses.replace(self, **given, origins=origins)  # type: ignore[arg-type]


def _hosts(clouds: Iterable[CloudSettings]) -> tuple[str, ...]:
    return tuple(host for cloud in clouds for host in cloud.link_hosts)


def environment() -> dict[str, str]:
    """Return the environment variables that hold settings, by any case of their names."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.upper().startswith(ENVIRONMENT_PREFIX) and not name.startswith(TEST_PREFIX)
    }


def environment_names() -> list[str]:
    """Return the names of the environment variables that hold settings."""
    return [name for name in environment() if name.startswith(ENVIRONMENT_PREFIX)]

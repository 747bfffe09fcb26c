"""The settings in use: flag > environment > the person's file > the project's `config.toml`.

This file is light, because the first frame waits for it: settings that were read and validated
once (by `models.settings.sources`, with pydantic-settings) are kept as JSON and used again as
long as neither file changed and no environment variable speaks.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability, Cloud, Rule, Support
from partnerdesk.models.values.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

ENVIRONMENT_PREFIX = "PARTNERDESK_"
TEST_PREFIX = "PARTNERDESK_TEST_"

Theme = Literal["partnerdesk-dark", "partnerdesk-light", "ansi"]
Mouse = Literal["auto", "on", "off"]
Drawing = Literal["changes", "whole"]
Start = Literal["last", "resources"]
Security = Literal["starttls", "tls", "none"]
Color = Literal["blue", "red", "yellow", "magenta", "cyan", "green"]
CapabilityRow = dict[str, str]
"""One row of the capability table: a cell by cloud id, and the document that says so, `source`."""


@dataclass(frozen=True)
class CloudSettings:
    """What the settings say of one cloud; `Cloud` tells what each of it is."""

    name: str
    short_name: str
    domain_suffix: str
    color: Color
    enabled: bool = True
    link_hosts: tuple[str, ...] = ()
    links_serve_all: bool = False
    """Whether customers of every cloud accept invitations under its hosts."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes and names of regions."""
    outside_text: str = ""
    outside_code: str = "outside-cloud"
    outside_by_hand: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    """Why not, or what to mind, by capability."""


@dataclass(frozen=True)
class MailSettings:
    """What `config.toml` says of the server that sends letters. The password is in no setting."""

    host: str
    """Empty where there is no server."""
    port: int
    security: Security
    user: str
    password_file: str
    ca_file: str
    sender: str
    """An address, or `Name <address>`; empty for the user."""


@dataclass(frozen=True)
class Settings:
    """Every setting, validated. `config.toml` explains each of them."""

    database: str
    language: str
    """A language that has a catalogue; empty for the locale's."""
    theme: Theme
    read_only: bool
    mouse: Mouse
    drawing: Drawing
    start: Start
    first_picture: bool
    keys: dict[str, str]
    mail: MailSettings
    clouds: dict[str, CloudSettings]
    capabilities: dict[str, CapabilityRow]
    origins: dict[str, str] = field(default_factory=dict)
    """Where each setting comes from: dotted name to file, variable or flag."""

    def all_clouds(self) -> dict[str, Cloud]:
        """Return all clouds by id, also those turned off, with their capability table."""
        return {id: self._cloud(id, said) for id, said in self.clouds.items()}

    def _cloud(self, id: str, said: CloudSettings) -> Cloud:
        others = [cloud for other, cloud in self.clouds.items() if other != id]
        return Cloud(
            id, said.name, said.short_name, said.domain_suffix, said.color, said.enabled,
            link_hosts=_hosts([said, *(cloud for cloud in others if cloud.links_serve_all)]),
            countries=frozenset().union(*(REGIONS.get(name, {name}) for name in said.countries)),
            outside_text=said.outside_text,
            outside_code=said.outside_code,
            outside_by_hand=said.outside_by_hand,
            rules={
                capability: Rule(
                    Support(row.get(id, Support.UNSTATED)),
                    row.get("source", ""),
                    said.texts.get(capability, ""),
                )
                for capability in Capability
                for row in [self.capabilities.get(capability, {})]
            },
            other_suffixes=tuple(cloud.domain_suffix.lower() for cloud in others),
            other_link_hosts=_hosts(cloud for cloud in others if not cloud.links_serve_all),
        )  # fmt: skip

    def enabled_clouds(self) -> list[Cloud]:
        """Return the clouds that are on, in the order of the settings."""
        return [cloud for cloud in self.all_clouds().values() if cloud.enabled]

    def checked_cloud(self, id: str) -> str:
        """Return `id` if it is a cloud that is on, or `all`.

        Raises:
            UsageError: it is neither.
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
        """Return these settings with what flags say on top; None says nothing."""
        said = {name: value for name, value in flags.items() if value is not None}
        flags_of = {"language": "--lang", "read_only": "--read-only"}
        origins = self.origins | {name: flags_of.get(name, f"--{name}") for name in said}
        return dataclasses.replace(self, **said, origins=origins)  # type: ignore[arg-type]


def _hosts(clouds: Iterable[CloudSettings]) -> tuple[str, ...]:
    return tuple(host for cloud in clouds for host in cloud.link_hosts)


def environment() -> dict[str, str]:
    """Return the environment variables that mean settings, also those in small letters."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.upper().startswith(ENVIRONMENT_PREFIX) and not name.startswith(TEST_PREFIX)
    }


def environment_names() -> list[str]:
    """Return the names of the environment variables that mean settings."""
    return [name for name in environment() if name.startswith(ENVIRONMENT_PREFIX)]

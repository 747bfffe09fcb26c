"""The settings in use: flag > environment > the person's file > the project's `config.toml`.

This file is light, because the first frame waits for it: settings that were read and validated
once (by `models.settings.sources`, with pydantic-settings) are kept as JSON and used again as
long as neither file changed and no environment variable speaks.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self
from zlib import crc32

from typing_extensions import TypedDict

from models.core import own_files, paths
from models.core.errors import UsageError
from models.core.typed import DamagedError, typed
from models.languages import _
from models.settings.clouds import Capability, Cloud, Rule, Support

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT_PREFIX = "PARTNERDESK_"
TEST_PREFIX = "PARTNERDESK_TEST_"
_KEPT_FORMAT = 5

Theme = Literal["partnerdesk-dark", "partnerdesk-light", "ansi"]
Mouse = Literal["auto", "on", "off"]
Drawing = Literal["changes", "whole"]
Start = Literal["last", "resources"]
Security = Literal["starttls", "tls", "none"]
Color = Literal["blue", "red", "yellow", "magenta", "cyan", "green"]
_Cell = Literal["yes", "no", "partly", "unstated"]
CapabilityRow = TypedDict(
    "CapabilityRow",
    {"global": _Cell, "us-gov": _Cell, "germany": _Cell, "china": _Cell, "source": str},
)
"""One row of the capability table: a cell for each cloud, and the document that says so."""


@dataclass(frozen=True)
class CloudSettings:
    """What `config.toml` says of one cloud."""

    name: str
    short_name: str
    domain_suffix: str
    color: Color
    enabled: bool


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
    language: Literal["", "en", "ru"]
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
        return {
            id: Cloud(
                id=id,
                name=cloud.name,
                short_name=cloud.short_name,
                domain_suffix=cloud.domain_suffix,
                color=cloud.color,
                enabled=cloud.enabled,
                rules={
                    Capability(name): Rule(Support(row[id]), row["source"])  # type: ignore[literal-required]
                    for name, row in self.capabilities.items()
                },
            )
            for id, cloud in self.clouds.items()
        }

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


@dataclass(frozen=True)
class _Kept:
    """What the file of kept settings holds."""

    format: int
    stamps: list[list[object]]
    """Of the files that were read: they have to be read again when one of them changes."""
    settings: dict[str, object]
    sum: int
    """Of the settings: a letter that fell over on the disk would open another book."""


def load(config: Path | None = None) -> Settings:
    """Return the settings of files and environment; `config` stands in for the person's file.

    Raises:
        SettingsError: a file cannot be read, or says something unknown or wrong.
    """
    own = config or paths.user_settings()
    kept_file = paths.cache_folder() / "settings.json"
    if environment_names():
        return _load_afresh(own)
    stamps = [_stamp(paths.project_settings()), _stamp(own)]
    kept = _kept(kept_file, stamps)
    if kept is not None:
        return kept
    settings = _load_afresh(own)
    _keep(kept_file, stamps, settings)
    return settings


def environment_names() -> list[str]:
    """Return the names of the environment variables that mean settings."""
    return sorted(
        name
        for name in os.environ
        if name.startswith(ENVIRONMENT_PREFIX) and not name.startswith(TEST_PREFIX)
    )


def _load_afresh(own: Path) -> Settings:
    from models.settings.sources import read_sources

    return read_sources(paths.project_settings(), own)


def _stamp(file: Path) -> list[object]:
    try:
        status = file.stat()
    except OSError:
        return [str(file), 0, 0]
    return [str(file), status.st_mtime_ns, status.st_size]


def _kept(file: Path, stamps: list[list[object]]) -> Settings | None:
    try:
        kept = own_files.load(file, _Kept)
        if kept is None or (kept.format, kept.stamps) != (_KEPT_FORMAT, stamps):
            return None
        return typed(Settings, kept.settings) if kept.sum == _sum(kept.settings) else None
    except (OSError, DamagedError):
        return None  # the files themselves are read again


def _keep(file: Path, stamps: list[list[object]], settings: Settings) -> None:
    values = dataclasses.asdict(settings)
    kept = _Kept(_KEPT_FORMAT, stamps, values, _sum(values))
    try:
        own_files.write(file, dataclasses.asdict(kept))
    except OSError:
        return  # only the next start is slower for it


def _sum(settings: dict[str, object]) -> int:
    return crc32(json.dumps(settings).encode())

"""Loads the settings: as they were read last, while nothing they are read from has changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.typed import DamagedError, typed
from partnerdesk.models.languages import language
from partnerdesk.models.settings.model import Settings, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.settings.model import CloudSettings

_KEPT_FORMAT = 6


@dataclass(frozen=True)
class _Kept:
    """What the file of kept settings holds."""

    format: int
    stamps: list[list[object]]
    """Of the files that were read, and of what the environment says in which language: when one
    of them changes, all is read again."""
    settings: dict[str, object]
    sum: int
    """Of the settings: a letter that fell over on the disk would open another book."""


def load(config: Path | None = None) -> Settings:
    """Return the settings of files and environment; `config` stands in for the person's file.

    Raises:
        SettingsError: a file cannot be read, or says something unknown or wrong.
    """
    CLOUDS.settings = settings = _load(config or paths.user_settings())
    return settings


class _CloudNames(Mapping[str, str]):
    """The short names of the clouds by id, as the settings say that were loaded last.

    Lists are data that is there before any settings are; this is read when a cell is shown.
    """

    settings: Settings | None = None

    def _clouds(self) -> Mapping[str, CloudSettings]:
        return (self.settings or load()).clouds

    def __getitem__(self, id: str) -> str:
        return self._clouds()[id].short_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._clouds())

    def __len__(self) -> int:
        return len(self._clouds())


CLOUDS = _CloudNames()
"""What each cloud is called in the cells of lists."""


def _load(own: Path) -> Settings:
    stamps = [_stamp(paths.project_settings()), _stamp(own)]
    name = "settings.json"
    if said := environment():
        from hashlib import sha256

        name = "settings-environment.json"  # two shells that differ do not push each other out
        stamps.append([language(), sha256(json.dumps(said).encode()).hexdigest()])
    kept_file = paths.cache_folder() / name
    kept = _kept(kept_file, stamps)
    if kept is not None:
        return kept
    settings = _load_afresh(own)
    if not (said and _has_password(settings)):  # a secret of the environment stays there
        _keep(kept_file, stamps, settings)
    return settings


def _has_password(settings: Settings) -> bool:
    from partnerdesk.models.settings.database_url import has_password

    return has_password(settings.database)


def _load_afresh(own: Path) -> Settings:
    from partnerdesk.models.settings.sources import read_sources

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

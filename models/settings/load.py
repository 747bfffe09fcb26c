"""Loads the settings: from a cache, until a settings file or the environment changes."""

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

_CACHE_FORMAT = 9


@dataclass(frozen=True)
class _Cache:
    """The content of the cache file."""

    format: int
    stamps: list[list[object]]
    """Path, time of change and size of each file read, and what the environment says in which
    language; the cache is stale once one differs."""
    settings: dict[str, object]
    sum: int
    """CRC-32 of `settings`: a flipped bit on the disk could name another book."""


def load(config: Path | None = None) -> Settings:
    """Return the settings of files and environment; `config` replaces the person's own file.

    Raises:
        SettingsError: a file cannot be read, or holds an unknown name or a wrong value.
    """
    CLOUDS.settings = settings = _load(config or paths.user_settings())
    return settings


class _CloudNames(Mapping[str, str]):
    """The short names of the clouds by id, from the settings that were loaded last.

    List specs are built before any settings are loaded, so a name is looked up only when its cell
    is shown.
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
"""The name of each cloud in the cells of lists, by id."""


def _load(own: Path) -> Settings:
    files = (paths.project_settings(), paths.administrator_settings(), own)
    stamps = [_stamp(file) for file in files]
    name = "settings.json"
    if variables := environment():
        from hashlib import sha256

        name = "settings-environment.json"  # the cache of shells without variables stays
        stamps.append([language(), sha256(json.dumps(variables).encode()).hexdigest()])
    cache_file = paths.cache_folder() / name
    cached = _read_cache(cache_file, stamps)
    if cached is not None:
        return cached
    settings = _read(own)
    if not (variables and _has_password(settings)):  # a secret of the environment stays there
        _write_cache(cache_file, stamps, settings)
    return settings


def _has_password(settings: Settings) -> bool:
    from partnerdesk.models.settings.database_url import has_password

    return has_password(settings.database)


def _read(own: Path) -> Settings:
    from partnerdesk.models.settings.sources import read_sources

    return read_sources(paths.project_settings(), paths.administrator_settings(), own)


def _stamp(file: Path) -> list[object]:
    try:
        status = file.stat()
    except OSError:
        return [str(file), 0, 0]
    return [str(file), status.st_mtime_ns, status.st_size]


def _read_cache(file: Path, stamps: list[list[object]]) -> Settings | None:
    try:
        cache = own_files.load(file, _Cache)
        if cache is None or (cache.format, cache.stamps) != (_CACHE_FORMAT, stamps):
            return None
        return typed(Settings, cache.settings) if cache.sum == _sum(cache.settings) else None
    except (OSError, DamagedError):
        return None  # the settings files are read instead


def _write_cache(file: Path, stamps: list[list[object]], settings: Settings) -> None:
    values = dataclasses.asdict(settings)
    cache = _Cache(_CACHE_FORMAT, stamps, values, _sum(values))
    try:
        own_files.write(file, dataclasses.asdict(cache))
    except OSError:
        return  # only the next start is slower


def _sum(settings: dict[str, object]) -> int:
    return crc32(json.dumps(settings).encode())

"""Describe the settings: their values, and where each value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core import paths
from partnerdesk.models.languages import _, language
from partnerdesk.models.settings.database_url import masked

if TYPE_CHECKING:
    from partnerdesk.models.settings.model import Settings


def describe_settings(settings: Settings) -> dict[str, str]:
    """Return the value of each setting and, in brackets, where it comes from; by name."""
    by_locale, by_default = _("by locale"), _("default")
    shown = {
        "database": masked(settings.database) or _("your data folder"),
        "language": settings.language or f"{language()} ({by_locale})",
        "theme": settings.theme,
        "read_only": str(settings.read_only).lower(),
        "restricted": str(settings.restricted).lower(),
        "files_folder": settings.files_folder or "–",
        "mouse": settings.mouse,
        "drawing": settings.drawing,
        "start": settings.start,
        "first_picture": str(settings.first_picture).lower(),
        **{f"keys.{name}": keys for name, keys in settings.keys.items()},
        **{f"mail.{name}": str(value) or "–" for name, value in asdict(settings.mail).items()},
        "tls.ca_file": settings.tls.ca_file or "–",
        "sync.details": str(settings.sync.details),
        "sync.subscriptions": str(settings.sync.subscriptions),
        "sync.minutes": str(settings.sync.minutes),
        **{
            f"clouds.{id}.enabled": str(cloud.enabled).lower()
            for id, cloud in settings.clouds.items()
        },
    }
    default = str(paths.project_settings())
    tables = {"clouds": settings.clouds, "capabilities": settings.capabilities}
    own = {
        name: _setting(tables, name)
        for name, place in settings.origins.items()
        if name.partition(".")[0] in tables and place != default
    }
    return {
        name: f"{value}  [{by_default if place == default else place}]"
        for name, value in {**shown, **own}.items()
        for place in [settings.origins.get(name, default)]
    }


def _setting(tables: Mapping[str, Any], name: str) -> str:
    """Return a setting of a table by its dotted name: `clouds.own.texts.create_customer`."""
    value: Any = tables
    for part in name.split("."):
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)

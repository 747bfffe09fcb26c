"""Reads the sources of the settings, notes each setting's origin, and refuses unknown names."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pydantic_settings import EnvSettingsSource, SettingsError

from partnerdesk.models.core import errors
from partnerdesk.models.core.given_files import SETTINGS_FILE, opened
from partnerdesk.models.languages import _
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.settings.model import (
    ENVIRONMENT_PREFIX,
    CloudSettings,
    MailSettings,
    Settings,
    SyncSettings,
    TlsSettings,
    environment_names,
)
from partnerdesk.models.settings.validation import schema, validated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

HELD = ("restricted", "files_folder")
"""What the administrator's file alone decides, where it says so."""
LARGEST = 1_000_000
"""Bytes of the largest settings file."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NO_IDS = ("all", "source")
"""Names that no cloud may have: `all` chooses all clouds, `source` is a row's document."""
_SECRETS = frozenset({"password", "passwd", "pass", "secret", "token", "api_key"})
"""Names that a person may give to a secret in `[mail]`."""


def read_sources(project: Path, administrator: Path, own: Path) -> Settings:
    """Merge the files and the environment; the last is the strongest.

    What the administrator says of `HELD` stands, whatever a stronger source says of it. Restricted
    mode is on where any source turns it on.

    Raises:
        SettingsError: a source has an unknown name or a wrong value; the message names the file or
            variable, the setting, and the nearest known name.
    """
    layers: list[tuple[str, Mapping[str, Any]]] = []
    clouds: list[str] = []
    for file in (project, administrator, own):
        if file is project or file.exists():
            values = _read_toml(file)
            _refuse_mail_password(values, str(file))
            clouds += _new_clouds(values, clouds, str(file))
            _refuse_unknown(values, _known(clouds), str(file))
            _refuse_password(values, str(file))
            layers.append((str(file), values))
    layers.append((_("environment"), _read_environment(clouds)))

    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for place, layer in layers:
        _merge(merged, layer)
        origins |= dict.fromkeys(_dotted(layer), place)
    for place, layer in reversed(layers):
        for name in HELD if place == str(administrator) else ():
            if name in layer:
                merged[name], origins[name] = layer[name], place
        if layer.get("restricted") is True:
            merged["restricted"], origins["restricted"] = True, place
    return validated(merged, origins)


def _known(clouds: Iterable[str]) -> dict[str, Any]:
    """Return the names of all settings, table by table; `clouds` are the known cloud ids."""
    cloud = {entry.name: None for entry in fields(CloudSettings)}
    return {
        **{entry.name: None for entry in fields(Settings) if entry.name != "origins"},
        "mail": {entry.name: None for entry in fields(MailSettings)},
        "tls": {entry.name: None for entry in fields(TlsSettings)},
        "sync": {entry.name: None for entry in fields(SyncSettings)},
        "clouds": dict.fromkeys(clouds, cloud | {"texts": dict.fromkeys(Capability)}),
        "capabilities": dict.fromkeys(Capability, dict.fromkeys([*clouds, "source"])),
    }


def _new_clouds(values: Mapping[str, Any], known: Collection[str], place: str) -> list[str]:
    """Return the ids of the clouds that a source adds: its new tables of clouds that have a name.

    Raises:
        SettingsError: an id has the wrong form.
    """
    tables = values.get("clouds")
    found = []
    for id, table in tables.items() if isinstance(tables, dict) else ():
        if id in known or not isinstance(table, dict) or "name" not in table:
            continue
        if id in _NO_IDS or not _ID.fullmatch(id):
            raise errors.SettingsError(
                _("{place}: {name} cannot be the id of a cloud.").format(place=place, name=id),
                _("Write small letters and digits with hyphens between, such as us-gov."),
            )
        found.append(id)
    return found


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        with opened(file, SETTINGS_FILE) as source:
            content = source.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise errors.SettingsError(_("{file} is too large for settings.").format(file=file))
        return tomllib.loads(content.decode("utf-8-sig"))
    except errors.FileError as error:
        raise errors.SettingsError(error.message, error.remedy) from None
    except UnicodeDecodeError:
        raise errors.SettingsError(
            _("{file} is not text in UTF-8.").format(file=file), _("Save it as UTF-8.")
        ) from None
    except (ValueError, RecursionError) as error:  # RecursionError: nested too deep
        raise errors.SettingsError(
            _("{file} is not valid TOML: {error}.").format(file=file, error=error),
            _("Mend that line, or move the file away to start with the defaults."),
        ) from None
    except OSError as error:
        raise errors.SettingsError(
            _("{file} cannot be read: {error}.").format(file=file, error=error.strerror)
        ) from None


def _read_environment(clouds: Sequence[str]) -> dict[str, Any]:
    known = _known(clouds)
    for name in environment_names():
        word = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")[0]
        if word not in known:
            raise _unknown(word, known, name, lambda known: ENVIRONMENT_PREFIX + known.upper())
    try:
        values = EnvSettingsSource(schema())()
    except SettingsError as error:
        raise errors.SettingsError(
            _("The environment cannot be read: {error}.").format(error=error)
        ) from None
    _restore_hyphens(values)
    _refuse_mail_password(values, _("environment"))
    added = _new_clouds(values, clouds, _("environment"))
    _refuse_unknown(values, _known([*clouds, *added]), _("environment"))
    return values


def _restore_hyphens(values: Mapping[str, Any]) -> None:
    """Replace `_` by `-` in cloud ids: a variable's name cannot hold `-`, an id holds no `_`."""
    rows = values.get("capabilities")
    for table in (values.get("clouds"), *(rows.values() if isinstance(rows, dict) else ())):
        for id in [*table] if isinstance(table, dict) else ():
            table[id.replace("_", "-")] = table.pop(id)


def _refuse_unknown(
    values: Mapping[str, Any], known: Mapping[str, Any], place: str, above: str = ""
) -> None:
    for name, value in values.items():
        if name not in known:
            raise _unknown(name, known, place, lambda near: near, above)
        below = known[name]
        if isinstance(below, dict) and isinstance(value, dict):
            _refuse_unknown(value, below, place, f"{above}{name}.")


def _unknown(
    name: str, known: Mapping[str, Any], place: str, spell: Any, above: str = ""
) -> errors.SettingsError:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    remedy = (
        _("Did you mean {name}?").format(name=above + spell(near[0]))
        if near
        else _("Known here: {names}.").format(names=", ".join(map(spell, known)))
    )
    return errors.SettingsError(
        _("{place}: there is no setting {name}.").format(place=place, name=above + name), remedy
    )


def _refuse_password(values: Mapping[str, Any], place: str) -> None:
    from partnerdesk.models.settings.database_url import has_password

    if has_password(str(values.get("database", ""))):
        raise errors.SettingsError(
            _("{place}: `database` holds a password.").format(place=place),
            _("Secrets never stand in a settings file: use ~/.pgpass or PGPASSWORD."),
        )


def _refuse_mail_password(values: Mapping[str, Any], place: str) -> None:
    mail = values.get("mail")
    for name in mail if isinstance(mail, dict) else ():
        if name.lower() in _SECRETS:
            raise errors.SettingsError(
                _("{place}: mail.{name} would hold a secret.").format(place=place, name=name),
                _(
                    "Secrets never stand in a settings file or in the environment: write the "
                    "password into a file that only you can read, and name it in "
                    "mail.password_file."
                ),
            )


def _merge(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(name), dict):
            _merge(below[name], value)
        else:
            below[name] = value


def _dotted(layer: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in layer.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"

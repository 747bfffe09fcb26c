"""Reads and validates the sources of the settings with pydantic-settings; says who said what."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from partnerdesk.models.core import errors
from partnerdesk.models.languages import _
from partnerdesk.models.settings.model import ENVIRONMENT_PREFIX, Settings, environment_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from partnerdesk.models.settings.model import MailSettings

_FREE_TABLES = ("keys",)
"""Tables whose names are the person's own."""
_SECRETS = frozenset({"password", "passwd", "pass", "secret", "token", "api_key"})
"""What a person may call a secret in `[mail]`."""


class _Source(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Validate only what is handed over: `read_sources` asks each source itself."""
        return (init_settings,)


def _schema() -> type[_Source]:
    hints = get_type_hints(Settings)
    names = [entry.name for entry in fields(Settings) if entry.name != "origins"]
    wanted: dict[str, Any] = {name: (hints[name], ...) for name in names}
    return create_model("SettingsSchema", __base__=_Source, **wanted)


def read_sources(project: Path, own: Path) -> Settings:
    """Merge the project's file, the person's file and the environment, strongest last.

    Raises:
        SettingsError: names the file or variable, the setting, and the nearest known name.
    """
    defaults = _read_toml(project)
    layers: list[tuple[str, Mapping[str, Any]]] = [(str(project), defaults)]
    if own.exists():
        said = _read_toml(own)
        _refuse_mail_password(said, str(own))
        _refuse_unknown(said, defaults, str(own))
        _refuse_password(said, str(own))
        layers.append((str(own), said))
    environment = _read_environment(defaults)
    layers.append((_("environment"), environment))

    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for place, layer in layers:
        _merge(merged, layer)
        origins |= dict.fromkeys(_dotted(layer), place)
    try:
        valid = _schema().model_validate(merged)
    except ValidationError as error:
        raise _explained(error.errors()[0], origins) from None
    _check_mail(valid.mail, origins)  # type: ignore[attr-defined]
    values = {entry.name: getattr(valid, entry.name) for entry in fields(Settings)[:-1]}
    return Settings(**values, origins=origins)


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise errors.SettingsError(
            _("{file} is not text in UTF-8.").format(file=file), _("Save it as UTF-8.")
        ) from None
    except (ValueError, RecursionError) as error:  # whatever is in it, depth included
        raise errors.SettingsError(
            _("{file} is not valid TOML: {error}.").format(file=file, error=error),
            _("Mend that line, or move the file away to start with the defaults."),
        ) from None
    except OSError as error:
        raise errors.SettingsError(
            _("{file} cannot be read: {error}.").format(file=file, error=error.strerror)
        ) from None


def _read_environment(defaults: Mapping[str, Any]) -> dict[str, Any]:
    for name in environment_names():
        word = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")[0]
        if word not in defaults:
            raise _unknown(word, defaults, name, lambda known: ENVIRONMENT_PREFIX + known.upper())
    try:
        said = EnvSettingsSource(_schema())()
    except SettingsError as error:
        raise errors.SettingsError(
            _("The environment cannot be read: {error}.").format(error=error)
        ) from None
    _name_us_gov(said)
    _refuse_mail_password(said, _("environment"))
    _refuse_unknown(said, defaults, _("environment"))
    return said


def _name_us_gov(said: dict[str, Any]) -> None:
    """Give `us-gov` its hyphen back, which the name of a variable cannot hold."""
    if "us_gov" in said:
        said["us-gov"] = said.pop("us_gov")
    for value in said.values():
        if isinstance(value, dict):
            _name_us_gov(value)


def _refuse_unknown(
    said: Mapping[str, Any], known: Mapping[str, Any], place: str, above: str = ""
) -> None:
    for name, value in said.items():
        if name not in known:
            raise _unknown(name, known, place, lambda near: near, above)
        below = known[name]
        if above + name in _FREE_TABLES:
            continue
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


def _refuse_password(said: Mapping[str, Any], place: str) -> None:
    from partnerdesk.models.settings.database_url import has_password

    if has_password(str(said.get("database", ""))):
        raise errors.SettingsError(
            _("{place}: `database` holds a password.").format(place=place),
            _("Secrets never stand in a settings file: use ~/.pgpass or PGPASSWORD."),
        )


def _refuse_mail_password(said: Mapping[str, Any], place: str) -> None:
    mail = said.get("mail")
    for name in mail if isinstance(mail, dict) else ():
        if name.lower() in _SECRETS:
            raise errors.SettingsError(
                _("{place}: mail.{name} would hold a secret.").format(place=place, name=name),
                _("Secrets never stand in a settings file or in the environment: write the "
                  "password into a file that only you can read, and name it in "
                  "mail.password_file."),
            )  # fmt: skip


def _check_mail(mail: MailSettings, origins: Mapping[str, str]) -> None:
    """Refuse what no mail server, port or sender can be."""
    wrong = ""
    if re.search(r"[^A-Za-z0-9.:_-]", mail.host):
        wrong, wanted = "host", _("It must be a server's name alone, such as smtp.example.com.")
    elif not 1 <= mail.port <= 65535:
        wrong, wanted = "port", _("It must be a number from 1 to 65535.")
    elif mail.sender.strip():
        from partnerdesk.models.values.email import sender_parts

        try:
            sender_parts(mail.sender)
        except errors.UsageError as error:
            wrong, wanted = "sender", error.remedy
    if wrong:
        # A host can hold a whole address, with a password in it: it is not repeated.
        raise errors.SettingsError(
            _("{place}: the setting {name} cannot be used as it is.").format(
                place=origins.get(f"mail.{wrong}", _("settings")), name=f"mail.{wrong}"
            ),
            wanted,
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


def _explained(error: ErrorDetails, origins: Mapping[str, str]) -> errors.SettingsError:
    name = ".".join(str(part) for part in error["loc"])
    kind = error["type"]
    if kind == "literal_error":
        wanted = _("It must be one of {choices}.").format(choices=error["ctx"]["expected"])
    elif kind.startswith("bool"):
        wanted = _("It must be true or false.")
    elif kind.startswith("int"):
        wanted = _("It must be a whole number.")
    elif kind == "string_type":
        wanted = _("It must be text in quotes.")
    else:
        wanted = _("`partnerdesk info` names the file that shows its right form.")
    return errors.SettingsError(
        _("{place}: the setting {name} cannot be {value}.").format(
            place=origins.get(name, _("settings")), name=name, value=repr(error["input"])
        ),
        wanted,
    )

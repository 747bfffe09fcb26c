"""Validates the merged settings, and explains the first wrong value."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import ValidationError, create_model
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from partnerdesk.models.core import errors
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _, available
from partnerdesk.models.settings import themes
from partnerdesk.models.settings.clouds import Support
from partnerdesk.models.settings.model import ENVIRONMENT_PREFIX, Settings
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from partnerdesk.models.settings.model import CapabilityRow, CloudSettings, MailSettings

Wrong = tuple[str, object, str]
"""The name of a setting, its value, and what the value must be."""

_ADDRESS = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?")
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")


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
        """Validate only the values passed in: `read_sources` reads each source itself."""
        return (init_settings,)


def schema() -> type[_Source]:
    """Return the pydantic model that reads the environment and checks values."""
    hints = get_type_hints(Settings)
    names = [entry.name for entry in fields(Settings) if entry.name != "origins"]
    wanted: dict[str, Any] = {name: (hints[name], ...) for name in names}
    return create_model("SettingsSchema", __base__=_Source, **wanted)


def validated(merged: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """Return the settings with the merged values of all sources.

    Raises:
        SettingsError: a value is wrong; the message names its origin and what it must be.
    """
    try:
        valid = schema().model_validate(merged)
    except ValidationError as error:
        raise _explanation(error.errors()[0], origins) from None
    values = {entry.name: getattr(valid, entry.name) for entry in fields(Settings)[:-1]}
    settings = Settings(**values, origins=dict(origins))
    _check_mail(settings.mail, origins)
    wrong = [
        *_not_one_of("language", settings.language, ["", *available()]),
        *_not_one_of("theme", settings.theme, themes.names()),
        *_unprintable_keys(settings.keys),
        *_not_between("sync.details", settings.sync.details, 0, 100_000),
        *_not_between("sync.subscriptions", settings.sync.subscriptions, 0, 100_000),
        *_not_between("sync.minutes", settings.sync.minutes, 1, 1440),
        *(wrong for id, cloud in settings.clouds.items() for wrong in _cloud(id, cloud)),
        *(
            wrong
            for name, row in settings.capabilities.items()
            for wrong in _row(f"capabilities.{name}", row)
        ),
    ]
    for name, value, wanted in wrong:
        raise _refusal(name, value, wanted, origins)
    return settings


def _not_one_of(name: str, value: str, choices: Iterable[str]) -> Iterator[Wrong]:
    *most, last = map(repr, map(str, choices))
    if repr(value) not in (*most, last):
        expected = _("{most} or {last}").format(most=", ".join(most), last=last)
        yield name, value, _("It must be one of {choices}.").format(choices=expected)


def _unprintable_keys(keys: Mapping[str, str]) -> Iterator[Wrong]:
    for name, value in keys.items():
        if not (name + value).isprintable():
            wanted = _("It must be names of keys, such as ctrl+b or f4,slash.")
            yield shown(f"keys.{name}"), shown(value), wanted


def _not_between(name: str, value: int, least: int, most: int) -> Iterator[Wrong]:
    if not least <= value <= most:
        text = _("It must be a number from {least} to {most}.")
        yield name, str(value), text.format(least=least, most=most)


def _row(name: str, row: CapabilityRow) -> Iterator[Wrong]:
    for cloud, cell in row.items():
        if cloud != "source":
            yield from _not_one_of(f"{name}.{cloud}", cell, Support)


def _cloud(id: str, cloud: CloudSettings) -> Iterator[Wrong]:
    """Yield the wrong values in the settings of a cloud."""
    place = f"clouds.{id}"
    domain = _("It must be a domain such as onmicrosoft.com.")
    if domain_name(cloud.domain_suffix) != cloud.domain_suffix.lower():
        yield f"{place}.domain_suffix", cloud.domain_suffix, domain
    for host in cloud.link_hosts:
        if domain_name(host) != host:
            yield f"{place}.link_hosts", host, domain
    for country in cloud.countries:
        if country not in REGIONS and not _is_country(country):
            wanted = _("It must be a code of two letters such as DE, or a region: {names}.")
            yield f"{place}.countries", country, wanted.format(names=", ".join(REGIONS))
    if re.search("[{}]", cloud.outside_text.replace("{country}", "")):
        wanted = _("It may hold {country} and no other braces.")
        yield f"{place}.outside_text", cloud.outside_text, wanted
    if not _CODE.fullmatch(cloud.outside_code):
        wanted = _("It must be small letters with hyphens between, such as outside-cloud.")
        yield f"{place}.outside_code", cloud.outside_code, wanted
    yield from _addresses(place, cloud)
    texts = {f"texts.{capability}": text for capability, text in cloud.texts.items()}
    texts |= {name: getattr(cloud, name) for name in ("name", "short_name", "outside_text")}
    for name, text in texts.items():
        if shown(text) != text:
            yield f"{place}.{name}", text, _("It must be one line that can be printed.")


def _addresses(place: str, cloud: CloudSettings) -> Iterator[Wrong]:
    for name in ("authority", "api", "resource", "partner_api", "graph"):
        address = getattr(cloud, name)
        if address and not _ADDRESS.fullmatch(address):
            wanted = _("It must be an address such as https://login.microsoftonline.com.")
            yield f"{place}.{name}", address, wanted


def _is_country(code: str) -> bool:
    if code in ("CN", "US") or any(code in countries for countries in REGIONS.values()):
        return True  # the built-in clouds need no import of Babel, which would delay the start
    from partnerdesk.models.values.countries import codes

    return code in codes()


def _check_mail(mail: MailSettings, origins: Mapping[str, str]) -> None:
    """Refuse a host, port or sender that cannot be valid."""
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
        # The host may be a whole address with a password, so the message does not repeat it.
        raise errors.SettingsError(
            _("{place}: the setting {name} cannot be used as it is.").format(
                place=_origin(f"mail.{wrong}", origins), name=f"mail.{wrong}"
            ),
            wanted,
        )


def _explanation(error: ErrorDetails, origins: Mapping[str, str]) -> errors.SettingsError:
    name = ".".join(str(part) for part in error["loc"])
    kind = error["type"]
    example = _("`partnerdesk info` names the file that shows its right form.")
    if kind == "missing":
        text = _("{place}: the setting {name} is missing.")
        return errors.SettingsError(text.format(place=_origin(name, origins), name=name), example)
    if kind == "literal_error":
        wanted = _("It must be one of {choices}.").format(choices=error["ctx"]["expected"])
    elif kind.startswith("bool"):
        wanted = _("It must be true or false.")
    elif kind.startswith("int"):
        wanted = _("It must be a whole number.")
    elif kind == "string_type":
        wanted = _("It must be text in quotes.")
    elif kind == "tuple_type":
        wanted = _('It must be a list, such as ["DE", "AT"].')
    else:
        wanted = example
    return _refusal(name, error["input"], wanted, origins)


def _refusal(
    name: str, value: object, wanted: str, origins: Mapping[str, str]
) -> errors.SettingsError:
    return errors.SettingsError(
        _("{place}: the setting {name} cannot be {value}.").format(
            place=_origin(name, origins), name=name, value=repr(value)
        ),
        wanted,
    )


def _origin(name: str, origins: Mapping[str, str]) -> str:
    """Return the origin of a setting, or else of another setting in the same table."""
    while name not in origins and "." in name:
        name = name.rpartition(".")[0]
        inside = [place for other, place in origins.items() if other.startswith(f"{name}.")]
        if inside:
            return inside[-1]
    return origins.get(name, _("settings"))

"""The settings: precedence of sources, refused values, and the capability table."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import ExitCode, SettingsError, UsageError
from partnerdesk.models.settings.clouds import TITLES, Capability, Cloud, Rule, Support
from partnerdesk.models.settings.load import load
from partnerdesk.models.settings.model import (
    CloudSettings,
    MailSettings,
    Settings,
    SyncSettings,
    TlsSettings,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENABLED = ["global", "us-gov", "germany"]


def write(content: str | bytes) -> Path:
    """Write the person's settings file and return its path."""
    file = paths.user_settings()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refused(content: str | bytes) -> SettingsError:
    """Return the error that a settings file with this content causes."""
    file = write(content)
    with pytest.raises(SettingsError) as raised:
        load()
    assert str(file) in raised.value.message
    return raised.value


def project() -> dict[str, Any]:
    """Return the content of the project's settings file."""
    return tomllib.loads(paths.project_settings().read_text())


# The order of the sources


def test_out_of_the_box_the_settings_are_those_of_the_project() -> None:
    settings = load()
    said = project()
    for name in ("database", "language", "theme", "read_only", "mouse", "keys", "capabilities"):
        assert getattr(settings, name) == said[name]
    assert settings.mail == MailSettings(**said["mail"])
    assert settings.tls == TlsSettings(**said["tls"])
    assert (settings.mail.host, settings.mail.security) == ("", "starttls")
    assert [cloud.id for cloud in settings.enabled_clouds()] == ENABLED
    assert set(settings.origins.values()) == {str(paths.project_settings())}


def test_a_flag_beats_the_environment_beats_the_persons_file_beats_the_project(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    themes = [load().theme]
    file = write('theme = "ansi"\nmouse = "off"\n')
    themes.append(load().theme)
    monkeypatch.setenv("PARTNERDESK_THEME", "partnerdesk-light")
    by_environment = load()
    themes.append(by_environment.theme)
    by_flag = by_environment.with_flags(theme="partnerdesk-dark", language=None)
    themes.append(by_flag.theme)
    assert themes == ["partnerdesk-dark", "ansi", "partnerdesk-light", "partnerdesk-dark"]
    assert by_environment.mouse == "off"
    assert by_environment.origins["mouse"] == str(file)
    assert by_environment.origins["theme"] == "environment"
    assert by_flag.origins["theme"] == "--theme"
    assert by_flag.origins["language"] == str(paths.project_settings())


def test_a_file_named_by_a_flag_stands_in_for_the_persons_own(tmp_path: Path) -> None:
    write('theme = "ansi"')
    other = tmp_path / "other.toml"
    other.write_text('mouse = "on"')
    settings = load(other)
    assert (settings.theme, settings.mouse) == ("partnerdesk-dark", "on")


def test_the_persons_file_changes_one_thing_and_leaves_its_neighbours() -> None:
    write('[clouds.china]\nenabled = true\n[capabilities]\ninvitation_url = { us-gov = "yes" }\n')
    settings = load()
    assert [cloud.id for cloud in settings.enabled_clouds()] == [*ENABLED, "china"]
    clouds = settings.all_clouds()
    assert clouds["china"].name == "Partner Center operated by 21Vianet"
    assert clouds["us-gov"].allows(Capability.INVITATION_URL).support is Support.YES
    assert (
        clouds["germany"]
        .allows(Capability.INVITATION_URL)
        .source.startswith("https://learn.microsoft.com/")
    )


@pytest.mark.parametrize(
    ("variable", "cloud", "on"),
    [
        ("PARTNERDESK_CLOUDS__CHINA__ENABLED", "china", True),
        ("PARTNERDESK_CLOUDS__US_GOV__ENABLED", "us-gov", False),
    ],
)
def test_the_environment_reaches_into_tables(
    monkeypatch: pytest.MonkeyPatch, variable: str, cloud: str, on: bool
) -> None:
    monkeypatch.setenv(variable, str(on).lower())
    settings = load()
    assert settings.clouds[cloud].enabled is on
    assert settings.origins[f"clouds.{cloud}.enabled"] == "environment"


def test_keys_are_the_persons_own_names() -> None:
    write('[keys]\n"list.filter" = "slash,ctrl+f"\n')
    assert load().keys == {"list.filter": "slash,ctrl+f"}


def test_a_byte_order_mark_is_no_mistake() -> None:
    write(b'\xef\xbb\xbftheme = "ansi"\r\n')
    assert load().theme == "ansi"


# Refused values


@pytest.mark.parametrize(
    ("content", "unknown", "remedy"),
    [
        ('theem = "ansi"', "theem", "Did you mean theme?"),
        ("[clouds.china]\nenable = true", "clouds.china.enable", "clouds.china.enabled?"),
        ("[clouds.us_gov]\nenabled = true", "clouds.us_gov", "Did you mean clouds.us-gov?"),
        ('[capabilities]\nwebhook = {china = "no"}', "capabilities.webhook", "webhooks?"),
        ('[mail]\nhosts = "a"', "mail.hosts", "Did you mean mail.host?"),
        ('[capabilities]\nwebhooks = {chin = "no"}', "capabilities.webhooks.chin", "china?"),
        ("zzz = 1", "zzz", "Known here: database, language, theme,"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(
    content: str, unknown: str, remedy: str
) -> None:
    error = refused(content)
    assert f"there is no setting {unknown}." in error.message
    assert remedy in error.remedy
    assert error.exit_code == ExitCode.WRONG_USE


@pytest.mark.parametrize(
    ("content", "name", "value", "remedy"),
    [
        ('theme = "pink"', "theme", "'pink'", "'partnerdesk-dark', 'partnerdesk-light', 'ansi'"),
        ("theme = 3", "theme", "3", "It must be text in quotes."),
        ("database = 3", "database", "3", "It must be text in quotes."),
        ('read_only = "perhaps"', "read_only", "'perhaps'", "It must be true or false."),
        ("read_only = [true]", "read_only", "[True]", "It must be true or false."),
        ("clouds = 3", "clouds", "3", "partnerdesk info"),
        ('[clouds.china]\ncolor = "pink"', "clouds.china.color", "'pink'", "'magenta'"),
        ("[clouds.china]\nname = 1", "clouds.china.name", "1", "It must be text in quotes."),
        ('[mail]\nport = "mail"', "mail.port", "'mail'", "It must be a whole number."),
        ("[sync]\nminutes = 0", "sync.minutes", "'0'", "from 1 to 1440"),
        ('[mail]\nsecurity = "ssl"', "mail.security", "'ssl'", "'starttls', 'tls' or 'none'"),
        ("[mail]\nhost = 3", "mail.host", "3", "It must be text in quotes."),
        ('[keys]\n"list.filter" = 3', "keys.list.filter", "3", "It must be text in quotes."),
        (
            '[capabilities]\nwebhooks = {china = "maybe"}',
            "capabilities.webhooks.china",
            "'maybe'",
            "'partly' or 'unstated'",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_what_it_must_be(
    content: str, name: str, value: str, remedy: str
) -> None:
    error = refused(content)
    assert f"the setting {name} cannot be {value}." in error.message
    assert remedy in error.remedy


def test_a_slip_in_the_toml_is_refused_with_its_line() -> None:
    error = refused('theme = "ansi"\nmouse = off\n')
    assert "at line 2" in error.message
    assert "Mend that line" in error.remedy


@pytest.mark.parametrize("content", ["a = " + "[" * 100_000, "a = " + "9" * 5_000])
def test_a_file_that_is_too_deep_or_has_too_large_a_number_is_refused(content: str) -> None:
    assert "is not valid TOML" in refused(content).message


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    error = refused('theme = "ä"'.encode("latin-1"))
    assert "is not text in UTF-8" in error.message
    assert "Save it as UTF-8." in error.remedy


def test_a_file_that_cannot_be_read_is_refused() -> None:
    paths.user_settings().mkdir(parents=True)
    with pytest.raises(SettingsError, match="is a folder"):
        load()


@pytest.mark.parametrize(
    "address",
    ["postgresql://me:hunter2@host/book", "postgresql+psycopg://host/book?password=hunter2"],
)
def test_a_password_in_a_file_is_refused_and_not_repeated(address: str) -> None:
    error = refused(f'database = "{address}"')
    assert "holds a password" in error.message
    assert "~/.pgpass" in error.remedy
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("name", ["password", "Password", "passwd", "secret", "token"])
def test_a_mail_password_is_refused_wherever_it_stands_and_not_repeated(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refused(f'[mail]\nhost = "a"\n{name} = "hunter2"')
    paths.user_settings().unlink()
    monkeypatch.setenv(f"PARTNERDESK_MAIL__{name.upper()}", "hunter2")
    with pytest.raises(SettingsError) as raised:
        load()
    for told in (error, raised.value):
        assert "would hold a secret" in told.message
        assert "Secrets never stand in a settings file" in told.remedy
        assert "mail.password_file" in told.remedy
        assert "hunter2" not in str(told)


@pytest.mark.parametrize(
    ("line", "name", "remedy"),
    [
        ('host = "smtp://me:hunter2@mail.example"', "mail.host", "a server's name alone"),
        ('host = "two words"', "mail.host", "a server's name alone"),
        ("port = 0", "mail.port", "from 1 to 65535"),
        ("port = 65536", "mail.port", "from 1 to 65535"),
        ('sender = "Vega"', "mail.sender", "Contoso <anna@contoso.com>"),
    ],
)
def test_a_mail_server_that_cannot_be_one_is_refused(line: str, name: str, remedy: str) -> None:
    error = refused(f"[mail]\n{line}")
    assert f"the setting {name} cannot be used as it is." in error.message
    assert remedy in error.remedy
    assert "hunter2" not in str(error)


def test_the_mail_server_is_read_kept_and_reached_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write('[mail]\nhost = "mail.vega.com"\nsender = "Vega <a@vega.com>"\n')
    first = load().mail
    assert load().mail == first
    assert (first.host, first.port, first.sender) == ("mail.vega.com", 587, "Vega <a@vega.com>")
    monkeypatch.setenv("PARTNERDESK_MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("PARTNERDESK_MAIL__PORT", "2525")
    monkeypatch.setenv("PARTNERDESK_MAIL__PASSWORD_FILE", "~/secret")
    settings = load()
    assert (settings.mail.host, settings.mail.port) == ("127.0.0.1", 2525)
    assert settings.mail.password_file == "~/secret"
    assert settings.mail.sender == first.sender
    assert settings.origins["mail.host"] == "environment"
    assert settings.origins["mail.sender"] == str(paths.user_settings())


def test_an_address_without_a_password_is_fine() -> None:
    write('database = "postgresql+psycopg://me@host/book"')
    assert load().database == "postgresql+psycopg://me@host/book"


@pytest.mark.parametrize(
    ("variable", "value", "message", "remedy"),
    [
        ("PARTNERDESK_THEEM", "ansi", "no setting theem", "PARTNERDESK_THEME?"),
        ("PARTNERDESK_CLOUDS__CHINA__ENABLE", "1", "clouds.china.enable.", "china.enabled?"),
        ("PARTNERDESK_THEME", "pink", "theme cannot be 'pink'", "'ansi'"),
        ("PARTNERDESK_KEYS", "{", "environment cannot be read", ""),
    ],
)
def test_a_variable_that_is_wrong_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str, remedy: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as raised:
        load()
    assert message in raised.value.message
    assert remedy in raised.value.remedy


def test_variables_of_the_tests_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERDESK_TEST_ANYTHING", "1")
    assert load() == load()


def test_a_cloud_is_checked_by_name_and_by_whether_it_is_on() -> None:
    settings = load()
    for known in (*ENABLED, "all"):
        assert settings.checked_cloud(known) == known
    with pytest.raises(UsageError, match="china is turned off") as raised:
        settings.checked_cloud("china")
    assert "[clouds.china] enabled = true" in raised.value.remedy
    assert str(paths.user_settings()) in raised.value.remedy
    with pytest.raises(UsageError, match="no cloud called 'mars'") as raised:
        settings.checked_cloud("mars")
    assert raised.value.remedy == "Known clouds: global, us-gov, germany, all."


# The cache of settings


def kept_file() -> Path:
    return paths.cache_folder() / "settings.json"


def keep(theme: str) -> None:
    """Change the theme in the cache file, so that a test sees whether the cache is used."""
    kept = json.loads(kept_file().read_text())
    kept["settings"]["theme"] = theme
    kept["sum"] = crc32(json.dumps(kept["settings"]).encode())
    kept_file().write_text(json.dumps(kept))


def test_settings_read_once_are_kept_and_used_again() -> None:
    write('[clouds.china]\nenabled = true\n[keys]\n"a" = "b"\n')
    first = load()
    assert kept_file().stat().st_mode & 0o777 == 0o600
    assert load() == first
    keep("ansi")
    assert load().theme == "ansi"


def test_kept_settings_are_not_used_once_the_persons_file_changes() -> None:
    file = write('mouse = "off"')
    load()
    keep("ansi")
    os.utime(file, ns=(1, 1))
    assert load().theme == "partnerdesk-dark"
    keep("ansi")
    file.unlink()
    assert (load().theme, load().mouse) == ("partnerdesk-dark", "auto")


def test_kept_settings_are_not_used_once_the_projects_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "config.toml"
    shutil.copy(paths.project_settings(), copy)
    monkeypatch.setattr(paths, "project_settings", lambda: copy)
    load()
    keep("ansi")
    assert load().theme == "ansi"
    copy.write_text(copy.read_text() + "\n# a newer version\n")
    assert load().theme == "partnerdesk-dark"


def test_kept_settings_are_of_one_file_only(tmp_path: Path) -> None:
    write('theme = "ansi"')
    load()
    assert load(tmp_path / "none.toml").theme == "partnerdesk-dark"


def test_kept_settings_are_not_used_when_the_environment_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load()
    keep("ansi")
    monkeypatch.setenv("PARTNERDESK_MOUSE", "off")
    assert (load().theme, load().mouse) == ("partnerdesk-dark", "off")


def kept_of_environment() -> Path:
    return paths.cache_folder() / "settings-environment.json"


def test_what_the_environment_says_is_kept_until_it_says_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARTNERDESK_MOUSE", "off")
    assert load().mouse == "off"
    kept_of_environment().rename(kept_file())
    keep("ansi")
    kept_file().rename(kept_of_environment())
    assert (load().theme, load().mouse) == ("ansi", "off"), "the files are not read again"
    monkeypatch.setenv("PARTNERDESK_MOUSE", "on")
    assert (load().theme, load().mouse) == ("partnerdesk-dark", "on")
    monkeypatch.delenv("PARTNERDESK_MOUSE")
    assert load().mouse == "auto"


def test_a_password_of_the_environment_is_written_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERDESK_DATABASE", "postgresql+psycopg://u:open-sesame@host/book")
    assert "open-sesame" in load().database
    written = [file.read_text() for file in paths.cache_folder().rglob("*") if file.is_file()]
    assert not any("open-sesame" in text for text in written)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"{",
        lambda _: b"[]",
        lambda _: b'"text"',
        lambda _: b"\xff\xfe",
        lambda kept: json.dumps(kept | {"format": 0}).encode(),
        lambda kept: json.dumps(kept | {"settings": {}}).encode(),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"theme": "ansi"}}).encode(),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"new": 1}}).encode(),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"clouds": 3}}).encode(),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"mail": {}}}).encode(),
    ],
)
def test_a_damaged_kept_file_is_ignored_and_written_anew(damage: Callable[[Any], bytes]) -> None:
    first = load()
    whole = kept_file().read_bytes()
    kept_file().write_bytes(damage(json.loads(whole)))
    assert load() == first
    assert kept_file().read_bytes() == whole


def test_settings_that_cannot_be_kept_are_read_all_the_same() -> None:
    paths.cache_folder().parent.mkdir(parents=True)
    paths.cache_folder().write_text("a file where the folder should be")
    assert load().theme == "partnerdesk-dark"


# The project's file and the clouds


def test_the_projects_file_holds_every_setting() -> None:
    said = project()
    assert list(said) == [entry.name for entry in fields(Settings) if entry.name != "origins"]
    assert list(said["clouds"]) == [*ENABLED, "china"]
    for cloud in said["clouds"].values():
        assert list(cloud) == [entry.name for entry in fields(CloudSettings) if entry.name in cloud]
    assert list(said["mail"]) == [entry.name for entry in fields(MailSettings)]
    assert list(said["tls"]) == [entry.name for entry in fields(TlsSettings)]
    assert list(said["sync"]) == [entry.name for entry in fields(SyncSettings)]


def test_every_cloud_says_of_every_capability_whether_and_whence() -> None:
    assert set(TITLES) == set(Capability)
    said = project()["capabilities"]
    assert list(said) == [str(capability) for capability in Capability]
    for row in said.values():
        assert list(row) == [*ENABLED, "china", "source"]
        assert row["source"]


RULES = """
see_customers                  ● ● ● ●
create_customer                ● ● ○ ●
create_customer_for_reseller   ● ○ ○ ○
new_customers                  ● ● ○ ●
invitation_url                 ● ○ ● ●
invite_existing                ● ◐ ● ●
invite_without_delegated_admin ● ○ ○ –
remove_relationship            ● ○ ○ ○
customer_agreement             ● ○ ○ ○
qualification                  ● ○ ○ ○
validation                     ● ● ● ●
indirect_model                 ● ○ ○ ◐
reseller_agreement_check       ● ● ○ ○
subscriptions                  ● ● ● ●
create_orders                  ● ● ○ ●
marketplace_subscriptions      ● ○ ○ ○
customer_users                 ● ○ ○ ○
user_licences                  ● ○ ○ ○
password_reset                 ● ○ ○ ○
azure_subscriptions            ● ● ● ○
office_subscriptions           ● ◐ ● ●
service_requests               ● ● ● ○
service_health                 ● ○ – ●
managed_services               ● ● ● ○
support_contact                ● ● ● ○
usage                          ● ● ● ○
audit_records                  ● ● ● ○
invoices                       ● ● ● ●
devices                        ● ○ ● ○
partner_profiles               ● ● ● ●
referrals                      ● ○ – ○
licence_analytics              ● ○ ○ ○
isv_registration               ● ○ – –
webhooks                       ● ● ● ●
"""
"""The table of `reference/rules.md §2`, in its order; `–` also for "not stated"."""
MARKS = {"●": Support.YES, "○": Support.NO, "◐": Support.PARTLY, "–": Support.UNSTATED}
CELLS = [
    (cloud, Capability(line.split()[0]), MARKS[mark])
    for line in RULES.strip().splitlines()
    for cloud, mark in zip((*ENABLED, "china"), line.split()[1:], strict=True)
]


def test_the_table_of_the_clouds_is_that_of_the_rules() -> None:
    clouds = load().all_clouds()
    found = [(id, capability, clouds[id].allows(capability).support) for id, capability, _ in CELLS]
    assert found == CELLS
    assert len(CELLS) == len(clouds) * len(Capability)


def test_every_answer_but_a_plain_yes_has_its_reason() -> None:
    for id, cloud in load().all_clouds().items():
        for capability in Capability:
            answer = cloud.allows(capability)
            case = (id, capability, answer)
            assert bool(answer) == answer.allowed == (answer.support is not Support.NO), case
            assert bool(answer.reason) == (answer.support is not Support.YES), case
            assert "{" not in answer.reason, case
            assert answer.source, case


@pytest.mark.parametrize(
    ("cloud", "capability", "reason"),
    [
        ("germany", Capability.NEW_CUSTOMERS, "no new customers since 2018"),
        ("us-gov", Capability.INVITATION_URL, "Make the invitation in the portal"),
        ("china", Capability.DEVICES, "21Vianet does not offer: devices and their policies."),
        ("china", Capability.ISV_REGISTRATION, "No source says whether 21Vianet offers"),
    ],
)
def test_a_reason_names_the_cloud_or_the_way_out(
    cloud: str, capability: Capability, reason: str
) -> None:
    assert reason in load().all_clouds()[cloud].allows(capability).reason


def test_a_part_that_has_no_words_of_its_own_is_said_too_and_a_missing_row_is_unstated() -> None:
    cloud = Cloud(
        "mars", "Mars", "Mars", "mars", "red", rules={Capability.USAGE: Rule(Support.PARTLY)}
    )
    assert cloud.allows(Capability.USAGE).reason == (
        "Mars offers this only in part: usage and spending budgets."
    )
    assert cloud.allows(Capability.DEVICES).support is Support.UNSTATED
    assert cloud.allows(Capability.DEVICES)

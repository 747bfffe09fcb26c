"""Clouds in the settings: adding and correcting clouds, and refused values."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.letters.links import check_link
from partnerdesk.models.settings.clouds import Capability, Support
from partnerdesk.models.settings.load import CLOUDS, load
from partnerdesk.models.values.countries import codes
from partnerdesk.tui.widgets.header import DeskHeader
from tests.support.books import ALL_CLOUDS, demo_desk
from tests.support.console import running
from tests.unit.test_settings import ENABLED, refused, write

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.settings.clouds import Cloud

FIRST = 'name = "Partner Center for Mars"\nshort_name = "Mars"\n'
REST = 'domain_suffix = "mars.example"\ncolor = "cyan"\n'
MARS = f"""
[clouds.mars-one]
{FIRST}{REST}link_hosts = ["office.example"]
countries = ["JP", "Europe"]
outside_text = "Nobody on Mars is in {{country}}."
[clouds.mars-one.texts]
remove_relationship = "Nobody leaves Mars."
[capabilities]
remove_relationship = {{ mars-one = "no" }}
invitation_url = {{ mars-one = "yes" }}
"""


def mars() -> Cloud:
    """Write the settings with the partner's own cloud, and return that cloud."""
    write(MARS)
    return load().all_clouds()["mars-one"]


def test_a_partners_own_cloud_stands_behind_the_others_and_is_kept() -> None:
    cloud = mars()
    assert [cloud.id for cloud in load().enabled_clouds()] == [*ENABLED, "mars-one"]
    assert load().all_clouds()["mars-one"] == cloud  # now from the cache file
    assert (cloud.outside_code, cloud.outside_by_hand) == ("outside-cloud", False)
    assert cloud.countries > {"JP", "PT", "GB"}
    assert cloud.only_country == ""
    assert cloud.outside("Portugal") == "Nobody on Mars is in Portugal."
    assert cloud.allows(Capability.REMOVE_RELATIONSHIP).reason == "Nobody leaves Mars."
    assert cloud.allows(Capability.USAGE).support is Support.UNSTATED
    assert set(cloud.other_suffixes) == {load().clouds[id].domain_suffix for id in ALL_CLOUDS}


def test_a_whole_file_of_before_is_read_as_before() -> None:
    """A person may have copied an older `config.toml`, in which a cloud had five settings."""
    now = paths.project_settings().read_text()
    newer = r"link|countries|outside|authority|api|partner_api|graph|\[clouds\.[a-z-]+\.texts"
    before = re.sub(rf"(?m)^({newer}).*\n", "", now)
    before = re.sub(rf'(?m)^({"|".join(Capability)}) = ".*\n', "", before)
    assert set(tomllib.loads(before)["clouds"]["us-gov"]) == {
        "name", "short_name", "domain_suffix", "color", "enabled",
    }  # fmt: skip
    alone = load()
    write(before.replace("Global", "World"))
    assert load().clouds["global"].short_name == "World"
    assert load().all_clouds()["us-gov"] == alone.all_clouds()["us-gov"]


def test_a_cloud_that_says_no_more_than_it_must_has_words_all_the_same() -> None:
    write(f"[clouds.mars]\n{FIRST}{REST}")
    cloud = load().all_clouds()["mars"]
    assert (cloud.enabled, cloud.countries) == (True, frozenset())
    assert cloud.outside("Portugal") == "Mars is not for customers in Portugal."
    assert "Mars" in cloud.allows(Capability.USAGE).reason


@pytest.mark.parametrize(
    ("cloud", "host", "found"),
    [
        ("mars-one", "portal.office.example", []),
        ("mars-one", "admin.microsoft.com", []),
        ("mars-one", "portal.office.de", ["link.other-cloud"]),
        ("global", "portal.office.example", ["link.other-cloud"]),
        ("mars-one", "portal.mars.example", ["link.other-host"]),
    ],
)
def test_its_links_are_known_as_those_of_the_others_are(
    cloud: str, host: str, found: list[str]
) -> None:
    mars()
    link = f"https://{host}/?invType=a&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438"
    reasons = check_link(link, load().all_clouds()[cloud])
    assert [reason.code for reason in reasons] == found


def test_lists_call_a_cloud_as_the_settings_do() -> None:
    assert dict(CLOUDS) == {id: cloud.short_name for id, cloud in load().clouds.items()}
    mars()
    assert CLOUDS["mars-one"] == "Mars"
    assert CLOUDS.get("venus", "venus") == "venus"


async def test_the_console_works_in_it(tmp_path: Path) -> None:
    mars()
    async with running(demo_desk(tmp_path, cloud="mars-one")) as console:
        header = str(console.screen.query_one(DeskHeader).render())
        assert "▾ Mars  Partner Center for Mars · kept by hand" in header
    async with running(demo_desk(tmp_path, cloud="all")) as console:
        await console.press("g", "c", "slash")
        await console.type("cloud:mars")
        await console.press("enter")
        assert "cloud:mars" in console.state


def test_the_environment_alone_adds_a_cloud_with_a_hyphen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("NAME", "Partner Center for France"), ("SHORT_NAME", "France"),
                        ("DOMAIN_SUFFIX", "onmicrosoft.fr"), ("COLOR", "cyan")):  # fmt: skip
        monkeypatch.setenv(f"PARTNERDESK_CLOUDS__FR_GOV__{name}", value)
    monkeypatch.setenv("PARTNERDESK_CAPABILITIES__USAGE__FR_GOV", "no")
    cloud = load().all_clouds()["fr-gov"]
    assert (cloud.short_name, cloud.allows(Capability.USAGE).allowed) == ("France", False)


def test_what_stands_in_the_environment_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mars()
    monkeypatch.setenv("PARTNERDESK_CLOUDS__MARS_ONE__ENABLED", "false")
    monkeypatch.setenv("PARTNERDESK_CLOUDS__MARS_ONE__COUNTRIES", '["CN"]')
    monkeypatch.setenv("PARTNERDESK_CAPABILITIES__USAGE__MARS_ONE", "partly")
    cloud = load().all_clouds()["mars-one"]
    assert (cloud.enabled, cloud.only_country) == (False, "CN")
    assert cloud.allows(Capability.USAGE).support is Support.PARTLY


@pytest.mark.parametrize(
    ("line", "said", "remedy"),
    [
        ('link_hosts = ["http://a.cn"]', "link_hosts cannot be 'http://a.cn'", "a domain"),
        ('link_hosts = "a.example"', "link_hosts cannot be 'a.example'", "a list, such as"),
        ('countries = ["UK"]', "countries cannot be 'UK'", "a region: Europe."),
        ('outside_text = "In {land}."', "outside_text cannot be", "{country} and no other"),
        ('outside_text = "\\u001b[2J"', "outside_text cannot be", "that can be printed"),
        ('outside_code = "Not here"', "outside_code cannot be 'Not here'", "small letters"),
        ('domain_suffix = ".cn"', "domain_suffix cannot be '.cn'", "onmicrosoft.com"),
        ('outside_by_hand = "perhaps"', "outside_by_hand cannot be", "true or false"),
        ("texts = { usage = 3 }", "texts.usage cannot be 3", "text in quotes"),
        ('texts = { usages = "No" }', "no setting clouds.china.texts.usages", "texts.usage?"),
        ('hosts = ["a.example"]', "no setting clouds.china.hosts", "clouds.china.link_hosts?"),
    ],
)
def test_what_a_cloud_cannot_say_is_refused(line: str, said: str, remedy: str) -> None:
    error = refused(f"[clouds.china]\n{line}\n")
    assert said in error.message
    assert "clouds.china." in error.message
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("content", "said", "remedy"),
    [
        (f"[clouds.mars]\n{FIRST}", "clouds.mars.domain_suffix is missing", "partnerdesk info"),
        (f"[clouds.all]\n{FIRST}{REST}", "all cannot be the id", "such as us-gov"),
        (f"[clouds.source]\n{FIRST}{REST}", "source cannot be the id", "such as us-gov"),
        (f"[clouds.Mars]\n{FIRST}{REST}", "Mars cannot be the id", "such as us-gov"),
        (f"[clouds.us_gov]\n{FIRST}{REST}", "us_gov cannot be the id", "such as us-gov"),
        ('[clouds.mars]\nshort_name = "Mars"', "no setting clouds.mars", "Known here: global,"),
        ('[capabilities]\nusage = { mars = "yes" }', "no setting capabilities.usage.mars", "here:"),
    ],
)
def test_what_is_no_cloud_is_refused(content: str, said: str, remedy: str) -> None:
    error = refused(content)
    assert said in error.message
    assert remedy in error.remedy


def test_the_clouds_that_are_shipped_name_their_sources_and_countries() -> None:
    for cloud in load().all_clouds().values():
        assert cloud.countries <= codes()
        assert cloud.link_hosts
        for capability, rule in cloud.rules.items():
            assert rule.source, capability
            assert not rule.text or rule.support is not Support.YES, capability
            assert re.fullmatch(r"([A-Z].*\.)?", rule.text)

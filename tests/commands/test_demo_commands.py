"""Commands on the demo book: those that need the rehearsal run it as long as they need it."""

from __future__ import annotations

from typing import Any

import pytest

from partnerdesk.models.core import paths
from partnerdesk.models.demo import rehearsal as demo
from partnerdesk.models.settings import load as settings
from tests.support.commands import run


@pytest.fixture(autouse=True)
def _small_demo() -> None:
    assert run("demo", "--customers", "40").code == 0


def home() -> dict[str, Any]:
    account: dict[str, Any] = run("accounts", "list", "--demo", "--json").json[0]
    return account


def test_a_change_waits_for_the_rehearsal_and_is_sent_by_the_outbox() -> None:
    listed = run("customers", "list", "--demo", "--json").json
    assert not demo.folder().exists(), "reading starts nothing"
    assert run("outbox", "send", "--demo").code == 0
    assert home()["connected"]
    assert run("customers", "list", "--demo", "--json").json == listed
    edited = run("customers", "edit", "adventureworks.onmicrosoft.com", "--demo", "--city", "Leeds")
    assert "partnerdesk outbox send --demo" in edited.err
    assert [call["state"] for call in run("outbox", "list", "--demo", "--json").json] == ["waiting"]
    sent = run("outbox", "send", "--demo", "--json")
    assert (sent.code, [call["state"] for call in sent.json]) == (0, ["confirmed"])


def test_the_customers_of_the_demo_are_those_of_the_rehearsal() -> None:
    synced = run("sync", "--demo", "--json")
    assert synced.code == 0
    names = ("new", "changed", "gone")
    assert [synced.json[name] for name in names] == [0, 0, 0]
    known = [
        one
        for one in run("customers", "list", "--demo", "--cloud", "global", "--json").json
        if one["microsoft_id"]
    ]
    assert synced.json["received"] == len(known)


def test_the_other_accounts_stay_kept_by_hand() -> None:
    assert run("sync", "--demo").code == 0
    accounts = run("accounts", "list", "--demo", "--json").json
    assert [one["cloud"] for one in accounts if one["connected"]] == [demo.HOME]
    assert len(accounts) > 1


def test_a_fresh_demo_has_a_fresh_rehearsal() -> None:
    assert run("sync", "--demo").code == 0
    assert demo.is_begun()
    assert run("demo", "--customers", "30", "--replace").code == 0
    assert not demo.is_begun()
    assert not home()["connected"]
    synced = run("sync", "--demo", "--json")
    assert (synced.code, synced.json["new"], synced.json["gone"]) == (0, 0, 0)


def test_without_the_extra_a_sync_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "NEEDS", ("no_such_package",))
    result = run("sync", "--demo")
    assert result.code == 3
    assert demo.INSTALL in result.err
    assert not home()["connected"]


@pytest.mark.parametrize("begun", [False, True])
def test_no_address_of_microsoft_is_left_for_the_demo_book(*, begun: bool) -> None:
    line = demo.Line(*(f"https://127.0.0.1/{number}" for number in range(10))) if begun else None
    turned = demo.at_rehearsal(settings.load(), line)
    for cloud in turned.all_clouds().values():
        addresses = cloud.addresses
        for address in (addresses.authority, addresses.api, addresses.graph, addresses.partner_api):
            assert not address or address.startswith("https://127.0.0.1")
    assert turned.clouds[demo.HOME].api
    assert "microsoft" in settings.load().clouds[demo.HOME].api


def test_the_files_of_the_rehearsal_are_the_persons_alone() -> None:
    assert run("sync", "--demo").code == 0
    assert demo.folder().parent == paths.data_folder()
    assert demo.folder().stat().st_mode & 0o077 == 0

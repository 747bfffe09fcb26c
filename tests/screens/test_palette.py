"""The palette finds actions of all screens, customers by name and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import OptionList

from partnerdesk.models.lists.store_rows import StoreRows
from partnerdesk.screens.shared.palette import Palette
from tests.support.books import demo_desk
from tests.support.console import Console, running

if TYPE_CHECKING:
    from pathlib import Path


SAID = (
    "Narrow the list",
    "Open the customer",
    "Add a customer",
    "Invite the marked",
    "Edit the tags",
)
"""What is said of the first actions of the customers."""


def offered(console: Console) -> list[str]:
    assert isinstance(console.app.screen, Palette)
    options = console.app.screen.query_one(OptionList).options
    return [str(option.prompt) for option in options]


@pytest.mark.parametrize(
    ("typed", "screen", "said"),
    [
        ("customers wide", "customers", ""),
        ("partners add", "partner", ""),
        ("delegated sort", "relationships", "Sort by:"),
        ("changes copy", "changes", "Copy:"),
    ],
)
async def test_actions_of_other_screens_are_done_there(
    tmp_path: Path, typed: str, screen: str, said: str
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("ctrl+p")
        await console.type(typed)
        await console.press("enter")
        assert screen == console.screen.NAME
        assert said in console.said


async def test_a_customer_is_found_by_name_and_opened_also_when_typed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("ctrl+p")
        await console.type("suites contoso")
        assert offered(console) == ["Contoso Suites  contososuites.onmicrosoft.com"]
    slow = StoreRows.opening

    async def late(self: StoreRows, *given: object) -> object:
        import asyncio

        await asyncio.sleep(0.05)
        return await slow(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(StoreRows, "opening", late)
    (tmp_path / "slow").mkdir()
    async with running(demo_desk(tmp_path / "slow")) as console:
        await console._pilot.press("ctrl+p", *"contososuites", "enter")
        await console.wait_until(lambda: not isinstance(console.app.screen, Palette))
        assert console.screen.NAME == "customer"
        assert any("Contoso Suites" in line for line in console.lines())


async def test_what_fits_nothing_is_said_and_nothing_is_done(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("ctrl+p", *"zzqx")
        assert offered(console) == ["Nothing fits: no action, customer or setting."]
        await console.press("enter")
        assert isinstance(console.app.screen, Palette)


async def test_a_setting_is_told_with_its_value_and_where_it_is_changed(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("ctrl+p")
        await console.type("setting theme")
        await console.press("enter")
        assert console.said.startswith("theme = partnerdesk-dark")
        assert "config.toml; the next start heeds it." in console.said


async def test_a_form_offers_no_way_round_its_own_leaving(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "l", "2", "n", "ctrl+p")
        await console.type("export")
        assert all("›" not in text for text in offered(console))


async def test_what_is_said_of_actions_stands_in_one_column(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "ctrl+p")
        options = console.app.screen.query_one(OptionList)
        lines = [str(options.get_option_at_index(place).prompt) for place in range(5)]
        assert len({line.index(said) for line, said in zip(lines, SAID, strict=True)}) == 1

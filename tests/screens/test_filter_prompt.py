"""The filter's prompt by keys: Tab completes, the arrows bring back what was used before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import StoreError
from partnerdesk.models.lists.filter_history import FilterHistory
from partnerdesk.models.lists.known_values import FilterCompleter
from partnerdesk.tui.widgets.safe_input import SafeInput
from tests.support.books import demo_desk
from tests.support.console import remark, running

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from partnerdesk.models.lists.completion import Completions, Line


async def test_tab_completes_fields_and_values_and_the_list_follows(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash", "minus", "c", "o", "u", "tab")
        prompt = console.screen.prompt
        assert prompt.text == "-country:"
        codes = remark(console)  # the values are told at once
        assert codes.startswith("AE BR CN DE")
        await console.press("tab", "tab", "shift+tab")
        assert prompt.text == "-country:AE"
        assert remark(console) == codes
        assert "filter: -country:AE" in console.state
        await console.type(" tag:k")
        assert " of 216" in remark(console)
        await console.press("tab")
        assert prompt.text == '-country:AE tag:"key account"'
        assert f"filter: {prompt.text}" in console.state
        await console.press("home", *["right"] * 11, "backspace", "backspace", "B", "tab")
        assert prompt.text == '-country:BR tag:"key account"'
        assert prompt.query_one(SafeInput).cursor_position == len("-country:BR")


async def test_the_arrows_walk_through_what_was_used_before(tmp_path: Path) -> None:
    before = FilterHistory()
    for text in ("gmbh", "seen:never"):
        before.use("customers", text, 1)
    before.save()
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c", "slash", "up", "up", "enter")
        assert FilterHistory().of("customers") == ["gmbh", "seen:never"]  # it is written at once
        await console.press("slash", "ctrl+u", "z", "escape", "slash", "a", "b")
        prompt, shown = console.screen.prompt, []
        for key in ("up", "up", "up", "down", "down", "down"):
            await console.press(key)
            shown.append(prompt.text)
            assert f"filter: {prompt.text}" in console.state
        assert shown == ["gmbh", "seen:never", "seen:never", "gmbh", "ab", "ab"]
        await console.press("up", "up", "x", "up", "down")  # what was changed is what is typed
        assert prompt.text == "seen:neverx"
        await console.press("escape", "g", "l", "slash", "up")
        assert console.screen.prompt.text == ""  # another kind of list


async def test_a_book_that_is_slow_or_cannot_be_read_stops_no_typing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = FilterCompleter.__call__
    async with running(demo_desk(tmp_path)) as console:
        prompt = console.screen.prompt

        async def slow(completer: FilterCompleter, line: Line) -> Completions:
            prompt.query_one(SafeInput).value = "country:d"  # typed while the book is read
            return await real(completer, line)

        async def fail(_completer: FilterCompleter, _line: Line) -> Completions:
            raise StoreError("The database does not answer.")

        await console.press("g", "c", "slash")
        prompt = console.screen.prompt
        await console.type("country:a")
        monkeypatch.setattr(FilterCompleter, "__call__", slow)
        await console.press("tab")
        assert prompt.text == "country:d"
        assert "filter: country:d" in console.state
        monkeypatch.setattr(FilterCompleter, "__call__", fail)
        await console.press("tab")
        assert remark(console) == "The database does not answer."
        await console.press("e")
        assert prompt.text == "country:de"
        assert " of 216" in remark(console)

"""A start of the console with damaged files of its own, in a terminal and by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.books import demo_desk, demo_store
from tests.support.console import running
from tests.support.depth import deep
from tests.support.jobs import console
from tests.support.own_files import (
    FILES,
    GARBAGE,
    MISSED,
    asides,
    crashes,
    dangling_link,
    endless_device,
    every_file,
    folder_in_its_place,
    pipe,
    put,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@every_file
async def test_the_status_line_tells_of_it(tmp_path: Path, name: str) -> None:
    put(FILES[name](tmp_path), b"{")
    for is_first in (True, False):
        async with running(demo_desk(tmp_path)) as shown:
            at_once = shown.said
            await shown.press("g", "c")
            said = f"{at_once} {shown.said}"
        assert ("damaged" in said) is (is_first and name in MISSED)
    assert len(asides(tmp_path)) == (name in MISSED)


async def test_the_status_line_tells_of_all_of_them(tmp_path: Path) -> None:
    for file in FILES.values():
        put(file(tmp_path), b"{")
    async with running(demo_desk(tmp_path)) as shown:
        assert shown.said.count("damaged:") == 2
        await shown.press("g", "c")
        assert shown.said.count("damaged:") == 1


DEEP = {name: GARBAGE[name] for name in ("5 MB of [", "2,000 objects in each other")}


@deep
@every_file
@pytest.mark.parametrize("garbage", DEEP)
def test_the_console_starts_and_tells_once(tmp_path: Path, name: str, garbage: str) -> None:
    demo_store(tmp_path)
    file = FILES[name](tmp_path)
    put(file, DEEP[garbage])
    for is_first in (True, False):
        with console(tmp_path / "demo.db") as terminal:
            terminal.wait_for("216 customers")
            terminal.wait_for("Manage all customer data")
            is_told = is_first and name in MISSED
            if is_told and name != "views":
                terminal.wait_for("damaged")
            terminal.press("g", "c")
            terminal.wait_for("Company ▲")
            if is_told and name == "views":
                terminal.wait_for("damaged")
            terminal.wait_idle()
            if not is_told:
                assert "damaged" not in terminal.text
            terminal.press("ctrl+q")
            assert terminal.exit_code == 0
        assert crashes(tmp_path) == []
    contents = [aside.read_bytes() for aside in asides(tmp_path)]
    assert contents == ([DEEP[garbage]] if name in MISSED else [])


@pytest.mark.parametrize("instead", [folder_in_its_place, pipe, dangling_link, endless_device])
def test_the_console_starts_whatever_is_in_the_place_of_all_files(
    tmp_path: Path, instead: Callable[[Path], None]
) -> None:
    demo_store(tmp_path)
    for place in FILES.values():
        file = place(tmp_path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # the first book of a run has read the settings here
        instead(file)
    with console(tmp_path / "demo.db") as terminal:
        terminal.wait_for("216 customers")
        terminal.press("g", "c")
        terminal.wait_for("Company ▲")
        terminal.wait_for("regular file")
        terminal.type("/county\r")
        terminal.wait_for("filter: county")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert (crashes(tmp_path), asides(tmp_path)) == ([], [])

"""The recipe for a screen, on a copy of the program: three files; opened, shown and left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.books import empty_desk
from tests.unit.test_house import HOUSE

if TYPE_CHECKING:
    from pathlib import Path

ROOMS = ("cli", "mailing", "models", "partnercenter", "rehearsal", "screens", "tui", "src")

SCREEN = '''"""How many changes there are: a page to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from textual.getters import query_one

from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from partnerdesk.models.session import AppSession


class TallyScreen(AppScreen):
    """How many changes there are."""

    NAME = "tally"
    page = query_one(FieldPage)

    def __init__(self, desk: AppSession, count: int) -> None:
        super().__init__(desk)
        self._count = count

    @classmethod
    async def load(cls, desk: AppSession) -> Self:
        """Count the changes."""
        return cls(desk, await desk.reader.ask(
            lambda book: int(book.rows("SELECT count(*) FROM changes")[0][0])
        ))

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the number."""
        self.set_focus(self.page)
        self.page.show([Section("Tally", (Field("Changes", str(self._count)),))])
'''
"""The content of the screen's own file."""
EDITS = {
    # One line in the table of screens.
    "tui/screens.py": (
        '    "plan": ("changes.plan", "PlanScreen"),\n',
        '    "tally": ("changes.tally", "TallyScreen"),\n',
    ),
    # The screen that opens it: an action and its method.
    "screens/changes/list.py": (
        '        Action("changes.wide",',
        '        Action("changes.tally", "T", N_("Tally"), N_("Count the changes"), "T"),\n',
    ),
}
METHOD = '''
    async def do_tally(self) -> None:
        """Show how many changes there are."""
        await self.shell.show("tally")
'''

PROGRAM = """
import asyncio, sys
from pathlib import Path
import partnerdesk.tui.app
from partnerdesk.models.database.store import Store
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.tui.screens import all_screens
from partnerdesk.tui.widgets.field_page import FieldPage

async def main():
    app = partnerdesk.tui.app.ConsoleApp(
        AppSession(settings.load(), Store(SqliteFile(Path(sys.argv[1]))))
    )
    async with app.run_test(size=(80, 24)) as pilot:
        for key, name in zip("gh" + "T", ("resources", "changes", "tally")):
            await pilot.press(key)
            print(key, app.screen.NAME)
        page = app.screen.query_one(FieldPage)
        print("|".join(page.render_line(y).text.strip() for y in range(2)))
        await pilot.press("question_mark", "escape", "escape")
        print("left for", app.screen.NAME)
    print([screen.NAME for screen in all_screens()].count("tally"))
    print(partnerdesk.tui.app.__file__)

asyncio.run(main())
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the program's folders and settings."""
    copy = tmp_path / "house"
    for room in ROOMS:
        hidden = shutil.ignore_patterns("__pycache__")
        shutil.copytree(HOUSE / room, copy / room, symlinks=True, ignore=hidden)
    shutil.copy(HOUSE / "config.toml", copy)
    return copy


def test_a_screen_to_read_is_three_files(house: Path, tmp_path: Path) -> None:
    (house / "screens/changes/tally.py").write_text(SCREEN)
    for name, (anchor, line) in EDITS.items():
        file = house / name
        text = file.read_text()
        assert text.count(anchor) == 1, name
        file.write_text(text.replace(anchor, line + anchor))
    with (house / "screens/changes/list.py").open("a") as leading:
        leading.write(METHOD)
    desk = empty_desk(tmp_path)
    desk.store.open([cloud.id for cloud in desk.settings.enabled_clouds()])
    desk.close()
    environment = os.environ | {"PYTHONPATH": str(house / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "empty.db")],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    *shown, copy = result.stdout.splitlines()
    assert shown == [
        "g resources", "h changes", "T tally", "Tally|▌ Changes  0", "left for changes", "1",
    ]  # fmt: skip
    assert copy.startswith(str(house))

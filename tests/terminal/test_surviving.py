"""An error that nobody expected costs one screen, and never the session or what was typed."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.support.books import demo_store
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.crashes

SECRET = "hunter2"
FAIL = f"""
def fail(*_arguments, **_more):
    secret = {SECRET!r}
    raise RuntimeError(secret)
"""

LOOKS_ONCE = """
from partnerdesk.models.session import AppSession
look = AppSession.look
def once(self, connection):
    if self.pulse and not hasattr(self, 'failed'):
        self.failed = True
        fail()
    return look(self, connection)
AppSession.look = once
"""
MOVES_ONCE = """
from partnerdesk.screens.resources.list import ResourcesScreen
moved = ResourcesScreen.on_record_table_moved
def once(self):
    if self.table.cursor == 2:
        fail()
    moved(self)
ResourcesScreen.on_record_table_moved = once
"""
GUIDE = "from partnerdesk.screens.resources.guide import GuideScreen as S; "
LIST = "from partnerdesk.tui.widgets.list_screen import ListScreen as S; "
VIEWS = "from partnerdesk.tui.widgets.list_views import ListViews as S; "
PAGE = "from partnerdesk.tui.widgets.field_page import FieldPage as S; "
RESOURCES = "from partnerdesk.screens.resources.list import ResourcesScreen as S; "
BROKEN = {
    "what a key does": (RESOURCES + "S.do_guide = fail", ["enter"]),
    "how a screen is composed": (GUIDE + "S.body = fail", ["enter"]),
    "how a screen begins": (GUIDE + "S.on_mount = fail", ["enter"]),
    "how a line is drawn": (PAGE + "S.render_line = fail", ["g", "c", "enter"]),
    "what a message does": (LIST + "S.on_record_table_moved = fail", ["g", "h"]),
    "what a widget does with a message": (PAGE + "S.on_resize = fail", ["g", "c", "enter"]),
    "what a screen asks the book": (VIEWS + "S.kept_or_nothing = fail", ["g", "h"]),
    "how an answer is shown": (LIST + "S._take_up_scope = fail", ["g", "h"]),
    "how a dialog lists its choices": (
        "import partnerdesk.screens.shared.cloud_selector as s; s.CloudSelector.entries = fail",
        ["c"],
    ),
    "what a dialog's answer does": (
        "from partnerdesk.tui.app import ConsoleApp as S; S._scope_chosen = fail",
        ["c", "enter"],
    ),
    "what a prompt does with an answer": (RESOURCES + "S._copy = fail", ["y", "1"]),
    "what goes on beside": (LOOKS_ONCE, []),
    "the first screen, once": (MOVES_ONCE, ["end"]),
}


def broken(tmp_path: Path, how: str, *flags: str, failing: str = FAIL) -> Terminal:
    """Return a terminal in which a console with an error in it opens a demo book."""
    demo_store(tmp_path)
    script = tmp_path / "broken.py"
    script.write_text(
        dedent(failing)
        + how
        + "\nfrom partnerdesk.cli.main import main\nimport sys\nsys.exit(main())\n"
    )
    command = [sys.executable, str(script), "--database", str(tmp_path / "demo.db"), *flags]
    return Terminal(command, columns=110, rows=30)


def reports(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "home" / "state").rglob("crash-*.txt"))


@pytest.mark.parametrize("what", BROKEN)
def test_the_screen_is_left_and_the_rest_works_on(tmp_path: Path, what: str) -> None:
    how, keys = BROKEN[what]
    with broken(tmp_path, how) as terminal:
        terminal.wait_for("216 customers")
        terminal.press(*keys)
        terminal.wait_for("An error nobody expected")
        terminal.wait_for("crash-")
        terminal.press("escape")
        terminal.press("?")
        terminal.wait_for("Show all keys of this screen")
        terminal.press("escape")
        assert SECRET not in terminal.text
        assert "Traceback" not in terminal.text
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert len(reports(tmp_path)) == 1
    report = reports(tmp_path)[0].read_text()
    assert "builtins.RuntimeError" in report
    assert "in fail" in report
    assert SECRET not in report


def test_a_console_that_cannot_go_on_ends_with_a_report(tmp_path: Path) -> None:
    how = "from partnerdesk.screens.resources.list import ResourcesScreen as S; S.body = fail"
    with broken(tmp_path, how) as terminal:
        assert terminal.exit_code == 1
        terminal.wait_for("A report without your data is in")
        assert 1049 not in terminal.modes
        assert SECRET not in terminal.text
    assert reports(tmp_path)


def test_what_was_typed_in_a_form_is_back_when_it_is_opened_again(tmp_path: Path) -> None:
    how = "from partnerdesk.screens.shared.record_form import RecordFormScreen as S\n"
    how += "S.answers = fail_once"
    failing = (
        FAIL
        + """
from partnerdesk.screens.shared.record_form import RecordFormScreen as Form
answers = Form.answers
def fail_once(self):
    if self.typed.get('domain') == 'contoso.com' and not hasattr(Form, 'failed'):
        Form.failed = True
        fail()
    return answers(self)
"""
    )
    with broken(tmp_path, how, failing=failing) as terminal:
        terminal.wait_for("216 customers")
        terminal.type("gln")
        terminal.wait_for("Invite in Global")
        terminal.type("Contoso\r\rmail@contoso.com\rcontoso.com\r")
        terminal.wait_for("What you typed is kept")
        terminal.type("n")
        terminal.wait_for("Invite in Global")
        terminal.wait_for("mail@contoso.com")
        terminal.wait_for("contoso.com")
        assert "Contoso" in terminal.text


def test_a_note_is_not_lost_with_the_screen_below_it(tmp_path: Path) -> None:
    how = "from partnerdesk.screens.shared.note_dialog import NoteDialog as S; S.on_resize = fail"
    with broken(tmp_path, how.replace("S.on_resize = fail", "S.action_keep = fail_once"),
                failing=FAIL + """
from partnerdesk.screens.shared.note_dialog import NoteDialog as Dialog
keep = Dialog.action_keep
def fail_once(self):
    if not hasattr(Dialog, 'failed'):
        Dialog.failed = True
        fail()
    keep(self)
""") as terminal:  # fmt: skip
        terminal.wait_for("216 customers")
        terminal.type("gc\ro")
        terminal.wait_for("ctrl+s keeps it")
        terminal.type("Called twice")
        terminal.press("ctrl+s")
        terminal.wait_for("What you typed is kept")
        terminal.type("o")
        terminal.wait_for("Called twice")
        terminal.press("ctrl+s")
        terminal.wait_for("Note kept.")


def test_what_takes_long_says_so_until_it_is_done(tmp_path: Path) -> None:
    mark = tmp_path / "done"
    failing = f"""
import asyncio, pathlib
async def wait(self):
    while not pathlib.Path({str(mark)!r}).exists():
        await asyncio.sleep(0.05)
"""
    with broken(tmp_path, RESOURCES + "S.do_guide = wait", failing=failing) as terminal:
        terminal.wait_for("216 customers")
        terminal.wait_idle()
        terminal.press("enter")
        terminal.wait_for("This takes its time; ctrl+q leaves.")
        mark.touch()
        terminal.wait_until(lambda text: "This takes its time" not in text)
    assert reports(tmp_path) == []


def test_what_was_answered_to_a_line_is_back_when_it_is_asked_again(tmp_path: Path) -> None:
    failing = (
        FAIL
        + """
from partnerdesk.tui.widgets.list_questions import ListQuestions as List
answered = List._filter_answered
def fail_once(self, *given):
    if not hasattr(List, 'failed'):
        List.failed = True
        fail()
    return answered(self, *given)
"""
    )
    with broken(tmp_path, "List._filter_answered = fail_once", failing=failing) as terminal:
        terminal.wait_for("216 customers")
        terminal.type("gc")
        terminal.wait_for("Company ▲")
        terminal.type("/county\r")
        terminal.wait_for("What you typed is kept")
        terminal.type("gc/")
        terminal.wait_until(lambda text: "Filter county" in text and "Company ▲" in text)
        terminal.type(" a\r")
        terminal.wait_for("filter: county a")
        terminal.type("/\x15\r")
        terminal.wait_for("216 customers")
        terminal.type("/b")
        terminal.wait_for("Filter b")
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0

"""The form: keys go from item to item, what is typed lands where it should, little is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.style import Style
from textual.app import App
from textual.events import Click, Key, MouseScrollDown, Paste
from textual.screen import Screen
from textual.widgets import OptionList, Static

from partnerdesk.models.core.text import shown
from partnerdesk.screens.shared.choice_dialog import ChoiceDialog
from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.themes import DARK, OWN
from partnerdesk.tui.widgets.form_entry import completed
from partnerdesk.tui.widgets.form_layout import MESSAGE_LINES, lay_out
from partnerdesk.tui.widgets.form_lines import FormLines
from partnerdesk.tui.widgets.form_page import FormPage, Item, ItemSection, ItemState
from partnerdesk.tui.widgets.safe_input import LONGEST, SafeInput, unveiled, veiled
from tests.support.books import empty_desk
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.message import Message
    from textual.pilot import Pilot
    from textual.strip import Strip

STYLE = str(Path(__file__).parents[2] / "tui" / "app.tcss")
COUNTRIES = ("Austria", "Germany", "Newark", "New Zealand", "Österreich")
COMPANY = ItemSection(
    "Company",
    (
        Item("company", "Company name", required=True),
        Item("domain", "Domain", required=True, suffix=".onmicrosoft.com"),
        Item("country", "Country", required=True, completions=COUNTRIES, list_mark=True),
        Item("number", "Organization registration number"),
    ),
)
ADDRESS = ItemSection(
    "Address",
    tuple(Item(name, name.capitalize()) for name in ("street", "city", "state", "postcode")),
)
CONTACT = ItemSection(
    "Contact",
    tuple(Item(name, name.capitalize()) for name in ("first", "last", "mail", "phone", "culture")),
)
ABROAD = ItemSection("Address", tuple(item for item in ADDRESS.items if item.name != "state"))
FORM = (COMPANY, ADDRESS, CONTACT)


class FormScreen(Screen[None]):
    """A form between two lines."""

    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, ...]] = []
        self.wrong: dict[str, list[str]] = {}

    def compose(self) -> ComposeResult:
        yield Static("the header", markup=False)
        form = FormPage()
        form.show(FORM)
        yield form
        yield Static("the status", markup=False)

    def on_mount(self) -> None:
        self.form.focus()

    @property
    def form(self) -> FormPage:
        return self.query_one(FormPage)

    def on_form_page_left(self, event: FormPage.Left) -> None:
        self.told.append(("left", event.name, event.text))
        if event.name in self.wrong:
            self.form.remark(event.name, ItemState.WRONG, self.wrong[event.name])

    def on_form_page_typed(self, event: FormPage.Typed) -> None:
        self.told.append(("typed", event.name, event.text))

    def on_form_page_entered(self, event: FormPage.Entered) -> None:
        self.told.append(("entered", event.name))

    def on_form_page_finished(self) -> None:
        self.told.append(("finished",))

    def on_input_changed(self, event: Message) -> None:
        raise AssertionError(f"{event} left the form")


class FormApp(App[None]):
    """Nothing but a form."""

    def __init__(self, theme: str = DARK.name) -> None:
        super().__init__()
        for known in OWN.values():
            self.register_theme(known)
        self.theme = theme
        self.page = FormScreen()

    def on_mount(self) -> None:
        self.push_screen(self.page)

    @property
    def form(self) -> FormPage:
        return self.page.form

    def lines(self) -> list[str]:
        """Return what is seen between header and status, line by line."""
        lines = self.form.lines
        return [lines.render_line(y).text.rstrip() for y in range(lines.size.height)]

    def seen_value(self) -> str:
        """Return what the input shows."""
        entry = self.form.entry
        return entry.render_lines(entry.outer_size.region)[0].text.rstrip()

    def check(self) -> None:
        """Hold the input to its cell, and the current item in view with its messages."""
        form, lines = self.form, self.form.lines
        line = lines.form.value_line(form.current)
        y = line - lines.scroll_offset.y
        x = lines.region.x + lines.form.value_x
        assert form.entry.region.offset == (x, lines.region.y + y)
        assert form.entry.region.size == (lines.form.room, 1)
        assert lines.form.lines[line].at_cursor
        assert lines.shows(form.current)
        assert self.lines()[y].startswith("▌")
        assert self.focused is form.entry


async def started(pilot: Pilot[None]) -> FormApp:
    app = pilot.app
    assert isinstance(app, FormApp)
    await pilot.pause()
    app.check()
    return app


NAMES = [item.name for section in FORM for item in section.items]


@pytest.mark.parametrize(
    ("keys", "current"),
    [
        (["down", "down", "up"], "domain"),
        (["tab", "enter", "shift+tab"], "domain"),
        (["up"], "company"),
        (["ctrl+end"], "culture"),
        (["ctrl+end", "down"], "culture"),
        (["ctrl+end", "ctrl+home"], "company"),
        (["pagedown"], "street"),
        (["pagedown", "pagedown"], "first"),
        (["pagedown", "pagedown", "pagedown"], "culture"),
        (["pagedown", "down", "pageup"], "company"),
        (["down", "pageup"], "company"),
    ],
)
async def test_keys_go_from_item_to_item(keys: list[str], current: str) -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        for key in keys:
            await pilot.press(key)
            app.check()
        assert app.form.current == current


async def test_each_step_is_told_with_the_text_of_its_item() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        await pilot.press("a", "b", "down", "c")
        await pilot.pause()
        assert app.page.told == [
            ("entered", "company"), ("typed", "company", "a"), ("typed", "company", "ab"),
            ("left", "company", "ab"), ("entered", "domain"), ("typed", "domain", "c"),
        ]  # fmt: skip
        app.page.told.clear()
        app.form.leave()
        app.form.go_to("phone")
        app.form.go_to("nowhere")
        app.form.set_value("phone", "1")  # not typed: nothing is told
        await pilot.press("enter", "enter", "tab", "down")
        await pilot.pause()
        assert app.page.told == [
            ("left", "domain", "c"), ("left", "domain", "c"), ("entered", "phone"),
            ("left", "phone", "1"), ("entered", "culture"),
            ("left", "culture", ""), ("finished",), ("left", "culture", ""), ("finished",),
        ]  # fmt: skip
        assert app.form.current == "culture"


async def test_the_text_of_an_item_is_back_when_the_cursor_is() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        await pilot.press("a", "b", "left", "down", "x", "down", "up", "y", "up", "c")
        assert app.form.values["company"] == "abc"
        assert app.form.values["domain"] == "xy"
        assert app.lines()[2].endswith(" xy.onmicrosoft.com")
        assert app.seen_value() == "abc"
        app.form.set_value("company", "other")
        assert app.seen_value() == "other"
        app.form.entry.insert_text_at_cursor("!")  # known before any message is on its way
        assert app.form.value("company") == "other!"
        app.form.set_value("company", "other")
        app.form.values["company"] = "a copy"
        assert app.form.value("company") == "other"


# What is said about an item


async def test_messages_stand_below_the_value_wrapped_and_marked() -> None:
    app = FormApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await started(pilot)
        text = "This domain name belongs to another organization already."
        app.form.remark("company", ItemState.GOOD)
        app.form.remark("domain", ItemState.WRONG, [text, "Choose another."])
        app.form.remark("number", ItemState.WARNING, ["[bold]Eleven[/] digits"])
        await pilot.pause()
        lines = app.lines()
        cell = app.form.lines.form.value_x
        assert lines[1].startswith("▌ Company name *")
        assert lines[1][cell - 2] == "✓"
        assert lines[2][cell - 2] == "✗"
        below = [line[cell:] for line in lines[3:6]]
        assert " ".join("".join(below[:2]).replace("✗", "").split()) == text.replace(". ", " ")
        assert below[0].startswith("✗ ")
        assert below[1].startswith("  ")
        assert below[2] == "✗ Choose another."
        assert all(not line[:cell].strip() for line in lines[3:6])
        assert lines[7][: cell - 2].startswith("  Organization regis… ")
        assert lines[8][cell:] == "! [bold]Eleven[/] digits"
        await pilot.press("down", "down")
        app.check()
        app.form.remark("domain", ItemState.GOOD)
        await pilot.pause()
        app.check()
        assert app.lines()[3].startswith("▌ Country *")


async def test_only_lines_that_became_others_are_drawn_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = FormApp()
    async with app.run_test(size=(80, 40)) as pilot:
        await started(pilot)
        drawn: set[int] = set()
        render_line = FormLines.render_line

        def record(lines: FormLines, y: int) -> Strip:
            drawn.add(y)
            return render_line(lines, y)

        monkeypatch.setattr(FormLines, "render_line", record)
        height = app.form.lines.size.height
        form = app.form
        steps: tuple[tuple[Callable[[], None], set[int]], ...] = (
            (lambda: form.remark("street", ItemState.GOOD), {7}),
            (lambda: form.remark("street", ItemState.GOOD), set()),
            (lambda: form.set_value("city", "Wien"), {8}),
            (lambda: form.set_value("company", "x"), set()),
            (lambda: form.go_to("phone"), {1, 16}),
            (lambda: form.remark("mail", ItemState.WRONG, ["no"]), set(range(15, 19))),
            (lambda: form.show((COMPANY, ABROAD, CONTACT)), set(range(9, 19))),
        )
        for act, expected in steps:
            drawn.clear()
            act()
            await pilot.pause()
            assert drawn == expected
            assert len(drawn) < height
            app.check()


async def test_a_message_is_never_a_page() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.remark("company", ItemState.WRONG, ["x" * 100_000, "\x1b[2J\n\u202e\ud800"])
        await pilot.pause()
        first, last = app.form.lines.form.block("company")
        assert last - first == 1 + MESSAGE_LINES + 2
        assert app.lines()[last - 1].endswith("✗ ␛[2J")
        app.check()


async def test_the_current_item_stays_in_view_with_its_messages() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await started(pilot)
        for name in NAMES:
            app.page.wrong[name] = ["It is wrong.", "There is a second reason why it is wrong."]
        for key in ["down"] * len(NAMES) + ["up"] * len(NAMES):
            await pilot.press(key)
            await pilot.pause()
            app.check()
        app.form.go_to("phone")
        app.form.remark("phone", ItemState.WRONG, ["a", "b", "c", "d"])
        await pilot.pause()
        app.check()
        assert any(line.endswith("✗ d") for line in app.lines())


# Other items


async def test_other_items_leave_values_remarks_and_the_cursor_alone() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        for name in NAMES:
            app.form.set_value(name, f"the {name}")
        app.form.remark("postcode", ItemState.WARNING, ["short"])
        app.form.go_to("postcode")
        await pilot.press("left", "left")
        app.form.show((COMPANY, ABROAD, CONTACT))
        await pilot.pause()
        app.check()
        assert app.form.current == "postcode"
        assert "state" not in app.form.values
        assert not any("the state" in line for line in app.lines())
        assert any(line.endswith("! short") for line in app.lines())
        await pilot.press("x")
        assert app.form.value("postcode") == "the postcoxde"
        app.form.show(FORM)
        assert app.form.values["state"] == "the state"
        assert app.form.current == "postcode"


async def test_where_the_current_item_is_gone_the_next_one_becomes_it() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.set_value("postcode", "1010")
        app.form.go_to("state")
        await pilot.press("W", "A")
        app.form.show((COMPANY, ABROAD, CONTACT))
        await pilot.pause()
        app.check()
        assert app.form.current == "postcode"
        assert app.page.told[-1] == ("entered", "postcode")
        await pilot.press("0")
        assert app.form.values["postcode"] == "10100"
        app.form.go_to("culture")
        app.form.show((COMPANY,))
        assert app.form.current == "number"
        app.form.show(())
        await pilot.press("x", "down", "enter", "pagedown")
        assert app.form.values == {}
        app.form.show(FORM)
        await pilot.pause()
        app.check()
        assert app.form.values["postcode"] == "10100"


# Any text


HOSTILE = [
    "a\x1b[2Jb\x1b]0;x\x07c", "\x00\x07\x08\r\n\t\x7f\x9b1mx", "x\u202egnp.exe\u2066",
    "half \ud800 and \udc00", "[bold]x[/] [/] [@click=app.quit]y[/]", "株式会社" * 30,
    "🇩🇪👩\u200d👩\u200d👧" * 20, "\U000e0041x", "\ufeff\u200bx", "a\u0301" * 200, "شركة" * 20,
    "x" * (LONGEST - 1),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
async def test_any_text_is_kept_and_safely_shown(text: str) -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        for name in ("company", "domain", "city"):  # under the cursor, with a suffix, elsewhere
            app.form.set_value(name, text)
        for key in ("down", "down", "up", "home", "end", "up"):
            await pilot.press(key)
            app.check()
            frame = "".join([app.seen_value(), *app.lines()])
            assert shown(frame) == frame
            frame.encode()
        assert app.form.values["company"] == app.form.values["domain"] == text
        await pilot.press("!")
        assert app.form.values["company"] == text + "!"
        await pilot.press("backspace", "backspace")
        assert app.form.values["company"] == text[:-1]
        for y, line in enumerate(app.lines()):
            assert app.form.lines.render_line(y).cell_length == app.form.lines.size.width, line


async def test_a_character_that_cannot_be_printed_takes_one_cell() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.set_value("company", "\x07\x1b\u202e\ud800x")
        assert app.seen_value() == "␇␛\ufffd\ufffdx"
        await pilot.press("left")
        assert app.form.entry.cursor_screen_offset.x == app.form.entry.region.x + 4
        app.form.set_value("company", "\x07\x1b" * 100 + "end")
        await pilot.pause()
        assert app.seen_value().endswith("␇␛end")
        await pilot.press("left", "left", "left", "backspace")
        assert app.form.value("company") == "\x07\x1b" * 99 + "\x07end"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_veiled_is_as_wide_as_it_is_shown_and_comes_back(text: str) -> None:
    assert unveiled(veiled(text)) == text
    assert len(veiled(text)) == len(text)
    assert shown(veiled(text)) == veiled(text)


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Contoso\x1b[2J\x07\x9b GmbH\n", "Contoso[2J GmbH"),
        ("\r\n\n  \r\nContoso\r\nand more", "Contoso"),
        ("one\ttwo\rthree", "one two"),
        ("x\u202ey\u2028z", "x\u202ey\u2028z"),
        ("half \ud800", "half \ud800"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("", ""),
        ("\n", ""),
        ("y" * LONGEST, "y" * LONGEST),
        ("y" * (LONGEST + 500), "y" * LONGEST),
    ],
)
async def test_a_paste_is_one_line_without_control_characters(pasted: str, kept: str) -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.post_message(Paste(pasted))
        await pilot.pause()
        assert app.form.values["company"] == kept
        app.check()
        frame = "".join([app.seen_value(), *app.lines()])
        assert shown(frame) == frame
        await pilot.press("home", "shift+end")
        app.post_message(Paste("other"))  # in the place of what is selected
        await pilot.pause()
        assert app.form.values["company"] == "other"


async def test_what_is_copied_and_pasted_inside_is_safe_too() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.set_value("company", "a\x1b[2J\u202e\ud800")
        await pilot.press("home", "shift+end", "ctrl+c")
        assert app.clipboard == "a␛[2J\ufffd\ufffd"
        app.copy_to_clipboard("first\nsecond")
        await pilot.press("down", "ctrl+v")
        assert app.form.values["domain"] == "first"


async def test_a_long_value_scrolls_under_the_cursor_and_is_cut_elsewhere() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        text = "begin" + "x" * 200 + "end"
        for name in ("company", "domain"):
            app.form.set_value(name, text)
        await pilot.pause()
        assert app.seen_value().endswith("xend")
        await pilot.press("home")
        await pilot.pause()
        assert app.seen_value().startswith("beginx")
        await pilot.press("down")
        await pilot.pause()
        assert app.lines()[1].endswith("x…")
        assert app.seen_value().endswith("xend .onmicrosoft.com")
        await pilot.press("home")
        await pilot.pause()
        assert app.seen_value().startswith("beginx")
        assert app.seen_value().endswith("x.onmicrosoft.com")
        await pilot.press("down")
        await pilot.pause()
        assert app.lines()[2].endswith("x….onmicrosoft.com")


# Completion


@pytest.mark.parametrize(
    ("typed", "whole", "rest"),
    [
        ("ger", "Germany", "many"),
        ("oSTER", "Österreich", "reich"),
        ("NEW ", "New Zealand", "Zealand"),
        ("New", "Newark", "ark"),
        ("a\u0308", "Austria", "ustria"),
        ("germany", "", ""),
        ("x", "", ""),
        ("", "", ""),
        (" ", "", ""),
        ("\ud800", "", ""),
    ],
)
def test_the_first_text_that_goes_on_so_completes(typed: str, whole: str, rest: str) -> None:
    assert completed(typed, COUNTRIES) == (whole, rest)


def test_a_completion_goes_on_behind_an_accent_that_is_a_character_of_its_own() -> None:
    assert completed("o", ["O\u0308sterreich"]) == ("O\u0308sterreich", "sterreich")
    assert completed("strass", ["Straße"]) == ("Straße", "e")
    assert completed("a", ["a\x1b[2J"]) == ("a\x1b[2J", "[2J")


@pytest.mark.parametrize("key", ["right", "end"])
async def test_a_completion_is_shown_and_taken(key: str) -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.go_to("country")
        await pilot.press("o", "s", "t")
        assert app.seen_value() == "osterreich ▾"
        assert app.form.value("country") == "ost"
        await pilot.press("left")
        assert app.seen_value() == "ost  ▾"
        await pilot.press(key)
        assert app.form.value("country") == "ost"
        await pilot.press(key)
        assert app.form.value("country") == "Österreich"
        assert app.page.told[-1] == ("typed", "country", "Österreich")
        await pilot.press(key, "down")
        assert app.form.value("country") == "Österreich"
        assert any(line.endswith(" Österreich ▾") for line in app.lines())


async def test_other_completions_count_at_once() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.go_to("country")
        await pilot.press("g")
        assert app.seen_value() == "germany ▾"
        app.form.show((ItemSection("Company", (Item("country", "Land", completions=("Ghana",)),)),))
        assert app.seen_value() == "ghana"
        await pilot.press("end")
        assert app.form.value("country") == "Ghana"


# The window and the mouse


async def test_the_form_fits_into_a_smaller_window_and_back() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.set_value("domain", "contoso")
        app.form.go_to("culture")
        app.form.set_value("culture", "x" * 100 + "end")
        app.form.remark("culture", ItemState.WRONG, ["This is no culture that Microsoft knows."])
        before = app.lines()
        for size in ((60, 15), (120, 40), (60, 15), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            app.check()
            assert app.form.current == "culture"
            assert app.seen_value().rstrip().endswith("end")
        assert [line for line in app.lines() if line] == [line for line in before if line]


async def test_a_form_that_was_hidden_has_the_keys_again() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.display = False
        await pilot.pause()
        assert app.focused is None
        app.form.display = True
        await pilot.pause()
        await pilot.press("x")
        assert app.form.values["company"] == "x"
        app.check()


async def test_a_click_goes_to_its_item_and_the_keys_stay_with_the_input() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        app.form.remark("domain", ItemState.WRONG, ["taken"])
        await pilot.pause()
        await pilot.click(app.form.lines, offset=(40, 3))  # its message
        await pilot.pause()
        app.check()
        assert app.form.current == "domain"
        await pilot.click(app.form.lines, offset=(5, 0))  # a heading
        assert app.form.current == "domain"
        await pilot.press("a", "b", "c")
        await pilot.click(app.form.entry, offset=(1, 0))
        await pilot.press("x")
        assert app.form.value("domain") == "axbc"
        assert app.focused is app.form.entry


async def test_the_wheel_takes_the_cursor_along() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await started(pilot)
        tops = []
        for _ in range(3):
            event = MouseScrollDown(
                None, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False, screen_x=5, screen_y=6
            )
            app.form.lines.post_message(event)
            await pilot.pause()
            app.check()
            tops.append(app.form.lines.scroll_offset.y)
        assert tops == sorted(set(tops))
        assert app.form.current not in {"company", "domain"}


@pytest.mark.parametrize("theme", [theme.name for theme in OWN.values()])
async def test_the_cursor_is_marked_by_more_than_colour(theme: str) -> None:
    app = FormApp(theme)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        label, other = (list(app.form.lines.render_line(y))[1] for y in (1, 2))
        assert label.style is not None
        assert other.style is not None
        assert label.style.bold
        assert label.style.bgcolor != other.style.bgcolor


def test_the_layout_is_pure_and_names_what_is_required() -> None:
    form = lay_out(FORM, {"domain": "x" * 500}, {}, "company", 79)
    assert [line.text for line in form.lines if line.kind == "heading"] == [
        "Company",
        "Address",
        "Contact",
    ]
    assert form.lines[1].label.rstrip() == "Company name *"
    assert form.lines[4].label == "Organization registration…"
    assert len(form.lines) == len(NAMES) + 3 + 2
    assert form.lines[form.value_line("street") - 2].kind == "blank"
    assert form.block("street") == (form.value_line("street") - 2, form.value_line("street"))


# Through the console: in a terminal, with keys that were typed ahead


CONSOLE = """
import sys
from pathlib import Path
from tests.support.books import empty_desk
from tests.screens.test_form_page import STYLE, FormScreen
from partnerdesk.tui.app import ConsoleApp

class Console(ConsoleApp):
    CSS_PATH = STYLE

    def on_ready(self) -> None:
        self.push_screen(FormScreen())

Console(empty_desk(Path(sys.argv[1]))).run(mouse=False)
"""


def console(folder: Path, **env: str) -> Terminal:
    command = [sys.executable, "-c", CONSOLE, str(folder)]
    terminal = Terminal(command, env=env)
    terminal.wait_for("Company name")
    terminal.wait_idle()
    return terminal


def test_keys_typed_ahead_land_in_their_items(tmp_path: Path) -> None:
    with console(tmp_path) as t:
        t.send(b"Contoso\rcontosodom\tger\x1b[Cx\x7f\x1b[B123\r\x1b[6~Ada\rLovelace\x1b[ZX")
        t.wait_for("Lovelace")
        t.wait_idle()
        lines = [" ".join(line[2:].split()) for line in t.lines if line]
        for line in ("Company name * Contoso", "Domain * contosodom.onmicrosoft.com",
                     "Country * Germany ▾", "Organization registration… 123", "First AdaX",
                     "Last Lovelace"):  # fmt: skip
            assert line in lines


def test_ten_thousand_characters_and_control_characters_do_no_harm(tmp_path: Path) -> None:
    with console(tmp_path) as t:
        t.paste("ab" * (LONGEST // 2))
        t.press("enter")
        t.paste("x\x07\x9b2J\u202ey\nz")
        t.press("enter")
        t.press("a")
        t.wait_until(lambda text: "▌ Country *" in text)
        t.wait_idle()
        assert t.bells == 0
        assert t.line(2).rstrip().endswith("ababa…")
        assert "x2J\ufffdy.onmicrosoft.com" in t.line(3)
        assert t.line(0).startswith("the header")
        assert t.line(-1).startswith("the status")


def test_a_step_and_a_letter_write_little(tmp_path: Path) -> None:
    with console(tmp_path) as t:
        for keys, limit in ((["a"], 400), (["tab"], 1_000), (["a"], 400), (["up"], 1_000),
                            (["pagedown"], 1_000), (["enter", "enter"], 2_000)):  # fmt: skip
            mark = t.written
            t.press(*keys)
            t.wait_idle()
            written = t.bytes_since(mark)
            assert 0 < len(written) < limit, keys
            assert b"the header" not in written
            assert b"the status" not in written
            assert b"Contact" not in written


def test_without_colour_the_input_has_none_either(tmp_path: Path) -> None:
    with console(tmp_path, NO_COLOR="1") as t:
        t.send(b"\t\tger")
        t.wait_for("germany")
        t.wait_idle()
        for column in range(80):
            for colour in t.cell(column, 4)[1:3]:
                assert colour == "default" or colour[:2] == colour[2:4] == colour[4:], column


# The list to choose from


LANGUAGES = [("de", "German"), ("de-AT", "German (Austria)"), ("el", "Greek"), ("fr", "Français")]


class ChoiceApp(ConsoleApp):
    """The console with a dialog on top."""

    CSS_PATH = STYLE

    answers: list[str | None]

    async def choose(self, chosen: str = "", options: list[tuple[str, str]] = LANGUAGES) -> None:
        self.answers = []
        await self.push_screen(ChoiceDialog("[b]Language", options, chosen), self.answers.append)

    def titles(self) -> list[str]:
        """Return the options that are shown."""
        options = self.screen.query_one(OptionList)
        return [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]


def choice_app(folder: Path) -> ChoiceApp:
    return ChoiceApp(empty_desk(folder))


@pytest.mark.parametrize(
    ("chosen", "keys", "answer"),
    [
        ("", ["enter"], "de"),
        ("el", ["enter"], "el"),
        ("el", ["down", "enter"], "fr"),
        ("el", ["up", "enter"], "de-AT"),
        ("el", ["f", "r", "a", "n", "c", "enter"], "fr"),
        ("", ["A", "T", "enter"], "de-AT"),
        ("fr", ["g", "enter"], "de"),
        ("", ["a", "u", "s", "space", "g", "e", "enter"], "de-AT"),
        ("", ["escape"], None),
    ],
)
async def test_a_value_is_chosen(
    tmp_path: Path, chosen: str, keys: list[str], answer: str | None
) -> None:
    app = choice_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.choose(chosen)
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == [answer]


async def test_what_is_pasted_into_the_dialog_is_safe(tmp_path: Path) -> None:
    app = choice_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.choose()
        app.post_message(Paste("\n\x9b2Jgre\u202eek\x07"))
        await pilot.pause()
        entry = app.screen.query_one(SafeInput)
        assert entry.render_line(0).text.rstrip() == "2Jgre\ufffdek"
        assert entry.text == "2Jgre\u202eek"
        await pilot.press("home", "delete", "delete")
        assert app.titles() == ["Greek             el"]  # what cannot be seen does not count


async def test_keys_typed_ahead_narrow_before_enter_takes(tmp_path: Path) -> None:
    app = choice_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.choose()
        for key, character in (
            ("g", "g"),
            ("r", "r"),
            ("e", "e"),
            ("enter", None),
            ("enter", None),
        ):
            app.post_message(Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert app.answers == ["el"]


async def test_a_list_in_which_nothing_fits_says_so_and_answers_nothing(tmp_path: Path) -> None:
    app = choice_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.choose()
        await pilot.press("x", "x", "x", "enter", "down", "enter")
        await pilot.pause()
        assert app.titles() == ["Nothing in the list fits."]
        assert app.answers == []
        await pilot.press("backspace", "backspace", "backspace", "enter")
        await pilot.pause()
        assert app.answers == ["de"]


async def test_a_click_takes_an_option_and_one_narrowed_away_does_nothing(tmp_path: Path) -> None:
    app = choice_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.choose()
        await pilot.press("g", "r", "e")
        options = app.screen.query_one(OptionList)
        assert options.option_count == 1
        late = Click(
            options, 3, 3, 0, 0, 1, shift=False, meta=False, ctrl=False,
            style=Style(meta={"option": 3}),
        )  # fmt: skip
        options.post_message(late)
        await pilot.pause()
        assert app.answers == []
        await pilot.click(options, offset=(3, 0))
        await pilot.pause()
        assert app.answers == ["el"]


async def test_hostile_and_many_options_are_listed_as_they_are(tmp_path: Path) -> None:
    app = choice_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        many = [(f"v{n}", f"name {n}") for n in range(250)]
        hostile = [("a\x1b[2J", "[bold]\u202e\ud800"), ("a\x1b[2J", "twice"), ("", "none"), *many]
        await app.choose(options=hostile)
        await pilot.pause()
        assert app.titles()[:3] == [
            "[bold]\ufffd\ufffd  a␛[2J", "none", "name 0    v0",
        ]  # fmt: skip
        assert len(app.titles()) == 252
        dialog = app.screen.query_one(".dialog")
        assert dialog.region.bottom <= 24
        assert "[b]Language" in app.export_screenshot()
        await pilot.press("2", "4", "9")
        assert app.titles() == ["name 249  v249"]
        await pilot.press("backspace", "backspace", "backspace", "up", "up", "enter")
        await pilot.pause()
        assert app.answers == ["v249"]  # round the end

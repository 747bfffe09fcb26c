"""The small form: what a typed text means, what is asked, checked, offered, reviewed and left."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from partnerdesk.models.core.errors import BusyError
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.page import CustomerPage, find_customer, read_customer
from partnerdesk.models.customers.tags_and_notes import plan_note
from partnerdesk.models.forms.question import Option, Question, chosen, not_listed
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.customers.add import AddCustomerScreen
from partnerdesk.screens.shared.choice_dialog import ChoiceDialog
from partnerdesk.screens.shared.help import HelpScreen
from partnerdesk.screens.shared.record_form import RecordFormScreen
from partnerdesk.tui.keys import check_keymap
from partnerdesk.tui.widgets.form_layout import LineKind
from partnerdesk.tui.widgets.form_page import FormPage
from tests.support.books import NOW, TESTER, demo_desk
from tests.support.console import Console, running
from tests.support.edits import set_tags
from tests.support.forms import account_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.session import AppSession

KINDS = (Option("call", "Telephone"), Option("visit", "Visit"), Option("video", "Vidéo call"))
ENGLISH = Option("en", "English")


# What a typed text means


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("call", "call"),
        ("CALL", "call"),
        ("telephone", "call"),
        ("tele", "call"),
        ("video call", "video"),
        ("VIDEO", "video"),
        ("v", "v"),  # a visit, or a video call?
        ("vis", "visit"),
        ("", ""),
        ("  ", "  "),
        ("fax", "fax"),
    ],
)
def test_a_text_means_the_option_that_it_names_or_that_alone_begins_so(
    text: str, value: str
) -> None:
    assert chosen(Question("kind", "Kind", options=KINDS, free=False), text) == value


def test_a_field_that_takes_other_values_completes_nothing_by_itself() -> None:
    asked = Question("partner", "Partner", options=(Option("1234567", "Contoso"),))
    assert chosen(asked, "123") == "123"
    assert chosen(asked, "contoso") == "1234567"
    assert chosen(asked, "Cont") == "Cont"


def test_a_value_counts_before_a_title_that_is_the_same() -> None:
    options = (Option("nl", "BE"), Option("be", "Belgium"))
    assert chosen(Question("a", "A", options=options, free=False), "be") == "be"
    assert chosen(Question("a", "A", options=options, free=False), "BE") == "be"


def test_what_is_in_no_list_is_refused_only_where_only_the_list_counts() -> None:
    kind = Question("kind", "Kind", options=KINDS, free=False)
    assert kind.takes("call")
    assert kind.takes("")
    assert not kind.takes("Telephone")
    assert replace(kind, free=True).takes("Telephone")
    assert Question("text", "Text", free=False).takes("anything")
    assert not_listed(kind, "\x1b[2J").text == (
        "Kind: ␛[2J is none of the values in the list (ctrl+l)."
    )


# The form


class NoteForm(RecordFormScreen):
    """Writes a note to a customer: what about, how it was told, and the number that was called."""

    NAME = "note-form"

    def __init__(self, desk: AppSession, page: CustomerPage, values: Mapping[str, str]) -> None:
        super().__init__(desk, account_in(desk.store), values)
        self.page = page
        self.plans: list[dict[str, str]] = []
        self.gates: list[asyncio.Event] = []
        """Each plan waits for its own, as long as there are some."""
        self.trouble = ""
        self.busy = False
        self.warm = False
        self.ask_last = False
        """Whether no field stands below the kind."""

    def warm_up(self) -> None:
        self.warm = True

    def heading_text(self) -> str:
        return "Note to Fabrikam"

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        assert self.warm
        asked = [
            Question("text", "Text", "What", required=True, hint="What was said."),
            Question("kind", "Kind", "How", options=KINDS, free=False, hint="How it was said."),
        ]
        if values.get("kind") == "call":
            asked.append(Question("number", "Number", "How", required=True, suffix=" (phone)"))
        if self.ask_last:
            return asked
        return [*asked, Question("language", "Language", "How", options=(ENGLISH,))]

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        self.plans.append(dict(values))
        if self.gates:
            await self.gates.pop(0).wait()
        if self.busy:
            raise BusyError("The book is busy.", "Try again.")
        who = self.desk.by()
        plan = await self.desk.reader.aside(
            lambda: plan_note(self.page, " ".join(values.values()), None, who)
        )
        version = self.page.customer.version
        return replace(plan, reasons=tuple(self.rules(values)), version=version)

    def rules(self, values: Mapping[str, str]) -> list[Reason]:
        found = []
        if self.trouble:
            found.append(Reason("note.trouble", self.trouble))
        if not values["text"]:
            found.append(Reason("text.missing", "Write something.", "text"))
        if values["text"].isupper():
            lower = values["text"].lower()
            found.append(Reason("text.loud", "Not so loud.", "text", refuses=False, offer=lower))
        if "number" in values and not values["number"].isdigit():
            found.append(Reason("number.wrong", "A number has digits.", "number"))
        return found

    async def carried_out(self, outcome: Outcome) -> None:
        await self.shell.go_back()
        self.shell.say(f"Written as {outcome.change_id}.")


class FormConsole(Console):
    """The console with the form on top."""

    @property
    def note(self) -> NoteForm:
        return next(s for s in self.app.screen_stack if isinstance(s, NoteForm))

    def form_lines(self) -> list[str]:
        """Return the lines of the form, as they are drawn."""
        lines = self.note.form.lines
        return [
            lines.render_line(y).text.rstrip()
            for y, line in enumerate(lines.form.lines)
            if line.kind is not LineKind.BLANK
        ]

    def said_of(self, label: str) -> list[str]:
        """Return the line of a field and what is said below it."""
        lines = self.form_lines()
        first = next(n for n, line in enumerate(lines) if line[2:].startswith(label))
        rest = lines[first + 1 :]
        until = next((n for n, line in enumerate(rest) if line[1:12].strip()), len(rest))
        return [" ".join(line.strip("▌ ").split()) for line in (lines[first], *rest[:until])]

    @property
    def heading(self) -> str:
        return str(self.note.query_one("#form-heading", Static).render())

    def value(self, name: str) -> str:
        return self.note.form.value(name)


@asynccontextmanager
async def note_form(folder: Path, **values: str) -> AsyncIterator[FormConsole]:
    desk = demo_desk(folder, cloud="global")
    async with running(desk) as console:
        id = find_customer(desk.store, "fabrikam.onmicrosoft.com", [1])
        screen = NoteForm(desk, read_customer(desk.store, id), values)
        await console.app.push_screen(screen)
        await console.settle()
        yield FormConsole(console._pilot, console.app)


async def test_what_is_asked_follows_the_answers(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        assert console.heading == "Note to Fabrikam"
        assert [" ".join(line.strip("▌ ").split()) for line in console.form_lines()] == [
            "What", "Text *", "How", "Kind ▾", "Language ▾",
        ]  # fmt: skip
        assert console.said == "What was said."
        await console.press("tab")
        assert console.said == "How it was said."
        await console.type("tele")
        assert "Number" not in "\n".join(console.form_lines())
        await console.press("tab")
        assert console.value("kind") == "call"
        assert console.said_of("Kind") == ["Kind ✓ call Telephone ▾"]
        assert console.said_of("Number") == ["Number *"]
        assert console.note.form.current == "number"
        await console.press("up")
        await console.type("visit")
        await console.press("tab")
        assert "Number" not in "\n".join(console.form_lines())
        assert console.note.form.current == "language"


async def test_what_the_last_answer_adds_is_asked_before_the_review(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        console.note.ask_last = True
        await console.press("tab", *"tele", "tab", *"55")  # typed ahead
        assert console.value("number") == "55"
        assert console.screen.NAME == "note-form"
        await console.press("tab")
        assert console.screen.NAME == "plan"


async def test_only_fields_that_were_left_are_told_what_is_wrong(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        assert "✗" not in "\n".join(console.form_lines())
        assert console.state == ""
        await console.press("tab")
        assert console.said_of("Text") == ["Text * ✗", "✗ Write something."]
        assert console.state == "1 to mend"
        await console.type("call")
        await console.press("tab")
        assert console.state == "1 to mend"  # the number was only come to
        await console.press("up", "up")
        await console.type("Hello")
        await console.press("tab")
        assert console.said_of("Text") == ["Text * ✓ Hello"]
        assert console.state == ""  # the number was left upwards: somebody looked above it
        assert console.said_of("Number")[1:] == []
        await console.press("tab", "tab")
        assert console.state == "1 to mend"
        assert console.said_of("Number")[1:] == ["✗ A number has digits."]


async def test_a_value_that_is_none_of_the_list_is_refused_and_never_planned(
    tmp_path: Path,
) -> None:
    async with note_form(tmp_path) as console:
        await console.type("Hello")
        await console.press("tab")
        await console.type("fax")
        await console.press("tab")
        wrong = "Kind: fax is none of the values in the list (ctrl+l)."
        assert console.said_of("Kind") == ["Kind ✗ fax ▾", f"✗ {wrong}"]
        assert all(plan["kind"] == "" for plan in console.note.plans)
        await console.press("ctrl+r")
        assert isinstance(console.app.screen, PlanScreen)
        assert any(wrong[:40] in line for line in console.lines())
        assert "Refused" in console.said
        await console.press("escape")
        assert console.note.form.current == "kind"
        await console.press("ctrl+u", "tab")
        assert console.said_of("Kind") == ["Kind ▾"]
        assert console.state == ""


async def test_a_field_that_takes_other_values_takes_them(tmp_path: Path) -> None:
    async with note_form(tmp_path, text="Hello") as console:
        await console.press("tab", "tab")
        await console.type("tlh")
        await console.press("up")
        assert console.said_of("Language") == ["Language ✓ tlh ▾"]
        assert console.note.plans[-1]["language"] == "tlh"


async def test_the_list_chooses_a_value_and_asks_what_follows(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        await console.press("ctrl+l")
        assert console.said == "There is no list for this field: type into it."
        await console.press("tab", "ctrl+l")
        assert isinstance(console.app.screen, ChoiceDialog)
        await console.type("tele")
        await console.press("enter")
        assert console.value("kind") == "call"
        assert console.said_of("Number")
        assert console.said_of("Kind")[0].startswith("Kind ✓")


async def test_an_offer_is_taken_also_before_the_field_is_left(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        await console.press("ctrl+t")
        assert console.said == "Nothing is offered here."
        await console.type("HELLO")
        await console.press("ctrl+t")
        assert console.value("text") == "hello"
        await console.press(*["backspace"] * 5)
        await console.type("LOUD")
        await console.press("tab")
        assert console.said_of("Text")[1:] == ["! Not so loud.", "ctrl+t takes loud"]
        await console.press("tab", "ctrl+t")
        assert console.value("text") == "loud"
        assert console.said_of("Text") == ["Text * ✓ loud"]


async def test_the_review_carries_out_what_was_planned_last(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        await console.type("Hello")
        await console.press("enter", "enter", "enter")  # behind the last field
        assert isinstance(console.app.screen, PlanScreen)
        await console.press("exclamation_mark")
        assert console.said.startswith("Written as ")
        assert console.screen.NAME == "resources"
        id = find_customer(console.app.desk.store, "fabrikam.onmicrosoft.com", [1])
        notes = read_customer(console.app.desk.store, id).notes
        assert "Hello" in [note.text.strip() for note in notes]


@pytest.mark.parametrize("key", ["ctrl+r", "f2"])
async def test_a_refused_review_leads_to_the_first_wrong_field(tmp_path: Path, key: str) -> None:
    async with note_form(tmp_path, kind="call") as console:
        await console.press("ctrl+end", key)
        assert isinstance(console.app.screen, PlanScreen)
        assert "Refused" in console.said
        await console.press("escape")
        assert console.note.form.current == "text"
        assert console.said_of("Text")[1:] == ["✗ Write something."]
        assert console.said_of("Number")[1:] == ["✗ A number has digits."]
        assert console.state == "2 to mend"
        await console.type("Hello")
        assert console.value("text") == "Hello"  # the keys go to the form again


async def test_what_stands_in_the_way_of_everything_is_said_at_once(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        console.note.trouble = "This cloud has no notes."
        await console.type("x")
        await console.press("tab")
        assert console.heading == " ! This cloud has no notes."
        console.note.trouble = ""
        await console.press("up")
        await console.type("y")
        await console.press("tab")
        assert console.heading == "Note to Fabrikam"


async def test_typing_never_waits_for_a_check_and_the_newest_one_wins(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        pilot, note = console._pilot, console.note
        first, second = asyncio.Event(), asyncio.Event()
        note.gates = [first, second]
        before = len(note.plans)
        await pilot.press("A", "tab", "shift+tab")  # once is enough for the same text
        await pilot.pause()
        await pilot.press(*["backspace"] * 2, "b", "tab", "c", "a")
        await pilot.pause()
        assert console.value("text") == "b"
        assert console.value("kind") == "ca"
        assert [plan["text"] for plan in note.plans[before:]] == ["A", "b"]
        assert "loud" not in "\n".join(console.form_lines())
        second.set()
        await console.settle()
        assert console.said_of("Text") == ["Text * ✓ b"]
        first.set()
        await console.settle()
        assert console.said_of("Text") == ["Text * ✓ b"]  # and not that `A` is too loud


async def test_moving_about_plans_nothing_anew(tmp_path: Path) -> None:
    async with note_form(tmp_path, text="Hello") as console:
        before = len(console.note.plans)
        await console.press("tab", "tab", "up", "up")
        assert len(console.note.plans) == before
        assert console.said_of("Text")[0].startswith("Text * ✓")


async def test_a_check_that_fails_is_said_and_the_next_one_goes_on(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        console.note.busy = True
        await console.type("x")
        await console.press("tab")
        assert console.said == "The book is busy. Try again."
        await console.press("ctrl+r")
        assert console.said == "The book is busy. Try again."
        assert console.app.screen is console.note
        console.note.busy = False
        await console.press("up", "tab")
        assert console.said_of("Text") == ["Text * ✓ x"]


async def test_leaving_asks_only_where_something_was_typed(tmp_path: Path) -> None:
    async with note_form(tmp_path, kind="call", number="1") as console:
        await console.press("tab", "tab", "escape")
        assert console.screen.NAME == "resources"
    async with note_form(tmp_path) as console:
        await console.type("x")
        await console.press("escape")
        assert console.said.replace("\n", "  ").split("  ") == [
            "What you typed is not written yet.",
            "Enter/n stay",
            "y leave and lose it",
            "Esc leave; it is back when you open the form again",
        ]
        await console.press("z")
        assert console.said.startswith("That is no answer.  What you typed is not written yet.")
        await console.press("enter")
        assert console.app.screen is console.note
        assert console.value("text") == "x"
        await console.press("escape", "y")
        assert console.screen.NAME == "resources"


async def test_a_second_esc_leaves_a_changed_form_and_what_was_typed_comes_back(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "l", "2", "n", *"Northern", "escape", "escape")
        assert console.screen.NAME == "relationships"
        await console.press("n")
        assert console.screen.query_one(FormPage).value("name") == "Northern"
        assert console.said == "What you had typed is back."
        await console.press("escape", "y", "n")
        assert console.screen.query_one(FormPage).value("name") == ""


async def test_a_change_by_somebody_else_loses_nothing_that_was_typed(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        store, page = console.app.desk.store, console.note.page
        await console.type("Hello")
        await console.press("ctrl+r")
        assert console.screen.NAME == "plan"
        set_tags(
            store, page.customer.id or 0, ["theirs"], version=page.customer.version,
            actor=TESTER, at=NOW,
        )  # fmt: skip
        await console.press("exclamation_mark")
        assert console.screen.NAME == "note-form"
        assert "Somebody else changed this record in the meantime" in console.said
        assert console.value("text") == "Hello"
        console.note.page = read_customer(store, page.customer.id or 0)
        await console.press("ctrl+r", "exclamation_mark")
        assert console.said.startswith("Written as ")


async def test_letters_and_the_cloud_key_are_typed_and_help_is_there(tmp_path: Path) -> None:
    async with note_form(tmp_path) as console:
        await console.type("cgr:q?")
        assert console.value("text") == "cgr:q?"
        await console.press("f1")
        assert isinstance(console.app.screen, HelpScreen)
        await console.press("escape", "x")
        assert console.value("text") == "cgr:q?x"


async def test_keys_pressed_ahead_of_the_form_are_not_lost(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, cloud="global")
    async with running(desk) as console:
        id = find_customer(desk.store, "fabrikam.onmicrosoft.com", [1])
        screen = NoteForm(desk, read_customer(desk.store, id), {})

        async def open_form() -> None:
            await console.app.push_screen(screen)
            await console.app.settled()

        console.app.begin(console.screen, open_form)
        await console._pilot.press("H", "i", "ctrl+r")
        await console.settle()
        assert screen.plans[-1]["text"] == "Hi"


def test_remapped_keys_hold_in_all_forms() -> None:
    check_keymap({"form.review": "f9", "form.list": "f4"}, (NoteForm, AddCustomerScreen))
    ids = {action.id for action in NoteForm.all_actions()}
    assert ids >= {"form.review", "form.list", "form.take", "desk.back", "desk.help"}
    assert ids <= {action.id for action in AddCustomerScreen.all_actions()}


async def test_the_remapped_key_reviews(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, cloud="global", keys={"form.review": "f9"})
    async with running(desk) as console:
        id = find_customer(desk.store, "fabrikam.onmicrosoft.com", [1])
        await console.app.push_screen(NoteForm(desk, read_customer(desk.store, id), {}))
        await console.press("ctrl+r")
        assert console.screen.NAME == "note-form"
        await console.press("f9")
        assert console.screen.NAME == "plan"

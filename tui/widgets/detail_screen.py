"""The base of screens with a list: from 140 columns on, the details of a row stand beside it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.events import DescendantBlur, DescendantFocus, Mount, Resize, ScreenResume
from textual.getters import query_one

from partnerdesk.models.languages import N_, _
from partnerdesk.tui.widgets.actions import Action, shown_keys
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.beside_layout import BesideLayout
from partnerdesk.tui.widgets.detail_pane import DetailPane
from partnerdesk.tui.widgets.record_table import RecordTable
from partnerdesk.tui.widgets.sections import Field, Section, merged

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.core.errors import AppError
    from partnerdesk.models.lists.spec import Row, RowKey

LEAST_DETAILS = {140: 44, 180: 63}
"""The least width of the details in cells, from a width of the terminal on: with 63, an identifier
and the moment of a change are seen whole. What the list does not need comes on top."""
LEAST_COLUMNS = min(LEAST_DETAILS)
"""The width of the terminal from which on details stand beside a list."""
REST_SECONDS = 0.1
"""How long the cursor rests on a row before more is read of it than the list holds."""

INTO_DETAILS = Action(
    "list.into-details", "tab", N_("Into the details"),
    N_("Go into the details beside the list; Tab or Esc comes back"), "Tab", bar=False,
)  # fmt: skip
DETAILS = Action(
    "list.details", "backslash", N_("Details"),
    N_("Hide the details beside the list, or show them"), "\\",
)  # fmt: skip
DETAIL_ACTIONS = (INTO_DETAILS, DETAILS)
"""The actions of every screen whose list has details beside it."""
IN_DETAILS = (
    ("↑ ↓  k j", N_("In the details: go from field to field; Enter opens what it names")),
    ("y", N_("In the details: copy the field under the cursor")),
    ("Tab Esc", N_("In the details: back to the list")),
)
"""Help lines: the keys of the details."""


class DetailScreen(AppScreen):
    """A screen with one list; subclasses say what the details of a row are."""

    table = query_one(RecordTable)
    details = query_one("#details", DetailPane)

    _has_pane = False
    """Whether there is a pane for details: only where there was room for one, as it costs time."""
    _detailed: Row | None = None
    """The row whose details are shown."""
    _has_read_rows = False
    """Whether the rows were read, so that a list without any is empty."""
    _more: Sequence[Section] = ()
    """What was read of that row beside what the list holds."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the screen's own actions, those of the details, and those of every screen."""
        actions, own = super().all_actions(), len(cls.ACTIONS)
        return (*actions[:own], *DETAIL_ACTIONS, *actions[own:])

    # Implemented by subclasses

    @property
    def list_name(self) -> str:
        """The name under which it is remembered whether the details are hidden."""
        return self.NAME

    def row_details(self, row: Row) -> Sequence[Section]:
        """Return what the list holds of a row, at once; the first title is the record's name."""
        raise NotImplementedError

    def read_of(self, row: Row) -> Callable[[], Awaitable[Sequence[Section]]] | None:
        """Return what reads more of a row, as its page has it; None where there is no more.

        What is returned touches nothing on the screen.
        """
        del row
        return None

    # The room

    @on(Mount)
    def lay_out(self) -> None:
        """Leave the details their place beside the list."""
        self.styles.set_rule("layout", BesideLayout())

    def beside(self, table: RecordTable) -> ComposeResult:
        """Build a table with the details beside it."""
        yield table
        if self.has_room_for_details:
            yield self.pane()

    def pane(self) -> DetailPane:
        """Return a new pane for the details."""
        self._has_pane = True
        return DetailPane(id="details")

    @property
    def has_room_for_details(self) -> bool:
        """Whether the terminal is wide enough."""
        return self.app.size.width >= LEAST_COLUMNS

    @property
    def shows_details(self) -> bool:
        """Whether the details are seen."""
        return self._has_pane and bool(self.details.display)

    @property
    def in_details(self) -> bool:
        """Whether the details have the keys."""
        return self.shows_details and self.details.has_focus

    @on(Mount)
    @on(Resize)
    @on(ScreenResume)
    def divide_anew(self) -> None:
        """Show the details where there is room for them, and hide them where there is none."""
        self.share_room()
        self.show_details()

    def share_room(self) -> None:
        """Give the columns of the list the width that they need, and the rest to the details."""
        table = self.table
        useless = [] if self.has_room_for_details else [DETAILS.id]
        self.key_bar.leave_out(*useless, because="room")
        is_empty = not table.total and self._has_read_rows
        is_hidden = self.list_name in self.desk.remembered.without_details
        if not self.has_room_for_details or is_hidden or is_empty:
            if self.shows_details:
                if self.details.has_focus:
                    self.focus_body()
                self.details.display = False
                table.leave_beside(0)
            return
        widths = (cells for least, cells in LEAST_DETAILS.items() if self.app.size.width >= least)
        table.leave_beside(max(widths))
        if not self._has_pane:
            self.mount(self.pane(), after=table)
        self.details.display = True

    # What is shown

    @on(RecordTable.Shown)
    def show_details_anew(self) -> None:
        """Show the details of the row under the cursor; the book may have changed."""
        self._has_read_rows = True
        self.share_room()
        self.show_details(anew=True)

    @on(RecordTable.Moved)
    def follow_cursor(self) -> None:
        """Show the details of the row that the cursor moved to."""
        self.show_details()

    def show_details(self, *, anew: bool = False) -> None:
        """Show at once what the list holds of the row under the cursor; read more when it rests.

        `anew` reads more of a row that is shown already, since the book may have changed.
        """
        row, before = self.table.row, self._detailed
        if not self.shows_details or row is None or (row is before and not anew):
            return
        is_another = before is None or row.key != before.key
        if is_another:
            self._more = ()
        self._detailed = row
        self._show_what_is_known(row, is_another=is_another)
        if (read := self.read_of(row)) is not None:
            self.read(
                partial(self._read_at_rest, read), partial(self._take_more, row.key),
                partial(self._cannot_read_more, row.key), group="details", beside=True,
            )  # fmt: skip

    def _show_what_is_known(self, row: Row, *, is_another: bool) -> None:
        sections = merged(self.row_details(row), self._more)
        self.details.show_record(sections, is_another=is_another)

    async def _read_at_rest(
        self, read: Callable[[], Awaitable[Sequence[Section]]]
    ) -> Sequence[Section]:
        await asyncio.sleep(REST_SECONDS)
        return await read()

    def _take_more(self, key: RowKey, more: Sequence[Section]) -> None:
        row = self._detailed
        if row is not None and row.key == key and self.shows_details:
            self._more = more
            self._show_what_is_known(row, is_another=False)

    def _cannot_read_more(self, key: RowKey, error: AppError) -> None:
        self._take_more(key, [Section(_("More cannot be read"), (Field("!", str(error)),))])

    @on(DescendantFocus)
    @on(DescendantBlur)
    def point_once(self) -> None:
        """Show one pointer: in the list, or in the details while these have the keys."""
        self.table.point(beside=self.in_details)

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether a key means something here: those of the details only where they are."""
        if action == "perform" and parameters == (INTO_DETAILS.id,):
            return self.shows_details
        if action == "perform" and parameters == (DETAILS.id,):
            return self.has_room_for_details
        return super().check_action(action, parameters)

    def offered_actions(self) -> tuple[Action, ...]:
        """Return the actions, without those that need details beside the list where are none."""
        return tuple(
            action for action in self.all_actions() if self.check_action("perform", (action.id,))
        )

    def moving(self) -> list[tuple[str, str]]:
        """Return the keys that move, and those of the details where there is room for them."""
        return [*super().moving(), *(IN_DETAILS if self.has_room_for_details else ())]

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now; its key does nothing, but it may be typed by name."""
        if action in DETAIL_ACTIONS and not self.has_room_for_details:
            text = _("Details stand beside the list from {columns} columns on.")
            return text.format(columns=LEAST_COLUMNS)
        return super().refusal(action)

    def do_into_details(self) -> None:
        """Give the keys to the details."""
        if self.shows_details:
            self.set_focus(self.details)

    def do_details(self) -> None:
        """Hide the details beside the list, or show them; that is remembered for the list."""
        hidden = self.desk.remembered.without_details
        hidden ^= {self.list_name}
        if self.list_name in hidden:
            key = shown_keys(DETAILS, self.desk.settings.keys)
            self.status.say(_("The details are hidden; {key} shows them.").format(key=key))
        self.share_room()
        self._detailed = None
        self.show_details()

    def action_leave_details(self) -> None:
        """Give the keys back to the list."""
        self.focus_body()

    async def action_open_detail(self) -> None:
        """Open what the field under the cursor of the details names; else the record."""
        field = self.details.field
        if field is not None and field.open is not None:
            await self.attempt(field.open)
            return
        opens = (action for action in self.ACTIONS if "enter" in action.keys.split(","))
        if (action := next(opens, None)) is not None:
            await self.perform(action)

    def on_field_page_chosen(self) -> None:
        """Open what was clicked twice."""
        self.shell.begin(self, self.action_open_detail)

    def action_copy_detail(self) -> None:
        """Copy the field under the cursor of the details."""
        field = self.details.field
        self.copy(field.text if field is not None else "")

    def focus_body(self) -> None:
        """Give the keys back to the list."""
        self.set_focus(self.table)

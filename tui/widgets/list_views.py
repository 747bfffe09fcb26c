"""Saved views of a list: choose a view, save the current state as a view, delete a view."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError, ConflictError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.completion import word_completer
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.saved_views import Kept, SavedView, own_name, still_there
from partnerdesk.models.lists.saved_views_file import keep_view, read_views, remove_view
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice, packed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from partnerdesk.models.lists.list_state import View
    from partnerdesk.models.lists.saved_views_file import Reading
    from partnerdesk.tui.widgets.list_columns import ListColumns
    from partnerdesk.tui.widgets.list_frame import ListFrame

VIEW = Action(
    "list.view", "v", N_("Views"),
    N_("Show a saved view; save the filter, sort and columns as one; delete one"), "v", bar=False,
)  # fmt: skip
DIGITS = 9
"""The number of views that can be chosen by a digit."""
LINES = 3
"""The largest number of lines of a question."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What to do with the view that is chosen from `views`."""

    kept: Kept
    views: Sequence[SavedView]
    act: Callable[[SavedView], Awaitable[None] | None]


class ListViews:
    """The saved views of a list, and the view that is shown."""

    def __init__(self, screen: ListFrame, columns: ListColumns) -> None:
        self._screen = screen
        self._columns = columns
        self._view: SavedView | None = None
        """The view that was chosen last and not left since."""

    # Reading the file of views

    async def kept(self) -> Kept:
        """Return the person's saved views and columns; show problems of their file.

        Raises:
            FileError: the file cannot be read.
        """
        return self.told(await asyncio.to_thread(read_views))

    def told(self, reading: Reading) -> Kept:
        """Return the views and columns of a reading; show its notice, if any."""
        desk = self._screen.desk
        if reading.notice:
            desk.notices.append(reading.notice)
        if desk.notices:
            self._screen.shell.say(desk.take_notices(), error=True)
        return reading.kept

    async def kept_or_nothing(self) -> Kept:
        """Return the saved views and columns; show an error and return none if reading fails."""
        try:
            return await self.kept()
        except AppError as error:
            self._screen.shell.say(str(error), error=True)
        return Kept()

    # The current view

    def text(self) -> str:
        """Return the name of the current view as text; empty if filter or sort differ from it."""
        view, screen = self._view, self._screen
        if view is None or screen.filter.text != view.filter:
            return ""
        is_as_kept = screen.sort == view.sort_of(screen.SPEC)
        return _("view: {name}").format(name=shown(view.name)) if is_as_kept else ""

    @property
    def word(self) -> str:
        """The stored name of the current view; empty for none."""
        return self._view.word if self._view is not None else ""

    def take_up(self, kept: Kept, left: View) -> None:
        """Restore the view of the saved list state, and the saved columns of the list."""
        spec, columns = self._screen.SPEC, self._columns
        view = kept.named(spec.name, left.view) if left.view else None
        self._view = view
        columns.of_view = still_there(view.columns, spec) if view is not None else ()
        columns.own = still_there(kept.columns.get(spec.name, ()), spec)
        self._screen.table.take_columns(columns.chosen, wide=left.wide)

    def leave_cleared(self) -> None:
        """Leave the view and its columns if the view's filter was cleared.

        Do nothing while a prompt is open: Esc restores the list.
        """
        if self._screen.prompt.is_open:
            return
        if self._view is not None and self._view.filter and not self._screen.filter.text:
            self._leave()

    def _leave(self) -> None:
        columns = self._columns
        covered, self._view, columns.of_view = columns.of_view, None, ()
        if covered:
            self._screen.table.set_columns(columns.chosen)

    async def choose(self, view: SavedView) -> None:
        """Show a view: its filter, sort and columns; the marks stay.

        Raises:
            FilterError: the view's filter is no longer valid.
        """
        screen, columns = self._screen, self._columns
        screen.filter = parse(view.filter, screen.SPEC, screen.desk.clock())
        screen.sort = view.sort_of(screen.SPEC)
        self._view, columns.of_view = view, still_there(view.columns, screen.SPEC)
        screen.table.take_columns(columns.chosen, wide=view.wide)
        await screen.show_rows_now()
        screen.remember()

    async def _choose_none(self) -> None:
        screen, columns = self._screen, self._columns
        screen.filter, screen.sort = NO_FILTER, screen.SPEC.default_sort
        self._view, columns.of_view = None, ()
        screen.table.take_columns(columns.chosen, wide=screen.table.wide)
        await screen.show_rows_now()
        screen.remember()

    # Actions

    async def ask(self, name: str) -> None:
        """Show the view called `name`; without a name, ask for a view or what to do with views."""
        kept, spec = await self.kept(), self._screen.SPEC
        if name:
            await self.choose(kept.find(spec.name, name))
            return
        further = [Choice("s", _("save as …"), self._ask_name, default=not kept.of(spec.name))]
        if self._view is not None or self._screen.filter.text:
            further.insert(0, Choice("0", _("whole list"), self._choose_none))
        own = [view for view in kept.of(spec.name) if not view.id]
        if own:
            wish = _Wish(kept, own, self._ask_delete)
            delete = partial(self._ask_which, _("Delete view:"), wish, ())
            further.append(Choice("d", _("delete …"), delete))
        wish = _Wish(kept, kept.of(spec.name), self.choose)
        self._ask_which(_("View:"), wish, further)

    def _ask_which(self, question: str, wish: _Wish, further: Sequence[Choice]) -> None:
        """Ask for a view by a digit; also by name if not all views fit."""
        by_name = Choice("n", _("by name …"), partial(self._ask_by_name, question, wish))
        choices = [
            Choice(
                str(place),
                shown(view.name),
                partial(wish.act, view),
                default=wish.act == self.choose and place == 1,
            )
            for place, view in enumerate(wish.views[:DIGITS], 1)
        ]
        rest = [*further] if len(wish.views) <= DIGITS else [by_name, *further]
        while choices and self._lines(question, [*choices, *rest]) > LINES:
            rest = [by_name, *further]
            choices.pop()
        self._screen.choose(question, [*choices, *rest])

    def _lines(self, question: str, choices: Sequence[Choice]) -> int:
        parts = [question, *(f"{choice.keys} {choice.label}" for choice in choices), "Enter/Esc"]
        return packed(parts, self._screen.size.width - 2).count("\n") + 1

    def _ask_by_name(self, question: str, wish: _Wish) -> None:
        names = {view.name.lower(): shown(view.name) for view in wish.views}

        def tell(text: str) -> None:
            begun = [name for low, name in names.items() if low.startswith(text.lower())]
            self._screen.prompt.remark(", ".join(begun))

        async def answered(text: str | None) -> None:
            if text and text.strip():
                result = wish.act(wish.kept.find(self._screen.SPEC.name, text))
                if inspect.isawaitable(result):
                    await result

        aid = Aid(complete=word_completer(tuple(names)))
        self._screen.ask(question.rstrip(":"), "", answered, tell, aid)
        tell("")

    def _ask_name(self) -> None:
        own = self._view.title if self._view is not None and not self._view.id else ""
        self._screen.ask(_("Save the view as"), own, self._named)

    async def _named(self, text: str | None) -> None:
        if text is None:
            return
        screen, name = self._screen, self._screen.SPEC.name
        view = SavedView(
            name, own_name(name, text), screen.filter.text, screen.sort.column,
            descending=screen.sort.descending, columns=self._columns.chosen,
            wide=screen.table.wide,
        )  # fmt: skip
        try:
            await self._save(view, over=False)
        except ConflictError as error:
            screen.choose(
                error.message,
                [
                    Choice("n", _("keep it"), lambda: None, default=True),
                    Choice("o", _("overwrite"), partial(self._save, view, over=True)),
                ],
            )

    async def _save(self, view: SavedView, *, over: bool) -> None:
        await asyncio.to_thread(keep_view, view, over=over)
        self._view, self._columns.of_view = view, view.columns
        self._say_view(_("The view {name} is kept: v shows it."), view)

    def _ask_delete(self, view: SavedView) -> None:
        if view.id:
            raise UsageError(_("{name} comes with the program.").format(name=view.name))
        self._screen.choose(
            _("Delete the view {name}?").format(name=shown(view.name)),
            [Choice("y", _("Yes"), partial(self._delete, view))],
        )

    async def _delete(self, view: SavedView) -> None:
        await asyncio.to_thread(remove_view, view)
        if self._view is not None and self._view.word == view.word:
            self._leave()
        self._say_view(_("The view {name} is deleted."), view)

    def _say_view(self, text: str, view: SavedView) -> None:
        screen = self._screen
        screen.remember()
        if screen.desk.scope is not None:
            screen.show_state(screen.desk.scope)
        screen.status.say(text.format(name=shown(view.name)))

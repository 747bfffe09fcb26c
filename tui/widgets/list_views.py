"""Saved views on a list: to choose one, to save what is shown as one, to delete one."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import ConflictError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.completion import word_completer
from partnerdesk.models.lists.filter_parser import NO_FILTER, Filter, parse
from partnerdesk.models.lists.saved_views import SavedView, own_name, still_there
from partnerdesk.models.lists.saved_views_file import keep_view, remove_view
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.list_columns import COLUMNS, JUMP, ColumnsScreen
from partnerdesk.tui.widgets.prompt import Aid
from partnerdesk.tui.widgets.questions import Choice, packed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.list_state import View
    from partnerdesk.models.lists.saved_views import Kept
    from partnerdesk.models.lists.spec import Sort
    from partnerdesk.models.session import Desk

VIEW = Action(
    "list.view", "v", N_("Views"),
    N_("Show a saved view; save the filter, sort and columns as one; delete one"), "v", bar=False,
)  # fmt: skip
LIST_ACTIONS = (VIEW, COLUMNS, JUMP)
"""What every list can do besides its own actions."""
DIGITS = 9
"""Views that a digit chooses."""
LINES = 3
"""Lines that a question takes at most."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """To do something with one of some views."""

    kept: Kept
    views: Sequence[SavedView]
    act: Callable[[SavedView], Awaitable[None] | None]


class ViewsScreen(ColumnsScreen):
    """A list that can be shown as one of its saved views."""

    _filter: Filter
    _sort: Sort

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._view: SavedView | None = None
        """The view that was chosen last and is not left yet."""

    @classmethod
    def all_actions(cls) -> tuple[Action, ...]:
        """Return the list's own actions, those of every list, and those of every screen."""
        actions, own = super().all_actions(), len(cls.ACTIONS)
        return (*actions[:own], *LIST_ACTIONS, *actions[own:])

    def show_state(self, scope: Scope) -> None:
        """Say how many rows there are, and which."""
        raise NotImplementedError

    def show_rows(self, keep: int = 0) -> None:
        """Begin to show the rows that there are now."""
        raise NotImplementedError

    def _remember(self) -> None:
        raise NotImplementedError

    # Which view is shown

    @property
    def view_name(self) -> str:
        """The name of the view that is shown; empty where filter or sort are not as in it."""
        view = self._view
        if view is None or self._filter.text != view.filter:
            return ""
        return shown(view.name) if self._sort == view.sort_of(self.SPEC) else ""

    @property
    def view_word(self) -> str:
        """What the view that is not left yet is remembered by; empty for none."""
        return self._view.word if self._view is not None else ""

    def take_up(self, kept: Kept, left: View) -> None:
        """Take up the view that a list was left in, and the columns that are kept for the list."""
        found = kept.named(self.SPEC.name, left.view) if left.view else None
        self._view = found
        self._view_columns = still_there(found.columns, self.SPEC) if found is not None else ()
        self._own_columns = still_there(kept.columns.get(self.SPEC.name, ()), self.SPEC)
        self.table.take_columns(self.columns, wide=left.wide)

    def leave_cleared_view(self) -> None:
        """Leave the view where its filter was cleared, and with it its columns.

        Not while a filter is typed: Esc leaves the list as it was.
        """
        if self.prompt.is_open:
            return
        if self._view is not None and self._view.filter and not self._filter.text:
            self._leave()

    def _leave(self) -> None:
        covered, self._view, self._view_columns = self._view_columns, None, ()
        if covered:
            self.table.set_columns(self.columns)

    async def choose_view(self, view: SavedView) -> None:
        """Show a view: its filter, sort and columns; the marks stay.

        Raises:
            FilterError: its filter cannot be read any more.
        """
        self._filter = parse(view.filter, self.SPEC, self.desk.clock())
        self._sort = view.sort_of(self.SPEC)
        self._view, self._view_columns = view, still_there(view.columns, self.SPEC)
        self.table.take_columns(self.columns, wide=view.wide)
        self.show_rows()
        await self.settled()
        self._remember()

    async def _choose_none(self) -> None:
        self._filter, self._sort = NO_FILTER, self.SPEC.default_sort
        self._view, self._view_columns = None, ()
        self.table.take_columns(self.columns, wide=self.table.wide)
        self.show_rows()
        await self.settled()
        self._remember()

    # What keys do

    async def do_view(self, name: str = "") -> None:
        """Ask which view to show, or what to do with views."""
        kept = await self.kept()
        if name:
            await self.choose_view(kept.find(self.SPEC.name, name))
            return
        further = [Choice("s", _("save as …"), self._ask_name)]
        if self._view is not None or self._filter.text:
            further.insert(0, Choice("0", _("whole list"), self._choose_none))
        own = [view for view in kept.of(self.SPEC.name) if not view.id]
        if own:
            wish = _Wish(kept, own, self._ask_delete)
            delete = partial(self._ask_which, _("Delete view:"), wish, ())
            further.append(Choice("d", _("delete …"), delete))
        wish = _Wish(kept, kept.of(self.SPEC.name), self.choose_view)
        self._ask_which(_("View:"), wish, further)

    def _ask_which(self, question: str, wish: _Wish, further: Sequence[Choice]) -> None:
        """Ask for one of some views by a digit; by its name where there are too many for that."""
        by_name = Choice("n", _("by name …"), partial(self._ask_by_name, question, wish))
        choices = [
            Choice(str(place), shown(view.name), partial(wish.act, view))
            for place, view in enumerate(wish.views[:DIGITS], 1)
        ]
        rest = [*further] if len(wish.views) <= DIGITS else [by_name, *further]
        while choices and self._lines(question, [*choices, *rest]) > LINES:
            rest = [by_name, *further]
            choices.pop()
        self.choose(question, [*choices, *rest])

    def _lines(self, question: str, choices: Sequence[Choice]) -> int:
        parts = [question, *(f"{choice.key} {choice.label}" for choice in choices), "Esc"]
        return packed(parts, self.size.width - 2).count("\n") + 1

    def _ask_by_name(self, question: str, wish: _Wish) -> None:
        names = {view.name.lower(): shown(view.name) for view in wish.views}

        def tell(text: str) -> None:
            begun = [name for low, name in names.items() if low.startswith(text.lower())]
            self.prompt.remark(", ".join(begun))

        async def answered(text: str | None) -> None:
            if text and text.strip():
                result = wish.act(wish.kept.find(self.SPEC.name, text))
                if inspect.isawaitable(result):
                    await result

        aid = Aid(complete=word_completer(tuple(names)))
        self.ask(question.rstrip(":"), "", answered, tell, aid)
        tell("")

    def _ask_name(self) -> None:
        own = self._view.title if self._view is not None and not self._view.id else ""
        self.ask(_("Save the view as"), own, self._named)

    async def _named(self, text: str | None) -> None:
        if text is None:
            return
        view = SavedView(
            self.SPEC.name, own_name(self.SPEC.name, text), self._filter.text, self._sort.column,
            descending=self._sort.descending, columns=self.columns, wide=self.table.wide,
        )  # fmt: skip
        try:
            await self._save(view, over=False)
        except ConflictError as error:
            self.choose(
                error.message,
                [Choice("n", _("keep it"), lambda: None),
                 Choice("o", _("overwrite"), partial(self._save, view, over=True))],
            )  # fmt: skip

    async def _save(self, view: SavedView, *, over: bool) -> None:
        await asyncio.to_thread(keep_view, view, over=over)
        self._view, self._view_columns = view, view.columns
        self._say_view(_("The view {name} is kept: v shows it."), view)

    def _ask_delete(self, view: SavedView) -> None:
        if view.id:
            raise UsageError(_("{name} comes with the program.").format(name=view.name))
        self.choose(
            _("Delete the view {name}?").format(name=shown(view.name)),
            [Choice("y", _("Yes"), partial(self._delete, view))],
        )

    async def _delete(self, view: SavedView) -> None:
        await asyncio.to_thread(remove_view, view)
        if self._view is not None and self._view.word == view.word:
            self._leave()
        self._say_view(_("The view {name} is deleted."), view)

    def _say_view(self, text: str, view: SavedView) -> None:
        self._remember()
        if self.desk.scope is not None:
            self.show_state(self.desk.scope)
        self.status.say(text.format(name=shown(view.name)))

"""The palette: finds an action, a customer or a setting by any part of its name."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets.option_list import Option

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.text import shown
from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.languages import _
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.row_source import RowsRequest
from partnerdesk.models.lists.store_rows import StoreRows
from partnerdesk.screens.shared.choice_dialog import ChoiceDialog
from partnerdesk.tui.widgets.actions import shown_keys
from partnerdesk.tui.widgets.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from partnerdesk.models.core.errors import AppError
    from partnerdesk.models.lists.spec import Row
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.actions import Action

REDRAW, LEAVE = "desk.redraw", "desk.leave"
"""Ids of the actions that the app itself carries out, on every screen."""
CUSTOMER, SETTING = "customer/", "setting/"
"""Prefixes of the answer before a customer's key and before a setting's name."""
SHOWN_COLUMNS = [CUSTOMERS.columns.index(CUSTOMERS.column(name)) for name in ("company", "domain")]
"""Positions in a row of the columns shown for a customer."""
KEYS = 8
"""Cells for the keys of an action."""
MOST = 5
"""The largest number of customers offered."""
WAIT_SECONDS = 2.0
"""How long Enter waits for the customers before it takes the option under the cursor."""


class Palette(ChoiceDialog, Reads):
    """Answers with the id of an action, a customer or a setting; None if nothing was chosen."""

    def __init__(
        self,
        desk: AppSession,
        actions: Sequence[Action],
        elsewhere: Sequence[tuple[str, str, Action]],
    ) -> None:
        """Build the palette.

        Args:
            desk: the session of the console.
            actions: the actions of the screen below.
            elsewhere: actions of other screens: the id for the answer, the title of the screen,
                and the action.
        """
        from partnerdesk.models.settings.describe import describe_settings

        keys, labels = desk.settings.keys, dict[str, str]()
        self._details: dict[str, str] = {}
        """The text behind the title of each option, by its id."""
        for action in actions:
            labels[action.id] = _(action.label)
            self._details[action.id] = _told(shown_keys(action, keys), _(action.help))
        redrawing = _("Draw the whole screen anew, where something else wrote over it")
        labels |= {REDRAW: _("Redraw"), LEAVE: _("Quit")}
        here = [*labels.values()]
        self._details |= {
            REDRAW: _told("F5", redrawing),
            LEAVE: _told("ctrl+q", _("Leave the console")),
        }
        for id, title, action in elsewhere:
            label, self._details[id] = _(action.label), _(action.help)
            labels[id] = f"{title} › {label}"
        for name, value in describe_settings(desk.settings).items():
            setting = f"{SETTING}{name}"
            labels[setting] = _("Setting {name}").format(name=name)
            self._details[setting] = shown(value)
        super().__init__(_("Find an action, a customer, a setting …"), [*labels.items()])
        self.title_width = self.widest(here)
        self._desk = desk
        self._found: tuple[str, list[Row]] = ("", [])
        """The text of the last search, and the customers it found."""

    def detail(self, value: str, name: str) -> str:  # noqa: ARG002
        """Return the keys and the description of an action, or the value of a setting."""
        return self._details[value]

    def entries(self, words: Sequence[str]) -> Iterator[Option]:
        """Return the matches: actions of this screen, of others, settings, customers."""
        searched, rows = self._found
        customers = rows if searched == " ".join(words) else []
        options = [option for option in super().entries(words) if option.id is not None]
        yield from options
        for row in customers:
            company, domain = (str(row.values[place] or "") for place in SHOWN_COLUMNS)
            yield Option(self.line(shown(company), shown(domain)), id=f"{CUSTOMER}{row.key}")
        if not options and not customers:
            looking = _("Looking among the customers …")
            nothing = _("Nothing fits: no action, customer or setting.")
            yield Option(Content(looking if self.is_reading else nothing), disabled=True)

    def words_changed(self, words: Sequence[str]) -> None:
        """Search the book for customers that contain the words."""
        searched, scope = " ".join(words), self._desk.scope
        if not searched or scope is None:
            self.stop_reading("customers")
            return
        find, show = partial(self._customers, searched), partial(self._take, searched)
        self.read(find, show, self._search_failed, group="customers")

    async def _customers(self, searched: str) -> list[Row]:
        desk, at = self._desk, self._desk.clock()
        if desk.scope is None:
            return []
        by = parse(searched, CUSTOMERS, at)
        query = Query(CUSTOMERS, desk.scope.ids, by, CUSTOMERS.default_sort, at=to_millis(at))
        source = StoreRows(desk.reader, query, desk.counters)
        return (await source.opening(RowsRequest(0, 0, MOST, MOST))).rows[:MOST]

    def _take(self, searched: str, rows: list[Row]) -> None:
        self._found = (searched, rows)
        self.refresh_options()

    def _search_failed(self, _error: AppError) -> None:
        self.refresh_options()

    async def action_take(self) -> None:
        """Answer with the option under the cursor, after a running search has finished."""
        self._narrow()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.settled(), WAIT_SECONDS)
        await super().action_take()


def _told(keys: str, explained: str) -> str:
    """Return the keys of an action and what it does."""
    return f"{keys}{' ' * max(KEYS - cell_len(keys), 1)}{explained}"

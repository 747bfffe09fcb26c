"""The palette: an action, a customer or a setting by any part of its name."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

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
"""What the app does itself, on every screen."""
CUSTOMER, SETTING = "customer/", "setting/"
"""What a customer's key and a setting's name stand behind."""
PLACES = [CUSTOMERS.columns.index(CUSTOMERS.column(name)) for name in ("company", "domain")]
"""Where a row has what is told of a customer."""
MOST = 5
"""Customers that are offered."""
PATIENCE = 2.0
"""Seconds that Enter waits for the customers that were asked for; then it takes what is there."""


class Palette(ChoiceDialog, Reads):
    """Answers with what was taken, or None: the id of an action, a customer or a setting."""

    def __init__(
        self,
        desk: AppSession,
        actions: Sequence[Action],
        elsewhere: Sequence[tuple[str, str, Action]],
    ) -> None:
        """Offer `actions`, which the screen below has, and those of other screens.

        These have an id for the answer, and the title of the screen.
        """
        from partnerdesk.models.settings.describe import describe_settings

        keys, labels = desk.settings.keys, dict[str, str]()
        self._told: dict[str, str] = {}
        for action in actions:
            labels[action.id], told = _(action.label), _(action.help)
            self._told[action.id] = f"{shown_keys(action, keys)}  {told}"
        redrawing = _("Draw the whole screen anew, where something else wrote over it")
        leaving = _("Leave the console")
        labels |= {REDRAW: _("Redraw"), LEAVE: _("Quit")}
        self._told |= {REDRAW: f"F5  {redrawing}", LEAVE: f"ctrl+q  {leaving}"}
        for id, title, action in elsewhere:
            label, self._told[id] = _(action.label), _(action.help)
            labels[id] = f"{title} › {label}"
        for name, value in describe_settings(desk.settings).items():
            setting = f"{SETTING}{name}"
            labels[setting] = _("Setting {name}").format(name=name)
            self._told[setting] = shown(value)
        super().__init__(_("Find an action, a customer, a setting …"), [*labels.items()])
        self._desk = desk
        self._found: tuple[str, list[Row]] = ("", [])
        """The customers that were found last, and what they were looked for by."""

    def behind(self, value: str, name: str) -> str:  # noqa: ARG002
        """Return the keys of an action and what it does."""
        return self._told[value]

    def entries(self, words: Sequence[str]) -> Iterator[Option]:
        """Return what holds the words: actions of this screen, of others, settings, customers."""
        beginning = " ".join(words)
        sought, rows = self._found
        customers = [] if sought != beginning else rows
        found = [option for option in super().entries(words) if option.id is not None]
        yield from found
        for row in customers:
            company, domain = (str(row.values[place] or "") for place in PLACES)
            told = Content.assemble(shown(company), (f"  {shown(domain)}", "$aside"))
            yield Option(told, id=f"{CUSTOMER}{row.key}")
        if not found and not customers:
            looking = _("Looking among the customers …")
            nothing = _("Nothing fits: no action, customer or setting.")
            yield Option(Content(looking if self.is_reading else nothing), disabled=True)

    def narrowed(self, words: Sequence[str]) -> None:
        """Ask the book for the customers that hold the words."""
        sought, scope = " ".join(words), self._desk.scope
        if not sought or scope is None:
            self.stop_reading("customers")
            return
        self.read(
            partial(self._customers, sought), partial(self._take, sought), self._found_none,
            group="customers",
        )  # fmt: skip

    async def _customers(self, sought: str) -> list[Row]:
        desk, at = self._desk, self._desk.clock()
        if desk.scope is None:
            return []
        by = parse(sought, CUSTOMERS, at)
        query = Query(CUSTOMERS, desk.scope.ids, by, CUSTOMERS.default_sort, at=to_millis(at))
        source = StoreRows(desk.reader, query, desk.counters)
        return (await source.opening(RowsRequest(0, 0, MOST, MOST))).rows[:MOST]

    def _take(self, sought: str, rows: list[Row]) -> None:
        self._found = (sought, rows)
        self.narrow_again()

    def _found_none(self, _error: AppError) -> None:
        self.narrow_again()

    async def action_take(self) -> None:
        """Take what is under the cursor, once the book has answered what was typed."""
        self._narrow()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.settled(), PATIENCE)
        await super().action_take()

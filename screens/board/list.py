"""The board: what waits for a person, and Enter leads to what settles it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.getters import query_one

from partnerdesk.models.board.list import BOARD
from partnerdesk.models.board.rules import ACCEPT, DRAFT, KINDS, SIGN_IN, SYNC
from partnerdesk.models.core.clock import date_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.screens.customers.small_edits import say_written
from partnerdesk.screens.lists.record_list import RecordList, list_actions
from partnerdesk.screens.shared.undo import undo
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.chart_lines import Picture
from partnerdesk.tui.widgets.chart_strip import ChartStrip
from partnerdesk.tui.widgets.empty_place import CLOCK, Emptiness, another_cloud
from partnerdesk.tui.widgets.questions import Choice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.events import Resize

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.board.items import BoardItem
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.spec import Row, RowKey
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.sections import Section

SNOOZED = "snoozed:yes"
"""The filter of the items that are snoozed."""
ROOMY = (120, 40)
"""The size of the terminal, in cells, from which on the weeks of the quarter are below the list."""
PAGES = ("subscription", "invitation", "customer", "partner", "delegation")
"""The screens whose record is that of the item, so that its details can be read beside the list."""


class BoardScreen(RecordList):
    """Shows what waits for a person, the oldest deadline first."""

    NAME = "board"
    IS_MAIN = True
    OWN_ACCOUNT = True
    SPEC = BOARD
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *list_actions(
            "board", N_("Narrow the list: words, kind:renewal, due<7d, do:invite_remind")
        ),
        Action(
            "board.snooze",
            "z",
            N_("Snooze"),
            N_("Do not show the marked ones, or the one here, until a day"),
            "z",
            changes=True,
        ),
        Action(
            "board.snoozed",
            "Z",
            N_("Snoozed"),
            N_("Show what is snoozed, or again what is not; z there shows it again"),
            "Z",
        ),
        Action(
            "board.undo",
            "u",
            N_("Undo"),
            N_("Take the latest snooze back"),
            "u",
            changes=True,
            bar=False,
        ),
        Action("board.customer", "o", N_("Customer"), N_("Open the customer"), "o", bar=False),
        Action(
            "board.copy",
            "y",
            N_("Copy"),
            N_("Copy the customer, what it is about, or the Microsoft ID"),
            "y",
            bar=False,
        ),
    )

    DEFAULT_CSS = """
    BoardScreen #quarter { display: none; }
    BoardScreen.-roomy #quarter { display: block; }
    """

    quarter = query_one("#quarter", ChartStrip)

    def __init__(self, desk: AppSession) -> None:
        super().__init__(desk)
        self._cut: tuple[str, ...] = ()
        """The kinds of which more waits than the board gives."""

    def body(self) -> ComposeResult:
        """Build the list, and the weeks of the quarter below it."""
        yield from super().body()
        yield ChartStrip(id="quarter")

    def on_resize(self, event: Resize) -> None:
        """Show the weeks where there is room for them."""
        columns, rows = ROOMY
        was_roomy = self.has_class("-roomy")
        self.set_class(event.size.width >= columns and event.size.height >= rows, "-roomy")
        if self.has_class("-roomy") and not was_roomy:
            self._count_beside()

    def scope_chosen(self) -> None:
        """Show another account's items, and its quarter."""
        super().scope_chosen()
        self._count_beside()

    def book_changed(self) -> None:
        """Read the items and the quarter again."""
        super().book_changed()
        self._count_beside()

    def _count_beside(self) -> None:
        """Read what stands beside the items; keys do not wait for it."""
        if self.desk.scope is not None:
            self.read(self._beside, self._show_beside, group="quarter", beside=True)

    async def _beside(self) -> tuple[tuple[str, ...], list[Picture]]:
        await self.shell.ready()
        from partnerdesk.models.board.items import cut_kinds
        from partnerdesk.models.overview.charts import quarter

        scope, at, is_roomy = self.desk.scope, self.desk.clock(), self.has_class("-roomy")
        if scope is None:
            return (), []

        def count(book: Connection) -> tuple[tuple[str, ...], list[Picture]]:
            charts = quarter(scope.accounts, at) if is_roomy else ()
            pictures = [Picture(chart, chart.bars(book)) for chart in charts]
            return cut_kinds(book, scope.ids, at), pictures

        return await self.desk.counters[-1].ask(count)

    def _show_beside(self, found: tuple[tuple[str, ...], list[Picture]]) -> None:
        was_cut, scope = self._cut, self.desk.scope
        self._cut, pictures = found
        if pictures:
            self.quarter.show(pictures)
        if scope is not None and was_cut != self._cut and self._shown_scope == scope.key:
            self.show_state(scope)

    def show_state(self, scope: Scope) -> None:
        """Show the state of the list, and of which kinds it does not give all."""
        from partnerdesk.models.board.items import cut_text

        super().show_state(scope)
        if self._cut:
            self.status.state = f"{self.status.state} · {cut_text(self._cut)}"

    def count_text(self, count: int) -> str:
        """Return the number of items as text."""
        if self.filter.text == SNOOZED:
            return ngettext("{count} snoozed", "{count} snoozed", count)
        return ngettext("{count} needs you", "{count} need you", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return that nothing waits."""
        account = scope.account
        place = _(account.cloud.short_name) if account else _("all clouds")
        text = _("Nothing waits for you in {place}.").format(place=place)
        snoozed = ("board.snoozed", _("shows what is snoozed"))
        return Emptiness(text, (snoozed, another_cloud()), CLOCK)

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        if self.filter.text == SNOOZED:
            return _("Nothing is snoozed.")
        return _("Nothing that waits matches this filter.")

    def read_of(self, row: Row) -> Callable[[], Awaitable[Sequence[Section]]] | None:
        """Return what reads the page of the record that waits."""
        from partnerdesk.models.board.items import record_of

        rule, record_id = record_of(row.key)
        if rule.opens not in PAGES:
            return None
        return partial(self.shell.read_details, rule.opens, record_id)

    # What settles an item

    async def open_row(self, row: Row) -> None:
        """Open what settles the item under the cursor."""
        for item in await self._items([row.key]):
            await self._settle(item)
            return
        self.status.say(_("It does not wait any more."))
        await self.shell.book_changed()

    async def _settle(self, item: BoardItem) -> None:
        match KINDS[item.kind].opens:
            case _name if _name == ACCEPT:
                await self._accept(item)
            case _name if _name == SIGN_IN:
                await self.shell.sign_in(item.opened)
            case _name if _name == SYNC:
                self.status.say(self.shell.sync())
            case _name if _name == DRAFT:
                from partnerdesk.models.customers.drafts import read_draft

                draft = await self.desk.aside(read_draft, item.opened)
                await self.shell.show("add-customer", draft)
            case name:
                await self.shell.show(name, item.opened)

    async def _accept(self, item: BoardItem) -> None:
        """Ask when a customer accepted the agreement; show the plan."""
        if reason := self.desk.why_no_change(own_account=True):
            self.status.say(reason)
            return
        from partnerdesk.models.customers.accept_agreement import plan_accepted
        from partnerdesk.models.customers.page import read_customer

        page = await self.desk.aside(read_customer, item.opened)

        async def given(text: str | None) -> None:
            if not (text or "").strip():
                self.nothing_typed(text)
                return
            await self._carry_out(plan_accepted(page, text or "", self.desk.by()), _("Kept."))

        name = shown(item.customer)[:30]
        label = _("{name} accepted on (day)").format(name=name)
        self.ask(label, date_text(self.desk.clock()), given)

    # Snoozing

    async def do_snooze(self) -> None:
        """Ask until when the marked items, or the one under the cursor, are not shown."""
        items = await self._items(await self.marks.keys())
        if not items:
            self.status.say(_("There is nothing here."))
            return
        at = self.desk.clock()
        choices = [
            Choice("d", _("tomorrow"), partial(self._ask_why, items, "1d")),
            Choice("w", _("in a week"), partial(self._ask_why, items, "1w"), default=True),
            Choice("m", _("in a month"), partial(self._ask_why, items, "1m")),
            Choice("t", _("a day …"), partial(self._ask_day, items)),
        ]
        if any(item.is_snoozed(at) for item in items):
            choices.append(Choice("s", _("show again"), partial(self._wake, items)))
        what = shown(items[0].customer)[:24] or _(items[0].rule.title)
        if len(items) > 1:
            what = ngettext("{count} item", "{count} items", len(items))
        hidden = await self.marks.hidden_text()
        about = " ".join(filter(None, (what, hidden)))
        self.choose(_("Snooze {what} till:").format(what=about), choices)

    def _ask_day(self, items: Sequence[BoardItem]) -> None:
        async def given(text: str | None) -> None:
            if not (text or "").strip():
                self.nothing_typed(text)
                return
            self._ask_why(items, text or "")

        self.ask(_("Till (2027-01-15, or 10d)"), "", given)

    def _ask_why(self, items: Sequence[BoardItem], text: str) -> None:
        from partnerdesk.models.board.snooze import snooze_end

        until = snooze_end(text, self.desk.clock())

        async def given(why: str | None) -> None:
            if why is not None:
                await self._snooze(items, until, why)

        self.ask(_("Why, till {date} (may be empty)").format(date=date_text(until)), "", given)

    async def _snooze(self, items: Sequence[BoardItem], until: datetime, why: str) -> None:
        from partnerdesk.models.board.snooze import plan_snooze

        told = _("Snoozed till {date}; u takes it back.").format(date=date_text(until))
        for of_one in _by_account(items):
            await self._carry_out(plan_snooze(of_one, until, why, self.desk.by()), told)

    async def _wake(self, items: Sequence[BoardItem]) -> None:
        from partnerdesk.models.board.snooze import plan_wake

        for of_one in _by_account(items):
            plan = plan_wake(of_one, self.desk.by())
            await self._carry_out(plan, _("It is shown again; u takes that back."))

    async def _carry_out(self, plan: Plan, told: str) -> None:
        """Carry a plan out, and say so with what is to be minded.

        Raises:
            AppError: the plan is refused, or the book changed since it was made.
        """
        from partnerdesk.models.operations.carry_out import carry_out

        await self.desk.aside(carry_out, plan)
        self.table.mark(list(self.table.marks), marked=False)
        await say_written(self, " ".join([told, *(reason.text for reason in plan.reasons)]))

    async def do_snoozed(self) -> None:
        """Show what is snoozed; if that is shown, what is not."""
        shows = self.filter.text == SNOOZED
        self.filter = NO_FILTER if shows else self.questions.parsed(SNOOZED)
        await self.show_rows_now(near=False)

    def remember(self) -> None:
        """Store the state of the list, but not that it shows what is snoozed."""
        if self.filter.text != SNOOZED:
            super().remember()

    async def do_undo(self) -> None:
        """Show the plan that takes the latest snooze back."""
        from partnerdesk.models.changes.entries import latest_of_kind
        from partnerdesk.models.changes.kinds import ChangeKind

        scope = self.desk.scope
        ids = scope.ids if scope is not None else ()
        change_id = await self.desk.aside(latest_of_kind, ChangeKind.SNOOZED, ids)
        if change_id is None:
            self.status.say(_("There is nothing to undo here."))
            return
        await undo(self, change_id)

    async def do_customer(self) -> None:
        """Open the customer of the item under the cursor."""
        row = await self.table.row_there()
        items = await self._items([row.key] if row is not None else [])
        if not items or not items[0].customer_id:
            self.status.say(_("It is about no customer of the book."))
            return
        await self.shell.show("customer", items[0].customer_id)

    async def do_copy(self) -> None:
        """Ask what to copy of the item under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"n": "customer", "a": "about", "i": "tenant"})

    async def _items(self, keys: Iterable[RowKey]) -> list[BoardItem]:
        from partnerdesk.models.board.items import read_items

        scope, at, wanted = self.desk.scope, self.desk.clock(), tuple(keys)
        if scope is None or not wanted:
            return []
        return await self.desk.reader.ask(lambda book: read_items(book, wanted, scope.ids, at))


def _by_account(items: Sequence[BoardItem]) -> list[list[BoardItem]]:
    """Return the items of each account: a change belongs to one."""
    accounts = dict.fromkeys(item.account_id for item in items)
    return [[item for item in items if item.account_id == id] for id in accounts]

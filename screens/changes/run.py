"""A run: what the same change does to each of many records, before, while and after it is done."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Self

from textual.getters import query_one
from textual.widgets import Static

from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.spec import Column, Kind, Row
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.operations.bulk import (
        PlannedRun,
        RunRequest,
        RunView,
    )
    from partnerdesk.models.session import AppSession

SLICE_SECONDS = 0.3
"""How long rows are written before the screen shows how far it is."""


def columns(results: Mapping[str, str]) -> tuple[Column, ...]:
    """Return a run's columns; `results` are the titles of what becomes of a row."""
    return (
        Column("subject", N_("Whom"), "", 24, grows=2),
        Column("result", N_("Result"), "", 11, Kind.CHOICE, choices=results),
        Column("told", N_("What to mind"), "", 20, grows=3, rank=1),
    )


class RunScreen(AppScreen):
    """Shows a run; `!` carries it out row by row, and it can go on after a crash."""

    NAME = "run"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("run.carry-out", "exclamation_mark", N_("Carry out"),
               N_("Do the rows that are still to do, one by one"), "!", changes=True),
        Action("run.retry", "R", N_("Retry failed"), N_("Try the rows that failed again"), "R",
               changes=True),
        Action("run.let-be", "d", N_("Let be"),
               N_("Leave the rest undone for good: it is not offered again"), "d", changes=True,
               bar=False),
        Action("run.copy", "y", N_("Copy"), N_("Copy all rows with their results"), "y"),
    )  # fmt: skip

    DEFAULT_CSS = """
    RunScreen #run-heading {
        height: 1; padding: 0 1; background: $surface; text-style: bold;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    table = query_one(RecordTable)
    heading = query_one("#run-heading", Static)

    def __init__(self, desk: AppSession, account: Account, run: PlannedRun | RunView) -> None:
        from partnerdesk.models.operations.bulk import ROW_TITLES

        super().__init__(desk)
        self._account = account
        self._run = run
        self._titles = {state.value: title for state, title in ROW_TITLES.items()}
        self._working = False
        self._stop = False

    @classmethod
    async def load(
        cls,
        desk: AppSession,
        run: RunRequest | int,
        keys: Sequence[RowKey] = (),
        account_id: int = 0,
    ) -> Self:
        """Plan the same change to many records; or read a run that was cut off, by its number.

        Raises:
            NotFoundError: there is no such run, or its cloud is not turned on.
        """
        from partnerdesk.models.operations.bulk import RunRequest, plan_run, read_run

        if not isinstance(run, RunRequest):
            view = await desk.aside(read_run, run)
            return cls(desk, desk.account_of(view.account_id), view)
        account = desk.account_of(account_id)
        return cls(desk, account, await desk.aside(plan_run, account, run, keys, desk.by()))

    def body(self) -> ComposeResult:
        """Build the heading and the list of rows."""
        yield Static(id="run-heading", markup=False)
        yield RecordTable(columns(self._titles), self.desk.clock, id="run")

    def on_mount(self) -> None:
        """Show what will happen to each."""
        self.set_focus(self.table)
        self._show()
        self.status.say(self._hint())

    def focus_body(self) -> None:
        """Give the keys back to the list."""
        self.set_focus(self.table)

    def _show(self) -> None:
        from partnerdesk.models.operations.bulk import ROW_TITLES

        rows = [Row(place, texts) for place, texts in enumerate(self._texts(), 1)]
        self.table.show_all(rows)
        counts = self._run.counts()
        titles = {state: _(title) for state, title in ROW_TITLES.items()}
        counted = _("{count} {state}")  # a language that declines may turn it round
        parts = [
            counted.format(count=counts[state], state=titles[state])
            for state in titles
            if counts[state]
        ]
        self.heading.update(" · ".join([self._title(), *parts]))

    def _title(self) -> str:
        from partnerdesk.models.operations.bulk import RUN_TITLES

        return _(RUN_TITLES[self._run.wish.kind])

    def _texts(self) -> list[tuple[str, str, str]]:
        """Return of each row whom it is about, its state, and what is to be said of it."""
        return [(row.subject, row.state.value, row.message) for row in self._run.rows]

    def _waiting(self) -> int:
        from partnerdesk.models.operations.bulk_records import RowState

        return self._run.counts()[RowState.WAITING]

    def _hint(self) -> str:
        if self._waiting():
            return _("Nothing is written yet: ! carries it out, Esc goes back.")
        return _("There is nothing to do. Esc goes back.")

    # What keys do

    def refusal(self, action: Action) -> str:
        """Return why `action` cannot be done now."""
        if self._working and action.id not in ("desk.back", "desk.help"):
            return _("It is being carried out; Esc stops it behind the present row.")
        return super().refusal(action)

    def do_carry_out(self) -> None:
        """Keep the run, then do its rows."""
        if not self._waiting():
            self.status.say(_("There is nothing to do. Esc goes back."))
            return
        self._begin_work(again=False)

    def do_retry(self) -> None:
        """Do the rows that failed."""
        from partnerdesk.models.operations.bulk import RunView
        from partnerdesk.models.operations.bulk_records import RowState

        if not isinstance(self._run, RunView) or not self._run.counts()[RowState.FAILED]:
            self.status.say(_("No row has failed."))
            return
        self._begin_work(again=True)

    def _begin_work(self, *, again: bool) -> None:
        """Let the app do the rows; it goes on whatever becomes of the screen."""
        self._working, self._stop = True, False
        self.shell.start(partial(self._work, again=again))

    async def _work(self, *, again: bool) -> None:
        from partnerdesk.models.operations.bulk import PlannedRun, begin_run, read_run

        desk = self.desk
        try:
            if isinstance(self._run, PlannedRun):
                planned = self._run
                id = await desk.aside(begin_run, planned)
                self._run = await desk.aside(read_run, id)
            await self._go_on(self._run, again=again)
        finally:
            self._working = False
        await self.shell.look()

    async def _go_on(self, run: RunView, *, again: bool) -> None:
        """Do the rows in slices, so that the screen follows and Esc can stop it."""
        run = await self._slice(run.id, again=again)
        while run.finished_at is None and run.left and not self._stop:
            total = len(run.rows)
            told = _("{done} of {all} …").format(done=total - run.left, all=total)
            self.call_later(self._show_run, run, told)
            run = await self._slice(run.id, again=False)
        told = _("Done: {total} rows. Esc goes back.").format(total=len(run.rows))
        if run.left:
            told = _("Stopped; ! goes on, now or another day.")
        self.call_later(self._show_run, run, told)

    def _show_run(self, run: RunView, told: str) -> None:
        self._run = run
        self._show()
        self.status.say(told)

    async def _slice(self, run_id: int, *, again: bool) -> RunView:
        """Do rows for a moment; return the run as it is then."""
        from partnerdesk.models.operations.bulk import go_on

        desk, account = self.desk, self._account
        actor, until = desk.by().actor, monotonic() + SLICE_SECONDS

        def told(_done: int, _total: int) -> bool:
            return not self._stop and monotonic() < until

        return await desk.aside(go_on, run_id, account, actor, desk.clock, told, again=again)

    async def do_let_be(self) -> None:
        """Ask before the rest is left undone for good."""
        from partnerdesk.models.operations.bulk import PlannedRun

        if isinstance(self._run, PlannedRun) or not self._waiting():
            self.status.say(_("There is nothing to let be. Esc goes back."))
            return
        self.choose(_("Leave the rest undone for good?"), [Choice("y", _("Yes"), self._let_be)])

    async def _let_be(self) -> None:
        from partnerdesk.models.operations.bulk import RunView, let_be

        if isinstance(self._run, RunView):
            await self.desk.aside(let_be, self._run.id, self.desk.clock())
        await self.shell.go_back()

    def do_copy(self) -> None:
        """Copy all rows."""
        lines = [
            "\t".join((subject, _(self._titles[state]), told))
            for subject, state, told in self._texts()
        ]
        self.copy("\n".join(lines))

    async def do_back(self) -> None:
        """Stop behind the present row while it is carried out; else go back."""
        if self._working:
            self._stop = True
            return
        await self.shell.go_back()

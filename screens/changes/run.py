"""The screen of a run, which makes the same change to many records, one by one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Self

from rich.cells import cell_len

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.screens.changes.plan import LABEL_SHARE
from partnerdesk.screens.changes.rows import RowsScreen, RowTexts, row_texts
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.questions import Choice
from partnerdesk.tui.widgets.sections import Section, sections_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.lists.spec import Row, RowKey
    from partnerdesk.models.operations.bulk import PlannedRun, RunRequest, RunView
    from partnerdesk.models.operations.bulk_records import RowState
    from partnerdesk.models.session import AppSession

SLICE_SECONDS = 0.3
"""How long rows are written before the screen shows the progress."""


class RunScreen(RowsScreen):
    """Shows a run; `!` carries it out row by row. A run can be continued after a crash."""

    NAME = "run"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("run.carry-out", "exclamation_mark", N_("Carry out"),
               N_("Do the rows that are still to do, one by one"), "!", changes=True),
        Action("run.open", "enter", N_("Plan"),
               N_("Show the plan of the row under the cursor, or what the history says of it"),
               "Enter"),
        Action("run.retry", "R", N_("Retry failed"), N_("Try the rows that failed again"), "R",
               changes=True),
        Action("run.let-be", "d", N_("Let be"),
               N_("Leave the rest undone for good: it is not offered again"), "d", changes=True,
               bar=False),
        Action("run.copy", "y", N_("Copy"), N_("Copy all rows with their results"), "y"),
    )  # fmt: skip

    def __init__(
        self,
        desk: AppSession,
        account: Account,
        run: PlannedRun | RunView,
        marks: set[RowKey] | None = None,
        plans: Mapping[int, Plan] | None = None,
        changes: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(desk)
        self._account = account
        self._run = run
        self._marks = marks
        """The marks of the list that opened the run; the marks of finished records are removed."""
        self._plans = dict(plans or {}) or {
            place: row.plan for place, row in enumerate(run.rows) if row.plan is not None
        }
        """The plans of the rows, by place."""
        self._changes = dict(changes or {})
        """The changes of the rows as text, by place."""
        self._is_working = False
        self._must_stop = False
        self._to_confirm: list[Plan] = []
        """The plans that a person still has to confirm by typing a text."""

    @classmethod
    async def load(
        cls,
        desk: AppSession,
        run: RunRequest | PlannedRun | int,
        keys: Sequence[RowKey] = (),
        account_id: int = 0,
        marks: set[RowKey] | None = None,
    ) -> Self:
        """Return the screen of a run: requested for `keys`, already planned, or interrupted.

        An interrupted run is read by its id.

        Raises:
            NotFoundError: there is no such run, or its cloud is not turned on.
        """
        from partnerdesk.models.operations.bulk import RunRequest, plan_run, read_run
        from partnerdesk.models.operations.describe_run import done_rows, open_plans

        if isinstance(run, int):
            view = await desk.aside(read_run, run)
            account = desk.account_of(view.account_id)
            by = desk.by()
            plans = {} if by.refusals else await desk.aside(open_plans, account, view, by)
            done = await desk.aside(done_rows, run)
            changes = {place: row.change for place, row in done.items()}
            return cls(desk, account, view, None, plans, changes)
        if isinstance(run, RunRequest):
            account = desk.account_of(account_id)
            run = await desk.aside(plan_run, account, run, keys, desk.by())
        return cls(desk, desk.account_of(run.account_id), run, marks)

    def on_mount(self) -> None:
        """Show the rows, and a hint on what can be done."""
        from partnerdesk.models.operations.describe_plan import change_of

        self._changes |= {place: change_of(plan) for place, plan in self._plans.items()}
        self.set_focus(self.table)
        self.show_rows()
        self.status.say(self._hint())

    # Display

    def heading_text(self) -> str:
        """Return the title of the run."""
        from partnerdesk.models.operations.bulk import RUN_TITLES

        return _(RUN_TITLES[self._run.wish.kind])

    def counts(self) -> Mapping[RowState, int]:
        """Return the number of rows in each state."""
        return self._run.counts()

    def texts(self) -> Sequence[RowTexts]:
        """Return the texts of the rows."""
        return [
            row_texts(row.subject, row.state, self._changes.get(place, ""), row.message)
            for place, row in enumerate(self._run.rows)
        ]

    def show_rows(self) -> None:
        """Show the rows and their total; the key bar lists only the actions possible now."""
        from partnerdesk.models.operations.bulk_records import RowState

        super().show_rows()
        means = {"run.carry-out": self._waiting(), "run.retry": self.counts()[RowState.FAILED]}
        self.key_bar.leave_out(*(id for id, is_meant in means.items() if not is_meant))

    def read_of(self, row: Row) -> Callable[[], Awaitable[Sequence[Section]]] | None:
        """Return the function that describes the plan of a row; None for a row without a plan."""
        plan = self._plans.get(row.key - 1)
        return partial(self._described, plan) if plan is not None else None

    async def _described(self, plan: Plan) -> Sequence[Section]:
        from partnerdesk.models.operations.describe_plan import describe_plan

        return sections_of(describe_plan(plan, self.desk.settings.all_clouds()))

    def _waiting(self) -> int:
        from partnerdesk.models.operations.bulk_records import RowState

        return self._run.counts()[RowState.WAITING]

    def _hint(self) -> str:
        from partnerdesk.models.operations.bulk import PlannedRun

        if self._waiting() and isinstance(self._run, PlannedRun):
            return _("Nothing is written yet: ! carries it out, Esc goes back.")
        if left := self._waiting():
            return ngettext(
                "{count} row is still to do: ! goes on, d lets it be.",
                "{count} rows are still to do: ! goes on, d lets them be.",
                left,
            )
        return _("There is nothing to do. Esc goes back.")

    async def open_place(self, place: int) -> None:
        """Show the plan of a row; if the row is done, its change."""
        from partnerdesk.models.operations.bulk import PlannedRun
        from partnerdesk.models.operations.bulk_records import RowState
        from partnerdesk.models.operations.describe_run import done_rows

        row = self._run.rows[place]
        if row.state is RowState.DONE and not isinstance(self._run, PlannedRun):
            done = await self.desk.aside(done_rows, self._run.id)
            if place in done:
                await self.shell.show("change", done[place].change_id)
                return
        plan = self._plans.get(place)
        if plan is None:
            self.status.say(_("This row has no plan yet: it is made when the row is done."))
            return
        await self.shell.show("plan", plan, None)

    # Actions

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now."""
        if self._is_working and action.id not in ("desk.back", "desk.help"):
            return _("It is being carried out; Esc stops it behind the present row.")
        return super().refusal(action)

    async def do_carry_out(self) -> None:
        """Ask for the required confirmations and the reason, then carry out the waiting rows."""
        from partnerdesk.models.operations.bulk_records import RowState

        if not self._waiting():
            self.status.say(_("There is nothing to do. Esc goes back."))
            return
        self._to_confirm = [
            self._plans[place]
            for place, row in enumerate(self._run.rows)
            if row.state is RowState.WAITING and place in self._plans and self._plans[place].confirm
        ]
        await self._confirm_next()

    async def _confirm_next(self) -> None:
        """Ask for the confirmation of the next plan that requires one; after the last, go on."""
        if not self._to_confirm:
            await self._ask_why()
            return
        plan, left = self._to_confirm[0], len(self._to_confirm)
        label = _("Type {text} to confirm ({left} left)")
        label = label.format(text=shown(plan.confirm), left=left)
        if cell_len(label) > self.size.width * LABEL_SHARE - 2:
            label = _("Type the domain of {name}").format(name=shown(plan.target.name)[:20])
        self.ask(label, "", self._confirmed)

    async def _confirmed(self, typed: str | None) -> None:
        if typed is None or not typed.strip():
            self.status.say(_("It was not confirmed: nothing was done."))
            return
        if not self._to_confirm[0].is_confirmed(typed):
            raise UsageError(_("Not the same text."))
        del self._to_confirm[0]
        await self._confirm_next()

    async def _ask_why(self) -> None:
        """Ask once for the reason of all rows if the history requires one, then start."""
        from partnerdesk.models.operations.bulk import PlannedRun

        asks = any(plan.asks_why for plan in self._plans.values())
        if asks and isinstance(self._run, PlannedRun) and "why" not in self._run.wish.wishes:
            self.ask(_("Why (for the history)"), "", self._why_given)
            return
        self._begin_work(again=False)

    def _why_given(self, why: str | None) -> None:
        from partnerdesk.models.operations.bulk import PlannedRun

        if why is None or not isinstance(self._run, PlannedRun):
            return
        if not why.strip():
            raise UsageError(_("Write a reason: it is kept in the history."))
        request = self._run.wish
        request = replace(request, wishes={**request.wishes, "why": why.strip()})
        self._run = replace(self._run, wish=request)
        self._begin_work(again=False)

    def do_retry(self) -> None:
        """Carry out the failed rows again."""
        from partnerdesk.models.operations.bulk import RunView
        from partnerdesk.models.operations.bulk_records import RowState

        if not isinstance(self._run, RunView) or not self._run.counts()[RowState.FAILED]:
            self.status.say(_("No row has failed."))
            return
        self._begin_work(again=True)

    def _begin_work(self, *, again: bool) -> None:
        """Start the work as a job of the app, which continues even if the screen is closed."""
        self._is_working, self._must_stop = True, False
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
            self._is_working = False
        await self.shell.look()

    async def _go_on(self, run: RunView, *, again: bool) -> None:
        """Carry out the rows in slices, so that the screen shows the progress and Esc can stop."""
        run = await self._slice(run.id, again=again)
        while run.finished_at is None and run.left and not self._must_stop:
            total = len(run.rows)
            progress = _("{done} of {all} …").format(done=total - run.left, all=total)
            self.call_later(self._show_run, run, progress)
            run = await self._slice(run.id, again=False)
        message = _("Done: {total} rows. Esc goes back.").format(total=len(run.rows))
        if run.change_id is not None:
            message = _("Done: {total} rows, one entry under g h: u there undoes all.")
            message = message.format(total=len(run.rows))
        if run.left:
            message = _("Stopped; ! goes on, now or another day.")
        self.call_later(self._show_run, run, message)

    def _show_run(self, run: RunView, message: str) -> None:
        from partnerdesk.models.operations.bulk_records import RowState

        self._run = run
        if self._marks is not None:
            finished = (RowState.DONE, RowState.NOTHING)
            ids = [row.record_id for row in run.rows if row.state in finished]
            self._marks.difference_update(ids)
        self.show_rows()
        self.status.say(message)

    async def _slice(self, run_id: int, *, again: bool) -> RunView:
        """Carry out rows for `SLICE_SECONDS`; return the run after them."""
        from partnerdesk.models.operations.bulk import go_on

        desk, account = self.desk, self._account
        actor, until = desk.by().actor, monotonic() + SLICE_SECONDS

        def on_progress(_done: int, _total: int) -> bool:
            return not self._must_stop and monotonic() < until

        return await desk.aside(go_on, run_id, account, actor, desk.clock, on_progress, again=again)

    async def do_let_be(self) -> None:
        """Ask for confirmation, then abandon the waiting rows."""
        from partnerdesk.models.operations.bulk import PlannedRun

        if isinstance(self._run, PlannedRun) or not self._waiting():
            self.status.say(_("There is nothing to let be. Esc goes back."))
            return
        self.choose(_("Leave the rest undone for good?"), [Choice("y", _("Yes"), self._abandon)])

    async def _abandon(self) -> None:
        from partnerdesk.models.operations.bulk import RunView, abandon_run

        if isinstance(self._run, RunView):
            await self.desk.aside(abandon_run, self._run.id, self.desk.clock())
        await self.shell.go_back()

    async def do_back(self) -> None:
        """Stop after the current row if rows are being carried out; else go back."""
        if self._is_working:
            self._must_stop = True
            return
        await self.shell.go_back()

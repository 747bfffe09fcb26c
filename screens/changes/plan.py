"""The page of a plan before it is carried out: the record, the verdict, and the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.getters import query_one

from partnerdesk.models.core.errors import AppError, ConflictError, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.details import Line
from partnerdesk.models.operations.describe_plan import describe_plan, plan_text, plan_title
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.field_page import FieldPage
from partnerdesk.tui.widgets.page_search import PageScreen
from partnerdesk.tui.widgets.sections import sections_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult

    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.questions import Instead

LABEL_SHARE = 0.6
"""The part of the line that the label of a question may take, as `Prompt` lays it out."""


class PlanScreen(PageScreen):
    """Shows a plan; `!` carries it out, Esc goes back without a change."""

    NAME = "plan"
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("plan.carry-out", "exclamation_mark", N_("Carry out"),
               N_("Do what the plan says, in one go"), "!", changes=True),
        Action("plan.instead", "s", N_("Instead"),
               N_("Do what a refused plan offers in its place; shows that plan first"), "s",
               changes=True, bar=False),
        Action("plan.copy", "y", N_("Copy"), N_("Copy the whole plan"), "y"),
    )  # fmt: skip

    page = query_one(FieldPage)

    def __init__(
        self,
        desk: AppSession,
        plan: Plan,
        done: Callable[[Outcome], Awaitable[None]] | None,
        conflict: Callable[[], Awaitable[None]] | None = None,
        instead: Instead | None = None,
    ) -> None:
        super().__init__(desk)
        self._plan = plan
        self._done = done
        """Called after the plan was carried out; None for a row of a run, which is only shown."""
        self._conflict = conflict
        """Called if the record was changed meanwhile; None to show that error here."""
        self._instead = instead if plan.verdict is Verdict.REFUSED else None
        """What to offer where the plan is refused."""
        self._is_writing = False

    @property
    def half_typed(self) -> None:
        """None: typed confirmations and reasons are not kept, so they are typed anew each time."""
        return

    def body(self) -> ComposeResult:
        """Build the page."""
        yield FieldPage()

    def on_mount(self) -> None:
        """Show the plan."""
        self.set_focus(self.page)
        sections = describe_plan(self._plan, self.desk.settings.all_clouds())
        if self._plan.confirm and self._plan.verdict is not Verdict.REFUSED:
            sections[0][1].append(Line(_("Type to confirm"), self._plan.confirm))
        self.page.show(sections_of(sections))
        if self._plan.changes_nothing and self._plan.verdict is not Verdict.REFUSED:
            self.status.say(_("There is nothing to change. Esc goes back."))
        elif self._instead is not None:
            text = _("Refused. s instead: {offer}. Esc goes back.")
            self.status.say(text.format(offer=self._instead.text), error=True)
        elif self._plan.verdict is Verdict.REFUSED:
            self.status.say(_("Refused: nothing can be carried out. Esc goes back."), error=True)
        elif self._done is None:
            self.status.say(_("One row of many. Esc goes back to all of them."))
        else:
            self.status.say(_("Nothing is written yet: ! carries it out, Esc goes back."))

    def focus_body(self) -> None:
        """Return the focus to the page."""
        self.set_focus(self.page)

    def refusal(self, action: Action) -> str:
        """Return why `action` is refused now; the account of the plan counts, not the scope."""
        if self._is_writing and action.id != "desk.help":
            return _("It is being carried out; this takes a moment.")
        if action.id == "plan.instead" and self._instead is None:
            return _("This plan offers nothing in its place.")
        if action.id != "plan.carry-out":
            return super().refusal(action)
        if self._plan.verdict is Verdict.REFUSED:
            return why_refused(self._plan.by.refusals) or _(
                "The plan is refused; the reasons are above."
            )
        if self._done is None:
            return _("It is carried out with the others: Esc, then !.")
        return ""

    async def do_carry_out(self) -> None:
        """Carry out the plan; ask first for a typed confirmation if the plan requires it."""
        if self._plan.confirm:
            self._ask_to_confirm()
            return
        await self._ask_why()

    async def do_instead(self) -> None:
        """Leave the refused plan, and do what it offers."""
        if self._instead is not None:
            await self.shell.go_back()
            await self._instead.act()

    def _ask_to_confirm(self) -> None:
        label = _("Type {text} to confirm").format(text=shown(self._plan.confirm))
        if cell_len(label) > self.size.width * LABEL_SHARE - 2:
            self.page.go_to_section(plan_title(self._plan))
            label = _("Type what stands above to confirm")
        self.ask(label, "", self._confirmed)

    async def _confirmed(self, typed: str | None) -> None:
        if typed is None or not typed.strip():
            self.status.say(_("It was not confirmed: nothing was done."))
            return
        if not self._plan.is_confirmed(typed):
            raise UsageError(_("Not the same text."))
        await self._ask_why()

    async def _ask_why(self) -> None:
        """Ask for the reason if the history requires one, then carry out the plan."""
        if self._plan.asks_why:
            self.ask(_("Why (for the history)"), "", self._why_given)
            return
        await self._carry_out("")

    async def _why_given(self, why: str | None) -> None:
        if why is None:
            return
        if not why.strip():
            raise UsageError(_("Write a reason: it is kept in the history."))
        await self._carry_out(why.strip())

    async def _carry_out(self, why: str) -> None:
        from partnerdesk.models.operations.carry_out import carry_out

        self._is_writing = True
        self.status.say(_("Writing …"))
        try:
            outcome = await self.desk.aside(carry_out, self._plan, why)
        except ConflictError as error:
            if self._conflict is None:
                self.fail(error)
                return
            await self.shell.go_back()
            await self._conflict()
            return
        except AppError as error:
            self.fail(error)
            return
        finally:
            self._is_writing = False
        await self.shell.go_back()
        await self.shell.book_changed()
        if self._done is not None:
            await self._done(outcome)

    def do_copy(self) -> None:
        """Copy the whole plan as text."""
        self.copy(plan_text(self._plan, self.desk.settings.all_clouds()))

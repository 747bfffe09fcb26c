"""Undo of a history entry: shows the plan, which the person can then carry out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Outcome
    from partnerdesk.tui.widgets.app_screen import AppScreen


async def undo(screen: AppScreen, change_id: int) -> None:
    """Show the plan that undoes a history entry: its steps, or its rows on a screen of their own.

    Raises:
        NotFoundError: there is no such entry.
        StoreError: the book cannot be read.
    """
    from partnerdesk.models.operations.bulk import plan_undo_run
    from partnerdesk.models.operations.undo import Parts, parts_of, plan_undo
    from partnerdesk.models.pages.change import read_change

    desk = screen.desk
    page = await desk.aside(read_change, change_id)
    parts = Parts.STEPS if page.why_not_undone else parts_of(page.entry)
    if parts is Parts.IMPORT:
        await screen.shell.show("undo-import", change_id)
        return
    if parts is Parts.RUN:
        account = desk.account_of(page.entry.account_id or 0)
        run = await desk.aside(plan_undo_run, account, page.entry, desk.by())
        await screen.shell.show("run", run)
        return
    plan = await desk.aside(plan_undo, change_id, desk.by())

    async def done(_outcome: Outcome) -> None:
        screen.shell.say(_("Change {id} is undone.").format(id=change_id))

    await screen.shell.review(plan, done)

"""Undoing an entry of the history: its plan is shown first, and carried out where it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Outcome
    from partnerdesk.tui.widgets.app_screen import AppScreen


async def undo(screen: AppScreen, change_id: int) -> None:
    """Show the plan that takes an entry of the history back.

    Raises:
        NotFoundError: there is no such entry.
        StoreError: the book cannot be read.
    """
    from partnerdesk.models.operations.undo import plan_undo

    desk = screen.desk
    plan = await desk.aside(plan_undo, change_id, desk.by())

    async def done(_outcome: Outcome) -> None:
        screen.shell.say(_("Change {id} is undone.").format(id=change_id))

    await screen.shell.review(plan, done)

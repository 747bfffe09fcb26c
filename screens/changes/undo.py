"""Undoing an entry of the history: its plan is shown first, and carried out where it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.languages import _

if TYPE_CHECKING:
    from models.changes.plan import Outcome
    from tui.widgets.desk_screen import DeskScreen


async def undo(screen: DeskScreen, change_id: int) -> None:
    """Show the plan that takes an entry of the history back.

    Raises:
        NotFoundError: there is no such entry.
        StoreError: the book cannot be read.
    """
    from models.operations.undo import plan_undo

    desk = screen.desk
    plan = await desk.reader.aside(lambda: plan_undo(desk.store, change_id, desk.by()))

    async def done(_outcome: Outcome) -> None:
        screen.shell.say(_("Change {id} is undone.").format(id=change_id))

    await screen.shell.review(plan, done)

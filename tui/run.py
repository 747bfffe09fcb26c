"""Runs the console, from its start until the person leaves it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.languages import _
from partnerdesk.tui.app import ConsoleApp
from partnerdesk.tui.surviving import report_text

if TYPE_CHECKING:
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.wire.startup_snapshot import PictureFile, Standing


def run(
    desk: AppSession, *, mouse: bool, last_picture: PictureFile | None, standing: Standing | None
) -> int:
    """Run the console until the person leaves it, and return what to tell the shell.

    That is 0, or 128 and the signal's number where a signal ended it.

    Args:
        desk: the book and the settings.
        mouse: whether the terminal tells of the mouse.
        last_picture: where the picture for the next start is kept, None for none.
        standing: the picture that stands on the terminal already.

    Raises:
        AppError: the book could not be used; the terminal is as it was.
    """
    app = ConsoleApp(desk, last_picture)
    app.standing = standing
    # An answer of the book that comes when the loop is closed is nobody's: nothing to print.
    logging.getLogger("concurrent.futures").addHandler(logging.NullHandler())
    logging.getLogger("concurrent.futures").propagate = False
    try:
        app.run(mouse=mouse)
    finally:
        app.last_picture.keep()
        desk.close()
    if app.failure is not None:
        raise app.failure
    if app.guard is not None and app.guard.is_hanging:
        raise AppError(
            _("partnerdesk did not answer and was ended."), report_text(app.guard.report)
        )
    return app.return_code or 0
